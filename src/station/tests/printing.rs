use super::*;
use crate::barcode::{Checksum, Format, Shape};
use crate::station::event::Act;
use crate::station::fact::Before;

#[test]
fn nothing_is_sent_before_its_start_is_a_fact() {
    let mut bench = Bench::at(State::Committed);
    let outcome = bench.ready(1);
    let before = Some(Box::new(Before { says: zebra(8560), label_mm: 150 }));
    let started = Fact::PrintStarted { parcel: ParcelId(1), attempt: 1, printer: "label".into(), before };
    assert_eq!((&outcome.facts[..], sends(&outcome)), (&[started][..], Some(1)));
    for state in [State::Open, State::Printing, State::Sent, State::Printed, State::PrintUncertain, State::Verified] {
        let mut bench = Bench::at(state);
        assert_eq!(bench.ready(1), Outcome::default(), "{state:?}");
        assert_eq!(bench.ready(2), Outcome::default(), "{state:?}");
    }
}

#[test]
fn a_printer_that_is_ready_for_another_attempt_starts_nothing() {
    let mut bench = Bench::at(State::Committed);
    assert_eq!(bench.ready(0), Outcome::default());
    assert_eq!(bench.ready(2), Outcome::default());
}

#[test]
fn a_print_of_which_no_byte_left_is_prepared_again() {
    let mut bench = Bench::at(State::Printing);
    let outcome = bench.printer(1, PrinterEvent::SendFailed { accepted: 0, why: "refused".into() });
    assert_eq!(names(&outcome), ["print_aborted"]);
    assert_eq!(prepares(&outcome), Some(1));
    assert_eq!((bench.state(), bench.parcel().attempt()), (State::Committed, 0));
    assert_eq!(names(&bench.ready(1)), ["print_started"]);
}

#[test]
fn the_number_is_used_at_the_commitment_and_never_goes_back() {
    let mut seen = std::collections::BTreeSet::new();
    let mut bench = Bench::new();
    bench.bring(LIGHT, State::Committed);
    assert!(seen.insert(bench.tracking()));
    bench.ready(1);
    bench.printer(1, PrinterEvent::SendFailed { accepted: 0, why: "refused".into() });
    let kept = bench.tracking();
    assert!(seen.contains(&kept), "an aborted print keeps the number");
    bench.command(&Command::Void);
    assert_eq!(names(&bench.command(&Command::Void)), ["voided"]);
    bench.bring(LIGHT, State::Printed);
    assert!(seen.insert(bench.tracking()), "a void number was given out again");
    let before = bench.tracking();
    bench.command(&Command::Reprint);
    assert_eq!(bench.tracking(), before, "a reprint keeps the number");
    bench.ready(2);
    bench.printer(2, PrinterEvent::Sent);
    bench.scan(&before);
    bench.later(3_000);
    bench.bring(OTHER, State::Committed);
    assert!(seen.insert(bench.tracking()));
}

#[test]
fn a_label_is_out_only_by_the_word_of_its_own_attempt() {
    let mut bench = Bench::at(State::Sent);
    assert_eq!(bench.out(2), Outcome::default());
    assert_eq!(bench.out(0), Outcome::default());
    assert_eq!(names(&bench.out(1)), ["print_confirmed"]);
    assert_eq!(bench.out(1), Outcome::default());
}

#[test]
fn an_answer_about_an_earlier_attempt_changes_nothing() {
    let mut bench = Bench::at(State::Printed);
    bench.command(&Command::Reprint);
    bench.ready(2);
    for event in [
        PrinterEvent::Sent,
        PrinterEvent::Lost { why: "late".into() },
        PrinterEvent::SendFailed { accepted: 3, why: "late".into() },
        PrinterEvent::SendFailed { accepted: 0, why: "late".into() },
        PrinterEvent::LabelOut { rung: 3, evidence: "late".into() },
    ] {
        assert_eq!(bench.printer(1, event), Outcome::default());
    }
    assert_eq!(bench.state(), State::Printing);
}

#[test]
fn a_reprint_spoils_the_last_one_keeps_the_number_and_clears_the_printer() {
    for state in [State::Sent, State::Printed, State::PrintUncertain] {
        let mut bench = Bench::at(state);
        let outcome = bench.command(&Command::Reprint);
        assert_eq!((names(&outcome), said(&outcome)), (vec!["print_spoiled"], "reprinted"), "{state:?}");
        assert_eq!((prepares(&outcome), clears(&outcome)), (Some(2), true));
        assert_eq!(sends(&bench.ready(2)), Some(2));
    }
}

#[test]
fn the_spoiled_label_closes_nothing_while_the_new_one_is_awaited() {
    let mut bench = Bench::at(State::Printed);
    bench.command(&Command::Reprint);
    let tracking = bench.tracking();
    let outcome = bench.scan(&tracking);
    assert_eq!((names(&outcome), said(&outcome)), (vec![], "label_spoiled"));
}

#[test]
fn no_reprint_while_the_printer_is_stopped() {
    let mut bench = Bench::at(State::Sent);
    bench.printer(1, PrinterEvent::Blocked { problem: PrinterProblem::PaperOut });
    assert_eq!(said(&bench.command(&Command::Reprint)), "printer_blocked");
    for state in [State::Committed, State::Printing] {
        assert_eq!(said(&Bench::at(state).command(&Command::Reprint)), "printer_blocked", "{state:?}");
    }
}

