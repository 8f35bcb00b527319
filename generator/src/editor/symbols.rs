//! All names that a schema declares, and the places where it uses them.

use std::collections::HashMap;

use crate::source::{FileId, Sources, Span};
use crate::syntax::tree::{FieldTree, Name, Tree};

use super::names;

/// A symbol's place in [`Symbols::all`].
pub(super) type Id = usize;

/// What is declared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    Enum,
    Variant,
    Struct,
    Model,
    Field,
    Computed,
    Index,
    Count,
    Relation,
    Event,
}

/// A declared name.
#[derive(Debug)]
pub(super) struct Symbol {
    pub(super) kind: Kind,
    pub(super) name: String,
    pub(super) span: Span,
    /// The model, struct or enum it belongs to.
    pub(super) owner: Option<Id>,
    /// Its line, without its block.
    pub(super) line: String,
    pub(super) docs: Vec<String>,
    /// Of a field or a computed part: its type as written. Of a relation: the model it leads to.
    pub(super) ty: String,
}

/// Declarations and uses.
#[derive(Debug, Default)]
pub(super) struct Symbols {
    pub(super) all: Vec<Symbol>,
    /// By owner and name; models, structs and enums have no owner.
    by_name: HashMap<(Option<Id>, String), Vec<Id>>,
    /// For each owner what belongs to it, in the order of the text.
    members: HashMap<Id, Vec<Id>>,
    /// Sorted by place.
    uses: Vec<(Span, Id)>,
}

impl Symbols {
    pub(super) fn declare(&mut self, symbol: Symbol) -> Id {
        let id = self.all.len();
        let key = (symbol.owner, symbol.name.clone());
        self.by_name.entry(key).or_default().push(id);
        if let Some(owner) = symbol.owner {
            self.members.entry(owner).or_default().push(id);
        }
        self.uses.push((symbol.span, id));
        self.all.push(symbol);
        id
    }

    pub(super) fn used(&mut self, span: Span, id: Option<Id>) {
        self.uses.extend(id.map(|id| (span, id)));
    }

    /// The symbol whose name stands at a place.
    pub(super) fn at(&self, file: FileId, offset: usize) -> Option<&Symbol> {
        let after = self
            .uses
            .partition_point(|(span, _)| (span.file, span.start) <= (file, offset));
        let (span, id) = self.uses[..after].last()?;
        (span.file == file && offset <= span.end).then(|| &self.all[*id])
    }

    /// A model, struct or enum.
    pub(super) fn top(&self, name: &str, kinds: &[Kind]) -> Option<Id> {
        self.find(None, name, kinds)
    }

    /// What an owner has of a name.
    pub(super) fn find(&self, owner: Option<Id>, name: &str, kinds: &[Kind]) -> Option<Id> {
        let found = self.by_name.get(&(owner, name.to_owned()))?;
        found
            .iter()
            .copied()
            .find(|&id| kinds.contains(&self.all[id].kind))
    }

    /// What belongs to an owner.
    pub(super) fn members(&self, owner: Id) -> impl Iterator<Item = &Symbol> {
        let members = self.members.get(&owner);
        members.into_iter().flatten().map(|&id| &self.all[id])
    }

    /// All models, structs or enums.
    pub(super) fn tops(&self, kind: Kind) -> impl Iterator<Item = &Symbol> {
        self.all.iter().filter(move |it| it.kind == kind)
    }

    fn sort(&mut self) {
        self.uses
            .sort_by_key(|(span, _)| (span.file, span.start, span.end));
    }
}

/// The names of a tree.
pub(super) fn collect(tree: &Tree, sources: &Sources) -> Symbols {
    let mut symbols = Symbols::default();
    names::declare(&mut symbols, tree, sources);
    super::resolve::uses(&mut symbols, tree, sources);
    symbols.sort();
    symbols
}

/// The type of a field as written.
pub(super) fn type_of(field: &FieldTree) -> String {
    field
        .ty
        .as_ref()
        .map_or_else(String::new, |ty| ty.text.clone())
}

/// The names within a type, with their places: `User` of `list<id<User>>?`.
pub(super) fn names_in_type<'n>(
    ty: &'n Name,
    sources: &Sources,
) -> impl Iterator<Item = (&'n str, Span)> {
    // A quoted type, or one that was put together, has other places than its text.
    let exact = sources.text(ty.span) == ty.text;
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    ty.text
        .split(move |c| !is_name(c))
        .filter(move |word| exact && !word.is_empty())
        .map(move |word| {
            let at = word.as_ptr().addr() - ty.text.as_ptr().addr();
            let start = ty.span.start + at;
            (word, Span::new(ty.span.file, start, start + word.len()))
        })
}
