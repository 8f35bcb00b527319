//! Relations: what they lead to, and how they come back.

mod back;
mod belongs;
mod cycles;
mod has;
mod through;

use crate::diagnostics::{Code, Diagnostic};
use crate::model::{Docs, Index, ModelId, Relation, Scalar, TypeKind};
use crate::syntax::plural;
use crate::syntax::tree::{ModelTree, Name, RelationTree, RelationWord};

use super::guesses::{Among, Guess};
use super::world::World;

pub(super) use cycles::required_cycles;

/// The indexes of all models, `None` where one has been reported.
pub(super) type Indexes = [Vec<Option<Index>>];

/// All relations of a model.
pub(super) fn check(
    world: &mut World<'_>,
    model: usize,
    indexes: &Indexes,
) -> Vec<Option<Relation>> {
    let tree = world.model_tree(model);
    tree.relations
        .iter()
        .map(|it| {
            Check {
                world,
                model,
                indexes,
                tree: it,
            }
            .relation()
        })
        .collect()
}

struct Check<'w, 't, 'a> {
    world: &'w mut World<'t>,
    model: usize,
    indexes: &'a Indexes,
    tree: &'a RelationTree,
}

impl Check<'_, '_, '_> {
    fn relation(mut self) -> Option<Relation> {
        let target = self.model_named(&self.tree.target);
        let kind = match self.tree.word {
            RelationWord::BelongsTo => self.belongs_to(target),
            RelationWord::ReferencesMany => self.references_many(target),
            RelationWord::HasOne => self.has_one(target),
            RelationWord::HasMany => self.has_many(target),
        };
        Some(Relation {
            name: self.tree.name.text.clone(),
            docs: Docs(self.tree.docs.clone()),
            target: ModelId(target?),
            kind: kind?,
        })
    }

    fn name(&self) -> &str {
        &self.tree.name.text
    }

    fn this(&self) -> &str {
        &self.world.model_tree(self.model).name.text
    }

    fn model_named(&mut self, name: &Name) -> Option<usize> {
        let found = self.world.models.get(name.text.as_str()).copied();
        if found.is_none() && !self.world.tree.incomplete {
            let help = format!(
                "declare `model {} table={} {{ … }}`",
                name.text,
                plural(&name.text)
            );
            let message = format!(
                "relation `{}` names an unknown model `{}`",
                self.name(),
                name.text
            );
            self.world.push_with(
                Diagnostic::error(Code::R001, name.span, message).help(help),
                Guess::name(&name.text, Among::Models),
            );
        }
        found
    }

    fn field_named(&mut self, name: &Name) -> Option<usize> {
        let set = &self.world.model_fields[self.model];
        let found = set.names.get(name.text.as_str()).copied();
        if found.is_none() && !set.incomplete {
            let ty = match self.tree.word {
                RelationWord::ReferencesMany => format!("list<id<{}>>", self.tree.target.text),
                _ => format!("id<{}>", self.tree.target.text),
            };
            // `user_id` for `author_id`: the only reference to the target that is in no other relation is probably meant.
            let help = match self.only_reference() {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => format!("add it: `fields {{ {} {ty} }}`", name.text),
            };
            let message = format!(
                "relation `{}` names an unknown field `{}`",
                self.name(),
                name.text
            );
            self.world.push_with(
                Diagnostic::error(Code::R001, name.span, message).help(help),
                Guess::name(&name.text, Among::Fields(self.model)),
            );
        }
        found
    }

    /// The field that refers to the target, if there is one only and no relation is by it.
    fn only_reference(&self) -> Option<&str> {
        let target = self.world.models.get(self.tree.target.text.as_str())?;
        let fields = &self.world.model_tree(self.model).fields.list;
        let relations = &self.world.model_tree(self.model).relations;
        let used = |name: &str| {
            relations
                .iter()
                .flat_map(|it| &it.by)
                .any(|by| by.text == name)
        };
        let mut to_target = (0..fields.len()).filter(|&at| {
            !used(&fields[at].name.text)
                && self
                    .world
                    .model_type(self.model, at)
                    .is_some_and(|ty| ty.kind == TypeKind::Scalar(Scalar::Id(ModelId(*target))))
        });
        let only = to_target.next()?;
        to_target
            .next()
            .is_none()
            .then(|| fields[only].name.text.as_str())
    }

    fn places(&self, model: usize, names: &[Name]) -> Option<Vec<usize>> {
        names
            .iter()
            .map(|name| {
                self.world.model_fields[model]
                    .names
                    .get(name.text.as_str())
                    .copied()
            })
            .collect()
    }
}

/// The line of an index by which the records of a relation are found, under a name that no other index or count has.
fn index_line(word: &str, tree: &ModelTree, relation: &str, parts: &str) -> String {
    let taken = |name: &str| {
        let indexes = tree.indexes.iter().map(|it| &it.name);
        let mut names = indexes.chain(tree.counts.iter().map(|it| &it.name));
        names.any(|it| it.text == name)
    };
    let fields = parts.trim_start_matches("(each)").replace(' ', "_");
    let names = [format!("by_{relation}"), format!("by_{fields}")];
    let numbered = (2..).map(|number| format!("by_{relation}_{number}"));
    let free = names.into_iter().chain(numbered).find(|it| !taken(it));
    format!("{word} {} {parts}", free.unwrap_or_default())
}

fn names<'t>(tree: &'t ModelTree, fields: &[usize]) -> Vec<&'t str> {
    fields
        .iter()
        .map(|&at| tree.fields.list[at].name.text.as_str())
        .collect()
}
