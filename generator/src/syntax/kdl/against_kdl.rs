//! The reader against the `kdl` crate: what both take, they take alike.

use std::fmt::Write;

use kdl::{KdlDocument, KdlValue};

use crate::source::FileId;

use super::node::{Entry, Node, ValueKind};
use super::read;

/// Stands for what could not be read.
const UNREAD: &str = "<unread>";

/// A document in a form that both give.
fn ours(nodes: &[Node]) -> String {
    nodes.iter().map(our_node).collect::<Vec<_>>().join("; ")
}

fn our_node(node: &Node) -> String {
    let mut out = format!("{:?}", node.name.as_str().unwrap_or(UNREAD));
    let mut properties: Vec<String> = Vec::new();
    for entry in &node.entries {
        let text = our_entry(entry);
        if entry.key.is_some() {
            properties.push(text);
        } else {
            out.push_str(&text);
        }
    }
    properties.sort();
    out.push_str(&properties.concat());
    if let Some(block) = &node.block {
        write!(out, " {{ {} }}", ours(&block.nodes)).expect("a string takes all");
    }
    out
}

fn our_entry(entry: &Entry) -> String {
    let key = entry
        .key
        .as_ref()
        .map(|key| format!("{:?}=", key.text))
        .unwrap_or_default();
    let annotation = entry
        .annotation
        .as_ref()
        .map(|it| format!("({:?})", it.text))
        .unwrap_or_default();
    let value = match &entry.value.kind {
        ValueKind::Bare(text) | ValueKind::Quoted(text) => format!("{text:?}"),
        ValueKind::Number(text) => number(text),
        ValueKind::Bool(value) => format!("#{value}"),
        ValueKind::Null => "#null".to_owned(),
        ValueKind::NotFinite(text) => text.clone(),
        ValueKind::Malformed(_) | ValueKind::Reported => UNREAD.to_owned(),
    };
    format!(" {key}{annotation}{value}")
}

/// Numbers are kept as text here, and parsed there: compare what they say.
fn number(text: &str) -> String {
    let plain = text.replace('_', "");
    let (sign, digits) = plain
        .strip_prefix('-')
        .map_or((1, plain.trim_start_matches('+')), |rest| (-1, rest));
    for (prefix, radix) in [("0x", 16), ("0X", 16), ("0o", 8), ("0b", 2)] {
        if let Some(digits) = digits.strip_prefix(prefix) {
            return (sign * i128::from_str_radix(digits, radix).unwrap_or(0)).to_string();
        }
    }
    plain.parse::<i128>().map_or_else(
        |_| format!("{:?}", plain.parse::<f64>().unwrap_or(0.0)),
        |it| it.to_string(),
    )
}

fn theirs(document: &KdlDocument) -> String {
    document
        .nodes()
        .iter()
        .map(their_node)
        .collect::<Vec<_>>()
        .join("; ")
}

fn their_node(node: &kdl::KdlNode) -> String {
    let mut out = format!("{:?}", node.name().value());
    let mut properties: Vec<String> = Vec::new();
    for entry in node.entries() {
        let annotation = entry
            .ty()
            .map(|ty| format!("({:?})", ty.value()))
            .unwrap_or_default();
        let value = match entry.value() {
            KdlValue::String(text) => format!("{text:?}"),
            KdlValue::Integer(value) => value.to_string(),
            KdlValue::Float(value) if value.is_nan() => "#nan".to_owned(),
            KdlValue::Float(value) if value.is_infinite() => format!("#{value}"),
            KdlValue::Float(value) => format!("{value:?}"),
            KdlValue::Bool(value) => format!("#{value}"),
            KdlValue::Null => "#null".to_owned(),
        };
        match entry.name() {
            Some(name) => properties.push(format!(" {:?}={annotation}{value}", name.value())),
            None => write!(out, " {annotation}{value}").expect("a string takes all"),
        }
    }
    properties.sort();
    out.push_str(&properties.concat());
    if let Some(children) = node.children() {
        write!(out, " {{ {} }}", theirs(children)).expect("a string takes all");
    }
    out
}

fn compare(text: &str) {
    let read = read(FileId(0), text);
    let faults: Vec<&str> = read
        .faults
        .iter()
        .filter(|it| it.is_error())
        .map(|it| it.message.as_str())
        .collect();
    let ours = ours(&read.nodes);
    let clean = faults.is_empty() && !ours.contains(UNREAD);
    match KdlDocument::parse_v2(text) {
        Ok(document) if clean => assert_eq!(ours, theirs(&document), "read differently:\n{text}"),
        Ok(_) => panic!("refused here, KDL to the library: {faults:?}\n{ours}\n{text}"),
        Err(error) => assert!(
            !clean,
            "taken here, not KDL to the library: {:?}\n{ours}\n{text}",
            error.diagnostics.first()
        ),
    }
}

#[test]
fn every_form_of_kdl_is_read_as_the_library_reads_it() {
    for text in [
        "a 1 -2 +3 1_000 0xff -0x1F 0o17 0b10 1.5 -1.5e3 1e-2 1.0E+2",
        "a #true #false #null #inf #-inf",
        "a \"x\\ty\" #\"raw \\n\"# ##\"a \"# b\"## \"\\u{e9}\" \"a\\    b\"",
        "a \"\"\"\n  one\n    two\n\n  \"\"\"",
        "a #\"\"\"\n  one \\n\n  \"\"\"#",
        "a b=1 \"c d\"=\"e\" f = g h= i b=2",
        "a (t)b (\"u\")c x=(t)1",
        "a (desc,lower)x.y list<string> id<User>? uuid-v7 <=x !=c >",
        "a { b; c { d }; }\ne {}; f { g }",
        "a /- b c /- d=1 /- { x } { y }",
        "/- a { b }\n/-\nc d\ne",
        "a \\\n  b \\ // comment\n  c\nd",
        "a /* x /* y */ z */ b // c\n/* line\n line */ d",
        "- + -x .x +.x --x ..",
        "\u{feff}a ü 日本 \u{a0}b\u{2003}c\u{2028}d",
        "a\r\nb\rc\n",
        "\"quoted name\" \"\"",
        "a;b;c;",
        "a{b}",
    ] {
        compare(text);
    }
}

#[test]
fn every_schema_of_the_tests_is_read_as_the_library_reads_it() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/right");
    for entry in std::fs::read_dir(folder).expect("the fixtures are there") {
        let text = std::fs::read_to_string(entry.expect("a file").path()).expect("a text");
        compare(&text);
    }
}
