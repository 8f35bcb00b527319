//! From the JSON file into the store, table by table, some hundred records a transaction.

mod records;

use crate::{
    chinook::{
        Chinook, albums, artists, customers, employees, genres, invoice_lines, invoices,
        media_types, playlist_tracks, playlists, tracks,
    },
    row::Data,
};
use indicatif::{ProgressBar, ProgressStyle};
use std::error::Error;

/// How many records one transaction writes.
const CHUNK: usize = 400;

/// Loads the rows of a table that the store does not have yet.
macro_rules! load {
    ($store:expr, $data:expr, $progress:expr, $row:literal, $table:ident) => {{
        $progress.set_message(stringify!($table));
        let rows = $data.rows($row).map(records::$table);
        let records = rows.collect::<Result<Vec<_>, _>>()?;
        for chunk in records.chunks(CHUNK) {
            $store
                .transaction(async |tx| {
                    let keys = chunk.iter().map(keyloom::Model::key);
                    let there = $table::get_many(&tx, keys).await?;
                    let missing: Vec<_> = chunk
                        .iter()
                        .zip(there)
                        .filter(|(_, there)| there.is_none())
                        .map(|(record, _)| record.clone())
                        .collect();
                    $table::insert_many(&tx, &missing).await.map(drop)
                })
                .await?;
            $progress.inc(chunk.len() as u64);
        }
    }};
}

/// Loads what the store does not have yet: a load that was stopped goes on where it was.
pub(crate) async fn everything(store: &Chinook, data: &Data) -> Result<(), Box<dyn Error>> {
    let progress = ProgressBar::new(data.len()).with_style(ProgressStyle::with_template(
        "{bar:30} {pos}/{len} rows  {msg}",
    )?);
    load!(store, data, progress, "Genre", genres);
    load!(store, data, progress, "MediaType", media_types);
    load!(store, data, progress, "Artist", artists);
    load!(store, data, progress, "Album", albums);
    load!(store, data, progress, "Track", tracks);
    load!(store, data, progress, "Employee", employees);
    load!(store, data, progress, "Customer", customers);
    load!(store, data, progress, "Invoice", invoices);
    load!(store, data, progress, "InvoiceLine", invoice_lines);
    load!(store, data, progress, "Playlist", playlists);
    load!(store, data, progress, "PlaylistTrack", playlist_tracks);
    progress.finish_and_clear();
    println!(
        "Loaded {} rows in {:.1?}",
        progress.length().unwrap_or(0),
        progress.elapsed()
    );
    Ok(())
}
