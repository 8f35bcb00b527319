//! `keyloom breaking`

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use clap::Args;
use keyloom_generator::Checked;

use super::input;
use super::output::{Color, FAULTS, Format, misuse, print, print_list};

/// Compares two schemas: what stored data cannot follow, which indexes are built, what callers see
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  keyloom breaking old.kdl new.kdl
  keyloom breaking schema.kdl --against git:main
  keyloom breaking schema.kdl --against git:v1.2.0 --format github

Exit codes: 0 stored data can follow (there may be warnings), 1 it cannot, 2 the command was used wrongly.")]
pub(crate) struct Breaking {
    /// The old schema, or with `--against` the new one
    file: PathBuf,
    /// The new schema
    #[arg(required_unless_present = "against")]
    new: Option<PathBuf>,
    /// Compare with what the file was at a revision: `git:REVISION`
    #[arg(long, value_name = "git:REVISION", conflicts_with = "new")]
    against: Option<String>,
    /// How to print the changes
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    /// Whether to use colours in the human form
    #[arg(long, value_enum, default_value_t = Color::Auto)]
    color: Color,
}

impl Breaking {
    pub(crate) fn run(self) -> ExitCode {
        let (old, new) = match self.schemas() {
            Ok(schemas) => schemas,
            Err(code) => return code,
        };
        let Some(found) = keyloom_generator::breaking(&old, &new) else {
            for checked in [&old, &new] {
                if checked.schema.is_none() && print(checked, self.format, self.color).is_err() {
                    break; // nobody reads on
                }
            }
            return ExitCode::from(FAULTS);
        };
        if print_list(&found.sources, &found.changes, self.format, self.color).is_err() {
            return ExitCode::from(FAULTS);
        }
        if found.is_breaking() {
            return ExitCode::from(FAULTS);
        }
        if self.format == Format::Human {
            let what = if found.changes.is_empty() {
                "nothing that stored data or callers would see"
            } else {
                "nothing that stored data cannot follow"
            };
            // A closed standard output is no fault of the schema.
            let _ = writeln!(io::stdout(), "{what}");
        }
        ExitCode::SUCCESS
    }

    /// The old schema and the new one.
    fn schemas(&self) -> Result<(Checked, Checked), ExitCode> {
        if let Some(new) = &self.new {
            return Ok((input::check(&self.file)?, input::check(new)?));
        }
        let against = self.against.as_deref().unwrap_or_default();
        let revision = against
            .strip_prefix("git:")
            .filter(|revision| !revision.is_empty() && !revision.starts_with('-'));
        let Some(revision) = revision else {
            let message =
                format!("`--against {against}` is no revision: write `--against git:main`");
            return Err(misuse(&message));
        };
        let new = input::check(&self.file)?;
        let name = self.file.display().to_string();
        let folder = match self.file.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        let read = |wanted: &str| show(folder, revision, &beside(&name, wanted));
        let mut old = keyloom_generator::check(&name, read).map_err(|error| {
            misuse(&format!("`{name}` cannot be read at `{revision}`: {error}"))
        })?;
        old.sources.rename(|name| format!("{revision}:{name}"));
        Ok((old, new))
    }
}

/// The text of a file at a revision; `path` is relative to `folder`.
fn show(folder: &Path, revision: &str, path: &str) -> io::Result<String> {
    let output = Command::new("git")
        .arg("-C")
        .arg(folder)
        .arg("show")
        .arg(format!("{revision}:./{path}"))
        .output()
        .map_err(|error| io::Error::new(error.kind(), format!("`git` cannot be run: {error}")))?;
    if !output.status.success() {
        let text = String::from_utf8_lossy(&output.stderr);
        let first = text.lines().next().unwrap_or("`git show` failed");
        return Err(io::Error::other(first.to_owned()));
    }
    String::from_utf8(output.stdout)
        .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
}

/// A file as it is called from the folder of the first one. Both names are as the loader gives them: with `/`, and without `.`.
fn beside(root: &str, wanted: &str) -> String {
    let parts = |name: &str| -> Vec<String> {
        let name = name.replace('\\', "/");
        let parts = name.split('/').filter(|part| !matches!(*part, "" | "."));
        parts.map(str::to_owned).collect()
    };
    let (mut from, to) = (parts(root), parts(wanted));
    from.pop();
    let shared = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let mut way = vec!["..".to_owned(); from.len() - shared];
    way.extend_from_slice(&to[shared..]);
    way.join("/")
}

#[cfg(test)]
mod tests {
    use super::beside;

    #[test]
    fn a_file_is_called_from_the_folder_of_the_first_one() {
        assert_eq!(beside("main.kdl", "main.kdl"), "main.kdl");
        assert_eq!(beside("./a/main.kdl", "a/b/users.kdl"), "b/users.kdl");
        assert_eq!(beside("a/b/main.kdl", "a/users.kdl"), "../users.kdl");
        assert_eq!(beside("/x/a/main.kdl", "/x/a/users.kdl"), "users.kdl");
        assert_eq!(beside("../main.kdl", "../../users.kdl"), "../users.kdl");
    }
}
