//! Types as the catalogue keeps them, and which may follow which.

use super::rows::LayoutField;
use crate::{
    descriptor::{Field, Type},
    value::{DecodeError, Decoder},
};
use serde::{Deserialize, Serialize};

/// A type in a layout: what a record's bytes mean without the schema's source.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum StoredType {
    Bool,
    I32,
    I64,
    U32,
    U64,
    F64,
    String,
    Bytes,
    Uuid,
    Timestamp,
    Date,
    Duration,
    Decimal,
    Json,
    Version,
    /// The enum's id in the catalogue.
    Enum(u32),
    Struct(Vec<LayoutField>),
    List(Box<StoredType>),
    Map(Box<StoredType>),
}

impl StoredType {
    /// The type of this build as the catalogue keeps it; `enums` are the catalogue's ids of the schema's enums.
    pub(super) fn of(ty: Type, enums: &[u32]) -> Self {
        match ty {
            Type::Bool => Self::Bool,
            Type::I32 => Self::I32,
            Type::I64 => Self::I64,
            Type::U32 => Self::U32,
            Type::U64 => Self::U64,
            Type::F64 => Self::F64,
            Type::String => Self::String,
            Type::Bytes => Self::Bytes,
            Type::Uuid => Self::Uuid,
            Type::Timestamp => Self::Timestamp,
            Type::Date => Self::Date,
            Type::Duration => Self::Duration,
            Type::Decimal => Self::Decimal,
            Type::Json => Self::Json,
            Type::Version => Self::Version,
            Type::Enum(enumeration) => Self::Enum(enums[enumeration.place]),
            Type::Struct(structure) => Self::Struct(
                structure
                    .fields
                    .iter()
                    .map(|field| LayoutField {
                        secret: field.secret,
                        ..Self::field(field, 0, enums)
                    })
                    .collect(),
            ),
            Type::List(item) => Self::List(Box::new(Self::of(*item, enums))),
            Type::Map(item) => Self::Map(Box::new(Self::of(*item, enums))),
        }
    }

    /// A field of this build as the catalogue keeps it.
    pub(super) fn field(field: &Field, number: u32, enums: &[u32]) -> LayoutField {
        LayoutField {
            number,
            name: field.name.to_owned(),
            ty: Self::of(field.ty, enums),
            optional: field.optional,
            secret: false,
        }
    }

    /// Whether every value of this type can be read as a `new`.
    pub(super) fn becomes(&self, new: &Self) -> bool {
        match (self, new) {
            (Self::List(old), Self::List(new)) | (Self::Map(old), Self::Map(new)) => {
                old.becomes(new)
            }
            // Integers may be widened. Fields of structs are matched by name; what is missing or changed is seen field by
            // field.
            (Self::I32, Self::I64)
            | (Self::U32, Self::U64 | Self::I64)
            | (Self::Struct(_), Self::Struct(_)) => true,
            (old, new) => old == new,
        }
    }

    /// The name as the schema writes it.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Enum(_) => "enum".to_owned(),
            Self::Struct(_) => "struct".to_owned(),
            Self::List(item) => format!("list<{}>", item.name()),
            Self::Map(item) => format!("map<string,{}>", item.name()),
            simple => format!("{simple:?}").to_lowercase(),
        }
    }

    /// Reads past one value of this type.
    pub(super) fn skip(&self, from: &mut Decoder<'_>) -> Result<(), DecodeError> {
        match self {
            Self::Bool => drop(from.take(1)?),
            Self::F64 => drop(from.take(8)?),
            Self::Uuid => drop(from.take(16)?),
            Self::I32
            | Self::I64
            | Self::U32
            | Self::U64
            | Self::Timestamp
            | Self::Date
            | Self::Version
            | Self::Enum(_) => drop(from.varint()?),
            Self::String | Self::Bytes | Self::Json => drop(from.sized()?),
            Self::Duration => {
                from.varint()?;
                from.varint()?;
            }
            Self::Decimal => {
                from.varint()?;
                from.sized()?;
            }
            Self::Struct(fields) => skip_fields(fields, from)?,
            Self::List(item) => {
                for _ in 0..from.length()? {
                    item.skip(from)?;
                }
            }
            Self::Map(item) => {
                for _ in 0..from.length()? {
                    from.sized()?;
                    item.skip(from)?;
                }
            }
        }
        Ok(())
    }
}

fn skip_fields(fields: &[LayoutField], from: &mut Decoder<'_>) -> Result<(), DecodeError> {
    read_fields(fields, from, |_, _| ()).map(drop)
}

/// Reads the values of a record's or struct's fields as bytes, in order; absent ones are left out.
pub(super) fn read_fields<'a>(
    fields: &[LayoutField],
    from: &mut Decoder<'a>,
    mut each: impl FnMut(usize, &'a [u8]),
) -> Result<(), DecodeError> {
    let optional = fields.iter().filter(|field| field.optional).count();
    let outer = from.open_presence(optional)?;
    for (place, field) in fields.iter().enumerate() {
        if field.optional && !from.present()? {
            continue;
        }
        let before = from.rest();
        field.ty.skip(from)?;
        each(place, &before[..before.len() - from.rest().len()]);
    }
    from.close(outer);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::{
        rows::{LayoutRow, TableRow},
        topics::{EventRow, TopicRow},
    };
    use super::*;

    /// The checker of schemas lets no more through.
    const LEVELS: usize = 16;

    #[test]
    fn the_deepest_layout_of_a_schema_is_read_back() {
        let field = |ty| LayoutField {
            number: 1,
            name: "inner".to_owned(),
            ty,
            optional: true,
            secret: false,
        };
        let deeper = |ty, _| StoredType::Map(Box::new(StoredType::Struct(vec![field(ty)])));
        let deepest = (0..LEVELS).fold(StoredType::List(Box::new(StoredType::I32)), deeper);
        let layout = LayoutRow {
            number: 1,
            fields: vec![field(deepest)],
        };
        let mut row = TableRow::new(1, "posts");
        row.layouts.push(layout.clone());
        row.topic = Some(TopicRow {
            partitions: 1,
            partition_by: None,
            events: vec![EventRow {
                kind: 3,
                name: "moved".to_owned(),
                fields: Vec::new(),
                layouts: vec![layout],
            }],
        });
        let stored = serde_json::to_vec(&row).unwrap();
        assert_eq!(serde_json::from_slice::<TableRow>(&stored).unwrap(), row);
    }
}
