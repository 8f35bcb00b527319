//! Relations: what they lead to, and how they come back.

use crate::diagnostics::{Code, Diagnostic, did_you_mean, or_list};
use crate::model::{
    Docs, Index, Item, ModelId, OnDelete, PartSource, Relation, RelationKind, Scalar, TypeKind,
};
use crate::syntax::plural;
use crate::syntax::tree::{ModelTree, Name, RelationTree, RelationWord};

use super::indexes::type_span;
use super::world::World;

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
            let help = match did_you_mean(&name.text, self.world.models.keys().copied()) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => format!(
                    "declare `model {} table={} {{ … }}`",
                    name.text,
                    plural(&name.text)
                ),
            };
            let message = format!(
                "relation `{}` names an unknown model `{}`",
                self.name(),
                name.text
            );
            self.world.error(Code::R001, name.span, message, help);
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
            let help = match did_you_mean(&name.text, set.names.keys().copied()).or_else(|| {
                // `user_id` for `author_id`: the only reference to the target is probably meant.
                let target = self.world.models.get(self.tree.target.text.as_str())?;
                let fields = &self.world.model_tree(self.model).fields.list;
                let mut to_target = (0..fields.len()).filter(|&at| {
                    self.world
                        .model_type(self.model, at)
                        .is_some_and(|ty| ty.kind == TypeKind::Scalar(Scalar::Id(ModelId(*target))))
                });
                let only = to_target.next()?;
                to_target
                    .next()
                    .is_none()
                    .then(|| fields[only].name.text.as_str())
            }) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => format!("add it: `fields {{ {} {ty} }}`", name.text),
            };
            let message = format!(
                "relation `{}` names an unknown field `{}`",
                self.name(),
                name.text
            );
            self.world.error(Code::R001, name.span, message, help);
        }
        found
    }

    fn belongs_to(&mut self, target: Option<usize>) -> Option<RelationKind> {
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
                    type_span(self.world, self.model, field),
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
        let fault = fault.and(type_span(self.world, self.model, by[0]), "always there");
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
        let word = match action {
            OnDelete::Restrict => "restrict",
            OnDelete::Cascade => "cascade",
            _ => "clear",
        };
        let names = names(self.world.model_tree(self.model), by);
        let help = format!(
            "add `index by_{} {}` to `{}`, without `where`",
            self.name(),
            names.join(" "),
            self.this()
        );
        let message = format!(
            "`on-delete={word}` of `{}` has no index to find the records by",
            self.name()
        );
        self.world.error(Code::R004, self.tree.span, message, help);
    }

    fn references_many(&mut self, target: Option<usize>) -> Option<RelationKind> {
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
        let fault = Diagnostic::error(
            Code::R002,
            type_span(self.world, self.model, field),
            message,
        );
        let help = format!("write `{name} list<id<{target}>>`");
        self.world
            .push(fault.and(self.tree.span, "refers by it").help(help));
        None
    }

    fn has_one(&mut self, target: Option<usize>) -> Option<RelationKind> {
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
        let names = names(self.world.model_tree(target), &by);
        let (target, back) = (&self.world.model_tree(target).name.text, &back.name.text);
        let help = format!(
            "add `unique by_{back} {}` to `{target}`, or write `has-many`",
            names.join(" ")
        );
        let message = format!("`has-one {}` may find several `{target}`", self.name());
        self.world.error(Code::R006, self.tree.span, message, help);
        None
    }

    fn has_many(&mut self, target: Option<usize>) -> Option<RelationKind> {
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
                    index.condition.is_none() && first.each && !first.lower && matches!(&first.source, PartSource::Path(path) if path.field == by[0] && path.steps.is_empty())
                })
            }),
            // Anything but `unchecked` has asked for the index itself.
            _ => back.on_delete.as_ref().is_none_or(|action| action.text != "unchecked") || leads_back(self.world, target, &by, self.indexes),
        };
        if !known {
            let names = names(self.world.model_tree(target), &by);
            let each = if back.word == RelationWord::ReferencesMany {
                "(each)"
            } else {
                ""
            };
            let target = &self.world.model_tree(target).name.text;
            let help = format!(
                "add `index by_{} {each}{}` to `{target}`, without `where`",
                back.name.text,
                names.join(" ")
            );
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
            let back = candidates(tree, &this);
            let help = match back.as_slice() {
                [] => self.missing_back(tree, "NAME"),
                [only] => format!(
                    "write `{word} {} {} via={only}`",
                    self.name(),
                    tree.name.text
                ),
                several => format!("write `via=`{}", or_list(several.iter().copied(), 8)),
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
                let help = match did_you_mean(&via.text, candidates(tree, &this)) {
                    Some(meant) => format!("did you mean `{meant}`?"),
                    None => self.missing_back(tree, &via.text),
                };
                let message = format!("`{}` has no relation `{}`", tree.name.text, via.text);
                self.world.error(Code::R003, via.span, message, help);
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
            let help = match candidates(tree, &this).as_slice() {
                [] => self.missing_back(tree, "NAME"),
                several => format!("write `via=` {}", or_list(several.iter().copied(), 8)),
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

    fn missing_back(&self, target: &ModelTree, name: &str) -> String {
        let this = self.world.model_tree(self.model);
        let by = if name == "NAME" {
            heck::ToSnakeCase::to_snake_case(this.name.text.as_str())
        } else {
            name.to_owned()
        };
        format!(
            "add `belongs-to {by} {} by={by}_id on-delete=restrict` to `{}`",
            this.name.text, target.name.text
        )
    }

    fn through(&mut self, join: usize, target: usize) -> Option<RelationKind> {
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
            let names = names(self.world.model_tree(join), &by);
            let join = &self.world.model_tree(join).name.text;
            let help = format!(
                "add `index by_{} {}` to `{join}`, without `where`",
                back.name.text,
                names.join(" ")
            );
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
        let found: Vec<usize> = (0..tree.relations.len()).filter(|&at| fits(at)).collect();
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
                let help = match did_you_mean(&name.text, offered.iter().copied()) {
                    Some(meant) => format!("did you mean `{meant}`?"),
                    None if offered.is_empty() => join_line(tree, model),
                    None => format!("write `{property}=`{}", or_list(offered.iter().copied(), 8)),
                };
                let message = format!(
                    "`{}` has no `belongs-to {} {model}`",
                    tree.name.text, name.text
                );
                self.world.error(Code::R006, name.span, message, help);
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
    format!(
        "add `belongs-to {name} {model} by={name}_id on-delete=cascade` to `{}`",
        join.name.text
    )
}

/// Names of the relations of `tree` that lead to a model.
fn candidates<'t>(tree: &'t ModelTree, model: &str) -> Vec<&'t str> {
    tree.relations
        .iter()
        .filter(|it| {
            it.target.text == model
                && matches!(
                    it.word,
                    RelationWord::BelongsTo | RelationWord::ReferencesMany
                )
        })
        .map(|it| it.name.text.as_str())
        .collect()
}

fn names<'t>(tree: &'t ModelTree, fields: &[usize]) -> Vec<&'t str> {
    fields
        .iter()
        .map(|&at| tree.fields.list[at].name.text.as_str())
        .collect()
}

