//! What may be written at a place.

use crate::language::{
    self, ANNOTATIONS, COMBINATIONS, CONTAINERS, Kind as Said, Place, Property, Statement, TESTS,
    TYPES, Word,
};
use crate::source::{FileId, Span};
use crate::syntax::shape;

use super::Analysis;
use super::context::{Context, context};
use super::resolve::{fields_of, type_at};
use super::symbols::{Id, Kind, Symbol};

/// Something that may be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    /// What it is called, and what is written unless `insert` says otherwise.
    pub label: String,
    /// What is written.
    pub insert: String,
    /// What it is.
    pub kind: CompletionKind,
    /// In a few words, on one line.
    pub detail: String,
    /// Markdown.
    pub docs: String,
    /// What it replaces.
    pub span: Span,
}

/// What a completion is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum CompletionKind {
    /// A statement.
    Statement,
    /// `name=`
    Property,
    /// A word with a meaning.
    Word,
    /// A type of the language.
    Type,
    /// A model.
    Model,
    /// An enum.
    Enum,
    /// A struct.
    Struct,
    /// A variant of an enum.
    Variant,
    /// A field or a computed part.
    Field,
    /// A relation.
    Relation,
}

impl Analysis {
    /// What may be written at a place, in the order in which it is most likely meant.
    #[must_use]
    pub fn completions(&self, file: FileId, offset: usize) -> Vec<Completion> {
        let offset = self.place(file, offset);
        let context = context(self.text(file), offset);
        let Some(place) = context.place().filter(|_| !context.in_comment) else {
            return Vec::new();
        };
        let mut list = List {
            analysis: self,
            span: Span::new(file, context.start, context.end),
            items: Vec::new(),
        };
        list.fill(&context, place, offset);
        list.items
    }
}

struct List<'a> {
    analysis: &'a Analysis,
    span: Span,
    items: Vec<Completion>,
}

