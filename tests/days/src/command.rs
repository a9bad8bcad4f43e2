//! `days`: plays so many days, prints the figures first, and keeps the sums, so that a run can be broken off and goes on.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use crate::day::{Day, DayEnd};
use crate::mutations::Mutation;
use crate::plan::{Plan, USUAL};
use crate::stage::Stage;
use crate::sums::DaySums;

const USAGE: &str = "days [--days N] [--from SEED] [--parcels N] [--sums FILE] [--minutes N] [--least N] [--trace]
     [--weakened NAME | --weakened-all]

  --days N         so many days in all, those in FILE counted (100)
  --from SEED      the first seed (0)
  --parcels N      parcels a day (600)
  --sums FILE      keeps the sums there, and goes on from them
  --minutes N      ends after so long, whatever is left
  --least N        fewer days than these are a failure (1)
  --trace          prints every fact, and what the packer sees and does
  --weakened NAME  breaks one thing on purpose: a checker must find it within --days seeds
  --weakened-all   each of them";

struct Asked {
    days: u64,
    from: u64,
    parcels: usize,
    sums: Option<PathBuf>,
    minutes: Option<u64>,
    least: u64,
    traced: bool,
    weakened: Vec<Mutation>,
}

impl Asked {
    fn read() -> Option<Self> {
        let mut asked = Self {
            days: 100,
            from: 0,
            parcels: 600,
            sums: None,
            minutes: None,
            least: 1,
            traced: false,
            weakened: Vec::new(),
        };
        let mut words = std::env::args().skip(1);
        while let Some(word) = words.next() {
            match word.as_str() {
                "--days" => asked.days = words.next()?.parse().ok()?,
                "--from" => asked.from = words.next()?.parse().ok()?,
                "--parcels" => asked.parcels = words.next()?.parse().ok()?,
                "--sums" => asked.sums = Some(words.next()?.into()),
                "--minutes" => asked.minutes = Some(words.next()?.parse().ok()?),
                "--trace" => asked.traced = true,
                "--least" => asked.least = words.next()?.parse().ok()?,
                "--weakened" => asked.weakened.push(Mutation::named(&words.next()?)?),
                "--weakened-all" => asked.weakened = Mutation::ALL.iter().map(|(mutation, ..)| *mutation).collect(),
                _ => return None,
            }
        }
        Some(asked)
    }
}

/// Plays what the command line asks for.
pub fn run() -> ExitCode {
    let Some(asked) = Asked::read() else {
        eprintln!("{USAGE}");
        return ExitCode::FAILURE;
    };
    let stage = Stage::new();
    // A panic of a day is said with its seed.
    std::panic::set_hook(Box::new(|_| {}));
    let good = match asked.weakened.is_empty() {
        true => play_days(&stage, &asked),
        // Each of them, also after one that is not caught.
        false => asked.weakened.iter().filter(|mutation| !is_caught(&stage, &asked, **mutation)).count() == 0,
    };
    if good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Plays a day; a panic is something that was found.
pub(crate) fn play(stage: &Stage, seed: u64, plan: Plan) -> DayEnd {
    let played = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| Day::play(stage, seed, plan)));
    played.unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        let text = text.or_else(|| panic.downcast_ref::<&str>().map(|&text| text.to_owned()));
        DayEnd {
            sums: DaySums::default(),
            found: vec![text.unwrap_or_default()],
            fingerprint: 0,
            #[cfg(test)]
            evidence: None,
        }
    })
}

fn play_days(stage: &Stage, asked: &Asked) -> bool {
    let began = Instant::now();
    let mut kept = Kept::read(asked);
    println!("days of {} parcels from seed {}, commit {}", asked.parcels, asked.from, kept.commit);
    println!("faults a day: {USUAL:?}");
    let (mut fresh, mut said, mut fingerprint) = (0, Instant::now(), 0);
    while kept.sums.days < asked.days && asked.minutes.is_none_or(|most| began.elapsed().as_secs() < 60 * most) {
        let seed = asked.from + kept.played;
        let end = play(stage, seed, Plan { traced: asked.traced, ..Plan::usual(asked.parcels) });
        kept.played += 1;
        fresh += 1;
        fingerprint ^= end.fingerprint.rotate_left(u32::try_from(seed % 64).unwrap_or(0));
        match end.found.first() {
            None => kept.sums.add(&end.sums),
            Some(why) => {
                kept.sums.days += 1;
                kept.failed.push((seed, why.clone()));
                println!("seed {seed}: {why}");
                say_again(stage, seed, asked.parcels);
            }
        }
        if said.elapsed() > Duration::from_secs(20) || fresh == 1 {
            said = Instant::now();
            println!("{} of {} days, {} failed, {}", kept.sums.days, asked.days, kept.failed.len(), pace(fresh, began));
            kept.write();
        }
    }
    println!("{}: {} days, {} failed", pace(fresh, began), kept.sums.days, kept.failed.len());
    println!("fingerprint of the days of this run, the same wherever they are played: {fingerprint:016x}");
    for (name, value) in kept.sums.all() {
        println!("{value:>14} {name}");
    }
    kept.write();
    if kept.sums.days < asked.least {
        println!("only {} days were played, and {} are wanted", kept.sums.days, asked.least);
    }
    kept.failed.is_empty() && kept.sums.days >= asked.least
}

