//! What is personal goes when its time has come, and not before.

use std::path::Path;

use tempfile::TempDir;

use super::Core;
use super::erase::PersonalAges;
use crate::daemon::intake::OrderOrigin;
use crate::daemon::orders::readable;
use crate::daemon::{Moment, Setup, labels};
use crate::ids::ParcelId;
use crate::label::{Bitmap, Supplied};
use crate::rating::{Basis, Billable};
use crate::screen::Sentence;
use crate::station::event::Event;
use crate::station::fact::{ClockDoubt, ClockVoucher, Commitment, Fact, NumberSource};
use crate::station::order::{OrderId, OrderState};
use crate::store::{Announcement, Store, StoredOrder};
use crate::units::{Date, Money, Timestamp, Uptime};
use crate::uplink::event::EventKind;

const HOUR_MS: i64 = 3_600_000;
const AGES: PersonalAges =
    PersonalAges { confirmed: 72, unsent: None, cancelled: 100, held: 200, voided: 300, unpacked: 400 };
const NOW: Timestamp = Timestamp(1_795_000_000_000);
const FRESH: Timestamp = Timestamp(NOW.0 - 71 * HOUR_MS);
const OLD: Timestamp = Timestamp(NOW.0 - 72 * HOUR_MS);

fn id(number: &str) -> OrderId {
    OrderId { number: number.into(), ..OrderId::default() }
}

fn moment(wall: Timestamp) -> Moment {
    let today = Date::new(2026, 11, 20).expect("a day");
    Moment { now: Uptime(0), wall, today, minute: 0, clock: None }
}

struct Memory {
    dir: TempDir,
    setup: Setup,
    parcels: u64,
}

impl Memory {
    fn new() -> Self {
        let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/demo.toml");
        let setup = Setup::load(&demo).expect("the demo's configuration").0;
        Self { dir: tempfile::tempdir().expect("a folder"), setup, parcels: 0 }
    }

    fn store(&self) -> Store {
        Store::open(self.dir.path()).expect("a store")
    }

    fn core(&self) -> Core {
        Core::new(self.store(), self.setup.rules.clone(), self.setup.cards.clone()).expect("a station")
    }

    /// An order with a supplied label, that becomes so many parcels.
    fn order(&self, order_ref: &str, planned: u32) {
        self.order_in(order_ref, planned, "ready");
    }

    fn order_in(&self, order_ref: &str, planned: u32, state: &str) {
        self.order_at(NOW, order_ref, planned, state);
    }

    fn order_at(&self, at: Timestamp, order_ref: &str, planned: u32, state: &str) {
        let order = self.stored(order_ref, planned, state);
        self.core().take_orders(moment(at), &[order], OrderOrigin::File, None).expect("kept");
    }

    fn stored(&self, order_ref: &str, planned: u32, state: &str) -> StoredOrder {
        let body = serde_json::json!({
            "order_ref": order_ref, "rev": 1, "parcels_planned": planned, "state": state,
            "ship_to": { "name": "Marisol", "line1": "117 Foxglove", "city": "Here", "postcode": "90026", "country": "US" },
            "lines": [{ "sku": "S", "qty": 1 }],
        });
        let supplied = Supplied::dots(self.setup.rules.labels.printer.media, &Bitmap::new(800, 1200));
        let label = Some(labels::stored("T1", &supplied));
        StoredOrder { id: id(order_ref), shop_of_folder: false, body: body.to_string(), label, otherwise: None }
    }

    /// A parcel of an order that was only begun.
    fn begin(&mut self, order_ref: &str) {
        self.parcels += 1;
        let opened = self.opened(ParcelId(self.parcels), order_ref);
        self.store().commit(NOW, &[opened], &[]).expect("recorded");
    }

    fn opened(&self, parcel: ParcelId, order_ref: &str) -> Fact {
        Fact::ParcelOpened {
            parcel,
            order_ref: order_ref.into(),
            rev: 1,
            channel: String::new(),
            shop: String::new(),
            version: Some(1),
            operator: None,
        }
    }

