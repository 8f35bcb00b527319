//! Writing a dump.

use super::{
    Progress, RawStore, Step, Summary,
    format::{Header, Tally, Writer, refused},
    load::unfinished,
    pages::Pages,
};
use crate::{Error, Result, Store, catalogue, transaction::AnyEngine};
use std::io::Write;

impl RawStore {
    /// Writes everything that the store holds now, from one snapshot, and hands `watch` the progress about once a
    /// megabyte.
    ///
    /// The memory that it takes does not depend on the size of the store. Writing to `out` blocks the thread.
    pub async fn dump(&self, out: impl Write, watch: impl FnMut(Progress)) -> Result<Summary> {
        dump(&self.engine, out, watch).await
    }
}

impl Store {
    /// Writes a dump of the open store: a backup, or a copy that `keyloom load` brings to another engine. See
    /// [`RawStore::dump`].
    pub async fn dump(&self, out: impl Write, watch: impl FnMut(Progress)) -> Result<Summary> {
        dump(self.engine(), out, watch).await
    }
}

async fn dump(
    engine: &AnyEngine,
    out: impl Write,
    mut watch: impl FnMut(Progress),
) -> Result<Summary> {
    let snapshot = engine.snapshot().await.map_err(Error::from_engine)?;
    if unfinished(&snapshot).await?.is_some() {
        return Err(refused(
            "the store is half loaded; end the load first, then dump",
        ));
    }
    let Some((format, schema)) = catalogue::identity(&snapshot).await? else {
        return Err(refused(
            "there is no store here: it was never opened with a schema",
        ));
    };
    let mut writer = Writer::new(out, &Header { format, schema })?;
    let mut pages = Pages::new(&snapshot);
    while let Some(page) = pages.next().await? {
        for (key, value) in page {
            writer.pair(&key, &value)?;
        }
        watch(progress(Step::Dumping, &writer.tally));
    }
    writer.finish().map(|tally| summary(&tally))
}

pub(super) fn progress(step: Step, tally: &Tally) -> Progress {
    Progress {
        step,
        pairs: tally.pairs,
        bytes: tally.bytes,
    }
}

pub(super) fn summary(tally: &Tally) -> Summary {
    Summary {
        pairs: tally.pairs,
        bytes: tally.bytes,
        checksum: tally.checksum().to_hex().to_string(),
    }
}
