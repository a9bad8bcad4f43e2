use super::*;

#[test]
fn a_weight_counts_only_after_the_pan_was_empty() {
    let mut bench = Bench::new();
    bench.scale(900, WeightState::Stable);
    bench.scan(LIGHT);
    assert_eq!(names(&bench.scale(900, WeightState::Stable)), Vec::<&str>::new());
    assert_eq!(bench.headline(), "empty_scale");
    bench.scale(0, WeightState::Stable);
    assert_eq!(bench.headline(), "place_parcel");
    assert_eq!(names(&bench.scale(500, WeightState::Stable))[0], "weighed");
}

#[test]
fn the_parcel_that_lies_on_the_pan_is_not_weighed_for_the_next_order() {
    let mut bench = Bench::at(State::Verified);
    bench.scan(OTHER);
    assert_eq!(names(&bench.scale(500, WeightState::Stable)), Vec::<&str>::new());
}

#[test]
fn what_is_moving_negative_too_much_or_broken_is_no_weight() {
    for state in
        [WeightState::Moving, WeightState::Negative, WeightState::Over, WeightState::Fault(ScaleFault::DeviceFault)]
    {
        let mut bench = Bench::new();
        bench.scale(0, WeightState::Stable);
        bench.scan(LIGHT);
        assert_eq!(names(&bench.scale(500, state)), Vec::<&str>::new(), "{state:?}");
        assert_eq!(names(&bench.scale(500, WeightState::Stable))[0], "weighed", "{state:?}");
    }
}

#[test]
fn what_weighs_less_than_an_empty_pan_may_is_no_weight() {
    let mut bench = Bench::at(State::Open);
    assert_eq!(names(&bench.weigh(4)), Vec::<&str>::new());
    assert_eq!(names(&bench.weigh(5))[0], "weighed");
}

#[test]
fn an_old_reading_is_no_weight() {
    let mut bench = Bench::at(State::Open);
    bench.scale(500, WeightState::Stable);
    bench.later(Live::READING_AGE_MS);
    assert_eq!(names(&bench.command(&Command::Reweigh)), Vec::<&str>::new());
    assert_eq!(bench.headline(), "scale_silent");
}

#[test]
fn a_reading_that_waited_for_the_loop_is_as_old_as_it_is() {
    let mut bench = Bench::at(State::Open);
    bench.scale(0, WeightState::Stable);
    let at = bench.now;
    bench.later(Live::READING_AGE_MS);
    let reading = bench.live.reading.clone().expect("a reading").0;
    let late = Reading { mass: Mass::from_grams(500), ..reading };
    assert_eq!(names(&bench.when(Event::Weight { reading: late, at })), Vec::<&str>::new());
}

#[test]
fn noise_takes_the_last_weight_away() {
    let mut bench = Bench::at(State::Open);
    bench.scale(500, WeightState::Stable);
    bench.when(Event::NoWeight(NoWeight::Garbled));
    assert_eq!(names(&bench.command(&Command::Reweigh)), Vec::<&str>::new());
    assert_eq!(names(&bench.scale(500, WeightState::Stable))[0], "weighed");
}

#[test]
fn a_scale_that_slept_wants_an_empty_pan_again() {
    let mut bench = Bench::new();
    bench.scale(0, WeightState::Stable);
    bench.scan(LIGHT);
    bench.when(Event::NoWeight(NoWeight::Silent));
    assert_eq!(names(&bench.scale(500, WeightState::Stable)), Vec::<&str>::new());
    assert_eq!(names(&bench.weigh(500))[0], "weighed");
}

#[test]
fn zero_is_said_when_the_scale_has_said_it() {
    let mut bench = Bench::at(State::Open);
    let pressed = bench.command(&Command::Zero);
    assert!(pressed.effects.contains(&Effect::Press(ScaleKey::Zero)));
    assert_eq!(bench.headline(), "scale_key");
    bench.when(Event::ScaleKey { key: ScaleKey::Zero, refused: Some(KeyRefusal::Over) });
    assert_eq!(bench.headline(), "scale_refused");
    bench.when(Event::ScaleKey { key: ScaleKey::Zero, refused: None });
    assert_eq!(bench.headline(), "zeroed");
}

