//! What a tracking number costs: whose it may be among all carriers, and whether it is one carrier's.

use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

use parceld::config::carriers;
use parceld::ids::CarrierId;

use super::folder::Folder;

/// How long each is asked.
const ASKED: Duration = Duration::from_millis(500);

pub fn measure(_: &Folder) {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/carriers");
    let cards = carriers::load(&dir, &[]).expect("the shipped cards");
    let numbers = cards.numbers();
    let text = include_str!("../../data/numbers.csv");
    let mut rows = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(text.as_bytes());
    let samples: Vec<(CarrierId, String)> =
        rows.records().map(|row| row.expect("a row")).map(|row| (row[0].into(), row[3].to_owned())).collect();
    let check = each(&samples, |(carrier, number)| drop(black_box(numbers.check(carrier, number))));
    let whose = each(&samples, |(_, number)| drop(black_box(numbers.whose(number))));
    let endless = vec![(CarrierId::from(""), "9".repeat(10_000))];
    let long = each(&endless, |(_, number)| drop(black_box(numbers.whose(number))));
    println!(
        "numbers: {check:.2} us for one carrier, {whose:.2} us among {}, {long:.0} us for 10,000 characters",
        numbers.issuers().len()
    );
}

/// Microseconds for one of them.
fn each<T>(all: &[T], mut ask: impl FnMut(&T)) -> f64 {
    let (began, mut asked) = (Instant::now(), 0_u32);
    while began.elapsed() < ASKED {
        for one in all {
            ask(one);
            asked += 1;
        }
    }
    began.elapsed().as_secs_f64() * 1e6 / f64::from(asked)
}
