//! How long the loop stands still while orders come in: a scan waits for no more than one piece of them.

use std::time::{Duration, Instant};

use parceld::daemon::intake::{AT_ONCE, OrderOrigin};
use parceld::daemon::{Core, Moment};
use parceld::store::StoredOrder;
use parceld::units::{Date, Timestamp, Uptime};

use crate::folder::{self, Folder};
use crate::ms;

/// Orders that are there already.
const OLD: usize = 150_000;
/// Orders of one file, and of one page of a receiver.
const FILE: usize = 500;
const PAGE: usize = 30_000;

pub fn measure(folder: &Folder) {
    let setup = folder::setup(&folder.station("imports", None));
    let orders = folder::orders(OLD + FILE + PAGE);
    let (old, news) = orders.split_at(OLD);
    let (file, page) = news.split_at(FILE);
    let mut core = folder::open(&setup);
    println!("imports");
    report("500 into an empty station", &pieces(&mut core, &old[..FILE]));
    pieces(&mut core, &old[FILE..]);
    report(&format!("500 into one with {OLD}"), &pieces(&mut core, file));
    report(&format!("a page of {PAGE} into it"), &pieces(&mut core, page));
    report("the same page again", &pieces(&mut core, page));
}

fn pieces(core: &mut Core, orders: &[StoredOrder]) -> Vec<Duration> {
    let today = Date::new(2026, 7, 15).expect("a date");
    let moment = Moment { now: Uptime(0), wall: Timestamp(1_784_100_000_000), today, minute: 600, clock: None };
    let piece = |some: &[StoredOrder]| {
        let began = Instant::now();
        core.take_orders(moment, some, OrderOrigin::File, None).expect("orders");
        began.elapsed()
    };
    orders.chunks(AT_ONCE).map(piece).collect()
}

fn report(what: &str, pieces: &[Duration]) {
    let mut sorted = pieces.to_vec();
    sorted.sort_unstable();
    let at = |percent: usize| ms(sorted[(sorted.len() - 1) * percent / 100]);
    let total: Duration = pieces.iter().sum();
    println!(
        "  {what}: {:.1} s in all; the loop stands still {:.1} ms median, {:.1} p99, {:.1} at most",
        total.as_secs_f64(),
        at(50),
        at(99),
        at(100)
    );
}