#[test]
fn a_reprint_is_refused_where_there_is_nothing_to_print() {
    for state in [State::Open, State::Weighed] {
        assert_eq!(said(&Bench::at(state).command(&Command::Reprint)), "reprint_refused", "{state:?}");
    }
    assert_eq!(said(&Bench::new().command(&Command::Reprint)), "not_here");
}

#[test]
fn what_cannot_be_printed_uses_no_number() {
    let mut bench = Bench::new();
    let before = bench.station.clone();
    bench.orders.get_mut(LIGHT).unwrap().ship_to.name = "Ann \u{1f600}".into();
    bench.scan(LIGHT);
    assert_eq!(said(&bench.weigh(500)), "label_refused");
    assert!(bench.station.pools().eq(before.pools()));
    assert_eq!(bench.view().headline.key(), "label_refused");
}

#[test]
fn a_label_whose_order_cannot_be_read_is_not_printed_and_says_so() {
    let mut bench = Bench::at(State::Committed);
    bench.orders.remove(LIGHT);
    let outcome = bench.ready(1);
    assert_eq!((names(&outcome), said(&outcome)), (vec![], "label_refused"));
}

#[test]
fn a_printer_that_once_answered_is_remembered() {
    assert!(Bench::at(State::Sent).station.has_answered("label"), "it said that it was ready");
    let mut bench = Bench::at(State::Committed);
    bench.ready_at(1, Testimony::default());
    bench.printer(1, PrinterEvent::Sent);
    assert!(!bench.station.has_answered("label"));
    bench.out(1);
    assert!(bench.station.has_answered("label") && !bench.station.has_answered("other"));
}

/// The same cards; of one carrier's numbers another pattern is known.
fn declare(bench: &mut Bench, id: &str, pattern: &str) {
    let mut carriers = bench.cards.carriers().to_vec();
    let carrier = carriers.iter_mut().find(|carrier| carrier.id == id).expect("a carrier");
    let shapes = vec![Shape::new(pattern, &Checksum::None).expect("a pattern")];
    carrier.formats = vec![Format { name: "other".into(), shapes, ..Format::default() }];
    bench.cards = Arc::new(Cards::new(carriers, bench.cards.services().to_vec(), String::new()));
}

#[test]
fn a_number_that_breaks_its_carriers_rule_is_not_given_out() {
    let mut bench = Bench::new();
    bench.bring(LIGHT, State::Committed);
    let first = bench.parcel().commitment().cloned().expect("a commitment").carrier().to_string();
    let mut bench = Bench::new();
    declare(&mut bench, &first, "Zd{9}");
    bench.bring(LIGHT, State::Committed);
    assert_ne!(bench.parcel().commitment().map(|commitment| commitment.carrier().as_str()), Some(first.as_str()));
    assert!(bench.live.refusals.iter().any(|(service, _)| service.starts_with(&first)));
}

#[test]
fn a_number_that_breaks_its_carriers_rule_never_prints() {
    let mut bench = Bench::new();
    bench.bring(LIGHT, State::Committed);
    let carrier = bench.parcel().commitment().cloned().expect("a commitment").carrier().to_string();
    declare(&mut bench, &carrier, "Zd{9}");
    let outcome = bench.ready(1);
    assert_eq!((names(&outcome), said(&outcome), sends(&outcome)), (vec![], "label_refused", None));
    assert_eq!(bench.state(), State::Committed);
}

/// A bench whose labels are not scanned back, with a label that is on its way.
fn unscanned() -> Bench {
    let mut bench = Bench::at(State::Sent);
    bench.rules.verify_scan = false;
    bench
}

fn label_out(bench: &mut Bench, rung: u8) -> Outcome {
    bench.when(Event::Printer(
        Job { parcel: ParcelId(1), attempt: 1 },
        PrinterEvent::LabelOut { rung, evidence: "odometer 3 -> 4".into() },
    ))
}

#[test]
fn a_parcel_closes_on_the_printers_proof_where_labels_are_not_scanned_back() {
    let mut bench = unscanned();
    let told = bench.told;
    let outcome = label_out(&mut bench, 4);
    assert_eq!((names(&outcome), said(&outcome)), (vec!["print_confirmed", "attested"], "done"));
    assert_eq!((bench.parcel().state(), bench.station.in_hand()), (State::Attested, None));
    assert_eq!(bench.told, told + 1);
    let carrier = bench.parcel().commitment().expect("committed").carrier().clone();
    let closed = bench.when(Event::Act(Act::CloseManifest { carrier }));
    assert_eq!(names(&closed), ["manifest_closed"]);
}

#[test]
fn a_printer_that_only_took_the_bytes_closes_nothing() {
    let mut bench = unscanned();
    assert_eq!(names(&label_out(&mut bench, 3)), ["print_confirmed"]);
    let tracking = bench.tracking();
    assert_eq!(names(&bench.scan(&tracking)), ["verified"]);
    let mut scanned = Bench::at(State::Sent);
    assert_eq!(names(&label_out(&mut scanned, 6)), ["print_confirmed"], "labels are scanned back here");
}

#[test]
fn what_must_not_travel_is_not_closed_by_a_printer() {
    let mut bench = unscanned();
    bench.order_says(|order| order.state = OrderState::Cancelled);
    assert_eq!(names(&label_out(&mut bench, 4)), ["print_confirmed"]);
    assert_eq!(bench.headline(), "order_cancelled");
}
