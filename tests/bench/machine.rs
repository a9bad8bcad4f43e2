//! What every bench says of the machine, and how it sums up what it measured.

use std::path::Path;
use std::time::Duration;

/// One line: processor, cores, file system. A figure without it means nothing.
pub fn describe(dir: &Path) -> String {
    let cpu = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu
        .lines()
        .find_map(|line| line.strip_prefix("model name").or_else(|| line.strip_prefix("Model")))
        .map_or("unknown processor", |rest| rest.trim_start_matches([':', '\t', ' ']));
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split(' ').next().unwrap_or("?");
    format!("machine: {model}, {cores} cores, {} on {}, load {load}", file_system(dir), dir.display())
}

/// The kind of the file system that holds `dir`: the longest mount point that it lies under.
fn file_system(dir: &Path) -> String {
    let dir = dir.canonicalize().unwrap_or_else(|_| dir.to_owned());
    let mounts = std::fs::read_to_string("/proc/self/mounts").unwrap_or_default();
    let fields = mounts.lines().filter_map(|line| {
        let mut fields = line.split(' ').skip(1);
        Some((fields.next()?, fields.next()?))
    });
    let holds = fields.filter(|(point, _)| dir.starts_with(point));
    holds.max_by_key(|(point, _)| point.len()).map_or("?", |(_, kind)| kind).to_owned()
}

/// Times, sorted.
#[derive(Debug, Default)]
pub struct Times(Vec<Duration>);

impl FromIterator<Duration> for Times {
    fn from_iter<T: IntoIterator<Item = Duration>>(times: T) -> Self {
        let mut times: Vec<Duration> = times.into_iter().collect();
        times.sort_unstable();
        Self(times)
    }
}

impl Times {
    /// The time that this many of a hundred stay under; zero without any.
    pub fn percentile(&self, percent: usize) -> Duration {
        let last = self.0.len().saturating_sub(1);
        self.0.get(last * percent / 100).copied().unwrap_or_default()
    }

    /// The middle.
    pub fn median(&self) -> Duration {
        self.percentile(50)
    }
}
