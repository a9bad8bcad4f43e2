use super::super::event::{Act, Printout};
use super::super::fact::BagKind;
use super::bags::{carrier, numbered, pack, printouts, say};
use super::*;
use crate::ids::BagId;

/// Closes a bag with so many parcels in it.
fn bag(bench: &mut Bench, parcels: usize) -> BagId {
    say(bench, Command::BagOpen);
    for _ in 0..parcels {
        pack(bench);
    }
    say(bench, Command::BagClose);
    BagId(bench.station.bags().count() as u64)
}

/// Opens a pallet.
fn pallet(bench: &mut Bench) -> BagId {
    assert_eq!(said(&say(bench, Command::PalletOpen)), "pallet_opened");
    BagId(bench.station.bags().count() as u64)
}

/// Scans the label of a bag or a pallet.
fn scan(bench: &mut Bench, id: BagId) -> Outcome {
    bench.later(3_000);
    let code = bench.station.container(&bench.rules, id);
    bench.scan(&code)
}

fn label(bag: BagId) -> Printout {
    Printout::Bag { bag }
}

fn on(bench: &Bench, pallet: BagId) -> Vec<BagId> {
    bench.station.bag(pallet).unwrap().bags.clone()
}

#[test]
fn closed_bags_are_laid_on_the_open_pallet_by_their_labels_and_palletclose_prints_its_own() {
    let mut bench = numbered();
    let first = bag(&mut bench, 2);
    let pallet = pallet(&mut bench);
    assert_eq!(said(&say(&mut bench, Command::PalletOpen)), "pallet_waits");
    let laid = scan(&mut bench, first);
    assert_eq!((said(&laid), laid.facts), ("bag_on_pallet", vec![Fact::Palleted { bag: first, pallet }]));
    let second = bag(&mut bench, 1);
    assert_eq!(names(&scan(&mut bench, second)), ["palleted"]);
    let again = scan(&mut bench, first);
    assert_eq!((said(&again), names(&again)), ("bag_on_pallet", vec![]), "a bag is laid on one pallet, once");
    let it = bench.station.bag(pallet).unwrap();
    assert_eq!((it.kind, it.goes.clone()), (BagKind::Pallet, bench.station.bag(first).unwrap().goes.clone()));
    assert_eq!((on(&bench, pallet), bench.station.contents(it).count()), (vec![first, second], 3));
    assert_eq!(
        bench.station.bag_mass(it).grams_rounded(),
        3 * bench.station.bag_mass(bench.station.bag(second).unwrap()).grams_rounded()
    );
    let announced = bench.told;
    let closed = say(&mut bench, Command::PalletClose);
    assert_eq!((said(&closed), names(&closed)), ("pallet_closed", vec!["bag_closed"]));
    assert_eq!(closed.say.unwrap().note, Sentence::PalletClosed { pallet: "PAL2".to_owned(), count: 2 });
    assert_eq!(bench.told, announced + 1);
    assert_eq!(said(&say(&mut bench, Command::PalletClose)), "pallet_none");
}

#[test]
fn a_pallet_is_numbered_with_the_bags_and_called_a_pallet() {
    let mut bench = Bench::new();
    let first = bag(&mut bench, 1);
    let pallet = pallet(&mut bench);
    scan(&mut bench, first);
    let closed = say(&mut bench, Command::PalletClose);
    assert_eq!(printouts(&closed), [label(pallet)]);
    assert_eq!(bench.station.container(&bench.rules, pallet), "US-LAX-1.DEMO-ST01.PAL2");
    assert_eq!((said(&scan(&mut bench, pallet)), "PAL2".parse()), ("pallet_shown", Ok(pallet)));
}

#[test]
fn a_bag_of_another_day_an_empty_one_and_one_on_a_manifest_are_refused() {
    let mut bench = Bench::new();
    let first = bag(&mut bench, 1);
    let onto = pallet(&mut bench);
    scan(&mut bench, first);
    bench.today = bench.today.next();
    let later = bag(&mut bench, 1);
    let refused = scan(&mut bench, later);
    assert_eq!((said(&refused), names(&refused)), ("pallet_other", vec![]));
    let empty = bag(&mut bench, 0);
    assert_eq!(said(&scan(&mut bench, empty)), "bag_empty");
    // A second pallet is that day's, and the first stays what it is.
    let second = pallet(&mut bench);
    let of = carrier(&bench);
    scan(&mut bench, later);
    assert_eq!((on(&bench, onto), on(&bench, second)), (vec![first], vec![later]));
    let late = bag(&mut bench, 1);
    bench.when(Event::Act(Act::CloseManifest { carrier: of }));
    pallet(&mut bench);
    assert_eq!(said(&scan(&mut bench, late)), "pallet_late");
}

