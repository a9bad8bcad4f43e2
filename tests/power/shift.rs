//! One station from its first start through its power cuts.

use std::fmt;
use std::path::PathBuf;
use std::sync::Mutex;
use std::time::Duration;

use tokio::time::{Instant, sleep, timeout};

use super::bench::Bench;
use super::dice::Dice;
use super::disk::Counts;
use super::machine::{Arch, Machine};
use super::packer;
use super::screen::Screen;
use super::world::World;

/// More than anybody packs between so many cuts.
const ORDERS: usize = 180;
/// The station packs for so long at most before the power goes: a few parcels under emulation.
const PACKING_MS: usize = 6_000;
/// The journals of the file system and of the station are replayed in about so long.
const BOOTING_MS: usize = 4_000;
/// The flush comes before, or there is nothing left to pack.
const LONG: Duration = Duration::from_secs(60);
/// A parcel takes 16 flushes, a boot up to 40.
const FLUSHES: usize = 120;
/// Parcels that are packed to see what one costs.
const MEASURED: usize = 20;

/// What is to be done.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub(crate) arch: Arch,
    pub(crate) kernel: PathBuf,
    pub(crate) initrd: PathBuf,
    pub(crate) seed: u64,
    pub(crate) cuts: usize,
    pub(crate) flush: Duration,
}

/// A promise was not kept.
#[derive(Debug)]
pub(crate) struct Broken {
    pub(crate) promise: String,
    /// How often the power had gone before.
    pub(crate) cuts: usize,
    /// Where the disk is.
    pub(crate) kept: PathBuf,
}

/// What came of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Totals {
    pub(crate) parcels: usize,
    pub(crate) labels: u64,
    lost: usize,
}

impl fmt::Display for Totals {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { parcels, labels, lost } = self;
        write!(out, "{parcels} parcels packed, {labels} labels, {lost} sectors lost")
    }
}

/// When the power goes.
#[derive(Debug, Clone, Copy)]
enum Moment {
    /// So long after the kernel was up, wherever the rest is by then.
    Booting(Duration),
    /// So long after the station was ready.
    Packing(Duration),
    /// In the middle of this flush.
    Flush(u64),
}

impl Moment {
    fn roll(dice: &mut Dice) -> Self {
        let ms = |dice: &mut Dice, below| Duration::from_millis(dice.below(below) as u64);
        if dice.one_in(2) {
            Self::Flush(1 + dice.below(FLUSHES) as u64)
        } else if dice.one_in(2) {
            Self::Packing(ms(dice, PACKING_MS))
        } else {
            Self::Booting(ms(dice, BOOTING_MS))
        }
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Booting(after) => write!(out, "{} ms after the kernel was up", after.as_millis()),
            Self::Packing(after) => write!(out, "{} ms after it was ready", after.as_millis()),
            Self::Flush(flush) => write!(out, "in flush {flush}"),
        }
    }
}

/// Runs it; tells each cut as it comes.
pub(crate) async fn run(plan: &Plan, tell: impl Fn(&str)) -> Result<Totals, Broken> {
    let orders: Vec<String> = (1..=ORDERS).map(|n| format!("PWR-{n:04}")).collect();
    let mut bench = Bench::new(plan, &orders).await;
    let (world, mut dice) = (Mutex::new(World::default()), Dice::new(plan.seed));
    let mut lost = 0;
    for cut in 1..=plan.cuts {
        let moment = Moment::roll(&mut dice);
        let last = match moment {
            Moment::Flush(flush) => Some(flush),
            Moment::Booting(_) | Moment::Packing(_) => None,
        };
        let machine = bench.boot(last).await;
        let ends = async {
            match moment {
                Moment::Booting(after) => sleep(after).await,
                _ => bench.disk.reached().await,
            }
        };
        let packs = until_cut(
            &bench,
            &machine,
            &world,
            &orders,
            match moment {
                Moment::Packing(after) => after,
                _ => LONG,
            },
        );
        let went = tokio::select! {
            () = ends => Ok(()),
            went = packs => went,
        };
        if let Err(promise) = went {
            return Err(broken(bench, &machine, promise, cut - 1));
        }
        machine.cut().unwrap();
        let keep = *dice.pick(&[0, 0, 500, 900]).unwrap();
        let on_disk = bench.disk.cut(&mut dice, keep).unwrap();
        lost += on_disk.lost;
        let packed = world.lock().unwrap().packed();
        tell(&format!(
            "seed {} cut {cut}/{}: {moment}; {packed} parcels packed, {} labels out; {} cached sectors kept, {} lost",
            plan.seed,
            plan.cuts,
            bench.printer.printed(),
            on_disk.kept,
            on_disk.lost
        ));
    }
    let machine = bench.boot(None).await;
    match until_cut(&bench, &machine, &world, &orders, Duration::ZERO).await {
        Ok(()) => Ok(Totals { parcels: world.lock().unwrap().packed(), labels: bench.printer.printed(), lost }),
        Err(promise) => Err(broken(bench, &machine, promise, plan.cuts)),
    }
}

fn broken(bench: Bench, machine: &Machine, promise: String, cuts: usize) -> Broken {
    Broken { cuts, promise: format!("{promise}\nthe console said:\n{}", machine.console()), kept: bench.keep() }
}

/// From power on to the moment of the cut: the station must be as it was, and goes on packing.
async fn until_cut(
    bench: &Bench,
    machine: &Machine,
    world: &Mutex<World>,
    orders: &[String],
    after: Duration,
) -> Result<(), String> {
    let screen = ready(machine).await?;
    let known = world.lock().unwrap().clone();
    let known = known.checked(bench, machine).await?;
    *world.lock().unwrap() = known;
    let _ = timeout(after, packer::pack(bench, &screen, world, orders)).await;
    Ok(())
}

/// Waits for the page of a station whose database is whole.
async fn ready(machine: &Machine) -> Result<Screen, String> {
    machine.says("integrity: ok").await?;
    machine.says("ready page=").await?;
    Ok(Screen::of(machine.page).await)
}

/// What one parcel costs.
#[derive(Debug)]
pub(crate) struct Cost {
    flushes: u64,
    written: u64,
    took: Duration,
}

impl fmt::Display for Cost {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let each = MEASURED as u64;
        let took = self.took.as_millis() / MEASURED as u128;
        write!(out, "{} flushes, {} KB, {took} ms a parcel", self.flushes / each, self.written / each / 1000)
    }
}

/// Packs without cuts.
pub(crate) async fn measure(plan: &Plan) -> Result<Cost, Broken> {
    let orders: Vec<String> = (1..=MEASURED).map(|n| format!("PWR-{n:04}")).collect();
    let mut bench = Bench::new(plan, &orders).await;
    let machine = bench.boot(None).await;
    let screen = match ready(&machine).await {
        Ok(screen) => screen,
        Err(promise) => return Err(broken(bench, &machine, promise, 0)),
    };
    let (before, since) = (bench.disk.counts(), Instant::now());
    packer::pack(&bench, &screen, &Mutex::new(World::default()), &orders).await;
    let Counts { written, flushes } = bench.disk.counts();
    Ok(Cost { flushes: flushes - before.flushes, written: written - before.written, took: since.elapsed() })
}
