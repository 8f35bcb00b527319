//! Several processes that open one store at once, and a catalogue that is damaged.

use keyloom::{Error, Result, engine::Engine};
use keyloom_tests::{
    below::{engine, pairs, put},
    counted,
    engines::Shared,
    v1, v2,
};
use serde_json::Value;
use std::task::{Context, Waker};

const ENTRIES: i64 = 2_500;

/// A store of the first release, which counts nothing and has one index.
async fn first_release(engine: impl Engine) -> Result<()> {
    use v1::ledger::{Entry, EntryId, Kind, Ledger, entries};
    let ledger = Ledger::open_on(engine).await?;
    let entry = |id| Entry {
        id: EntryId(id),
        title: format!("entry {id}"),
        amount: i32::try_from(id % 3).expect("small"),
        kind: if id % 2 == 0 { Kind::Cash } else { Kind::Card },
        note: None,
        gone: String::new(),
    };
    let all: Vec<_> = (0..ENTRIES).map(entry).collect();
    entries::insert_many(&ledger, &all).await.map(drop)
}

#[tokio::test]
async fn a_count_that_several_processes_fill_at_once_is_exact() -> Result<()> {
    use counted::ledger::{Kind, Ledger, entries};
    let engine = Shared::over(engine().await);
    first_release(engine.clone()).await?;
    let open = || Ledger::open_on(engine.clone());
    let (one, two, three) = tokio::try_join!(open(), open(), open())?;
    for ledger in [one, two, three] {
        let counts = [
            entries::per_kind(Kind::Cash).get(&ledger).await?,
            entries::per_kind(Kind::Card).get(&ledger).await?,
            entries::total().get(&ledger).await?,
        ];
        assert_eq!(counts, [1_250, 1_250, 833]);
    }
    Ok(())
}

#[tokio::test]
async fn an_index_that_several_processes_fill_at_once_is_whole() -> Result<()> {
    use v2::ledger::{Ledger, entries};
    let engine = Shared::over(engine().await);
    first_release(engine.clone()).await?;
    let open = || Ledger::open_on(engine.clone());
    let (one, two, three) = tokio::try_join!(open(), open(), open())?;
    for ledger in [one, two, three] {
        let all = u64::try_from(ENTRIES).expect("small");
        assert_eq!(entries::by_amount(..).count(&ledger).await?, all);
        assert_eq!(entries::by_name(..).count(&ledger).await?, all);
    }
    Ok(())
}

/// What a fill has done when its process ends is not done again, and what a build did that knows nothing of it is.
#[tokio::test]
async fn a_fill_that_was_interrupted_goes_on() -> Result<()> {
    use counted::ledger::{Kind, Ledger, entries};
    for steps in 1..12 {
        let engine = Shared::over(engine().await);
        first_release(engine.clone()).await?;
        {
            let mut opening = std::pin::pin!(Ledger::open_on(engine.clone()));
            let mut context = Context::from_waker(Waker::noop());
            // Each call of the engine lets others have a turn: the opening ends at one of them.
            for _ in 0..steps {
                assert!(opening.as_mut().poll(&mut context).is_pending());
            }
        }
        let ledger = Ledger::open_on(engine.clone()).await?;
        let cash = entries::per_kind(Kind::Cash).get(&ledger).await?;
        let total = entries::total().get(&ledger).await?;
        assert_eq!((cash, total), (1_250, 833), "ended at step {steps}");
    }
    Ok(())
}

/// Every number of a JSON value, replaced by another.
fn altered(value: &Value, by: u64) -> Vec<Value> {
    match value {
        Value::Number(_) => vec![by.into()],
        Value::Array(items) => {
            let each = items.iter().enumerate();
            each.flat_map(|(at, item)| {
                altered(item, by).into_iter().map(move |new| {
                    let mut items = items.clone();
                    items[at] = new;
                    Value::Array(items)
                })
            })
            .collect()
        }
        Value::Object(members) => {
            let each = members.iter();
            each.flat_map(|(name, member)| {
                altered(member, by).into_iter().map(move |new| {
                    let mut members = members.clone();
                    members.insert(name.clone(), new);
                    Value::Object(members)
                })
            })
            .collect()
        }
        Value::Null | Value::Bool(_) | Value::String(_) => Vec::new(),
    }
}

#[tokio::test]
async fn a_number_of_the_catalogue_that_is_damaged_is_no_panic() -> Result<()> {
    let sound = engine().await;
    drop(v1::ledger::Ledger::open_on(sound.clone()).await?);
    let rows = pairs(&sound, b'm').await;
    let mut tried = 0;
    for (key, row) in &rows {
        let row: Value = serde_json::from_slice(row).map_err(Error::abort)?;
        for by in [0, u64::from(u16::MAX), u64::from(u32::MAX), u64::MAX] {
            for new in altered(&row, by) {
                let damaged = engine().await;
                for (key, row) in &rows {
                    put(&damaged, key.clone(), Some(row.clone())).await;
                }
                put(&damaged, key.clone(), Some(new.to_string().into_bytes())).await;
                match v2::ledger::Ledger::open_on(damaged).await {
                    Ok(_) | Err(Error::Corrupt { .. } | Error::Schema(_)) => tried += 1,
                    Err(other) => panic!("{new}: {other:?}"),
                }
            }
        }
    }
    assert!(tried > 50, "{tried} numbers");
    Ok(())
}
