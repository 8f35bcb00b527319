//! Damaged schemas: whatever the text is, checking it ends, and every fault is within its file.

use std::fs;
use std::path::Path;

use keyloom_generator::diagnostics::{self, Human};
use keyloom_generator::{Checked, check_text};

const ROUNDS: usize = 4_000;
const SEED: u64 = 0x6b65_796c_6f6f_6d01;

/// Pieces that have a meaning somewhere, so that damage is not only noise.
const PIECES: &[&str] = &[
    "{",
    "}",
    "{}",
    ";",
    "\n",
    "\"",
    "#\"",
    "\"\"\"",
    "/*",
    "*/",
    "//",
    "/-",
    "///",
    "\\",
    "=",
    "==",
    "(",
    ")",
    "(desc)",
    "(each,lower)",
    "#true",
    "#null",
    "#inf",
    "true",
    "null",
    "1e400",
    "0x",
    "-",
    "--",
    ".5",
    "9999999999999999999999999999999999999999999",
    "id<",
    "id<User>",
    "list<list<string>>",
    "map<string, i64>",
    "?",
    ",",
    ":",
    "'",
    "@id",
    "fields",
    "key id",
    "where",
    "any",
    "all",
    "in",
    "present",
    "model",
    "enum",
    "struct",
    "schema",
    "import \"x\"",
    "events",
    "was=",
    "default=now",
    "max=-1",
    "r#\"x\"#",
    "\u{feff}",
    "\u{202e}",
    "\u{0}",
    "ü",
    "日本",
    "\r\n",
    "\u{2028}",
    "[1, 2]",
    "2026-01-01",
    "a.b.c",
    "..",
    "<=",
    "!=",
];

fn right_schemas() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/right");
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    files
        .iter()
        .map(|file| fs::read_to_string(file).unwrap())
        .collect()
}

