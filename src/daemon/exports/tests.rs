//! What is given of a history, and what is said of it.

use std::path::Path;
use std::sync::Arc;

use tempfile::TempDir;

use super::*;
use crate::config::Config;
use crate::daemon::Setup;
use crate::rating::{Basis, Billable};
use crate::station::fact::{Commitment, Fact, Intercept, NumberSource, Weight};
use crate::store::{NewVersion, OrderBatch, Put};
use crate::units::{Date, Mass, Money};

const AT: Timestamp = Timestamp(1_795_000_000_000);
const HOUR: i64 = 3_600_000;

struct Bench {
    dir: TempDir,
    setup: Setup,
    store: Store,
}

impl Bench {
    fn new() -> Self {
        let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/demo.toml");
        let mut setup = Setup::load(&demo).expect("the demo's configuration").0;
        let dir = tempfile::tempdir().expect("a folder");
        let Config { station, exports, .. } = &mut setup.config;
        station.data_dir = dir.path().join("data");
        exports.folder = dir.path().join("out");
        exports.formats = vec!["tiktok".into()];
        let store = Store::open(&station.data_dir).expect("a store");
        Self { dir, setup, store }
    }

    fn record(&mut self, facts: &[Fact]) {
        self.record_at(AT, facts);
    }

    fn record_at(&mut self, at: Timestamp, facts: &[Fact]) {
        self.store.commit(at, facts, &[]).expect("recorded");
    }

    /// Parcels of orders, with these numbers, that are on no manifest.
    fn packs(&mut self, parcels: &[(u64, &str)]) {
        let facts: Vec<Fact> =
            parcels.iter().flat_map(|(id, order)| packed(*id, order, "US-01", "usps.priority")).collect();
        self.record(&facts);
    }

    fn job(&self, name: &str, choice: ExportChoice) -> ExportJob<'_> {
        let format = &self.setup.exports[name];
        let zone = &self.setup.config.station.timezone;
        ExportJob { store: &self.store, format, zone, choice, shop: None, channel: None }
    }

    /// The lines of a table, and what became of it; nothing is noted.
    fn makes(&self, job: &ExportJob<'_>) -> (Vec<String>, ExportReport) {
        let mut lines = Vec::new();
        let report = job.run(|_, line| {
            lines.push(String::from_utf8(line.to_vec()).expect("UTF-8").trim_end().to_owned());
            Ok(())
        });
        (lines, report.expect("a table"))
    }

    /// The same, and it is noted.
    fn gives(&mut self, name: &str, choice: ExportChoice) -> (Vec<String>, ExportReport) {
        let (lines, report) = self.makes(&self.job(name, choice));
        self.notes(&report);
        (lines, report)
    }

    fn notes(&mut self, report: &ExportReport) {
        for part in report.note.clone().parts(2) {
            self.store.note_exported(AT, &part).expect("noted");
        }
    }

    fn new_ones(&mut self) -> Vec<String> {
        self.gives("tiktok", ExportChoice::New).0
    }
}

