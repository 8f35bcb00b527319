//! What a person sees while a store is moved, on standard error.

use std::io::{self, Write};
use std::time::Duration;

use indicatif::{HumanBytes, HumanCount, ProgressBar, ProgressStyle};
use keyloom::transfer::{Progress, Step, Summary};

/// A line that moves; on a terminal only.
pub(super) struct Line {
    bar: ProgressBar,
    step: Option<Step>,
    /// Pairs that an earlier run had loaded.
    skipped: u64,
}

impl Line {
    /// `whole` are the bytes that will be read or written, if they are known.
    pub(super) fn new(whole: Option<u64>) -> Self {
        let (bar, template) = match whole {
            Some(bytes) => (ProgressBar::new(bytes), "{msg} {wide_bar} {percent}% {eta}"),
            None => (ProgressBar::new_spinner(), "{spinner} {msg}"),
        };
        // The template is fixed; the plain style is as good if it were wrong.
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(200));
        Self {
            bar,
            step: None,
            skipped: 0,
        }
    }

    /// The bar itself, for the input that moves it.
    pub(super) const fn bar(&self) -> &ProgressBar {
        &self.bar
    }

    pub(super) fn show(&mut self, now: Progress) {
        if self.step != Some(now.step) {
            self.step = Some(now.step);
            self.bar.reset_eta();
        }
        let doing = match now.step {
            Step::Skipping => {
                self.skipped = self.skipped.max(now.pairs);
                "comparing with the earlier load"
            }
            Step::Loading => "loading",
            Step::Verifying => "reading back",
            Step::Discarding => "discarding",
            _ => "dumping",
        };
        let (pairs, bytes) = (HumanCount(now.pairs), HumanBytes(now.bytes));
        self.bar
            .set_message(format!("{doing}: {pairs} pairs, {bytes}"));
    }

    /// Takes the line away and says what was done, in words that a program can read too.
    pub(super) fn end(self, done: &str, summary: &Summary) {
        self.bar.finish_and_clear();
        let earlier = match self.skipped {
            0 => String::new(),
            skipped => format!(", {skipped} of them by an earlier run"),
        };
        // Nobody is left to tell if standard error is closed.
        let _ = writeln!(
            io::stderr(),
            "{done} {} pairs{earlier}, {} bytes, BLAKE3 {}",
            summary.pairs,
            summary.bytes,
            summary.checksum
        );
    }
}
