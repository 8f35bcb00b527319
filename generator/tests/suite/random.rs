//! Random schemas, valid by construction: whatever the seed, the generator gives Rust.

use fastrand::Rng;
use keyloom_generator::{
    Options, generate_module,
    model::{
        Comparison, Computed, Condition, DefaultValue, Docs, Enum, EnumId, Field, FieldType,
        Include, Index, Item, Limits, Literal, Model, ModelId, Part, PartSource, Path, Scalar,
        Schema, Struct, StructId, TypeKind, Variant,
    },
};

/// Names that trip generators: keywords, primitives, names of the generated code's own variables, and plain ones.
const FIELD_NAMES: &[&str] = &[
    "type", "match", "fn", "box", "gen", "async", "bool", "str", "u64", "now", "row", "out", "it",
    "each", "new", "f", "id", "key", "value", "query", "span", "some", "none", "title", "a", "b",
    "x_1", "serde", "std",
];

/// Names that the prelude has too, and others.
const TYPE_NAMES: &[&str] = &[
    "Option", "String", "Vec", "Result", "Some", "Ok", "Box", "A", "B", "C", "X", "Query", "Span",
    "Debug", "Clone", "Default", "Table", "Model", "Entries", "Error", "Uuid", "Json", "Type",
];

const MODELS: usize = 6;
/// So many of the models, the first ones, have a key of one field, which others may name.
const SINGLE: usize = 3;
const ENUMS: usize = 3;
const STRUCTS: usize = 3;

#[test]
fn a_random_schema_gives_text_that_parses() {
    for seed in 0..60 {
        let schema = Random::new(seed).schema();
        let text = generate_module(&schema, Options::default())
            .unwrap_or_else(|fault| panic!("seed {seed}: {fault}\n{schema:#?}"));
        assert!(syn::parse_file(&text).is_ok(), "seed {seed}");
    }
}

#[test]
fn the_same_schema_gives_the_same_bytes() {
    for seed in 0..10 {
        let texts = [(); 2].map(|()| {
            generate_module(
                &Random::new(seed).schema(),
                Options {
                    serde: seed % 2 == 0,
                },
            )
        });
        assert_eq!(texts[0], texts[1], "seed {seed}");
    }
}