/// The fields of an index whose parts are plain values in any direction.
fn plain_parts(index: &Index) -> Option<Vec<usize>> {
    index
        .parts
        .iter()
        .map(|part| match &part.source {
            PartSource::Path(path) if path.steps.is_empty() && !part.each && !part.lower => {
                Some(path.field)
            }
            _ => None,
        })
        .collect()
}

/// Whether the key or an index without `where` starts with these fields in order.
///
/// An index that has been reported counts: what it would have been is not known.
fn leads_back(world: &World<'_>, model: usize, by: &[usize], indexes: &Indexes) -> bool {
    let starts = |index: &Index| {
        index.condition.is_none()
            && index.parts.len() >= by.len()
            && index.parts.iter().zip(by).all(|(part, &field)| {
                !part.each && !part.lower && matches!(&part.source, PartSource::Path(path) if path.field == field && path.steps.is_empty())
            })
    };
    world.keys[model]
        .as_ref()
        .is_none_or(|key| key.starts_with(by))
        || world.model_tree(model).incomplete
        || indexes[model]
            .iter()
            .any(|index| index.as_ref().is_none_or(starts))
}

/// Reports cycles of required references: no first record could be written.
pub(super) fn required_cycles(world: &mut World<'_>, relations: &[Vec<Option<Relation>>]) {
    let mut state = vec![0_u8; relations.len()];
    for start in 0..relations.len() {
        if state[start] != 0 {
            continue;
        }
        // Depth first, on a stack of its own: model, and the next of its relations.
        let mut stack = vec![(start, 0)];
        state[start] = 1;
        while let Some((model, next)) = stack.last_mut() {
            let (model, at) = (*model, *next);
            *next += 1;
            let Some(relation) = relations[model].get(at) else {
                state[model] = 2;
                stack.pop();
                continue;
            };
            let Some(Relation {
                target,
                kind: RelationKind::BelongsTo { by, on_delete },
                ..
            }) = relation
            else {
                continue;
            };
            let required = by.iter().all(|&field| {
                world
                    .model_type(model, field)
                    .is_some_and(|ty| !ty.optional)
            });
            if !required || *on_delete == OnDelete::Unchecked {
                continue;
            }
            match state[target.0] {
                0 => {
                    state[target.0] = 1;
                    stack.push((target.0, 0));
                }
                1 => {
                    let from = stack
                        .iter()
                        .position(|(model, _)| *model == target.0)
                        .unwrap_or(0);
                    let mut path: Vec<&str> = stack[from..]
                        .iter()
                        .map(|(model, _)| world.model_tree(*model).name.text.as_str())
                        .collect();
                    path.push(&world.model_tree(target.0).name.text);
                    let tree = &world.model_tree(model).relations[at];
                    let field = world.model_field(model, by[0]);
                    let message = format!("required references in a circle: {}", path.join(" → "));
                    let ty = field.ty.as_ref().map_or("", |ty| ty.text.as_str());
                    let help = format!(
                        "no first record could be written: make one of them optional, as in `{} {ty}?`",
                        field.name.text
                    );
                    world.error(Code::R005, tree.span, message, help);
                }
                _ => {}
            }
        }
    }
}
