use super::*;
use crate::screen::{Awaited, Mood};

#[test]
fn every_state_has_its_one_thing_to_do() {
    assert_eq!(Bench::new().headline(), "scan_order");
    assert_eq!(Bench::new().view().awaits, Awaited::Order);
    let label = |out| Awaited::Label { attempt: 1, out };
    let headlines = [
        (State::Open, "scale_silent", Awaited::Scale),
        (State::Weighed, "no_carrier", Awaited::Hold),
        (State::Committed, "printing", Awaited::Patience),
        (State::Printing, "printing", Awaited::Patience),
        (State::Sent, "scan_label", label(false)),
        (State::Printed, "scan_label", label(true)),
        (State::PrintUncertain, "label_doubt", Awaited::Doubt { attempt: 1 }),
        (State::Verified, "scan_order", Awaited::Order),
    ];
    for (state, key, awaits) in headlines {
        let mut bench = Bench::at(state);
        bench.live.printer = None;
        bench.later(Live::SAY_MS);
        assert_eq!((bench.headline(), bench.view().awaits), (key, awaits), "{state:?}");
    }
}

#[test]
fn the_scale_is_what_an_open_parcel_waits_for() {
    let mut bench = Bench::at(State::Open);
    let expect = [
        (900, WeightState::Stable, "empty_scale", Awaited::EmptyScale),
        (0, WeightState::Stable, "place_parcel", Awaited::Parcel),
        (480, WeightState::Moving, "wait_still", Awaited::Patience),
        (0, WeightState::Negative, "weight_negative", Awaited::Zero),
        (0, WeightState::Over, "weight_over", Awaited::Lighter),
        (0, WeightState::Fault(ScaleFault::DeviceFault), "scale_fault", Awaited::Scale),
        (0, WeightState::Fault(ScaleFault::UnknownUnit), "scale_unit", Awaited::Scale),
        (0, WeightState::Fault(ScaleFault::NeedsZero), "weight_negative", Awaited::Zero),
    ];
    for (grams, state, key, awaits) in expect {
        bench.scale(grams, state);
        assert_eq!((bench.headline(), bench.view().awaits), (key, awaits), "{state:?}");
    }
    bench.when(Event::NoWeight(NoWeight::Silent));
    assert_eq!(bench.headline(), "scale_silent");
    bench.when(Event::NoWeight(NoWeight::Garbled));
    assert_eq!(bench.headline(), "scale_nonsense");
}

/// What passes over the screen changes nothing of what the station waits for.
#[test]
fn after_a_message_the_station_still_waits_for_what_it_waited_for() {
    let mut bench = Bench::at(State::Printed);
    let label = Awaited::Label { attempt: 1, out: true };
    for said in [Command::Lang("en".into()), Command::Help, Command::Cancel, Command::Zero] {
        bench.command(&said);
        assert_eq!(bench.view().awaits, label, "{said:?}");
    }
    bench.scan("something else");
    assert_eq!(bench.view().awaits, label);
    bench.command(&Command::Hold);
    assert_eq!(bench.view().awaits, Awaited::Order);
    bench.scan(LIGHT);
    assert_eq!(bench.view().awaits, label, "it goes on where it was");
    bench.live.cannot_record = Some("the disk is full".into());
    assert_eq!(bench.view().awaits, Awaited::Help);
}

#[test]
fn a_question_waits_for_yes_or_no_and_names_both() {
    let answers = |bench: &Bench| {
        let view = bench.view();
        (view.awaits, view.detail.map(|detail| detail.key()))
    };
    let mut bench = Bench::at(State::Printed);
    bench.command(&Command::Void);
    assert_eq!(answers(&bench), (Awaited::Answer, Some("answer_yes_no")));
    bench.later(Live::CONFIRM_MS);
    assert_eq!(bench.view().awaits, Awaited::Label { attempt: 1, out: true }, "nobody is asked any more");
    let mut bench = Bench::at(State::Verified);
    let carrier = bench.parcel().commitment().unwrap().carrier().to_string();
    bench.command(&Command::Manifest(carrier));
    assert_eq!(answers(&bench), (Awaited::Answer, Some("answer_yes_no")));
    // It asks for a scan that says what, and yes says nothing.
    let mut bench = Bench::new();
    bench.command(&Command::Void);
    assert_eq!(answers(&bench), (Awaited::Order, Some("answer_no")));
}

#[test]
fn a_parcel_that_must_not_go_waits_for_the_scan_that_gets_it_out() {
    let mut bench = Bench::at(State::Printed);
    let cancelled = |bench: &mut Bench| bench.order_says(|order| order.state = OrderState::Cancelled);
    cancelled(&mut bench);
    assert_eq!(bench.view().awaits, Awaited::Void);
    let mut bench = Bench::at(State::Verified);
    cancelled(&mut bench);
    let tracking = bench.tracking();
    assert_eq!(bench.view().awaits, Awaited::TakeOut { tracking: tracking.clone() });
    bench.scan(&tracking);
    assert_eq!(bench.view().awaits, Awaited::Void);
    bench.command(&Command::Void);
    assert_eq!(bench.view().awaits, Awaited::Answer);
    bench.command(&Command::Ok);
    assert_eq!(bench.view().awaits, Awaited::Order);
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
