//! Parts of an index or count.

use std::collections::HashMap;

use crate::diagnostics::{Code, Diagnostic};
use crate::language;
use crate::model::{Computed, Item, Part, PartSource, Scalar, TypeKind};
use crate::source::Span;
use crate::syntax::tree::PartTree;

use super::super::paths;
use super::super::world::World;

pub(super) struct Parts<'w, 't, 'a> {
    pub(super) world: &'w mut World<'t>,
    pub(super) model: usize,
    pub(super) computed: &'a [Option<Computed>],
    /// "index `by_title`"
    pub(super) of: &'a str,
    pub(super) unique: bool,
}

impl Parts<'_, '_, '_> {
    pub(super) fn check(mut self, trees: &[PartTree]) -> Option<Vec<Part>> {
        let mut parts = Vec::with_capacity(trees.len());
        let mut seen: HashMap<&str, Span> = HashMap::new();
        let mut plural: Option<Span> = None;
        let mut fine = true;
        for tree in trees {
            if let Some(first) = seen.get(tree.path.text.as_str()) {
                let fault = Diagnostic::error(
                    Code::I002,
                    tree.span,
                    format!("{} repeats `{}`", self.of, tree.path.text),
                );
                self.world
                    .push(fault.and(*first, "first").help("keep one of them"));
                fine = false;
                continue;
            }
            seen.insert(&tree.path.text, tree.span);
            let Some(part) = self.part(tree) else {
                fine = false;
                continue;
            };
            if part.each || matches!(part.source, PartSource::Computed(_)) {
                if let Some(first) = plural {
                    let fault = Diagnostic::error(
                        Code::I003,
                        tree.span,
                        format!("{} has two parts with several values", self.of),
                    );
                    self.world.push(fault.and(first, "the first one").help(
                        "every pair of them would be an entry: make two indexes, or a computed part that returns the pairs you need",
                    ));
                    fine = false;
                }
                plural = Some(tree.span);
            }
            parts.push(part);
        }
        fine.then_some(parts)
    }

    fn part(&mut self, tree: &PartTree) -> Option<Part> {
        let has = |word: &str| tree.annotations.iter().any(|it| it.text == word);
        let (each, lower, desc) = (has("each"), has("lower"), has("desc"));
        let model_tree = self.world.model_tree(self.model);
        let (source, ty, optional) = if let Some(at) = model_tree
            .computed
            .iter()
            .position(|it| it.name.text == tree.path.text)
        {
            if each {
                let help = "a computed part has an entry for each value anyway: leave `each` out";
                self.world.error(
                    Code::S004,
                    tree.span,
                    "`(each)` does not apply to a computed part",
                    help,
                );
                return None;
            }
            (
                PartSource::Computed(at),
                self.computed.get(at)?.as_ref()?.ty,
                false,
            )
        } else {
            let found = paths::find(self.world, self.model, &tree.path, self.of)?;
            let ty = self.value(tree, found.kind, each)?;
            (PartSource::Path(found.path), ty, found.optional)
        };
        if lower && ty != Scalar::String {
            let name = self.world.scalar_name(ty);
            self.world.error(
                Code::S004,
                tree.span,
                format!("`(lower)` does not apply to `{name}`"),
                "it folds the case of `string`: leave it out",
            );
            return None;
        }
        if self.unique && language::of(TypeKind::Scalar(ty)).is_some_and(|word| !word.unique) {
            self.world.error(
                Code::S004,
                tree.span,
                "`f64` cannot be in a unique index",
                "floats are rarely equal: write `decimal`, or `index`",
            );
            return None;
        }
        Some(Part {
            source,
            each,
            lower,
            desc,
            ty,
            optional,
        })
    }

    /// The type of the values of a part, or a fault.
    fn value(&mut self, tree: &PartTree, kind: TypeKind, each: bool) -> Option<Scalar> {
        let name = self.world.kind_name(kind);
        let path = &tree.path.text;
        let help = match (kind, each) {
            (TypeKind::Scalar(scalar), false) | (TypeKind::List(Item::Scalar(scalar)), true) => {
                return Some(scalar);
            }
            (TypeKind::List(Item::Scalar(_)), false) => {
                self.world.error(
                    Code::S004,
                    tree.span,
                    format!("`{path}` is `{name}`, which is not one value"),
                    format!("write `(each){path}`: an entry for each element"),
                );
                return None;
            }
            (TypeKind::Scalar(_), true) => "it is for lists: leave it out".to_owned(),
            (TypeKind::Struct(id), _) => {
                let first = self
                    .world
                    .struct_tree(id.0)
                    .fields
                    .list
                    .first()
                    .map_or("FIELD", |field| &field.name.text);
                format!("write a field of it: `{path}.{first}`")
            }
            (TypeKind::List(Item::Struct(_)), _) => {
                "write a computed part that returns a value for each element".to_owned()
            }
            (TypeKind::Version, _) => "it changes with every write: leave it out".to_owned(),
            _ => "copy what you look for into a field of its own, or write a computed part"
                .to_owned(),
        };
        let message = match kind {
            TypeKind::Scalar(_) => format!("`(each)` does not apply to `{name}`"),
            _ => format!("`{path}` is `{name}`, which cannot be in an index"),
        };
        self.world.error(Code::S004, tree.span, message, help);
        None
    }
}
