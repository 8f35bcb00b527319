//! The golden crates: what the generator writes for two schemas, kept as members of the workspace so that the compiler
//! and its lints see them too.
//!
//! `cargo xtask bless`, or `KEYLOOM_BLESS=1`, writes them anew.

use std::fs;
use std::path::{Path, PathBuf};

use keyloom_generator::model::Schema;
use keyloom_generator::{
    Changes, CrateError, CrateOptions, GeneratedFile, Mode, Options, Runtime, WriteError,
    check_text, generate_crate, generate_module, write_files,
};

const BLOG: &str = "blog";
const EVERYTHING: &str = "everything";

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../tests/golden")
        .join(name)
}

/// The schema of a golden crate.
fn schema(name: &str) -> Schema {
    let path = folder(name).join("schema.kdl");
    let text = fs::read_to_string(&path).unwrap();
    let checked = check_text("schema.kdl", &text);
    checked
        .schema
        .unwrap_or_else(|| panic!("{}: {:#?}", path.display(), checked.diagnostics))
}

/// A crate as `keyloom generate schema.kdl --out . --runtime-path … --name golden-NAME` makes it.
fn golden(name: &str) -> Vec<GeneratedFile> {
    let options = CrateOptions {
        code: Options::default(),
        name: format!("golden-{name}"),
        runtime: Runtime::Path("../../../runtime".to_owned()),
        schema: "schema.kdl".to_owned(),
        command: format!(
            "keyloom generate schema.kdl --out . --runtime-path ../../../runtime --name golden-{name}"
        ),
    };
    generate_crate(&schema(name), &options).unwrap()
}

/// Compares a golden crate with what is generated, or writes it.
fn expect(name: &str) {
    let bless = std::env::var_os("KEYLOOM_BLESS").is_some();
    let mode = if bless { Mode::Write } else { Mode::Check };
    let changes = write_files(&folder(name), &golden(name), mode).unwrap();
    assert!(
        bless || changes.is_empty(),
        "{changes:#?} are not as generated: look at what `cargo xtask bless` changes"
    );
}

#[test]
fn the_blog_is_generated_as_pinned() {
    expect(BLOG);
}

#[test]
fn everything_is_generated_as_pinned() {
    expect(EVERYTHING);
}

#[test]
fn a_module_holds_the_same_items_as_the_crate() {
    let module = generate_module(&schema(BLOG), Options::default()).unwrap();
    for file in golden(BLOG).iter().filter(|file| file.path != "Cargo.toml") {
        let lines = file.text.lines().filter(|line| {
            let head = ["//!", "// ", "//  ", "#![", "pub mod "];
            !line.is_empty() && !head.iter().any(|start| line.starts_with(start))
        });
        for line in lines {
            assert!(
                module.contains(line),
                "the module lacks {line:?} of {}",
                file.path
            );
        }
    }
}

#[test]
fn without_serde_no_record_derives_its_traits() {
    let text = generate_module(&schema(EVERYTHING), Options { serde: false }).unwrap();
    assert!(!text.contains("serde::"), "{text}");
}

/// Lines that a table may take: the fixed ones, and those of each field, index, count and relation. An index is a static, a
/// function with its comment, and the statement that makes its entries; one that covers fields has a struct more. Events
/// are an enum, a trait and what tells the runtime of them; one of the application's own has a struct more.
#[test]
fn a_table_stays_within_its_budget_of_lines() {
    const MODEL: usize = 60;
    const FIELD: usize = 10;
    const INDEX: usize = 10;
    const EVENTS: usize = 50;
    const EVENT: usize = 12;
    const RELATION: usize = 13;
    let schema = schema(BLOG);
    let files = golden(BLOG);
    for model in &schema.models {
        let path = format!("src/{}.rs", model.table);
        let file = files.iter().find(|file| file.path == path).unwrap();
        let lines = file.text.lines().count();
        let events = model.events.as_ref().map_or(0, |events| {
            let common = [events.created, events.updated.is_some(), events.deleted];
            let common = common.into_iter().filter(|declared| *declared).count();
            EVENTS + EVENT * (common + events.own.len())
        });
        let budget = MODEL
            + FIELD * model.fields.len()
            + INDEX * (model.indexes.len() + model.counts.len())
            + RELATION * model.relations.len()
            + events;
        assert!(
            lines <= budget,
            "{path} has {lines} lines, more than its {budget}"
        );
    }
}

