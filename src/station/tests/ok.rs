//! OK, scanned or pressed on the bench's own button, answers the question that stands.

use super::*;
use crate::barcode::Confirmation;

/// The button on the board's own lines, as `devices` reports it.
fn press(bench: &mut Bench) -> Outcome {
    bench.later(1_000);
    let scan = Scan { aim: None, text: Command::Ok.encode() };
    bench.when(Event::Scanned { scanner: "button".to_owned(), scan, order: Lookup::None })
}

fn scan_ok(bench: &mut Bench) -> Outcome {
    bench.command(&Command::Ok)
}

/// Both ways to say OK.
const WAYS: [fn(&mut Bench) -> Outcome; 2] = [press, scan_ok];

fn carrier(bench: &Bench) -> String {
    bench.parcel().commitment().expect("committed").carrier().to_string()
}

#[test]
fn ok_is_the_second_scan_of_void() {
    for ok in WAYS {
        let mut bench = Bench::at(State::Printed);
        bench.command(&Command::Void);
        let outcome = ok(&mut bench);
        assert_eq!((names(&outcome), said(&outcome)), (vec!["voided"], "voided"));
        assert_eq!(bench.state(), State::Voided);
        assert_eq!(said(&ok(&mut bench)), "help", "the question is answered");
    }
}

#[test]
fn ok_voids_the_closed_parcel_whose_label_was_scanned() {
    for ok in WAYS {
        let mut bench = Bench::at(State::Verified);
        let tracking = bench.tracking();
        bench.scan(&tracking);
        bench.command(&Command::Void);
        assert_eq!(names(&ok(&mut bench)), ["voided"]);
    }
}

#[test]
fn cancel_says_no_to_the_question_that_stands_and_leaves_everything_as_it_is() {
    let mut bench = Bench::at(State::Printed);
    bench.command(&Command::Void);
    let no = bench.command(&Command::Cancel);
    assert_eq!((names(&no), said(&no)), (vec![], "not_done"));
    assert_eq!((bench.state(), said(&bench.command(&Command::Void))), (State::Printed, "confirm_void"), "asked anew");
    let mut bench = Bench::at(State::Verified);
    bench.later(3_000);
    let carrier = carrier(&bench);
    for question in [Command::Manifest(carrier), Command::Void] {
        bench.command(&question);
        assert_eq!(said(&bench.command(&Command::Cancel)), "not_done", "{question:?}");
        assert_eq!(said(&bench.command(&Command::Ok)), "help", "{question:?} is not asked any more");
    }
}

#[test]
fn ok_does_not_say_which_parcel_is_to_be_voided() {
    for ok in WAYS {
        let mut bench = Bench::at(State::Verified);
        bench.later(3_000);
        assert_eq!(said(&bench.command(&Command::Void)), "void_which");
        let again = ok(&mut bench);
        assert_eq!((names(&again), said(&again)), (vec![], "void_which"));
        let tracking = bench.tracking();
        assert_eq!(said(&bench.scan(&tracking)), "confirm_void");
        assert_eq!(names(&ok(&mut bench)), ["voided"]);
    }
}

#[test]
fn ok_is_the_second_scan_of_manifest_and_of_handover() {
    for ok in WAYS {
        let mut bench = Bench::at(State::Verified);
        let carrier = carrier(&bench);
        bench.later(3_000);
        assert_eq!(said(&bench.command(&Command::Manifest(carrier.clone()))), "confirm_manifest");
        let closed = ok(&mut bench);
        assert_eq!((names(&closed), said(&closed)), (vec!["manifest_closed"], "manifest_closed"));
        assert_eq!(said(&bench.command(&Command::Handover(carrier))), "confirm_handover");
        let taken = ok(&mut bench);
        assert_eq!((names(&taken), said(&taken)), (vec!["manifest_handed_over"], "handed_over"));
    }
}

#[test]
fn ok_after_the_time_of_the_question_does_nothing() {
    for ok in WAYS {
        let mut bench = Bench::at(State::Printed);
        bench.command(&Command::Void);
        bench.later(Live::CONFIRM_MS);
        let late = ok(&mut bench);
        assert_eq!((names(&late), said(&late)), (vec![], "help"));
        assert_eq!(bench.state(), State::Printed);
    }
}

#[test]
fn ok_after_another_scan_does_nothing() {
    for ok in WAYS {
        let mut bench = Bench::at(State::Printed);
        bench.command(&Command::Void);
        bench.command(&Command::Help);
        assert_eq!(names(&ok(&mut bench)), Vec::<&str>::new());
        assert_eq!(bench.state(), State::Printed);
    }
}

#[test]
fn ok_is_no_supervisors_badge_and_the_badge_is_still_waited_for() {
    for ok in WAYS {
        let mut bench = Bench::at(State::Verified);
        let tracking = bench.tracking();
        bench.later(3_000);
        bench.scan(&tracking);
        assert_eq!(said(&bench.command(&Command::ReprintFor("SMEAR".into()))), "supervisor_needed");
        for _ in 0..2 {
            let asked = ok(&mut bench);
            assert_eq!((names(&asked), prepares(&asked), said(&asked)), (vec![], None, "supervisor_needed"));
        }
        let allowed = bench.command(&Command::Badge("op17".into()));
        assert_eq!(names(&allowed), ["reopened", "print_spoiled"]);
    }
}

#[test]
fn ok_with_no_question_says_what_to_do_next() {
    for ok in WAYS {
        for state in [State::Open, State::Committed, State::PrintUncertain, State::Verified] {
            let outcome = ok(&mut Bench::at(state));
            assert_eq!((names(&outcome), said(&outcome)), (vec![], "help"), "{state:?}");
        }
    }
}

#[test]
fn what_waits_for_more_than_one_scan_is_declared_so() {
    for spec in Command::ALL {
        let command = spec.command(spec.argument.map_or("", |(_, example)| example));
        for state in [State::Open, State::Sent, State::Printed, State::Verified] {
            let mut bench = Bench::at(state);
            let tracking = bench.parcel().tracking().map(ToString::to_string);
            bench.later(3_000);
            if let Some(tracking) = tracking.filter(|_| state == State::Verified) {
                bench.scan(&tracking);
            }
            let asked = bench.command(&command).confirm;
            let declared = spec.confirmation != Confirmation::AtOnce;
            assert!(asked.is_none() || declared, "{} in {state:?} asks for {asked:?}", spec.word);
        }
    }
}
