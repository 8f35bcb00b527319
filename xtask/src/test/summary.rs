//! What ran, and what could not.

use crate::shell::{Failure, Outcome};
use std::fmt;

/// The counts of one suite.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) suite: String,
    pub(crate) passed: u64,
    pub(crate) failed: u64,
    pub(crate) ignored: u64,
}

impl Counts {
    /// Of a suite of which nothing has run yet.
    pub(crate) fn new(suite: impl Into<String>) -> Self {
        Self {
            suite: suite.into(),
            passed: 0,
            failed: 0,
            ignored: 0,
        }
    }

    /// Counts a step; of one that failed the reason is shown.
    pub(crate) fn step(&mut self, outcome: Outcome) {
        match outcome {
            Ok(()) => self.passed += 1,
            Err(Failure(reason)) => {
                eprintln!("{reason}");
                self.failed += 1;
            }
        }
    }
}

/// What ran, and what could not.
#[derive(Debug, Default)]
pub(crate) struct Summary {
    ran: Vec<Counts>,
    not_run: Vec<(String, String)>,
    missing: Vec<(String, String)>,
}

impl Summary {
    pub(crate) fn ran(&mut self, counts: Counts) {
        self.ran.push(counts);
    }

    pub(crate) fn could_not_run(&mut self, suite: &str, reason: impl Into<String>) {
        self.not_run.push((suite.to_owned(), reason.into()));
    }

    /// A suite needs what this machine does not have: no failure, except in CI, which has everything.
    pub(crate) fn is_missing(&mut self, suite: &str, reason: impl Into<String>) {
        if std::env::var("CI").is_ok_and(|value| value == "true") {
            self.could_not_run(suite, reason);
        } else {
            self.missing.push((suite.to_owned(), reason.into()));
        }
    }

    /// Whether everything ran that this machine can run, and nothing failed.
    pub(crate) fn is_green(&self) -> bool {
        self.not_run.is_empty() && self.ran.iter().all(|counts| counts.failed == 0)
    }

    fn total(&self, of: impl Fn(&Counts) -> u64) -> u64 {
        self.ran.iter().map(of).sum()
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "\n==== summary ====")?;
        for it in &self.ran {
            let Counts {
                suite,
                passed,
                failed,
                ignored,
            } = it;
            // A binary without tests says nothing.
            if passed + failed + ignored == 0 {
                continue;
            }
            let mark = if *failed == 0 { "  " } else { "✗ " };
            write!(out, "{mark}{suite:<28} {passed:>5} passed, {failed} failed")?;
            if *ignored > 0 {
                write!(out, ", {ignored} IGNORED")?;
            }
            writeln!(out)?;
        }
        for (suite, reason) in self.not_run.iter().chain(&self.missing) {
            writeln!(out, "✗ {suite:<28} COULD NOT RUN: {reason}")?;
        }
        write!(
            out,
            "total: {} passed, {} failed, {} ignored, {} could not run",
            self.total(|it| it.passed),
            self.total(|it| it.failed),
            self.total(|it| it.ignored),
            self.not_run.len() + self.missing.len()
        )
    }
}
