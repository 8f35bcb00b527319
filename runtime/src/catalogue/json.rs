//! Stored records and keys as JSON, by what the catalogue says of them. What is secret is left out.

use super::{
    Binding, extras,
    rows::{EnumRow, FieldRow, LayoutField, LayoutRow, TableRow},
    stored_type::{StoredType, read_fields},
    topics::EventRow,
};
use crate::{
    Date, Decimal, Duration, Json, Timestamp, Uuid,
    key::{KeyReader, KeyValue, hex},
    value::{DecodeError, Decoder, FieldValue},
};
use serde_json::{Map, Number};

/// Stands where a value is secret.
const HIDDEN: &str = "<secret>";

/// Records of one table or payloads of one event.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shown<'a> {
    /// Of no schema: enums are found in the catalogue's rows.
    binding: &'a Binding,
    fields: &'a [FieldRow],
    layouts: &'a [LayoutRow],
    enums: &'a [EnumRow],
}

impl<'a> Shown<'a> {
    pub(super) fn of_table(
        binding: &'a Binding,
        table: &'a TableRow,
        enums: &'a [EnumRow],
    ) -> Self {
        Self {
            binding,
            fields: &table.fields,
            layouts: &table.layouts,
            enums,
        }
    }

    pub(super) fn of_event(
        binding: &'a Binding,
        event: &'a EventRow,
        enums: &'a [EnumRow],
    ) -> Self {
        Self {
            binding,
            fields: &event.fields,
            layouts: &event.layouts,
            enums,
        }
    }

    /// A stored record with its layout number.
    pub(super) fn record(self, stored: &[u8]) -> Json {
        self.fields(stored)
            .map_or_else(|error| undecoded(stored, &error), Json::Object)
    }

    /// The parts of a key: the value if there is one part, a list of them otherwise.
    pub(super) fn key(self, names: &[String], bytes: &[u8]) -> Json {
        self.parts(names, bytes)
            .unwrap_or_else(|error| undecoded(bytes, &error))
    }

    fn fields(self, stored: &[u8]) -> Result<Map<String, Json>, DecodeError> {
        let mut from = Decoder::new(self.binding, stored);
        let number = from.varint()?;
        let layout = self.layouts.iter().find(|layout| layout.number == number);
        let layout = layout.ok_or(DecodeError::UnknownLayout(number))?;
        let mut out = Map::new();
        for (field, bytes) in split(&layout.fields, &mut from)? {
            let value = self.field(field, bytes)?;
            out.insert(self.name(field), value);
        }
        // Fields that the layout lacks, as a newer build wrote them.
        for extra in extras::parse(from.rest()) {
            let extra = extra?;
            let in_layout = |it: &&LayoutRow| extra.layout.is_none_or(|number| number == it.number);
            let of_number = |field: &&LayoutField| field.number == extra.number;
            let mut newest = self.layouts.iter().rev().filter(in_layout);
            let field = newest.find_map(|it| it.fields.iter().find(of_number));
            if let (Some(field), Some(bytes), true) = (field, extra.value, extra.path.is_empty()) {
                out.insert(self.name(field), self.field(field, bytes)?);
            }
        }
        Ok(out)
    }

