use super::super::event::Act;
use super::super::fact::{CopySign, PoolNext};
use super::*;
use crate::ids::{CarrierId, PoolId};

fn start(bench: &mut Bench, carrier: &str, pool: &str, next: u64) -> Outcome {
    bench.when(Event::Act(Act::StartPool { carrier: carrier.into(), pool: pool.into(), next }))
}

#[test]
fn a_station_whose_pools_have_not_begun_gives_out_no_number() {
    let mut bench = Bench::without_numbers();
    bench.scan(LIGHT);
    let outcome = bench.weigh(500);
    assert_eq!((names(&outcome), said(&outcome)), (vec!["weighed", "decided"], "no_carrier"));
    assert!(bench.live.refusals.iter().all(|(_, why)| !why.is_empty()));
    let begun = start(&mut bench, "usps", "usps-demo-1", 1);
    assert_eq!((names(&begun), said(&begun)), (vec!["pool_started"], "pool_started"));
    assert!(begun.effects.contains(&Effect::Reconsider));
    assert_eq!(names(&bench.when(Event::Reconsider)), ["decided", "committed"]);
}

#[test]
fn a_pool_never_goes_back() {
    let mut bench = Bench::without_numbers();
    assert_eq!(names(&start(&mut bench, "usps", "usps-demo-1", 700)), ["pool_started"]);
    assert_eq!(said(&start(&mut bench, "usps", "usps-demo-1", 699)), "pool_refused");
    bench.bring(HAWAII, State::Committed);
    let serial = |bench: &Bench| bench.parcel().commitment().map(|_| drawn(bench).1);
    assert_eq!(serial(&bench), Some(700));
    assert_eq!(said(&start(&mut bench, "usps", "usps-demo-1", 700)), "pool_refused");
    bench.command(&Command::Void);
    bench.command(&Command::Void);
    assert_eq!(said(&start(&mut bench, "usps", "usps-demo-1", 700)), "pool_refused");
    assert_eq!(names(&start(&mut bench, "usps", "usps-demo-1", 701)), ["pool_started"]);
}

#[test]
fn a_pool_begins_inside_itself_and_at_its_own_station() {
    let mut bench = Bench::without_numbers();
    assert_eq!(said(&start(&mut bench, "usps", "usps-demo-1", 0)), "pool_refused");
    assert_eq!(said(&start(&mut bench, "usps", "usps-demo-1", 5_000_000)), "pool_refused");
    assert_eq!(said(&start(&mut bench, "usps", "usps-lax1-st03-1", 5_000_000)), "pool_unknown");
    assert_eq!(said(&start(&mut bench, "nobody", "usps-demo-1", 1)), "pool_unknown");
}

#[test]
fn the_last_number_of_a_pool_is_used_and_none_after_it() {
    let mut bench = Bench::without_numbers();
    start(&mut bench, "usps", "usps-demo-1", 4_999_999);
    bench.bring(HAWAII, State::Verified);
    bench.orders.get_mut(HAWAII).unwrap().parcels_planned = 2;
    bench.scan(HAWAII);
    assert_eq!(said(&bench.weigh(500)), "no_carrier");
}

fn copied(next: Vec<PoolNext>) -> Event {
    Event::Copied { why: CopySign::Behind, was: "a1".into(), next, life: "7F3A".into(), parcels: Vec::new() }
}

#[test]
fn a_copy_without_a_pool_of_its_own_goes_on_with_the_same_word() {
    let mut bench = Bench::without_numbers();
    assert_eq!(said(&bench.when(Event::Act(Act::StartPools))), "pools_none");
    assert_eq!(names(&bench.when(copied(Vec::new()))), ["copied"]);
    assert_eq!(bench.station.copied(), Some(CopySign::Behind));
    assert_eq!(names(&bench.when(Event::Act(Act::StartPools))), ["copy_settled"]);
    assert_eq!(bench.station.copied(), None);
    assert_eq!(said(&bench.when(Event::Act(Act::StartPools))), "pools_none");
}

fn shown_by_receiver(pool: &PoolNext, next: u64) -> Event {
    let next = PoolNext { next, ..pool.clone() };
    Event::Copied {
        why: CopySign::Receiver,
        was: "a1".into(),
        next: vec![next],
        life: "7F3A".into(),
        parcels: Vec::new(),
    }
}

#[test]
fn what_the_receiver_shows_again_is_told_again_only_where_more_numbers_are_to_be_left_out() {
    let mut bench = Bench::at(State::Committed);
    let (pool, serial) = drawn(&bench);
    let carrier = bench.parcel().commitment().expect("a commitment").carrier().clone();
    let pool = PoolNext { carrier, pool, next: serial + 1 };
    let of_pool = |(carrier, id, next): (&CarrierId, &PoolId, u64)| {
        (*carrier == pool.carrier && *id == pool.pool).then_some(next)
    };
    for (beyond, told, least) in [(9, &["copied"][..], 9), (9, &[], 9), (7, &[], 9), (12, &["copied"], 12)] {
        assert_eq!(names(&bench.when(shown_by_receiver(&pool, serial + beyond))), told);
        assert_eq!(bench.station.suspended().find_map(of_pool), Some(serial + least));
        assert_eq!(bench.station.pools_before_copy().find_map(of_pool), Some(serial + 1), "histories parted there");
    }
    let silent = bench.when(Event::Copied {
        why: CopySign::Receiver,
        was: "a1".into(),
        next: Vec::new(),
        life: "7F3A".into(),
        parcels: Vec::new(),
    });
    assert_eq!(names(&silent), [""; 0]);
    // Whoever has said how to go on is told when it is found once more.
    bench.when(Event::Act(Act::StartPools));
    assert_eq!(names(&bench.when(shown_by_receiver(&pool, serial + 12))), ["copied"]);
}

#[test]
fn a_copy_that_finds_itself_put_back_while_pools_wait_says_so_too() {
    let mut bench = Bench::without_numbers();
    for _ in 0..2 {
        assert_eq!(names(&bench.when(copied(Vec::new()))), ["copied"]);
    }
}

#[test]
fn a_closed_parcel_whose_number_was_drawn_after_the_histories_parted_does_not_leave() {
    let mut bench = Bench::new();
    bench.bring(HAWAII, State::Verified);
    let outcome = bench.when(Event::Copied {
        why: CopySign::Receiver,
        was: "a1".into(),
        next: Vec::new(),
        life: "7F3A".into(),
        parcels: vec![ParcelId(1), ParcelId(9)],
    });
    assert_eq!(names(&outcome), ["copied", "intercepted"]);
    let carrier = bench.parcel().commitment().expect("a commitment").carrier().clone();
    let closed = bench.when(Event::Act(Act::CloseManifest { carrier }));
    assert_eq!((names(&closed), said(&closed)), (vec![], "parcel_copied"));
}

#[test]
fn a_label_that_may_be_on_another_parcel_is_not_called_waste() {
    let mut bench = Bench::new();
    bench.bring(HAWAII, State::Printed);
    bench.when(copied(Vec::new()));
    let outcome = bench.command(&Command::Reprint);
    assert_eq!((names(&outcome), said(&outcome)), (vec![], "parcel_copied"));
}