    /// A parcel of an order, as far as these say: `""`, `manifested`, `confirmed`, `voided`.
    fn parcel(&mut self, order_ref: &str, to: &str, at: Timestamp) {
        self.parcels += 1;
        let (parcel, manifest) = (ParcelId(self.parcels), format!("M{}", self.parcels));
        let ship_date = Date::new(2026, 11, 20).expect("a day");
        let commitment = Commitment {
            service: "usps.ground_advantage".into(),
            tracking: format!("T{}", self.parcels).into(),
            source: NumberSource::Supplied,
            ship_date,
            chosen_on: None,
            total: Money::new(1, "USD".parse().expect("a currency")),
            zone: String::new(),
            billable: Billable { value: "1".into(), unit: "lb".into(), basis: Basis::Actual },
            card: String::new(),
            days: None,
            sort_code: None,
            sort_detail: None,
            marks: Vec::new(),
            label_sha256: String::new(),
            destination: ("US".into(), "900".into()),
        };
        let mut facts = vec![
            self.opened(parcel, order_ref),
            Fact::Committed { parcel, commitment: Box::new(commitment) },
            Fact::Verified { parcel, scanner: "hand".into() },
        ];
        if to == "held" {
            facts.push(Fact::Held { parcel, reason: "torn".into() });
        }
        if to == "voided" {
            facts.push(Fact::Voided { parcel, reason: "torn".into() });
        }
        if ["manifested", "confirmed"].contains(&to) {
            let (carrier, parcels) = ("usps".into(), vec![parcel]);
            let manifest = manifest.clone();
            facts.push(Fact::ManifestClosed { manifest, carrier, ship_date, wave: 1, parcels, operator: None });
        }
        if to == "confirmed" {
            facts.push(Fact::ManifestConfirmed { manifest });
        }
        self.store().commit(at, &facts, &[]).expect("recorded");
    }
}

#[test]
fn only_orders_that_have_arrived_for_so_long_lose_what_is_personal_and_each_once() {
    let mut memory = Memory::new();
    for (order_ref, planned, parcels) in [
        ("gone", 1, &[("confirmed", OLD)][..]),
        ("gone-in-two", 2, &[("confirmed", OLD), ("confirmed", OLD)]),
        ("gone-at-the-second-try", 1, &[("voided", OLD), ("confirmed", OLD)]),
        ("fresh", 1, &[("confirmed", FRESH)]),
        ("half-fresh", 2, &[("confirmed", OLD), ("confirmed", FRESH)]),
        ("half-packed", 2, &[("confirmed", OLD)]),
        ("half-sent", 2, &[("confirmed", OLD), ("manifested", OLD)]),
        ("not-sent", 1, &[("manifested", OLD)]),
        ("on-the-table", 1, &[("", OLD)]),
        ("void", 1, &[("voided", OLD)]),
        ("not-packed", 1, &[]),
    ] {
        memory.order(order_ref, planned);
        for (to, at) in parcels {
            memory.parcel(order_ref, to, *at);
        }
    }
    let mut core = memory.core();
    assert_eq!(core.erase(NOW, &AGES, 2).expect("erased").orders, 2, "two at once, and no more");
    assert_eq!(core.erase(NOW, &AGES, 2).expect("erased").orders, 1);
    assert_eq!(core.erase(NOW, &AGES, 2).expect("erased").orders, 0);
    let kept = core.store().orders_not_erased(0, 100).expect("an answer");
    let all = ["fresh", "half-fresh", "half-packed", "half-sent", "not-packed", "not-sent", "on-the-table", "void"];
    let kept: std::collections::BTreeSet<&str> = kept.iter().map(|(_, id)| id.number.as_str()).collect();
    assert!(kept.into_iter().eq(all));
    let body = |core: &Core, number: &str| core.store().newest_order(&id(number)).expect("an answer").expect("one");
    assert!(!body(&core, "gone").contains("Marisol") && body(&core, "fresh").contains("Marisol"));
    assert_eq!(core.store().label(&id("gone"), "T1").expect("an answer"), None);
    assert!(core.store().label(&id("not-sent"), "T1").expect("an answer").is_some());
    // With the time the rest that has arrived goes too.
    assert_eq!(core.erase(Timestamp(NOW.0 + HOUR_MS), &AGES, 9).expect("erased").orders, 2);
}

