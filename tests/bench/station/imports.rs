//! How long the loop stands still while orders come in: a scan waits for no more than one piece of them.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use parceld::daemon::intake::{AT_ONCE, OrderOrigin};
use parceld::daemon::{Core, Moment};
use parceld::store::StoredOrder;
use parceld::units::{Date, Timestamp, Uptime};

use crate::core::Floor;
use crate::folder::{self, Folder};
use crate::machine::Times;
use crate::ms;

/// Orders that are there already.
const OLD: usize = 150_000;
/// Orders of one file, and of one page of a receiver.
const FILE: usize = 500;
const PAGE: usize = 30_000;
/// Parcels that are packed, every other one while orders come in.
const PACKED: usize = 2_000;

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
    drop(core);
    packing(folder);
}

/// How long the packer's events take while orders come in, and while none do.
fn packing(folder: &Folder) {
    let setup = folder::setup(&folder.station("packing", None));
    let orders = folder::orders(PACKED + 20 * PACKED * AT_ONCE);
    let (packed, coming) = orders.split_at(PACKED);
    let mut floor = Floor::new(&setup, packed);
    let mut alone = Vec::new();
    let mut beside = Vec::new();
    let mut pieces: VecDeque<_> = coming.chunks(AT_ONCE).map(<[_]>::to_vec).collect();
    // Turn by turn, so that the disk is the same for both.
    for (n, order) in packed.iter().enumerate() {
        let busy = n % 2 == 1;
        floor.coming = if busy { std::mem::take(&mut pieces) } else { VecDeque::new() };
        floor.pack(order);
        if busy { &mut beside } else { &mut alone }.append(&mut floor.took);
        if busy {
            pieces = std::mem::take(&mut floor.coming);
        }
    }
    let [alone, beside] = [alone, beside].map(|times| times.into_iter().collect::<Times>());
    let p99 = |times: &Times| ms(times.percentile(99));
    println!(
        "  an event of the packer: p99 {:.2} ms, {:.2} ms while orders come in = {:.2} x; median {:.2} and {:.2} ms; aim <= 1.5 x",
        p99(&alone),
        p99(&beside),
        p99(&beside) / p99(&alone),
        ms(alone.median()),
        ms(beside.median())
    );
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
