//! The station with what it has forgotten: for whoever reads, and for the start.

use std::borrow::Cow;

use crate::ids::{BagId, ParcelId};
use crate::station::containers::Bag;
use crate::station::fact::Fact;
use crate::station::order::OrderId;
use crate::station::parcels::Parcel;
use crate::station::{Manifest, Shown, Station};
use crate::store::{Store, StoreError};

/// Facts that are replayed before the station forgets again: a bound of its memory, however long the journal is.
const AT_ONCE: u64 = 50_000;

/// The station, and the store for what it does not know any more.
#[derive(Debug, Clone, Copy)]
pub struct Archive<'a> {
    /// What is here.
    pub station: &'a Station,
    /// What was.
    pub store: &'a Store,
}

impl<'a> Archive<'a> {
    /// A parcel.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn parcel(&self, id: ParcelId) -> Result<Option<Cow<'a, Parcel>>, StoreError> {
        match self.station.parcel(id) {
            Some(parcel) => Ok(Some(Cow::Borrowed(parcel))),
            None => Ok(self.store.parcel(id)?.map(Cow::Owned)),
        }
    }

    /// The parcel that travels under a number.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn by_tracking(&self, number: &str) -> Result<Option<ParcelId>, StoreError> {
        match self.station.by_tracking(number) {
            Some(id) => Ok(Some(id)),
            None => self.store.parcel_numbered(number),
        }
    }

    /// A bag or a pallet.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn bag(&self, id: BagId) -> Result<Option<Cow<'a, Bag>>, StoreError> {
        match self.station.bag(id) {
            Some(bag) => Ok(Some(Cow::Borrowed(bag))),
            None => Ok(self.store.old_bag(id)?.map(Cow::Owned)),
        }
    }

    /// What is on a manifest and was left out, or ended otherwise.
    pub fn left_out(&self, manifest: &Manifest) -> Vec<ParcelId> {
        let here = self.station.manifests().iter().any(|known| known.id == manifest.id);
        if here { self.station.left_out(manifest).collect() } else { manifest.left_out.clone() }
    }

    /// The parcels of an order, oldest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn of_order(&self, order: &OrderId) -> Result<Vec<Cow<'a, Parcel>>, StoreError> {
        let mut parcels = Vec::new();
        for id in self.store.parcels_of_number(&order.number)? {
            parcels.extend(self.parcel(id)?.filter(|parcel| parcel.order == *order));
        }
        Ok(parcels)
    }

    /// The newest parcels, newest first.
    pub fn newest_parcels(&self) -> impl Iterator<Item = Result<Cow<'a, Parcel>, StoreError>> {
        let ids = (1..=self.station.parcels_begun()).rev().map(ParcelId);
        let archive = *self;
        ids.filter_map(move |id| archive.parcel(id).transpose())
    }

    /// The newest manifests, newest first, so many at most.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn newest_manifests(&self, most: usize) -> Result<Vec<Cow<'a, Manifest>>, StoreError> {
        let mut manifests = Vec::new();
        for id in self.store.manifest_ids(most)? {
            match self.station.manifests().iter().find(|manifest| manifest.id == id) {
                Some(manifest) => manifests.push(Cow::Borrowed(manifest)),
                None => manifests.extend(self.store.old_manifest(&id)?.map(Cow::Owned)),
            }
        }
        Ok(manifests)
    }
}

/// The station of a database as it is now, for a reader.
///
/// # Errors
/// [`StoreError`].
pub fn load(store: &Store) -> Result<Station, StoreError> {
    let (mut seq, mut station) = store.snapshot()?.unwrap_or_default();
    while let Some(last) = replay_some(store, &mut station, seq)? {
        seq = last;
        station.forget(Shown::default());
    }
    Ok(station)
}

/// The same for the writer, who keeps what is made on the way; a long replay tells systemd that it goes on.
///
/// # Errors
/// [`StoreError`].
pub(super) fn start(store: &mut Store) -> Result<Station, StoreError> {
    const SYSTEMD_WAITS_US: u32 = 60_000_000;
    let (mut seq, mut station) = store.snapshot()?.unwrap_or_default();
    while let Some(last) = replay_some(store, &mut station, seq)? {
        keep_bags(store, &station)?;
        station.forget(Shown::default());
        if last - seq >= AT_ONCE {
            store.keep_snapshot(&station, last)?;
            tracing::info!(facts = last, of = store.last_fact(), "the journal is replayed");
            let _ = sd_notify::notify(&[sd_notify::NotifyState::ExtendTimeoutUsec(SYSTEMD_WAITS_US)]);
        }
        seq = last;
    }
    Ok(station)
}

