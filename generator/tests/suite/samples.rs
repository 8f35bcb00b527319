//! Schemas in the README and the guide: what people copy is read as the checker reads it.

use std::fs;
use std::path::Path;

use keyloom_generator::diagnostics::Diagnostic;
use keyloom_generator::{check_text, format};

/// A `kdl` block of a page.
struct Sample {
    page: String,
    block: String,
    /// The line before it says that it is wrong.
    wrong: bool,
}

/// The `kdl` blocks of the README and of the guide.
fn samples() -> Vec<Sample> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let docs = fs::read_dir(root.join("docs")).unwrap();
    let mut pages: Vec<_> = docs.map(|entry| entry.unwrap().path()).collect();
    pages.push(root.join("README.md"));
    pages.retain(|page| page.extension().is_some_and(|ending| ending == "md"));
    pages.sort();
    let blocks = |page: &Path| {
        let text = fs::read_to_string(page).unwrap();
        let name = page.file_name().unwrap().to_str().unwrap();
        let parts: Vec<&str> = text.split("```kdl\n").collect();
        let pairs = parts.windows(2).map(|pair| {
            let block = pair[1].split("```").next().unwrap_or_default();
            let before = pair[0].trim_end().lines().next_back().unwrap_or_default();
            Sample {
                page: name.to_owned(),
                block: block.to_owned(),
                wrong: before.to_lowercase().contains("wrong"),
            }
        });
        pairs.collect::<Vec<_>>()
    };
    pages.iter().flat_map(|page| blocks(page)).collect()
}

/// The first word that is no comment.
fn first_word(block: &str) -> &str {
    let mut lines = block.lines().map(str::trim);
    let line = lines.find(|line| !line.is_empty() && !line.starts_with("//"));
    line.and_then(|line| line.split_whitespace().next())
        .unwrap_or_default()
}

/// The errors of a block; of a part of a schema, those that say that it is not the language: what it names may be
/// elsewhere.
fn errors(block: &str) -> Vec<Diagnostic> {
    let (whole, text) = match first_word(block) {
        "schema" | "/-" => (true, block.to_owned()),
        "model" | "enum" | "struct" | "import" => (false, format!("schema sample\n{block}")),
        "index" | "unique" | "count" | "key" | "computed" | "events" | "fields" | "belongs-to"
        | "has-one" | "has-many" | "references-many" => (
            false,
            format!("schema sample\nmodel A table=aa {{\n{block}\n}}"),
        ),
        _ => (
            false,
            format!(
                "schema sample\nmodel A table=aa {{\nfields {{\nid uuid\n{block}\n}}\nkey id\n}}"
            ),
        ),
    };
    let faults = check_text("sample.kdl", &text).diagnostics;
    let counts = |fault: &Diagnostic| {
        fault.is_error()
            && (whole || fault.code.as_str().starts_with('S') && fault.code.as_str() != "S010")
    };
    faults.into_iter().filter(counts).collect()
}

#[test]
fn schemas_of_the_guide_are_right() {
    let samples = samples();
    assert!(samples.len() >= 8, "{} samples were found", samples.len());
    for Sample { page, block, wrong } in samples {
        let errors = errors(&block);
        assert_eq!(!errors.is_empty(), wrong, "{page}:\n{block}{errors:?}");
    }
}

#[test]
fn schemas_of_the_examples_are_formatted() {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples");
    let mut count = 0;
    for example in fs::read_dir(examples).unwrap() {
        let path = example.unwrap().path().join("schema.kdl");
        let Ok(text) = fs::read_to_string(&path) else {
            continue;
        };
        let name = path.display().to_string();
        let formatted = format(&name, &text).unwrap();
        assert_eq!(text, formatted, "run `keyloom fmt {name}`");
        count += 1;
    }
    assert!(count >= 5, "{count} schemas were found");
}

#[test]
fn a_wrong_sample_would_be_found() {
    for wrong in [
        "schema s\nmodel A table=aa { fields { id uid }; key id }\n",
        "model A table=aa { feilds { id uuid } }\n",
        "index by_x x uniqe=#true\n",
        "name strng max=3\n",
    ] {
        assert_ne!(errors(wrong), [], "{wrong}");
    }
}
