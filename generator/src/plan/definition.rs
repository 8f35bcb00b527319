//! Canonical texts of indexes: what the catalogue compares to know whether an index is still the same.
//!
//! **Invariant:** a text depends on what the index holds only: stored names, never Rust names, comments or the order of
//! annotations as written.

use super::{context::Context, literals, paths::Walk};
use crate::model::{
    Comparison, Condition, Include, Index, Literal, Model, Part, PartSource, Path, Scalar, TypeKind,
};

impl Context<'_> {
    /// An index as one line: `index author_id (desc)published_at where all(status is published) include title`.
    pub(super) fn definition(&self, model: &Model, index: &Index) -> String {
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
            PartSource::Path(path) => {
                format!(
                    "{annotations}{}",
                    Walk::new(self.schema, model, path).dotted()
                )
            }
            PartSource::Computed(place) => {
                let computed = &model.computed[*place];
                format!(
                    "{annotations}computed {} revision={}",
                    computed.name, computed.revision
                )
            }
        }
    }

    /// A condition as text; a list of one is its one.
    pub(super) fn condition_definition(&self, model: &Model, condition: &Condition) -> String {
        match condition {
            Condition::All(parts) => self.list_definition(model, "all", parts),
            Condition::Any(parts) => self.list_definition(model, "any", parts),
            Condition::Compare(path, comparison, literal) => {
                let (path, value) = self.value_definition(model, path, literal);
                format!("{path} {} {value}", comparison_word(*comparison))
            }
            Condition::In(path, literals) => {
                let values: Vec<String> = literals
                    .iter()
                    .map(|literal| self.value_definition(model, path, literal).1)
                    .collect();
                format!(
                    "{} in {}",
                    Walk::new(self.schema, model, path).dotted(),
                    values.join(" ")
                )
            }
            Condition::Present(path) => {
                format!("{} present", Walk::new(self.schema, model, path).dotted())
            }
            Condition::Absent(path) => {
                format!("{} absent", Walk::new(self.schema, model, path).dotted())
            }
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

    fn value_definition(&self, model: &Model, path: &Path, literal: &Literal) -> (String, String) {
        let walk = Walk::new(self.schema, model, path);
        let value = match walk.end().kind {
            TypeKind::Scalar(scalar) => self.literal_definition(scalar, literal),
            _ => literal_text(literal),
        };
        (walk.dotted(), value)
    }

    /// A value as a schema would write it.
    pub(super) fn literal_definition(&self, scalar: Scalar, literal: &Literal) -> String {
        match (scalar, literal) {
            (Scalar::Enum(id), Literal::Variant(place)) => {
                self.schema.enumeration(id).variants[*place].name.clone()
            }
            (Scalar::Id(id), _) => self.literal_definition(self.key_owner(id).1, literal),
            _ => literal_text(literal),
        }
    }
}

pub(super) fn literal_text(literal: &Literal) -> String {
    match literal {
        Literal::Bool(value) => format!("#{value}"),
        Literal::Integer(number) => number.to_string(),
        Literal::Float(number) => literals::float(*number).replace('_', ""),
        Literal::Decimal { mantissa, scale } => decimal(*mantissa, *scale),
        Literal::String(text) => literals::string(text),
        Literal::Bytes(value) => value
            .iter()
            .fold(String::new(), |text, byte| text + &format!("{byte:02x}")),
        Literal::Variant(place) => place.to_string(),
        Literal::Timestamp(microseconds) => jiff::Timestamp::from_microsecond(*microseconds)
            .map_or_else(|_| format!("{microseconds}us"), |it| it.to_string()),
        Literal::Date { year, month, day } => jiff::civil::Date::new(*year, *month, *day)
            .map_or_else(
                |_| format!("{year}-{month:02}-{day:02}"),
                |it| it.to_string(),
            ),
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
        Literal::Uuid(value) => {
            let hex = format!("{value:032x}");
            format!(
                "{}-{}-{}-{}-{}",
                &hex[..8],
                &hex[8..12],
                &hex[12..16],
                &hex[16..20],
                &hex[20..]
            )
        }
    }
}

/// Decimals are equal by value, so trailing zeros are left out.
fn decimal(mut mantissa: i128, mut scale: u32) -> String {
    while scale > 0 && mantissa % 10 == 0 {
        mantissa /= 10;
        scale -= 1;
    }
    let sign = if mantissa < 0 { "-" } else { "" };
    let scale = scale as usize;
    let digits = format!("{:0>width$}", mantissa.unsigned_abs(), width = scale + 1);
    let (whole, fraction) = digits.split_at(digits.len() - scale);
    if fraction.is_empty() {
        format!("{sign}{whole}")
    } else {
        format!("{sign}{whole}.{fraction}")
    }
}

fn comparison_word(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::Is => "is",
        Comparison::Not => "not",
        Comparison::Less => "lt",
        Comparison::LessOrEqual => "le",
        Comparison::Greater => "gt",
        Comparison::GreaterOrEqual => "ge",
    }
}
