use super::super::event::{Act, Printout};
use super::super::fact::{BagKind, CopySign, Sscc};
use super::*;
use crate::barcode::gs1::SsccRange;
use crate::ids::BagId;
use crate::station::SSCC_POOL;

const B1: BagId = BagId(1);

pub(super) fn printouts(outcome: &Outcome) -> Vec<Printout> {
    let printouts = outcome.effects.iter().filter_map(|effect| match effect {
        Effect::Print(printout) => Some(printout.clone()),
        _ => None,
    });
    printouts.collect()
}

/// Closes another parcel of an order of many.
pub(super) fn pack(bench: &mut Bench) -> (ParcelId, Outcome) {
    bench.orders.get_mut(LIGHT).unwrap().parcels_planned = 99;
    bench.bring(LIGHT, State::Printed);
    let tracking = bench.tracking();
    bench.later(3_000);
    let closed = bench.scan(&tracking);
    bench.later(3_000);
    (ParcelId(bench.station.parcels().count() as u64), closed)
}

pub(super) fn say(bench: &mut Bench, command: Command) -> Outcome {
    bench.later(3_000);
    bench.command(&command)
}

pub(super) fn carrier(bench: &Bench) -> CarrierId {
    bench.parcel().commitment().unwrap().carrier().clone()
}

fn inside(bench: &Bench, bag: BagId) -> Vec<ParcelId> {
    bench.station.bag(bag).unwrap().parcels.iter().map(|(id, _)| *id).collect()
}

/// With SSCCs from 7 on.
pub(super) fn numbered() -> Bench {
    let mut bench = Bench::new();
    bench.rules.sscc = SsccRange::new("0614141", 0, Some((1, 8))).ok();
    let (carrier, pool) = (SSCC_POOL.into(), "0614141".into());
    let started = bench.when(Event::Act(Act::StartPool { carrier, pool, next: 7 }));
    assert_eq!(names(&started), ["pool_started"]);
    bench
}

#[test]
fn a_copy_opens_no_bag_under_a_number_that_the_other_history_gives() {
    let mut bench = Bench::new();
    say(&mut bench, Command::BagOpen);
    let copied = |life: &str| {
        let (was, next, life) = ("a1".into(), Vec::new(), life.into());
        Fact::Copied { why: CopySign::Behind, was, next, life }
    };
    // As earlier versions recorded it: their bags went on without a gap, and still do when that is read again.
    bench.given([copied(""), Fact::BagOpened { bag: BagId(2), kind: BagKind::Pallet }]);
    bench.given([copied("7F3A"), Fact::BagOpened { bag: BagId(1_003), kind: BagKind::Bag }]);
    let opened: Vec<_> = bench.station.bags().map(|(id, _)| id).collect();
    assert_eq!(opened, [B1, BagId(2), BagId(1_003)]);
    let named = |bench: &Bench, id| bench.station.own_name(&bench.rules, BagId(id));
    assert_eq!(named(&bench, 1), "US-LAX-1.DEMO-ST01.B1");
    assert_eq!(named(&bench, 1_003), "US-LAX-1.DEMO-ST01.B1003.7F3A");
    // Another copy of the same database has a bag of that number too.
    bench.later(3_000);
    assert_eq!(said(&bench.scan("US-LAX-1.DEMO-ST01.B1003.7F3A")), "bag_shown");
    bench.later(3_000);
    for other in ["US-LAX-1.DEMO-ST01.B1003.0C44", "US-LAX-1.DEMO-ST01.B1003", "US-LAX-1.DEMO-ST01.B1.7F3A"] {
        assert_eq!(said(&bench.scan(other)), "order_unknown", "{other}");
    }
}

#[test]
fn a_bag_is_of_the_carrier_and_day_of_its_first_parcel_and_takes_each_that_follows_without_a_scan() {
    let mut bench = Bench::new();
    assert_eq!(said(&say(&mut bench, Command::BagOpen)), "bag_opened");
    assert_eq!(said(&say(&mut bench, Command::BagOpen)), "bag_waits");
    let (first, closed) = pack(&mut bench);
    assert_eq!((said(&closed), names(&closed)), ("done_bag", vec!["verified", "bagged"]));
    let (second, _) = pack(&mut bench);
    assert_eq!(inside(&bench, B1), [first, second]);
    let goes = (carrier(&bench), bench.parcel().commitment().unwrap().ship_date);
    assert_eq!(bench.station.bag(B1).unwrap().goes, Some(goes));
    assert_eq!(bench.parcel().bag(), Some(B1));
}

#[test]
fn a_parcel_of_another_day_is_not_in_the_bag_and_the_screen_says_so() {
    let mut bench = Bench::new();
    say(&mut bench, Command::BagOpen);
    let (first, _) = pack(&mut bench);
    bench.today = bench.today.next();
    let (_, closed) = pack(&mut bench);
    assert_eq!((said(&closed), names(&closed)), ("done_loose", vec!["verified"]));
    // A second bag is that day's, and the first stays what it is.
    say(&mut bench, Command::BagOpen);
    let (third, closed) = pack(&mut bench);
    assert_eq!(said(&closed), "done_bag");
    assert_eq!((inside(&bench, B1), inside(&bench, BagId(2))), (vec![first], vec![third]));
}

