//! `keyloom events`, on a folder that nobody has open, on one that another process has open, and on a cluster.

#[cfg(unix)]
mod owner;
mod shown;
mod steps;
mod till;

use crate::support::{Folder, Ran};
use std::path::Path;

/// Runs `keyloom events` with an action and a store.
fn events(action: &[&str], store: &str, more: &[&str]) -> Ran {
    let folder = Folder::new([]);
    let arguments = [&["events"], action, &[store], more].concat();
    folder.run(&arguments)
}

/// What a run printed that must succeed.
fn printed(action: &[&str], store: &str, more: &[&str]) -> String {
    let ran = events(action, store, more);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{action:?}");
    ran.out
}

/// Each line as JSON.
fn objects(text: &str) -> Vec<serde_json::Value> {
    let lines = text.lines();
    lines
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect()
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a path of UTF-8")
}
