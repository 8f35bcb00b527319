//! The examples, run as a person would: in a folder of their own, and a second time over what is there.

use super::summary::{Counts, Summary};
use crate::shell::{Failure, cargo, has_package, root, run};
use std::path::{Path, PathBuf};
use std::process::Command;

/// An example, and how it takes the place of its store.
#[derive(Debug)]
pub(crate) struct Example {
    pub(crate) name: &'static str,
    /// What comes before the folder on its command line.
    store: &'static [&'static str],
}

pub(crate) const ALL: &[Example] = &[
    Example {
        name: "quickstart",
        store: &[],
    },
    Example {
        name: "chinook",
        store: &["--store"],
    },
];

impl Example {
    /// Runs it twice over one store; each run counts as a test.
    pub(crate) fn run(&self, summary: &mut Summary) {
        if !has_package(&format!("examples/{}", self.name)) {
            summary.could_not_run(self.name, "the example is not there");
            return;
        }
        let folder = match fresh_folder(self.name) {
            Ok(folder) => folder,
            Err(Failure(reason)) => return summary.could_not_run(self.name, reason),
        };
        let mut counts = Counts {
            suite: format!("{} (example)", self.name),
            passed: 0,
            failed: 0,
            ignored: 0,
        };
        for _ in 0..2 {
            match run(&mut self.command(&folder)) {
                Ok(()) => counts.passed += 1,
                Err(Failure(reason)) => {
                    eprintln!("{reason}");
                    counts.failed += 1;
                }
            }
        }
        summary.ran(counts);
    }

    fn command(&self, folder: &Path) -> Command {
        let mut command = cargo(["run", "--quiet", "--package", self.name, "--"]);
        command.args(self.store).arg(folder);
        command
    }
}

/// An empty place under the target folder, which is ignored and cheap to throw away.
fn fresh_folder(name: &str) -> Result<PathBuf, Failure> {
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    let folder = target.join("example-stores").join(name);
    match std::fs::remove_dir_all(&folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(Failure(format!(
            "`{}` of an earlier run cannot be removed: {error}",
            folder.display()
        ))),
        _ => Ok(folder),
    }
}
