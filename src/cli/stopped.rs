//! What the display says when the station ends: darkness is no answer, and neither is its last screen.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::Path;

use parceld::config::{Bench, Problems, Severity};
use parceld::devices::{BenchPanel, Rotation};
use parceld::screen::{Sentence, Words, draw_stopped};
use parceld::store::StoreError;

use super::{CONFIG, CommandResult, Failure};

/// Runs the station, and leaves on the display why it ended.
pub(super) fn shown(config: &Path, run: impl FnOnce() -> CommandResult) -> CommandResult {
    let done = catch_unwind(AssertUnwindSafe(run));
    // The display is the one's that runs.
    let another_runs = matches!(&done, Ok(Err(failure)) if is_locked(&failure.error));
    if let Some(panel) = panel(config).filter(|_| !another_runs) {
        let words = Words::english();
        let say = |sentence: Sentence| words.say(&sentence);
        let (why, todo) = match &done {
            Ok(Ok(())) => (say(Sentence::StoppedOff), Sentence::StoppedStart),
            Ok(Err(failure)) if failure.code == CONFIG => (why(failure), Sentence::StoppedCorrect),
            Ok(Err(failure)) => (why(failure), Sentence::StoppedAgain),
            Err(panic) => (format!("a bug: {}", message(panic.as_ref())), Sentence::StoppedAgain),
        };
        if let Err(error) = panel.show(|picture| draw_stopped(&say(Sentence::Stopped), &why, &say(todo), picture)) {
            tracing::warn!(%error, "the display says nothing");
        }
    }
    done.unwrap_or_else(|panic| resume_unwind(panic))
}

/// The display of this configuration, as far as it can be read; else the first one of the computer, where it has one.
fn panel(config: &Path) -> Option<BenchPanel> {
    match Bench::read(config).0.and_then(|bench| bench.panel) {
        Some(panel) => parceld::daemon::panel(&panel),
        None => {
            let first = BenchPanel { device: "/dev/fb0".into(), rotation: Rotation::None };
            first.device.exists().then_some(first)
        }
    }
}

/// What is wrong; of several problems the first that stops the station, and how many more there are.
fn why(failure: &Failure) -> String {
    let Some(problems) = failure.error.downcast_ref::<Problems>() else { return failure.to_string() };
    let mut errors = problems.0.iter().filter(|problem| problem.severity == Severity::Error);
    let first = errors.next().map(ToString::to_string).unwrap_or_default();
    match errors.count() {
        0 => first,
        more => format!("{first} (and {more} more: parceld check)"),
    }
}

fn is_locked(error: &anyhow::Error) -> bool {
    matches!(error.downcast_ref(), Some(StoreError::Locked(_)))
}

fn message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("it did not say which")
}
