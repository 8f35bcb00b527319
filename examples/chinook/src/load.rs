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
    ($store:expr, $data:expr, $progress:expr, $new:expr, $row:literal, $table:ident) => {{
        $progress.set_message(stringify!($table));
        let rows = $data.rows($row).map(records::$table);
        let records = rows.collect::<Result<Vec<_>, _>>()?;
        for chunk in records.chunks(CHUNK) {
            $new += $store
                .transaction(async |tx| {
                    let keys = chunk.iter().map(keyloom::Model::key);
                    let there = $table::get_many(&tx, keys).await?;
                    let missing: Vec<_> = chunk
                        .iter()
                        .zip(there)
                        .filter(|(_, there)| there.is_none())
                        .map(|(record, _)| record.clone())
                        .collect();
                    $table::insert_many(&tx, &missing)
                        .await
                        .map(|stored| stored.len())
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
    let mut new = 0;
    load!(store, data, progress, new, "Genre", genres);
    load!(store, data, progress, new, "MediaType", media_types);
    load!(store, data, progress, new, "Artist", artists);
    load!(store, data, progress, new, "Album", albums);
    load!(store, data, progress, new, "Track", tracks);
    load!(store, data, progress, new, "Employee", employees);
    load!(store, data, progress, new, "Customer", customers);
    load!(store, data, progress, new, "Invoice", invoices);
    load!(store, data, progress, new, "InvoiceLine", invoice_lines);
    load!(store, data, progress, new, "Playlist", playlists);
    load!(store, data, progress, new, "PlaylistTrack", playlist_tracks);
    progress.finish_and_clear();
    let all = data.len();
    println!(
        "Loaded {new} rows in {:.1?}; the file has {all}",
        progress.elapsed()
    );
    Ok(())
}
