//! A label printed again: by whom, why, how often.

use super::*;
use crate::station::fact::Cause;

fn spoiled(outcome: &Outcome) -> (Option<Cause>, Option<String>, Option<String>) {
    let found = outcome.facts.iter().find_map(|fact| match fact {
        Fact::PrintSpoiled { cause, operator, supervisor, .. } => Some((*cause, operator.clone(), supervisor.clone())),
        _ => None,
    });
    found.unwrap_or_else(|| panic!("nothing is spoiled: {outcome:?}"))
}

fn badge(who: &str) -> Command {
    Command::Badge(who.to_owned())
}

/// A label printed as often as the packer alone may.
fn used_up() -> Bench {
    let mut bench = Bench::at(State::Sent);
    for attempt in 2..=Station::ATTEMPTS {
        assert_eq!(said(&bench.command(&Command::Reprint)), "reprinted", "{attempt}");
        bench.ready(attempt);
        bench.printer(attempt, PrinterEvent::Sent);
    }
    bench
}

#[test]
fn the_reason_is_recorded_with_who_gave_it_and_without_one_it_follows_from_the_state() {
    for (word, cause) in Cause::WORDS {
        let mut bench = Bench::at(State::Printed);
        bench.command(&badge("7031"));
        let outcome = bench.command(&Command::ReprintFor(word.to_lowercase()));
        assert_eq!(spoiled(&outcome), (Some(cause), Some("7031".to_owned()), None), "{word}");
    }
    for (state, cause) in
        [(State::Sent, Cause::Lost), (State::Printed, Cause::Unreadable), (State::PrintUncertain, Cause::Uncertain)]
    {
        assert_eq!(spoiled(&Bench::at(state).command(&Command::Reprint)).0, Some(cause), "{state:?}");
    }
    let mut bench = Bench::at(State::Printed);
    let outcome = bench.command(&Command::ReprintFor("COFFEE".into()));
    assert_eq!((names(&outcome), said(&outcome)), (vec![], "unknown_reason"));
}

#[test]
fn a_reprint_says_r2_and_keeps_the_number() {
    let mut bench = Bench::at(State::Printed);
    let number = bench.tracking();
    bench.command(&Command::Reprint);
    let sent = bench.ready(2).effects.into_iter().find_map(|effect| match effect {
        Effect::Send { bytes, .. } => Some(String::from_utf8_lossy(&bytes).into_owned()),
        _ => None,
    });
    let label = sent.expect("a label");
    assert!(label.contains("R2") && label.contains(&number));
}

#[test]
fn a_fourth_print_needs_a_supervisor_and_his_badge_allows_one_and_signs_nobody_in() {
    let mut bench = used_up();
    let asked = bench.command(&Command::ReprintFor("SMEAR".into()));
    assert_eq!((names(&asked), said(&asked)), (vec![], "supervisor_needed"));
    let allowed = bench.command(&badge("op17"));
    assert_eq!((names(&allowed), said(&allowed)), (vec!["print_spoiled"], "reprinted"));
    assert_eq!(spoiled(&allowed), (Some(Cause::Smear), None, Some("op17".to_owned())));
    assert_eq!((prepares(&allowed), bench.station.operator()), (Some(4), None));
    bench.ready(4);
    bench.printer(4, PrinterEvent::Sent);
    assert_eq!(said(&bench.command(&Command::Reprint)), "supervisor_needed", "one badge allows one print");
    let evidence = &bench.parcel().prints()[2].evidence;
    assert_eq!(evidence, "smeared; the packer asked for another; allowed by op17");
}

#[test]
fn another_badge_allows_nothing_and_after_the_question_a_badge_only_signs_in() {
    let mut bench = used_up();
    bench.command(&Command::Reprint);
    let refused = bench.command(&badge("7031"));
    assert_eq!((names(&refused), said(&refused)), (vec![], "not_supervisor"));
    assert_eq!(names(&bench.command(&badge("op17"))), ["operator_changed"], "the question is over");
    bench.command(&Command::Reprint);
    bench.later(Live::SUPERVISOR_MS);
    assert_eq!(names(&bench.command(&badge("op17"))), ["operator_changed"], "it was not answered in time");
}

#[test]
fn without_supervisors_it_is_said_what_is_refused() {
    let mut bench = used_up();
    bench.rules.supervisors.clear();
    let refused = bench.command(&Command::Reprint);
    assert_eq!((names(&refused), said(&refused)), (vec![], "supervisor_missing"));
    let mut bench = Bench::at(State::Verified);
    bench.rules.supervisors.clear();
    let tracking = bench.tracking();
    bench.scan(&tracking);
    assert_eq!(said(&bench.command(&Command::Reprint)), "supervisor_missing");
}

#[test]
fn no_label_is_printed_more_than_nine_times() {
    let mut bench = used_up();
    for attempt in Station::ATTEMPTS + 1..=Station::MOST_ATTEMPTS {
        bench.command(&Command::Reprint);
        assert_eq!(prepares(&bench.command(&badge("op17"))), Some(attempt));
        bench.ready(attempt);
        bench.printer(attempt, PrinterEvent::Sent);
    }
    assert_eq!(said(&bench.command(&Command::Reprint)), "reprint_most");
}