#[test]
fn bagclose_closes_the_bag_of_the_last_parcel_and_prints_its_label() {
    let mut bench = Bench::new();
    assert_eq!(said(&say(&mut bench, Command::BagClose)), "bag_none");
    say(&mut bench, Command::BagOpen);
    pack(&mut bench);
    let closed = say(&mut bench, Command::BagClose);
    assert_eq!((said(&closed), names(&closed)), ("bag_closed", vec!["bag_closed"]));
    assert_eq!(printouts(&closed), [Printout::Bag { bag: B1 }]);
    assert_eq!(said(&say(&mut bench, Command::BagClose)), "bag_none");
    let (_, after) = pack(&mut bench);
    assert_eq!(said(&after), "done", "nothing goes into a closed bag");
}

#[test]
fn an_empty_bag_is_closed_without_a_label_an_event_or_a_number() {
    let mut bench = numbered();
    say(&mut bench, Command::BagOpen);
    let announced = bench.told;
    let closed = say(&mut bench, Command::BagClose);
    assert_eq!((said(&closed), printouts(&closed)), ("bag_empty", vec![]));
    assert_eq!(closed.facts, [Fact::BagClosed { bag: B1, sscc: None, operator: None }]);
    assert_eq!(bench.told, announced);
}

#[test]
fn with_several_open_bags_the_label_of_a_parcel_says_which_is_closed() {
    let mut bench = Bench::new();
    say(&mut bench, Command::BagOpen);
    pack(&mut bench);
    let in_first = bench.tracking();
    bench.today = bench.today.next();
    say(&mut bench, Command::BagOpen);
    pack(&mut bench);
    bench.later(3_000);
    assert_eq!(said(&bench.scan(&in_first)), "parcel_shown");
    let closed = say(&mut bench, Command::BagClose);
    assert_eq!(printouts(&closed), [Printout::Bag { bag: B1 }]);
    // Scanned again, its label is lost: another comes out, and nothing is recorded.
    bench.later(3_000);
    bench.scan(&in_first);
    let again = say(&mut bench, Command::BagClose);
    assert_eq!(
        (said(&again), names(&again), printouts(&again)),
        ("bag_again", vec![], vec![Printout::Bag { bag: B1 }])
    );
    // The other is the only one left.
    assert_eq!(said(&say(&mut bench, Command::BagClose)), "bag_closed");
}

#[test]
fn which_of_several_is_asked_where_nothing_says() {
    let mut bench = Bench::new();
    for _ in 0..2 {
        say(&mut bench, Command::BagOpen);
        pack(&mut bench);
        bench.today = bench.today.next();
    }
    say(&mut bench, Command::BagOpen);
    // The bag of the last parcel is closed; two are open, and neither took the last.
    assert_eq!(said(&say(&mut bench, Command::BagClose)), "bag_closed");
    assert_eq!(said(&say(&mut bench, Command::BagClose)), "bag_which");
}

#[test]
fn a_voided_parcel_is_out_of_its_bag_and_a_closed_bag_has_a_new_label() {
    let mut bench = Bench::new();
    say(&mut bench, Command::BagOpen);
    let (first, _) = pack(&mut bench);
    let (second, _) = pack(&mut bench);
    let (third, _) = pack(&mut bench);
    let void = |bench: &mut Bench, id: ParcelId| {
        let tracking = bench.station.parcel(id).unwrap().tracking().unwrap().to_owned();
        bench.later(3_000);
        bench.scan(&tracking);
        say(bench, Command::Void);
        say(bench, Command::Void)
    };
    let voided = void(&mut bench, second);
    assert_eq!((said(&voided), printouts(&voided)), ("voided_bag", vec![]));
    assert_eq!((inside(&bench, B1), bench.station.parcel(second).unwrap().bag()), (vec![first, third], None));
    say(&mut bench, Command::BagClose);
    let voided = void(&mut bench, third);
    assert_eq!(printouts(&voided), [Printout::Bag { bag: B1 }], "its label said one more");
    let voided = void(&mut bench, first);
    assert_eq!((inside(&bench, B1), printouts(&voided)), (vec![], vec![]), "an empty bag has no label");
}

#[test]
fn closing_a_manifest_closes_the_carriers_bags_and_prints_both() {
    let mut bench = numbered();
    say(&mut bench, Command::BagOpen);
    pack(&mut bench);
    let of = carrier(&bench);
    let closed = bench.when(Event::Act(Act::CloseManifest { carrier: of }));
    assert_eq!(names(&closed), ["bag_closed", "manifest_closed"]);
    let manifest = bench.station.manifests()[0].id.clone();
    assert_eq!(printouts(&closed), [Printout::Bag { bag: B1 }, Printout::Manifest { manifest }]);
    assert!(bench.station.bag(B1).unwrap().closed);
    assert_eq!(said(&say(&mut bench, Command::BagClose)), "bag_none");
}

