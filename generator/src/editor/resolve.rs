//! Where a schema uses the names that it declares.

use crate::source::{Sources, Span};
use crate::syntax::shape;
use crate::syntax::tree::{
    ConditionTree, FieldTree, ModelTree, Name, PartTree, RelationTree, Test, Tree, Value,
};

use super::symbols::{Id, Kind, Symbols, names_in_type};

const TYPES: &[Kind] = &[Kind::Enum, Kind::Struct, Kind::Model];

pub(super) fn uses(symbols: &mut Symbols, tree: &Tree, sources: &Sources) {
    let mut resolving = Resolving { symbols, sources };
    for it in &tree.structs {
        let owner = resolving.symbols.top(&it.name.text, &[Kind::Struct]);
        for field in &it.fields.list {
            resolving.field(owner, field);
        }
    }
    for it in &tree.models {
        if let Some(owner) = resolving.symbols.top(&it.name.text, &[Kind::Model]) {
            resolving.model(owner, it);
        }
    }
}

struct Resolving<'r> {
    symbols: &'r mut Symbols,
    sources: &'r Sources,
}

impl Resolving<'_> {
    /// A use of what an owner has.
    fn member(&mut self, owner: Option<Id>, name: &Name, kinds: &[Kind]) -> Option<Id> {
        let id = owner.and_then(|owner| self.symbols.find(Some(owner), &name.text, kinds));
        self.symbols.used(name.span, id);
        id
    }

    /// A use of a model.
    fn target(&mut self, name: &Name) -> Option<Id> {
        let id = self.symbols.top(&name.text, &[Kind::Model]);
        self.symbols.used(name.span, id);
        id
    }

    fn types(&mut self, ty: &Name) {
        let names: Vec<(&str, Span)> = names_in_type(ty, self.sources).collect();
        for (name, span) in names {
            let id = self.symbols.top(name, TYPES);
            self.symbols.used(span, id);
        }
    }

    fn field(&mut self, owner: Option<Id>, field: &FieldTree) {
        if let Some(ty) = &field.ty {
            self.types(ty);
        }
        let owner = owner.and_then(|owner| {
            self.symbols
                .find(Some(owner), &field.name.text, &[Kind::Field])
        });
        if let (Some(default), Some(id)) = (field.property("default"), owner) {
            let ty = self.symbols.all[id].ty.clone();
            self.variant(&ty, &default.value);
        }
    }

    /// A value that is a variant of an enum.
    fn variant(&mut self, ty: &str, value: &Value) {
        let Some(shape) = shape(ty) else { return };
        let owner = self.symbols.top(&shape.head, &[Kind::Enum]);
        if let (Some(owner), Some(text)) = (owner, value.as_bare()) {
            let id = self.symbols.find(Some(owner), text, &[Kind::Variant]);
            self.symbols.used(value.span, id);
        }
    }

    fn model(&mut self, owner: Id, model: &ModelTree) {
        let here = Some(owner);
        for field in &model.fields.list {
            self.field(here, field);
        }
        for name in model.key.iter().flat_map(|key| &key.fields) {
            self.member(here, name, &[Kind::Field]);
        }
        for it in &model.computed {
            self.types(&it.ty);
        }
        for it in &model.indexes {
            self.parts(owner, &it.parts);
            if let Some(condition) = &it.condition {
                self.condition(owner, condition);
            }
            for name in it.include.iter().flat_map(|include| &include.fields) {
                self.member(here, name, &[Kind::Field]);
            }
        }
        for it in &model.counts {
            self.parts(owner, &it.parts);
            if let Some(condition) = &it.condition {
                self.condition(owner, condition);
            }
        }
        for it in &model.relations {
            self.relation(owner, it);
        }
        if let Some(events) = &model.events {
            let looked_at = events.updated.iter().flatten();
            for name in looked_at.chain(&events.partition_by) {
                self.member(here, name, &[Kind::Field]);
            }
            for event in &events.own {
                let owner = self.symbols.find(here, &event.name.text, &[Kind::Event]);
                for field in &event.fields.list {
                    self.field(owner, field);
                }
            }
        }
    }

    fn relation(&mut self, owner: Id, relation: &RelationTree) {
        let target = self.target(&relation.target);
        let through = relation.through.as_ref().and_then(|it| self.target(it));
        for name in &relation.by {
            self.member(Some(owner), name, &[Kind::Field]);
        }
        // `via` and `to` are relations of the model between, if there is one.
        for name in relation.via.iter().chain(&relation.to) {
            self.member(through.or(target), name, &[Kind::Relation]);
        }
    }

    fn parts(&mut self, owner: Id, parts: &[PartTree]) {
        for part in parts {
            let computed = self
                .symbols
                .find(Some(owner), &part.path.text, &[Kind::Computed]);
            if computed.is_some() {
                self.symbols.used(part.path.span, computed);
            } else {
                self.path(owner, &part.path);
            }
        }
    }

    /// Each step of `address.country`; the type at its end.
    fn path(&mut self, owner: Id, path: &Name) -> Option<String> {
        let exact = self.sources.text(path.span) == path.text;
        let mut owner = Some(owner);
        let mut start = path.span.start;
        let mut ty = None;
        for step in path.text.split('.') {
            let id = self.symbols.find(owner, step, &[Kind::Field])?;
            if exact {
                let span = Span::new(path.span.file, start, start + step.len());
                self.symbols.used(span, Some(id));
            }
            start += step.len() + 1;
            let written = self.symbols.all[id].ty.clone();
            owner =
                shape(&written).and_then(|shape| self.symbols.top(&shape.head, &[Kind::Struct]));
            ty = Some(written);
        }
        ty
    }

    fn condition(&mut self, owner: Id, condition: &ConditionTree) {
        match condition {
            ConditionTree::All(list) | ConditionTree::Any(list) => {
                for it in list {
                    self.condition(owner, it);
                }
            }
            ConditionTree::Test(it) => {
                let Some(ty) = self.path(owner, &it.path) else {
                    return;
                };
                match &it.test {
                    Test::Compare(_, value) => self.variant(&ty, value),
                    Test::In(values) => {
                        for value in values {
                            self.variant(&ty, value);
                        }
                    }
                    Test::Present | Test::Absent => {}
                }
            }
            ConditionTree::Reported => {}
        }
    }
}

/// The struct, or the item of a list, that a field's type names: for the steps of paths that are being written.
pub(super) fn fields_of(symbols: &Symbols, owner: Id, path: &str) -> Option<Id> {
    let mut owner = owner;
    for step in path.split('.').filter(|step| !step.is_empty()) {
        let id = symbols.find(Some(owner), step, &[Kind::Field])?;
        let shape = shape(&symbols.all[id].ty)?;
        owner = symbols.top(&shape.head, &[Kind::Struct])?;
    }
    Some(owner)
}

/// The type at the end of a path, as written.
pub(super) fn type_at(symbols: &Symbols, owner: Id, path: &str) -> Option<String> {
    let (before, last) = path.rsplit_once('.').unwrap_or(("", path));
    let owner = fields_of(symbols, owner, before)?;
    let id = symbols.find(Some(owner), last, &[Kind::Field])?;
    Some(symbols.all[id].ty.clone())
}
