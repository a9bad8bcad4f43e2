use super::super::event::Act;
use super::*;
use crate::station::fact::BagKind;
use crate::station::fact::Intercept;
use crate::station::fact::{CopySign, PoolNext};

fn cancelled(bench: &mut Bench) -> Outcome {
    bench.order_says(|order| order.state = OrderState::Cancelled)
}

fn detail(bench: &Bench) -> &'static str {
    bench.view().detail.map_or("", |note| note.key())
}

/// What stands at the foot of the screen.
fn stands(bench: &Bench) -> Vec<&'static str> {
    bench.view().problems.iter().map(|note| note.key()).collect()
}

#[test]
fn the_news_are_called_out_at_once_and_stand_until_they_are_dealt_with() {
    let mut bench = Bench::at(State::Verified);
    let news = cancelled(&mut bench);
    assert_eq!((names(&news), said(&news)), (vec!["intercepted"], "take_out"));
    assert!(news.effects.contains(&Effect::Sound(super::super::event::Sound::Bad)));
    assert_eq!((bench.headline(), detail(&bench)), ("take_out", "order_cancelled"));
    bench.later(Live::SAY_MS);
    assert_eq!((bench.headline(), stands(&bench)), ("scan_order", vec!["take_out"]), "packing goes on");
    assert_eq!(names(&cancelled(&mut bench)), [""; 0], "the same news are none");
    let tracking = bench.tracking();
    assert_eq!(said(&bench.scan(&tracking)), "order_cancelled");
    assert_eq!(detail(&bench), "out_void");
    bench.command(&Command::Void);
    assert_eq!(names(&bench.command(&Command::Void)), ["voided"]);
    assert_eq!(stands(&bench), [""; 0]);
}

#[test]
fn in_hand_the_way_out_is_the_one_thing_to_do_whatever_a_device_says() {
    for state in [State::Open, State::Weighed, State::Committed, State::Printing, State::Sent, State::Printed] {
        let mut bench = Bench::at(state);
        let blocked = PrinterEvent::Blocked { problem: PrinterProblem::PaperOut };
        bench.printer(bench.parcel().attempt().max(1), blocked);
        cancelled(&mut bench);
        bench.later(Live::SAY_MS);
        assert_eq!((bench.headline(), detail(&bench)), ("order_cancelled", "out_void"), "{state:?}");
        let voided = [bench.command(&Command::Void), bench.command(&Command::Void)];
        assert!(voided.iter().any(|outcome| names(outcome) == ["voided"]), "{state:?}");
        assert_eq!(bench.headline(), if bench.live.say.is_some() { said(&voided[1]) } else { "scan_order" });
    }
}

#[test]
fn no_number_is_drawn_and_no_label_made_for_what_must_not_travel() {
    let mut bench = Bench::at(State::Open);
    cancelled(&mut bench);
    assert_eq!(names(&bench.weigh(500)), ["weighed"]);
    assert_eq!(bench.headline(), "order_cancelled");
    let mut bench = Bench::at(State::Verified);
    cancelled(&mut bench);
    let tracking = bench.tracking();
    bench.later(3_000);
    bench.scan(&tracking);
    let again = bench.command(&Command::Reprint);
    assert_eq!((names(&again), said(&again)), (vec![], "order_cancelled"));
}

#[test]
fn a_cage_a_bag_and_a_pallet_take_nothing_that_must_not_travel() {
    let mut bench = Bench::new();
    bench.command(&Command::BagOpen);
    bench.bring(LIGHT, State::Verified);
    cancelled(&mut bench);
    for command in [Command::Cage("7".into()), Command::BagClose] {
        let stopped = bench.command(&command);
        assert_eq!((names(&stopped), said(&stopped)), (vec![], "order_cancelled"), "{command:?}");
    }
    // It is closed before the news come: its own label stops, and so does its pallet's.
    bench.order_says(|_| ());
    assert_eq!(names(&bench.command(&Command::BagClose)), ["bag_closed"]);
    bench.command(&Command::PalletOpen);
    cancelled(&mut bench);
    let own = bench.station.own_name(&bench.rules, crate::ids::BagId(1));
    let stopped = bench.scan(&own);
    assert_eq!((names(&stopped), said(&stopped)), (vec![], "order_cancelled"));
    bench.order_says(|_| ());
    bench.later(3_000);
    assert_eq!(names(&bench.scan(&own)), ["palleted"]);
    cancelled(&mut bench);
    assert_eq!(said(&bench.command(&Command::PalletClose)), "order_cancelled");
    // HOLD takes it out of all of them.
    assert_eq!(names(&bench.command(&Command::Hold)), ["held"]);
    assert!(bench.station.bags().all(|(_, bag)| bag.kind == BagKind::Pallet || bag.parcels.is_empty()));
    assert_eq!(stands(&bench), [""; 0]);
}

#[test]
fn what_was_put_aside_closed_is_scanned_back_when_its_order_may_go() {
    let mut bench = Bench::at(State::Verified);
    bench.order_says(|order| order.state = OrderState::Hold);
    let tracking = bench.tracking();
    bench.scan(&tracking);
    assert_eq!(detail(&bench), "out_hold");
    assert_eq!(names(&bench.command(&Command::Hold)), ["held"]);
    assert_eq!(said(&bench.scan(LIGHT)), "order_hold", "not yet");
    assert_eq!(names(&bench.order_says(|_| ())), ["released"]);
    bench.later(3_000);
    assert_eq!(names(&bench.scan(LIGHT)), ["resumed"]);
    assert_eq!(bench.headline(), "resumed");
    bench.later(4_000);
    assert_eq!(bench.headline(), "scan_label");
    assert_eq!(names(&bench.scan(&tracking)), ["verified"]);
}