#[test]
fn every_bag_has_its_own_sscc_and_when_they_run_out_bags_go_by_our_names() {
    let mut bench = numbered();
    let close = |bench: &mut Bench| {
        say(bench, Command::BagOpen);
        pack(bench);
        match say(bench, Command::BagClose).facts.pop() {
            Some(Fact::BagClosed { sscc, .. }) => sscc.map(|Sscc { number, .. }| number),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(close(&mut bench).as_deref(), Some("006141410000000074"));
    assert_eq!(close(&mut bench).as_deref(), Some("006141410000000081"));
    assert_eq!(close(&mut bench), None);
    assert_eq!(bench.station.container(&bench.rules, B1), "006141410000000074");
    assert_eq!(bench.station.container(&bench.rules, BagId(3)), "US-LAX-1.DEMO-ST01.B3");
    say(&mut bench, Command::BagOpen);
    assert!(bench.view().problems.contains(&crate::screen::Sentence::NoSscc));
}

#[test]
fn a_new_database_gives_no_sscc_until_a_person_says_where_they_start() {
    let mut bench = Bench::new();
    bench.rules.sscc = SsccRange::new("0614141", 0, None).ok();
    say(&mut bench, Command::BagOpen);
    pack(&mut bench);
    let closed = say(&mut bench, Command::BagClose);
    assert!(matches!(closed.facts[..], [Fact::BagClosed { sscc: None, .. }]));
    let start = |bench: &mut Bench, pool: &str, next| {
        let (carrier, pool) = (SSCC_POOL.into(), pool.into());
        said(&bench.when(Event::Act(Act::StartPool { carrier, pool, next })))
    };
    assert_eq!(start(&mut bench, "0614142", 1), "pool_unknown");
    assert_eq!(start(&mut bench, "0614141", 0), "pool_refused");
    assert_eq!(start(&mut bench, "0614141", 500), "pool_started");
    assert_eq!(start(&mut bench, "0614141", 499), "pool_refused", "numbers never go back");
}

#[test]
fn a_bags_own_code_shows_it() {
    let mut bench = numbered();
    say(&mut bench, Command::BagOpen);
    pack(&mut bench);
    say(&mut bench, Command::BagClose);
    say(&mut bench, Command::BagOpen);
    pack(&mut bench);
    for code in ["]C100006141410000000074", "00006141410000000074", "US-LAX-1.DEMO-ST01.B2"] {
        bench.later(3_000);
        assert_eq!(said(&bench.scan(code)), "bag_shown", "{code}");
    }
    for code in ["US-LAX-1.DEMO-ST01.B7", "US-LAX-1.OTHER.B1", "006141410000000081"] {
        bench.later(3_000);
        assert_eq!(said(&bench.scan(code)), "order_unknown", "{code}");
    }
}

#[test]
fn a_cage_is_of_the_parcel_that_was_just_closed_or_just_shown() {
    let mut bench = Bench::new();
    let cage = || Command::Cage("A-07".into());
    assert_eq!(said(&say(&mut bench, cage())), "not_here");
    let (first, _) = pack(&mut bench);
    let tracking = bench.tracking();
    let caged = say(&mut bench, cage());
    assert_eq!(caged.facts, [Fact::Caged { parcel: first, cage: "A-07".into() }]);
    let (second, _) = pack(&mut bench);
    bench.later(3_000);
    bench.scan(&tracking);
    say(&mut bench, Command::Cage("B".into()));
    assert_eq!(bench.station.parcel(first).unwrap().cage(), Some("B"));
    assert_eq!(bench.station.parcel(second).unwrap().cage(), None);
    bench.bring(OTHER, State::Open);
    assert_eq!(said(&say(&mut bench, cage())), "not_here", "with a parcel in hand nobody knows which is meant");
}

#[test]
fn papers_are_asked_for_by_command_where_there_is_a_receipt_printer() {
    let mut bench = Bench::new();
    bench.command(&Command::Badge("7031".into()));
    let shift = say(&mut bench, Command::Shift);
    let day = bench.today;
    assert_eq!(printouts(&shift), [Printout::Shift { day, operator: Some("7031".into()) }]);
    let sheet = say(&mut bench, Command::Sheet);
    assert_eq!(printouts(&sheet), [Printout::Sheet { language: None, also: vec![] }]);
    bench.rules.receipts = false;
    for command in [Command::Shift, Command::Sheet] {
        let refused = say(&mut bench, command);
        assert_eq!((said(&refused), printouts(&refused)), ("no_receipts", vec![]));
    }
}

#[test]
fn a_dead_receipt_printer_is_a_hint_and_stops_nothing() {
    let mut bench = Bench::new();
    let device = super::super::event::Device::Receipts;
    bench.when(Event::Device { device: device.clone(), away: Some("absent".into()) });
    assert_eq!(bench.view().problems, [crate::screen::Sentence::ReceiptWaits]);
    pack(&mut bench);
    let of = carrier(&bench);
    assert_eq!(names(&bench.when(Event::Act(Act::CloseManifest { carrier: of }))), ["manifest_closed"]);
    bench.when(Event::Device { device, away: None });
    assert_eq!(bench.view().problems, []);
}
