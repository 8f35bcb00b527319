//! Relations with their ways back, counts and events.

use keyloom_generator::model::{
    Count, Events, Field, FieldType, Include, Index, Item, Model, ModelId, OnDelete, OwnEvent,
    Part, PartSource, Path, Relation, RelationKind, Scalar, TypeKind,
};

use super::{Random, SINGLE, plain_field};

impl Random {
    /// Adds relations between the models, and what is made of what they refer to.
    pub(super) fn relate(&mut self, models: &mut [Model]) {
        for place in 0..models.len() {
            for at in 0..self.rng.usize(0..4) {
                let target = self.rng.usize(..models.len());
                match self.rng.u8(0..4) {
                    0 => self.references_many(models, place, target % SINGLE, at),
                    _ => self.belongs_to(models, place, target, at),
                }
            }
            self.through(models, place);
        }
        for model in models {
            self.counts(model);
            model.events = self.rng.bool().then(|| self.events(model));
        }
    }

    /// A reference with its index, and often the other side.
    fn belongs_to(&mut self, models: &mut [Model], place: usize, target: usize, at: usize) {
        // A reference to an earlier model may be required: no circle is.
        let optional = target >= place || self.rng.bool();
        let of_key = |part: usize| match models[target].key.as_slice() {
            [_] => TypeKind::Scalar(Scalar::Id(ModelId(target))),
            several => models[target].fields[several[part]].ty.kind,
        };
        let kinds: Vec<TypeKind> = (0..models[target].key.len()).map(of_key).collect();
        let by: Vec<usize> = kinds
            .iter()
            .enumerate()
            .map(|(part, &kind)| {
                let name = format!("ref_{at}_{part}");
                add(
                    &mut models[place],
                    plain_field(&name, FieldType { kind, optional }),
                )
            })
            .collect();
        let unique = self.rng.u8(0..3) == 0;
        let parts = by.iter().map(|&field| part(&models[place], field, false));
        let index = index(format!("by_ref_{at}"), unique, parts.collect());
        models[place].indexes.push(index);
        let actions = [
            OnDelete::Restrict,
            OnDelete::Cascade,
            OnDelete::Unchecked,
            OnDelete::Clear,
        ];
        let on_delete = actions[self.rng.usize(..3 + usize::from(optional))];
        let kind = RelationKind::BelongsTo { by, on_delete };
        let via = self.relation(&mut models[place], format!("owner_{at}"), target, kind);
        if self.rng.bool() {
            let kind = if unique {
                RelationKind::HasOne { via }
            } else {
                RelationKind::HasMany { via }
            };
            let name = format!("of_{place}_{at}");
            self.relation(&mut models[target], name, place, kind);
        }
    }

    fn references_many(&mut self, models: &mut [Model], place: usize, target: usize, at: usize) {
        let kind = TypeKind::List(Item::Scalar(Scalar::Id(ModelId(target))));
        let ty = FieldType {
            kind,
            optional: false,
        };
        let by = add(&mut models[place], plain_field(&format!("list_{at}"), ty));
        let kind = RelationKind::ReferencesMany { by };
        let via = self.relation(&mut models[place], format!("several_{at}"), target, kind);
        if self.rng.bool() {
            let parts = vec![part(&models[place], by, true)];
            let index = index(format!("by_list_{at}"), false, parts);
            models[place].indexes.push(index);
            let name = format!("in_{place}_{at}");
            self.relation(
                &mut models[target],
                name,
                place,
                RelationKind::HasMany { via },
            );
        }
    }

    /// What two references of a model join.
    fn through(&mut self, models: &mut [Model], join: usize) {
        let references: Vec<(usize, usize)> = models[join]
            .relations
            .iter()
            .enumerate()
            .filter(|(_, it)| matches!(it.kind, RelationKind::BelongsTo { .. }))
            .map(|(at, it)| (at, it.target.0))
            .collect();
        let [(via, from), (to, target), ..] = references.as_slice() else {
            return;
        };
        let kind = RelationKind::HasManyThrough {
            join: ModelId(join),
            via: *via,
            to: *to,
        };
        self.relation(&mut models[*from], format!("joined_{join}"), *target, kind);
    }

    /// Adds a relation, and gives its place.
    fn relation(
        &mut self,
        model: &mut Model,
        name: String,
        target: usize,
        kind: RelationKind,
    ) -> usize {
        model.relations.push(Relation {
            name,
            docs: self.docs(),
            target: ModelId(target),
            kind,
        });
        model.relations.len() - 1
    }

    fn counts(&mut self, model: &mut Model) {
        for at in 0..self.rng.usize(0..3) {
            let fields = 0..model.fields.len();
            let mut places: Vec<usize> = fields
                .filter(|&at| matches!(model.fields[at].ty.kind, TypeKind::Scalar(it) if it != Scalar::F64))
                .collect();
            self.rng.shuffle(&mut places);
            places.truncate(self.rng.usize(0..4));
            let parts = places.iter().map(|&field| part(model, field, false));
            let parts = parts.collect();
            let ways = self.ways(model);
            let condition = self.rng.bool().then(|| self.condition(&ways, 1));
            model.counts.push(Count {
                name: format!("count_{at}"),
                docs: self.docs(),
                parts,
                condition: condition.flatten(),
            });
        }
    }

    fn events(&mut self, model: &Model) -> Events {
        let exact = |field: &Field| {
            let TypeKind::Scalar(scalar) = field.ty.kind else {
                return false;
            };
            !field.ty.optional && !matches!(scalar, Scalar::F64 | Scalar::Decimal)
        };
        let names = ["published", "type", "in_review", "match"];
        let own = names[..self.rng.usize(0..=names.len())]
            .iter()
            .map(|&name| OwnEvent {
                name: name.to_owned(),
                docs: self.docs(),
                fields: self.fields(3),
                was: self.was(),
            })
            .collect();
        let looks_at = self.rng.usize(0..=model.fields.len());
        Events {
            partitions: self.rng.u32(1..=1024),
            retain: self.rng.bool().then_some(3_600),
            retain_max: self.rng.bool().then_some(2_592_000),
            partition_by: model.fields.iter().position(exact),
            created: true,
            updated: self.rng.bool().then(|| (0..looks_at).collect()),
            deleted: self.rng.bool(),
            own,
        }
    }
}

/// Adds a field, and gives its place.
fn add(model: &mut Model, field: Field) -> usize {
    model.fields.push(field);
    model.fields.len() - 1
}

/// A field of one value, or each of several.
fn part(model: &Model, field: usize, each: bool) -> Part {
    let ty = model.fields[field].ty;
    let (TypeKind::Scalar(scalar) | TypeKind::List(Item::Scalar(scalar))) = ty.kind else {
        panic!("{ty:?} is no part");
    };
    let steps = Vec::new();
    Part {
        source: PartSource::Path(Path { field, steps }),
        each,
        lower: false,
        desc: false,
        ty: scalar,
        optional: ty.optional,
    }
}

fn index(name: String, unique: bool, parts: Vec<Part>) -> Index {
    Index {
        name,
        docs: keyloom_generator::model::Docs::default(),
        unique,
        nulls_equal: false,
        parts,
        condition: None,
        include: Include::None,
        was: Vec::new(),
    }
}
