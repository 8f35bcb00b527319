//! Diagnostics: every rule has a schema that breaks it, and the text, JSON and annotations that it gives.
//!
//! `cargo xtask bless`, or `KEYLOOM_BLESS=1`, writes the expected texts anew.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use keyloom_generator::diagnostics::{self, Code, Human};
use keyloom_generator::{Checked, check, check_text};

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures")
        .join(name)
}

/// The schemas of a folder, by name.
fn schemas(name: &str) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder(name))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "kdl"))
        .collect();
    files.sort();
    files
}

/// Checks a file under its own name, so that no message depends on where the sources are.
pub(crate) fn check_file(path: &Path) -> Checked {
    let name = path.file_name().unwrap().to_str().unwrap();
    let beside = path.parent().unwrap().to_owned();
    check(name, |file| {
        fs::read_to_string(beside.join(file)).map_err(|error| error.kind().into())
    })
    .unwrap()
}

/// Compares a text with a file, or writes the file.
pub(crate) fn expect(path: &Path, actual: &str, differing: &mut Vec<String>) {
    let expected = fs::read_to_string(path).unwrap_or_default();
    if expected == actual {
        return;
    }
    if std::env::var_os("KEYLOOM_BLESS").is_some() {
        fs::write(path, actual).unwrap();
    } else {
        differing.push(format!(
            "{}\n--- expected\n{expected}\n--- actual\n{actual}",
            path.display()
        ));
    }
}

#[test]
fn wrong_schemas_are_answered_with_the_pinned_texts() {
    let mut differing = Vec::new();
    for path in schemas("wrong") {
        let checked = check_file(&path);
        let (sources, list) = (&checked.sources, checked.diagnostics.as_slice());
        assert!(!list.is_empty(), "{} has no fault", path.display());
        expect(
            &path.with_extension("txt"),
            &diagnostics::human(sources, list, Human::default()),
            &mut differing,
        );
        expect(
            &path.with_extension("json"),
            &diagnostics::json(sources, list),
            &mut differing,
        );
        expect(
            &path.with_extension("github"),
            &diagnostics::github(sources, list),
            &mut differing,
        );
    }
    assert!(
        differing.is_empty(),
        "run `cargo xtask bless` if these are right:\n{}",
        differing.join("\n")
    );
}

#[test]
fn every_code_has_a_fixture_and_a_page() {
    let seen: BTreeSet<Code> = schemas("wrong")
        .iter()
        .flat_map(|path| check_file(path).diagnostics)
        .map(|it| it.code)
        .collect();
    // Codes of changes between two schemas have fixtures of their own.
    let all = Code::ALL.iter().filter(|code| code.category().is_none());
    assert_eq!(seen, all.copied().collect());
    for code in Code::ALL {
        let page = diagnostics::explain(code.as_str()).unwrap();
        assert!(
            page.starts_with(&format!("# {code}: ")),
            "the page of {code} has no title"
        );
        assert!(
            page.contains("```kdl"),
            "the page of {code} shows no schema"
        );
    }
}

#[test]
fn every_fault_says_what_to_write() {
    for path in schemas("wrong") {
        for fault in check_file(&path).diagnostics {
            assert!(
                !fault.help.is_empty(),
                "{}: {} has no help",
                path.display(),
                fault.message
            );
            assert!(
                matches!(fault.labels.len(), 1 | 2),
                "{}: {} has {:?}",
                path.display(),
                fault.message,
                fault.labels
            );
        }
    }
}

#[test]
fn faults_come_in_the_order_of_the_file() {
    for path in schemas("wrong") {
        let places: Vec<_> = check_file(&path)
            .diagnostics
            .iter()
            .map(|it| (it.span().file, it.span().start))
            .collect();
        assert!(places.is_sorted(), "{}", path.display());
    }
}

#[test]
fn right_schemas_have_no_errors() {
    for path in schemas("right") {
        let checked = check_file(&path);
        let errors: Vec<_> = checked
            .diagnostics
            .iter()
            .filter(|it| it.is_error())
            .collect();
        assert_eq!(
            errors,
            Vec::<&diagnostics::Diagnostic>::new(),
            "{}",
            path.display()
        );
        assert!(checked.schema.is_some(), "{}", path.display());
    }
}

#[test]
fn the_wrong_parts_of_pages_are_wrong_and_the_right_ones_right() {
    for code in Code::ALL.iter().filter(|code| code.category().is_none()) {
        let page = code.page();
        let blocks: Vec<&str> = page
            .split("```kdl\n")
            .skip(1)
            .filter_map(|rest| rest.split("```").next())
            .collect();
        let [wrong, right] = blocks.as_slice() else {
            panic!("the page of {code} shows {} schemas", blocks.len())
        };
        let found: Vec<Code> = check_text("page.kdl", wrong)
            .diagnostics
            .iter()
            .map(|it| it.code)
            .collect();
        assert_eq!(found, [*code], "the wrong schema of the page of {code}");
        if *code != Code::S010 {
            let found = check_text("page.kdl", right);
            assert_eq!(
                found.diagnostics,
                [],
                "the right schema of the page of {code}"
            );
        }
    }
}

#[test]
fn an_import_is_read_once_and_its_faults_are_in_its_own_file() {
    let files = |name: &str| {
        let text = match name {
            "main.kdl" => "schema app\nimport \"parts/tags.kdl\"\nimport \"parts/roles.kdl\"\n",
            "parts/tags.kdl" => {
                "import \"roles.kdl\"\nmodel Tag table=tags { fields { id uuid; role Role; x strin }; key id }\n"
            }
            "parts/roles.kdl" => "enum Role { a; b }\n",
            other => return Err(std::io::Error::other(format!("no {other}"))),
        };
        Ok(text.to_owned())
    };
    let checked = check("main.kdl", files).unwrap();
    let names: Vec<&str> = checked
        .sources
        .iter()
        .map(|source| source.name.as_str())
        .collect();
    assert_eq!(names, ["main.kdl", "parts/tags.kdl", "parts/roles.kdl"]);
    let faults: Vec<_> = checked
        .diagnostics
        .iter()
        .map(|it| {
            (
                it.code,
                checked.sources.get(it.span().file).name.as_str(),
                checked.sources.text(it.span()),
            )
        })
        .collect();
    assert_eq!(faults, [(Code::S003, "parts/tags.kdl", "strin")]);
}

#[test]
fn the_human_form_stops_at_twenty_and_counts() {
    use std::fmt::Write;
    let mut text = "schema many\nmodel A table=a {\n    fields {\n        id uuid\n".to_owned();
    for at in 0..30 {
        writeln!(text, "        f{at} strng{at}x").unwrap();
    }
    text.push_str("    }\n    key id\n}\n");
    let checked = check_text("many.kdl", &text);
    assert_eq!(checked.diagnostics.len(), 30);
    let shown = diagnostics::human(&checked.sources, &checked.diagnostics, Human::default());
    assert_eq!(shown.matches("error[S003]").count(), 20);
    assert!(
        shown.ends_with(
            "30 errors, 10 of them not shown; `keyloom explain S003` says more about the first\n"
        ),
        "{shown}"
    );
}
