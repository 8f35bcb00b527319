//! Bodies of the fuzz targets: what must hold of any bytes and any text. `fuzz/` runs them with libFuzzer, the suite `fuzz`
//! with damaged seeds.
//!
//! Bytes are put below the runtime, into an engine, where only damage or another build would put them.

use crate::{
    below::{engine, pairs, put},
    person, shop, v1, v2,
};
use keyloom::{Cursor, Error, Result, engine::embedded::EmbeddedEngine};
use keyloom_generator::{Options, check_text, generate_module};
use tokio::runtime::Runtime;

/// Stores in memory with a record each, and their engines.
pub struct Subject {
    runtime: Runtime,
    people: (EmbeddedEngine, shop::Shop, shop::PersonId),
    /// Written by one release, read by the next.
    entries: (EmbeddedEngine, v2::ledger::Ledger),
}

impl Default for Subject {
    fn default() -> Self {
        Self::new()
    }
}

impl Subject {
    /// New stores.
    #[must_use]
    pub fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime starts");
        let (people, entries) = runtime
            .block_on(async {
                let engine = engine().await;
                let shop = shop::Shop::open_on(engine.clone()).await?;
                let mut ada = person("Ada");
                ada.labels = vec!["a".into(), "b".into()];
                ada.address = Some(shop::Address {
                    city: "Ulm".into(),
                    country: "DE".into(),
                });
                ada.counts = [("a".to_owned(), 1)].into();
                let id = shop::people::insert(&shop, &ada).await?.id;
                let people = (engine, shop, id);
                let engine = self::engine().await;
                let old = v1::ledger::Ledger::open_on(engine.clone()).await?;
                let entry = v1::ledger::Entry {
                    id: v1::ledger::EntryId(1),
                    title: "title".into(),
                    amount: -7,
                    kind: v1::ledger::Kind::Card,
                    note: Some("note".into()),
                    gone: "gone".into(),
                };
                v1::ledger::entries::insert(&old, &entry).await?;
                let ledger = v2::ledger::Ledger::open_on(engine.clone()).await?;
                Ok::<_, Error>((people, (engine, ledger)))
            })
            .expect("stores in memory open");
        Self {
            runtime,
            people,
            entries,
        }
    }

    /// Values and keys as they are stored, for a start: records of the two stores, and index entries.
    #[must_use]
    pub fn seeds(&self) -> Seeds {
        self.runtime.block_on(async {
            let entries = pairs(&self.people.0, b'i').await;
            let page = shop::people::by_name(..)
                .limit(1)
                .page(&self.people.1)
                .await;
            Seeds {
                record: values(&self.people.0).await,
                old_record: values(&self.entries.0).await,
                key: entries.into_iter().map(|(key, _)| key).collect(),
                cursor: page
                    .ok()
                    .and_then(|page| page.next)
                    .map_or_else(|| "AQ".to_owned(), String::from),
            }
        })
    }

    /// A record of any bytes is read or reported, and so is what a write makes of it.
    pub fn record(&self, bytes: &[u8]) {
        let (engine, shop, id) = &self.people;
        self.runtime.block_on(async {
            let key = pairs(engine, b'r').await.remove(0).0;
            put(engine, key.clone(), Some(bytes.to_vec())).await;
            match shop::people::get(shop, *id).await {
                Ok(Some(found)) => {
                    // A value over its limits is refused, any other is written.
                    let _ = shop::people::put(shop, &found).await;
                }
                other => reported(other.map(drop)),
            }
            put(engine, key, Some(bytes.to_vec())).await;
        });
    }

    /// So is a record that says it is of another layout.
    pub fn old_record(&self, bytes: &[u8]) {
        use v2::ledger::{EntryId, entries};
        let (engine, ledger) = &self.entries;
        self.runtime.block_on(async {
            let key = pairs(engine, b'r').await.remove(0).0;
            put(engine, key, Some(bytes.to_vec())).await;
            reported(entries::get(ledger, EntryId(1)).await.map(drop));
            reported(entries::all().all(ledger, 10).await.map(drop));
        });
    }

    /// An index entry of any key is read or reported.
    pub fn key(&self, bytes: &[u8]) {
        use shop::people;
        let (engine, shop, _) = &self.people;
        self.runtime.block_on(async {
            let mut key = bytes.to_vec();
            // Of an index of the table: the rest is as it comes.
            key.splice(..key.len().min(2), [b'i', 1]);
            let known = pairs(engine, b'i')
                .await
                .iter()
                .any(|(there, _)| *there == key);
            if known {
                return;
            }
            put(engine, key.clone(), Some(Vec::new())).await;
            reported(people::by_name(..).keys(shop).await.map(drop));
            reported(people::by_name_desc(.., ..).keys(shop).await.map(drop));
            reported(people::by_score(..).keys(shop).await.map(drop));
            reported(people::by_balance(..).keys(shop).await.map(drop));
            reported(people::by_city(..).keys(shop).await.map(drop));
            reported(people::by_pause(..).keys(shop).await.map(drop));
            reported(people::by_email(..).all(shop, 10).await.map(drop));
            put(engine, key, None).await;
        });
    }

    /// A cursor of any text gives a page or is refused.
    pub fn cursor(&self, text: &str) {
        let Ok(cursor) = text.parse::<Cursor>();
        let (_, shop, _) = &self.people;
        self.runtime.block_on(async {
            let after = shop::people::by_name(..).after(cursor.clone());
            match after.page(shop).await {
                Ok(_) | Err(Error::Cursor(_)) => {}
                Err(other) => panic!("{other:?}"),
            }
            let before = shop::people::by_age(..).before(cursor);
            assert!(
                before.page(shop).await.is_err(),
                "a cursor of another query"
            );
        });
    }
}

/// What the stores hold, for a start.
#[derive(Debug)]
pub struct Seeds {
    /// Records of the layout that is read.
    pub record: Vec<Vec<u8>>,
    /// Records of another layout.
    pub old_record: Vec<Vec<u8>>,
    /// Keys of index entries.
    pub key: Vec<Vec<u8>>,
    /// A cursor.
    pub cursor: String,
}

/// Any text is checked, and what passes gives Rust.
///
/// # Panics
///
/// If a fault is outside of the text, or the generator gives no Rust for a right schema.
pub fn schema(text: &str) {
    let checked = check_text("fuzz.kdl", text);
    for label in checked.diagnostics.iter().flat_map(|fault| &fault.labels) {
        assert!(
            text.get(label.span.start..label.span.end).is_some(),
            "{label:?}"
        );
    }
    let Some(schema) = checked.schema else { return };
    for serde in [false, true] {
        // Formatting parses it: what comes back is Rust.
        if let Err(fault) = generate_module(&schema, Options { serde }) {
            panic!("{fault}");
        }
    }
}

fn reported(outcome: Result<()>) {
    match outcome {
        Ok(()) | Err(Error::Corrupt { .. }) => {}
        Err(other) => panic!("{other:?}"),
    }
}

async fn values(engine: &EmbeddedEngine) -> Vec<Vec<u8>> {
    let pairs = pairs(engine, b'r').await;
    pairs.into_iter().map(|(_, value)| value).collect()
}
