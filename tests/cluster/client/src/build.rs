//! Builds the Go program; Go's own cache makes a second build quick.

use crate::{Error, Result};
use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::Command,
};

/// Builds the test cluster into `target/cluster`, unless that is up to date, and gives the path of the program.
///
/// Processes that build at the same time wait for each other.
pub fn build() -> Result<PathBuf> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let target = std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| source.join("../../target"), PathBuf::from)
        .join("cluster");
    fs::create_dir_all(&target).map_err(|error| cannot(&target, &error))?;
    let target = target
        .canonicalize()
        .map_err(|error| cannot(&target, &error))?;
    let lock = target.join("lock");
    let lock = File::create(&lock).map_err(|error| cannot(&lock, &error))?;
    lock.lock().map_err(|error| cannot(&target, &error))?;
    let program = target.join("tikv-test-cluster");
    let built = Command::new("go")
        .args(["build", "-o"])
        .arg(&program)
        .arg(".")
        .current_dir(source)
        .output();
    match built {
        Err(error) => Err(Error(format!(
            "the TiKV test cluster cannot be built: `go` could not be started ({error}); install Go 1.22 or newer, or \
             name a real cluster in KEYLOOM_TEST_PD"
        ))),
        Ok(output) if !output.status.success() => Err(Error(format!(
            "the TiKV test cluster cannot be built:\n{}",
            String::from_utf8_lossy(&output.stderr)
        ))),
        Ok(_) => Ok(program),
    }
}

fn cannot(path: &Path, error: &std::io::Error) -> Error {
    Error(format!("`{}` cannot be made: {error}", path.display()))
}
