//! `has-one` and `has-many`: the other side of a reference.

use crate::diagnostics::{Code, Diagnostic, or_list};
use crate::model::{Index, PartSource, RelationKind};
use crate::syntax::tree::{ModelTree, RelationWord};

use super::super::guesses::{Among, Guess};
use super::back::{has_every_record, leads_back, plain_parts};
use super::{Check, index_line, names};

impl Check<'_, '_, '_> {
    pub(super) fn has_one(&mut self, target: Option<usize>) -> Option<RelationKind> {
        let target = target?;
        let via = self.via(target)?;
        let back = &self.world.model_tree(target).relations[via];
        let by = self.places(target, &back.by)?;
        if back.word == RelationWord::ReferencesMany || self.broken(target, &by) {
            return None;
        }
        let same = |parts: &[usize]| {
            parts.len() == by.len() && by.iter().all(|field| parts.contains(field))
        };
        let keyed = self.world.keys[target].as_deref().is_some_and(same);
        let unique = self.indexes[target].iter().flatten().any(|index| {
            index.unique
                && index.condition.is_none()
                && plain_parts(index).is_some_and(|parts| same(&parts))
        });
        if keyed || unique {
            return Some(RelationKind::HasOne { via });
        }
        let plain = self.indexes[target].iter().flatten().find(|index| {
            index.condition.is_none() && plain_parts(index).is_some_and(|parts| same(&parts))
        });
        let tree = self.world.model_tree(target);
        let target = &tree.name.text;
        let help = if let Some(Index { name, .. }) = plain {
            format!("make `index {name}` of `{target}` a `unique`, or write `has-many`")
        } else {
            let parts = names(tree, &by).join(" ");
            let line = index_line("unique", tree, &back.name.text, &parts);
            format!("add `{line}` to `{target}`, or write `has-many`")
        };
        let message = format!("`has-one {}` may find several `{target}`", self.name());
        self.world.error(Code::R006, self.tree.span, message, help);
        None
    }

    pub(super) fn has_many(&mut self, target: Option<usize>) -> Option<RelationKind> {
        if let Some(join) = &self.tree.through {
            let join = self.model_named(join);
            return self.through(join?, target?);
        }
        if let Some(to) = &self.tree.to {
            self.world.error(
                Code::R006,
                to.span,
                "`to=` without `through=`",
                "write `through=JOIN`, or leave `to=` out",
            );
            return None;
        }
        let target = target?;
        let via = self.via(target)?;
        let back = &self.world.model_tree(target).relations[via];
        let by = self.places(target, &back.by)?;
        if self.broken(target, &by) {
            return None;
        }
        let known = match back.word {
            RelationWord::ReferencesMany => self.indexes[target].iter().any(|index| {
                index.as_ref().is_none_or(|index| {
                    let first = &index.parts[0];
                    index.condition.is_none() && has_every_record(&index.parts[1..]) && first.each && !first.lower && matches!(&first.source, PartSource::Path(path) if path.field == by[0] && path.steps.is_empty())
                })
            }),
            // Anything but `unchecked` has asked for the index itself.
            _ => back.on_delete.as_ref().is_none_or(|action| action.text != "unchecked") || leads_back(self.world, target, &by, self.indexes),
        };
        if !known {
            let each = if back.word == RelationWord::ReferencesMany {
                "(each)"
            } else {
                ""
            };
            let tree = self.world.model_tree(target);
            let parts = format!("{each}{}", names(tree, &by).join(" "));
            let line = index_line("index", tree, &back.name.text, &parts);
            let target = &tree.name.text;
            let help = format!("add `{line}` to `{target}`, without `where`");
            let message = format!(
                "relation `{}` has no index to find the `{target}` records by",
                self.name()
            );
            self.world.error(Code::R004, self.tree.span, message, help);
            return None;
        }
        Some(RelationKind::HasMany { via })
    }

    /// Whether a field of the reference has been reported.
    fn broken(&self, model: usize, by: &[usize]) -> bool {
        by.is_empty()
            || by
                .iter()
                .any(|&field| self.world.model_type(model, field).is_none())
    }

    /// The relation of the target that leads back.
    fn via(&mut self, target: usize) -> Option<usize> {
        let this = self.this().to_owned();
        let tree = self.world.model_tree(target);
        let word = if self.tree.word == RelationWord::HasOne {
            "has-one"
        } else {
            "has-many"
        };
        let Some(via) = &self.tree.via else {
            let back = self.candidates(target, &this);
            let help = match back.as_slice() {
                [] => self.missing_back(tree, "NAME"),
                [only] => format!(
                    "write `{word} {} {} via={only}`",
                    self.name(),
                    tree.name.text
                ),
                several => format!("write `via=`: {}", or_list(several.iter().copied(), 8)),
            };
            let code = if back.is_empty() {
                Code::R003
            } else {
                Code::R006
            };
            if !(back.is_empty() && tree.incomplete) {
                self.world.error(
                    code,
                    self.tree.span,
                    format!("`{word} {}` does not say via which relation", self.name()),
                    help,
                );
            }
            return None;
        };
        let Some(&at) = self.world.relation_names[target].get(via.text.as_str()) else {
            if !tree.incomplete {
                let help = self.missing_back(tree, &via.text);
                let message = format!("`{}` has no relation `{}`", tree.name.text, via.text);
                let back = Among::Back {
                    of: target,
                    to: self.model,
                };
                self.world.push_with(
                    Diagnostic::error(Code::R003, via.span, message).help(help),
                    Guess::name(&via.text, back),
                );
            }
            return None;
        };
        let back = &tree.relations[at];
        if back.target.text != this
            || !matches!(
                back.word,
                RelationWord::BelongsTo | RelationWord::ReferencesMany
            )
        {
            let help = match self.candidates(target, &this).as_slice() {
                [] => self.missing_back(tree, "NAME"),
                several => format!("write `via=`: {}", or_list(several.iter().copied(), 8)),
            };
            let message = format!(
                "relation `{}` of `{}` does not lead to `{this}`",
                via.text, tree.name.text
            );
            self.world.push(
                Diagnostic::error(Code::R003, via.span, message)
                    .and(back.span, "leads elsewhere")
                    .help(help),
            );
            return None;
        }
        Some(at)
    }

    /// Names of the references of a model to another.
    fn candidates(&self, model: usize, to: &str) -> Vec<&str> {
        let references = self.world.references(model, to);
        references.map(|(_, it)| it.name.text.as_str()).collect()
    }

    fn missing_back(&self, target: &ModelTree, name: &str) -> String {
        let this = self.world.model_tree(self.model);
        let by = if name == "NAME" {
            heck::ToSnakeCase::to_snake_case(this.name.text.as_str())
        } else {
            name.to_owned()
        };
        let (this, other) = (&this.name.text, &target.name.text);
        if target.relations.iter().any(|it| it.name.text == by) {
            return format!(
                "let `{by}` lead to `{this}`, or add another `belongs-to NAME {this} by=FIELD on-delete=restrict` to `{other}`"
            );
        }
        let word = if self.tree.word == RelationWord::HasOne {
            "unique"
        } else {
            "index"
        };
        let line = index_line(word, target, &by, &format!("{by}_id"));
        format!(
            "add `belongs-to {by} {this} by={by}_id on-delete=restrict` and `{line}` to `{other}`"
        )
    }
}
