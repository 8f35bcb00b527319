//! Rules for lists: what is there is named where people look for it.

use super::Tree;
use crate::test::examples;
use std::collections::BTreeSet;

pub(super) fn faults(tree: &Tree) -> Vec<String> {
    [codes(tree), suites(tree), examples(tree), pages(tree)].concat()
}

/// Every code has a page and a fixture, and every page a code.
fn codes(tree: &Tree) -> Vec<String> {
    let source = tree.text("generator/src/diagnostics/code.rs");
    let declared = source.split("codes! {").nth(1).unwrap_or_default();
    let codes: BTreeSet<&str> = declared
        .lines()
        .filter_map(|line| line.trim().split_once(" \""))
        .map(|(code, _)| code)
        .collect();
    let pages: BTreeSet<&str> = tree
        .below("docs/errors")
        .filter_map(|file| file.path.rsplit('/').next()?.strip_suffix(".md"))
        .collect();
    let shown: String = tree
        .below("generator/tests/fixtures")
        .filter(|file| file.is("txt"))
        .map(|file| file.text.as_str())
        .collect();
    let mut faults = Vec::new();
    if codes.is_empty() {
        faults.push("generator/src/diagnostics/code.rs declares no codes".to_owned());
    }
    for code in codes.difference(&pages) {
        faults.push(format!("{code} has no page docs/errors/{code}.md"));
    }
    for page in pages.difference(&codes) {
        faults.push(format!("docs/errors/{page}.md is the page of no code"));
    }
    for code in &codes {
        if !shown.contains(&format!("[{code}]")) {
            faults.push(format!(
                "no fixture of generator/tests/fixtures shows {code}"
            ));
        }
    }
    faults
}

/// Every suite is a test binary, and every binary a suite.
fn suites(tree: &Tree) -> Vec<String> {
    let manifest = tree.text("tests/Cargo.toml");
    let files = tree.below("tests").map(|file| file.path.as_str());
    let suites = files.filter_map(|path| path.strip_prefix("tests/")?.strip_suffix("/main.rs"));
    let suites = suites.filter(|suite| !suite.contains('/'));
    let missing = suites.filter(|suite| !manifest.contains(&format!("path = \"{suite}/main.rs\"")));
    missing
        .map(|suite| format!("tests/{suite} is no [[test]] of tests/Cargo.toml"))
        .collect()
}

/// Every example is run by `cargo xtask test`.
fn examples(tree: &Tree) -> Vec<String> {
    let files = tree.below("examples").map(|file| file.path.as_str());
    let folders =
        files.filter_map(|path| path.strip_prefix("examples/")?.strip_suffix("/Cargo.toml"));
    let unknown = folders.filter(|name| !examples::ALL.iter().any(|known| known.name == *name));
    unknown
        .map(|name| format!("examples/{name} is not run by `cargo xtask test`"))
        .collect()
}

/// Every page of the guide is on its first page.
fn pages(tree: &Tree) -> Vec<String> {
    let index = tree.text("docs/README.md");
    let files = tree.below("docs").filter(|file| file.is("md"));
    let pages = files.filter_map(|file| file.path.strip_prefix("docs/"));
    let pages = pages.filter(|page| !page.contains('/') && *page != "README.md");
    let missing = pages.filter(|page| !index.contains(&format!("]({page})")));
    missing
        .map(|page| format!("docs/{page} is not on docs/README.md"))
        .collect()
}
