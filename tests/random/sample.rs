//! Records for a schema that is known at run time only: values on the edges, few enough to meet each other.

use crate::{
    plain::{Plain, Row},
    truth::key_of,
};
use fastrand::Rng;
use keyloom::{Date, Decimal, Duration, Json, Timestamp, Uuid};
use keyloom_generator::model::{
    Condition, DefaultValue, Field, Item, Limits, Literal, Model, RelationKind, Scalar, Schema,
    TypeKind,
};

/// Makes records from a seed.
pub struct Sampler<'a> {
    schema: &'a Schema,
    pub random: Rng,
    /// What conditions compare with.
    literals: Vec<Plain>,
}

impl<'a> Sampler<'a> {
    pub fn new(schema: &'a Schema, seed: u64) -> Self {
        let mut literals = Vec::new();
        for model in &schema.models {
            let indexes = model.indexes.iter().filter_map(|it| it.condition.as_ref());
            let counts = model.counts.iter().filter_map(|it| it.condition.as_ref());
            indexes
                .chain(counts)
                .for_each(|condition| collect(condition, &mut literals));
        }
        Self {
            schema,
            random: Rng::with_seed(seed),
            literals,
        }
    }

    /// A record of a model; none if it must refer to a record and there is none.
    pub fn record(&mut self, model: &Model, stored: &[Vec<Row>]) -> Option<Row> {
        let mut row = self.fields(&model.fields);
        for relation in &model.relations {
            let RelationKind::BelongsTo { by, .. } = &relation.kind else {
                continue;
            };
            let target = relation.target.0;
            let is_optional = by.iter().all(|&at| model.fields[at].ty.optional);
            let found = self.random.choice(&stored[target]);
            let key = found.map(|found| key_of(&self.schema.models[target], found));
            let key = key.filter(|_| !is_optional || self.random.u8(..4) > 0);
            if key.is_none() && !is_optional {
                return None;
            }
            for (part, &at) in by.iter().enumerate() {
                row[at] = key.as_ref().map_or(Plain::Absent, |key| key[part].clone());
            }
        }
        Some(row)
    }

    fn fields(&mut self, fields: &[Field]) -> Row {
        fields.iter().map(|field| self.field(field)).collect()
    }

    fn field(&mut self, field: &Field) -> Plain {
        if field.default == Some(DefaultValue::Next) {
            return Plain::Integer(self.pick(&[0, 0, 0, -1, i64::MIN.into()]));
        }
        if field.ty.optional && self.random.u8(..3) == 0 {
            return Plain::Absent;
        }
        let least = usize::from(field.limits.min.is_some());
        match field.ty.kind {
            TypeKind::Scalar(scalar) => self
                .edge(scalar, &field.limits)
                .unwrap_or_else(|| self.scalar(scalar)),
            TypeKind::Struct(id) => Plain::Struct(self.fields(&self.schema.structs[id.0].fields)),
            TypeKind::Json => Plain::Json(self.json()),
            TypeKind::Version => Plain::Integer(0),
            TypeKind::List(item) => {
                let count = self.random.usize(least..4);
                Plain::List((0..count).map(|_| self.item(item)).collect())
            }
            TypeKind::Map(item) => {
                let keys = ["", "a", "ü\0"];
                let count = self.random.usize(least..=keys.len());
                let keys = keys[..count].iter();
                Plain::Map(keys.map(|&key| (key.to_owned(), self.item(item))).collect())
            }
        }
    }

    fn item(&mut self, item: Item) -> Plain {
        match item {
            Item::Scalar(scalar) => self.scalar(scalar),
            Item::Struct(id) => Plain::Struct(self.fields(&self.schema.structs[id.0].fields)),
        }
    }

    /// A number within its limits, for one that has some.
    fn edge(&mut self, scalar: Scalar, limits: &Limits) -> Option<Plain> {
        let (min, max) = (limits.min.as_ref()?, limits.max.as_ref()?);
        let Literal::Integer(max) = *max else {
            return None;
        };
        let lowest = Plain::of_literal(min);
        Some(match scalar {
            Scalar::I32 | Scalar::I64 | Scalar::U32 | Scalar::U64 => {
                self.pick(&[lowest, Plain::Integer(max)])
            }
            Scalar::F64 => self.pick(&[lowest, Plain::Float(1_000_000.0)]),
            // The lowest may have more digits than the limits leave.
            Scalar::Decimal => {
                let highest = Decimal::from_i128_with_scale(max, 0);
                Plain::Decimal(self.pick(&[Decimal::ZERO, Decimal::new(25, 2), highest]))
            }
            _ => return None,
        })
    }

