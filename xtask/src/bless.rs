//! `cargo xtask bless`: what the tests expect is written anew from what the code does.

use crate::shell::{Outcome, cargo, golden_crates, has_package, run};
use clap::Args;

/// Writes the expected files of the tests anew; look at the difference before committing it
#[derive(Debug, Args)]
pub(crate) struct Bless {}

impl Bless {
    #[expect(clippy::unused_self, reason = "every chore is called the same way")]
    pub(crate) fn run(self) -> Outcome {
        // Golden crates are compared, and written, by the generator's own tests and those of `keyloom-tests`.
        let mut fixtures = cargo(["test", "--package", "keyloom-generator"]);
        run(fixtures.env("KEYLOOM_BLESS", "1"))?;
        if has_package("tests") {
            let mut pinned = cargo([
                "test",
                "--package",
                "keyloom-tests",
                "--test",
                "compile_fail",
            ]);
            run(pinned
                .env("TRYBUILD", "overwrite")
                .env("KEYLOOM_BLESS", "1"))?;
        }
        for golden in golden_crates() {
            generate(&golden, false)?;
        }
        Ok(())
    }
}

/// Generates a golden crate from the `schema.kdl` beside its `Cargo.toml`, or only compares it.
pub(crate) fn generate(golden: &std::path::Path, check: bool) -> Outcome {
    let mut command = cargo([
        "run",
        "--quiet",
        "--package",
        "keyloom-cli",
        "--bin",
        "keyloom",
        "--",
    ]);
    command
        .arg("generate")
        .arg(golden.join("schema.kdl"))
        .arg("--out")
        .arg(golden)
        .args(["--runtime-path", "../../../runtime"]);
    if check {
        command.arg("--check");
    }
    run(&mut command)
}