#[test]
fn every_state_has_its_age_and_what_may_still_be_packed_comes_back_with_its_file() {
    let mut memory = Memory::new();
    for (order_ref, state, parcels) in [
        ("cancelled", "cancelled", &[][..]),
        ("on-hold", "hold", &[]),
        ("elsewhere", "done", &[]),
        ("void", "ready", &["voided"]),
        ("cancelled-and-void", "cancelled", &["voided"]),
        ("never", "ready", &[]),
        ("shelf", "ready", &["held"]),
        ("half", "ready", &["confirmed"]),
        ("not-sent", "ready", &["manifested"]),
        ("closed", "ready", &[""]),
    ] {
        let planned = if order_ref == "half" { 2 } else { 1 };
        memory.order_in(order_ref, planned, state);
        for to in parcels {
            memory.parcel(order_ref, to, NOW);
        }
    }
    let mut core = memory.core();
    let at = |hours: i64| Timestamp(NOW.0 + hours * HOUR_MS);
    let mut gone_at = |hours: i64, ages: &PersonalAges| {
        let before = core.store().orders_not_erased(0, 100).expect("an answer");
        core.erase(at(hours), ages, 100).expect("erased");
        let after = core.store().orders_not_erased(0, 100).expect("an answer");
        let gone = before.into_iter().filter(|known| !after.contains(known));
        gone.map(|(_, id)| id.number).collect::<Vec<_>>()
    };
    for (hours, gone) in [
        (71, &[][..]),
        (72, &["elsewhere"]),
        (99, &[]),
        (100, &["cancelled", "cancelled-and-void"]),
        (199, &[]),
        (200, &["on-hold", "shelf"]),
        (299, &[]),
        (300, &["void"]),
        (399, &[]),
        (400, &["never", "half"]),
        (100_000, &[]),
    ] {
        assert_eq!(gone_at(hours, &AGES), gone, "after {hours} hours");
    }
    // What was not sent is never erased, unless it has an age.
    assert_eq!(gone_at(500, &PersonalAges { unsent: Some(500), ..AGES }), ["not-sent"]);

    let known = |core: &Core, number: &str| core.store().known_order(&id(number)).expect("an answer").expect("one");
    for (order_ref, state) in
        [("cancelled", OrderState::Cancelled), ("on-hold", OrderState::Hold), ("not-sent", OrderState::Done)]
    {
        let known = known(&core, order_ref);
        assert_eq!(readable(&known.body).map(|stub| stub.state), Some(state), "{order_ref}");
    }
    assert!(["never", "half", "void", "shelf"].iter().all(|number| known(&core, number).key_gone));
    drop(core);
    for (order_ref, state, back) in
        [("cancelled", "cancelled", false), ("on-hold", "hold", false), ("never", "ready", true)]
    {
        memory.order_in(order_ref, 1, state);
        let core = memory.core();
        assert_eq!(known(&core, order_ref).body.contains("Marisol"), back, "{order_ref}");
    }
}

#[test]
fn what_arrived_while_the_clock_was_in_doubt_is_erased_neither_early_nor_never() {
    let mut memory = Memory::new();
    let believed = Fact::ClockBelieved {
        by: ClockVoucher::Synced,
        boot: String::new(),
        wall: NOW,
        since_boot: 0,
        anchor: 0,
        operator: None,
        supervisor: None,
    };
    let doubted = Fact::ClockDoubted { why: ClockDoubt::Leaped, boot: String::new(), wall: NOW, since_boot: 0 };
    let says = |memory: &Memory, at, fact: &Fact| {
        memory.store().commit(at, std::slice::from_ref(fact), &[]).expect("recorded");
    };
    for order_ref in ["in-time", "in-1970", "in-2036"] {
        memory.order(order_ref, 1);
    }
    says(&memory, OLD, &believed);
    memory.parcel("in-time", "confirmed", OLD);
    says(&memory, Timestamp(0), &doubted);
    memory.parcel("in-1970", "confirmed", Timestamp(0));
    memory.parcel("in-2036", "confirmed", Timestamp(NOW.0 + 87_660 * HOUR_MS));
    assert_eq!(memory.core().erase(NOW, &AGES, 9).expect("erased").orders, 1, "nobody knows how old the others are");
    says(&memory, NOW, &believed);
    assert_eq!(memory.core().erase(Timestamp(NOW.0 + 71 * HOUR_MS), &AGES, 9).expect("erased").orders, 0);
    assert_eq!(memory.core().erase(Timestamp(NOW.0 + 72 * HOUR_MS), &AGES, 9).expect("erased").orders, 2);
}