    fn scalar(&mut self, scalar: Scalar) -> Plain {
        let plain = self.any(scalar);
        let same = |it: &&Plain| std::mem::discriminant(*it) == std::mem::discriminant(&plain);
        let literals: Vec<&Plain> = self.literals.iter().filter(same).collect();
        match self.random.choice(&literals) {
            // Those of integers and variants may not fit another type.
            Some(&literal)
                if !matches!(plain, Plain::Integer(_) | Plain::Variant(_))
                    && self.random.bool() =>
            {
                literal.clone()
            }
            _ => plain,
        }
    }

    fn any(&mut self, scalar: Scalar) -> Plain {
        let small = self.random.i64(0..4);
        match scalar {
            Scalar::Bool => Plain::Bool(self.random.bool()),
            Scalar::I32 => Plain::Integer(self.pick(&[i32::MIN, -1, 0, 1, i32::MAX]).into()),
            Scalar::I64 => Plain::Integer(self.pick(&[i64::MIN, -1, 0, 1, i64::MAX]).into()),
            Scalar::U32 => Plain::Integer(self.pick(&[0, 1, 255, 256, u32::MAX]).into()),
            Scalar::U64 => Plain::Integer(self.pick(&[0, 1, 255, 256, u64::MAX]).into()),
            Scalar::F64 => Plain::Float(self.pick(&[f64::MIN, -0.5, 0.0, 1e-300, f64::INFINITY])),
            Scalar::String => Plain::Text(
                self.pick(&["", "a", "A", "a\0", "ab", "Ü", "ü", "\u{1f511}"])
                    .into(),
            ),
            Scalar::Bytes => Plain::Bytes(self.pick(&[&[][..], &[0], &[0, 255], &[255]]).to_vec()),
            Scalar::Uuid => Plain::Uuid(Uuid::from_u128(small.unsigned_abs().into())),
            Scalar::Timestamp => {
                let micros = (small - 2) * 1_000_001;
                Plain::Timestamp(Timestamp::from_microsecond(micros).expect("in range"))
            }
            Scalar::Date => {
                let [year, month, day] = self.pick(&[[-9999, 1, 1], [1969, 12, 31], [2024, 2, 29]]);
                let [month, day] = [month, day].map(|it| i8::try_from(it).expect("it is small"));
                Plain::Date(Date::new(year, month, day).expect("it is one"))
            }
            Scalar::Duration => Plain::Duration(Duration::from_nanos((small - 2) * 1_500_000_000)),
            Scalar::Decimal => Plain::Decimal(
                self.pick(
                    &[(-1, 0), (0, 0), (1, 28), (10, 1), (1, 0)]
                        .map(|(mantissa, scale)| Decimal::from_i128_with_scale(mantissa, scale)),
                ),
            ),
            Scalar::Enum(id) => {
                Plain::Variant(self.random.usize(..self.schema.enums[id.0].variants.len()))
            }
            Scalar::Id(id) => {
                let target = &self.schema.models[id.0];
                match target.fields[target.key[0]].ty.kind {
                    TypeKind::Scalar(scalar) => self.any(scalar),
                    other => panic!("{other:?} is no key"),
                }
            }
        }
    }

    fn json(&mut self) -> Json {
        match self.random.u8(..4) {
            0 => Json::Null,
            1 => Json::from(self.random.i64(..)),
            2 => Json::from(vec!["a\"\0", "ü"]),
            _ => Json::from_iter([("", Json::Bool(true)), ("a", Json::from(0.5))]),
        }
    }

    pub fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.random.usize(..from.len())].clone()
    }
}

fn collect(condition: &Condition, literals: &mut Vec<Plain>) {
    match condition {
        Condition::All(several) | Condition::Any(several) => {
            several.iter().for_each(|it| collect(it, literals));
        }
        Condition::Compare(_, _, literal) => literals.push(Plain::of_literal(literal)),
        Condition::In(_, several) => literals.extend(several.iter().map(Plain::of_literal)),
        Condition::Present(_) | Condition::Absent(_) => {}
    }
}
