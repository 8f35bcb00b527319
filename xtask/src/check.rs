//! `cargo xtask check`: everything that is judged without running a test.

use crate::bless::generate;
use crate::published::check_features;
use crate::shell::{Failure, Outcome, cargo, golden_crates, run};
use crate::tidy;
use clap::Args;

/// Checks format, lints, features, documentation and generated files, and changes nothing
#[derive(Debug, Args)]
pub(crate) struct Check {}

impl Check {
    /// Goes on after a fault, so that one run shows them all.
    #[expect(clippy::unused_self, reason = "every chore is called the same way")]
    pub(crate) fn run(self) -> Outcome {
        let lints = [
            "clippy",
            "--workspace",
            "--keep-going",
            "--all-targets",
            "--features",
            "keyloom-tests/tikv",
            "--",
            "-D",
            "warnings",
        ];
        let mut outcomes = vec![
            run(&mut cargo(["fmt", "--all", "--check"])),
            run(&mut cargo(lints)),
            check_features(),
            // Libraries only: the tool `keyloom` and the library `keyloom` would be written to the same page.
            run(
                cargo(["doc", "--workspace", "--no-deps", "--lib", "--keep-going"])
                    .env("RUSTDOCFLAGS", "-D warnings"),
            ),
        ];
        outcomes.push(tidy::check());
        for golden in golden_crates() {
            outcomes.push(generate(&golden, true));
        }
        let faults: Vec<String> = outcomes
            .into_iter()
            .filter_map(|outcome| outcome.err().map(|Failure(text)| format!("  {text}")))
            .collect();
        if faults.is_empty() {
            println!(
                "\ncheck: format, lints, features, documentation and generated files are as they should be"
            );
            return Ok(());
        }
        Err(Failure(format!(
            "{} of the checks failed:\n{}",
            faults.len(),
            faults.join("\n")
        )))
    }
}