fn packed(number: u64, order: &str, shop: &str, service: &str) -> Vec<Fact> {
    let parcel = ParcelId(number);
    let (value, unit, scale) = ("500".into(), "g".into(), "scale".into());
    let weight = Weight { mass: Mass::from_grams(500), value, unit, raw_hex: "00".into(), stable: true, scale };
    let commitment = Commitment {
        service: service.to_owned().into(),
        tracking: format!("T{number}").into(),
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
    let (channel, shop) = ("tiktok_shop".to_owned(), shop.to_owned());
    vec![
        Fact::ParcelOpened {
            parcel,
            order_ref: order.to_owned(),
            rev: 0,
            channel,
            shop,
            version: Some(1),
            operator: None,
        },
        Fact::Weighed { parcel, weight },
        Fact::Committed { parcel, commitment: Box::new(commitment) },
        Fact::Verified { parcel, scanner: "hand".into() },
    ]
}

fn closed(manifest: &str, parcels: &[u64]) -> Fact {
    let parcels = parcels.iter().map(|id| ParcelId(*id)).collect();
    let (manifest, carrier) = (manifest.to_owned(), "usps".into());
    Fact::ManifestClosed { manifest, carrier, ship_date: Date::EPOCH, wave: 1, parcels, operator: None }
}

fn said(list: &ExportMentions) -> Vec<String> {
    list.first.iter().map(ToString::to_string).collect()
}

#[test]
fn what_is_on_a_closed_manifest_is_given_once_and_again_on_request() {
    let mut bench = Bench::new();
    bench.packs(&[(1, "A1"), (2, "A2"), (3, "A1"), (4, "A3")]);
    assert_eq!(bench.new_ones(), [""; 0], "nothing has left");
    // Parcels are closed out of order, and one is left for later.
    bench.record(&[closed("M1", &[3, 1])]);
    let (lines, report) = bench.makes(&bench.job("tiktok", ExportChoice::New));
    assert_eq!(lines, ["A1,T1,USPS,N/A", "A1,T3,USPS,N/A"], "several parcels of an order are several rows");
    assert_eq!((report.rows, report.again), (2, 0));
    assert!(report.remarks[0].starts_with("the layout of tiktok was guessed;"), "{:?}", report.remarks);
    // The power goes before that is noted: nothing is lost.
    assert_eq!(bench.new_ones(), lines);
    assert_eq!(bench.new_ones(), [""; 0]);
    bench.record(&[closed("M2", &[2])]);
    assert_eq!(bench.new_ones(), ["A2,T2,USPS,N/A"]);
    let (lines, report) = bench.gives("tiktok", ExportChoice::All);
    assert_eq!((lines.len(), report.rows, report.again), (3, 3, 3));
    assert_eq!(bench.gives("tiktok", ExportChoice::Manifest("M2".into())).0, ["A2,T2,USPS,N/A"]);
    let unknown = bench.job("tiktok", ExportChoice::Manifest("M9".into())).run(|_, _| Ok(()));
    assert!(matches!(unknown, Err(ExportError::Manifest(id)) if id == "M9"));
    // Each form has its own memory.
    let (lines, _) = bench.gives("plain", ExportChoice::New);
    assert_eq!(
        lines[1],
        "A1,,tiktok_shop,US-01,P000003,2,2,usps,usps.priority,T3,500,0.500,1.102,2026-11-18T03:06:40-08:00,M1,shipped"
    );
    assert_eq!(bench.new_ones(), [""; 0]);
}

#[test]
fn the_rows_of_one_shop_leave_those_of_the_others_to_be_given() {
    let mut bench = Bench::new();
    bench.record(&[packed(1, "A1", "US-02", "usps.priority"), packed(2, "A2", "US-01", "usps.priority")].concat());
    bench.record(&[closed("M1", &[1, 2])]);
    let job = ExportJob { shop: Some("US-01"), ..bench.job("tiktok", ExportChoice::New) };
    let (lines, report) = bench.makes(&job);
    assert_eq!(lines, ["A2,T2,USPS,N/A"]);
    bench.notes(&report);
    let none = ExportJob { channel: Some("web"), ..bench.job("tiktok", ExportChoice::New) };
    assert_eq!(bench.makes(&none).0, [""; 0]);
    assert_eq!(bench.new_ones(), ["A1,T1,USPS,N/A"]);
    assert_eq!(bench.store.export_mark("tiktok").expect("read").expect("a mark").done, bench.store.last_fact());
}

#[test]
fn a_carrier_without_a_name_is_refused_aloud_and_given_once_it_has_one() {
    let mut bench = Bench::new();
    bench.record(&[packed(1, "A1", "", "acme.ground"), packed(2, "A2", "", "usps.priority")].concat());
    bench.record(&[closed("M1", &[1, 2])]);
    let (lines, report) = bench.gives("tiktok", ExportChoice::New);
    assert_eq!(lines, ["A2,T2,USPS,N/A"]);
    let refused = said(&report.refused);
    assert!(
        refused[0].starts_with("P000001 of order tiktok_shop/A1 (T1): the format tiktok has no name for"),
        "{refused:?}"
    );
    let mut formats = (*bench.setup.exports).clone();
    let tiktok = formats.get_mut("tiktok").expect("the form");
    tiktok.carriers.as_mut().expect("names").insert("acme".into(), "ACME".into());
    bench.setup.exports = Arc::new(formats);
    assert_eq!(bench.new_ones(), ["A1,T1,ACME,N/A"]);
}

#[test]
fn what_is_stopped_after_it_was_given_is_said_once() {
    let mut bench = Bench::new();
    bench.packs(&[(1, "A1"), (2, "A2"), (3, "A3"), (4, "A4")]);
    bench.record(&[closed("M1", &[1, 2, 3, 4])]);
    assert_eq!(bench.new_ones().len(), 4);
    assert_eq!(bench.gives("plain", ExportChoice::New).0.len(), 4);
    let reason = || "torn".to_owned();
    bench.record(&[
        Fact::LeftOut { parcel: ParcelId(1), reason: reason(), operator: None },
        Fact::Voided { parcel: ParcelId(1), reason: reason() },
        Fact::LeftOut { parcel: ParcelId(2), reason: reason(), operator: None },
        Fact::Intercepted { parcel: ParcelId(3), reason: Intercept::Cancelled, late: true },
        Fact::Intercepted { parcel: ParcelId(4), reason: Intercept::Hold, late: false },
        Fact::Released { parcel: ParcelId(4) },
    ]);
    let (lines, report) = bench.gives("tiktok", ExportChoice::New);
    assert_eq!(lines, [""; 0]);
    assert_eq!(
        said(&report.stopped),
        [
            "P000001 of order tiktok_shop/US-01/A1 (T1): given before, and now voided",
            "P000002 of order tiktok_shop/US-01/A2 (T2): given before, and now held",
            "P000003 of order tiktok_shop/US-01/A3 (T3): given before, and now cancelled; its carrier had it already",
        ]
    );
    assert_eq!(bench.gives("tiktok", ExportChoice::New).1.stopped.count(), 0);
    // A form that has rows for it has rows.
    let (lines, report) = bench.gives("plain", ExportChoice::New);
    let states: Vec<&str> = lines.iter().filter_map(|line| line.rsplit(',').next()).collect();
    assert_eq!((states, report.rows), (vec!["voided", "held", "cancelled"], 0));
    // What was put aside leaves with a later manifest.
    bench.record(&[
        Fact::Resumed { parcel: ParcelId(2) },
        Fact::Verified { parcel: ParcelId(2), scanner: "hand".into() },
    ]);
    bench.record(&[closed("M2", &[2])]);
    assert_eq!(bench.new_ones(), ["A2,T2,USPS,N/A"]);
    assert_eq!(bench.gives("tiktok", ExportChoice::All).0.len(), 3, "what is void is not packed");
}

#[test]
fn what_must_not_travel_is_not_given_and_what_its_carrier_has_is_given_and_said() {
    let mut bench = Bench::new();
    bench.packs(&[(1, "A1"), (2, "A2"), (3, "A3")]);
    bench.record(&[closed("M1", &[1, 2, 3])]);
    bench.record(&[
        Fact::Intercepted { parcel: ParcelId(1), reason: Intercept::Hold, late: false },
        Fact::Intercepted { parcel: ParcelId(2), reason: Intercept::Cancelled, late: true },
        Fact::Voided { parcel: ParcelId(3), reason: "torn".to_owned() },
    ]);
    let (lines, report) = bench.gives("tiktok", ExportChoice::New);
    assert_eq!(lines, ["A2,T2,USPS,N/A"]);
    let stopped = said(&report.stopped);
    assert!(stopped[0].ends_with("it is stopped (hold), and must not travel: not given"), "{stopped:?}");
    assert!(stopped[1].ends_with("given, and stopped since (cancelled): its carrier had it already"), "{stopped:?}");
    assert_eq!(stopped.len(), 2, "what was void before it was given is nothing to anybody");
    let (_, report) = bench.gives("tiktok", ExportChoice::New);
    assert_eq!(said(&report.stopped), stopped[..1], "it waits, and is said again");
    bench.record(&[Fact::Released { parcel: ParcelId(1) }]);
    assert_eq!(bench.new_ones(), ["A1,T1,USPS,N/A"]);
}

#[test]
fn a_form_that_is_first_used_from_a_time_on_begins_there() {
    let mut bench = Bench::new();
    bench.packs(&[(1, "A1"), (2, "A2")]);
    bench.record_at(AT, &[closed("M1", &[1])]);
    bench.record_at(Timestamp(AT.0 + 2 * HOUR), &[closed("M2", &[2])]);
    let since = ExportChoice::Since(Timestamp(AT.0 + HOUR));
    let (lines, report) = bench.gives("tiktok", since.clone());
    assert_eq!(lines, ["A2,T2,USPS,N/A"]);
    assert!(report.remarks.iter().any(|remark| remark.starts_with("the format tiktok begins here")), "{report:?}");
    assert_eq!(bench.new_ones(), [""; 0]);
    assert_eq!(bench.gives("tiktok", since).1.again, 1);
    assert_eq!(bench.gives("tiktok", ExportChoice::All).0.len(), 2);
}

#[test]
fn a_parcel_left_when_its_carrier_took_the_manifest_as_soon_as_anybody_says_so() {
    let mut bench = Bench::new();
    bench.packs(&[(1, "A1")]);
    bench.record(&[closed("M1", &[1])]);
    let when = |bench: &mut Bench| bench.gives("plain", ExportChoice::All).0[0].split(',').nth(13).map(str::to_owned);
    assert_eq!(when(&mut bench).as_deref(), Some("2026-11-18T03:06:40-08:00"));
    let taken = Fact::ManifestHandedOver { manifest: "M1".into(), left_out: Vec::new() };
    bench.record_at(Timestamp(AT.0 + HOUR), &[taken]);
    assert_eq!(when(&mut bench).as_deref(), Some("2026-11-18T04:06:40-08:00"));
}

#[test]
fn a_copy_says_that_it_may_give_twice_and_what_is_erased_or_folded_is_given_all_the_same() {
    let mut bench = Bench::new();
    let id = OrderId { channel: "tiktok_shop".into(), shop: "US-01".into(), number: "A1".into() };
    let body = "{\"package_ref\":\"1152921504606846976\"}".to_owned();
    let version = NewVersion { version: 1, rev: 0, hash: [0; 32], body, keys: Vec::new() };
    let put = Put { id: id.clone(), version: Some(version), label: None };
    let batch = OrderBatch { puts: vec![put], cursor: None };
    bench.store.commit_with(AT, &packed(1, "A1", "US-01", "usps.priority"), &[], &batch).expect("kept");
    bench.record(&[closed("M1", &[1])]);
    let (lines, report) = bench.gives("plain", ExportChoice::New);
    assert!(lines[0].starts_with("A1,1152921504606846976,"), "{lines:?}");
    assert_eq!(report.remarks, [""; 0]);
    bench.store.erase(&[(id, "{}".to_owned())]).expect("erased");
    bench.store.fold(Timestamp(AT.0 + HOUR), 100).expect("folded");
    let (lines, report) = bench.gives("plain", ExportChoice::All);
    assert!(lines[0].starts_with("A1,,tiktok_shop,"), "{lines:?}");
    assert_eq!((report.rows, report.remarks.len()), (1, 0));
    bench.store.begin_life(None).expect("another life");
    let (_, report) = bench.gives("plain", ExportChoice::All);
    assert!(report.remarks[0].contains("what was given since that copy was made is given once more"), "{report:?}");
    let (_, report) = bench.gives("plain", ExportChoice::All);
    assert_eq!(report.remarks, [""; 0], "it is said until something is given in this life");
}

#[test]
fn a_file_is_written_for_each_manifest_and_nothing_of_it_is_lost_to_a_cut() {
    let mut bench = Bench::new();
    bench.packs(&[(1, "A1"), (2, "A2"), (3, "A3")]);
    bench.record(&[closed("M1", &[1]), closed("M2", &[2])]);
    let folder = bench.dir.path().join("out");
    let names = || {
        let mut names: Vec<String> = std::fs::read_dir(&folder)
            .map(|files| files.flatten().map(|file| file.file_name().to_string_lossy().into_owned()).collect())
            .unwrap_or_default();
        names.sort();
        names
    };
    let write = |bench: &Bench| write_all(&bench.setup, &bench.setup.exports["tiktok"]).expect("written").1;
    let head = "\u{feff}Review the examples before you fill out this sheet.\r\n\
                Order ID,Tracking ID,Shipping Provider Name,Auto Combine Group ID\r\n";
    let file = |name: &str| std::fs::read_to_string(folder.join(name)).expect("a file");
    write(&bench);
    // The power goes before that is noted: the same files are there, and no others.
    let report = write(&bench);
    assert_eq!(names(), ["M1.tiktok.csv", "M2.tiktok.csv"]);
    assert_eq!(file("M2.tiktok.csv"), format!("{head}A2,T2,USPS,N/A\r\n"));
    bench.notes(&report);
    assert!(!write(&bench).is_news());
    bench.record(&[Fact::Voided { parcel: ParcelId(1), reason: "torn".into() }, closed("M3", &[3])]);
    let report = write(&bench);
    assert_eq!(names().len(), 4);
    let stopped = names().into_iter().find(|name| name.starts_with("stopped.tiktok.")).expect("it is said");
    assert_eq!(
        file(&stopped),
        "order_ref,tracking,parcel_id,what\r\nA1,T1,P000001,\"given before, and now voided\"\r\n"
    );
    bench.notes(&report);
    assert!(!write(&bench).is_news());
}