#[test]
fn after_the_tare_the_next_thing_on_the_pan_is_the_parcel() {
    let mut bench = Bench::new();
    bench.scale(900, WeightState::Stable);
    bench.scan(LIGHT);
    assert!(bench.command(&Command::Tare).effects.contains(&Effect::Press(ScaleKey::Tare)));
    bench.when(Event::ScaleKey { key: ScaleKey::Tare, refused: None });
    assert_eq!(names(&bench.scale(500, WeightState::Stable))[0], "weighed");
}

#[test]
fn a_scale_that_went_away_and_came_back_wants_an_empty_pan_again() {
    let mut bench = Bench::new();
    bench.scale(0, WeightState::Stable);
    bench.scan(LIGHT);
    let device = super::super::event::Device::Scale;
    bench.when(Event::Device { device: device.clone(), away: Some("unplugged".into()) });
    assert_eq!(bench.headline(), "scale_absent");
    bench.when(Event::Device { device, away: None });
    assert_eq!(names(&bench.scale(500, WeightState::Stable)), Vec::<&str>::new());
}

#[test]
fn reweigh_takes_what_lies_on_the_pan_now() {
    let mut bench = Bench::new();
    bench.scale(500, WeightState::Stable);
    bench.scan(LIGHT);
    bench.later(100);
    bench.scale(500, WeightState::Stable);
    assert_eq!(names(&bench.command(&Command::Reweigh))[0], "weighed");
}

#[test]
fn reweigh_while_the_pan_moves_takes_the_weight_when_it_is_still() {
    let mut bench = Bench::new();
    bench.scan(LIGHT);
    bench.scale(480, WeightState::Moving);
    assert_eq!(names(&bench.command(&Command::Reweigh)), Vec::<&str>::new());
    assert_eq!(names(&bench.scale(500, WeightState::Stable))[0], "weighed");
}

#[test]
fn reweigh_of_a_parcel_without_a_carrier_rates_the_new_weight() {
    let mut bench = Bench::at(State::Weighed);
    bench.scale(500, WeightState::Stable);
    assert_eq!(names(&bench.command(&Command::Reweigh)), ["weighed", "decided", "committed"]);
}

#[test]
fn reweigh_of_a_parcel_with_a_weight_never_waits_for_what_comes_next() {
    let mut bench = Bench::at(State::Weighed);
    bench.scale(500, WeightState::Moving);
    assert_eq!(said(&bench.command(&Command::Reweigh)), "wait_still");
    bench.command(&Command::Cancel);
    bench.scan(OTHER);
    assert_eq!(names(&bench.scale(500, WeightState::Stable)), Vec::<&str>::new());
}

#[test]
fn a_weight_asked_for_by_reweigh_is_not_taken_for_the_next_order() {
    for leave in [Command::Cancel, Command::Hold] {
        let mut bench = Bench::new();
        bench.scan(LIGHT);
        bench.scale(500, WeightState::Moving);
        bench.command(&Command::Reweigh);
        bench.command(&leave);
        bench.scan(OTHER);
        assert_eq!(names(&bench.scale(500, WeightState::Stable)), Vec::<&str>::new(), "{leave:?}");
    }
}

#[test]
fn reweigh_after_a_number_was_used_is_refused() {
    for state in [State::Committed, State::Printing, State::Sent, State::Printed, State::PrintUncertain] {
        let mut bench = Bench::at(state);
        assert_eq!(said(&bench.command(&Command::Reweigh)), "not_here", "{state:?}");
    }
}

#[test]
fn a_weight_after_the_number_changes_nothing() {
    for state in [State::Weighed, State::Committed, State::Printing, State::Sent, State::PrintUncertain] {
        let mut bench = Bench::at(state);
        assert_eq!(names(&bench.weigh(700)), Vec::<&str>::new(), "{state:?}");
    }
}

