//! Parcels put aside, and parcels voided.

use super::*;

#[test]
fn a_parcel_put_aside_before_its_label_is_voided_without_going_on() {
    for state in [State::Committed, State::Weighed, State::Open] {
        let mut bench = Bench::at(state);
        bench.command(&Command::Hold);
        assert_eq!(said(&bench.command(&Command::Void)), "confirm_void", "{state:?}");
        let outcome = bench.command(&Command::Void);
        assert_eq!((names(&outcome), prepares(&outcome)), (vec!["voided"], None), "{state:?}");
        assert_eq!(bench.state(), State::Voided);
    }
}

#[test]
fn later_it_is_found_by_its_order() {
    let mut bench = Bench::at(State::Committed);
    let first = bench.tracking();
    bench.command(&Command::Hold);
    bench.later(3_000);
    bench.bring(OTHER, State::Verified);
    assert_eq!(said(&bench.command(&Command::Void)), "void_which");
    let asked = bench.scan(LIGHT);
    assert_eq!((names(&asked), said(&asked)), (vec![], "confirm_void"), "it does not go on");
    assert_eq!(names(&bench.command(&Command::Void)), ["voided"]);
    bench.later(3_000);
    bench.bring(LIGHT, State::Committed);
    assert_ne!(bench.tracking(), first, "a number never returns");
}

#[test]
fn by_its_number_too_and_what_is_none_of_these_is_scanned_as_ever() {
    let mut bench = Bench::at(State::Verified);
    let tracking = bench.tracking();
    bench.command(&Command::Void);
    assert_eq!(said(&bench.scan(&tracking)), "confirm_void");
    assert_eq!(names(&bench.command(&Command::Void)), ["voided"]);
    bench.command(&Command::Void);
    assert_eq!(names(&bench.scan(OTHER)), ["parcel_opened"], "nothing of it was put aside");
    let mut bench = Bench::at(State::Committed);
    bench.command(&Command::Hold);
    bench.later(3_000);
    bench.scan("nothing like it");
    bench.command(&Command::Void);
    bench.later(Live::CONFIRM_MS);
    assert_eq!(said(&bench.scan(LIGHT)), "resumed", "the question is over");
}

#[test]
fn a_number_is_void_until_its_manifest_and_not_after() {
    for state in [State::Committed, State::Printing, State::Sent, State::Printed, State::PrintUncertain] {
        let mut bench = Bench::at(state);
        assert_eq!(said(&bench.command(&Command::Void)), "confirm_void", "{state:?}");
        let outcome = bench.command(&Command::Void);
        assert_eq!(names(&outcome), ["voided"], "{state:?}");
        let may_come = matches!(state, State::Printing | State::Sent | State::PrintUncertain);
        assert_eq!(clears(&outcome), may_come, "{state:?}: what lies in the printer must not come out");
    }
    let mut bench = Bench::at(State::Verified);
    let tracking = bench.tracking();
    let carrier = bench.parcel().commitment().map(|c| c.carrier().to_owned()).unwrap();
    bench.when(Event::Act(super::super::event::Act::CloseManifest { carrier }));
    bench.scan(&tracking);
    assert_eq!(said(&bench.command(&Command::Void)), "void_refused");
}
