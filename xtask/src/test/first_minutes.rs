//! The first five minutes: an empty folder, and what the README says, word for word.
//!
//! Each block of the README is found by the line before it. The project stands beside a link to this repository, as the
//! README has it.

use super::summary::{Counts, Summary};
use crate::shell::{Failure, root};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// What the suite is called on the command line and in the summary.
pub(crate) const NAME: &str = "first-minutes";

type Step = fn(&Project, Option<&str>) -> Result<(), Failure>;

/// Does what the README says; each step counts.
pub(crate) fn run(pd: Option<&str>, summary: &mut Summary) {
    let mut counts = Counts::new(NAME);
    let project = match Project::begin() {
        Ok(project) => project,
        Err(Failure(reason)) => return summary.could_not_run(NAME, reason),
    };
    let steps: [(&str, Step); 4] = [
        ("a project from a schema", Project::start),
        ("a wrong line and its message", Project::wrong_line),
        ("an event handled", Project::event),
        ("TiKV by one string", Project::tikv),
    ];
    for (name, step) in steps {
        if name.starts_with("TiKV") && pd.is_none() {
            continue;
        }
        eprintln!("\n$ first five minutes: {name}");
        let outcome = step(&project, pd);
        counts.step(outcome.map_err(|Failure(reason)| Failure(format!("{name}: {reason}"))));
    }
    summary.ran(counts);
}

/// The newcomer's project, and the README they read.
struct Project {
    readme: String,
    folder: PathBuf,
}

impl Project {
    fn begin() -> Result<Self, Failure> {
        let readme = read(&root().join("README.md"))?;
        let beside = root().join("target/first-minutes");
        let folder = beside.join("hello");
        if folder.exists() {
            fs::remove_dir_all(&folder).map_err(|error| failed("remove", &folder, &error))?;
        }
        fs::create_dir_all(folder.join("src")).map_err(|error| failed("make", &folder, &error))?;
        let link = beside.join("keyloom");
        if !link.exists() {
            link_to(root(), &link).map_err(|error| failed("link", &link, &error))?;
        }
        Ok(Self { readme, folder })
    }

    /// The files of the README, and its program twice.
    fn start(&self, _: Option<&str>) -> Result<(), Failure> {
        let dependencies = self.block("`Cargo.toml`:")?;
        let manifest = format!(
            "[package]\nname = \"hello\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n{dependencies}\n[workspace]\n"
        );
        self.write("Cargo.toml", &manifest)?;
        self.write("build.rs", self.block("`build.rs`, beside `Cargo.toml`:")?)?;
        self.write(
            "schema.kdl",
            self.block("`schema.kdl`, beside `Cargo.toml`:")?,
        )?;
        self.write("src/main.rs", self.block("`src/main.rs`:")?)?;
        for _ in 0..2 {
            let printed = success(&self.cargo("run")?)?;
            if printed.lines().count() != 1 || !printed.trim_end().ends_with(" Ann") {
                return Err(Failure(format!("it printed\n{printed}")));
            }
        }
        Ok(())
    }

    /// The wrong line of the README in place of the right one: the build shows what the README shows.
    fn wrong_line(&self, _: Option<&str>) -> Result<(), Failure> {
        let wrong = self.block("A wrong line in `schema.kdl`:")?;
        let expected = self.block("What `cargo build` says:")?;
        let schema = read(&self.folder.join("schema.kdl"))?;
        let name = |line: &str| line.split_whitespace().next().map(str::to_owned);
        let lines: Vec<&str> = schema
            .lines()
            .map(|line| {
                if name(line) == name(wrong) {
                    wrong.trim_end_matches('\n')
                } else {
                    line
                }
            })
            .collect();
        self.write("schema.kdl", &lines.join("\n"))?;
        let output = self.cargo("build")?;
        self.write("schema.kdl", &schema)?;
        if output.status.success() {
            return Err(Failure("the wrong schema was built".to_owned()));
        }
        let printed = String::from_utf8_lossy(&output.stderr).into_owned();
        let mut shown = printed.lines().map(str::trim);
        for line in expected.lines().map(str::trim) {
            if !shown.any(|shown| shown == line) {
                return Err(Failure(format!("no line `{line}` in\n{printed}")));
            }
        }
        if printed.contains("panicked") {
            return Err(Failure(format!("the build panicked:\n{printed}")));
        }
        Ok(())
    }