#[test]
fn a_parcel_nobody_carries_says_why() {
    let mut bench = Bench::new();
    bench.scan(HEAVY);
    let outcome = bench.weigh(40_500);
    assert_eq!((names(&outcome), said(&outcome)), (vec!["weighed", "decided"], "no_carrier"));
    let detail = bench.view().detail.expect("why");
    assert_eq!(detail.key(), "refusal");
    assert_eq!(bench.live.refusals.len(), bench.live.refusals.iter().filter(|(_, why)| !why.is_empty()).count());
}

#[test]
fn a_carrier_whose_numbers_cannot_be_made_does_not_hold_a_parcel_up() {
    let mut bench = Bench::new();
    let carriers = bench.cards.carriers().iter().cloned().map(|mut carrier| {
        if carrier.id != "usps" {
            carrier.number.as_mut().expect("a rule").width = 1;
        }
        carrier
    });
    let cards = Cards::new(carriers.collect(), bench.cards.services().to_vec(), String::new());
    bench.cards = Arc::new(cards);
    bench.scan(LIGHT);
    bench.weigh(500);
    assert_eq!(bench.parcel().commitment().map(|c| c.carrier().as_str()), Some("usps"));
}

#[test]
fn a_carton_is_rated_anew() {
    let mut bench = Bench::at(State::Weighed);
    let outcome = bench.command(&Command::Box("B2".into()));
    assert_eq!((names(&outcome), said(&outcome)), (vec!["box_chosen", "decided"], "no_carrier"));
    assert_eq!(said(&bench.command(&Command::Box("B99".into()))), "unknown_box");
    let mut bench = Bench::at(State::Open);
    let outcome = bench.command(&Command::Box("B4".into()));
    assert_eq!((names(&outcome), said(&outcome)), (vec!["box_chosen"], "box_set"));
    bench.weigh(500);
    let big = bench.parcel().commitment().cloned().unwrap().total.minor;
    let small = Bench::at(State::Committed).parcel().commitment().cloned().unwrap().total.minor;
    assert!(big > small, "{big} {small}");
    assert_eq!(said(&bench.command(&Command::Box("B1".into()))), "not_here");
}

#[test]
fn a_carrier_left_out_is_not_chosen_and_comes_back() {
    let mut bench = Bench::at(State::Committed);
    let first = bench.parcel().commitment().cloned().unwrap().carrier().to_string();
    bench.command(&Command::Hold);
    let outcome = bench.command(&Command::Outage(first.clone()));
    assert_eq!((names(&outcome), said(&outcome)), (vec!["outage_set"], "outage_on"));
    assert!(outcome.effects.contains(&Effect::Reconsider));
    bench.bring(OTHER, State::Committed);
    assert_ne!(bench.parcel().commitment().cloned().unwrap().carrier().as_str(), first);
    assert_eq!(said(&bench.command(&Command::Outage(first))), "outage_off");
    assert_eq!(said(&bench.command(&Command::Outage("nobody".into()))), "unknown_carrier");
}

#[test]
fn a_parcel_that_found_no_carrier_is_rated_again_when_something_changed() {
    let mut bench = Bench::new();
    for carrier in ["cityline", "gofo", "ontrac", "usps"] {
        bench.command(&Command::Outage(carrier.into()));
    }
    bench.scan(LIGHT);
    assert_eq!(said(&bench.weigh(500)), "no_carrier");
    bench.command(&Command::Outage("usps".into()));
    assert_eq!(names(&bench.when(Event::Reconsider)), ["decided", "committed"]);
    for state in [State::Open, State::Committed, State::Sent, State::PrintUncertain] {
        assert_eq!(Bench::at(state).when(Event::Reconsider), Outcome::default(), "{state:?}");
    }
}

#[test]
fn why_no_carrier_took_it_is_asked_again_after_a_restart_and_after_a_hold() {
    let mut bench = Bench::at(State::Weighed);
    assert_eq!(bench.when(Event::Started).effects, [Effect::Reconsider]);
    bench.command(&Command::Hold);
    assert!(bench.scan(LIGHT).effects.contains(&Effect::Reconsider));
}
