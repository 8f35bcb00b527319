//! Makes code of every Rust block of the README and of the guide.
//!
//! `before/PAGE.rs` stands before each block of a page: what the reader has at hand. `KEYLOOM_DOCS` names another guide.

mod blocks;

use blocks::Block;
use keyloom_generator::{Outcome, compile};
use std::{
    fmt::Write,
    fs,
    path::{Path, PathBuf},
};

/// Blocks that are compiled and not run, by a word in them, and why. Programs are run by the chore `first-minutes`.
const NOT_RUN: [(&str, &str); 1] = [("tikv://", "it needs a cluster")];

const SCHEMAS: [&str; 3] = [
    "schemas/blog.kdl",
    "schemas/shop.kdl",
    "../schemas/parity.kdl",
];

fn main() -> Outcome {
    let schemas = SCHEMAS.into_iter().map(compile);
    schemas.chain([samples().into()]).collect()
}

/// Writes a module for each page.
fn samples() -> Result<(), String> {
    println!("cargo::rerun-if-env-changed=KEYLOOM_DOCS");
    println!("cargo::rerun-if-changed=before");
    let out = PathBuf::from(std::env::var_os("OUT_DIR").ok_or("there is no OUT_DIR")?);
    let mut modules = String::new();
    for page in pages()? {
        println!("cargo::rerun-if-changed={}", page.display());
        let text = read(&page)?;
        let name = page.file_stem().unwrap_or_default().to_string_lossy();
        let module = name.to_lowercase().replace('-', "_");
        let mut samples = String::new();
        for block in blocks::blocks(&text) {
            if block.is_compiled() {
                samples += &sample(&module, &block)?;
            }
        }
        if samples.is_empty() {
            continue;
        }
        let path = out.join(format!("{module}.md.rs"));
        fs::write(&path, samples).map_err(|error| format!("{}: {error}", path.display()))?;
        writeln!(modules, "mod {module} {{\n    include!({path:?});\n}}")
            .map_err(|error| error.to_string())?;
    }
    fs::write(out.join("pages.rs"), modules).map_err(|error| error.to_string())
}

fn pages() -> Result<Vec<PathBuf>, String> {
    let folder = std::env::var_os("KEYLOOM_DOCS");
    let mut pages = vec![PathBuf::from("../../README.md")];
    let folder = folder.map_or_else(|| PathBuf::from("../../docs"), PathBuf::from);
    for folder in [folder.clone(), folder.join("errors")] {
        println!("cargo::rerun-if-changed={}", folder.display());
        for entry in fs::read_dir(folder).into_iter().flatten() {
            let path = entry.map_err(|error| error.to_string())?.path();
            if path.extension().is_some_and(|ending| ending == "md") && !path.ends_with("README.md")
            {
                pages.push(path);
            }
        }
    }
    pages.sort();
    Ok(pages)
}

/// The block, where its reader stands: a program is a module, anything else a function.
fn sample(page: &str, block: &Block) -> Result<String, String> {
    let (line, text) = (block.line, &block.text);
    if text.contains("fn main()") {
        return Ok(format!("mod line_{line} {{\n{text}\n}}\n"));
    }
    let before = Path::new("before").join(format!("{page}.rs"));
    let before = if before.exists() {
        read(&before)?
    } else {
        String::new()
    };
    let (modules, statements): (Vec<&str>, Vec<&str>) = text
        .lines()
        .partition(|line| line.starts_with("keyloom::include_schema!"));
    // A sample that brings its schema along would meet another module of this name.
    let modules = match modules.as_slice() {
        [] => "use crate::*;".to_owned(),
        modules => format!("use crate::alone;\n{}", modules.join("\n")),
    };
    let statements = statements.join("\n");
    let (attribute, alone) = match NOT_RUN.iter().find(|(word, _)| text.contains(word)) {
        Some((_, why)) => (format!("// Not run: {why}."), ""),
        None => (
            "#[tokio::test(flavor = \"multi_thread\")]".to_owned(),
            "let alone = alone().await;\n",
        ),
    };
    Ok(format!(
        "mod line_{line} {{\n{modules}\n{attribute}\nasync fn sample() -> keyloom::Result<()> {{\n\
         {alone}{before}\n{statements}\n;Ok(())\n}}\n}}\n"
    ))
}

fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}
