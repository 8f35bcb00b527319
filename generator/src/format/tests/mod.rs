//! What formatting gives, and what it never does.

mod random;

use std::fs;
use std::path::{Path, PathBuf};

use crate::checked::{Checked, check, check_text};
use crate::source::FileId;
use crate::syntax::kdl::{self, Node, ValueKind};

use super::format;

fn formatted(text: &str) -> String {
    match format("test.kdl", text) {
        Ok(formatted) => formatted,
        Err(refused) => panic!("refused: {:?}\n{text}", refused.diagnostics),
    }
}

/// Everything of a document but places.
fn said(text: &str) -> String {
    fn node(node: &Node) -> String {
        let entries: Vec<String> = node
            .entries
            .iter()
            .map(|it| {
                let key = it.key.as_ref().map(|key| &key.text);
                let annotation = it.annotation.as_ref().map(|it| &it.text);
                format!("{key:?}{annotation:?}{:?}", it.value.kind)
            })
            .collect();
        let annotation = node.annotation.as_ref().map(|it| &it.text);
        let block = node.block.as_ref().map(|block| nodes(&block.nodes));
        format!(
            "{:?}{annotation:?}{:?}{entries:?}{block:?}\n",
            node.docs.lines, node.name.kind
        )
    }
    fn nodes(all: &[Node]) -> String {
        all.iter().map(node).collect()
    }
    let read = kdl::read(FileId(0), text);
    let warnings: Vec<&str> = read.faults.iter().map(|it| it.message.as_str()).collect();
    format!("{}{warnings:?}", nodes(&read.nodes))
}

/// The comments of a text, in order.
fn comments(text: &str) -> Vec<String> {
    let plain = text.replace('"', " ");
    let mut found = Vec::new();
    let mut rest = plain.as_str();
    while let Some(at) = rest.find("//").into_iter().chain(rest.find("/*")).min() {
        rest = &rest[at..];
        let end = if rest.starts_with("//") {
            rest.find(kdl::is_newline).unwrap_or(rest.len())
        } else {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        };
        found.push(rest[..end].trim_end().to_owned());
        rest = &rest[end..];
    }
    found
}

fn holds(text: &str) {
    let once = formatted(text);
    assert_eq!(
        said(text),
        said(&once),
        "says something else:\n{text}\n---\n{once}"
    );
    assert_eq!(
        comments(text),
        comments(&once),
        "other comments:\n{text}\n---\n{once}"
    );
    assert_eq!(
        once,
        formatted(&once),
        "twice is not once:\n{text}\n---\n{once}"
    );
}

