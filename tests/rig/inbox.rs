//! Order files that are dropped into a folder: taken when they are whole, answered, never twice and never lost.

use std::fs;
use std::io::Write;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde_json::{Value, json};

use super::bench::Bench;
use super::order::order;
use super::packer::pack;
use super::personal::{MARK, holding, marked};
use super::program::{repository, until};
use super::station::Station;

impl Bench {
    /// A bench whose folder `drop` is watched, with a number pool begun.
    async fn with_folder() -> Self {
        let bench = Self::with_orders(&[]).await;
        bench.watch_folder();
        let names = "warehouse = \"US-LAX-1\"\nwarehouse_names = [\"LA 1\", \"LA\"]\n";
        bench.reconfigure("warehouse = \"US-LAX-1\"\n", names);
        bench
    }

    /// Writes `[orders]` with the folder `drop`.
    pub(crate) fn watch_folder(&self) {
        let folder = self.path("drop");
        fs::create_dir(&folder).unwrap();
        self.reconfigure("\n[uplink]\n", &format!("\n[orders]\nfolder = {:?}\n\n[uplink]\n", folder.to_str().unwrap()));
    }

    /// Puts a file there as a program does that writes it elsewhere and renames it.
    pub(crate) fn drop_in(&self, name: &str, bytes: impl AsRef<[u8]>) {
        let aside = self.path("aside");
        fs::write(&aside, bytes).unwrap();
        fs::rename(aside, self.path("drop").join(name)).unwrap();
    }

    /// Waits for the answer of a file, and reads it.
    async fn answered(&self, name: &str) -> String {
        self.answers(name, |_| true).await
    }

    /// Waits until the answer of a file is so.
    pub(crate) async fn answers(&self, name: &str, is_so: impl Fn(&str) -> bool) -> String {
        let file = self.path("drop").join(format!("{name}.answer.txt"));
        let read = || fs::read_to_string(&file).unwrap_or_default();
        until(&format!("{name} is answered"), || !read().is_empty() && is_so(&read())).await;
        read()
    }

