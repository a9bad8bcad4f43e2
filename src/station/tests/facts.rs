use std::collections::BTreeSet;

use super::*;
use crate::ids::BagId;
use crate::rating::{Basis, Billable, Change, Decision, ExpectedLoss, PriceLine, Quote, Refusal};
use crate::station::fact::BagKind;
use crate::station::fact::Before;
use crate::station::fact::Ending;
use crate::station::fact::Intercept;
use crate::station::fact::{
    Cause, ClockDoubt, ClockVoucher, Commitment, CopySign, FactKind, NumberSource, PoolNext, Sscc, Weight,
};
use crate::units::{Currency, Money};
use crate::uplink::event::EventKind;

/// One fact a line, as the first version wrote them. A line is never changed and never taken out.
const FROZEN: &str = include_str!("../../../tests/data/facts/facts.jsonl");

fn usd(minor: i64) -> Money {
    Money::new(minor, "USD".parse::<Currency>().expect("a currency"))
}

fn decision() -> Decision {
    let billable = Billable { value: "2".into(), unit: "lb".into(), basis: Basis::Dimensional };
    Decision {
        ship_date: Date::new(2026, 11, 23).expect("a day"),
        from: "US:90058".into(),
        to: "US:900".into(),
        choice: Some("ontrac.ground".into()),
        policy: String::new(),
        priority: None,
        changes: vec![],
        folded: false,
        quotes: vec![Quote {
            service: "ontrac.ground".into(),
            total: usd(1013),
            zone: "2".into(),
            billable,
            lines: vec![PriceLine { rule: "base".into(), amount: usd(1013), how: String::new() }],
            leaves: None,
            days: None,
            compared: None,
            risk: None,
            card: "c0ffee".into(),
            sort_code: Some("LAX".into()),
            sort_detail: None,
            notes: vec!["invented prices".into()],
        }],
        refusals: vec![Refusal { service: "gofo.parcel".into(), rule: "zone".into(), reason: "not served".into() }],
    }
}

/// With everything a decision may hold.
fn full_decision() -> Decision {
    let mut decision = decision();
    let quote = &mut decision.quotes[0];
    quote.lines[0].how = "zone 2, not over 2 lb".into();
    quote.leaves = Date::new(2026, 11, 24);
    quote.days = Some(3);
    quote.compared = Some(usd(990));
    quote.risk = Some(ExpectedLoss {
        cost: usd(45),
        failed: Some("10 %".into()),
        failed_believed: "4.2 %".into(),
        late: None,
        late_believed: "5 %".into(),
    });
    decision.policy = "expected".into();
    decision.priority = Some("parcel 7 of 10 of its trial".into());
    decision.changes = vec![Change {
        what: "weight".into(),
        less: "30 g".into(),
        service: "ontrac.ground".into(),
        total: usd(922),
        saves: usd(91),
    }];
    decision
}

fn commitment() -> Commitment {
    let quote = decision().quotes.remove(0);
    Commitment {
        service: quote.service.into(),
        tracking: "D90000100000019".into(),
        source: NumberSource::Drawn { pool: "ontrac-demo-1".into(), serial: 9_000_010_000_001 },
        ship_date: Date::new(2026, 11, 23).expect("a day"),
        chosen_on: None,
        total: quote.total,
        zone: quote.zone,
        billable: quote.billable,
        card: quote.card,
        days: None,
        sort_code: quote.sort_code,
        sort_detail: quote.sort_detail,
        marks: vec![],
        label_sha256: "ab".repeat(32),
        destination: ("US".into(), "900".into()),
    }
}

/// A label that came with its order, of a carrier whose cards say nothing of it.
fn supplied() -> Commitment {
    Commitment {
        service: "yodel".into(),
        tracking: "JJD0002257639032011".into(),
        source: NumberSource::Supplied,
        total: usd(0),
        zone: String::new(),
        billable: Billable { value: "0.5".into(), unit: "kg".into(), basis: Basis::Actual },
        card: String::new(),
        sort_code: None,
        destination: ("GB".into(), "SW1".into()),
        ..commitment()
    }
}

fn clock_believed(by: ClockVoucher, who: Option<&str>) -> Fact {
    Fact::ClockBelieved {
        by,
        boot: "5f0c1e7b9d3a4f6e8b2c4d6e8f0a1b3c".to_owned(),
        wall: Timestamp(1_795_000_000_000),
        since_boot: 4_000,
        anchor: 1_794_999_996_000,
        operator: who.map(|_| "7031".to_owned()),
        supervisor: who.map(str::to_owned),
    }
}

