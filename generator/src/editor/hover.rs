//! What is said of the word at a place, as Markdown.

use crate::language::{self, ANNOTATIONS, COMBINATIONS, CONTAINERS, Place, TESTS, TYPES, Word};
use crate::source::{FileId, Span};
use crate::syntax::shape;

use super::Analysis;
use super::context::{Context, context};
use super::symbols::{Kind, Symbol};

/// A text about a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hover {
    /// The word.
    pub span: Span,
    /// Markdown.
    pub text: String,
}

impl Analysis {
    /// What is said of the word at a place.
    #[must_use]
    pub fn hover(&self, file: FileId, offset: usize) -> Option<Hover> {
        let offset = self.place(file, offset);
        let context = context(self.text(file), offset);
        if context.in_comment || context.word.is_empty() {
            return None;
        }
        let text = match self.symbols.at(file, offset) {
            Some(symbol) => self.symbol(symbol),
            None => of_the_language(&context, offset)?,
        };
        Some(Hover {
            span: Span::new(file, context.start, context.end),
            text,
        })
    }

    /// The line of a declaration, its text, and what it is.
    pub(super) fn symbol(&self, symbol: &Symbol) -> String {
        let owner = symbol.owner.map(|id| &self.symbols.all[id]);
        let of = owner.map_or_else(String::new, |owner| format!(" of `{}`", owner.name));
        let what = match symbol.kind {
            Kind::Enum => {
                let id = self.symbols.top(&symbol.name, &[Kind::Enum]);
                let variants: Vec<String> = id
                    .into_iter()
                    .flat_map(|id| self.symbols.members(id))
                    .map(|it| format!("`{}`", it.name))
                    .collect();
                format!("Variants: {}.", variants.join(", "))
            }
            Kind::Variant => format!("Variant{of}."),
            Kind::Struct => "A struct.".to_owned(),
            Kind::Model => "A model.".to_owned(),
            Kind::Field => format!("Field{of}{}.", rust_type(&symbol.ty)),
            Kind::Computed => format!("Computed part{of}."),
            Kind::Index => format!("Index{of}."),
            Kind::Count => format!("Count{of}."),
            Kind::Relation => format!("Relation{of} to `{}`.", symbol.ty),
            Kind::Event => format!("Event{of}."),
        };
        let docs = if symbol.docs.is_empty() {
            String::new()
        } else {
            format!("\n\n{}", symbol.docs.join("\n"))
        };
        format!("```kdl\n{}\n```{docs}\n\n{what}", symbol.line)
    }
}

/// `, in Rust …` for types of one word.
fn rust_type(ty: &str) -> String {
    let Some(shape) = shape(ty) else {
        return String::new();
    };
    match TYPES.iter().find(|it| it.name == shape.head) {
        Some(it) if shape.optional => format!(", in Rust `Option<{}>`", it.rust),
        Some(it) => format!(", in Rust `{}`", it.rust),
        None => String::new(),
    }
}

/// A form and a text.
fn formed(form: &str, docs: &str) -> String {
    format!("```kdl\n{form}\n```\n\n{docs}")
}

fn of_the_language(context: &Context<'_>, offset: usize) -> Option<String> {
    let place = context.place()?;
    if context.is_annotation {
        return annotation(context, offset);
    }
    let statement = context.statement();
    if let Some(key) = context.property {
        let property = statement?.property(key)?;
        return named(property.words, context.word);
    }
    if context.before.is_empty() {
        if let Some(statement) = place.find(context.word) {
            return Some(formed(statement.form, statement.docs));
        }
        return (place == Place::Where)
            .then(|| named(COMBINATIONS, context.word))
            .flatten();
    }
    let statement = statement?;
    if context.is_key {
        let property = statement.property(context.word)?;
        let form = format!("{}={}", property.name, property.value);
        return Some(formed(&form, property.docs));
    }
    if place == Place::Fields && context.before.len() == 1 {
        return of_type(context, offset);
    }
    if place == Place::Where || context.before.iter().any(|it| it.text == "where") {
        return named(TESTS, context.word);
    }
    named(statement.flags, context.word)
}

fn named(words: &'static [Word], name: &str) -> Option<String> {
    language::word(words, name).map(|word| formed(word.name, word.docs))
}

fn annotation(context: &Context<'_>, offset: usize) -> Option<String> {
    named(ANNOTATIONS, part_at(context, offset))
}

/// The run of letters of a word that a place touches: `list` of `list<string>`.
fn part_at<'t>(context: &Context<'t>, offset: usize) -> &'t str {
    let at = offset - context.start;
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
    let start = context.word[..at]
        .rfind(|c| !is_part(c))
        .map_or(0, |it| it + 1);
    let end = context.word[at..]
        .find(|c| !is_part(c))
        .map_or(context.word.len(), |it| at + it);
    context.word.get(start..end).unwrap_or("")
}

fn of_type(context: &Context<'_>, offset: usize) -> Option<String> {
    let name = part_at(context, offset);
    if let Some(it) = CONTAINERS.iter().find(|it| it.name == name) {
        return Some(formed(
            it.form,
            &format!("{}\n\nIn Rust `{}`.", it.docs, it.rust),
        ));
    }
    let it = TYPES.iter().find(|it| it.name == name)?;
    let yes = |is: bool| if is { "yes" } else { "no" };
    let conditions = match (it.equality, it.ranges) {
        (true, true) => "all",
        (true, false) => "no ranges",
        (false, true) => "ranges only",
        (false, false) => "none",
    };
    let facts = format!(
        "In Rust `{}`. In a key: {}; in an index: {}; unique: {}; conditions: {conditions}.",
        it.rust,
        yes(it.key),
        yes(it.index),
        yes(it.unique)
    );
    Some(formed(it.name, &format!("{}\n\n{facts}", it.docs)))
}
