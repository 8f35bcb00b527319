//! Two schemas: what a store that was written with the one cannot give the other, and what callers' code will miss.
//!
//! Pure: two checked schemas in, diagnostics out. Codes and texts of what is refused are those with which a build refuses
//! to open a store; a test holds the two together.
//!
//! **Invariant:** the first label of every change is in the new schema, so that it can be shown where it was made.

mod api;
mod enums;
mod events;
mod fields;
mod indexes;
mod relations;
mod side;
mod tables;

use std::collections::HashSet;

use crate::checked::Checked;
use crate::diagnostics::{Code, Diagnostic, Severity};
use crate::model::{FieldType, ModelId};
use crate::source::{Sources, Span};

use side::{Names, Side};

/// What differs between two schemas.
#[derive(Debug, Clone)]
pub struct Breaking {
    /// The files of the new schema, then those of the old one.
    pub sources: Sources,
    /// The changes: what is refused, then warnings, then notes, each in the order of the new files.
    pub changes: Vec<Diagnostic>,
}

impl Breaking {
    /// Whether a store cannot follow: warnings and notes alone are no reason to stop.
    #[must_use]
    pub fn is_breaking(&self) -> bool {
        self.changes.iter().any(Diagnostic::is_error)
    }
}

/// Compares two schemas; `None` if one of them has errors. The time grows with their size; within one enum, struct or model each
/// name may be compared with all others.
#[must_use]
pub fn breaking(old: &Checked, new: &Checked) -> Option<Breaking> {
    let (old_names, new_names) = (
        Names::of(old.schema.as_ref()?),
        Names::of(new.schema.as_ref()?),
    );
    let mut comparison = Comparison {
        new: Side::new(new, &new_names, 0)?,
        old: Side::new(old, &old_names, new.sources.iter().count())?,
        now: Vec::new(),
        changes: Vec::new(),
    };
    comparison.now = tables::now(&comparison);
    comparison.schema_name();
    enums::compare(&mut comparison);
    tables::compare(&mut comparison);
    let said: HashSet<Span> = comparison
        .changes
        .iter()
        .filter(|change| !matches!(change.code, Code::B007 | Code::B009 | Code::B012))
        .flat_map(|change| change.labels.iter().map(|label| label.span))
        .collect();
    let stored = comparison.changes.len();
    api::compare(&mut comparison);

    let mut sources = new.sources.clone();
    for source in old.sources.iter() {
        sources.add(source.clone());
    }
    let mut changes = comparison.changes;
    // What is refused, and why, needs no second line on what callers see of it.
    let notes = changes.split_off(stored);
    changes.extend(
        notes
            .into_iter()
            .filter(|note| !note.labels.iter().any(|label| said.contains(&label.span))),
    );
    changes.sort_by_key(|change| {
        let severity = std::cmp::Reverse(change.severity);
        (severity, change.span().file, change.span().start)
    });
    Some(Breaking { sources, changes })
}

/// A comparison on its way.
struct Comparison<'a> {
    old: Side<'a>,
    new: Side<'a>,
    /// For each old model the new one that has its table.
    now: Vec<Option<usize>>,
    changes: Vec<Diagnostic>,
}

/// Where a change is: in the new schema, and what was there before in the old one.
#[derive(Clone, Copy)]
struct Place {
    new: Span,
    old: Option<Span>,
}

impl Place {
    fn at(new: Span) -> Self {
        Self { new, old: None }
    }

    fn before(self, old: Span) -> Self {
        Self {
            old: Some(old),
            ..self
        }
    }
}

impl Comparison<'_> {
    fn push(
        &mut self,
        (severity, code): (Severity, Code),
        place: Place,
        message: String,
        help: impl Into<String>,
    ) {
        let fault = Diagnostic::error(code, self.new.span(place.new), message).help(help);
        let mut fault = Diagnostic { severity, ..fault };
        if let Some(old) = place.old {
            fault = fault.and(self.old.span(old), "before");
        }
        self.changes.push(fault);
    }

    /// A change that stored data cannot follow.
    fn refuse(&mut self, code: Code, place: Place, message: String, help: impl Into<String>) {
        self.push((Severity::Error, code), place, message, help);
    }

    /// A change that stored data can follow, and that may not be meant.
    fn warn(&mut self, code: Code, place: Place, message: String, help: impl Into<String>) {
        self.push((Severity::Warning, code), place, message, help);
    }

    /// A change that callers, or whoever waits for an index, should know of.
    fn note(&mut self, code: Code, place: Place, message: String, help: impl Into<String>) {
        self.push((Severity::Note, code), place, message, help);
    }

    /// Refuses an earlier name that is still in use beside the name itself.
    fn both_names(&mut self, place: Place, owner: &str, what: &str, (name, old): (&str, &str)) {
        self.refuse(
            Code::B006,
            place,
            format!("{owner} has both {what} `{name}` and its earlier name `{old}`"),
            "leave out `was=`, or take another name",
        );
    }

    fn schema_name(&mut self) {
        let (old, new) = (&self.old.schema.name, &self.new.schema.name);
        if old != new {
            let message = format!("the store holds the schema `{old}`, not `{new}`");
            let place = Place::at(self.new.name_span()).before(self.old.name_span());
            self.refuse(
                Code::B011,
                place,
                message,
                format!("call the schema `{old}`, or take another store"),
            );
        }
    }
}

impl Comparison<'_> {
    /// What an old model is called now: a rename of it is not said again wherever it is named.
    fn name_now(&self, old: ModelId) -> String {
        let model = match self.now[old.0] {
            Some(new) => &self.new.schema.models[new],
            None => self.old.schema.model(old),
        };
        model.name.clone()
    }

    /// The type of an old field, as the new schema would write it.
    fn written_before(&self, ty: FieldType) -> String {
        self.old.written(ty, |model| self.name_now(model))
    }

    /// The type of a new field.
    fn written_now(&self, ty: FieldType) -> String {
        let schema = self.new.schema;
        self.new
            .written(ty, |model| schema.model(model).name.clone())
    }
}

/// The thing of a name, or else of an earlier one.
fn find(name: &str, was: &[String], place: impl Fn(&str) -> Option<usize>) -> Option<usize> {
    place(name).or_else(|| was.iter().find_map(|old| place(old)))
}

/// The earlier name that is in use beside the name itself.
fn both<'n>(
    name: &str,
    was: &'n [String],
    known: impl Fn(&str) -> Option<usize>,
) -> Option<(&'n str, usize)> {
    known(name)?;
    was.iter()
        .find_map(|old| known(old).map(|place| (old.as_str(), place)))
}
