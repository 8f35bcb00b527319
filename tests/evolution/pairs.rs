//! Each pair of schemas that the generator's tests compare, opened one after the other.

use keyloom::{Error, Result};
use keyloom_generator::diagnostics::Severity;
use keyloom_tests::logged;
use std::{fs, path::Path};

/// Codes that only a comparison of schemas gives: what callers see, and which indexes are built, is no matter of a store.
const NOTES: [&str; 2] = ["B012", "B013"];

/// What the tool says of a pair: lines of errors, and of warnings.
fn expected(pair: &str) -> (Vec<String>, Vec<String>) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../generator/tests/fixtures/breaking")
        .join(pair);
    let side = |name: &str| {
        keyloom_generator::check(name, |file| fs::read_to_string(folder.join(file)))
            .expect("the fixture is there")
    };
    let found = keyloom_generator::breaking(&side("old.kdl"), &side("new.kdl"))
        .expect("both schemas are right");
    let lines = |severity| -> Vec<String> {
        let changes = found.changes.iter();
        let changes = changes.filter(|change| change.severity == severity);
        let mut lines: Vec<String> = changes
            .map(|change| format!("{}: {}; {}", change.code, change.message, change.help))
            .collect();
        lines.sort();
        lines
    };
    for note in lines(Severity::Note) {
        assert!(NOTES.iter().any(|code| note.starts_with(code)), "{note}");
    }
    (lines(Severity::Error), lines(Severity::Warning))
}

/// What opening said: the lines of the error, and the warnings.
fn said<T: std::fmt::Debug>(outcome: Result<T>) -> (Vec<String>, Vec<String>) {
    let logged = logged::take().into_iter();
    let mut warnings: Vec<String> = logged.map(|message| message.text).collect();
    warnings.sort();
    let mut errors = match outcome {
        Ok(_) => Vec::new(),
        Err(Error::Schema(text)) => text.lines().map(str::to_owned).collect(),
        Err(other) => panic!("{other:?}"),
    };
    errors.sort();
    (errors, warnings)
}

macro_rules! pairs {
    ($($pair:ident $old:ident::$OldStore:ident $new:ident::$NewStore:ident $write:expr;)*) => {
        $(mod $pair {
            #![allow(dead_code, reason = "each pair uses what it needs to write one record a table")]
            pub(super) mod old {
                include!(concat!(env!("OUT_DIR"), "/breaking/", stringify!($pair), "_old/", stringify!($old), ".rs"));
            }
            pub(super) mod new {
                include!(concat!(env!("OUT_DIR"), "/breaking/", stringify!($pair), "_new/", stringify!($new), ".rs"));
            }
        })*

        $(
            #[tokio::test]
            async fn $pair() -> Result<()> {
                use $pair::old::$old::*;
                let folder = tempfile::tempdir().map_err(Error::abort)?;
                let address = folder.path().to_string_lossy().into_owned();
                let store = $OldStore::open(&address).await?;
                let write: fn(&$OldStore) -> futures_util::future::BoxFuture<'_, Result<()>> = $write;
                write(&store).await?;
                store.close().await?;
                logged::listen();
                let outcome = $pair::new::$new::$NewStore::open(&address).await;
                let (errors, mut warned) = expected(stringify!($pair));
                if !errors.is_empty() {
                    warned.clear(); // Nothing was registered, so there is nothing to warn of.
                }
                assert_eq!(said(outcome), (errors, warned));
                // A refused schema changes nothing.
                let (errors, _) = expected(stringify!($pair));
                if !errors.is_empty() {
                    $OldStore::open(&address).await?.close().await?;
                }
                Ok(())
            }
        )*
    };
}

pairs! {
    types ledger::Ledger ledger::Ledger |store| Box::pin(async move {
        let entry = Entry::new(NewEntry { id: EntryId(1), amount: 1 });
        entries::insert(store, &entry).await.map(drop)
    });
    added ledger::Ledger ledger::Ledger |store| Box::pin(async move {
        entries::insert(store, &Entry::new(NewEntry { id: EntryId(1) })).await.map(drop)
    });
    keys ledger::Ledger ledger::Ledger |store| Box::pin(async move {
        entries::insert(store, &Entry::new(NewEntry { id: EntryId(1) })).await?;
        lines::insert(store, &Line::new(NewLine { entry: 1, number: 2 })).await?;
        pages::insert(store, &Page::new(NewPage { id: PageId(1) })).await.map(drop)
    });
    enums ledger::Ledger ledger::Ledger |store| Box::pin(async move {
        entries::insert(store, &Entry::new(NewEntry { id: EntryId(1) })).await.map(drop)
    });
    names ledger::Ledger ledger::Ledger |store| Box::pin(async move {
        entries::insert(store, &Entry::new(NewEntry { id: EntryId(1) })).await?;
        lines::insert(store, &Line::new(NewLine { id: LineId(1) })).await.map(drop)
    });
    events ledger::Ledger ledger::Ledger |store| Box::pin(async move {
        entries::insert(store, &Entry::new(NewEntry { id: EntryId(1) })).await?;
        lines::insert(store, &Line::new(NewLine { id: LineId(1) })).await.map(drop)
    });
    warnings ledger::Ledger ledger::Ledger |store| Box::pin(async move {
        entries::insert(store, &Entry::new(NewEntry { id: EntryId(1) })).await.map(drop)
    });
    schema ledger::Ledger book::Book |store| Box::pin(async move {
        entries::insert(store, &Entry::new(NewEntry { id: EntryId(1) })).await.map(drop)
    });
    imports ledger::Ledger ledger::Ledger |store| Box::pin(async move {
        entries::insert(store, &Entry::new(NewEntry { id: EntryId(1) })).await.map(drop)
    });
    fine ledger::Ledger ledger::Ledger |store| Box::pin(async move {
        entries::insert(store, &Entry::new(NewEntry { id: EntryId(1) })).await.map(drop)
    });
}
