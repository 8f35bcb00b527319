//! A diagram as text of Mermaid: <https://mermaid.js.org/syntax/entityRelationshipDiagram.html>.

use super::diagram::{Cardinality, Diagram, Row};

pub(super) fn write(diagram: &Diagram) -> String {
    let mut out = String::from("erDiagram\n");
    for entity in &diagram.entities {
        out.push_str(&format!("    {} {{\n", entity.name));
        for row in &entity.rows {
            out.push_str(&format!("        {}\n", attribute(row)));
        }
        out.push_str("    }\n");
    }
    for edge in &diagram.edges {
        let line = if edge.unchecked { ".." } else { "--" };
        out.push_str(&format!(
            "    {} {}{line}{} {} : {}\n",
            diagram.entities[edge.to.entity].name,
            match edge.to.number {
                Cardinality::One => "||",
                Cardinality::ZeroOrOne => "|o",
                Cardinality::ZeroOrMore => "}o",
            },
            match edge.from.number {
                Cardinality::One => "||",
                Cardinality::ZeroOrOne => "o|",
                Cardinality::ZeroOrMore => "o{",
            },
            diagram.entities[edge.from.entity].name,
            edge.name
        ));
    }
    out
}

/// `TYPE NAME PK, FK "optional"`; Mermaid's types hold no `<`, `,` and `?`.
fn attribute(row: &Row) -> String {
    let plain = row.ty.trim_end_matches('?');
    let ty: String = plain
        .chars()
        .map(|c| match c {
            '<' => '(',
            '>' => ')',
            ',' => '-',
            other => other,
        })
        .collect();
    let marks: Vec<&str> = [
        (row.key, "PK"),
        (row.reference, "FK"),
        (row.unique && !row.key, "UK"),
    ]
    .iter()
    .filter_map(|&(is, mark)| is.then_some(mark))
    .collect();
    let mut out = format!("{ty} {}", row.name);
    if !marks.is_empty() {
        out.push(' ');
        out.push_str(&marks.join(", "));
    }
    if plain.len() < row.ty.len() {
        out.push_str(" \"optional\"");
    }
    out
}
