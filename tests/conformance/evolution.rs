//! Stores that another build wrote, folders that are no stores, and damage.

use keyloom::{Error, Result};
use keyloom_tests::{memory, person, plus, shop, v1, v2};
use std::{fs, path::Path};

async fn first_release(folder: &Path) -> Result<()> {
    use v1::ledger::{Entry, EntryId, Kind, Ledger, entries};
    let ledger = Ledger::open(folder.to_string_lossy()).await?;
    for id in 1..=3_i64 {
        let entry = Entry {
            id: EntryId(id),
            title: format!("title {id}"),
            amount: -7 * i32::try_from(id).expect("small"),
            kind: if id == 2 { Kind::Card } else { Kind::Cash },
            note: (id == 3).then(|| "note".into()),
            gone: format!("gone {id}"),
        };
        entries::insert(&ledger, &entry).await?;
    }
    ledger.close().await
}

#[tokio::test]
async fn the_next_release_reads_the_records_of_the_one_before() -> Result<()> {
    use v2::ledger::{Entry, EntryId, Kind, Ledger, entries};
    let folder = tempfile::tempdir().map_err(Error::abort)?;
    first_release(folder.path()).await?;
    let ledger = Ledger::open(folder.path().to_string_lossy()).await?;
    let entry = |id: i64| Entry {
        id: EntryId(id),
        amount: -7 * id,
        name: format!("title {id}"),
        kind: if id == 2 { Kind::Card } else { Kind::Cash },
        note: (id == 3).then(|| "note".into()),
        stars: 3,
    };
    assert_eq!(
        entries::all().all(&ledger, 10).await?,
        [entry(1), entry(2), entry(3)]
    );
    // The new indexes were filled when the store was opened.
    let sorted = entries::by_amount(..).all(&ledger, 10).await?;
    assert_eq!(sorted, [entry(3), entry(2), entry(1)]);
    let found = entries::by_name("title 2").one(&ledger).await?;
    assert_eq!(found, Some(entry(2)));
    // A variant that this release added is stored like any other.
    let check = entries::modify(&ledger, EntryId(2), |entry| entry.kind = Kind::Check).await?;
    assert_eq!(check.kind, Kind::Check);
    ledger.close().await?;
    // A second open finds everything registered.
    let ledger = Ledger::open(folder.path().to_string_lossy()).await?;
    assert_eq!(entries::by_amount(..).count(&ledger).await?, 3);
    ledger.close().await
}

#[tokio::test]
async fn the_release_before_keeps_what_the_next_one_wrote() -> Result<()> {
    let folder = tempfile::tempdir().map_err(Error::abort)?;
    first_release(folder.path()).await?;
    let address = folder.path().to_string_lossy().into_owned();
    {
        use plus::ledger::{EntryId, Ledger, entries};
        let ledger = Ledger::open(&address).await?;
        entries::modify(&ledger, EntryId(1), |entry| entry.stars = 5).await?;
        ledger.close().await?;
    }
    {
        // The release before does not know `stars`, and writes the record.
        use v1::ledger::{Entry, EntryId, Ledger, entries};
        let ledger = Ledger::open(&address).await?;
        let written = entries::modify(&ledger, EntryId(1), |entry| entry.amount = 9).await?;
        assert_eq!(written.amount, 9);
        let more = Entry {
            id: EntryId(9),
            ..written
        };
        entries::insert(&ledger, &more).await?;
        ledger.close().await?;
    }
    use plus::ledger::{EntryId, Ledger, entries};
    let ledger = Ledger::open(&address).await?;
    let found = entries::get(&ledger, EntryId(1)).await?;
    assert_eq!(found.map(|entry| (entry.amount, entry.stars)), Some((9, 5)));
    // Nor does it know the index of `stars`: that is filled again.
    let starred = entries::by_stars(..).keys(&ledger).await?;
    assert_eq!(
        starred.items,
        [EntryId(2), EntryId(3), EntryId(9), EntryId(1)]
    );
    ledger.close().await
}

#[tokio::test]
async fn a_store_of_another_schema_is_refused() -> Result<()> {
    let folder = tempfile::tempdir().map_err(Error::abort)?;
    first_release(folder.path()).await?;
    let address = folder.path().to_string_lossy().into_owned();
    match shop::Shop::open(&address).await {
        Err(Error::Schema(text)) => assert_eq!(
            text,
            "B011: the store holds the schema `ledger`, not `shop`; call the schema `ledger`, or take another store"
        ),
        other => panic!("{other:?}"),
    }
    // Nothing was lost by trying.
    let ledger = v1::ledger::Ledger::open(&address).await?;
    assert_eq!(v1::ledger::entries::all().count(&ledger).await?, 3);
    ledger.close().await
}

#[tokio::test]
async fn a_table_of_another_schema_is_refused() -> Result<()> {
    let shop = memory().await;
    let outcome = v1::ledger::entries::all().count(&shop).await;
    assert!(matches!(outcome, Err(Error::Schema(_))), "{outcome:?}");
    Ok(())
}

