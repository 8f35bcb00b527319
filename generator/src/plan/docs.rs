//! Documentation of generated items: the schema's own text, or a sentence where it has none.

use std::fmt;

use super::{
    context::{Context, Scope},
    definition::{literal_text, turns_text},
};
use crate::model::{
    Condition, DefaultValue, Docs, Field, FieldType, Include, Index, Item, Limits, Model, ModelId,
    Part, PartSource, Scalar, TypeKind,
};

/// Lines of a doc comment; printed with their slashes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Doc {
    lines: Vec<String>,
    slashes: &'static str,
}

impl Doc {
    /// A comment of one sentence.
    pub(super) fn sentence(text: impl Into<String>) -> Self {
        Self {
            lines: vec![text.into()],
            slashes: "///",
        }
    }

    /// The schema's text, or a sentence of its own.
    pub(super) fn of(docs: &Docs, sentence: impl FnOnce() -> String) -> Self {
        let mut lines: Vec<String> = docs.0.iter().map(|line| clean(line)).collect();
        while lines.last().is_some_and(String::is_empty) {
            lines.pop();
        }
        if lines.is_empty() {
            Self::sentence(sentence())
        } else {
            Self {
                lines,
                slashes: "///",
            }
        }
    }

    /// Adds a paragraph.
    pub(super) fn paragraph(mut self, text: impl Into<String>) -> Self {
        self.lines.extend([String::new(), text.into()]);
        self
    }

    /// Adds a line right below.
    pub(super) fn line(mut self, text: impl Into<String>) -> Self {
        self.lines.push(text.into());
        self
    }

    /// The same as the comment of the item that it stands in (`//!`).
    pub(crate) fn inner(&self) -> Self {
        Self {
            slashes: "//!",
            ..self.clone()
        }
    }
}

impl fmt::Display for Doc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in &self.lines {
            let space = if line.is_empty() { "" } else { " " };
            writeln!(f, "{}{space}{line}", self.slashes)?;
        }
        Ok(())
    }
}

/// A line as a comment can hold it: a carriage return would end the comment, and rustc takes nothing that turns text.
fn clean(line: &str) -> String {
    let line = line.replace(['\r', '\n'], " ");
    line.replace(turns_text, "").trim_end().to_owned()
}

/// A model as a link with its article.
pub(super) fn a(model: &str) -> String {
    let article = if model.starts_with(['A', 'E', 'I', 'O']) {
        "an"
    } else {
        "a"
    };
    format!("{article} [`{model}`]")
}

/// Text in backticks.
pub(super) fn code(text: &str) -> String {
    if text.contains('`') {
        format!("`` {text} ``")
    } else {
        format!("`{text}`")
    }
}

/// Words joined by commas and a last word: "a, b and c".
pub(super) fn list(words: &[String], last: &str) -> String {
    match words {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., end] => format!("{} {last} {end}", first.join(", ")),
    }
}

