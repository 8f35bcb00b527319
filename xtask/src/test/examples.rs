//! The examples, run as a person would: in a folder of their own, a second time over what is there, and on TiKV if there is
//! a cluster. What an example prints is compared with its `expected.txt`, if it has one.

use super::summary::{Counts, Summary};
use crate::shell::{Failure, cargo, has_package, root, run, text};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// An example, and how it takes the place of its store.
#[derive(Debug)]
pub(crate) struct Example {
    pub(crate) name: &'static str,
    /// What comes before the store on its command line.
    store: &'static [&'static str],
    /// Whether it runs on TiKV as well.
    tikv: bool,
}

const fn example(name: &'static str) -> Example {
    Example {
        name,
        store: &[],
        tikv: true,
    }
}

pub(crate) const ALL: &[Example] = &[
    example("quickstart"),
    example("crud"),
    example("blog"),
    example("queue"),
    Example {
        name: "chinook",
        store: &["--store"],
        // It loads too much for a second time.
        tikv: false,
    },
];

impl Example {
    /// Runs it twice over one store of each engine; each run counts as a test.
    pub(crate) fn run(&self, pd: Option<&str>, summary: &mut Summary) {
        if !has_package(&format!("examples/{}", self.name)) {
            summary.could_not_run(self.name, "the example is not there");
            return;
        }
        match fresh_folder(self.name) {
            Ok(folder) => {
                let command = || self.command(&[], &folder.display().to_string());
                summary.ran(self.twice("example", command));
            }
            Err(Failure(reason)) => summary.could_not_run(self.name, reason),
        }
        if let Some(pd) = pd.filter(|_| self.tikv) {
            let feature = format!("{}/tikv", self.name);
            let address = format!("tikv://{pd}?prefix=example-{}", self.name);
            let command = || self.command(&["--features", &feature], &address);
            summary.ran(self.twice("example on TiKV", command));
        }
        if let Some(pd) = pd.filter(|_| self.name == "queue") {
            summary.ran(processes(pd));
        }
    }

    fn twice(&self, kind: &str, command: impl Fn() -> Command) -> Counts {
        let mut counts = Counts::new(format!("{} ({kind})", self.name));
        for _ in 0..2 {
            counts.step(self.once(command()));
        }
        counts
    }

    fn once(&self, mut command: Command) -> Result<(), Failure> {
        let file = root().join(format!("examples/{}/expected.txt", self.name));
        if file.exists() {
            prints(command, &file, str::to_owned)
        } else {
            run(&mut command)
        }
    }

    fn command(&self, features: &[&str], store: &str) -> Command {
        let mut command = cargo(["run", "--quiet", "--package", self.name]);
        command.args(features).arg("--").args(self.store).arg(store);
        command
    }
}

/// The example `queue` with worker processes on TiKV, twice over one store, and what the command line shows of it.
fn processes(pd: &str) -> Counts {
    // Of this run alone: what was published is counted.
    let run = std::process::id();
    let address = format!("tikv://{pd}?prefix=example-processes-{run}&gc=off");
    let example = || {
        let mut command = cargo(["run", "--quiet", "--package", "queue", "--bin", "processes"]);
        command.args(["--features", "queue/tikv", "--", &address]);
        command
    };
    let mut events = cargo([
        "run",
        "--quiet",
        "--package",
        "keyloom-cli",
        "--bin",
        "keyloom",
    ]);
    events.args(["--features", "keyloom-cli/tikv", "--", "events", &address]);
    let expected = |name: &str| root().join("examples/queue").join(name);
    let steps = [
        prints(
            example(),
            &expected("expected-processes.txt"),
            str::to_owned,
        ),
        prints(
            example(),
            &expected("expected-processes.txt"),
            str::to_owned,
        ),
        prints(events, &expected("expected-events.txt"), steady),
    ];
    let mut counts = Counts::new("queue (processes on TiKV)");
    for step in steps {
        counts.step(step);
    }
    counts
}

/// A table whose columns are one space apart, with `AGE` for ages.
fn steady(table: &str) -> String {
    let row = |line: &str| {
        let mut words: Vec<&str> = Vec::new();
        for word in line.split_whitespace() {
            if ["s", "min"].contains(&word) {
                words.pop();
                words.push("AGE");
            } else {
                words.push(word);
            }
        }
        words.join(" ") + "\n"
    };
    table.lines().map(row).collect()
}

/// Runs a command and compares what it prints, made steady, with a file.
fn prints(mut command: Command, file: &Path, steady: fn(&str) -> String) -> Result<(), Failure> {
    let expected = std::fs::read_to_string(file)
        .map_err(|error| Failure(format!("`{}` cannot be read: {error}", file.display())))?;
    let shown = text(&command);
    eprintln!("\n$ {shown}");
    let output = command.stderr(Stdio::inherit()).output();
    let output = output.map_err(|error| Failure(format!("`{shown}` did not start: {error}")))?;
    let printed = String::from_utf8_lossy(&output.stdout);
    print!("{printed}");
    let printed = steady(&printed);
    if !output.status.success() {
        return Err(Failure(format!("`{shown}` failed: {}", output.status)));
    }
    let lines = printed.lines().zip(expected.lines());
    let differs = lines
        .into_iter()
        .find(|(printed, expected)| printed != expected);
    match differs {
        None if printed == expected => Ok(()),
        None => Err(Failure(format!(
            "`{shown}` printed {} lines, `{}` has {}",
            printed.lines().count(),
            file.display(),
            expected.lines().count()
        ))),
        Some((printed, expected)) => Err(Failure(format!(
            "`{shown}` printed\n  {printed}\nwhere `{}` has\n  {expected}",
            file.display()
        ))),
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
