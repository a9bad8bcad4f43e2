use super::*;
use crate::screen::Mood;

#[test]
fn every_state_has_its_one_thing_to_do() {
    assert_eq!(Bench::new().headline(), "scan_order");
    let headlines = [
        (State::Open, "scale_silent"),
        (State::Weighed, "no_carrier"),
        (State::Committed, "printing"),
        (State::Printing, "printing"),
        (State::Sent, "scan_label"),
        (State::Printed, "scan_label"),
        (State::PrintUncertain, "label_doubt"),
        (State::Verified, "scan_order"),
    ];
    for (state, key) in headlines {
        let mut bench = Bench::at(state);
        bench.later(Live::SAY_MS);
        assert_eq!(bench.headline(), key, "{state:?}");
    }
}

#[test]
fn the_scale_is_what_an_open_parcel_waits_for() {
    let mut bench = Bench::at(State::Open);
    let expect = [
        (900, WeightState::Stable, "empty_scale"),
        (0, WeightState::Stable, "place_parcel"),
        (480, WeightState::Moving, "wait_still"),
        (0, WeightState::Negative, "weight_negative"),
        (0, WeightState::Over, "weight_over"),
        (0, WeightState::Fault(ScaleFault::DeviceFault), "scale_fault"),
        (0, WeightState::Fault(ScaleFault::UnknownUnit), "scale_unit"),
        (0, WeightState::Fault(ScaleFault::NeedsZero), "weight_negative"),
    ];
    for (grams, state, key) in expect {
        bench.scale(grams, state);
        assert_eq!(bench.headline(), key, "{state:?}");
    }
    bench.when(Event::NoWeight(NoWeight::Silent));
    assert_eq!(bench.headline(), "scale_silent");
    bench.when(Event::NoWeight(NoWeight::Garbled));
    assert_eq!(bench.headline(), "scale_nonsense");
}

#[test]
fn a_stopped_printer_is_the_headline_while_a_label_waits_for_it() {
    for state in [State::Committed, State::Printing, State::Sent] {
        let mut bench = Bench::at(state);
        bench.printer(1, PrinterEvent::Blocked { problem: PrinterProblem::PaperOut });
        let view = bench.view();
        assert_eq!((view.headline.key(), view.mood), ("printer_paper_out", Mood::Stop), "{state:?}");
        assert!(view.problems.is_empty(), "the headline is not said twice");
    }
}

#[test]
fn a_message_stands_for_its_time_and_what_to_do_stands_below_it() {
    let mut bench = Bench::at(State::Printed);
    bench.scan("something else");
    let view = bench.view();
    assert_eq!((view.headline.key(), view.detail.map(|note| note.key())), ("wrong_label", Some("scan_label")));
    let deadline = bench.live.deadline(bench.now).expect("the screen changes by itself");
    bench.now = deadline;
    assert_eq!(bench.headline(), "scan_label");
}

#[test]
fn a_question_stands_as_long_as_its_answer_is_taken() {
    let mut bench = Bench::at(State::Printed);
    bench.command(&Command::Void);
    bench.later(Live::CONFIRM_MS - 1);
    assert_eq!(bench.headline(), "confirm_void");
    bench.later(1);
    assert_eq!(bench.headline(), "scan_label");
}

#[test]
fn what_cannot_be_recorded_is_said_before_everything_else() {
    let mut bench = Bench::at(State::Printed);
    bench.scan("something else");
    bench.live.cannot_record = Some("the disk is full".into());
    let view = bench.view();
    assert_eq!((view.headline.key(), view.mood), ("cannot_record", Mood::Stop));
}

#[test]
fn a_damaged_database_is_a_line_while_recording_works_and_else_the_headline() {
    let mut bench = Bench::at(State::Printed);
    bench.live.damaged = true;
    let view = bench.view();
    assert_eq!((view.headline.key(), view.problems), ("scan_label", vec![Sentence::DatabaseDamaged]));
    bench.live.cannot_record = Some("it contradicts itself".into());
    let view = bench.view();
    assert_eq!((view.headline.key(), view.mood), ("database_stop", Mood::Stop));
    assert_eq!((view.detail.map(|detail| detail.key()), view.problems), (Some("database_damaged"), vec![]));
}

#[test]
fn the_parcel_in_hand_is_shown_with_its_price_and_number() {
    let bench = Bench::at(State::Printed);
    let view = bench.view();
    assert_eq!(view.order.as_deref(), Some(LIGHT));
    assert_eq!(view.tracking.as_deref(), Some(bench.tracking().as_str()));
    assert_eq!(view.weight, Some(("0.500 kg".to_owned(), true)));
    let total = bench.parcel().commitment().unwrap().total.to_string();
    assert_eq!(view.carrier.unwrap().1, total);
    assert_eq!(Bench::at(State::Verified).view().packed, 1);
}
