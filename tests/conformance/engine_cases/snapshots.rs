use super::*;

pub async fn a_snapshot_does_not_see_later_commits(engine: &impl Engine) {
    written(engine, put(&[("a", "1"), ("b", "1")])).await;
    let before = engine.snapshot().await.unwrap();
    let mut changes = put(&[("a", "2"), ("c", "2")]);
    changes.writes.insert(b"b".to_vec(), None);
    written(engine, changes).await;
    let whole = range(b"", None);
    assert_eq!(
        before.scan(&whole, FORWARD).await.unwrap(),
        [
            (b"a".to_vec(), b"1".to_vec()),
            (b"b".to_vec(), b"1".to_vec())
        ]
    );
    assert_eq!(before.get(b"c").await.unwrap(), None);
    assert_eq!(
        scan(engine, whole, FORWARD).await,
        [
            (b"a".to_vec(), b"2".to_vec()),
            (b"c".to_vec(), b"2".to_vec())
        ]
    );
}

pub async fn a_snapshot_sees_every_commit_answered_before_it(engine: &impl Engine) {
    for n in 0..50 {
        written(engine, put(&[("key", n.to_string())])).await;
        assert_eq!(get(engine, "key").await, Some(n.to_string()));
    }
}

pub async fn a_clone_sees_what_the_snapshot_sees(engine: &impl Engine) {
    written(engine, put(&[("key", "1")])).await;
    let snapshot = engine.snapshot().await.unwrap();
    written(engine, put(&[("key", "2")])).await;
    let clone = snapshot.clone();
    drop(snapshot);
    written(engine, put(&[("key", "3")])).await;
    assert_eq!(clone.get(b"key").await.unwrap(), Some(b"1".to_vec()));
}

pub async fn an_old_snapshot_stays_whole_under_many_commits(engine: &impl Engine) {
    let generation = |n: u32| -> Vec<(String, String)> {
        (0..100)
            .map(|key| (format!("{key:03}"), n.to_string()))
            .collect()
    };
    written(engine, put(&generation(0))).await;
    let old = engine.snapshot().await.unwrap();
    for n in 1..=30 {
        written(engine, put(&generation(n))).await;
    }
    let expected: Vec<Pair> = generation(0)
        .into_iter()
        .map(|(key, value)| (key.into_bytes(), value.into_bytes()))
        .collect();
    assert_eq!(
        old.scan(&range(b"", None), FORWARD).await.unwrap(),
        expected
    );
    // Its transaction is judged, or refused, but never let through.
    assert_conflict(&engine.commit(&old, put(&[("050", "x")])).await, "050");
}