#[test]
fn what_its_carrier_has_cannot_be_stopped_and_is_said() {
    let mut bench = Bench::at(State::Verified);
    let carrier = bench.parcel().commitment().cloned().unwrap().carrier().to_string();
    for command in [Command::Manifest(carrier.clone()), Command::Handover(carrier)] {
        bench.command(&command);
        bench.command(&command);
    }
    let late = cancelled(&mut bench);
    assert_eq!(said(&late), "too_late");
    assert!(matches!(late.facts[..], [Fact::Intercepted { late: true, reason: Intercept::Cancelled, .. }]));
    assert_eq!(stands(&bench), [""; 0]);
    let tracking = bench.tracking();
    assert_eq!(said(&bench.scan(&tracking)), "parcel_shown");
    assert_eq!(said(&bench.command(&Command::Hold)), "gone_already");
}

#[test]
fn a_parcel_whose_item_was_blocked_since_is_unpacked_or_goes_on_when_it_may() {
    let says = |bench: &Bench, blocked| {
        let order = Box::new(bench.orders[LIGHT].clone());
        let begun = vec![(bench.parcel().id, Some((*order).clone()))];
        Event::OrderChanged { order, begun, blocked }
    };
    let mut bench = Bench::at(State::Verified);
    let now = says(&bench, true);
    let outcome = bench.when(now);
    assert!(matches!(outcome.facts[..], [Fact::Intercepted { reason: Intercept::Blocked, late: false, .. }]));
    let tracking = bench.tracking();
    assert_eq!((said(&bench.scan(&tracking)), detail(&bench)), ("parcel_blocked", "out_void"));
    let now = says(&bench, true);
    assert_eq!(names(&bench.when(now)), [""; 0], "it is no news");
    let now = says(&bench, false);
    assert_eq!(names(&bench.when(now)), ["released"]);
    bench.later(3_000);
    let carrier = bench.parcel().commitment().unwrap().carrier().clone();
    assert_eq!(names(&bench.when(Event::Act(Act::CloseManifest { carrier }))), ["manifest_closed"]);
    let now = says(&bench, true);
    bench.when(now);
    bench.later(3_000);
    assert_eq!((said(&bench.scan(&tracking)), detail(&bench)), ("parcel_blocked", "out_leave"));
}

#[test]
fn what_the_seller_calls_shipped_is_stopped_as_well_when_its_item_is_blocked_and_no_longer_than_that() {
    let mut bench = Bench::at(State::Verified);
    let says = |bench: &Bench, blocked| {
        let packed = bench.orders[LIGHT].clone();
        let order = Box::new(Order { state: OrderState::Done, ..packed.clone() });
        Event::OrderChanged { order, begun: vec![(bench.parcel().id, Some(packed))], blocked }
    };
    for (blocked, fact, stands) in
        [(false, None, false), (true, Some("intercepted"), true), (false, Some("released"), false)]
    {
        let now = says(&bench, blocked);
        assert_eq!(names(&bench.when(now)), Vec::from_iter(fact), "{blocked}");
        assert_eq!(bench.parcel().intercepted == Some(Intercept::Blocked), stands);
    }
}

#[test]
fn a_copied_database_gives_no_number_and_prints_none_that_was_drawn_before() {
    let mut bench = Bench::at(State::Committed);
    let carrier = bench.parcel().commitment().unwrap().carrier().clone();
    let (pool, serial) = drawn(&bench);
    let next = PoolNext { carrier: carrier.clone(), pool: pool.clone(), next: serial + 100 };
    let copied = Event::Copied {
        why: CopySign::Behind,
        was: "a1".into(),
        next: vec![next],
        life: "7F3A".into(),
        parcels: Vec::new(),
    };
    assert_eq!(names(&bench.when(copied)), ["copied"]);
    assert_eq!((names(&bench.ready(1)), bench.headline()), (vec![], "parcel_copied"));
    bench.command(&Command::Void);
    assert_eq!(names(&bench.command(&Command::Void)), ["voided"]);
    bench.scan(LIGHT);
    bench.weigh(500);
    assert_eq!((bench.headline(), bench.state()), ("copied_no_numbers", State::Weighed));
    assert_eq!(stands(&bench), ["station_copied"]);
    let start =
        |next| Event::Act(super::super::event::Act::StartPool { carrier: carrier.clone(), pool: pool.clone(), next });
    assert_eq!(said(&bench.when(start(serial + 99))), "pool_refused");
    let all = bench.when(Event::Act(super::super::event::Act::StartPools));
    assert!(all.facts.len() == 4 && said(&all) == "pools_started", "{all:?}");
    assert_eq!(stands(&bench), [""; 0]);
    bench.when(Event::Reconsider);
    assert_eq!(drawn(&bench), (pool, serial + 100));
    assert_eq!(said(&bench.when(Event::Act(super::super::event::Act::StartPools))), "pools_none");
}