/// One of each, as this version writes them.
fn each() -> Vec<Fact> {
    let parcel = ParcelId(7);
    let ship_date = Date::new(2026, 11, 23).expect("a day");
    let text = str::to_owned;
    let weight = Weight {
        mass: Mass::from_grams(500),
        value: text("0.500"),
        unit: text("kg"),
        raw_hex: text("532053"),
        stable: true,
        scale: text("scale"),
    };
    let manifest = text("US-LAX-1.DEMO-ST01.20261123.ONTRAC.1");
    let left_out = manifest.clone();
    let before = |says| Some(Box::new(Before { says, label_mm: 150 }));
    let mute = Testimony { address: text("/dev/usb/lp0"), ..Testimony::default() };
    vec![
        Fact::ParcelOpened {
            parcel,
            order_ref: text(LIGHT),
            rev: 3,
            channel: text(""),
            shop: text(""),
            version: None,
            operator: Some(text("7031")),
        },
        Fact::ParcelOpened {
            parcel,
            order_ref: text(LIGHT),
            rev: 0,
            channel: text(""),
            shop: text(""),
            version: None,
            operator: None,
        },
        Fact::BoxChosen { parcel, box_id: text("B2") },
        Fact::Weighed { parcel, weight },
        Fact::Decided { parcel, decision: Box::new(decision()) },
        Fact::Committed { parcel, commitment: Box::new(commitment()) },
        Fact::Committed { parcel, commitment: Box::new(Commitment { sort_code: None, ..commitment() }) },
        Fact::PrintStarted { parcel, attempt: 1, printer: text("label"), before: None },
        Fact::PrintSent { parcel, attempt: 1 },
        Fact::PrintConfirmed { parcel, attempt: 1, rung: 3, evidence: text("queue empty") },
        Fact::PrintAborted { parcel, attempt: 1, reason: text("refused") },
        Fact::PrintDoubted { parcel, attempt: 1, reason: text("reset") },
        Fact::PrintSpoiled {
            parcel,
            attempt: 1,
            reason: text("smeared"),
            cause: None,
            operator: None,
            supervisor: None,
        },
        Fact::Verified { parcel, scanner: text("hand") },
        Fact::Voided { parcel, reason: text("voided by the packer") },
        Fact::Held { parcel, reason: text("DAMAGED") },
        Fact::Resumed { parcel },
        Fact::ManifestClosed {
            manifest: manifest.clone(),
            carrier: "ontrac".into(),
            ship_date,
            wave: 1,
            parcels: vec![parcel],
            operator: Some(text("7031")),
        },
        Fact::ManifestHandedOver { manifest: manifest.clone(), left_out: vec![] },
        Fact::ManifestConfirmed { manifest },
        Fact::PoolStarted { carrier: "ontrac".into(), pool: "ontrac-demo-1".into(), next: 9_000_010_000_001 },
        Fact::OutageSet { carrier: "usps".into(), out: true },
        Fact::OperatorChanged { operator: Some(text("7031")) },
        Fact::OperatorChanged { operator: None },
        Fact::LanguageChanged { language: text("es") },
        Fact::Decided { parcel, decision: Box::new(full_decision()) },
        Fact::Committed { parcel, commitment: Box::new(Commitment { days: Some(3), ..commitment() }) },
        Fact::Ended { parcel, ending: Ending::Returned, on: ship_date },
        Fact::VolumeStated { service: "ontrac.ground".into(), month: ship_date, parcels: 404, on: ship_date },
        Fact::Committed { parcel, commitment: Box::new(Commitment { sort_detail: Some(text("S01")), ..commitment() }) },
        Fact::PrintStarted { parcel, attempt: 1, printer: text("label"), before: before(zebra(8560)) },
        Fact::PrintStarted { parcel, attempt: 1, printer: text("label"), before: before(mute) },
        Fact::PrintSpoiled {
            parcel,
            attempt: 3,
            reason: text("the packer asked for another"),
            cause: Some(Cause::Smear),
            operator: Some(text("7031")),
            supervisor: Some(text("op17")),
        },
        Fact::Reopened { parcel, supervisor: text("op17") },
        Fact::Marked { parcel, mark: text("UN3481"), operator: Some(text("7031")) },
        Fact::Committed { parcel, commitment: Box::new(Commitment { marks: vec![text("UN3481")], ..commitment() }) },
        Fact::BagOpened { bag: BagId(4), kind: BagKind::Bag },
        Fact::Bagged { parcel, bag: BagId(4) },
        Fact::BagClosed {
            bag: BagId(4),
            sscc: Some(Sscc { number: text("006141411234567890"), pool: "0614141".into(), serial: 123_456_789 }),
            operator: Some(text("7031")),
        },
        Fact::BagClosed { bag: BagId(4), sscc: None, operator: None },
        Fact::Caged { parcel, cage: text("A-07") },
        Fact::Committed { parcel, commitment: Box::new(supplied()) },
        Fact::Returned { parcel, on: ship_date, operator: Some(text("7031")) },
        Fact::Returned { parcel, on: ship_date, operator: None },
        Fact::BagOpened { bag: BagId(5), kind: BagKind::Pallet },
        Fact::Palleted { bag: BagId(4), pallet: BagId(5) },
        Fact::ParcelOpened {
            parcel,
            order_ref: text(LIGHT),
            rev: 0,
            channel: text("tiktok_shop"),
            shop: text("US-01"),
            version: Some(2),
            operator: None,
        },
        Fact::Intercepted { parcel, reason: Intercept::Cancelled, late: false },
        Fact::Intercepted { parcel, reason: Intercept::Changed, late: true },
        Fact::Released { parcel },
        Fact::LeftOut { parcel, reason: text("held by the packer"), operator: Some(text("7031")) },
        Fact::ManifestHandedOver { manifest: left_out, left_out: vec![parcel] },
        Fact::OrderRefused {
            order_ref: text(LIGHT),
            channel: text("tiktok_shop"),
            shop: text("US-01"),
            reason: text("ship_to.country must be two capital letters, such as US"),
        },
        Fact::Copied {
            why: CopySign::Behind,
            was: text("d94e60fb70b01206"),
            next: vec![PoolNext { carrier: "ontrac".into(), pool: "ontrac-demo-1".into(), next: 113 }],
            life: String::new(),
        },
        Fact::Copied { why: CopySign::NoMark, was: text("d94e60fb70b01206"), next: Vec::new(), life: text("7F3A") },
        Fact::CopySettled,
        Fact::Attested { parcel, attempt: 1 },
        Fact::Committed {
            parcel,
            commitment: Box::new(Commitment { chosen_on: Date::new(2026, 11, 22), ..commitment() }),
        },
        clock_believed(ClockVoucher::Synced, None),
        clock_believed(ClockVoucher::Operator, Some("op17")),
        Fact::ClockDoubted {
            why: ClockDoubt::Leaped,
            boot: text("5f0c1e7b9d3a4f6e8b2c4d6e8f0a1b3c"),
            wall: Timestamp(2_110_000_000_000),
            since_boot: 5_000,
        },
    ]
}