#[test]
fn a_messy_schema_is_made_tidy() {
    let messy = r"

/- kdl-version 2
schema   blog;enum Role {reader;author ;  admin}
enum Long { a_variant_with_a_name; another_variant_with_a_name; a_third_variant_with_a_name; and_one_more }


/// A person.
  /// Who can sign in.
model   User  table = users {

  fields { // what is stored
id uuid default = uuid-v7 // made here
email string max=254 // lower case
      address   Address?
      labels list<string> max=8   item-max=40;version version

      /* since 2 */ created_at timestamp default=now
      updated_at timestamp default=now on-update=now
      /- gone string max=3
  }
  key id;


  index by_name (desc)name { where { active is=#true }; include }
    index by_email \
        email  \ // the second part
    id
  events partitions=256 { created
    published { url string; at timestamp }
    renamed {
       old_name string max=40
       by id<User>
    } } // all of them
}
// The end.
model Tag table=tags { fields { id uuid }; key id /* one */ }";
    let tidy = r"/- kdl-version 2
schema blog
enum Role { reader; author; admin }

enum Long {
    a_variant_with_a_name
    another_variant_with_a_name
    a_third_variant_with_a_name
    and_one_more
}

/// A person.
/// Who can sign in.
model User table=users {
    fields { // what is stored
        id      uuid         default=uuid-v7  // made here
        email   string       max=254          // lower case
        address Address?
        labels  list<string> max=8 item-max=40
        version version

        /* since 2 */ created_at timestamp default=now
        updated_at timestamp default=now on-update=now
        /- gone string max=3
    }
    key id

    index by_name (desc)name { where { active is=#true }; include }
    index by_email \
        email \ // the second part
        id
    events partitions=256 {
        created
        published { url string; at timestamp }
        renamed {
            old_name string max=40
            by       id<User>
        }
    }  // all of them
}

// The end.
model Tag table=tags { fields { id uuid }; key id /* one */ }
";
    assert_eq!(formatted(messy), tidy);
    holds(messy);
}

/// With a block that is printed twice at each level, this takes longer than anyone waits.
#[test]
fn blocks_within_blocks_are_printed_once() {
    const DEPTH: usize = 60;
    let long = "x".repeat(120);
    for head in ["a", "a /- { b }"] {
        let text = format!("{head} {{\n").repeat(DEPTH) + &long + "\n" + &"}\n".repeat(DEPTH);
        let once = formatted(&text);
        let indented = format!("\n{}{long}\n", "    ".repeat(DEPTH));
        assert!(once.contains(&indented), "{once}");
        assert_eq!(once, formatted(&once));
    }
}

#[test]
fn comments_stay_in_their_places() {
    let text = "// file\n\n\n/* block\n   of two lines */\na { // opening\n// own\n\n\n// before\nb /* in */ c // end\n\
                // last\n}\n/* only */\nd { /* nothing */ }\ne { }\nf {\n  // nothing\n}\ng /- h /- i=1 /- { j } // k\n\
                /-\n// why\n/// docs of what is gone\nl { m }\n";
    let tidy = "// file\n\n/* block\n   of two lines */\na { // opening\n    // own\n\n    // before\n    b /* in */ c  // end\n    \
                // last\n}\n\n/* only */\nd { /* nothing */ }\ne { }\n\nf {\n    // nothing\n}\n\n\
                g /- h /- i=1 /- { j }  // k\n\n/- // why\n/// docs of what is gone\nl { m }\n";
    assert_eq!(formatted(text), tidy);
    holds(text);
}

#[test]
fn strings_over_several_lines_are_left_as_they_are() {
    let text = "a   \"\"\"\n  one\n    two\n  \"\"\"  b\n  c   #\"raw \\ \"# \"x\\\n   y\"\n";
    let tidy = "a \"\"\"\n  one\n    two\n  \"\"\" b\n\nc #\"raw \\ \"# \"x\\\n   y\"\n";
    assert_eq!(formatted(text), tidy);
    holds(text);
}

#[test]
fn line_ends_stay_those_of_the_file() {
    let text = "\u{feff}a  1\r\n\r\n\r\nb { c\r\n}\r\n";
    assert_eq!(formatted(text), "a 1\r\n\r\nb {\r\n    c\r\n}\r\n");
    assert_eq!(formatted("a  1\n"), "a 1\n");
    assert_eq!(formatted(""), "");
}

#[test]
fn what_is_no_kdl_is_refused_with_the_words_of_the_checker() {
    let refused = format(
        "blog.kdl",
        "schema blog\nmodel A table=a {\n    fields { id uuid; name varchar(20); at timestamp default=2026-01-01 }\n    key id\n}\n",
    )
    .expect_err("two values are not KDL");
    let said: Vec<(&str, &str)> = refused
        .diagnostics
        .iter()
        .map(|it| (it.code.as_str(), it.message.as_str()))
        .collect();
    assert_eq!(
        said,
        [
            ("S003", "unknown type `varchar(20)`"),
            ("S006", "`2026-01-01` is not a value"),
        ]
    );
}

#[test]
fn names_that_nothing_declares_do_not_matter() {
    assert_eq!(
        formatted("model  A { fields { a  strin } }"),
        "model A { fields { a strin } }\n"
    );
}

/// All schemas of the repository's tests, right and wrong.
fn schemas() -> Vec<PathBuf> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|it| it == "kdl") {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    walk(
        Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures")),
        &mut found,
    );
    found.sort();
    found
}

/// What is wrong with a schema, without places.
fn faults(checked: &Checked) -> Vec<String> {
    checked
        .diagnostics
        .iter()
        .map(|it| format!("{} {} {}", it.code, it.message, it.help))
        .collect()
}

#[test]
fn every_schema_means_the_same_when_it_is_formatted() {
    let (mut right, mut wrong) = (0, 0);
    for path in schemas() {
        let name = path.display().to_string();
        let text = fs::read_to_string(&path).expect("a text");
        let before = check(&name, |file| fs::read_to_string(file)).expect("it can be read");
        let Ok(once) = format(&name, &text) else {
            assert!(before.schema.is_none(), "refused, but right: {name}");
            continue;
        };
        holds(&text);
        let after = check(&name, |file| {
            if file == name {
                Ok(once.clone())
            } else {
                fs::read_to_string(file)
            }
        })
        .expect("it can be read");
        assert_eq!(before.schema, after.schema, "{name}");
        let (mut old, mut new) = (faults(&before), faults(&after));
        // A line that is taken apart has its faults in another order.
        old.sort();
        new.sort();
        assert_eq!(old, new, "{name}");
        if before.schema.is_some() {
            right += 1;
        } else {
            wrong += 1;
        }
    }
    assert!(
        right >= 6 && wrong >= 30,
        "{right} right and {wrong} wrong schemas"
    );
}

#[test]
fn a_checked_text_needs_no_other_file() {
    let text = "schema a\nimport \"b.kdl\"\n";
    assert!(check_text("a.kdl", text).schema.is_none());
    assert_eq!(formatted(text), text);
}

#[test]
fn a_value_that_was_reported_is_never_printed() {
    let text = "a \"never closed\nb\n";
    assert!(
        kdl::read(FileId(0), text).nodes[0].entries[0].value.kind == ValueKind::Reported
            && format("a.kdl", text).is_err()
    );
}
