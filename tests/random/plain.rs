//! Any value as a plain one, which the truth compares and orders without the runtime.

use keyloom::{Date, Decimal, Duration, Json, Timestamp, Uuid};
use keyloom_generator::model::Literal;
use std::{cmp::Ordering, collections::BTreeMap};

/// A record: the values of its fields.
pub type Row = Vec<Plain>;

/// A value of any field.
#[derive(Debug, Clone, PartialEq)]
pub enum Plain {
    Absent,
    Bool(bool),
    Integer(i128),
    Float(f64),
    Decimal(Decimal),
    Text(String),
    Bytes(Vec<u8>),
    Uuid(Uuid),
    Timestamp(Timestamp),
    Date(Date),
    Duration(Duration),
    /// The place of a variant.
    Variant(usize),
    Json(Json),
    Struct(Row),
    List(Vec<Plain>),
    Map(BTreeMap<String, Plain>),
}

impl Plain {
    /// The order of two values of one type that may stand in a key; an absent one is first.
    pub fn order(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Absent, Self::Absent) => Ordering::Equal,
            (Self::Absent, _) => Ordering::Less,
            (_, Self::Absent) => Ordering::Greater,
            (Self::Bool(a), Self::Bool(b)) => a.cmp(b),
            (Self::Integer(a), Self::Integer(b)) => a.cmp(b),
            (Self::Float(a), Self::Float(b)) => a.partial_cmp(b).expect("no sample is NaN"),
            (Self::Decimal(a), Self::Decimal(b)) => a.cmp(b),
            (Self::Text(a), Self::Text(b)) => a.as_bytes().cmp(b.as_bytes()),
            (Self::Bytes(a), Self::Bytes(b)) => a.cmp(b),
            (Self::Uuid(a), Self::Uuid(b)) => a.as_bytes().cmp(b.as_bytes()),
            (Self::Timestamp(a), Self::Timestamp(b)) => a.cmp(b),
            (Self::Date(a), Self::Date(b)) => a.cmp(b),
            (Self::Duration(a), Self::Duration(b)) => a.cmp(b),
            (Self::Variant(a), Self::Variant(b)) => a.cmp(b),
            _ => panic!("{self:?} and {other:?} have no order"),
        }
    }

    /// A value that the schema writes.
    pub fn of_literal(literal: &Literal) -> Self {
        match *literal {
            Literal::Bool(value) => Self::Bool(value),
            Literal::Integer(value) => Self::Integer(value),
            Literal::Float(value) => Self::Float(value),
            Literal::Decimal { mantissa, scale } => {
                Self::Decimal(Decimal::from_i128_with_scale(mantissa, scale))
            }
            Literal::String(ref value) => Self::Text(value.clone()),
            Literal::Bytes(ref value) => Self::Bytes(value.clone()),
            Literal::Variant(place) => Self::Variant(place),
            Literal::Timestamp(micros) => {
                Self::Timestamp(Timestamp::from_microsecond(micros).expect("in range"))
            }
            Literal::Date { year, month, day } => {
                Self::Date(Date::new(year, month, day).expect("it is one"))
            }
            Literal::Duration {
                seconds,
                nanoseconds,
            } => Self::Duration(Duration::new(seconds, nanoseconds)),
            Literal::Uuid(bits) => Self::Uuid(Uuid::from_u128(bits)),
        }
    }
}

/// The order of two keys, or of what an index orders by.
pub fn order(left: &[Plain], right: &[Plain]) -> Ordering {
    let parts = left.iter().zip(right);
    parts.fold(Ordering::Equal, |before, (a, b)| {
        before.then_with(|| a.order(b))
    })
}

/// A value of generated code.
pub trait Value {
    fn plain(&self) -> Plain;
    fn of(plain: Plain) -> Self;
}

macro_rules! values {
    ($($ty:ty as $variant:ident;)*) => { $(
        impl Value for $ty {
            fn plain(&self) -> Plain {
                Plain::$variant(Self::clone(self))
            }

            fn of(plain: Plain) -> Self {
                match plain {
                    Plain::$variant(value) => value,
                    other => panic!("{other:?} is no {}", stringify!($ty)),
                }
            }
        }
    )* };
}
values! {
    bool as Bool;
    f64 as Float;
    Decimal as Decimal;
    String as Text;
    Vec<u8> as Bytes;
    Uuid as Uuid;
    Timestamp as Timestamp;
    Date as Date;
    Duration as Duration;
    Json as Json;
}

macro_rules! integers {
    ($($ty:ty),*) => { $(
        impl Value for $ty {
            fn plain(&self) -> Plain {
                Plain::Integer((*self).into())
            }

            fn of(plain: Plain) -> Self {
                match plain {
                    Plain::Integer(value) => value.try_into().expect("a sample fits"),
                    other => panic!("{other:?} is no {}", stringify!($ty)),
                }
            }
        }
    )* };
}
integers!(i32, i64, u32, u64);

impl<T: Value> Value for Option<T> {
    fn plain(&self) -> Plain {
        self.as_ref().map_or(Plain::Absent, Value::plain)
    }

    fn of(plain: Plain) -> Self {
        (plain != Plain::Absent).then(|| T::of(plain))
    }
}

impl<T: Value> Value for Vec<T> {
    fn plain(&self) -> Plain {
        Plain::List(self.iter().map(Value::plain).collect())
    }

    fn of(plain: Plain) -> Self {
        match plain {
            Plain::List(items) => items.into_iter().map(T::of).collect(),
            other => panic!("{other:?} is no list"),
        }
    }
}

impl<T: Value> Value for BTreeMap<String, T> {
    fn plain(&self) -> Plain {
        let items = self.iter().map(|(key, item)| (key.clone(), item.plain()));
        Plain::Map(items.collect())
    }

    fn of(plain: Plain) -> Self {
        match plain {
            Plain::Map(items) => items
                .into_iter()
                .map(|(key, item)| (key, T::of(item)))
                .collect(),
            other => panic!("{other:?} is no map"),
        }
    }
}

/// The newtype of a key.
macro_rules! plain_id {
    ($id:ty) => {
        impl crate::plain::Value for $id {
            fn plain(&self) -> crate::plain::Plain {
                self.0.plain()
            }

            fn of(plain: crate::plain::Plain) -> Self {
                Self(crate::plain::Value::of(plain))
            }
        }
    };
}

/// An enum: the place of its variant.
macro_rules! plain_enum {
    ($name:ty) => {
        impl crate::plain::Value for $name {
            fn plain(&self) -> crate::plain::Plain {
                let place = Self::ALL.iter().position(|it| it == self);
                crate::plain::Plain::Variant(place.expect("this build knows it"))
            }

            fn of(plain: crate::plain::Plain) -> Self {
                match plain {
                    crate::plain::Plain::Variant(place) => Self::ALL[place].clone(),
                    other => panic!("{other:?} is no variant"),
                }
            }
        }
    };
}

/// A struct or a model: its fields in the order of the schema.
macro_rules! plain_struct {
    ($name:ty { $($field:ident)* }) => {
        impl crate::plain::Value for $name {
            fn plain(&self) -> crate::plain::Plain {
                crate::plain::Plain::Struct(vec![$(crate::plain::Value::plain(&self.$field)),*])
            }

            fn of(plain: crate::plain::Plain) -> Self {
                let crate::plain::Plain::Struct(row) = plain else {
                    panic!("{plain:?} is no struct");
                };
                let mut row = row.into_iter();
                Self {
                    $($field: crate::plain::Value::of(row.next().expect("one for each field")),)*
                }
            }
        }
    };
}