#[test]
fn nothing_is_laid_where_no_pallet_is_open_and_no_open_bag_or_pallet_ever() {
    let mut bench = Bench::new();
    let first = bag(&mut bench, 1);
    assert_eq!(said(&scan(&mut bench, first)), "bag_shown");
    let onto = pallet(&mut bench);
    say(&mut bench, Command::BagOpen);
    let (_, closed) = pack(&mut bench);
    assert_eq!(said(&closed), "done_bag", "parcels go into the bag, never on the pallet");
    assert_eq!(said(&scan(&mut bench, BagId(3))), "bag_shown");
    assert_eq!(said(&scan(&mut bench, onto)), "pallet_shown");
    assert_eq!(on(&bench, onto), []);
}

#[test]
fn an_empty_pallet_is_closed_without_a_label_an_event_or_a_number() {
    let mut bench = numbered();
    let onto = pallet(&mut bench);
    let announced = bench.told;
    let closed = say(&mut bench, Command::PalletClose);
    assert_eq!((said(&closed), printouts(&closed)), ("pallet_empty", vec![]));
    assert_eq!(closed.facts, [Fact::BagClosed { bag: onto, sscc: None, operator: None }]);
    assert_eq!(bench.told, announced);
}

#[test]
fn of_several_pallets_the_label_of_a_bag_says_which_and_a_lost_label_comes_again() {
    let mut bench = Bench::new();
    let first = bag(&mut bench, 1);
    let one = pallet(&mut bench);
    scan(&mut bench, first);
    bench.today = bench.today.next();
    let second = bag(&mut bench, 1);
    let other = pallet(&mut bench);
    scan(&mut bench, second);
    pack(&mut bench);
    assert_eq!(said(&say(&mut bench, Command::PalletClose)), "pallet_which");
    scan(&mut bench, first);
    assert_eq!(printouts(&say(&mut bench, Command::PalletClose)), [label(one)]);
    scan(&mut bench, first);
    let again = say(&mut bench, Command::PalletClose);
    assert_eq!((said(&again), names(&again), printouts(&again)), ("pallet_again", vec![], vec![label(one)]));
    assert_eq!(printouts(&say(&mut bench, Command::PalletClose)), [label(other)], "the only one left");
    // Whoever has the label of a bag needs no other: BAGCLOSE means what is open.
    say(&mut bench, Command::BagOpen);
    pack(&mut bench);
    scan(&mut bench, second);
    assert_eq!(printouts(&say(&mut bench, Command::BagClose)), [label(BagId(5))]);
}

#[test]
fn closing_a_manifest_closes_the_carriers_pallets_after_its_bags() {
    let mut bench = numbered();
    let first = bag(&mut bench, 1);
    let onto = pallet(&mut bench);
    scan(&mut bench, first);
    let of = carrier(&bench);
    let closed = bench.when(Event::Act(Act::CloseManifest { carrier: of }));
    assert_eq!(names(&closed), ["bag_closed", "manifest_closed"]);
    let manifest = bench.station.manifests()[0].id.clone();
    assert_eq!(printouts(&closed), [label(onto), Printout::Manifest { manifest }]);
    assert_eq!(bench.station.container(&bench.rules, onto), "006141410000000081");
}

#[test]
fn a_parcel_that_is_voided_on_a_closed_pallet_makes_both_labels_new() {
    let mut bench = Bench::new();
    let first = bag(&mut bench, 3);
    let tracking = bench.tracking();
    let onto = pallet(&mut bench);
    scan(&mut bench, first);
    say(&mut bench, Command::PalletClose);
    bench.later(3_000);
    bench.scan(&tracking);
    say(&mut bench, Command::Void);
    let voided = say(&mut bench, Command::Void);
    assert_eq!((said(&voided), printouts(&voided)), ("voided_bag", vec![label(first), label(onto)]));
}
