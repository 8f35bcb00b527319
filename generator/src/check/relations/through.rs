//! `has-many … through=`: two references of a join.

use crate::diagnostics::{Code, Diagnostic, or_list};
use crate::model::{ModelId, RelationKind};
use crate::syntax::tree::{ModelTree, Name, RelationWord};

use super::super::guesses::{Among, Guess};
use super::back::leads_back;
use super::{Check, index_line, names};

impl Check<'_, '_, '_> {
    pub(super) fn through(&mut self, join: usize, target: usize) -> Option<RelationKind> {
        let this = self.this().to_owned();
        let target_name = self.world.model_tree(target).name.text.clone();
        let via = self.side(join, self.tree.via.as_ref(), "via", &this, None)?;
        let to = self.side(join, self.tree.to.as_ref(), "to", &target_name, Some(via))?;
        let back = &self.world.model_tree(join).relations[via];
        let by = self.places(join, &back.by)?;
        if back
            .on_delete
            .as_ref()
            .is_some_and(|action| action.text == "unchecked")
            && !leads_back(self.world, join, &by, self.indexes)
        {
            let tree = self.world.model_tree(join);
            let parts = names(tree, &by).join(" ");
            let line = index_line("index", tree, &back.name.text, &parts);
            let join = &tree.name.text;
            let help = format!("add `{line}` to `{join}`, without `where`");
            let message = format!(
                "relation `{}` has no index to find the `{join}` records by",
                self.name()
            );
            self.world.error(Code::R004, self.tree.span, message, help);
            return None;
        }
        Some(RelationKind::HasManyThrough {
            join: ModelId(join),
            via,
            to,
        })
    }

    /// One side of a join: the `belongs-to` that is named, or the only one there is.
    fn side(
        &mut self,
        join: usize,
        named: Option<&Name>,
        property: &str,
        model: &str,
        other: Option<usize>,
    ) -> Option<usize> {
        let tree = self.world.model_tree(join);
        let fits = |at: usize| {
            tree.relations[at].word == RelationWord::BelongsTo
                && tree.relations[at].target.text == model
        };
        let found: Vec<usize> = self
            .world
            .references(join, model)
            .map(|(at, _)| at)
            .filter(|&at| fits(at))
            .collect();
        let offered: Vec<&str> = found
            .iter()
            .map(|&at| tree.relations[at].name.text.as_str())
            .collect();
        if let Some(name) = named {
            if let Some(&at) = self.world.relation_names[join]
                .get(name.text.as_str())
                .filter(|&&at| fits(at))
            {
                return Some(at);
            }
            if !tree.incomplete {
                let help = if offered.is_empty() {
                    join_line(tree, model)
                } else {
                    format!(
                        "write `{property}=`: {}",
                        or_list(offered.iter().copied(), 8)
                    )
                };
                let message = format!(
                    "`{}` has no `belongs-to {} {model}`",
                    tree.name.text, name.text
                );
                let to = self.world.models[model];
                self.world.push_with(
                    Diagnostic::error(Code::R006, name.span, message).help(help),
                    Guess::name(&name.text, Among::Side { of: join, to }),
                );
            }
            return None;
        }
        let left: Vec<usize> = found
            .iter()
            .copied()
            .filter(|at| Some(*at) != other)
            .collect();
        let one_of = if other.is_some() && found.len() == 2 && left.len() == 1 {
            &left
        } else {
            &found
        };
        match one_of.as_slice() {
            [only] => Some(*only),
            [] => {
                if !tree.incomplete {
                    let message = format!("`{}` does not belong to `{model}`", tree.name.text);
                    let help = join_line(tree, model);
                    self.world.error(Code::R006, self.tree.span, message, help);
                }
                None
            }
            _ => {
                let message = format!("`{}` belongs to `{model}` in several ways", tree.name.text);
                let help = format!(
                    "write `{property}=`: {}",
                    or_list(offered.iter().copied(), 8)
                );
                self.world.error(Code::R006, self.tree.span, message, help);
                None
            }
        }
    }
}

/// The line that a join needs.
fn join_line(join: &ModelTree, model: &str) -> String {
    let name = heck::ToSnakeCase::to_snake_case(model);
    let line = index_line("index", join, &name, &format!("{name}_id"));
    format!(
        "add `belongs-to {name} {model} by={name}_id on-delete=cascade` and `{line}` to `{}`",
        join.name.text
    )
}
