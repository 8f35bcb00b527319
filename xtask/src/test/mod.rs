//! `cargo xtask test`: every test and every example, and a summary that hides nothing.

mod examples;
mod harness;
mod summary;

use crate::shell::{Failure, Outcome, cargo, has_package};
use clap::Args;
use summary::Summary;

/// Runs the tests and the examples, and says what ran and what could not
#[derive(Debug, Args)]
pub(crate) struct Test {
    /// Suites (test binaries of `keyloom-tests`: `conformance`, `model`, `crash`, …) or examples; everything unless given
    suites: Vec<String>,
}

impl Test {
    pub(crate) fn run(self) -> Outcome {
        let mut summary = Summary::default();
        if self.suites.is_empty() {
            harness::run(
                "cargo test",
                cargo(["test", "--workspace", "--no-fail-fast"]),
                &mut summary,
            );
            if !has_package("tests") {
                summary.could_not_run("keyloom-tests", "the package is not there");
            }
            for example in examples::ALL {
                example.run(&mut summary);
            }
        }
        for suite in &self.suites {
            match examples::ALL.iter().find(|example| example.name == suite) {
                Some(example) => example.run(&mut summary),
                None => harness::run(
                    suite,
                    cargo(["test", "--package", "keyloom-tests", "--test", suite]),
                    &mut summary,
                ),
            }
        }
        println!("{summary}");
        if summary.is_green() {
            Ok(())
        } else {
            Err(Failure(
                "not everything passed; the list above says what".to_owned(),
            ))
        }
    }
}
