//! The same answers, computed from the rows of the file by joining and sorting. Knows nothing of the store.

use super::{ALBUM, CUSTOMER, EMPLOYEE, PLAYLIST};
use crate::{
    row::{Data, Row, Unexpected},
    show::{Lines, cells},
};
use std::cmp::Reverse;

type Answer = Result<Lines, Unexpected>;

/// The rows of a table whose column has a number, by another column.
fn matching<'a>(
    data: &'a Data,
    table: &'static str,
    (column, number): (&str, i64),
    order: &str,
) -> Result<Vec<Row<'a>>, Unexpected> {
    let mut found = Vec::new();
    for row in data.rows(table) {
        if row.maybe_int(column)? == Some(number) {
            found.push((row.int(order)?, row));
        }
    }
    found.sort_by_key(|(order, _)| *order);
    Ok(found.into_iter().map(|(_, row)| row).collect())
}

/// A text of the rows whose column has a number: of one, in a table whose key it is.
fn text(
    data: &Data,
    table: &'static str,
    key: (&str, i64),
    column: &str,
) -> Result<String, Unexpected> {
    let rows = matching(data, table, key, key.0)?;
    let texts: Result<Vec<String>, _> = rows.into_iter().map(|row| row.text(column)).collect();
    Ok(texts?.concat())
}

/// The title of an album, and the name of its artist.
fn album_and_artist(data: &Data, album: i64) -> Result<[String; 2], Unexpected> {
    let key = ("AlbumId", album);
    let mut artist = String::new();
    for row in matching(data, "Album", key, "AlbumId")? {
        artist = text(data, "Artist", ("ArtistId", row.int("ArtistId")?), "Name")?;
    }
    Ok([text(data, "Album", key, "Title")?, artist])
}

pub(super) fn album(data: &Data) -> Answer {
    let [album, artist] = album_and_artist(data, ALBUM)?;
    let tracks = matching(data, "Track", ("AlbumId", ALBUM), "TrackId")?;
    let lines = tracks.into_iter().map(|row| {
        Ok(cells![
            album,
            artist,
            row.int("TrackId")?,
            row.text("Name")?
        ])
    });
    lines.collect::<Result<_, _>>().map(Lines)
}

pub(super) fn playlist(data: &Data) -> Answer {
    let mut lines = Vec::new();
    for join in matching(data, "PlaylistTrack", ("PlaylistId", PLAYLIST), "TrackId")? {
        let track = join.int("TrackId")?;
        for row in matching(data, "Track", ("TrackId", track), "TrackId")? {
            let [album, artist] = album_and_artist(data, row.int("AlbumId")?)?;
            lines.push(cells![track, row.text("Name")?, album, artist]);
        }
    }
    Ok(Lines(lines))
}

pub(super) fn reports(data: &Data) -> Answer {
    let reports = |of| matching(data, "Employee", ("ReportsTo", of), "EmployeeId");
    let mut lines = Vec::new();
    for report in reports(EMPLOYEE)? {
        for theirs in reports(report.int("EmployeeId")?)? {
            lines.push(cells![report.text("LastName")?, theirs.text("LastName")?]);
        }
    }
    Ok(Lines(lines))
}

pub(super) fn customer(data: &Data) -> Answer {
    let mut invoices = matching(data, "Invoice", ("CustomerId", CUSTOMER), "InvoiceId")?;
    // Newest first; texts of times in one form sort as the times do.
    invoices.sort_by_key(|row| Reverse(row.text("InvoiceDate").ok()));
    let mut lines = Vec::new();
    for invoice in invoices {
        let (id, time) = (
            invoice.int("InvoiceId")?,
            invoice.text("InvoiceDate")? + "Z",
        );
        for line in matching(data, "InvoiceLine", ("InvoiceId", id), "InvoiceLineId")? {
            lines.push(cells![
                id,
                time,
                line.int("InvoiceLineId")?,
                line.int("TrackId")?,
                line.decimal("UnitPrice")?
            ]);
        }
    }
    Ok(Lines(lines))
}