/// Makes schemas from a seed.
pub(crate) struct Random {
    rng: Rng,
    enums: Vec<Enum>,
    structs: Vec<Struct>,
}

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            rng: Rng::with_seed(seed),
            enums: Vec::new(),
            structs: Vec::new(),
        }
    }

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
        let models = names
            .by_ref()
            .take(MODELS)
            .enumerate()
            .map(|(place, name)| self.model(place, name))
            .collect();
        Schema {
            name: "odd_store".to_owned(),
            docs: self.docs(),
            enums: self.enums,
            structs: self.structs,
            models,
        }
    }

    fn docs(&mut self) -> Docs {
        let lines = [
            "A line.",
            "",
            "With `code` and \"quotes\".",
            "/ a slash",
            "*/ and \\ and {}",
        ];
        Docs(if self.rng.bool() {
            lines[..self.rng.usize(0..=lines.len())]
                .iter()
                .map(|&it| it.into())
                .collect()
        } else {
            Vec::new()
        })
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

    fn was(&mut self) -> Vec<String> {
        if self.rng.u8(..) < 40 {
            vec!["earlier".to_owned(), "first".to_owned()]
        } else {
            Vec::new()
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

    fn fields(&mut self, most: usize) -> Vec<Field> {
        let mut names: Vec<&str> = FIELD_NAMES.to_vec();
        self.rng.shuffle(&mut names);
        let count = self.rng.usize(1..=most);
        names
            .into_iter()
            .take(count)
            .map(|name| self.field(name))
            .collect()
    }

    fn field(&mut self, name: &str) -> Field {
        let kind = match self.rng.u8(0..10) {
            0..6 => TypeKind::Scalar(self.scalar()),
            6 if !self.structs.is_empty() => {
                TypeKind::Struct(StructId(self.rng.usize(..self.structs.len())))
            }
            6 | 7 => TypeKind::Json,
            8 => TypeKind::List(self.item()),
            _ => TypeKind::Map(self.item()),
        };
        let optional = !matches!(kind, TypeKind::List(_) | TypeKind::Map(_)) && self.rng.bool();
        let ty = FieldType { kind, optional };
        let default = match kind {
            TypeKind::Scalar(Scalar::Timestamp | Scalar::Date) if self.rng.bool() => {
                Some(DefaultValue::Now)
            }
            TypeKind::Scalar(scalar) if self.rng.bool() => {
                self.literal(scalar).map(DefaultValue::Literal)
            }
            _ => None,
        };
        let is_time = matches!(kind, TypeKind::Scalar(Scalar::Timestamp | Scalar::Date));
        Field {
            docs: self.docs(),
            default,
            limits: self.limits(kind),
            on_update_now: is_time && self.rng.bool(),
            secret: self.rng.u8(..) < 30,
            was: self.was(),
            ..plain_field(name, ty)
        }
    }

    fn item(&mut self) -> Item {
        if self.structs.is_empty() || self.rng.bool() {
            Item::Scalar(self.scalar())
        } else {
            Item::Struct(StructId(self.rng.usize(..self.structs.len())))
        }
    }

    fn scalar(&mut self) -> Scalar {
        let all = [
            Scalar::Bool,
            Scalar::I32,
            Scalar::I64,
            Scalar::U32,
            Scalar::U64,
            Scalar::F64,
            Scalar::String,
            Scalar::Bytes,
            Scalar::Uuid,
            Scalar::Timestamp,
            Scalar::Date,
            Scalar::Duration,
            Scalar::Decimal,
            Scalar::Enum(EnumId(self.rng.usize(..ENUMS))),
            Scalar::Id(ModelId(self.rng.usize(..SINGLE))),
        ];
        all[self.rng.usize(..all.len())]
    }

    fn literal(&mut self, scalar: Scalar) -> Option<Literal> {
        Some(match scalar {
            Scalar::Bool => Literal::Bool(self.rng.bool()),
            Scalar::I32 | Scalar::I64 => Literal::Integer(i128::from(self.rng.i32(..))),
            Scalar::U32 | Scalar::U64 => Literal::Integer(i128::from(self.rng.u32(..))),
            Scalar::F64 => {
                Literal::Float((self.rng.f64() - 0.5) * 10_f64.powi(self.rng.i32(-20..20)))
            }
            Scalar::String => Literal::String("a \"quoted\" \\ line\n\u{202e}ü`".to_owned()),
            Scalar::Bytes => Literal::Bytes(vec![0, b'"', 255]),
            Scalar::Uuid => Literal::Uuid(self.rng.u128(..)),
            Scalar::Timestamp => {
                Literal::Timestamp(self.rng.i64(-1_000_000_000_000..1_000_000_000_000))
            }
            Scalar::Date => Literal::Date {
                year: 2026,
                month: self.rng.i8(1..=12),
                day: 1,
            },
            Scalar::Duration => Literal::Duration {
                seconds: -5,
                nanoseconds: -10_000,
            },
            Scalar::Decimal => Literal::Decimal {
                mantissa: -1250,
                scale: self.rng.u32(0..8),
            },
            Scalar::Enum(id) => Literal::Variant(self.rng.usize(..self.enums[id.0].variants.len())),
            Scalar::Id(_) => return None,
        })
    }

    fn limits(&mut self, kind: TypeKind) -> Limits {
        let mut limits = Limits::default();
        if self.rng.bool() {
            return limits;
        }
        match kind {
            TypeKind::Scalar(
                scalar @ (Scalar::I32 | Scalar::U64 | Scalar::F64 | Scalar::Decimal),
            ) => {
                limits.min = self.literal(scalar);
                limits.max = Some(Literal::Integer(1_000_000));
                limits.scale = (scalar == Scalar::Decimal).then_some(2);
            }
            TypeKind::Scalar(Scalar::String | Scalar::Bytes) => {
                limits.max = Some(Literal::Integer(40));
            }
            TypeKind::List(_) | TypeKind::Map(_) => {
                limits.min = Some(Literal::Integer(1));
                limits.item_max = Some(65_536);
            }
            _ => {}
        }
        limits
    }

    fn index(&mut self, place: usize, model: &Model) -> Option<Index> {
        let ways = self.ways(model);
        let mut parts: Vec<Part> = Vec::new();
        for _ in 0..self.rng.usize(1..10) {
            let way = ways.get(self.rng.usize(..ways.len()))?;
            if !parts
                .iter()
                .any(|part| matches!(&part.source, PartSource::Path(path) if *path == way.path))
            {
                parts.push(self.part(way));
            }
        }
        if self.rng.u8(..) < 60 {
            parts.push(Part {
                source: PartSource::Computed(0),
                each: false,
                lower: false,
                desc: self.rng.bool(),
                ty: Scalar::String,
                optional: false,
            });
        } else if let Some(list) = model
            .fields
            .iter()
            .position(|it| matches!(it.ty.kind, TypeKind::List(Item::Scalar(_))))
        {
            let TypeKind::List(Item::Scalar(ty)) = model.fields[list].ty.kind else {
                return None;
            };
            let source = PartSource::Path(Path {
                field: list,
                steps: Vec::new(),
            });
            parts.push(Part {
                source,
                each: true,
                lower: ty == Scalar::String,
                desc: false,
                ty,
                optional: false,
            });
        }
        let include = match self.rng.u8(0..4) {
            0 => Include::Record,
            1 => Include::Fields(
                (0..model.fields.len())
                    .filter(|_| self.rng.bool())
                    .collect(),
            ),
            _ => Include::None,
        };
        let names = ["by_x", "table", "model", "by_type", "where", "query"];
        Some(Index {
            name: names[place].to_owned(),
            docs: self.docs(),
            unique: self.rng.bool(),
            nulls_equal: self.rng.bool(),
            parts,
            condition: self.rng.bool().then(|| self.condition(&ways, 2)).flatten(),
            include,
            was: self.was(),
        })
    }

    fn part(&mut self, way: &Way) -> Part {
        Part {
            source: PartSource::Path(way.path.clone()),
            each: false,
            lower: way.ty == Scalar::String && self.rng.bool(),
            desc: self.rng.bool(),
            ty: way.ty,
            optional: way.optional,
        }
    }

    fn condition(&mut self, ways: &[Way], depth: usize) -> Option<Condition> {
        let way = ways.get(self.rng.usize(..ways.len()))?;
        let comparisons = [
            Comparison::Is,
            Comparison::Not,
            Comparison::Less,
            Comparison::LessOrEqual,
            Comparison::Greater,
            Comparison::GreaterOrEqual,
        ];
        let many = |this: &mut Self| {
            (0..this.rng.usize(1..4))
                .filter_map(|_| this.condition(ways, depth - 1))
                .collect()
        };
        Some(match self.rng.u8(0..8) {
            0 if depth > 0 => Condition::All(many(self)),
            1 if depth > 0 => Condition::Any(many(self)),
            2 => Condition::Present(way.path.clone()),
            3 => Condition::Absent(way.path.clone()),
            4 => {
                let values = (0..self.rng.usize(1..4))
                    .filter_map(|_| self.literal(way.ty))
                    .collect::<Vec<_>>();
                if values.is_empty() {
                    Condition::Present(way.path.clone())
                } else {
                    Condition::In(way.path.clone(), values)
                }
            }
            _ => {
                let most = if way.ty == Scalar::Bool {
                    2
                } else {
                    comparisons.len()
                };
                let comparison = comparisons[self.rng.usize(..most)];
                Condition::Compare(way.path.clone(), comparison, self.literal(way.ty)?)
            }
        })
    }

    /// Paths of a model to one value each.
    fn ways(&self, model: &Model) -> Vec<Way> {
        let mut ways = Vec::new();
        for (place, field) in model.fields.iter().enumerate() {
            let path = Path {
                field: place,
                steps: Vec::new(),
            };
            self.add_ways(&path, field, false, &mut ways);
        }
        ways
    }

    fn add_ways(&self, path: &Path, field: &Field, optional: bool, ways: &mut Vec<Way>) {
        let optional = optional || field.ty.optional;
        match field.ty.kind {
            TypeKind::Scalar(ty) => ways.push(Way {
                path: path.clone(),
                ty,
                optional,
            }),
            TypeKind::Struct(id) => {
                for (place, field) in self.structs[id.0].fields.iter().enumerate() {
                    let mut path = path.clone();
                    path.steps.push((id, place));
                    self.add_ways(&path, field, optional, ways);
                }
            }
            _ => {}
        }
    }
}

/// A path with what it leads to.
struct Way {
    path: Path,
    ty: Scalar,
    optional: bool,
}

fn plain_field(name: &str, ty: FieldType) -> Field {
    Field {
        name: name.to_owned(),
        docs: Docs::default(),
        ty,
        default: None,
        limits: Limits::default(),
        on_update_now: false,
        secret: false,
        was: Vec::new(),
    }
}