    /// The schema with an event, and the program with a handler.
    fn event(&self, _: Option<&str>) -> Result<(), Failure> {
        let line = self.block("One more line in the model:")?;
        let schema = read(&self.folder.join("schema.kdl"))?;
        let Some((model, rest)) = schema.rsplit_once('}') else {
            return Err(Failure("the schema has no model".to_owned()));
        };
        self.write("schema.kdl", &format!("{model}{line}}}{rest}"))?;
        self.write("src/main.rs", self.block("`src/main.rs`, with a handler:")?)?;
        self.prints_what_the_readme_says()
    }

    /// Another string, and the feature: the same program on a cluster.
    fn tikv(&self, pd: Option<&str>) -> Result<(), Failure> {
        let pd = pd.unwrap_or_default();
        let manifest = read(&self.folder.join("Cargo.toml"))?;
        let plain = manifest.lines().find(|line| line.starts_with("keyloom ="));
        let with = self.block("`Cargo.toml`, for TiKV:")?;
        let manifest = manifest.replace(plain.unwrap_or_default(), with.trim_end());
        self.write("Cargo.toml", &manifest)?;
        let program = read(&self.folder.join("src/main.rs"))?;
        let address = self.block("The address:")?;
        let address = address.trim().replace("127.0.0.1:2379", pd);
        self.write("src/main.rs", &program.replace("\"hello-data\"", &address))?;
        self.prints_what_the_readme_says()
    }

    fn prints_what_the_readme_says(&self) -> Result<(), Failure> {
        let printed = success(&self.cargo("run")?)?;
        let expected = self.block("What it prints:")?;
        if printed == expected {
            Ok(())
        } else {
            Err(Failure(format!(
                "it printed\n{printed}instead of\n{expected}"
            )))
        }
    }

    /// The block of the README behind a line.
    fn block(&self, before: &str) -> Result<&str, Failure> {
        let missing = || {
            Failure(format!(
                "the README has no block behind the line `{before}`"
            ))
        };
        let (_, behind) = self
            .readme
            .split_once(&format!("\n{before}\n\n```"))
            .ok_or_else(missing)?;
        let (_, text) = behind.split_once('\n').ok_or_else(missing)?;
        let end = text.find("```").ok_or_else(missing)?;
        Ok(&text[..end])
    }

    fn write(&self, file: &str, text: &str) -> Result<(), Failure> {
        let file = self.folder.join(file);
        fs::write(&file, text).map_err(|error| failed("write", &file, &error))
    }

    fn cargo(&self, action: &str) -> Result<Output, Failure> {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        Command::new(cargo)
            .arg(action)
            .arg("--quiet")
            .current_dir(&self.folder)
            .env(
                "CARGO_TARGET_DIR",
                root().join("target/first-minutes/target"),
            )
            .env("CARGO_TERM_COLOR", "never")
            // What the repository's own build is given, which a newcomer does not have.
            .env_remove("RUSTFLAGS")
            .output()
            .map_err(|error| Failure(format!("`cargo {action}` could not be started: {error}")))
    }
}

fn success(output: &Output) -> Result<String, Failure> {
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let printed = String::from_utf8_lossy(&output.stderr);
    Err(Failure(format!("{}\n{printed}", output.status)))
}

fn read(file: &Path) -> Result<String, Failure> {
    fs::read_to_string(file).map_err(|error| failed("read", file, &error))
}

fn failed(what: &str, file: &Path, error: &std::io::Error) -> Failure {
    Failure(format!("cannot {what} {}: {error}", file.display()))
}

#[cfg(unix)]
fn link_to(what: &Path, link: &Path) -> std::io::Result<()> {
    std::os::unix::fs::symlink(what, link)
}

#[cfg(windows)]
fn link_to(what: &Path, link: &Path) -> std::io::Result<()> {
    std::os::windows::fs::symlink_dir(what, link)
}
