//! Folders that go with the test that asked for them.

use std::{cell::RefCell, path::PathBuf};
use tempfile::TempDir;

thread_local! {
    static FOLDERS: RefCell<Vec<TempDir>> = const { RefCell::new(Vec::new()) };
}

/// An empty folder, which is removed when this thread ends. Each test has a thread, whose stores end before it does.
pub fn fresh() -> PathBuf {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().to_owned();
    FOLDERS.with_borrow_mut(|folders| folders.push(folder));
    path
}
