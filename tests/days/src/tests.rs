//! A few short days; `tests/days/run` plays as many as are wanted.

use crate::command::{is_one_of, play};
use crate::mutations::Mutation;
use crate::plan::Plan;
use crate::stage::Stage;
use crate::sums::DaySums;

/// Days and their parcels.
const DAYS: u64 = 3;
const PARCELS: usize = 30;
/// Seeds that found something, until a test beside the rules says the same.
const FOUND: &[u64] = &[];
/// Days in which a weakened station must be caught.
const CAUGHT_WITHIN: u64 = 5;

#[test]
fn every_invariant_holds_on_every_day() {
    let (stage, mut sums) = (Stage::new(), DaySums::default());
    for seed in FOUND.iter().copied().chain(0..DAYS) {
        let end = play(&stage, seed, Plan::dense(PARCELS));
        assert_eq!(end.found, Vec::<String>::new(), "seed {seed}, {PARCELS} parcels");
        sums.add(&end.sums);
    }
    assert!(sums.closed >= DAYS * PARCELS as u64 && sums.manifests >= DAYS, "the days pack nothing: {sums:?}");
    assert!(sums.taken > sums.closed && sums.kills + sums.cuts > 0 && sums.flaps > 0, "nothing goes wrong: {sums:?}");
}

#[test]
fn a_seed_makes_the_same_day_again() {
    let stage = Stage::new();
    let [once, again] = [(); 2].map(|()| play(&stage, 3, Plan::dense(PARCELS)));
    assert_eq!((once.fingerprint, once.sums), (again.fingerprint, again.sums));
}

#[test]
fn a_station_that_is_weakened_on_purpose_is_caught() {
    let stage = Stage::new();
    for (mutation, name, invariants) in Mutation::ALL {
        let mut all = Vec::new();
        let caught = (0..CAUGHT_WITHIN).any(|seed| {
            all.extend(play(&stage, seed, Plan::weakened(PARCELS, mutation)).found);
            all.iter().any(|why| is_one_of(invariants, why))
        });
        assert!(caught, "{name} is not found by {invariants:?}: {all:?}");
    }
}
