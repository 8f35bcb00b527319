use super::*;

pub async fn the_first_committer_wins_and_the_other_hears_which_key(engine: &impl Engine) {
    let first = engine.snapshot().await.unwrap();
    let second = engine.snapshot().await.unwrap();
    number(engine.commit(&second, put(&[("key", "second")])).await);
    assert_conflict(
        &engine.commit(&first, put(&[("key", "first")])).await,
        "key",
    );
    assert_eq!(get(engine, "key").await, Some("second".into()));
}

pub async fn no_update_is_lost(engine: &impl Engine) {
    written(engine, put(&[("count", "0")])).await;
    let mine = engine.snapshot().await.unwrap();
    let theirs = engine.snapshot().await.unwrap();
    assert_eq!(mine.get(b"count").await, theirs.get(b"count").await);
    number(engine.commit(&mine, put(&[("count", "1")])).await);
    // The same value once more is a change all the same.
    assert_conflict(
        &engine.commit(&theirs, put(&[("count", "1")])).await,
        "count",
    );
}

pub async fn transactions_on_different_keys_do_not_conflict(engine: &impl Engine) {
    let base = engine.snapshot().await.unwrap();
    number(engine.commit(&base, put(&[("a", "1")])).await);
    number(engine.commit(&base, put(&[("b", "1")])).await);
    number(engine.commit(&base, put(&[("aa", "1")])).await);
}

pub async fn a_delete_conflicts_like_a_put(engine: &impl Engine) {
    written(engine, put(&[("key", "1")])).await;
    let base = engine.snapshot().await.unwrap();
    written(engine, delete(&["key"])).await;
    assert_conflict(&engine.commit(&base, put(&[("key", "2")])).await, "key");
    let base = engine.snapshot().await.unwrap();
    written(engine, put(&[("key", "3")])).await;
    assert_conflict(&engine.commit(&base, delete(&["key"])).await, "key");
    assert_eq!(get(engine, "key").await, Some("3".into()));
}

pub async fn two_inserts_of_one_key_conflict(engine: &impl Engine) {
    let base = engine.snapshot().await.unwrap();
    let other = base.clone();
    let (one, two) = tokio::join!(
        engine.commit(&base, put(&[("key", "one")])),
        engine.commit(&other, put(&[("key", "two")])),
    );
    let (winner, loser) = match (one, two) {
        (Outcome::Committed { .. }, loser) => ("one", loser),
        (loser, Outcome::Committed { .. }) => ("two", loser),
        neither => panic!("expected one commit, found {neither:?}"),
    };
    assert_conflict(&loser, "key");
    assert_eq!(get(engine, "key").await, Some(winner.into()));
}

pub async fn guards_prevent_write_skew(engine: &impl Engine) {
    written(engine, put(&[("alice", "on call"), ("bob", "on call")])).await;
    let base = engine.snapshot().await.unwrap();
    let alice_leaves = guard(put(&[("alice", "off")]), "bob");
    let bob_leaves = guard(put(&[("bob", "off")]), "alice");
    number(engine.commit(&base, alice_leaves).await);
    let outcome = engine.commit(&base, bob_leaves).await;
    assert!(matches!(outcome, Outcome::Conflict { .. }), "{outcome:?}");
    assert_eq!(get(engine, "bob").await, Some("on call".into()));
}

pub async fn guards_do_not_conflict_with_each_other(engine: &impl Engine) {
    written(engine, put(&[("parent", "")])).await;
    let base = engine.snapshot().await.unwrap();
    for child in ["a", "b"] {
        number(
            engine
                .commit(&base, guard(put(&[(child, "")]), "parent"))
                .await,
        );
    }
    // And leave the parent free to change.
    let now = engine.snapshot().await.unwrap();
    number(engine.commit(&now, put(&[("parent", "2")])).await);
}

pub async fn a_write_of_what_another_guarded_is_refused(engine: &impl Engine) {
    written(engine, put(&[("parent", "")])).await;
    let base = engine.snapshot().await.unwrap();
    let child = guard(put(&[("child", "")]), "parent");
    number(engine.commit(&base, child).await);
    for written in [Some("2".into()), None] {
        let mut change = Changes::default();
        change.writes.insert("parent".into(), written);
        assert_conflict(&engine.commit(&base, change).await, "parent");
    }
    assert_eq!(get(engine, "parent").await, Some("".into()));
}

pub async fn guards_without_writes_are_checked(engine: &impl Engine) {
    let base = engine.snapshot().await.unwrap();
    number(engine.commit(&base, guard(Changes::default(), "key")).await);
    written(engine, put(&[("key", "1")])).await;
    assert_conflict(
        &engine.commit(&base, guard(Changes::default(), "key")).await,
        "key",
    );
}

pub async fn a_change_before_the_snapshot_is_no_conflict(engine: &impl Engine) {
    for value in ["1", "2", "3"] {
        written(engine, guard(put(&[("key", value)]), "key")).await;
    }
    assert_eq!(get(engine, "key").await, Some("3".into()));
}

pub async fn a_conflict_is_resolved_by_a_new_snapshot(engine: &impl Engine) {
    let base = engine.snapshot().await.unwrap();
    written(engine, put(&[("key", "1")])).await;
    assert_conflict(&engine.commit(&base, put(&[("key", "2")])).await, "key");
    written(engine, put(&[("key", "2")])).await;
    assert_eq!(get(engine, "key").await, Some("2".into()));
}
