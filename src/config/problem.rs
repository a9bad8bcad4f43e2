//! What is wrong with a configuration, where, and what to do about it. Reading goes on after a problem, so a person
//! sees all of them at once.

use std::fmt;
use std::path::PathBuf;

/// One problem in one file. Shows as `file:line: what is wrong; what to do`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The file, or the folder where a file is missing.
    pub file: PathBuf,
    /// Counted from 1; `None` when it is about the whole file.
    pub line: Option<usize>,
    /// What is wrong: a lower-case fragment.
    pub what: String,
    /// The next step: a lower-case imperative.
    pub what_to_do: String,
    /// Whether the station may start.
    pub severity: Severity,
}

/// Whether a problem stops the station.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The station does not start with it.
    Error,
    /// The station starts; a person should look.
    Warning,
}

impl Problem {
    /// An error about a whole file or folder.
    pub fn error(file: impl Into<PathBuf>, what: impl Into<String>, what_to_do: impl Into<String>) -> Self {
        let (what, what_to_do) = (what.into(), what_to_do.into());
        Self { file: file.into(), line: None, what, what_to_do, severity: Severity::Error }
    }

    /// The same, on a line.
    #[must_use]
    pub fn at(self, line: usize) -> Self {
        Self { line: Some(line), ..self }
    }

    /// The same, as a warning.
    #[must_use]
    pub fn warning(self) -> Self {
        Self { severity: Severity::Warning, ..self }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.file.display())?;
        if let Some(line) = self.line {
            write!(f, "{line}:")?;
        }
        write!(f, " {}; {}", self.what, self.what_to_do)
    }
}

/// Every problem of a configuration, in the order they were found. Shows one a line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Problems(pub Vec<Problem>);

impl Problems {
    /// Remembers one.
    pub fn push(&mut self, problem: Problem) {
        self.0.push(problem);
    }

    /// Remembers more.
    pub fn extend(&mut self, more: impl IntoIterator<Item = Problem>) {
        self.0.extend(more);
    }

    /// Whether any of them stops the station.
    pub fn has_errors(&self) -> bool {
        self.0.iter().any(|problem| problem.severity == Severity::Error)
    }

    /// Whether there is none at all.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, problem) in self.0.iter().enumerate() {
            if at > 0 {
                writeln!(f)?;
            }
            problem.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}

impl IntoIterator for Problems {
    type Item = Problem;
    type IntoIter = std::vec::IntoIter<Problem>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}