impl Context<'_> {
    /// The comment of a field.
    pub(super) fn field_doc(&self, scope: Scope, model: Option<&Model>, field: &Field) -> Doc {
        Doc::of(&field.docs, || {
            let is_key =
                model.is_some_and(|it| it.single_key().is_some_and(|key| key.name == field.name));
            let subject = if is_key {
                "The key".to_owned()
            } else {
                self.subject(scope, field)
            };
            let limits = limits_text(field.ty, &field.limits);
            let default = self.default_text(field);
            format!("{subject}{limits}{default}.")
        })
    }

    fn subject(&self, scope: Scope, field: &Field) -> String {
        let name = code(&field.name);
        match field.ty.kind {
            TypeKind::Version => format!("{name}: grows by one at every write"),
            TypeKind::Scalar(Scalar::Id(id)) => {
                format!("{name}: a key of {}", self.model_link(scope, id))
            }
            TypeKind::List(Item::Scalar(Scalar::Id(id))) => {
                format!("{name}: keys of {}", self.model_link(scope, id))
            }
            _ => name,
        }
    }

    pub(super) fn model_link(&self, scope: Scope, id: ModelId) -> String {
        let name = &self.schema.model(id).name;
        match scope {
            Scope::Table(own) if own != id => format!("[`{name}`](super::{name})"),
            _ => format!("[`{name}`]"),
        }
    }

    fn default_text(&self, field: &Field) -> String {
        let set = match &field.default {
            None => String::new(),
            Some(DefaultValue::Now) => "; the time of making unless set".to_owned(),
            Some(DefaultValue::UuidV4 | DefaultValue::UuidV7) => {
                "; a new one unless set".to_owned()
            }
            Some(DefaultValue::Next) => "; 0 until the store numbers it".to_owned(),
            Some(DefaultValue::Literal(literal)) => match field.ty.kind {
                TypeKind::Scalar(scalar) => {
                    let value = self.schema.literal_definition(scalar, literal);
                    format!("; {} unless set", code(value.trim_start_matches('#')))
                }
                _ => String::new(),
            },
        };
        if field.on_update_now {
            format!("{set}; renewed by every update that changes another field")
        } else {
            set
        }
    }

    /// The comment of an index function: what it is for, its order, its `where` and its cost.
    pub(super) fn index_doc(&self, model: &Model, index: &Index) -> Doc {
        let order = format!("{} {}", self.order_text(model, index), cost_text(index));
        let doc = if index.docs.0.is_empty() {
            Doc::sentence(order)
        } else {
            Doc::of(&index.docs, String::new).paragraph(order)
        };
        match &index.condition {
            None => doc,
            Some(condition) => doc.paragraph(format!(
                "Holds only records where {}.",
                self.condition_text(model, condition)
            )),
        }
    }

    pub(super) fn order_text(&self, model: &Model, index: &Index) -> String {
        let parts: Vec<String> = index
            .parts
            .iter()
            .map(|part| self.part_text(model, part))
            .collect();
        let unique = match (index.unique, index.nulls_equal) {
            (false, _) => "",
            (true, false) => " Unique.",
            (true, true) => " Unique, also where absent.",
        };
        format!("By {}.{unique}", parts.join(", then "))
    }

    fn part_text(&self, model: &Model, part: &Part) -> String {
        let name = code(&self.schema.part_name(model, part));
        let is_computed = matches!(part.source, PartSource::Computed(_));
        let each = match (part.each, is_computed) {
            (true, _) => "each of ",
            (false, true) => "each computed ",
            (false, false) => "",
        };
        let lower = if part.lower { ", ignoring case" } else { "" };
        let desc = match (part.desc, part.ty) {
            (false, _) => "",
            (true, Scalar::Timestamp | Scalar::Date) => " from the latest",
            (true, _) => " from the greatest",
        };
        let desc = if part.lower && part.desc {
            format!(",{desc}")
        } else {
            desc.to_owned()
        };
        format!("{each}{name}{lower}{desc}")
    }

    /// A condition for people: its top level in words.
    pub(super) fn condition_text(&self, model: &Model, condition: &Condition) -> String {
        let (parts, word) = match condition {
            Condition::All(parts) => (parts.as_slice(), "and"),
            Condition::Any(parts) => (parts.as_slice(), "or"),
            single => (std::slice::from_ref(single), "and"),
        };
        let texts: Vec<String> = parts
            .iter()
            .map(|part| code(&self.schema.condition_definition(model, part)))
            .collect();
        list(&texts, word)
    }
}

fn cost_text(index: &Index) -> &'static str {
    match (index.unique, &index.include) {
        (true, Include::None) => "With a value for each part: two reads, the entry and the record.",
        (true, _) => {
            "With a value for each part: two reads, the entry and the record; `covered()` reads the entry alone."
        }
        (false, Include::None) => "One scan of entries and one batch of records.",
        (false, _) => {
            "One scan of entries and one batch of records; `covered()` needs the scan alone."
        }
    }
}

fn limits_text(ty: FieldType, limits: &Limits) -> String {
    let unit = match ty.kind {
        TypeKind::Scalar(Scalar::String) => " characters",
        TypeKind::Scalar(Scalar::Bytes) => " bytes",
        TypeKind::List(_) | TypeKind::Map(_) => " elements",
        _ => "",
    };
    let mut text = match (&limits.min, &limits.max) {
        (None, None) => String::new(),
        (Some(min), None) => format!(", at least {}{unit}", literal_text(min)),
        (None, Some(max)) => format!(", at most {}{unit}", literal_text(max)),
        (Some(min), Some(max)) => {
            format!(
                ", from {} to {}{unit}",
                literal_text(min),
                literal_text(max)
            )
        }
    };
    if let Some(most) = limits.item_max {
        text.push_str(&format!(", each of at most {most}"));
    }
    if let Some(scale) = limits.scale {
        text.push_str(&format!(", with {scale} digits after the point"));
    }
    text
}