fn pace(days: u64, began: Instant) -> String {
    let ms = began.elapsed().as_millis().max(1);
    format!(
        "{} ms a day, {}.{:02} days a second",
        ms / u128::from(days.max(1)),
        u128::from(days) * 1000 / ms,
        u128::from(days) * 100_000 / ms % 100
    )
}

/// How to play a seed again, and the shortest day on which it fails too.
fn say_again(stage: &Stage, seed: u64, parcels: usize) {
    let fails = |parcels: &usize| !play(stage, seed, Plan::usual(*parcels)).found.is_empty();
    let shortest = [10, 30, 60, 120, 300].into_iter().filter(|shorter| *shorter < parcels).find(fails);
    let parcels = shortest.unwrap_or(parcels);
    println!("  again: bash tests/days/run --days 1 --from {seed} --parcels {parcels}");
}

/// Whether a checker finds what is broken on purpose, and which one.
fn is_caught(stage: &Stage, asked: &Asked, mutation: Mutation) -> bool {
    let Some((_, name, wanted)) = Mutation::ALL.iter().find(|(known, ..)| *known == mutation) else { return false };
    for seed in asked.from..asked.from + asked.days {
        let end = play(stage, seed, Plan::weakened(asked.parcels, mutation));
        if let Some(why) = end.found.iter().find(|why| is_one_of(wanted, why)) {
            println!("{name}: caught on day {}: {why}", seed - asked.from + 1);
            return true;
        }
        if let Some(why) = end.found.first() {
            println!("{name}: day {} is found wrong otherwise: {why}", seed - asked.from + 1);
        }
    }
    println!("{name}: NOT caught by {wanted:?} in {} days", asked.days);
    false
}

/// Whether what was found is said of one of these invariants.
pub(crate) fn is_one_of(wanted: &[&str], why: &str) -> bool {
    why.split_once(':').is_some_and(|(invariant, _)| wanted.contains(&invariant))
}

/// What a run has come to so far.
struct Kept {
    file: Option<PathBuf>,
    commit: String,
    from: u64,
    parcels: usize,
    played: u64,
    sums: DaySums,
    failed: Vec<(u64, String)>,
}

impl Kept {
    /// Reads what an earlier run has left; sums of another commit are no sums of this one.
    fn read(asked: &Asked) -> Self {
        let commit = std::process::Command::new("git").args(["rev-parse", "--short=12", "HEAD"]).output();
        let commit = commit.map(|out| String::from_utf8_lossy(&out.stdout).trim().to_owned()).unwrap_or_default();
        let mut kept = Self {
            file: asked.sums.clone(),
            commit,
            from: asked.from,
            parcels: asked.parcels,
            played: 0,
            sums: DaySums::default(),
            failed: Vec::new(),
        };
        let text = kept.file.as_ref().and_then(|file| std::fs::read_to_string(file).ok()).unwrap_or_default();
        let lines: BTreeMap<&str, &str> = text.lines().filter_map(|line| line.split_once(": ")).collect();
        let same = lines.get("commit") == Some(&kept.commit.as_str())
            && lines.get("first seed") == Some(&kept.from.to_string().as_str())
            && lines.get("parcels a day") == Some(&kept.parcels.to_string().as_str());
        if same {
            kept.played = lines.get("days played").and_then(|text| text.parse().ok()).unwrap_or(0);
            for (name, value) in &lines {
                if let Some(seed) = name.strip_prefix("failed seed ").and_then(|seed| seed.parse().ok()) {
                    kept.failed.push((seed, (*value).to_owned()));
                } else if let Ok(value) = value.parse() {
                    kept.sums.set(name, value);
                }
            }
        }
        kept
    }

    /// Writes it aside and puts it into place.
    fn write(&self) {
        let Some(file) = &self.file else { return };
        let mut text = format!(
            "commit: {}\nfirst seed: {}\nparcels a day: {}\ndays played: {}\nfaults a day: {USUAL:?}\n",
            self.commit, self.from, self.parcels, self.played
        );
        for (name, value) in self.sums.all() {
            let _ = writeln!(text, "{name}: {value}");
        }
        for (seed, why) in &self.failed {
            let _ = writeln!(text, "failed seed {seed}: {}", why.replace('\n', " "));
        }
        let aside = file.with_extension("new");
        let written = std::fs::write(&aside, text).and_then(|()| std::fs::rename(&aside, file));
        if let Err(error) = written {
            eprintln!("keep the sums in {}: {error}", file.display());
        }
    }
}
