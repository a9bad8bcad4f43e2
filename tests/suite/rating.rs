//! The rate engine against a plain implementation of the same prices, on the load that is measured.

use parceld::config::carriers;
use parceld::rating::{Availability, Policy};

#[path = "../bench/rating/reference.rs"]
mod reference;
#[path = "../bench/rating/workload.rs"]
mod workload;

use reference::Checksum;

const PARCELS: usize = 2_000;

#[test]
fn the_engine_says_what_a_plain_implementation_says() {
    for seed in [1, 20_261_124] {
        let services = workload::services(workload::SERVICES, seed);
        let dir = tempfile::tempdir().expect("a folder");
        workload::write(&services, dir.path());
        let cards = carriers::load(dir.path(), &[]).unwrap_or_else(|problems| panic!("{problems}"));
        for (at, parcel) in workload::parcels(PARCELS, seed).iter().enumerate() {
            let (mut said, mut expected) = (Checksum::new(), Checksum::new());
            let rated = cards.rate(parcel, &Availability::default(), &Policy::default());
            said.engine(&rated, services.len());
            expected.reference(parcel, &services);
            assert_eq!(said, expected, "parcel {at} of seed {seed}: {parcel:#?}\n{rated:#?}");
        }
    }
}
