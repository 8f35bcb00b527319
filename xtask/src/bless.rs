//! `cargo xtask bless`: what the tests expect is written anew from what the code does.

use crate::shell::{Outcome, cargo, golden_crates, has_package, run};
use clap::Args;
use std::path::Path;

/// Writes the expected files of the tests anew; look at the difference before committing it
#[derive(Debug, Args)]
pub(crate) struct Bless {}

impl Bless {
    #[expect(clippy::unused_self, reason = "every chore is called the same way")]
    pub(crate) fn run(self) -> Outcome {
        let mut fixtures = cargo([
            "test",
            "--package",
            "keyloom-generator",
            "--package",
            "keyloom-cli",
        ]);
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

/// Generates a golden crate from the `schema.kdl` beside its `Cargo.toml`, or only compares it. The command is the one that
/// the head of its files names.
pub(crate) fn generate(golden: &Path, check: bool) -> Outcome {
    let folder = golden.file_name().unwrap_or_default().to_string_lossy();
    let tool = [
        "run",
        "--quiet",
        "--package",
        "keyloom-cli",
        "--bin",
        "keyloom",
        "--",
    ];
    let mut command = cargo(tool);
    command
        .current_dir(golden)
        .args(["generate", "schema.kdl", "--out", "."])
        .args(["--runtime-path", "../../../runtime"])
        .args(["--name", &format!("golden-{folder}")]);
    if check {
        command.arg("--check");
    }
    run(&mut command)
}
