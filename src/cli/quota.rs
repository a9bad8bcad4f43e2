//! How many lines of one kind the log takes in a minute: a device that flaps, or a scanner that never stops, fills no disk
//! and hides nothing else. What is left out is counted, and the count is said.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use tracing::{Level, Metadata};

const MINUTE: Duration = Duration::from_secs(60);

/// Lines of one kind: of one place in the source.
type LineKind = tracing::callsite::Identifier;

/// What was written of each kind in its minute.
#[derive(Debug, Default)]
pub(super) struct LineQuota(HashMap<LineKind, Minute>);

#[derive(Debug)]
struct Minute {
    began: Instant,
    /// Where it is written, and how grave it is.
    of: (&'static str, Level),
    written: u32,
    left_out: u64,
}

/// What was left out of a kind while its minute lasted.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct LeftOut {
    pub(super) of: &'static str,
    pub(super) level: Level,
    pub(super) lines: u64,
}

/// Lines of one kind in a minute. Facts are many, and what is wrong is said often enough with twenty.
const fn most(level: Level) -> u32 {
    match level {
        Level::ERROR | Level::WARN => 20,
        Level::INFO => 600,
        Level::DEBUG | Level::TRACE => u32::MAX,
    }
}

impl LineQuota {
    /// Whether a line may be written.
    pub(super) fn takes(&mut self, line: &'static Metadata<'static>, now: Instant) -> bool {
        let level = *line.level();
        let fresh = || Minute { began: now, of: (line.target(), level), written: 0, left_out: 0 };
        let minute = self.0.entry(line.callsite()).or_insert_with(fresh);
        if now.duration_since(minute.began) >= MINUTE {
            *minute = Minute { left_out: minute.left_out, ..fresh() };
        }
        if minute.written >= most(level) {
            minute.left_out += 1;
            return false;
        }
        minute.written += 1;
        true
    }

    /// What was left out in minutes that are over. Each is said once.
    pub(super) fn left_out(&mut self, now: Instant) -> Vec<LeftOut> {
        let over =
            self.0.values_mut().filter(|minute| minute.left_out > 0 && now.duration_since(minute.began) >= MINUTE);
        let said = |minute: &mut Minute| {
            let (of, level) = minute.of;
            LeftOut { of, level, lines: std::mem::take(&mut minute.left_out) }
        };
        over.map(said).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_of_line_that_comes_without_end_is_written_so_often_a_minute_and_the_rest_is_counted() {
        let log = tracing_subscriber::fmt().with_writer(std::io::sink).finish();
        let spans = || [tracing::error_span!("flood"), tracing::error_span!("other")];
        let [flood, other] =
            tracing::subscriber::with_default(log, || spans().map(|span| span.metadata().expect("its kind")));
        let (mut quota, began) = (LineQuota::default(), Instant::now());
        let taken = |quota: &mut LineQuota, at| (0..1_000).filter(|_| quota.takes(flood, at)).count();
        assert_eq!(taken(&mut quota, began), 20);
        assert!(quota.takes(other, began), "it hides nothing else");
        assert_eq!(quota.left_out(began + MINUTE / 2), []);

        let later = began + MINUTE;
        let left_out = LeftOut { of: module_path!(), level: Level::ERROR, lines: 980 };
        assert_eq!(quota.left_out(later), [left_out]);
        assert_eq!(quota.left_out(later), [], "it is said once");
        assert_eq!(taken(&mut quota, later), 20);
    }
}
