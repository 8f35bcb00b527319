//! The same answers, computed from the rows of the file by sorting and filtering. Knows nothing of the store.

use crate::{
    answers::{ALBUM, COUNTRY, CUSTOMER, GENRE, PAGE},
    row::{Data, Row, Unexpected},
    show::{Lines, cells},
};
use keyloom::Decimal;
use std::cmp::Reverse;

type Answer = Result<Lines, Unexpected>;

/// The rows that a condition keeps.
fn where_<'a>(
    data: &'a Data,
    table: &'static str,
    keep: impl Fn(Row<'a>) -> Result<bool, Unexpected>,
) -> Result<Vec<Row<'a>>, Unexpected> {
    let mut kept = Vec::new();
    for row in data.rows(table) {
        if keep(row)? {
            kept.push(row);
        }
    }
    Ok(kept)
}

/// One line a row.
fn lines<'a>(
    rows: impl IntoIterator<Item = Row<'a>>,
    cells: impl Fn(Row<'a>) -> Result<Vec<String>, Unexpected>,
) -> Answer {
    let lines: Result<_, _> = rows.into_iter().map(cells).collect();
    lines.map(Lines)
}

pub(crate) fn album(data: &Data) -> Answer {
    let mut rows = where_(data, "Track", |row| Ok(row.int("AlbumId")? == ALBUM))?;
    rows.sort_by_key(|row| row.int("TrackId").ok());
    lines(rows, |row| {
        Ok(cells![
            row.int("TrackId")?,
            row.text("Name")?,
            row.decimal("UnitPrice")?
        ])
    })
}

pub(crate) fn longest(data: &Data) -> Answer {
    let genre = where_(data, "Genre", |row| Ok(row.text("Name")? == GENRE))?;
    let genre = genre.first().map(|row| row.int("GenreId")).transpose()?;
    let mut rows = where_(data, "Track", |row| Ok(row.maybe_int("GenreId")? == genre))?;
    rows.sort_by_key(|row| {
        (
            Reverse(row.int("Milliseconds").ok()),
            row.int("TrackId").ok(),
        )
    });
    rows.truncate(10);
    lines(rows, |row| {
        Ok(cells![
            row.int("Milliseconds")?,
            row.int("TrackId")?,
            row.text("Name")?
        ])
    })
}

/// Texts of times in one form sort as the times do.
pub(crate) fn births(data: &Data, keep: impl Fn(&str) -> bool) -> Answer {
    let mut rows = where_(data, "Employee", |row| Ok(keep(&row.text("BirthDate")?)))?;
    rows.sort_by_key(|row| (row.text("BirthDate").ok(), row.int("EmployeeId").ok()));
    lines(rows, |row| {
        Ok(cells![row.text("BirthDate")? + "Z", row.text("LastName")?])
    })
}

pub(crate) fn early_births(data: &Data) -> Answer {
    let mut answer = births(data, |born| born < "1970")?;
    answer.0.reverse();
    Ok(answer)
}

pub(crate) fn country(data: &Data) -> Answer {
    let mut rows = where_(data, "Customer", |row| Ok(row.text("Country")? == COUNTRY))?;
    rows.sort_by_key(|row| (row.text("City").ok(), row.int("CustomerId").ok()));
    lines(rows, |row| {
        Ok(cells![
            row.text("City")?,
            row.text("LastName")?,
            row.text("Email")?
        ])
    })
}

pub(crate) fn pages(data: &Data) -> Answer {
    let mut rows = where_(
        data,
        "Invoice",
        |row| Ok(row.int("CustomerId")? == CUSTOMER),
    )?;
    rows.sort_by_key(|row| {
        (
            Reverse(row.text("InvoiceDate").ok()),
            row.int("InvoiceId").ok(),
        )
    });
    let pages: Vec<(usize, &[Row<'_>])> = (1..).zip(rows.chunks(PAGE)).collect();
    let there_and_back = pages.iter().chain(pages.iter().rev().skip(1));
    let numbered =
        there_and_back.flat_map(|(number, rows)| rows.iter().map(move |row| (number, row)));
    let lines: Result<_, Unexpected> = numbered
        .map(|(number, row)| {
            let time = row.text("InvoiceDate")? + "Z";
            Ok(cells![
                number,
                time,
                row.int("InvoiceId")?,
                row.decimal("Total")?
            ])
        })
        .collect();
    lines.map(Lines)
}

pub(crate) fn sum(data: &Data) -> Answer {
    let rows = data.rows("Invoice");
    let count = rows.len();
    let totals: Result<Vec<Decimal>, _> = rows.map(|row| row.decimal("Total")).collect();
    Ok(Lines(vec![cells![count, totals?.iter().sum::<Decimal>()]]))
}
