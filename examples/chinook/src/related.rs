//! Questions, answered through relations.

mod expected;

use crate::{
    chinook::{
        AlbumId, Chinook, CustomerId, EmployeeId, InvoiceLine, PlaylistId, Track, albums,
        customers, employees, invoices, playlists, tracks,
    },
    row::Data,
    show::{self, Lines, cells},
};
use keyloom::{Read, Result};
use std::error::Error;

/// The album, playlist, employee and customer that the questions are about.
const ALBUM: i64 = 1;
const PLAYLIST: i64 = 17;
const EMPLOYEE: i64 = 1;
const CUSTOMER: i64 = 23;

/// Asks everything in one snapshot, prints the answers, and counts those that differ from the file's.
pub(crate) async fn compare(store: &Chinook, data: &Data) -> Result<usize, Box<dyn Error>> {
    let at = store.snapshot().await?;
    let same = [
        show::answer(
            &format!("The album {ALBUM} with its artist and tracks"),
            &["album", "artist", "track", "name"],
            &album(&at).await?,
            &expected::album(data)?,
        ),
        show::answer(
            &format!("The tracks of the playlist {PLAYLIST}, with album and artist"),
            &["track", "name", "album", "artist"],
            &playlist(&at).await?,
            &expected::playlist(data)?,
        ),
        show::answer(
            &format!("Who reports to the employee {EMPLOYEE}, and who to them"),
            &["report", "their report"],
            &reports(&at).await?,
            &expected::reports(data)?,
        ),
        show::answer(
            &format!("The customer {CUSTOMER} with invoices and lines"),
            &["invoice", "date", "line", "track", "price"],
            &customer(&at).await?,
            &expected::customer(data)?,
        ),
    ];
    Ok(same.iter().filter(|same| !**same).count())
}

async fn album(at: &impl Read) -> Result<Lines> {
    let relations = (albums::artist().strict(), albums::tracks());
    let row = albums::by_key(AlbumId(ALBUM))
        .include(relations)
        .one(at)
        .await?;
    let mut lines = Vec::new();
    if let Some((album, (artist, tracks))) = row {
        let line = |it: &Track| cells![album.title, artist.name, it.id, it.name];
        lines.extend(tracks.iter().map(line));
    }
    Ok(Lines(lines))
}

async fn playlist(at: &impl Read) -> Result<Lines> {
    let with_artist = tracks::album().include(albums::artist().strict());
    let tracks = playlists::tracks().limit(100).include(with_artist.strict());
    let row = playlists::by_key(PlaylistId(PLAYLIST))
        .include(tracks)
        .one(at)
        .await?;
    let rows = row.into_iter().flat_map(|(_, tracks)| tracks);
    let lines = rows.map(|(it, (album, artist))| cells![it.id, it.name, album.title, artist.name]);
    Ok(Lines(lines.collect()))
}

async fn reports(at: &impl Read) -> Result<Lines> {
    let both = employees::reports().include(employees::reports());
    let row = employees::by_key(EmployeeId(EMPLOYEE))
        .include(both)
        .one(at)
        .await?;
    let mut lines = Vec::new();
    for (report, theirs) in row.into_iter().flat_map(|(_, reports)| reports) {
        lines.extend(
            theirs
                .iter()
                .map(|it| cells![report.last_name, it.last_name]),
        );
    }
    Ok(Lines(lines))
}

async fn customer(at: &impl Read) -> Result<Lines> {
    let invoices = customers::invoices().include(invoices::lines());
    let row = customers::by_key(CustomerId(CUSTOMER))
        .include(invoices)
        .one(at)
        .await?;
    let mut lines = Vec::new();
    for (invoice, of_it) in row.into_iter().flat_map(|(_, invoices)| invoices) {
        let line = |it: &InvoiceLine| {
            cells![
                invoice.id,
                invoice.invoice_date,
                it.id,
                it.track_id,
                it.unit_price
            ]
        };
        lines.extend(of_it.iter().map(line));
    }
    Ok(Lines(lines))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load;
    use keyloom::{
        engine::embedded::{EmbeddedEngine, EmbeddedOptions, Location},
        testing::{Counting, Reads},
    };
    use std::collections::BTreeSet;

    /// The different cells of a column.
    fn different(lines: &Lines, column: usize) -> usize {
        let cells = lines.0.iter().map(|line| &line[column]);
        cells.collect::<BTreeSet<_>>().len()
    }

    #[tokio::test]
    async fn each_answer_costs_a_batch_for_each_relation_and_level() {
        let engine = EmbeddedEngine::open(Location::Memory, EmbeddedOptions::default()).await;
        let (engine, tally) = Counting::over(engine.unwrap());
        let store = Chinook::open_on(engine).await.unwrap();
        let data = Data::read().unwrap();
        load::everything(&store, &data).await.unwrap();
        let _ = tally.take();

        // The album; its artist; a scan of its tracks, and the tracks.
        let lines = album(&store).await.unwrap();
        assert_eq!(lines, expected::album(&data).unwrap());
        let reads = Reads {
            gets: 1,
            scans: 1,
            batches: 2,
            keys: 1 + lines.0.len(),
        };
        assert_eq!(tally.take(), reads);

        // The playlist; a scan of the join, which need not be read; tracks, albums, artists, each once.
        let lines = playlist(&store).await.unwrap();
        assert_eq!(lines, expected::playlist(&data).unwrap());
        let reads = Reads {
            gets: 1,
            scans: 1,
            batches: 3,
            keys: lines.0.len() + different(&lines, 2) + different(&lines, 3),
        };
        assert_eq!(tally.take(), reads);

        // The employee; a scan and a batch for two reports; a scan for each of them, and a batch for all of theirs.
        let lines = reports(&store).await.unwrap();
        assert_eq!(lines, expected::reports(&data).unwrap());
        let reads = Reads {
            gets: 1,
            scans: 1 + 2,
            batches: 2,
            keys: 2 + lines.0.len(),
        };
        assert_eq!(tally.take(), reads);

        // The customer; a scan and a batch for the invoices; a scan for each, and a batch for all lines.
        let lines = customer(&store).await.unwrap();
        assert_eq!(lines, expected::customer(&data).unwrap());
        let invoices = different(&lines, 0);
        let reads = Reads {
            gets: 1,
            scans: 1 + invoices,
            batches: 2,
            keys: invoices + lines.0.len(),
        };
        assert_eq!(tally.take(), reads);
    }
}