#[test]
fn a_closed_parcels_label_is_printed_again_by_a_supervisors_leave_and_the_parcel_is_to_be_scanned_again() {
    let mut bench = Bench::at(State::Verified);
    let tracking = bench.tracking();
    bench.scan(&tracking);
    assert_eq!(said(&bench.command(&Command::Reprint)), "supervisor_needed");
    let allowed = bench.command(&badge("op17"));
    assert_eq!(names(&allowed), ["reopened", "print_spoiled"]);
    assert_eq!((prepares(&allowed), bench.state(), bench.view().packed), (Some(2), State::Committed, 0));
    assert_eq!(bench.station.in_hand().map(|parcel| parcel.id), Some(ParcelId(1)));
    let carrier = bench.parcel().commitment().map(|c| c.carrier().to_owned()).unwrap();
    let close = Event::Act(super::super::event::Act::CloseManifest { carrier });
    assert_eq!(said(&bench.when(close.clone())), "manifest_empty", "it is on no manifest until it is scanned");
    bench.ready(2);
    bench.printer(2, PrinterEvent::Sent);
    bench.later(3_000);
    assert_eq!(names(&bench.scan(&tracking)), ["verified"]);
    assert_eq!(bench.view().packed, 1);
    assert_eq!(names(&bench.when(close)), ["manifest_closed"]);
    bench.later(3_000);
    bench.scan(&tracking);
    assert_eq!(said(&bench.command(&Command::Reprint)), "reprint_refused", "it is on a manifest");
}

#[test]
fn a_label_that_says_which_print_it_is_is_known_to_be_old() {
    let mut bench = Bench::at(State::Printed);
    assert_eq!(said(&bench.scan("P000001.1")), "scan_bars", "it closes nothing: it is no number of a carrier");
    bench.command(&Command::Reprint);
    bench.later(3_000);
    assert_eq!(said(&bench.scan("P000001.1")), "label_spoiled");
    bench.ready(2);
    bench.printer(2, PrinterEvent::Sent);
    bench.later(3_000);
    let old = bench.scan("P000001.1");
    assert_eq!((names(&old), said(&old)), (vec![], "old_label"));
    assert_eq!(said(&bench.scan("P000001.2")), "scan_bars");
    assert_eq!(said(&bench.scan("P000001.3")), "wrong_label");
    for text in ["P1.1", "p000001.1", "P000001.01", "P000009.1", "P000001.0"] {
        assert_eq!(said(&bench.scan(text)), "wrong_label", "{text}");
    }
    let tracking = bench.tracking();
    bench.scan(&tracking);
    bench.later(3_000);
    assert_eq!(said(&bench.scan("P000001.1")), "old_label", "after it was closed, too");
    assert_eq!(said(&bench.scan("P000001.2")), "parcel_shown");
}

#[test]
fn the_bars_of_an_old_label_close_the_parcel_and_the_screen_says_which_to_use() {
    let mut bench = Bench::at(State::Printed);
    bench.command(&Command::Reprint);
    bench.ready(2);
    bench.printer(2, PrinterEvent::Sent);
    bench.later(Live::SAY_MS);
    let view = bench.view();
    assert_eq!((view.headline.key(), view.detail.map(|note| note.key())), ("scan_label", Some("use_newest")));
    let tracking = bench.tracking();
    assert_eq!(names(&bench.scan(&tracking)), ["verified"], "the bars are the same: nobody can tell");
}

#[test]
fn of_a_badge_with_a_secret_part_only_the_name_is_told_and_without_the_part_it_allows_nothing() {
    let secret = "op17.K7Q2M6XA4TBC5DEF";
    let mut bench = used_up();
    let configured = crate::station::badge::Supervisor::of_badge(secret).configured();
    bench.rules.supervisors = [configured.parse().expect("a supervisor")].into();
    bench.command(&Command::Reprint);
    assert_eq!(said(&bench.command(&badge("op17"))), "not_supervisor", "the name alone anybody can print");
    bench.command(&Command::Reprint);
    let allowed = bench.command(&badge(secret));
    assert_eq!(spoiled(&allowed).2, Some("op17".to_owned()));
    let signed_in = bench.command(&badge(secret));
    assert_eq!((said(&signed_in), bench.station.operator()), ("welcome", Some("op17")));
    bench.ready(4);
    bench.command(&Command::Reprint);
    let wrong = bench.command(&badge("op18.K7Q2M6XA4TBC5DEF"));
    for outcome in [allowed, signed_in, wrong] {
        assert!(!format!("{outcome:?}").contains("K7Q2M6XA4TBC5DEF"), "{outcome:?}");
    }
}

#[test]
fn after_five_wrong_badges_no_supervisors_counts_for_a_minute() {
    let mut bench = used_up();
    let guess = |bench: &mut Bench, guess: &str| {
        bench.command(&Command::Reprint);
        said(&bench.command(&badge(guess))).to_owned()
    };
    for wrong in 1..Live::WRONG_BADGES {
        assert_eq!(guess(&mut bench, &format!("op{wrong}")), "not_supervisor");
    }
    assert_eq!(guess(&mut bench, "op5"), "badges_rest");
    assert_eq!(said(&bench.command(&Command::Reprint)), "badges_rest", "and none is asked for");
    assert_eq!(names(&bench.command(&badge("op17"))), ["operator_changed"], "it only signs in");
    bench.later(Live::BADGES_REST_MS);
    assert_eq!(guess(&mut bench, "op6"), "not_supervisor", "they are counted anew");
    assert_eq!(guess(&mut bench, "op17"), "reprinted");
    bench.ready(4);
    bench.printer(4, PrinterEvent::Sent);
    for wrong in 1..Live::WRONG_BADGES {
        assert_eq!(guess(&mut bench, &format!("op{wrong}")), "not_supervisor", "a right one ends the count");
    }
}
