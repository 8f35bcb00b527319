//! `cargo xtask test`: every test and every example, and a summary that hides nothing.

pub(crate) mod examples;
mod first_minutes;
mod go;
mod harness;
mod summary;
mod tikv;

use crate::shell::{Failure, Outcome, cargo, has_package};
use clap::Args;
use summary::Summary;
use tikv::Tikv;

/// Runs the tests and the examples, and says what ran and what could not
#[derive(Debug, Args)]
pub(crate) struct Test {
    /// Suites (`conformance`, `model`, `crash`, `docs`, …), `test-cluster`, or examples; everything unless given
    suites: Vec<String>,
}

impl Test {
    pub(crate) fn run(self) -> Outcome {
        let mut summary = Summary::default();
        let tikv = Tikv::start(&self.suites, &mut summary);
        if self.suites.is_empty() {
            everything(&tikv, &mut summary);
        }
        for suite in &self.suites {
            match examples::ALL.iter().find(|example| example.name == suite) {
                Some(example) => example.run(tikv.pd().as_deref(), &mut summary),
                None if suite == go::NAME => go::run(&mut summary),
                None if suite == first_minutes::NAME => {
                    first_minutes::run(tikv.pd().as_deref(), &mut summary);
                }
                None => {
                    let package = match suite.as_str() {
                        "docs" => "keyloom-docs",
                        _ => "keyloom-tests",
                    };
                    let mut command = cargo(["test", "--package", package, "--test", suite]);
                    tikv.tell(&mut command);
                    harness::run(suite, command, &mut summary);
                }
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

/// Every test of the workspace and of the test cluster, and every example.
fn everything(tikv: &Tikv, summary: &mut Summary) {
    let mut command = cargo(["test", "--workspace", "--no-fail-fast"]);
    tikv.tell(&mut command);
    if tikv.pd().is_some() {
        command.args(["--features", "keyloom-cli/tikv"]);
    }
    if !go::is_there() {
        // Its tests start a cluster, which `go` builds.
        command.args(["--exclude", "keyloom-cluster"]);
        summary.is_missing("keyloom-cluster", "`go` is not installed");
    }
    harness::run("cargo test", command, summary);
    if !has_package("tests") {
        summary.could_not_run("keyloom-tests", "the package is not there");
    }
    go::run(summary);
    for example in examples::ALL {
        example.run(tikv.pd().as_deref(), summary);
    }
    first_minutes::run(tikv.pd().as_deref(), summary);
}