/// A crate of a schema whose models have these tables, and an index on what a function gives.
fn crate_of(tables: &[&str], function: &str) -> Result<Vec<GeneratedFile>, CrateError> {
    let models: String = tables
        .iter()
        .enumerate()
        .map(|(at, table)| format!("model M{at} table={table} {{ fields {{ id uuid }}; key id; computed c i32 \"{function}\" }}\n"))
        .fold("schema odd\n".to_owned(), |text, model| text + &model);
    let schema = check_text("schema.kdl", &models)
        .schema
        .expect("it is right");
    let options = CrateOptions {
        code: Options::default(),
        name: "odd".to_owned(),
        runtime: Runtime::Registry,
        schema: "schema.kdl".to_owned(),
        command: "keyloom generate".to_owned(),
    };
    generate_crate(&schema, &options)
}

#[test]
fn a_file_has_a_name_that_every_system_takes_and_nothing_else_has() {
    let files = crate_of(&["aux", "aux_table", "com1"], "crate::com1_table::of").unwrap();
    let paths: Vec<&str> = files.iter().map(|file| file.path.as_str()).collect();
    let wanted = [
        "Cargo.toml",
        "src/lib.rs",
        "src/aux_table_2.rs",
        "src/aux_table.rs",
        "src/com1_table_2.rs",
    ];
    assert_eq!(paths, wanted);
    let library = &files[1].text;
    for lines in [
        "#[path = \"aux_table_2.rs\"]\npub mod aux;\npub mod aux_table;\n",
        "#[path = \"com1_table_2.rs\"]\npub mod com1;\n",
        "mod com1_table;\n",
    ] {
        assert!(library.contains(lines), "{lines}{library}");
    }
    for function in [
        "crate::lib::of",
        "crate::nul::of",
        "crate::aux::of",
        "super::of",
    ] {
        let refused = crate_of(&["aux"], function);
        assert!(
            matches!(refused, Err(CrateError::Computed { .. })),
            "{function}"
        );
    }
}

#[test]
fn files_are_written_once_and_those_of_tables_that_are_gone_are_removed() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let files = golden(BLOG);
    let paths = |files: &[GeneratedFile]| files.iter().map(|it| folder.join(&it.path)).collect();
    let all = Changes {
        written: paths(&files),
        removed: Vec::new(),
    };
    assert_eq!(write_files(folder, &files, Mode::Check).unwrap(), all);
    assert!(
        !folder.join("Cargo.toml").exists(),
        "a check must not write"
    );
    assert_eq!(write_files(folder, &files, Mode::Write).unwrap(), all);
    assert_eq!(
        write_files(folder, &files, Mode::Write).unwrap(),
        Changes::default()
    );

    let by_hand = folder.join("src/domains.rs");
    fs::write(&by_hand, "//! By hand.\n").unwrap();
    let fewer: Vec<_> = files
        .iter()
        .filter(|it| it.path != "src/tags.rs")
        .cloned()
        .collect();
    let gone = Changes {
        written: Vec::new(),
        removed: vec![folder.join("src/tags.rs")],
    };
    assert_eq!(write_files(folder, &fewer, Mode::Check).unwrap(), gone);
    assert_eq!(write_files(folder, &fewer, Mode::Write).unwrap(), gone);
    assert!(by_hand.exists() && !folder.join("src/tags.rs").exists());
}

#[test]
fn a_file_that_was_not_generated_is_never_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let by_hand = folder.path().join("Cargo.toml");
    fs::write(&by_hand, "[package]\n").unwrap();
    let refused = write_files(folder.path(), &golden(BLOG), Mode::Write);
    assert!(
        matches!(&refused, Err(WriteError::Foreign(path)) if *path == by_hand),
        "{refused:?}"
    );
    assert_eq!(fs::read_to_string(&by_hand).unwrap(), "[package]\n");
    assert!(
        !folder.path().join("src").exists(),
        "nothing is written before all is known to be ours"
    );
}
