//! `cargo xtask tidy`: the house rules that no compiler knows. A test of this crate asks the same.

mod lists;
mod texts;

use crate::shell::{Failure, Outcome, root};
use clap::Args;
use std::{fs, io, path::Path};

/// Checks the house rules: length of files, unfinished work, pages of codes, lists of suites and examples
#[derive(Debug, Args)]
pub(crate) struct Tidy {}

impl Tidy {
    #[expect(clippy::unused_self, reason = "every chore is called the same way")]
    pub(crate) fn run(self) -> Outcome {
        check()
    }
}

/// Every broken rule, or nothing.
pub(crate) fn check() -> Outcome {
    let faults = Tree::read(root())
        .map_err(|error| Failure(format!("the repository cannot be read: {error}")))?
        .faults();
    if faults.is_empty() {
        println!("tidy: the house rules are kept");
        return Ok(());
    }
    Err(Failure(format!(
        "{} house rules are broken:\n  {}",
        faults.len(),
        faults.join("\n  ")
    )))
}

/// Folders that hold no sources of ours.
const SKIPPED: [&str; 4] = ["target", ".git", "node_modules", "data"];

/// Endings of files that are read.
const READ: [&str; 10] = [
    "rs", "go", "md", "toml", "kdl", "jinja", "sh", "yml", "txt", "stderr",
];

/// A text file of the repository.
struct File {
    /// From the root, with `/`.
    path: String,
    text: String,
}

impl File {
    fn is(&self, ending: &str) -> bool {
        self.path
            .rsplit_once('.')
            .is_some_and(|(_, found)| found == ending)
    }
}

/// All text files of the repository.
struct Tree {
    files: Vec<File>,
}

impl Tree {
    fn read(root: &Path) -> io::Result<Self> {
        let mut files = Vec::new();
        collect(root, "", &mut files)?;
        files.sort_by(|left, right| left.path.cmp(&right.path));
        Ok(Self { files })
    }

    fn faults(&self) -> Vec<String> {
        let mut faults = texts::faults(&self.files);
        faults.extend(lists::faults(self));
        faults
    }

    fn text(&self, path: &str) -> &str {
        let file = self.files.iter().find(|file| file.path == path);
        file.map_or("", |file| &file.text)
    }

    /// The files below a folder.
    fn below<'t>(&'t self, folder: &'t str) -> impl Iterator<Item = &'t File> {
        self.files.iter().filter(move |file| {
            let rest = file.path.strip_prefix(folder);
            rest.is_some_and(|rest| rest.starts_with('/'))
        })
    }
}

fn collect(folder: &Path, prefix: &str, files: &mut Vec<File>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if prefix.is_empty() {
            name.clone()
        } else {
            format!("{prefix}/{name}")
        };
        let kind = entry.file_type()?;
        if kind.is_dir() && !SKIPPED.contains(&name.as_str()) {
            collect(&entry.path(), &path, files)?;
        } else if kind.is_file()
            && name
                .rsplit_once('.')
                .is_some_and(|(_, end)| READ.contains(&end))
        {
            // Fixtures may hold bytes that are no text; they are judged by their own tests.
            if let Ok(text) = fs::read_to_string(entry.path()) {
                files.push(File { path, text });
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{File, Tree, texts};
    use crate::shell::root;

    #[test]
    fn the_repository_keeps_its_house_rules() {
        let faults = Tree::read(root()).unwrap().faults();
        assert_eq!(faults, Vec::<String>::new());
    }

    #[test]
    fn broken_rules_are_found() {
        let file = |path: &str, text: String| File {
            path: path.to_owned(),
            text,
        };
        let files = [
            file("runtime/src/a.rs", "x\n".repeat(401)),
            file(
                "runtime/src/b.rs",
                format!("// {}: later\n", ["TO", "DO"].concat()),
            ),
            file(
                "runtime/src/c.rs",
                format!("fn f() {{ {}() }}\n", ["todo", "!"].concat()),
            ),
            file("docs/d.md", format!("see {}me\n", ["/ho", "me/"].concat())),
        ];
        assert_eq!(
            texts::faults(&files),
            [
                "runtime/src/a.rs has 401 lines: split it by idea, 400 are the most",
                "runtime/src/b.rs:1: work that is not finished",
                "runtime/src/c.rs:1: work that is not finished",
                "docs/d.md:1: a path of somebody's machine",
            ]
        );
    }
}
