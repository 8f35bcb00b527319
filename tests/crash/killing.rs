//! A test that is started as a program of its own, and killed.

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

/// A child that prints `acknowledged N` after each transaction, and what it has acknowledged over all its lives.
pub struct Killing<'a> {
    test: &'a str,
    variable: &'a str,
    folder: &'a Path,
    acknowledged: i64,
}

impl<'a> Killing<'a> {
    /// The child is a test of this program; it finds its folder in the variable.
    pub fn of(test: &'a str, variable: &'a str, folder: &'a Path) -> Self {
        Self {
            test,
            variable,
            folder,
            acknowledged: -1,
        }
    }

    /// Starts the child and kills it at a random moment after a few transactions; the last one that it acknowledged.
    pub fn round(&mut self) -> i64 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", self.test, "--nocapture"])
            .env(self.variable, self.folder)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let after = 1 + fastrand::usize(..8);
        let kill_at = Duration::from_micros(fastrand::u64(..3_000));
        let mut seen = 0;
        for line in lines.by_ref() {
            if self.note(&line.unwrap()) {
                seen += 1;
            }
            if seen == after {
                // Not waiting for an effect: the moment of the kill is what varies.
                std::thread::sleep(kill_at);
                child.kill().unwrap();
                break;
            }
        }
        for line in lines.map_while(Result::ok) {
            self.note(&line);
        }
        child.wait().unwrap();
        assert!(seen > 0, "the child ended before it did anything");
        self.acknowledged
    }

    /// Takes the number out of a line; the test harness may put words of its own in front.
    fn note(&mut self, line: &str) -> bool {
        let number = line
            .rsplit_once("acknowledged ")
            .and_then(|(_, number)| number.parse().ok());
        if let Some(number) = number {
            self.acknowledged = number;
        }
        number.is_some()
    }
}
