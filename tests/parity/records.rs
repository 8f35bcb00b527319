//! Models, and create, find, update, delete in transactions.

use crate::{
    names,
    parity::{Parity, User, users},
    user,
};
use keyloom::{Error, Result};
use std::sync::atomic::{AtomicU32, Ordering};

pub(crate) async fn a_record_is_created_found_updated_and_deleted(store: &Parity) -> Result<()> {
    let john = users::insert(store, &user("John")).await?;
    assert_eq!(users::get(store, john.id).await?, Some(john.clone()));

    let renamed = User {
        name: "John Updated".into(),
        email: "john_updated@example.com".into(),
        ..john.clone()
    };
    users::update(store, &renamed).await?;
    assert_eq!(users::get(store, john.id).await?, Some(renamed));
    let old = users::by_email("john@example.com").one(store).await?;
    assert_eq!(old, None, "the old entry is gone");

    assert!(users::delete(store, john.id).await?);
    assert!(!users::delete(store, john.id).await?);
    assert_eq!(users::get(store, john.id).await?, None);
    assert_eq!(users::by_created(..).count(store).await?, 0);
    Ok(())
}

pub(crate) async fn a_transaction_writes_everything_or_nothing(store: &Parity) -> Result<()> {
    let both = (user("Ada"), user("Alan"));
    let (ada, alan) = &both;
    let refused: Result<()> = store
        .transaction(async |tx| {
            users::insert(&tx, ada).await?;
            users::insert(&tx, alan).await?;
            Err(Error::abort("changed my mind"))
        })
        .await;
    assert!(matches!(refused, Err(Error::Abort(_))), "{refused:?}");
    assert_eq!(users::all().count(store).await?, 0);

    store
        .transaction(async |tx| {
            users::insert(&tx, ada).await?;
            users::insert(&tx, alan).await?;
            Ok(())
        })
        .await?;
    let found = users::by_created(..).all(store, 10).await?;
    let mut found = names(&found);
    found.sort_unstable();
    assert_eq!(found, ["Ada", "Alan"]);
    Ok(())
}

pub(crate) async fn a_transaction_that_meets_another_runs_again(store: &Parity) -> Result<()> {
    let john = users::insert(store, &user("John")).await?;
    let runs = AtomicU32::new(0);
    store
        .transaction(async |tx| {
            let seen = users::get(&tx, john.id).await?.unwrap();
            if runs.fetch_add(1, Ordering::Relaxed) == 0 {
                users::modify(store, john.id, |it| it.name.push('!')).await?;
            }
            users::update(
                &tx,
                &User {
                    name: format!("{}?", seen.name),
                    ..seen
                },
            )
            .await?;
            Ok(())
        })
        .await?;
    assert_eq!(runs.into_inner(), 2);
    let john = users::get(store, john.id).await?.unwrap();
    assert_eq!(john.name, "John!?", "neither change is lost");
    Ok(())
}

pub(crate) async fn a_value_of_a_unique_index_is_taken_once(store: &Parity) -> Result<()> {
    users::insert(store, &user("John")).await?;
    let twin = users::insert(store, &user("John")).await;
    assert!(
        matches!(
            twin,
            Err(Error::UniqueViolation {
                index: "by_email",
                ..
            })
        ),
        "{twin:?}"
    );
    assert_eq!(users::all().count(store).await?, 1);
    Ok(())
}
