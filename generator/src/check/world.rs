//! What the whole schema declares, and the faults found so far.

use std::collections::HashMap;

use crate::diagnostics::{Code, Diagnostic};
use crate::language;
use crate::model::{FieldType, Scalar, TypeKind};
use crate::source::Span;
use crate::syntax::tree::{
    EnumTree, FieldTree, ModelTree, Name, RelationTree, RelationWord, StructTree, Tree,
};

use super::guesses::{Guess, Search};
use super::layouts::Layout;
use super::types;

/// Declarations by name, and types of fields once they are resolved.
pub(super) struct World<'t> {
    pub(super) tree: &'t Tree,
    pub(super) enums: HashMap<&'t str, usize>,
    pub(super) structs: HashMap<&'t str, usize>,
    pub(super) models: HashMap<&'t str, usize>,
    /// For each struct: its fields.
    pub(super) struct_fields: Vec<FieldSet<'t>>,
    /// For each struct: its layout; `None` if that is too large, which has been reported.
    pub(super) layouts: Vec<Option<Layout>>,
    /// For each model: its fields.
    pub(super) model_fields: Vec<FieldSet<'t>>,
    /// For each enum: places of its variants by name.
    pub(super) variant_names: Vec<HashMap<&'t str, usize>>,
    /// For each model: places of its relations by name.
    pub(super) relation_names: Vec<HashMap<&'t str, usize>>,
    /// For each model: places of its relations by the name of the model that they lead to.
    relations_to: Vec<HashMap<&'t str, Vec<usize>>>,
    /// For each model: places of the key's fields; `None` if they have been reported.
    pub(super) keys: Vec<Option<Vec<usize>>>,
    /// For each model whose key is one field: what that is in the end, through ids of ids.
    pub(super) key_ends: Vec<Option<KeyEnd>>,
    faults: Vec<Diagnostic>,
    /// Names that are to be looked for, and the place of their fault in `faults`.
    guesses: Vec<(usize, Guess)>,
}

/// Fields by name, and the type of each: `None` if it has been reported.
#[derive(Default)]
pub(super) struct FieldSet<'t> {
    pub(super) names: HashMap<&'t str, usize>,
    pub(super) types: Vec<Option<FieldType>>,
    pub(super) incomplete: bool,
}

/// A key field that is no id, and whose model it is of.
#[derive(Clone, Copy)]
pub(super) struct KeyEnd {
    pub(super) model: usize,
    pub(super) field: usize,
    pub(super) scalar: Scalar,
}

fn places<'t>(names: impl Iterator<Item = &'t Name>) -> HashMap<&'t str, usize> {
    let mut places = HashMap::new();
    for (at, name) in names.enumerate() {
        places.entry(name.text.as_str()).or_insert(at);
    }
    places
}

fn by_target(model: &ModelTree) -> HashMap<&str, Vec<usize>> {
    let mut places: HashMap<&str, Vec<usize>> = HashMap::new();
    for (at, relation) in model.relations.iter().enumerate() {
        places.entry(&relation.target.text).or_default().push(at);
    }
    places
}

impl<'t> World<'t> {
    pub(super) fn new(tree: &'t Tree, faults: Vec<Diagnostic>) -> Self {
        Self {
            tree,
            enums: places(tree.enums.iter().map(|it| &it.name)),
            structs: places(tree.structs.iter().map(|it| &it.name)),
            models: places(tree.models.iter().map(|it| &it.name)),
            struct_fields: Vec::new(),
            layouts: Vec::new(),
            model_fields: Vec::new(),
            variant_names: tree
                .enums
                .iter()
                .map(|it| places(it.variants.iter().map(|variant| &variant.name)))
                .collect(),
            relation_names: tree
                .models
                .iter()
                .map(|model| places(model.relations.iter().map(|relation| &relation.name)))
                .collect(),
            relations_to: tree.models.iter().map(by_target).collect(),
            keys: Vec::new(),
            key_ends: Vec::new(),
            faults,
            guesses: Vec::new(),
        }
    }

    /// All faults in the order of the files, each with the name that was probably meant.
    pub(super) fn into_faults(mut self, search: &mut Search) -> Vec<Diagnostic> {
        let place = |fault: &Diagnostic| (fault.span().file, fault.span().start);
        let mut guesses = std::mem::take(&mut self.guesses);
        guesses.sort_by_key(|(at, _)| place(&self.faults[*at]));
        for (at, guess) in guesses {
            if let Some(help) = search.help(&self, &guess) {
                self.faults[at].help = help;
            }
        }
        self.faults.sort_by_key(place);
        self.faults
    }