    /// What lies in a folder below the one that is watched.
    fn lying(&self, below: &str) -> Vec<String> {
        let entries = fs::read_dir(self.path("drop").join(below)).into_iter().flatten();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    async fn orders_here(&self) -> usize {
        self.ask(&["orders", "list"]).await.as_array().unwrap().len()
    }
}

fn sample(name: &str) -> Vec<u8> {
    fs::read(repository("tests/data/formats").join(name)).unwrap()
}

fn counts(answer: &str) -> &str {
    answer.lines().next().unwrap_or_default()
}

/// Waits until the folder is watched, so that what is dropped is heard of.
pub(crate) async fn watching(station: &Station) {
    station.logged("order files are imported as they are dropped").await;
}

#[tokio::test]
async fn an_export_that_is_dropped_is_answered_beside_it_and_packed() {
    let bench = Bench::with_folder().await;
    let station = bench.start().await;
    watching(&station).await;
    bench.drop_in("tiktok-us.csv", sample("tiktok-us.csv"));
    let answer = bench.answered("tiktok-us.csv").await;
    assert_eq!(counts(&answer), "4 accepted, 0 unchanged, 0 changed, 0 older, 0 in conflict, 3 refused");
    for said in
        ["read as TikTok Shop's order export", "1 row is left out: TikTok ships it", "\nrow ", ".rejects.csv: mend"]
    {
        assert!(answer.contains(said), "{said}: {answer}");
    }
    assert!(!answer.contains("/taken/"), "{answer}");
    let lying = ["taken", "tiktok-us.csv.answer.txt", "tiktok-us.csv.rejects.csv"];
    assert_eq!(bench.lying(""), lying);
    let rejects = fs::read_to_string(bench.path("drop/tiktok-us.csv.rejects.csv")).unwrap();
    assert!(rejects.starts_with("row,reason,Order ID,"), "{rejects}");
    pack(&bench, &station, "576461413038785752").await;

    // A workbook goes the same way, through the process that takes it apart.
    bench.drop_in("mabang.xlsx", sample("mabang.xlsx"));
    let answer = bench.answered("mabang.xlsx").await;
    assert!(
        counts(&answer).starts_with("2 accepted") && answer.contains("the sheet \"任务信息\" is not read"),
        "{answer}"
    );
    // A label lies there for the order that names it.
    for name in ["supplied.png", "supplied.jsonl"] {
        bench.drop_in(name, fs::read(repository("config/orders").join(name)).unwrap());
    }
    let answer = bench.answered("supplied.jsonl").await;
    assert!(counts(&answer).starts_with("1 accepted"), "{answer}");
    assert!(bench.path("drop/supplied.png").exists() && !bench.path("drop/supplied.png.answer.txt").exists());
    assert!(station.terminate().await.success());
}

#[tokio::test]
async fn a_file_is_taken_when_it_is_closed_and_its_name_may_come_again() {
    let bench = Bench::with_folder().await;
    let station = bench.start().await;
    watching(&station).await;
    let path = bench.path("drop/day.jsonl");
    let mut file = fs::File::create(&path).unwrap();
    writeln!(file, "{}", order("RIG-9101")).unwrap();
    // A file that came later, and was closed, is answered: this one was seen by then.
    bench.drop_in("other.jsonl", order("RIG-9102").to_string());
    bench.answered("other.jsonl").await;
    assert!(path.exists() && !bench.path("drop/day.jsonl.answer.txt").exists(), "it is still written");
    writeln!(file, "{}", order("RIG-9103")).unwrap();
    drop(file);
    assert!(counts(&bench.answered("day.jsonl").await).starts_with("2 accepted"));

    let mut changed = order("RIG-9101");
    (changed["rev"], changed["ship_to"]["line1"]) = (2.into(), "2 New Street".into());
    let mut refused = order("RIG-9104");
    refused["ship_to"]["country"] = "United States".into();
    bench.drop_in("day.jsonl", json!([changed, order("RIG-9103"), refused]).to_string());
    let answer = bench.answers("day.jsonl", |answer| answer.contains("1 changed")).await;
    assert_eq!(counts(&answer), "0 accepted, 1 unchanged, 1 changed, 0 older, 0 in conflict, 1 refused");
    assert!(bench.path("drop/day.jsonl.rejects.csv").exists());
    bench.drop_in("day.jsonl", order("RIG-9103").to_string());
    bench.answers("day.jsonl", |answer| answer.contains("1 unchanged, 0 changed")).await;
    until("the old rejects go", || !bench.path("drop/day.jsonl.rejects.csv").exists()).await;
    assert_eq!(bench.orders_here().await, 3);
}

#[tokio::test]
async fn a_folder_in_it_is_the_shop_of_orders_that_name_none() {
    let bench = Bench::with_folder().await;
    fs::create_dir(bench.path("drop/US-07")).unwrap();
    let station = bench.start().await;
    watching(&station).await;
    let mut plain = order("1001");
    plain.as_object_mut().unwrap().remove("shop");
    // One that was there, one that comes, and none at all.
    fs::create_dir(bench.path("drop/--US 08")).unwrap();
    for name in ["US-07/a.json", "--US 08/a.json", "a.json"] {
        bench.drop_in(name, plain.to_string());
    }
    for name in ["US-07/a.json", "--US 08/a.json", "a.json"] {
        assert!(counts(&bench.answered(name).await).starts_with("1 accepted"), "{name}");
    }
    let listed = bench.ask(&["orders", "list"]).await;
    let mut shops: Vec<&str> =
        listed.as_array().unwrap().iter().map(|order| order["shop"].as_str().unwrap_or_default()).collect();
    shops.sort_unstable();
    assert_eq!(shops, ["", "--US 08", "US-07"]);
    fs::create_dir(bench.path("drop/US-07/deeper")).unwrap();
    assert!(bench.answered("US-07/deeper").await.contains("it is a folder in a shop's folder"));
}

#[tokio::test]
async fn what_lies_there_at_the_start_is_taken_and_what_is_no_order_is_refused_aloud() {
    let bench = Bench::with_folder().await;
    let secret = bench.path("secret.json");
    fs::write(&secret, order("RIG-9201").to_string()).unwrap();
    symlink(&secret, bench.path("drop/link.json")).unwrap();
    symlink(bench.path(""), bench.path("drop/US-01")).unwrap();
    let long = format!("{}.csv", "x".repeat(251));
    for (name, bytes) in [
        ("there.json", order("RIG-9202").to_string().into_bytes()),
        ("garbage.csv", (0..=255).collect()),
        ("upload.json.part", order("RIG-9203").to_string().into_bytes()),
        ("a\nb.json", order("RIG-9204").to_string().into_bytes()),
        (&long, order("RIG-9205").to_string().into_bytes()),
    ] {
        bench.drop_in(name, bytes);
    }
    let station = bench.start().await;
    assert!(counts(&bench.answered("there.json").await).starts_with("1 accepted"));
    let garbage = bench.answered("garbage.csv").await;
    assert!(counts(&garbage).ends_with("1 refused") && garbage.lines().count() > 1, "{garbage}");
    for (name, said) in [
        ("link.json", "it is a link, and none is followed; put the file itself here"),
        ("US-01", "it is a link"),
        ("a_b.json", "holds a line end or another control character"),
        (&long[..180], "its name is longer than 180 bytes; give it a shorter one"),
    ] {
        let answer = bench.answered(name).await;
        assert!(answer.starts_with("it is not taken: ") && answer.contains(said), "{name}: {answer}");
    }
    // What is refused stays, and so does what is not finished.
    for name in ["link.json", "US-01", "a\nb.json", &long, "upload.json.part"] {
        assert!(fs::symlink_metadata(bench.path("drop").join(name)).is_ok(), "{name}");
    }
    assert!(secret.exists());
    assert_eq!(bench.orders_here().await, 1);
    assert!(station.terminate().await.success());
}

#[tokio::test]
async fn a_file_that_was_taken_and_not_answered_is_answered_after_a_power_cut_and_imported_once() {
    let bench = Bench::with_folder().await;
    let station = bench.start().await;
    watching(&station).await;
    bench.drop_in("day.json", json!([order("RIG-9301"), order("RIG-9302")]).to_string());
    until("it is taken", || !bench.lying("taken").is_empty()).await;
    station.kill();
    // Whatever was written in the meantime: the power went before it.
    for name in bench.lying("taken").iter().filter(|name| name.ends_with(".answer.txt")) {
        fs::remove_file(bench.path("drop/taken").join(name)).unwrap();
    }
    let _ = fs::remove_file(bench.path("drop/day.json.answer.txt"));
    let station = bench.start().await;
    let answer = bench.answered("day.json").await;
    assert!(answer.starts_with("2 accepted") || answer.starts_with("0 accepted, 2 unchanged"), "{answer}");
    station.logged("a dropped file is answered").await;
    assert_eq!(bench.orders_here().await, 2);
    assert_eq!(bench.lying("taken").len(), 2, "the file and its answer");
    pack(&bench, &station, "RIG-9301").await;
    // Once is enough.
    assert!(station.terminate().await.success());
    let station = bench.start().await;
    watching(&station).await;
    bench.drop_in("next.json", order("RIG-9303").to_string());
    bench.answered("next.json").await;
    assert_eq!(station.log().matches("a dropped file is imported").count(), 1);
}

#[tokio::test]
async fn a_file_that_the_station_takes_nothing_of_is_kept_and_says_so() {
    let bench = Bench::with_folder().await;
    bench.reconfigure("data_dir = ", "keep_free_mb = 10000000\ndata_dir = ");
    let station = bench.start().await;
    watching(&station).await;
    station.logged("the disk is nearly full").await;
    for name in ["one.json", "two.json"] {
        bench.drop_in(name, order(&format!("RIG-94-{name}")).to_string());
    }
    for name in ["one.json", "two.json"] {
        let answer = bench.answered(name).await;
        assert!(answer.starts_with("not taken in yet: the disk is nearly full"), "{answer}");
        assert!(answer.contains("tried again every half minute"), "{answer}");
    }
    assert!(station.terminate().await.success());
    bench.reconfigure("keep_free_mb = 10000000\n", "");
    let _station = bench.start().await;
    for name in ["one.json", "two.json"] {
        bench.answers(name, |answer| answer.starts_with("1 accepted")).await;
    }
}

#[tokio::test]
async fn a_buyers_name_lies_in_what_was_dropped_until_its_age_and_in_no_answer() {
    let bench = Bench::with_folder().await;
    let station = bench.start().await;
    watching(&station).await;
    let mut refused: Value = marked("RIG-9501");
    refused["ship_to"]["postcode"] = "1".into();
    bench.drop_in("day.json", json!([marked("RIG-9502"), refused]).to_string());
    assert_eq!(
        counts(&bench.answered("day.json").await),
        "1 accepted, 0 unchanged, 0 changed, 0 older, 0 in conflict, 1 refused"
    );
    station.logged("a dropped file is answered").await;
    assert!(!station.log().to_lowercase().contains(MARK));
    assert!(station.terminate().await.success());
    let taken = bench.lying("taken").into_iter().find(|name| name.ends_with("day.json")).unwrap();
    let mut found = holding(&bench.path(""));
    found.sort();
    assert_eq!(found, [bench.path("drop/day.json.rejects.csv"), bench.path("drop/taken").join(&taken)]);

    // Days later; one that was not answered is imported first.
    let stamp = taken.split_once('-').unwrap().0;
    for name in bench.lying("taken") {
        let aged = name.replace(stamp, "20260101T000000Z");
        fs::rename(bench.path("drop/taken").join(&name), bench.path("drop/taken").join(aged)).unwrap();
    }
    for name in ["day.json.rejects.csv", "day.json.answer.txt"] {
        age(&bench.path("drop").join(name), 73);
    }
    let station = bench.start().await;
    station.logged("dropped files and their answers erased files=4").await;
    assert_eq!(holding(&bench.path("")), Vec::<PathBuf>::new());
    assert_eq!((bench.lying(""), bench.lying("taken")), (vec!["taken".to_owned()], Vec::new()));
    assert_eq!(bench.orders_here().await, 1, "orders have ages of their own");
}

/// Lets hours pass for a file.
fn age(path: &Path, hours: u64) {
    let then = SystemTime::now() - Duration::from_secs(hours * 3_600);
    fs::File::options().write(true).open(path).unwrap().set_modified(then).unwrap();
}
