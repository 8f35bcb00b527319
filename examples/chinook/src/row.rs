//! The JSON file: tables of rows, and their values by column.

use keyloom::{Decimal, Json, Timestamp};
use std::{collections::BTreeMap, fmt, str::FromStr};

/// The file, as it came.
static FILE: &str = include_str!("../data/chinook.json");

/// The tables by name.
#[derive(Debug)]
pub(crate) struct Data(BTreeMap<String, Vec<BTreeMap<String, Json>>>);

impl Data {
    /// Reads the file that is part of the program.
    pub(crate) fn read() -> serde_json::Result<Self> {
        serde_json::from_str(FILE).map(Self)
    }

    /// The rows of a table, in the order of the file.
    pub(crate) fn rows(&self, table: &'static str) -> impl ExactSizeIterator<Item = Row<'_>> {
        let rows = self.0.get(table).map_or(&[][..], Vec::as_slice);
        rows.iter().map(move |columns| Row { table, columns })
    }

    /// How many rows there are in all tables.
    pub(crate) fn len(&self) -> u64 {
        self.0.values().map(|rows| rows.len() as u64).sum()
    }
}

/// A column that is not what the schema says.
#[derive(Debug)]
pub(crate) struct Unexpected(String);

impl fmt::Display for Unexpected {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl std::error::Error for Unexpected {}

/// One row.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row<'a> {
    table: &'static str,
    columns: &'a BTreeMap<String, Json>,
}

impl<'a> Row<'a> {
    /// A number, or nothing.
    pub(crate) fn maybe_int(self, column: &str) -> Result<Option<i64>, Unexpected> {
        match self.value(column)? {
            Json::Null => Ok(None),
            value => self.some(column, value.as_i64()).map(Some),
        }
    }

    /// A number.
    pub(crate) fn int(self, column: &str) -> Result<i64, Unexpected> {
        self.some(column, self.maybe_int(column)?)
    }

    /// A small number.
    pub(crate) fn int32(self, column: &str) -> Result<i32, Unexpected> {
        self.some(column, i32::try_from(self.int(column)?).ok())
    }

    /// A text, or nothing. An empty text is a text.
    pub(crate) fn maybe_text(self, column: &str) -> Result<Option<String>, Unexpected> {
        match self.value(column)? {
            Json::Null => Ok(None),
            value => self
                .some(column, value.as_str())
                .map(|text| Some(text.to_owned())),
        }
    }

    /// A text.
    pub(crate) fn text(self, column: &str) -> Result<String, Unexpected> {
        self.some(column, self.maybe_text(column)?)
    }

    /// An amount, exactly as it is written: 0.99 is 99 hundredths.
    pub(crate) fn decimal(self, column: &str) -> Result<Decimal, Unexpected> {
        let text = self.value(column)?.to_string();
        self.some(column, Decimal::from_str(&text).ok())
    }

    /// A time, or nothing. The file names no zone; it is UTC.
    pub(crate) fn maybe_time(self, column: &str) -> Result<Option<Timestamp>, Unexpected> {
        let Some(text) = self.maybe_text(column)? else {
            return Ok(None);
        };
        let time = Timestamp::from_str(&format!("{text}Z"));
        self.some(column, time.ok()).map(Some)
    }

    /// A time.
    pub(crate) fn time(self, column: &str) -> Result<Timestamp, Unexpected> {
        self.some(column, self.maybe_time(column)?)
    }

    fn value(self, column: &str) -> Result<&'a Json, Unexpected> {
        self.some(column, self.columns.get(column))
    }

    fn some<T>(self, column: &str, value: Option<T>) -> Result<T, Unexpected> {
        value.ok_or_else(|| {
            let found = self.columns.get(column);
            Unexpected(format!(
                "{}.{column} is not what the schema says: {found:?}",
                self.table
            ))
        })
    }
}
