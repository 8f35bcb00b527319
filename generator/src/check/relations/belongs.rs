//! `belongs-to` and `references-many`: fields that hold the key of another record.

use crate::diagnostics::{Code, Diagnostic};
use crate::model::{Item, ModelId, OnDelete, RelationKind, Scalar, TypeKind};

use super::back::leads_back;
use super::{Check, index_line, names};

impl Check<'_, '_, '_> {
    pub(super) fn belongs_to(&mut self, target: Option<usize>) -> Option<RelationKind> {
        let action = self.on_delete();
        let by: Vec<Option<usize>> = self
            .tree
            .by
            .iter()
            .map(|name| self.field_named(name))
            .collect();
        let by: Vec<usize> = by.into_iter().collect::<Option<_>>()?;
        let target = target?;
        self.types_fit(&by, target)?;
        let action = action?;
        let clears = action != OnDelete::Clear || self.can_clear(&by);
        if clears && action != OnDelete::Unchecked {
            self.way_back(&by, action);
        }
        clears.then_some(RelationKind::BelongsTo {
            by,
            on_delete: action,
        })
    }

    fn on_delete(&mut self) -> Option<OnDelete> {
        match self.tree.on_delete.as_ref().map(|name| name.text.as_str()) {
            Some("restrict") => Some(OnDelete::Restrict),
            Some("cascade") => Some(OnDelete::Cascade),
            Some("clear") => Some(OnDelete::Clear),
            Some(_) => Some(OnDelete::Unchecked),
            None => {
                let message = format!("relation `{}` does not say what a delete does", self.name());
                let help = format!(
                    "write `on-delete=restrict` (refuse), `cascade` (delete this too), `clear` (empty `{}`) or `unchecked`",
                    self.tree.by[0].text
                );
                self.world.error(Code::R008, self.tree.span, message, help);
                None
            }
        }
    }

    /// Whether the fields have the types of the target's key.
    fn types_fit(&mut self, by: &[usize], target: usize) -> Option<()> {
        let key = self.world.keys[target].clone()?;
        let target_name = self.world.model_tree(target).name.text.clone();
        let key_span = self
            .world
            .model_tree(target)
            .key
            .as_ref()
            .map(|key| key.span)?;
        if key.len() != by.len() {
            let names: Vec<&str> = key
                .iter()
                .map(|&at| self.world.model_field(target, at).name.text.as_str())
                .collect();
            let help = match names.as_slice() {
                [_] => format!("write `by=FIELD` of type `id<{target_name}>`"),
                _ => format!(
                    "write a field for each, in the key's order: `{{ by {} }}`",
                    names.join(" ")
                ),
            };
            let message = format!(
                "the key of `{target_name}` has {}, `{}` gives {}",
                if key.len() == 1 {
                    "one field".to_owned()
                } else {
                    format!("{} fields", key.len())
                },
                self.name(),
                by.len()
            );
            self.world.push(
                Diagnostic::error(Code::R002, self.tree.span, message)
                    .and(key_span, "its key")
                    .help(help),
            );
            return None;
        }
        let mut fine = true;
        for (&field, &part) in by.iter().zip(&key) {
            let (ty, wanted) = (
                self.world.model_type(self.model, field)?,
                self.world.model_type(target, part)?,
            );
            let TypeKind::Scalar(wanted) = wanted.kind else {
                return None;
            };
            let single = key.len() == 1;
            let own = Scalar::Id(ModelId(target));
            let fits = match ty.kind {
                TypeKind::Scalar(scalar) if single => {
                    scalar == own || (scalar == wanted && matches!(wanted, Scalar::Id(_)))
                }
                TypeKind::Scalar(scalar) => {
                    self.world.underlying(scalar)? == self.world.underlying(wanted)?
                }
                _ => false,
            };
            if !fits {
                fine = false;
                let name = &self.world.model_field(self.model, field).name.text;
                let optional = if ty.optional { "?" } else { "" };
                let right = if single {
                    format!("id<{target_name}>")
                } else {
                    self.world.scalar_name(wanted)
                };
                let found = self.world.kind_name(ty.kind);
                let fault = Diagnostic::error(
                    Code::R002,
                    self.world.type_span(self.model, field),
                    format!("`{name}` is `{found}`, the key of `{target_name}` is `{right}`"),
                );
                let help = format!("write `{name} {right}{optional}`");
                self.world
                    .push(fault.and(self.tree.span, "refers by it").help(help));
            }
        }
        fine.then_some(())
    }

    fn can_clear(&mut self, by: &[usize]) -> bool {
        let optional = |check: &Self, at: usize| {
            check
                .world
                .model_type(check.model, at)
                .is_some_and(|ty| ty.optional)
        };
        let key = self.world.keys[self.model].clone().unwrap_or_default();
        if let Some(&field) = by.iter().find(|&&field| key.contains(&field)) {
            let name = &self.world.model_field(self.model, field).name.text;
            let message = format!("`on-delete=clear` on `{name}`, which is in the key");
            self.world.error(
                Code::R007,
                self.tree.span,
                message,
                "write `on-delete=cascade` or `restrict`: a key does not change",
            );
            return false;
        }
        if by.iter().any(|&field| optional(self, field)) {
            return true;
        }
        let field = self.world.model_field(self.model, by[0]);
        let ty = self
            .world
            .model_type(self.model, by[0])
            .map(|ty| self.world.kind_name(ty.kind))
            .unwrap_or_default();
        let fault = Diagnostic::error(
            Code::R007,
            self.tree.span,
            format!(
                "`on-delete=clear` on a required field `{}`",
                field.name.text
            ),
        );
        let fault = fault.and(self.world.type_span(self.model, by[0]), "always there");
        self.world.push(fault.help(format!(
            "write `{} {ty}?`, or `on-delete=cascade`",
            field.name.text
        )));
        false
    }

    /// Whether the children of a parent can be found: by the key, or by an index without `where`.
    fn way_back(&mut self, by: &[usize], action: OnDelete) {
        if leads_back(self.world, self.model, by, self.indexes) {
            return;
        }
        let tree = self.world.model_tree(self.model);
        let line = index_line("index", tree, self.name(), &names(tree, by).join(" "));
        let help = format!("add `{line}` to `{}`, without `where`", self.this());
        let message = format!(
            "`on-delete={}` of `{}` has no index to find the records by",
            action.word(),
            self.name()
        );
        self.world.error(Code::R004, self.tree.span, message, help);
    }

    pub(super) fn references_many(&mut self, target: Option<usize>) -> Option<RelationKind> {
        if let [_, second, ..] = self.tree.by.as_slice() {
            self.world.error(
                Code::R002,
                second.span,
                "`references-many` is by one list field",
                "keep one of them",
            );
            return None;
        }
        let field = self.field_named(&self.tree.by[0])?;
        let target = target?;
        let ty = self.world.model_type(self.model, field)?;
        if ty.kind == TypeKind::List(Item::Scalar(Scalar::Id(ModelId(target)))) {
            return Some(RelationKind::ReferencesMany { by: field });
        }
        let name = &self.world.model_field(self.model, field).name.text;
        let target = &self.world.model_tree(target).name.text;
        let message = format!(
            "`{name}` is `{}`, not a list of references to `{target}`",
            self.world.kind_name(ty.kind)
        );
        let fault = Diagnostic::error(Code::R002, self.world.type_span(self.model, field), message);
        let help = format!("write `{name} list<id<{target}>>`");
        self.world
            .push(fault.and(self.tree.span, "refers by it").help(help));
        None
    }
}
