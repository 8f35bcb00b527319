//! Running the binary in a folder of its own.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// What a run printed, and its exit code.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ran {
    pub(crate) fn new(code: i32, out: impl Into<String>, err: impl Into<String>) -> Self {
        Self {
            code,
            out: out.into(),
            err: err.into(),
        }
    }

    fn of(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).expect("the tool prints UTF-8");
        Self::new(
            output.status.code().expect("it was not killed"),
            text(output.stdout),
            text(output.stderr),
        )
    }
}

/// A folder with files, where the binary runs.
pub(crate) struct Folder(TempDir);

impl Folder {
    pub(crate) fn new<'f>(files: impl IntoIterator<Item = (&'f str, &'f str)>) -> Self {
        let folder = Self(tempfile::tempdir().expect("a folder"));
        for (name, text) in files {
            folder.write(name, text);
        }
        folder
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("it can be made");
        fs::write(path, text).expect("it can be written");
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path().join(name)).expect("it can be read")
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(binary());
        command
            .args(arguments)
            .current_dir(self.path())
            .env_remove("NO_COLOR")
            .env("COLUMNS", "100");
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        Ran::of(self.command(arguments).output().expect("it runs"))
    }

    pub(crate) fn run_with_input(&self, arguments: &[&str], input: &str) -> Ran {
        let mut child = self
            .command(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it runs");
        let mut stdin = child.stdin.take().expect("it is piped");
        stdin
            .write_all(input.as_bytes())
            .expect("it reads its input");
        drop(stdin);
        Ran::of(child.wait_with_output().expect("it ends"))
    }
}

pub(crate) fn binary() -> PathBuf {
    PathBuf::from(env!("CARGO_BIN_EXE_keyloom"))
}

/// Compares with a file of `tests/expected`, or writes it if `KEYLOOM_BLESS` is set.
pub(crate) fn expected(name: &str, found: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/expected")
        .join(name);
    if std::env::var_os("KEYLOOM_BLESS").is_some() {
        fs::write(&path, found).expect("it can be written");
        return;
    }
    let wanted = fs::read_to_string(&path).unwrap_or_default();
    let diff = similar::TextDiff::from_lines(wanted.as_str(), found);
    assert!(
        found == wanted,
        "{name} is not as expected; `cargo xtask bless` writes it anew:\n{}",
        diff.unified_diff().header("expected", "found")
    );
}