#[test]
fn facts_are_written_as_they_always_were() {
    let written: Vec<String> = each().iter().map(|fact| serde_json::to_string(fact).expect("JSON")).collect();

    assert_eq!(written.join("\n"), FROZEN.trim_end());
}

#[test]
fn facts_that_were_written_once_are_read_for_ever() {
    let read: Vec<Fact> = FROZEN.lines().map(|line| serde_json::from_str(line).expect(line)).collect();
    assert_eq!(read, each());
}

#[test]
fn every_kind_of_fact_is_frozen_under_its_own_name() {
    let frozen: BTreeSet<FactKind> = each().iter().map(Fact::kind).collect();
    assert_eq!(frozen.into_iter().collect::<Vec<_>>(), FactKind::ALL);
    for (line, fact) in FROZEN.lines().zip(each()) {
        assert!(line.starts_with(&format!("{{\"fact\":\"{}\"", fact.name())), "{line}");
    }
}

#[test]
fn no_two_kinds_of_fact_share_a_name() {
    let names: BTreeSet<&str> = FactKind::ALL.iter().map(|kind| kind.name()).collect();
    assert_eq!(names.len(), FactKind::ALL.len());
}

#[test]
fn every_kind_of_event_is_told_of_some_fact_or_takes_the_place_of_one_that_was() {
    let told: BTreeSet<&str> = FactKind::ALL.iter().filter_map(|kind| Some(kind.announced().event()?.name())).collect();
    let untold = EventKind::ALL.iter().filter(|event| !told.contains(event.name()));
    assert_eq!(untold.collect::<Vec<_>>(), [&EventKind::Tombstone]);
}

#[test]
fn whatever_facts_make_goes_through_a_snapshot() {
    let mut station = Station::default();
    // A parcel is opened once, and committed once.
    let mut once = BTreeSet::from([FactKind::ParcelOpened, FactKind::Committed]);
    let mut begun = BTreeSet::new();
    for fact in each() {
        if once.remove(&fact.kind()) {
            begun.insert(fact.kind());
        } else if begun.contains(&fact.kind()) {
            continue;
        }
        station.evolve(&fact);
        let bytes = station.to_snapshot().unwrap_or_else(|error| panic!("{}: {error}", fact.name()));
        assert_eq!(Station::from_snapshot(&bytes).expect("a station"), station, "{}", fact.name());
    }
}

#[test]
fn the_same_facts_make_the_same_station() {
    let mut bench = Bench::new();
    let mut facts: Vec<Fact> = Vec::new();
    for event in [LIGHT, OTHER] {
        facts.extend(bench.scan(event).facts);
        facts.extend(bench.weigh(500).facts);
        facts.extend(bench.ready(1).facts);
        facts.extend(bench.printer(1, PrinterEvent::Sent).facts);
        let tracking = bench.tracking();
        facts.extend(bench.scan(&tracking).facts);
        bench.later(3_000);
    }
    let mut again = Bench::new();
    // Decisions are evidence: replay may leave them out.
    again.given(facts.into_iter().filter(|fact| fact.kind() != FactKind::Decided));
    assert_eq!(again.station, bench.station);
}