#[tokio::test]
async fn a_folder_of_other_things_and_a_second_owner_are_refused() -> Result<()> {
    let folder = tempfile::tempdir().map_err(Error::abort)?;
    fs::write(folder.path().join("letter.txt"), "dear").map_err(Error::abort)?;
    let address = folder.path().to_string_lossy().into_owned();
    let outcome = shop::Shop::open(&address).await;
    assert!(
        outcome
            .as_ref()
            .is_err_and(|error| error.to_string().contains("not a Keyloom store")),
        "{outcome:?}"
    );
    let file = folder.path().join("letter.txt");
    assert!(shop::Shop::open(file.to_string_lossy()).await.is_err());
    let inner = folder.path().join("inner").to_string_lossy().into_owned();
    let first = shop::Shop::open(&inner).await?;
    let second = shop::Shop::open(&inner).await;
    assert!(matches!(second, Err(Error::Engine(_))), "{second:?}");
    first.close().await?;
    shop::Shop::open(&inner).await?.close().await
}

#[tokio::test]
async fn a_wrong_option_is_an_error_that_lists_the_right_ones() {
    for address in [
        "x?colour=red",
        "x?durability=maybe",
        "x?flush=1s",
        "",
        "tikv://pd:2379",
        "memory:?cache=big",
    ] {
        match shop::Shop::open(address).await {
            Err(Error::Open(text)) => assert!(!text.is_empty()),
            other => panic!("{address}: {other:?}"),
        }
    }
}

/// Writes raw pairs below the runtime, as damage would.
mod damage {
    use super::*;
    use keyloom::engine::Pair;
    use keyloom_tests::below::{engine, pairs, put};

    #[tokio::test]
    async fn every_cut_or_flipped_record_is_reported_or_read_and_never_a_panic() -> Result<()> {
        let engine = engine().await;
        let shop = shop::Shop::open_on(engine.clone()).await?;
        let stored = shop::people::insert(&shop, &person("a")).await?;
        let (key, value) = pairs(&engine, b'r').await.remove(0);
        for cut in 0..value.len() {
            put(&engine, key.clone(), Some(value[..cut].to_vec())).await;
            match shop::people::get(&shop, stored.id).await {
                Err(Error::Corrupt { table, key, .. }) => {
                    assert_eq!((table.as_str(), key), ("people", stored.id.to_string()));
                }
                other => panic!("cut at {cut}: {other:?}"),
            }
        }
        for bit in 0..value.len() * 8 {
            let mut flipped = value.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            put(&engine, key.clone(), Some(flipped)).await;
            // A flip inside a value may read as another value: the engine's checksum is what finds it on disk.
            match shop::people::get(&shop, stored.id).await {
                Ok(Some(_)) | Err(Error::Corrupt { .. }) => {}
                other => panic!("bit {bit}: {other:?}"),
            }
        }
        Ok(())
    }

    #[tokio::test]
    async fn an_index_entry_without_its_record_is_reported() -> Result<()> {
        let engine = engine().await;
        let shop = shop::Shop::open_on(engine.clone()).await?;
        shop::people::insert(&shop, &person("a")).await?;
        let (key, _) = pairs(&engine, b'r').await.remove(0);
        put(&engine, key, None).await;
        let outcome = shop::people::by_name("a").page(&shop).await;
        assert!(matches!(outcome, Err(Error::Corrupt { .. })), "{outcome:?}");
        let outcome = shop::people::by_email("a@example.com").one(&shop).await;
        assert!(matches!(outcome, Err(Error::Corrupt { .. })), "{outcome:?}");
        Ok(())
    }

    #[tokio::test]
    async fn an_update_of_an_unindexed_field_writes_only_the_record() -> Result<()> {
        let engine = engine().await;
        let shop = shop::Shop::open_on(engine.clone()).await?;
        let word = shop::Word::new(shop::NewWord { text: "a".into() });
        shop::words::insert(&shop, &word).await?;
        let stored = shop::people::insert(&shop, &person("a")).await?;
        let before = (pairs(&engine, b'r').await, pairs(&engine, b'i').await);
        // `serial` is indexed, `photo` is in no index but the one that includes the whole record.
        shop::people::modify(&shop, stored.id, |p| p.photo = Some(vec![1])).await?;
        let after = (pairs(&engine, b'r').await, pairs(&engine, b'i').await);
        let differing = |left: &[Pair], right: &[Pair]| {
            right.iter().filter(|pair| !left.contains(pair)).count()
        };
        assert_eq!(
            (before.0.len(), before.1.len()),
            (after.0.len(), after.1.len())
        );
        assert_eq!(
            (
                differing(&before.0, &after.0),
                differing(&before.1, &after.1)
            ),
            (1, 1)
        );
        // A write that changes nothing writes nothing.
        shop::words::update(&shop, &word).await?;
        assert_eq!(pairs(&engine, b'r').await, after.0);
        Ok(())
    }
}