/// Records the bags and pallets that the station is about to forget.
///
/// # Errors
/// [`StoreError`].
pub(super) fn keep_bags(store: &mut Store, station: &Station) -> Result<(), StoreError> {
    if station.bags_to_forget().next().is_none() {
        return Ok(());
    }
    store.keep_bags(station.bags_to_forget())
}

/// Replays facts after one of the journal; the number of the last one, or `None` where there are none. What a fact is about
/// and is forgotten is brought back as it was before that fact.
fn replay_some(store: &Store, station: &mut Station, after: u64) -> Result<Option<u64>, StoreError> {
    let mut last = None;
    store.replay_after(after, AT_ONCE, |seq, fact| {
        if let Some(id) = fact.parcel().filter(|_| !matches!(fact, Fact::ParcelOpened { .. }))
            && station.parcel(id).is_none()
            && let Some(parcel) = store.parcel_before(id, seq)?
        {
            station.recall(parcel);
        }
        station.evolve(&fact);
        last = Some(seq);
        Ok(())
    })?;
    Ok(last)
}

/// Brings back a bag or a pallet that was forgotten, with its pallet and all that lies on that.
///
/// # Errors
/// [`StoreError`].
pub fn recall_bag(store: &Store, station: &mut Station, id: BagId) -> Result<(), StoreError> {
    let mut wanted = vec![id];
    while let Some(id) = wanted.pop() {
        if station.bag(id).is_none()
            && let Some(bag) = store.old_bag(id)?
        {
            wanted.extend(bag.pallet.into_iter().chain(bag.bags.iter().copied()));
            station.recall_bag(id, bag);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use serde_json::json;
    use tempfile::TempDir;

    use super::*;
    use crate::barcode::{Command, Scan};
    use crate::daemon::intake::OrderOrigin;
    use crate::daemon::{Core, Moment, Setup, answers, labels};
    use crate::label::{Bitmap, Supplied};
    use crate::rating::{Basis, Billable};
    use crate::station::Outcome;
    use crate::station::event::{Act, Event, Input, Learned, Reading, WeightState};
    use crate::station::fact::{BagKind, Commitment, Ending, NumberSource, Sscc, Weight};
    use crate::store::{DATABASE, StoredLabel, StoredOrder};
    use crate::units::{Date, Mass, Money, Timestamp, Uptime};

    const AT: Timestamp = Timestamp(1_795_000_000_000);
    /// The number of the parcel that has gone.
    const GONE: &str = "D10011354453707";
    const SSCC: &str = "006141411234567890";

    struct Bench {
        dir: TempDir,
        setup: Setup,
        core: Option<Core>,
        now: u64,
    }

    impl Bench {
        /// One parcel that its carrier has, in a closed bag, and one that lies here.
        fn new() -> Self {
            let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/demo.toml");
            let setup = Setup::load(&demo).expect("the demo's configuration").0;
            let dir = tempfile::tempdir().expect("a folder");
            let mut bench = Self { dir, setup, core: None, now: 0 };
            bench.says(1, "ready");
            bench.says(2, "ready");
            let bag = BagId(1);
            let parcels = vec![ParcelId(1)];
            let sscc = Some(Sscc { number: SSCC.into(), pool: "0614141".into(), serial: 7 });
            let (manifest, ship_date, carrier) = ("M1".to_owned(), Date::EPOCH, "usps".into());
            bench.record(&[Fact::BagOpened { bag, kind: BagKind::Bag }]);
            bench.record(&packed(1));
            bench.record(&[
                Fact::Bagged { parcel: ParcelId(1), bag },
                Fact::BagClosed { bag, sscc, operator: None },
                Fact::ManifestClosed {
                    manifest: manifest.clone(),
                    carrier,
                    ship_date,
                    wave: 1,
                    parcels,
                    operator: None,
                },
                Fact::ManifestHandedOver { manifest, left_out: Vec::new() },
            ]);
            bench.record(&packed(2));
            bench
        }

        fn record(&mut self, facts: &[Fact]) {
            self.core = None;
            self.store().commit(AT, facts, &[]).expect("recorded");
        }

        fn store(&self) -> Store {
            Store::open(self.dir.path()).expect("a store")
        }

        /// The station; begun anew where it does not run.
        fn core(&mut self) -> &mut Core {
            if self.core.is_none() {
                let (rules, cards) = (self.setup.rules.clone(), self.setup.cards.clone());
                self.core = Some(Core::new(self.store(), rules, cards).expect("a station"));
            }
            self.core.as_mut().expect("a running station")
        }

        fn moment(&mut self) -> Moment {
            self.now += 10_000;
            Moment { now: Uptime(self.now), wall: AT, today: Date::EPOCH, minute: 600, clock: None }
        }

        fn step(&mut self, input: impl Into<Input>) -> Outcome {
            let moment = self.moment();
            self.core().step(moment, input).expect("recorded")
        }

        fn scan(&mut self, text: &str) -> Outcome {
            let scan = Scan::read(text.as_bytes()).expect("a code");
            self.step(Input::Scan { scanner: "hand".into(), scan })
        }

        /// What an import says of an order; the facts that follow.
        fn says(&mut self, order: u64, state: &str) -> Vec<&'static str> {
            self.imports(order, state, &json!({}), None)
        }

        /// The same of an order with this service, and a label that came with it.
        fn imports(
            &mut self,
            order: u64,
            state: &str,
            service: &serde_json::Value,
            label: Option<StoredLabel>,
        ) -> Vec<&'static str> {
            let tracking = label.as_ref().map(|label| &label.number);
            let body = json!({
                "order_ref": format!("A{order}"), "rev": self.now, "state": state,
                "ship_to": { "name": "N", "line1": "1 Road", "city": "C", "postcode": "90026", "country": "US" },
                "lines": [{ "sku": "S", "qty": 1 }], "service": service, "label": { "tracking": tracking },
            });
            let id = OrderId { number: format!("A{order}"), ..OrderId::default() };
            let order = StoredOrder { id, shop_of_folder: false, body: body.to_string(), label, otherwise: None };
            let moment = self.moment();
            let taken = self.core().take_orders(moment, &[order], OrderOrigin::File, None).expect("kept");
            taken.1.facts.iter().map(Fact::name).collect()
        }

        fn here(&mut self) -> Vec<u64> {
            self.core().station().parcels().map(|parcel| parcel.id.0).collect()
        }
    }

    /// A parcel from the scan of its order to the scan of its label.
    fn packed(number: u64) -> Vec<Fact> {
        let parcel = ParcelId(number);
        let (value, unit, scale) = ("500".into(), "g".into(), "scale".into());
        let weight = Weight { mass: Mass::from_grams(500), value, unit, raw_hex: "00".into(), stable: true, scale };
        let commitment = Commitment {
            service: "usps.ground_advantage".into(),
            tracking: if number == 1 { GONE.into() } else { format!("T{number}").into() },
            source: NumberSource::Supplied,
            ship_date: Date::EPOCH,
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
        vec![
            Fact::ParcelOpened {
                parcel,
                order_ref: format!("A{number}"),
                rev: 0,
                channel: String::new(),
                shop: String::new(),
                version: Some(1),
                operator: None,
            },
            Fact::Weighed { parcel, weight },
            Fact::Committed { parcel, commitment: Box::new(commitment) },
            Fact::Verified { parcel, scanner: "hand".into() },
        ]
    }

    fn said(outcome: &Outcome) -> &'static str {
        outcome.say.as_ref().map_or("", |say| say.note.key())
    }

    #[test]
    fn what_has_gone_is_forgotten_and_known_again_by_whatever_names_it() {
        let mut bench = Bench::new();
        assert_eq!(bench.here(), [2]);
        assert_eq!(said(&bench.scan(GONE)), "parcel_shown");
        assert_eq!(bench.here(), [1, 2], "the next command is about it");
        let returned = bench.scan(&Command::Return.encode());
        assert_eq!((said(&returned), returned.facts.len()), ("returned", 1));
        assert_eq!(said(&bench.scan("A1")), "order_done");
        assert_eq!(said(&bench.scan("4006381333931")), "order_unknown");
        assert_eq!(bench.here(), [2]);
        let learned = Learned { tracking: GONE.into(), ending: Ending::Lost, on: Date::EPOCH, service: None };
        let outcome = bench.step(Event::Act(Act::LearnOutcomes { outcomes: vec![learned.clone()] }));
        assert_eq!(outcome.facts, [Fact::Ended { parcel: ParcelId(1), ending: Ending::Lost, on: Date::EPOCH }]);
        let again = bench.step(Event::Act(Act::LearnOutcomes { outcomes: vec![learned] }));
        assert_eq!(again.facts, []);
        assert_eq!(bench.says(1, "cancelled"), ["intercepted"]);
        assert_eq!(bench.here(), [2]);
        // The same after a start.
        let before = bench.core().station().clone();
        bench.core = None;
        assert_eq!(*bench.core().station(), before);
    }

    #[test]
    fn the_number_of_a_parcel_that_has_gone_is_not_used_again_by_a_label_that_comes_with_an_order() {
        let mut bench = Bench::new();
        let supplied = Supplied::dots(bench.setup.rules.labels.printer.media, &Bitmap::new(800, 1200));
        let label = Some(labels::stored(GONE, &supplied));
        bench.imports(3, "ready", &json!({ "label_source": "supplied", "carrier": "ontrac" }), label);
        bench.scan("A3");
        let mut weigh = |grams: i64| {
            let (mass, value, unit) = (Mass::from_grams(grams), grams.to_string(), "g".into());
            let reading = Reading { mass, value, unit, state: WeightState::Stable, raw: Vec::new() };
            let at = Uptime(bench.now + 10_000);
            bench.step(Event::Weight { reading, at })
        };
        weigh(0);
        assert_eq!(said(&weigh(500)), "label_used");
    }

    #[test]
    fn a_bag_that_has_gone_is_known_by_its_labels() {
        let mut bench = Bench::new();
        assert_eq!(bench.core().station().bags().count(), 0);
        let rules = bench.setup.rules.clone();
        let own = format!("{}.{}.B1", rules.warehouse, rules.station);
        assert_eq!(said(&bench.scan(&own)), "bag_shown");
        assert_eq!(said(&bench.scan(&format!("00{SSCC}"))), "bag_shown");
        let bag = bench.core().archive().bag(BagId(1)).expect("an answer").expect("a bag").into_owned();
        assert_eq!(bag.parcels, [(ParcelId(1), Mass::from_grams(500))]);
    }

    #[test]
    fn lists_show_what_has_gone() {
        let mut bench = Bench::new();
        let (cards, rules) = (bench.setup.cards.clone(), bench.setup.rules.clone());
        let archive = bench.core().archive();
        let parcels = answers::parcels(archive, &cards, 9).expect("a list");
        let line = |at: usize| {
            (parcels[at]["parcel"].as_str(), parcels[at]["state"].as_str(), parcels[at]["manifest"].as_str())
        };
        assert_eq!(line(0), (Some("P000002"), Some("verified"), None));
        assert_eq!(line(1), (Some("P000001"), Some("manifested"), Some("M1")));
        let id = OrderId { number: "A1".into(), ..OrderId::default() };
        let order = answers::order(archive, &rules, &id).expect("an answer");
        assert_eq!((order["state"].as_str(), order["parcels"].as_u64()), (Some("packed"), Some(1)));
        assert_eq!(answers::parcel(archive, 1).expect("an answer")["bag"], "B1");
    }

    #[test]
    fn a_start_reads_the_snapshot_and_only_the_facts_after_it_and_makes_a_bad_one_again() {
        let mut bench = Bench::new();
        let station = bench.core().station().clone();
        bench.core = None;
        let mut store = bench.store();
        let last = store.last_fact();
        store.keep_snapshot(&station, last).expect("kept");
        drop(store);
        bench.record(&packed(3));
        let db = rusqlite::Connection::open(bench.dir.path().join(DATABASE)).expect("the database");
        let first =
            db.query_row("SELECT body FROM journal WHERE seq = 1", [], |row| row.get::<_, String>(0)).expect("one");
        db.execute("UPDATE journal SET body = '{}' WHERE seq = 1", []).expect("damaged");
        assert_eq!(bench.here(), [2, 3], "what was before the snapshot is not read");
        bench.core = None;
        db.execute("UPDATE journal SET body = ?1 WHERE seq = 1", [first]).expect("mended");
        db.execute("UPDATE snapshot SET body = x'7b7d'", []).expect("damaged");
        assert_eq!(bench.here(), [2, 3], "the journal makes the same station");
    }
}
