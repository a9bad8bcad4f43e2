//! A label that nobody saw, and what its printer says of itself.

use super::*;
use crate::station::fact::Cause;

/// A label in doubt behind one that was scanned back: the printer stood at 8560 inches before that one, and one label
/// (6 inches) further before this.
fn doubted() -> Bench {
    let mut bench = Bench::at(State::Verified);
    bench.scan(OTHER);
    bench.weigh(500);
    bench.later(3_000);
    bench.ready_at(1, zebra(8566));
    bench.printer(1, PrinterEvent::Sent);
    bench.when(Event::Started);
    assert_eq!(bench.state(), State::PrintUncertain);
    bench
}

#[test]
fn a_label_of_which_the_odometer_tells_is_out_and_still_to_be_scanned() {
    let mut bench = doubted();
    let outcome = bench.at_rest(1, zebra(8572));
    assert_eq!((names(&outcome), outcome.effects), (vec!["print_confirmed"], vec![]));
    assert_eq!((bench.state(), bench.headline()), (State::Printed, "scan_label"));
    assert_eq!(bench.parcel().prints()[0].evidence, "rung 4: odometer 8566 -> 8572");
}

#[test]
fn a_label_that_certainly_did_not_come_out_is_printed_again_by_itself() {
    let mut bench = doubted();
    let outcome = bench.at_rest(1, zebra(8566));
    assert_eq!((names(&outcome), said(&outcome)), (vec!["print_spoiled"], "printed_by_itself"));
    let Fact::PrintSpoiled { cause, operator, .. } = &outcome.facts[0] else { panic!("{outcome:?}") };
    assert_eq!((*cause, operator.as_deref()), (Some(Cause::NothingOut), None));
    assert_eq!((prepares(&outcome), clears(&outcome)), (Some(2), true));
    assert_eq!(bench.parcel().prints()[0].evidence, "nothing came out; odometer 8566 -> 8566");
    assert_eq!(names(&bench.ready_at(2, zebra(8566))), ["print_started"]);
}

#[test]
fn nothing_else_is_believed_and_the_packer_is_asked() {
    let other = Testimony { serial: Some("other".into()), ..zebra(8566) };
    let without_power = Testimony { stored: Some(0), ..zebra(8566) };
    let mute = Testimony { address: zebra(0).address, ..Testimony::default() };
    for says in [zebra(8578), zebra(8568), zebra(8560), other, without_power, mute, Testimony::default()] {
        let mut bench = doubted();
        let outcome = bench.at_rest(1, says.clone());
        assert_eq!((names(&outcome), &outcome.effects[..]), (vec!["print_doubted"], &[][..]), "{says:?}");
        assert_eq!((bench.state(), bench.headline()), (State::PrintUncertain, "label_doubt"));
        let again = bench.at_rest(1, says);
        assert_eq!(again, Outcome::default(), "the same doubt is recorded once");
    }
}

#[test]
fn the_first_label_of_a_printer_is_never_printed_again_by_itself() {
    let mut bench = Bench::at(State::Sent);
    bench.when(Event::Started);
    let outcome = bench.at_rest(1, zebra(8560));
    assert_eq!((names(&outcome), prepares(&outcome)), (vec!["print_doubted"], None), "it was never seen to count");
}

#[test]
fn an_answer_that_comes_after_the_packers_changes_nothing() {
    let mut bench = doubted();
    let tracking = bench.tracking();
    bench.scan(&tracking);
    let late = |bench: &mut Bench, says| {
        let job = Job { parcel: ParcelId(2), attempt: 1 };
        bench.when(Event::Printer(job, PrinterEvent::AtRest { says: Box::new(says) }))
    };
    for says in [zebra(8566), zebra(8572), zebra(8600)] {
        assert_eq!(late(&mut bench, says), Outcome::default(), "it was scanned");
    }
    for command in [Command::Reprint, Command::Hold] {
        let mut bench = doubted();
        bench.printer(1, PrinterEvent::Blocked { problem: PrinterProblem::Absent });
        bench.command(&command);
        assert_eq!(late(&mut bench, zebra(8566)), Outcome::default(), "{command:?}");
    }
    let mut bench = doubted();
    bench.command(&Command::Void);
    let voided = bench.command(&Command::Void);
    assert!(names(&voided) == ["voided"] && clears(&voided), "what lies in the printer must not come out");
    assert_eq!(late(&mut bench, zebra(8566)), Outcome::default());
}

