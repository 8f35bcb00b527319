//! Changes between two schemas: every code has a pair that shows it, and the text, JSON and annotations that it gives.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use keyloom_generator::diagnostics::{self, Code, Human};
use keyloom_generator::{Breaking, breaking, check_text};

use crate::diagnostics::{check_file, expect};

fn pairs() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/breaking");
    let mut pairs: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    pairs.sort();
    pairs
}

fn compare(pair: &Path) -> Breaking {
    let side = |name: &str| check_file(&pair.join(name));
    breaking(&side("old.kdl"), &side("new.kdl")).unwrap_or_else(|| panic!("{}", pair.display()))
}

#[test]
fn pairs_of_schemas_are_answered_with_the_pinned_texts() {
    let mut differing = Vec::new();
    for pair in pairs() {
        let found = compare(&pair);
        let (sources, list) = (&found.sources, found.changes.as_slice());
        for (form, text) in [
            ("txt", diagnostics::human(sources, list, Human::default())),
            ("json", diagnostics::json(sources, list)),
            ("github", diagnostics::github(sources, list)),
        ] {
            expect(&pair.join(format!("changes.{form}")), &text, &mut differing);
        }
    }
    assert!(
        differing.is_empty(),
        "run `cargo xtask bless` if these are right:\n{}",
        differing.join("\n")
    );
}

#[test]
fn every_code_of_a_change_has_a_pair() {
    let seen: BTreeSet<Code> = pairs()
        .iter()
        .flat_map(|pair| compare(pair).changes)
        .map(|change| change.code)
        .collect();
    let all = Code::ALL.iter().filter(|code| code.category().is_some());
    assert_eq!(seen, all.copied().collect());
}

#[test]
fn every_change_starts_in_the_new_schema_and_has_help() {
    for pair in pairs() {
        let found = compare(&pair);
        let new = check_file(&pair.join("new.kdl")).sources.iter().count();
        for change in &found.changes {
            assert!(change.span().file.0 < new, "{change:?}");
            assert!(!change.help.is_empty(), "{change:?}");
        }
    }
}

#[test]
fn a_schema_compared_with_itself_has_no_change() {
    for pair in pairs() {
        for name in ["old.kdl", "new.kdl"] {
            let side = || check_file(&pair.join(name));
            let found = breaking(&side(), &side()).unwrap();
            assert_eq!(found.changes, [], "{}", pair.display());
        }
    }
}

/// With a step that looks through all models for each reference, this takes hours.
#[test]
fn two_schemas_of_many_models_that_refer_to_one_another_are_compared() {
    const MODELS: usize = 4_000;
    let schema = |ty: &str| {
        let model = |at: usize| {
            format!(
                "enum E{at} {{ a }}\nmodel M{at} table=m{at} {{ fields {{ id uuid; e E{at}; n {ty}; next id<M{}> }}; key id; \
                 index by_next next }}\n",
                (at + 1) % MODELS
            )
        };
        let models: String = (0..MODELS).map(model).collect();
        check_text("many.kdl", &format!("schema many\n{models}"))
    };
    let found = breaking(&schema("i32"), &schema("i64")).expect("both are right");
    let codes: Vec<Code> = found.changes.iter().map(|change| change.code).collect();
    assert_eq!(codes, vec![Code::B013; MODELS]);
}

/// A field of the innermost struct has another name, at every place of it.
#[test]
fn records_of_as_many_fields_as_may_be_are_compared() {
    const LEVELS: u32 = 9;
    let schema = |field: &str| {
        let level = |at: u32| format!("struct L{at} {{ fields {{ a L{0}?; b L{0}? }} }}\n", at - 1);
        let levels: String = (1..=LEVELS).map(level).collect();
        let innermost = format!("struct L0 {{ fields {{ {field} i32? }} }}\n");
        let model = format!(
            "model M table=ms {{ fields {{ id uuid; a L{LEVELS}; b list<L{LEVELS}> }}; key id }}\n"
        );
        check_text(
            "levels.kdl",
            &format!("schema s\n{innermost}{levels}{model}"),
        )
    };
    let found = breaking(&schema("one"), &schema("other")).expect("both are right");
    let places = found.changes.iter().filter(|it| it.code == Code::B008);
    assert_eq!(places.count(), 2 * 2_usize.pow(LEVELS));
}

#[test]
fn the_wrong_change_of_a_page_is_found_and_the_right_one_is_not() {
    for code in Code::ALL.iter().filter(|code| code.category().is_some()) {
        let blocks: Vec<&str> = code.page().split("```kdl\n").skip(1).collect();
        let blocks: Vec<_> = blocks
            .iter()
            .filter_map(|rest| rest.split("```").next())
            .map(|text| check_text("page.kdl", text))
            .collect();
        let [old, wrong, right] = blocks.as_slice() else {
            panic!("the page of {code} shows {} schemas", blocks.len())
        };
        let codes = |new| -> Vec<Code> {
            let found = breaking(old, new).unwrap_or_else(|| panic!("{code}: {new:?}"));
            found.changes.iter().map(|change| change.code).collect()
        };
        assert_eq!(
            codes(wrong),
            [*code],
            "the wrong change of the page of {code}"
        );
        assert!(
            !codes(right).contains(code),
            "the right change of the page of {code}"
        );
    }
}
