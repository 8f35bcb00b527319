use super::*;

pub async fn all_writes_of_a_transaction_appear_together(engine: &impl Engine) {
    written(engine, put(&[("old", "1")])).await;
    let mut changes = put(&[("a", "1"), ("b", "2")]);
    changes.writes.insert(b"old".to_vec(), None);
    written(engine, changes).await;
    assert_eq!(
        scan(engine, range(b"", None), FORWARD).await,
        [
            (b"a".to_vec(), b"1".to_vec()),
            (b"b".to_vec(), b"2".to_vec())
        ]
    );
}

pub async fn a_delete_removes_and_a_delete_of_nothing_is_fine(engine: &impl Engine) {
    written(engine, put(&[("a", "1")])).await;
    written(engine, delete(&["a", "never"])).await;
    written(engine, delete(&["a"])).await;
    assert_eq!(scan(engine, range(b"", None), FORWARD).await, []);
}

pub async fn a_conflict_writes_nothing_at_all(engine: &impl Engine) {
    let base = engine.snapshot().await.unwrap();
    written(engine, put(&[("b", "first")])).await;
    let outcome = engine
        .commit(&base, put(&[("a", "late"), ("b", "late"), ("c", "late")]))
        .await;
    assert_conflict(&outcome, "b");
    assert_eq!(
        scan(engine, range(b"", None), FORWARD).await,
        [(b"b".to_vec(), b"first".to_vec())]
    );
}

pub async fn a_large_value_comes_back_whole(engine: &impl Engine) {
    let size = engine.limits().value.min(4 * 1024 * 1024);
    let value: Vec<u8> = (0..=250).cycle().take(size).collect();
    written(engine, put(&[(b"large", &value)])).await;
    let snapshot = engine.snapshot().await.unwrap();
    let found = snapshot.get(b"large").await.unwrap();
    assert!(found == Some(value), "the value came back changed");
}

pub async fn a_transaction_of_many_writes_comes_back_whole(engine: &impl Engine) {
    let pairs: Vec<(String, String)> = (0..3000)
        .map(|n| (format!("{n:05}"), n.to_string()))
        .collect();
    written(engine, put(&pairs)).await;
    let expected: Vec<Pair> = pairs
        .into_iter()
        .map(|(key, value)| (key.into_bytes(), value.into_bytes()))
        .collect();
    assert_eq!(scan(engine, range(b"", None), FORWARD).await, expected);
}

pub async fn commit_numbers_grow(engine: &impl Engine) {
    let mut numbers = Vec::new();
    for key in ["a", "b", "a"] {
        numbers.push(written(engine, put(&[(key, "")])).await);
    }
    assert!(numbers.is_sorted_by(|a, b| a < b), "{numbers:?}");
}

pub async fn a_transaction_without_writes_commits(engine: &impl Engine) {
    written(engine, Changes::default()).await;
}

pub async fn what_is_past_the_limits_is_refused_and_nothing_written(engine: &impl Engine) {
    let key = vec![b'k'; engine.limits().key + 1];
    let outcome = commit(engine, put(&[(&b"a"[..], b""), (&key, b"")])).await;
    assert!(matches!(outcome, Outcome::Failed(_)), "{outcome:?}");
    assert_eq!(scan(engine, range(b"", None), FORWARD).await, []);
}
