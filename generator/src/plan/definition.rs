//! Canonical texts of indexes: what the catalogue compares to know whether an index is still the same.
//!
//! **Invariant:** a text depends on what the index holds only: stored names, never Rust names, comments or the order of
//! annotations as written.

use crate::model::{
    self, Condition, Include, Index, Literal, Model, Part, PartSource, Path, Scalar, Schema,
    TypeKind,
};

impl Schema {
    /// An index as one line: `index author_id (desc)published_at where all(status is published) include title`.
    pub(crate) fn definition(&self, model: &Model, index: &Index) -> String {
        let mut words = vec![if index.unique { "unique" } else { "index" }.to_owned()];
        words.extend(
            index
                .parts
                .iter()
                .map(|part| self.part_definition(model, part)),
        );
        if index.nulls_equal {
            words.push("nulls=equal".to_owned());
        }
        if let Some(condition) = &index.condition {
            words.push(format!(
                "where {}",
                self.condition_definition(model, condition)
            ));
        }
        match &index.include {
            Include::None => {}
            Include::Record => words.push("include".to_owned()),
            Include::Fields(fields) => {
                words.push("include".to_owned());
                words.extend(fields.iter().map(|place| model.fields[*place].name.clone()));
            }
        }
        words.join(" ")
    }

    fn part_definition(&self, model: &Model, part: &Part) -> String {
        let annotations: Vec<&str> = [
            (part.each, "each"),
            (part.lower, "lower"),
            (part.desc, "desc"),
        ]
        .into_iter()
        .filter_map(|(set, name)| set.then_some(name))
        .collect();
        let annotations = if annotations.is_empty() {
            String::new()
        } else {
            format!("({})", annotations.join(","))
        };
        match &part.source {
            PartSource::Path(_) => format!("{annotations}{}", self.part_name(model, part)),
            PartSource::Computed(place) => {
                let computed = &model.computed[*place];
                format!(
                    "{annotations}computed {} revision={}",
                    computed.name, computed.revision
                )
            }
        }
    }

    /// The path or computed part that a part takes its value from.
    pub(crate) fn part_name(&self, model: &Model, part: &Part) -> String {
        match &part.source {
            PartSource::Path(path) => self.path_text(model, path),
            PartSource::Computed(place) => model.computed[*place].name.clone(),
        }
    }

    /// A condition as text; a list of one is its one.
    pub(super) fn condition_definition(&self, model: &Model, condition: &Condition) -> String {
        match condition {
            Condition::All(parts) => self.list_definition(model, "all", parts),
            Condition::Any(parts) => self.list_definition(model, "any", parts),
            Condition::Compare(path, comparison, literal) => {
                let value = self.value_definition(model, path, literal);
                let path = self.path_text(model, path);
                format!("{path} {} {value}", comparison.word())
            }
            Condition::In(path, literals) => {
                let values: Vec<String> = literals
                    .iter()
                    .map(|literal| self.value_definition(model, path, literal))
                    .collect();
                format!("{} in {}", self.path_text(model, path), values.join(" "))
            }
            Condition::Present(path) => format!("{} present", self.path_text(model, path)),
            Condition::Absent(path) => format!("{} absent", self.path_text(model, path)),
        }
    }

    fn list_definition(&self, model: &Model, name: &str, parts: &[Condition]) -> String {
        match parts {
            [only] => self.condition_definition(model, only),
            several => {
                let texts: Vec<String> = several
                    .iter()
                    .map(|part| self.condition_definition(model, part))
                    .collect();
                format!("{name}({})", texts.join(", "))
            }
        }
    }

    fn value_definition(&self, model: &Model, path: &Path, literal: &Literal) -> String {
        match self.path_kind(model, path) {
            TypeKind::Scalar(scalar) => self.literal_definition(scalar, literal),
            _ => literal_text(literal),
        }
    }

    /// A value as a schema would write it.
    pub(super) fn literal_definition(&self, scalar: Scalar, literal: &Literal) -> String {
        match self.variant(scalar, literal) {
            Some(variant) => variant.name.clone(),
            None => literal_text(literal),
        }
    }
}

/// A value of which no type is known, as a schema would write it.
pub(super) fn literal_text(literal: &Literal) -> String {
    match literal {
        Literal::Bool(value) => format!("#{value}"),
        Literal::Float(number) => format!("{number:?}"),
        Literal::Decimal { mantissa, scale } => decimal(*mantissa, *scale),
        Literal::String(text) => quoted(text),
        Literal::Duration {
            seconds,
            nanoseconds,
        } => {
            let sign = if *seconds < 0 || *nanoseconds < 0 {
                "-"
            } else {
                ""
            };
            let nanoseconds = nanoseconds.unsigned_abs();
            let fraction = format!("{nanoseconds:09}");
            match fraction.trim_end_matches('0') {
                "" => format!("{sign}{}s", seconds.unsigned_abs()),
                fraction => format!("{sign}{}.{fraction}s", seconds.unsigned_abs()),
            }
        }
        other => model::literal_text(other),
    }
}

/// A text in quotes. Which characters are escaped is a matter of their class alone, not of what a release of Rust thinks can be
/// printed: another text would be another index.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c.is_control() || turns_text(c) => out.extend(c.escape_default()),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// Whether a character turns the direction of what follows, which rustc takes in no comment and no literal.
pub(super) fn turns_text(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Decimals are equal by value, so trailing zeros are left out.
fn decimal(mut mantissa: i128, mut scale: u32) -> String {
    while scale > 0 && mantissa % 10 == 0 {
        mantissa /= 10;
        scale -= 1;
    }
    model::decimal(mantissa, scale)
}

#[cfg(test)]
mod tests {
    use super::{Literal, literal_text};

    #[test]
    fn a_text_is_the_same_whatever_release_of_rust_made_it() {
        let text = "a\"b\\c\n\t\u{7f}\u{202e}é\u{301}\u{200b}\u{e000}\u{1faea}";
        let wanted = "\"a\\\"b\\\\c\\n\\t\\u{7f}\\u{202e}é\u{301}\u{200b}\u{e000}\u{1faea}\"";
        assert_eq!(literal_text(&Literal::String(text.to_owned())), wanted);
    }
}