    pub(super) fn push(&mut self, fault: Diagnostic) {
        self.faults.push(fault);
    }

    /// A fault whose help says the name that was probably meant, if there is one; else the help that the fault has.
    pub(super) fn push_with(&mut self, fault: Diagnostic, guess: Guess) {
        self.guesses.push((self.faults.len(), guess));
        self.faults.push(fault);
    }

    pub(super) fn error(
        &mut self,
        code: Code,
        span: Span,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.push(Diagnostic::error(code, span, message).help(help));
    }

    pub(super) fn warning(
        &mut self,
        code: Code,
        span: Span,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.push(Diagnostic::warning(code, span, message).help(help));
    }

    pub(super) fn model_tree(&self, model: usize) -> &'t ModelTree {
        &self.tree.models[model]
    }

    /// The relations of a model that are references to another, in their order, with their places.
    pub(super) fn references(
        &self,
        model: usize,
        target: &str,
    ) -> impl Iterator<Item = (usize, &'t RelationTree)> {
        let places = self.relations_to[model].get(target);
        let relations = &self.tree.models[model].relations;
        let all = places.into_iter().flatten();
        let all = all.map(|&at| (at, &relations[at]));
        all.filter(|(_, it)| {
            matches!(
                it.word,
                RelationWord::BelongsTo | RelationWord::ReferencesMany
            )
        })
    }

    pub(super) fn struct_tree(&self, id: usize) -> &'t StructTree {
        &self.tree.structs[id]
    }

    pub(super) fn enum_tree(&self, id: usize) -> &'t EnumTree {
        &self.tree.enums[id]
    }

    pub(super) fn model_field(&self, model: usize, field: usize) -> &'t FieldTree {
        &self.tree.models[model].fields.list[field]
    }

    /// The type of a model's field.
    pub(super) fn model_type(&self, model: usize, field: usize) -> Option<FieldType> {
        self.model_fields[model].types.get(field).copied().flatten()
    }

    /// The key field of a model whose key is one field, and its type.
    pub(super) fn single_key(&self, model: usize) -> Option<(usize, Scalar)> {
        let key = self.tree.models[model].key.as_ref()?;
        let [only] = key.fields.as_slice() else {
            return None;
        };
        let field = *self
            .model_fields
            .get(model)?
            .names
            .get(only.text.as_str())?;
        match self.model_type(model, field)?.kind {
            TypeKind::Scalar(scalar) => Some((field, scalar)),
            _ => None,
        }
    }

    /// What the key of a model is in the end.
    pub(super) fn key_end(&self, model: usize) -> Option<KeyEnd> {
        self.key_ends.get(model).copied().flatten()
    }

    /// The type that an `id<…>` holds in the end; other types are themselves.
    pub(super) fn underlying(&self, scalar: Scalar) -> Option<Scalar> {
        match scalar {
            Scalar::Id(model) => Some(self.key_end(model.0)?.scalar),
            other => Some(other),
        }
    }

    /// A type as the schema writes it.
    pub(super) fn scalar_name(&self, scalar: Scalar) -> String {
        match scalar {
            Scalar::Enum(id) => self.enum_tree(id.0).name.text.clone(),
            Scalar::Id(id) => format!("id<{}>", self.model_tree(id.0).name.text),
            other => language::name(TypeKind::Scalar(other)).to_owned(),
        }
    }

    /// Where the type of a model's field stands.
    pub(super) fn type_span(&self, model: usize, field: usize) -> Span {
        types::span_of(self.model_field(model, field))
    }

    /// A type as the schema writes it, without the question mark.
    pub(super) fn kind_name(&self, kind: TypeKind) -> String {
        use crate::model::Item;
        let item = |item: Item| match item {
            Item::Scalar(scalar) => self.scalar_name(scalar),
            Item::Struct(id) => self.struct_tree(id.0).name.text.clone(),
        };
        match kind {
            TypeKind::Scalar(scalar) => self.scalar_name(scalar),
            TypeKind::Struct(id) => self.struct_tree(id.0).name.text.clone(),
            TypeKind::Json | TypeKind::Version => language::name(kind).to_owned(),
            TypeKind::List(of) => format!("list<{}>", item(of)),
            TypeKind::Map(of) => format!("map<string,{}>", item(of)),
        }
    }
}