#[test]
fn by_itself_a_label_is_printed_three_times_at_most() {
    let mut bench = doubted();
    for attempt in 2..=Station::ATTEMPTS {
        assert_eq!(prepares(&bench.at_rest(attempt - 1, zebra(8566))), Some(attempt));
        bench.ready_at(attempt, zebra(8566));
        bench.printer(attempt, PrinterEvent::Sent);
        bench.printer(attempt, PrinterEvent::Lost { why: "the printer fed no label".into() });
    }
    let outcome = bench.at_rest(Station::ATTEMPTS, zebra(8566));
    assert_eq!((names(&outcome), prepares(&outcome)), (vec!["print_doubted"], None));
    assert_eq!(bench.headline(), "label_doubt");
    assert_eq!(said(&bench.command(&Command::Reprint)), "supervisor_needed");
}

#[test]
fn what_the_printer_may_still_print_is_waited_for_and_shown() {
    let problems = [
        PrinterProblem::PaperOut,
        PrinterProblem::HeadOpen,
        PrinterProblem::Paused,
        PrinterProblem::Silent,
        PrinterProblem::Busy,
    ];
    for problem in problems {
        let mut bench = doubted();
        bench.printer(1, PrinterEvent::Blocked { problem });
        let view = bench.view();
        assert_eq!(view.headline.key(), "label_doubt");
        assert!(view.detail.as_ref().is_some_and(|note| note.key().starts_with("printer_")), "{problem:?}");
        assert!(view.problems.is_empty(), "it is not said twice");
        assert_eq!(said(&bench.command(&Command::Reprint)), "printer_blocked", "{problem:?}");
        assert_eq!(names(&bench.at_rest(1, zebra(8572))), ["print_confirmed"]);
    }
    let mut bench = doubted();
    bench.printer(1, PrinterEvent::Blocked { problem: PrinterProblem::Absent });
    let outcome = bench.command(&Command::Reprint);
    assert_eq!((prepares(&outcome), clears(&outcome)), (Some(2), true), "it forgets before it is asked");
}

#[test]
fn the_question_names_the_end_of_the_number_and_what_to_do_without_a_label() {
    let mut bench = doubted();
    assert_eq!(bench.view().detail.map(|note| note.key()), Some("printer_asked"));
    bench.at_rest(1, Testimony::default());
    let (view, tracking) = (bench.view(), bench.tracking());
    assert_eq!(view.headline, Sentence::LabelDoubt { ending: tracking[tracking.len() - 4..].to_owned() });
    assert_eq!(view.detail.map(|note| note.key()), Some("label_none"));
}

#[test]
fn a_label_left_in_the_printer_is_forgotten_before_another_parcels_is_printed() {
    let mut bench = doubted();
    bench.command(&Command::Hold);
    bench.later(3_000);
    bench.scan(THIRD);
    let committed = bench.weigh(500);
    assert_eq!((prepares(&committed), clears(&committed)), (Some(1), true));
    bench.ready_at(1, zebra(8566));
    bench.printer(1, PrinterEvent::Sent);
    bench.out(1);
    let tracking = bench.tracking();
    bench.later(3_000);
    bench.scan(&tracking);
    bench.later(3_000);
    bench.scan(HAWAII);
    let committed = bench.weigh(500);
    assert_eq!((prepares(&committed), clears(&committed)), (Some(1), false), "that label is out");
}

#[test]
fn a_parcel_put_aside_in_doubt_is_not_printed_by_itself_and_asked_for_when_it_goes_on() {
    let mut bench = doubted();
    bench.command(&Command::Hold);
    bench.later(3_000);
    let resumed = bench.scan(OTHER);
    assert_eq!((asks(&resumed), prepares(&resumed)), (Some(1), None));
    assert_eq!(prepares(&bench.at_rest(1, zebra(8566))), Some(2));
}

#[test]
fn a_scan_is_no_word_of_the_printer() {
    let mut bench = Bench::at(State::Committed);
    bench.ready_at(1, Testimony::default());
    let confirmed =
        Fact::PrintConfirmed { parcel: ParcelId(1), attempt: 1, rung: 6, evidence: "its label was scanned".into() };
    bench.given([confirmed]);
    assert!(!bench.station.has_answered("label"));
}
