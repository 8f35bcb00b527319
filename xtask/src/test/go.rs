//! The tests of the TiKV test cluster itself, which is written in Go.

use super::{
    harness::follow,
    summary::{Counts, Summary},
};
use crate::shell::{root, text};
use std::process::Command;

/// What the suite is called on the command line and in the summary.
pub(crate) const NAME: &str = "test-cluster";

/// Whether Go is installed.
pub(crate) fn is_there() -> bool {
    let version = Command::new("go").arg("version").output();
    version.is_ok_and(|output| output.status.success())
}

/// Runs `go vet` and `go test` in `tests/cluster`; each test counts.
pub(crate) fn run(summary: &mut Summary) {
    let mut counts = Counts::new(NAME);
    for arguments in [&["vet", "./..."][..], &["test", "-v", "./..."]] {
        let mut command = Command::new("go");
        command
            .args(arguments)
            .current_dir(root().join("tests/cluster"));
        eprintln!("\n$ {}", text(&command));
        let before = counts.failed;
        match follow(&mut command, |line| count(line, &mut counts)) {
            Err(error) => {
                let reason =
                    format!("`go` could not be started ({error}); install Go 1.22 or newer");
                return summary.is_missing(NAME, reason);
            }
            Ok(success) if !success && counts.failed == before => {
                summary.could_not_run(NAME, "it did not compile, or stopped: see above");
            }
            Ok(_) => {}
        }
    }
    summary.ran(counts);
}

/// Counts a line of `go test -v` that tells how a test ended.
fn count(line: &str, counts: &mut Counts) {
    if line.starts_with("--- PASS: ") {
        counts.passed += 1;
    } else if line.starts_with("--- FAIL: ") {
        counts.failed += 1;
    } else if line.starts_with("--- SKIP: ") {
        counts.ignored += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::{Counts, count};

    #[test]
    fn each_test_counts_once_and_its_parts_do_not() {
        let mut counts = Counts::new("go");
        for line in [
            "=== RUN   TestA",
            "--- PASS: TestA (0.00s)",
            "    --- PASS: TestA/part (0.00s)",
            "--- FAIL: TestB (0.10s)",
            "--- SKIP: TestC (0.00s)",
            "FAIL",
        ] {
            count(line, &mut counts);
        }
        assert_eq!((counts.passed, counts.failed, counts.ignored), (1, 1, 1));
    }
}