    fn row(self, number: u32) -> Option<&'a FieldRow> {
        self.fields.iter().find(|row| row.number == number)
    }

    /// What a field is called today.
    fn name(self, field: &LayoutField) -> String {
        let row = self.row(field.number);
        row.map_or_else(|| field.name.clone(), |row| row.name.clone())
    }

    fn field(self, field: &LayoutField, bytes: &[u8]) -> Result<Json, DecodeError> {
        if self.row(field.number).is_some_and(|row| row.secret) {
            return Ok(Json::String(HIDDEN.to_owned()));
        }
        let mut from = Decoder::new(self.binding, bytes);
        self.value(&field.ty, &mut from, &mut Vec::new(), field.number)
    }

    /// Whether any layout calls what stands at a path inside a field secret: an older one may not have known.
    fn is_secret(self, number: u32, path: &[&str]) -> bool {
        self.layouts.iter().any(|layout| {
            let field = layout.fields.iter().find(|field| field.number == number);
            field.is_some_and(|field| secret_at(&field.ty, path))
        })
    }

    fn value<'b>(
        self,
        ty: &'b StoredType,
        from: &mut Decoder<'_>,
        path: &mut Vec<&'b str>,
        number: u32,
    ) -> Result<Json, DecodeError> {
        Ok(match ty {
            StoredType::Bool => Json::Bool(bool::read(from)?),
            StoredType::I32 | StoredType::I64 => Json::from(i64::read(from)?),
            StoredType::U32 | StoredType::U64 | StoredType::Version => Json::from(u64::read(from)?),
            StoredType::F64 => float(f64::read(from)?),
            StoredType::String => Json::String(String::read(from)?),
            StoredType::Bytes => Json::String(hex(from.sized()?)),
            StoredType::Uuid => Json::String(Uuid::read(from)?.to_string()),
            StoredType::Timestamp => Json::String(Timestamp::read(from)?.to_string()),
            StoredType::Date => Json::String(Date::read(from)?.to_string()),
            StoredType::Duration => Json::String(Duration::read(from)?.to_string()),
            StoredType::Decimal => Json::String(Decimal::read(from)?.to_string()),
            StoredType::Json => Json::read(from)?,
            StoredType::Enum(id) => {
                let number = u16::try_from(from.varint()?).map_err(DecodeError::malformed)?;
                Json::String(self.variant(*id, number))
            }
            StoredType::Struct(fields) => {
                let mut out = Map::new();
                for (field, bytes) in split(fields, from)? {
                    path.push(&field.name);
                    let value = if self.is_secret(number, path) {
                        Json::String(HIDDEN.to_owned())
                    } else {
                        let mut inner = Decoder::new(self.binding, bytes);
                        self.value(&field.ty, &mut inner, path, number)?
                    };
                    path.pop();
                    out.insert(field.name.clone(), value);
                }
                Json::Object(out)
            }
            StoredType::List(item) => {
                let items = 0..from.length()?;
                let items = items.map(|_| self.value(item, from, path, number));
                Json::Array(items.collect::<Result<_, _>>()?)
            }
            StoredType::Map(item) => {
                let mut out = Map::new();
                for _ in 0..from.length()? {
                    let name = String::read(from)?;
                    out.insert(name, self.value(item, from, path, number)?);
                }
                Json::Object(out)
            }
        })
    }

    fn variant(self, id: u32, number: u16) -> String {
        let row = self.enums.iter().find(|row| row.id == id);
        let variant = row.and_then(|row| row.variants.iter().find(|it| it.number == number));
        variant.map_or_else(
            || format!("variant {number}"),
            |variant| variant.name.clone(),
        )
    }

    fn parts(self, names: &[String], bytes: &[u8]) -> Result<Json, DecodeError> {
        let mut from = KeyReader::new(self.binding, bytes);
        let mut parts = Vec::with_capacity(names.len());
        for name in names {
            let row = self.fields.iter().find(|row| row.name == *name);
            let (Some(row), Some(layout)) = (row, self.layouts.last()) else {
                return Err(DecodeError::Malformed(format!("key: no field `{name}`")));
            };
            let field = layout
                .fields
                .iter()
                .find(|field| field.number == row.number);
            let field =
                field.ok_or_else(|| DecodeError::Malformed(format!("key: no field `{name}`")))?;
            let value = self.part(&field.ty, &mut from)?;
            parts.push(if row.secret {
                Json::String(HIDDEN.to_owned())
            } else {
                value
            });
        }
        if !from.rest().is_empty() {
            return Err(DecodeError::LeftOver(from.rest().len()));
        }
        Ok(match <[Json; 1]>::try_from(parts) {
            Ok([only]) => only,
            Err(several) => Json::Array(several),
        })
    }

    fn part(self, ty: &StoredType, from: &mut KeyReader<'_>) -> Result<Json, DecodeError> {
        Ok(match ty {
            StoredType::Bool => Json::Bool(bool::take(from)?),
            StoredType::I32 => Json::from(i32::take(from)?),
            StoredType::I64 => Json::from(i64::take(from)?),
            StoredType::U32 => Json::from(u32::take(from)?),
            StoredType::U64 | StoredType::Version => Json::from(u64::take(from)?),
            StoredType::F64 => float(f64::take(from)?),
            StoredType::String => Json::String(String::take(from)?),
            StoredType::Bytes => Json::String(hex(&from.escaped()?)),
            StoredType::Uuid => Json::String(Uuid::take(from)?.to_string()),
            StoredType::Timestamp => Json::String(Timestamp::take(from)?.to_string()),
            StoredType::Date => Json::String(Date::take(from)?.to_string()),
            StoredType::Duration => Json::String(Duration::take(from)?.to_string()),
            StoredType::Decimal => Json::String(Decimal::take(from)?.to_string()),
            StoredType::Enum(id) => {
                Json::String(self.variant(*id, u16::from_be_bytes(from.array()?)))
            }
            StoredType::Json | StoredType::Struct(_) | StoredType::List(_) | StoredType::Map(_) => {
                return Err(DecodeError::Malformed(
                    "a value that cannot stand in a key".to_owned(),
                ));
            }
        })
    }
}

/// The fields of a record or struct that are there, with their bytes.
fn split<'l, 'b>(
    fields: &'l [LayoutField],
    from: &mut Decoder<'b>,
) -> Result<Vec<(&'l LayoutField, &'b [u8])>, DecodeError> {
    let mut found = Vec::with_capacity(fields.len());
    read_fields(fields, from, |place, bytes| {
        found.push((&fields[place], bytes));
    })?;
    Ok(found)
}

fn secret_at(ty: &StoredType, path: &[&str]) -> bool {
    match (ty, path) {
        (StoredType::List(item) | StoredType::Map(item), _) => secret_at(item, path),
        (StoredType::Struct(fields), [name, rest @ ..]) => {
            let field = fields.iter().find(|field| field.name == *name);
            field.is_some_and(|field| match rest {
                [] => field.secret,
                rest => field.secret || secret_at(&field.ty, rest),
            })
        }
        _ => false,
    }
}

/// JSON has no number for the rest.
fn float(value: f64) -> Json {
    Number::from_f64(value).map_or_else(|| Json::String(value.to_string()), Json::Number)
}

/// The damage, without the bytes: they may hold a secret.
fn undecoded(bytes: &[u8], error: &DecodeError) -> Json {
    Json::String(format!(
        "<{} bytes that do not decode: {error}>",
        bytes.len()
    ))
}
