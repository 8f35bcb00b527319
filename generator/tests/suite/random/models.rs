//! Schemas, enums and models.

use keyloom_generator::model::{
    Computed, DefaultValue, Docs, Enum, EnumId, Field, FieldType, Model, Scalar, Schema, Struct,
    TypeKind, Variant,
};

use super::{ENUMS, MODELS, Random, SINGLE, STRUCTS, plain_field};

/// Names that the prelude has too, and others.
const TYPE_NAMES: &[&str] = &[
    "Option", "String", "Vec", "Result", "Some", "Ok", "Box", "A", "B", "C", "X", "Query", "Span",
    "Debug", "Clone", "Default", "Table", "Model", "Entries", "Error", "Uuid", "Json", "Type",
];

impl Random {
    pub(crate) fn schema(mut self) -> Schema {
        let mut names: Vec<&str> = TYPE_NAMES.to_vec();
        self.rng.shuffle(&mut names);
        let mut names = names.into_iter().map(str::to_owned);
        self.enums = names
            .by_ref()
            .take(ENUMS)
            .map(|name| self.enumeration(name))
            .collect();
        for name in names.by_ref().take(STRUCTS) {
            let fields = self.fields(3);
            let docs = self.docs();
            self.structs.push(Struct { name, docs, fields });
        }
        let mut models: Vec<Model> = names
            .by_ref()
            .take(MODELS)
            .enumerate()
            .map(|(place, name)| self.model(place, name))
            .collect();
        self.relate(&mut models);
        Schema {
            name: "odd_store".to_owned(),
            docs: self.docs(),
            enums: self.enums,
            structs: self.structs,
            models,
        }
    }

    fn enumeration(&mut self, name: String) -> Enum {
        let names = ["reader", "in_review", "type", "none", "Some", "ok"];
        let variants = names[..self.rng.usize(1..=names.len())]
            .iter()
            .map(|&name| Variant {
                name: name.to_owned(),
                docs: Docs::default(),
                was: self.was(),
            })
            .collect();
        Enum {
            name,
            docs: self.docs(),
            ordered: self.rng.bool(),
            open: self.rng.bool(),
            variants,
        }
    }

    fn model(&mut self, place: usize, name: String) -> Model {
        let table = ["tables", "fn", "type", "users", "x", "str_"][place].to_owned();
        let mut fields = self.fields(8);
        let parts = if place < SINGLE {
            1
        } else {
            self.rng.usize(1..=3)
        };
        let key = self.key(parts, &mut fields);
        if self.rng.bool() {
            let ty = FieldType {
                kind: TypeKind::Version,
                optional: false,
            };
            fields.push(plain_field("lock_version", ty));
        }
        let computed = vec![Computed {
            name: "domain".to_owned(),
            docs: self.docs(),
            ty: Scalar::String,
            function: "crate::domains::of".to_owned(),
            revision: 2,
        }];
        let mut model = Model {
            name,
            table,
            docs: self.docs(),
            was: self.was(),
            fields,
            key,
            computed,
            indexes: Vec::new(),
            counts: Vec::new(),
            relations: Vec::new(),
            events: None,
        };
        let count = self.rng.usize(0..6);
        for place in 0..count {
            let index = self.index(place, &model);
            model.indexes.extend(index);
        }
        model
    }

    /// Adds key fields and gives their places.
    fn key(&mut self, count: usize, fields: &mut Vec<Field>) -> Vec<usize> {
        let kinds = [
            (Scalar::Uuid, Some(DefaultValue::UuidV7)),
            (Scalar::Uuid, Some(DefaultValue::UuidV4)),
            (Scalar::I64, Some(DefaultValue::Next)),
            (Scalar::String, None),
            (Scalar::Enum(EnumId(0)), None),
            (Scalar::Date, None),
        ];
        let mut key = Vec::new();
        for place in 0..count {
            let (scalar, default) = kinds[self.rng.usize(..kinds.len())].clone();
            let default = default.filter(|it| count == 1 || *it != DefaultValue::Next);
            let ty = FieldType {
                kind: TypeKind::Scalar(scalar),
                optional: false,
            };
            let at = self.rng.usize(0..=fields.len());
            fields.insert(
                at,
                Field {
                    default,
                    ..plain_field(&format!("key_{place}"), ty)
                },
            );
            for place in &mut key {
                *place += usize::from(*place >= at);
            }
            key.push(at);
        }
        key
    }
}