#[test]
fn an_order_that_came_while_the_clock_stood_in_1970_is_as_old_as_the_next_time_that_was_believed() {
    let memory = Memory::new();
    let (why, boot) = (ClockDoubt::Behind, String::new);
    let doubted = Fact::ClockDoubted { why, boot: boot(), wall: Timestamp(0), since_boot: 0 };
    memory.store().commit(Timestamp(0), &[doubted], &[]).expect("recorded");
    memory.order_at(Timestamp(0), "in-1970", 1, "ready");
    let (by, wall) = (ClockVoucher::Synced, NOW);
    let believed =
        Fact::ClockBelieved { by, boot: boot(), wall, since_boot: 0, anchor: 0, operator: None, supervisor: None };
    memory.store().commit(NOW, &[believed], &[]).expect("recorded");
    let erased = |hours: i64| memory.core().erase(Timestamp(NOW.0 + hours * HOUR_MS), &AGES, 9).expect("erased").orders;
    assert_eq!([erased(0), erased(399), erased(400)], [0, 0, 1]);
}

#[test]
fn what_has_not_arrived_for_seven_days_is_called_out_until_it_has() {
    let mut memory = Memory::new();
    memory.order("not-sent", 1);
    memory.parcel("not-sent", "manifested", NOW);
    let body = String::new();
    let kind = EventKind::ParcelVerified;
    let event = |seq| Announcement { seq, kind, body: body.clone(), fact: None, manifest: None };
    memory.store().commit(NOW, &[], &[event(1)]).expect("recorded");
    let later = Timestamp(NOW.0 + 24 * HOUR_MS);
    memory.store().commit(later, &[], &[event(2), event(3)]).expect("recorded");
    let mut core = memory.core();
    assert_eq!(core.store().announced(), 3);
    let at = |hours| moment(Timestamp(NOW.0 + hours * HOUR_MS));
    let confirm = |core: &mut Core, hours, seq| {
        core.store_mut().confirm(seq).expect("noted");
        core.step(at(hours), Event::Reconsider).expect("recorded");
    };
    let not_sent = |days| vec![Sentence::NotSent { days }];
    let week = 7 * 24;
    assert_eq!(core.view(at(week - 1)).problems, []);
    assert_eq!(core.view(at(week)).problems, not_sent(7));
    assert_eq!(core.view(at(week + 49)).problems, not_sent(9));
    confirm(&mut core, week + 1, 1);
    assert_eq!(core.view(at(week + 1)).problems, [], "the second event has waited six days");
    assert_eq!(core.view(at(week + 24)).problems, not_sent(7));
    confirm(&mut core, week + 24, 3);
    assert_eq!(core.view(at(100 * week)).problems, [], "nothing waits");
}

#[test]
fn an_order_in_hand_that_cannot_be_read_is_said_until_it_is_imported_again_or_left() {
    let mut memory = Memory::new();
    memory.order("A", 1);
    memory.begin("A");
    memory.store().expire(&[id("A")]).expect("its key is gone");
    let mut core = memory.core();
    let shown = |core: &Core| {
        let view = core.view(moment(NOW));
        (view.headline.key(), view.detail.map(|detail| detail.key()))
    };
    assert_eq!(shown(&core), ("order_key_gone", Some("out_cancel")));
    core.take_orders(moment(NOW), &[memory.stored("A", 1, "ready")], OrderOrigin::File, None).expect("kept");
    assert_eq!(shown(&core).0, "scale_silent", "the parcel goes on");
}
