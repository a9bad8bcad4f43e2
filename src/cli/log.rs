//! Where the log goes: to standard error, in words with their values. systemd's journal reads it there and is told how
//! grave each line is (`<4>…`, sd-daemon(3)); it has its own clock. The values stay in the message and do not become
//! fields of the journal: a person who looks at `journalctl` would not see them.

use std::fmt;
use std::sync::Mutex;
use std::time::Instant;

use tracing::{Event, Level, Subscriber};
use tracing_subscriber::fmt::format::{Format, FormatEvent, FormatFields, Full, Writer};
use tracing_subscriber::fmt::{FmtContext, format};
use tracing_subscriber::registry::LookupSpan;

use super::quota::{LeftOut, LineQuota};

/// Begins to log. `PARCELD_LOG` is debug, info or warn.
pub(super) fn start() {
    use std::io::IsTerminal;
    let level = match std::env::var("PARCELD_LOG").as_deref() {
        Ok("debug") => Level::DEBUG,
        Ok("warn") => Level::WARN,
        _ => Level::INFO,
    };
    let log = tracing_subscriber::fmt().with_max_level(level).with_writer(std::io::stderr);
    if is_journal() {
        let words = format().without_time().with_level(false).with_ansi(false);
        log.with_ansi(false).event_format(Bounded::new(Graded(words))).init();
    } else {
        log.with_ansi(std::io::stderr().is_terminal()).event_format(Bounded::new(format())).init();
    }
}

/// Says on standard error why the program ends.
pub(crate) fn last_words(why: impl fmt::Display) {
    let grade = if is_journal() { "<3>" } else { "" };
    let why = format!("parceld: {why}");
    eprintln!("{grade}{}", why.replace('\n', &format!("\n{grade}")));
}

/// Whether the journal reads what is written to standard error: systemd says which stream it is (systemd.exec(5)).
fn is_journal() -> bool {
    let Ok(stream) = std::env::var("JOURNAL_STREAM") else { return false };
    let error = nix::sys::stat::fstat(std::io::stderr());
    error.is_ok_and(|error| stream == format!("{}:{}", error.st_dev, error.st_ino))
}

/// Lines of one kind are written so often a minute.
struct Bounded<F> {
    words: F,
    quota: Mutex<LineQuota>,
}

impl<F> Bounded<F> {
    fn new(words: F) -> Self {
        Self { words, quota: Mutex::default() }
    }
}

impl<S, N, F> FormatEvent<S, N> for Bounded<F>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
    F: FormatEvent<S, N>,
{
    fn format_event(&self, context: &FmtContext<'_, S, N>, mut lines: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let now = Instant::now();
        let (takes, left_out) = match self.quota.lock() {
            Ok(mut quota) => (quota.takes(event.metadata(), now), quota.left_out(now)),
            Err(_) => (true, Vec::new()),
        };
        for LeftOut { of, level, lines: count } in left_out {
            let grade = if is_journal() { format!("<{}>", priority(level)) } else { format!("{level} ") };
            writeln!(lines, "{grade}{of}: {count} lines of one kind were left out in a minute")?;
        }
        // What writes nothing leaves no line.
        if takes { self.words.format_event(context, lines, event) } else { Ok(()) }
    }
}

/// A line that begins with its syslog priority.
struct Graded(Format<Full, ()>);

impl<S, N> FormatEvent<S, N> for Graded
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(&self, context: &FmtContext<'_, S, N>, mut line: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        write!(line, "<{}>", priority(*event.metadata().level()))?;
        self.0.format_event(context, line, event)
    }
}

/// syslog(3).
fn priority(level: Level) -> u8 {
    match level {
        Level::ERROR => 3,
        Level::WARN => 4,
        Level::INFO => 6,
        Level::DEBUG | Level::TRACE => 7,
    }
}