impl List<'_> {
    fn fill(&mut self, context: &Context<'_>, place: Place, offset: usize) {
        let owner = self.owner(context);
        if context.is_annotation {
            // From the parenthesis or the comma before the place.
            let typed = &context.word[..offset - context.start];
            let start = typed.rfind(['(', ',']).map_or(0, |at| at + 1);
            self.span.start = context.start + start;
            self.span.end = offset;
            self.words(ANNOTATIONS);
            return;
        }
        let statement = context.statement();
        if let (Some(key), Some(statement)) = (context.property, statement) {
            self.value(context, statement, key, owner);
            return;
        }
        match context.before.as_slice() {
            [] => self.start(place, owner, context),
            [_, rest @ ..] => {
                if let Some(statement) = statement {
                    self.argument(context, statement, rest.len(), owner, offset);
                }
            }
        }
    }

    /// The model, struct or event whose fields are meant here.
    fn owner(&self, context: &Context<'_>) -> Option<Id> {
        let symbols = &self.analysis.symbols;
        let of = |word, kind| {
            context
                .name_of(word)
                .and_then(|name| symbols.top(name, &[kind]))
        };
        of("model", Kind::Model).or_else(|| of("struct", Kind::Struct))
    }

    /// The first word of a statement.
    fn start(&mut self, place: Place, owner: Option<Id>, context: &Context<'_>) {
        for statement in place.statements() {
            let docs = format!("```kdl\n{}\n```\n\n{}", statement.form, statement.docs);
            self.push(
                statement.name,
                CompletionKind::Statement,
                statement.form,
                docs,
            );
        }
        if place == Place::Where {
            self.path(owner, context);
            self.words(COMBINATIONS);
        }
    }

    /// A word after the first; `count` are between them.
    fn argument(
        &mut self,
        context: &Context<'_>,
        statement: &'static Statement,
        count: usize,
        owner: Option<Id>,
        offset: usize,
    ) {
        // Properties do not count.
        let plain = context
            .before
            .iter()
            .filter(|word| word.key.is_none())
            .count()
            - 1;
        match (statement.kind, plain) {
            (Said::Field, 0) => return self.types(context, offset, true),
            (Said::Computed, 1) => return self.types(context, offset, false),
            (Said::Key | Said::Include | Said::PartitionBy | Said::Updated | Said::By, _) => {
                return self.fields(owner);
            }
            (Said::Unique | Said::Index | Said::Count, 1..) => {
                self.path(owner, context);
                self.members(owner, &[Kind::Computed]);
            }
            (Said::BelongsTo | Said::HasOne | Said::HasMany | Said::ReferencesMany, 1) => {
                return self.tops(Kind::Model);
            }
            (Said::Where, 0) => return self.path(owner, context),
            (Said::Where, 1) | (Said::Condition, 0) => {
                self.words(TESTS);
                self.properties(language::CONDITIONS, context);
                return;
            }
            (Said::Where, 2..) | (Said::Condition, 1..) => {
                let path = &context.before[usize::from(statement.kind == Said::Where)];
                return self.variants_at(owner, path.text);
            }
            _ => {}
        }
        let named = count > 0 || matches!(statement.kind, Said::Events | Said::Variant);
        if named || matches!(statement.kind, Said::Model | Said::Enum) && plain > 0 {
            self.words(statement.flags);
            self.properties(statement.properties, context);
        }
    }

    /// What stands after `name=`.
    fn value(
        &mut self,
        context: &Context<'_>,
        statement: &'static Statement,
        key: &str,
        owner: Option<Id>,
    ) {
        let word = |at: usize| {
            let plain = context.before.iter().filter(|word| word.key.is_none());
            plain.map(|word| word.text).nth(at).unwrap_or("")
        };
        let of = |key: &str| {
            let found = context.before.iter().find(|word| word.key == Some(key));
            found.map(|word| word.text)
        };
        match (statement.kind, key) {
            (Said::Field, "default") => {
                self.variants(word(1));
                self.booleans(word(1));
            }
            (Said::BelongsTo | Said::ReferencesMany, "by") => return self.fields(owner),
            (_, "through") => return self.tops(Kind::Model),
            (Said::HasOne | Said::HasMany, "via" | "to") => {
                let between = of("through").unwrap_or(word(2));
                let target = self.analysis.symbols.top(between, &[Kind::Model]);
                return self.members(target, &[Kind::Relation]);
            }
            (Said::Condition, _) => return self.variants_at(owner, word(0)),
            (Said::Where, _) => return self.variants_at(owner, word(1)),
            _ => {}
        }
        let property = statement.property(key);
        self.words(property.map_or(&[], |property| property.words));
        if property.is_some_and(|property| property.value == "#true") {
            self.booleans("bool");
        }
    }

    fn push(
        &mut self,
        label: &str,
        kind: CompletionKind,
        detail: impl Into<String>,
        docs: impl Into<String>,
    ) {
        self.items.push(Completion {
            label: label.to_owned(),
            insert: label.to_owned(),
            kind,
            detail: detail.into(),
            docs: docs.into(),
            span: self.span,
        });
    }

    fn words(&mut self, words: &'static [Word]) {
        for word in words {
            self.push(word.name, CompletionKind::Word, "", word.docs);
        }
    }

    /// The properties that are not there yet.
    fn properties(&mut self, properties: &'static [Property], context: &Context<'_>) {
        let is_there = |name: &str| context.before.iter().any(|it| it.key == Some(name));
        for property in properties {
            if is_there(property.name) {
                continue;
            }
            let label = format!("{}=", property.name);
            self.push(
                &label,
                CompletionKind::Property,
                property.value,
                property.docs,
            );
            if context.is_key
                && let Some(item) = self.items.last_mut()
            {
                property.name.clone_into(&mut item.insert);
            }
        }
    }

    fn symbol(&mut self, symbol: &Symbol) {
        let kind = match symbol.kind {
            Kind::Enum => CompletionKind::Enum,
            Kind::Variant => CompletionKind::Variant,
            Kind::Struct => CompletionKind::Struct,
            Kind::Model => CompletionKind::Model,
            Kind::Relation => CompletionKind::Relation,
            _ => CompletionKind::Field,
        };
        let docs = self.analysis.symbol(symbol);
        self.push(&symbol.name, kind, symbol.line.clone(), docs);
    }

    fn tops(&mut self, kind: Kind) {
        let analysis = self.analysis;
        for symbol in analysis.symbols.tops(kind) {
            self.symbol(symbol);
        }
    }

    fn members(&mut self, owner: Option<Id>, kinds: &[Kind]) {
        let analysis = self.analysis;
        for symbol in owner
            .into_iter()
            .flat_map(|owner| analysis.symbols.members(owner))
        {
            if kinds.contains(&symbol.kind) {
                self.symbol(symbol);
            }
        }
    }

    fn fields(&mut self, owner: Option<Id>) {
        self.members(owner, &[Kind::Field]);
    }

    /// A field, or after `address.` a field of the struct.
    fn path(&mut self, owner: Option<Id>, context: &Context<'_>) {
        let typed = context.word;
        let before = typed.rfind('.').map_or("", |at| &typed[..at]);
        self.span.start = context.start + before.len() + usize::from(typed.contains('.'));
        let owner = owner.and_then(|owner| fields_of(&self.analysis.symbols, owner, before));
        self.fields(owner);
        self.span.start = context.start;
    }

    fn types(&mut self, context: &Context<'_>, offset: usize, containers: bool) {
        // Within `list<id<…`: from the last bracket or comma.
        let typed = &context.word[..offset - context.start];
        let start = typed.rfind(['<', ',']).map_or(0, |at| at + 1);
        self.span = Span::new(self.span.file, context.start + start, offset);
        let within = typed[..start].trim_end_matches(['<', ',']);
        if within == "id" || within.ends_with("<id") || within.ends_with(",id") {
            return self.tops(Kind::Model);
        }
        for ty in TYPES {
            self.push(ty.name, CompletionKind::Type, ty.rust, ty.docs);
        }
        for kind in [Kind::Enum, Kind::Struct] {
            self.tops(kind);
        }
        for container in CONTAINERS {
            let nests = container.name == "id" || (start == 0 && containers);
            if nests {
                let open = match container.name {
                    "map" => "map<string,",
                    "list" => "list<",
                    _ => "id<",
                };
                self.push(
                    container.form,
                    CompletionKind::Type,
                    container.rust,
                    container.docs,
                );
                if let Some(item) = self.items.last_mut() {
                    open.clone_into(&mut item.insert);
                }
            }
        }
        let analysis = self.analysis;
        for model in analysis.symbols.tops(Kind::Model) {
            let label = format!("id<{}>", model.name);
            let docs = analysis.symbol(model);
            self.push(&label, CompletionKind::Model, model.line.clone(), docs);
        }
    }

    /// The variants of a type that is an enum.
    fn variants(&mut self, ty: &str) {
        let head = shape(ty).map(|shape| shape.head);
        let symbols = &self.analysis.symbols;
        let owner = head.and_then(|head| symbols.top(&head, &[Kind::Enum]));
        self.members(owner, &[Kind::Variant]);
    }

    fn booleans(&mut self, ty: &str) {
        if ty.trim_end_matches('?') == "bool" {
            self.push("#true", CompletionKind::Word, "", "");
            self.push("#false", CompletionKind::Word, "", "");
        }
    }

    fn variants_at(&mut self, owner: Option<Id>, path: &str) {
        let ty = owner.and_then(|owner| type_at(&self.analysis.symbols, owner, path));
        if let Some(ty) = ty {
            self.variants(&ty);
            self.booleans(&ty);
        }
    }
}
