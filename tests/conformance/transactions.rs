//! Transactions.

use keyloom::{Error, Result, TransactionOptions};
use keyloom_tests::{
    person,
    shop::{Person, Shop, people},
};
use std::sync::atomic::{AtomicU32, Ordering};

pub async fn a_transaction_sees_its_own_writes_in_gets_and_scans(shop: &Shop) -> Result<()> {
    let kept = people::insert_many(shop, &[person("a"), person("c"), person("e")]).await?;
    shop.transaction(async |tx| {
        let new = people::insert(&tx, &person("b")).await?;
        people::delete(&tx, kept[1].id).await?;
        people::modify(&tx, kept[2].id, |p| p.name = "0".into()).await?;
        assert!(people::get(&tx, new.id).await?.is_some());
        assert!(people::get(&tx, kept[1].id).await?.is_none());
        let names = async |query: keyloom::Query<Person>| -> Result<String> {
            Ok(query
                .all(&tx, 10)
                .await?
                .into_iter()
                .map(|p| p.name)
                .collect())
        };
        assert_eq!(names(people::by_name(..)).await?, "0ab");
        assert_eq!(names(people::by_name(..).reverse()).await?, "ba0");
        assert_eq!(names(people::by_name(..).limit(2)).await?, "0ab");
        assert_eq!(
            people::by_name(..)
                .limit(1)
                .reverse()
                .page(&tx)
                .await?
                .items[0]
                .name,
            "b"
        );
        assert_eq!(people::by_name(..).count(&tx).await?, 3);
        assert_eq!(people::by_name(..).count(shop).await?, 3);
        assert_eq!(people::by_name("b").count(shop).await?, 0);
        Ok(())
    })
    .await
}

pub async fn an_error_rolls_back_and_is_returned(shop: &Shop) -> Result<()> {
    let outcome: Result<()> = shop
        .transaction(async |tx| {
            people::insert(&tx, &person("a")).await?;
            let number: u32 = "x".parse().map_err(Error::abort)?;
            assert_eq!(number, 0);
            Ok(())
        })
        .await;
    match outcome {
        Err(Error::Abort(error)) => assert!(error.is::<std::num::ParseIntError>()),
        other => panic!("{other:?}"),
    }
    assert!(!people::all().exists(shop).await?);
    Ok(())
}

pub async fn a_conflict_runs_the_closure_again(shop: &Shop) -> Result<()> {
    let stored = people::insert(shop, &person("a")).await?;
    let runs = AtomicU32::new(0);
    let body = async |tx: keyloom::Transaction| {
        let record = people::get(&tx, stored.id).await?.expect("it is there");
        if runs.fetch_add(1, Ordering::Relaxed) < 2 {
            // Another commits first.
            people::modify(shop, stored.id, |p| p.age += 1).await?;
        }
        people::update(
            &tx,
            &Person {
                serial: i64::from(record.age),
                ..record
            },
        )
        .await
    };
    let written = shop.transaction(body).await?;
    assert_eq!(
        (written.serial, written.age, runs.load(Ordering::Relaxed)),
        (2, 2, 3)
    );
    runs.store(0, Ordering::Relaxed);
    let once = TransactionOptions::new().max_attempts(1);
    let outcome = shop.transaction_with(once, body).await;
    assert!(
        matches!(outcome, Err(Error::Conflict { attempts: 1, .. })),
        "{outcome:?}"
    );
    assert!(outcome.is_err_and(|error| error.is_retryable()));
    Ok(())
}

pub async fn concurrent_increments_are_all_counted(shop: &Shop) -> Result<()> {
    let stored = people::insert(shop, &person("a")).await?;
    let tasks: Vec<_> = (0..8)
        .map(|_| {
            let (shop, id) = (shop.clone(), stored.id);
            tokio::spawn(async move {
                for _ in 0..5 {
                    people::modify(&shop, id, |person| person.serial += 1).await?;
                }
                Ok::<_, Error>(())
            })
        })
        .collect();
    for task in tasks {
        task.await.map_err(Error::abort)??;
    }
    let after = people::get(shop, stored.id).await?.expect("it is there");
    assert_eq!((after.serial, after.version), (40, 41));
    Ok(())
}

pub async fn two_inserts_of_one_unique_value_leave_one(shop: &Shop) -> Result<()> {
    for round in 0..10 {
        let insert = |nick: &'static str| {
            let shop = shop.clone();
            tokio::spawn(async move {
                let email = format!("{round}@x");
                let handle = Some(format!("{round}"));
                let nick = Some(format!("{round}{nick}"));
                people::insert(
                    &shop,
                    &Person {
                        email,
                        handle,
                        nick,
                        ..person("x")
                    },
                )
                .await
            })
        };
        let (left, right) = (insert("l"), insert("r"));
        let outcomes = [
            left.await.map_err(Error::abort)?,
            right.await.map_err(Error::abort)?,
        ];
        let won = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
        let lost = outcomes
            .iter()
            .filter(|outcome| matches!(outcome, Err(Error::UniqueViolation { .. })))
            .count();
        assert_eq!((won, lost), (1, 1), "{outcomes:?}");
    }
    assert_eq!(people::all().count(shop).await?, 10);
    Ok(())
}

