//! `cargo test`, shown as it runs, and its counts by test binary.

use super::summary::{Counts, Summary};
use crate::shell::text;
use anstream::adapter::strip_str;
use std::io::{BufRead, BufReader, pipe};
use std::process::Command;

/// Runs the tests that the command names; `name` stands for what has no name of its own.
pub(crate) fn run(name: &str, mut command: Command, summary: &mut Summary) {
    let shown = text(&command);
    eprintln!("\n$ {shown}");
    let mut reader = Reader::default();
    match follow(&mut command, |line| reader.line(line)) {
        Err(error) => {
            summary.could_not_run(name, format!("`{shown}` could not be started: {error}"));
        }
        Ok(success) => {
            let failed = reader.finish(summary);
            if !success && !failed {
                summary.could_not_run(name, "it did not compile, or did not start: see above");
            }
        }
    }
}

/// Runs the command and hands out its lines in the order in which it wrote them, both streams together.
pub(super) fn follow(command: &mut Command, mut each: impl FnMut(&str)) -> std::io::Result<bool> {
    let (output, input) = pipe()?;
    command.stdout(input.try_clone()?).stderr(input);
    let mut child = command.spawn()?;
    // The command holds the writing ends; the output ends only when they are closed here too.
    command.stdout(std::process::Stdio::null());
    command.stderr(std::process::Stdio::null());
    let mut output = BufReader::new(output);
    let mut line = Vec::new();
    while output.read_until(b'\n', &mut line)? > 0 {
        let text = String::from_utf8_lossy(&line);
        print!("{text}");
        each(text.trim_end());
        line.clear();
    }
    Ok(child.wait()?.success())
}

/// Understands the lines of `cargo test`.
#[derive(Debug, Default)]
struct Reader {
    /// The binary that is running, until its result is there.
    running: Option<String>,
    counts: Vec<Counts>,
    stopped: Vec<String>,
}

impl Reader {
    fn line(&mut self, line: &str) {
        let line = strip_str(line).to_string();
        let line = line.trim_start();
        if let Some(suite) = started(line) {
            self.stopped.extend(self.running.replace(suite));
        } else if let Some(result) = line.strip_prefix("test result: ") {
            let suite = self.running.take().unwrap_or_else(|| "tests".to_owned());
            self.counts.push(Counts {
                suite,
                passed: count(result, "passed"),
                failed: count(result, "failed"),
                ignored: count(result, "ignored"),
            });
        }
    }

    /// Hands the counts over, and tells whether a fault is among them.
    fn finish(mut self, summary: &mut Summary) -> bool {
        self.stopped.extend(self.running.take());
        let failed = !self.stopped.is_empty() || self.counts.iter().any(|it| it.failed > 0);
        for counts in self.counts {
            summary.ran(counts);
        }
        for suite in self.stopped {
            summary.could_not_run(&suite, "it stopped before its result: see above");
        }
        failed
    }
}

/// The name of the test binary that a line announces.
fn started(line: &str) -> Option<String> {
    if let Some(package) = line.strip_prefix("Doc-tests ") {
        return Some(format!("{package} (documentation)"));
    }
    let (_, binary) = line.strip_prefix("Running ")?.rsplit_once('(')?;
    let file = binary.trim_end_matches(')').rsplit(['/', '\\']).next()?;
    let (name, _hash) = file.rsplit_once('-')?;
    Some(name.to_owned())
}

/// The number before a word: 3 for `passed` in `ok. 3 passed; 0 failed`.
fn count(result: &str, word: &str) -> u64 {
    let mut before = 0;
    for piece in result
        .split([' ', ';', '.'])
        .filter(|piece| !piece.is_empty())
    {
        if piece == word {
            return before;
        }
        before = piece.parse().unwrap_or(0);
    }
    0
}

#[cfg(test)]
mod tests {
    use super::{Counts, Reader, Summary};

    fn counts(suite: &str, passed: u64, failed: u64, ignored: u64) -> Counts {
        Counts {
            suite: suite.to_owned(),
            passed,
            failed,
            ignored,
        }
    }

    #[test]
    fn counts_belong_to_the_binary_that_was_announced() {
        let mut reader = Reader::default();
        for line in [
            "     Running unittests src/lib.rs (target/debug/deps/keyloom-0a1b2c)",
            "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s",
            "     Running conformance/main.rs (target/debug/deps/conformance-ffff)",
            "test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s",
            "   Doc-tests keyloom",
            "test result: ok. 4 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s",
        ] {
            reader.line(line);
        }
        let expected = vec![
            counts("keyloom", 12, 0, 1),
            counts("conformance", 3, 2, 0),
            counts("keyloom (documentation)", 4, 0, 0),
        ];
        assert_eq!(reader.counts, expected);
    }

    #[test]
    fn colours_hide_nothing() {
        let mut reader = Reader::default();
        for line in [
            "\u{1b}[1m\u{1b}[92m     Running\u{1b}[0m model/main.rs (target/debug/deps/model-ffff)",
            "test result: \u{1b}[32mok\u{1b}[0m. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s",
            "\u{1b}[1m\u{1b}[92m   Doc-tests\u{1b}[0m keyloom",
            "test result: \u{1b}[31mFAILED\u{1b}[0m. 3 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s",
        ] {
            reader.line(line);
        }
        let expected = vec![
            counts("model", 2, 0, 0),
            counts("keyloom (documentation)", 3, 1, 0),
        ];
        assert_eq!(reader.counts, expected);
    }

    #[test]
    fn a_binary_that_stops_without_a_result_is_not_forgotten() {
        let mut reader = Reader::default();
        reader.line("     Running crash/main.rs (target/debug/deps/crash-ffff)");
        let mut summary = Summary::default();
        assert!(reader.finish(&mut summary));
        assert!(!summary.is_green());
    }
}