fn boundary(text: &str, random: &mut fastrand::Rng) -> usize {
    let mut at = random.usize(0..=text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// One to four pieces of damage.
fn damage(text: &str, random: &mut fastrand::Rng) -> String {
    let mut text = text.to_owned();
    for _ in 0..random.usize(1..=4) {
        let (a, b) = (boundary(&text, random), boundary(&text, random));
        let (start, end) = (a.min(b), a.max(b));
        match random.usize(0..6) {
            0 => text.insert_str(a, random.choice(PIECES).unwrap()),
            1 => {
                let end = (start + random.usize(0..12)).min(text.len());
                let end = (end..=text.len())
                    .find(|at| text.is_char_boundary(*at))
                    .unwrap();
                text.replace_range(start..end, "");
            }
            2 => {
                let piece = text[start..end].chars().take(40).collect::<String>();
                text.insert_str(boundary(&text, random), &piece);
            }
            3 => text.truncate(a),
            4 => {
                let words: Vec<&str> = text.split(' ').collect();
                let at = random.usize(0..words.len());
                let mut words: Vec<String> = words.into_iter().map(str::to_owned).collect();
                (*random.choice(PIECES).unwrap()).clone_into(&mut words[at]);
                text = words.join(" ");
            }
            _ => {
                let mut lines: Vec<&str> = text.lines().collect();
                if lines.len() > 1 {
                    let (a, b) = (random.usize(0..lines.len()), random.usize(0..lines.len()));
                    lines.swap(a, b);
                    text = lines.join("\n");
                }
            }
        }
    }
    text
}

/// What holds of every answer.
fn sound(checked: &Checked, text: &str) {
    for fault in &checked.diagnostics {
        for label in &fault.labels {
            let source = checked.sources.get(label.span.file);
            let inside = source.text.get(label.span.start..label.span.end).is_some();
            assert!(inside, "{:?} is not in the text:\n{text}", label.span);
        }
        assert!(
            !fault.message.is_empty() && !fault.message.contains('\n'),
            "{fault:?}\n{text}"
        );
    }
    let clean = !checked
        .diagnostics
        .iter()
        .any(diagnostics::Diagnostic::is_error);
    assert_eq!(
        checked.schema.is_some(),
        clean,
        "a schema without errors, and none with:\n{text}"
    );
    let (sources, list) = (&checked.sources, checked.diagnostics.as_slice());
    for width in [40, 100] {
        let _ = diagnostics::human(
            sources,
            list,
            Human {
                color: width == 40,
                width,
            },
        );
    }
    let _ = diagnostics::json(sources, list);
    let _ = diagnostics::github(sources, list);
}

#[test]
fn a_damaged_schema_is_answered() {
    let mut random = fastrand::Rng::with_seed(SEED);
    let schemas = right_schemas();
    for _ in 0..ROUNDS {
        let text = damage(random.choice(&schemas).unwrap(), &mut random);
        sound(&check_text("damaged.kdl", &text), &text);
    }
}

#[test]
fn a_schema_cut_anywhere_is_answered() {
    for text in right_schemas() {
        for at in (0..text.len())
            .filter(|at| text.is_char_boundary(*at))
            .step_by(7)
        {
            sound(&check_text("cut.kdl", &text[..at]), &text[..at]);
        }
    }
}

#[test]
fn deep_and_long_texts_are_answered() {
    for text in [
        "a {".repeat(20_000),
        "}".repeat(20_000),
        "{".repeat(20_000),
        "/*".repeat(20_000),
        "/* * / ".repeat(20_000),
        "/-".repeat(20_000),
        "(".repeat(20_000),
        "schema a\n".repeat(5_000),
        format!(
            "schema a\nmodel A table=a {{ fields {{ x {} }}; key x }}",
            "list<".repeat(20_000)
        ),
        format!(
            "schema a\nmodel A table=a {{ fields {{ x i32 }}; key x; index i {} }}",
            "x ".repeat(5_000)
        ),
        format!("schema {}", "a".repeat(100_000)),
    ] {
        sound(&check_text("long.kdl", &text), "a long text");
    }
}

/// With a walk that follows every way through the structs, these take years, or more stack than there is.
#[test]
fn structs_that_hold_each_other_twice_a_level_are_one_fault() {
    let levels = |count: usize, fields: &str| -> String {
        let level = |at: usize| {
            let fields = fields.replace('#', &(at - 1).to_string());
            format!("struct L{at} {{ fields {{ {fields} }} }}\n")
        };
        let levels: String = (1..=count).rev().map(level).collect();
        let model = format!("model M table=ms {{ fields {{ id uuid; l L{count} }}; key id }}\n");
        format!("schema s\n{model}{levels}struct L0 {{ fields {{ n i32 }} }}\n")
    };
    for (count, fields) in [
        (60, "a L#; b L#"),
        (20_000, "a list<L#>"),
        (20_000, "a L#?; b L#"),
    ] {
        let checked = check_text("levels.kdl", &levels(count, fields));
        let codes: Vec<&str> = checked
            .diagnostics
            .iter()
            .map(|it| it.code.as_str())
            .collect();
        assert_eq!(codes, ["M008"], "{count} levels of {fields}");
    }
}

/// With a step that looks at the rest of the line or of the text again for each word, these take minutes.
#[test]
fn the_time_grows_with_the_text_and_not_with_its_square() {
    const MANY: usize = 60_000;
    let list = |item: fn(usize) -> String| (0..MANY).map(item).collect::<String>();
    let properties = list(|at| format!(" p{at}=1"));
    let fields = list(|at| format!(" f{at} i32"));
    let variants = list(|at| format!(" v{at},"));
    let events = list(|at| format!("e{at} {{ }}\n"));
    for text in [
        "(a) ".repeat(MANY),
        "(a)".repeat(MANY),
        "a[ ".repeat(MANY),
        "#\"\"\"\n".repeat(MANY),
        "a { b\u{b} }\u{b}".repeat(MANY),
        format!("a{properties}"),
        format!("enum E {{{variants} }}"),
        format!("struct S {{ fields {{{fields} }} }}"),
        format!("model M table=ms {{ fields {{ id uuid }}; key id; events {{\n{events}}} }}"),
    ] {
        let checked = check_text("long.kdl", &text);
        assert!(checked.schema.is_none(), "none of them is a schema");
    }
}