pub async fn a_handle_after_the_end_is_an_error(shop: &Shop) -> Result<()> {
    let handle = shop.transaction(async |tx| Ok(tx)).await?;
    let outcome = people::insert(&handle, &person("a")).await;
    assert!(
        matches!(outcome, Err(Error::TransactionEnded)),
        "{outcome:?}"
    );
    let outcome = people::all().count(&handle).await;
    assert!(
        matches!(outcome, Err(Error::TransactionEnded)),
        "{outcome:?}"
    );
    let tx = shop.begin().await?;
    let clone = tx.clone();
    tx.commit().await?;
    assert!(matches!(clone.commit().await, Err(Error::TransactionEnded)));
    Ok(())
}

pub async fn begin_commit_and_drop(shop: &Shop) -> Result<()> {
    let tx = shop.begin().await?;
    people::insert(&tx, &person("a")).await?;
    tx.commit().await?;
    let tx = shop.begin().await?;
    people::insert(&tx, &person("b")).await?;
    drop(tx);
    let tx = shop.begin().await?;
    people::insert(&tx, &person("c")).await?;
    tx.roll_back();
    assert_eq!(people::all().count(shop).await?, 1);
    Ok(())
}

pub async fn a_guard_prevents_write_skew(shop: &Shop) -> Result<()> {
    let pair = people::insert_many(shop, &[person("a"), person("b")]).await?;
    // Each checks the other and then changes itself: without guards both would commit.
    let (left, right) = (shop.begin().await?, shop.begin().await?);
    left.guard::<Person>(pair[1].id)?;
    right.guard::<Person>(pair[0].id)?;
    people::modify(&left, pair[0].id, |p| p.age = 1).await?;
    people::modify(&right, pair[1].id, |p| p.age = 1).await?;
    left.commit().await?;
    let outcome = right.commit().await;
    assert!(
        matches!(outcome, Err(Error::Conflict { .. })),
        "{outcome:?}"
    );
    Ok(())
}

#[derive(Debug)]
enum Own {
    Store(Error),
    Nobody,
}

impl From<Error> for Own {
    fn from(error: Error) -> Self {
        Self::Store(error)
    }
}

pub async fn the_callers_own_error_comes_out(shop: &Shop) -> Result<()> {
    let outcome: std::result::Result<(), Own> = shop
        .try_transaction(async |tx| {
            if !people::all().exists(&tx).await? {
                return Err(Own::Nobody);
            }
            Ok(())
        })
        .await;
    assert!(matches!(outcome, Err(Own::Nobody)), "{outcome:?}");
    let outcome: std::result::Result<Person, Own> = shop
        .try_transaction(async |tx| Ok(people::update(&tx, &person("x")).await?))
        .await;
    assert!(
        matches!(outcome, Err(Own::Store(Error::NotFound { .. }))),
        "{outcome:?}"
    );
    Ok(())
}

pub async fn two_writes_side_by_side_check_each_other(shop: &Shop) -> Result<()> {
    let twins = [
        person("a"),
        Person {
            handle: Some("h".into()),
            ..person("a")
        },
    ];
    let outcome = shop
        .transaction(async |tx| {
            futures_util::future::try_join(
                people::insert(&tx, &twins[0]),
                people::insert(&tx, &twins[1]),
            )
            .await
        })
        .await;
    assert!(
        matches!(outcome, Err(Error::UniqueViolation { .. })),
        "{outcome:?}"
    );
    assert!(!people::all().exists(shop).await?);
    Ok(())
}

pub async fn modifies_of_one_record_side_by_side_all_count(shop: &Shop) -> Result<()> {
    let stored = people::insert(shop, &person("a")).await?;
    let older = async |tx: &keyloom::Transaction| {
        people::modify(tx, stored.id, |person| person.age += 1).await
    };
    let renamed = async |tx: &keyloom::Transaction| {
        people::modify(tx, stored.id, |person| person.name.push('b')).await
    };
    shop.transaction(async |tx| tokio::try_join!(older(&tx), renamed(&tx), older(&tx)))
        .await?;
    let after = people::get(shop, stored.id).await?.expect("it is there");
    assert_eq!(
        (after.age, after.name.as_str(), after.version),
        (2, "ab", 4)
    );
    Ok(())
}

pub async fn deletes_of_one_query_side_by_side_take_each_record_once(shop: &Shop) -> Result<()> {
    let many: Vec<_> = (0..40).map(|at| person(&at.to_string())).collect();
    people::insert_many(shop, &many).await?;
    let gone = shop
        .transaction(async |tx| {
            tokio::try_join!(
                people::delete_by(&tx, people::by_name(..)),
                people::delete_by(&tx, people::by_name(..)),
            )
        })
        .await?;
    assert_eq!((gone.0 + gone.1, people::all().count(shop).await?), (40, 0));
    Ok(())
}
