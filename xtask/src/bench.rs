//! `cargo xtask bench`: a benchmark of `keyloom-bench`, in release mode.

use crate::shell::{Outcome, cargo, run};
use clap::Args;
use std::path::PathBuf;

/// Those that run beside Tito, which the workspace does not build otherwise, on the test cluster, which needs Go.
const PEERS: [&str; 2] = ["events", "tikv"];

/// Runs a benchmark in release mode
#[derive(Debug, Args)]
pub(crate) struct Bench {
    /// Which one: `core`, `events`, `generate`, `tikv`
    name: String,
    /// Take less than three minutes
    #[arg(long)]
    short: bool,
    /// Also write the numbers to this file
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// More arguments for the benchmark
    #[arg(last = true)]
    more: Vec<String>,
}

impl Bench {
    pub(crate) fn run(self) -> Outcome {
        let mut command = cargo(["run", "--release", "--package", "keyloom-bench"]);
        if PEERS.contains(&self.name.as_str()) {
            command.args(["--features", "tito"]);
        }
        command.arg("--").arg(self.name);
        if self.short {
            command.arg("--short");
        }
        if let Some(file) = self.json {
            // The benchmark runs in the root of the repository; the name is meant from here.
            let file = std::path::absolute(&file).unwrap_or(file);
            command.arg("--json").arg(file);
        }
        command.args(self.more);
        run(&mut command)
    }
}
