//! Durable, relaxed, in memory; and what a snapshot may cost.

use std::time::Duration;

use super::*;

const NEVER: Duration = Duration::from_hours(1);

fn relaxed(flush: Duration) -> EmbeddedOptions {
    EmbeddedOptions {
        durability: Durability::Relaxed { flush },
        ..EmbeddedOptions::default()
    }
}

#[tokio::test]
async fn dropping_the_last_handle_makes_relaxed_commits_durable() {
    let folder = tempfile::tempdir().unwrap();
    let place = Location::Folder(folder.path().to_owned());
    let engine = EmbeddedEngine::open(place.clone(), relaxed(NEVER))
        .await
        .unwrap();
    assert_committed(&commit(&engine, put(&[("a", "1")])).await);
    drop(engine);
    let engine = EmbeddedEngine::open(place, relaxed(NEVER)).await.unwrap();
    assert_eq!(get(&engine, "a").await, Ok(Some("1".into())));
}

#[tokio::test]
async fn a_relaxed_commit_reaches_the_disk_in_the_flush_time_without_another_call() {
    let folder = tempfile::tempdir().unwrap();
    let engine = EmbeddedEngine::open(
        Location::Folder(folder.path().to_owned()),
        relaxed(Duration::from_millis(1)),
    )
    .await
    .unwrap();
    assert_committed(&commit(&engine, put(&[("a", "1")])).await);
    while engine.handle.committer.has_unflushed() {
        tokio::task::yield_now().await;
    }
    // A copy of the file is what a crash would leave.
    let copy = tempfile::tempdir().unwrap();
    for name in [FORMAT_FILE, DATA_FILE] {
        std::fs::copy(folder.path().join(name), copy.path().join(name)).unwrap();
    }
    let copy = EmbeddedEngine::open(
        Location::Folder(copy.path().to_owned()),
        EmbeddedOptions::default(),
    )
    .await
    .unwrap();
    assert_eq!(get(&copy, "a").await, Ok(Some("1".into())));
}

#[tokio::test]
async fn a_flush_without_commits_since_the_last_one_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let place = Location::Folder(folder.path().to_owned());
    let engine = EmbeddedEngine::open(place, relaxed(NEVER)).await.unwrap();
    assert_committed(&commit(&engine, put(&[("a", "1")])).await);
    for _ in 0..2 {
        let flushed = engine.handle.committer.writer().flush();
        assert_eq!(flushed.unwrap().value(b"a"), Ok(Some(b"1".to_vec())));
    }
}

#[tokio::test]
async fn a_transaction_that_was_handed_over_reads_nothing_any_more() {
    let folder = tempfile::tempdir().unwrap();
    let place = Location::Folder(folder.path().to_owned());
    let engine = EmbeddedEngine::open(place, relaxed(NEVER)).await.unwrap();
    assert_committed(&commit(&engine, put(&[("a", "1")])).await);
    let (base, still_read) = (
        engine.snapshot().await.unwrap(),
        engine.snapshot().await.unwrap(),
    );
    let number = base.mark().number();
    assert_committed(&commit(&engine, put(&[("b", "1")])).await);
    let register = engine.handle.committer.writer().register();
    let is_read = || register.is_read_between(number - 1, number + 1);
    let committing = engine.commit_last(base, put(&[("a", "2")]));
    assert!(is_read());
    drop(still_read);
    assert_committed(&committing.await);
    assert!(!is_read());
}

#[tokio::test]
async fn what_the_disk_has_is_no_transaction_until_somebody_begins_there() {
    let folder = tempfile::tempdir().unwrap();
    let place = Location::Folder(folder.path().to_owned());
    let engine = EmbeddedEngine::open(place, relaxed(NEVER)).await.unwrap();
    let remembered = || engine.handle.committer.writer().remembered();
    for number in 0..100 {
        assert_committed(&commit(&engine, put(&[("a", &number.to_string())])).await);
    }
    assert!(remembered() <= 2, "{}", remembered());
    let durable = engine.durable_snapshot().await.unwrap();
    let begun = engine.snapshot().await.unwrap();
    for number in 0..100 {
        assert_committed(&commit(&engine, put(&[("b", &number.to_string())])).await);
    }
    let conflict = engine.commit(&begun, put(&[("b", "other")])).await;
    assert!(matches!(conflict, Outcome::Conflict { .. }), "{conflict:?}");
    assert_committed(&engine.commit(&begun, put(&[("c", "1")])).await);
    drop(begun);
    // Still held, and older than the changes of the first hundred, which nobody remembers.
    let stale = engine.commit(&durable, put(&[("a", "other")])).await;
    assert!(matches!(stale, Outcome::Conflict { .. }), "{stale:?}");
    drop(durable);
    assert_committed(&commit(&engine, put(&[("a", "1")])).await);
    assert!(remembered() <= 2, "{}", remembered());
}

#[tokio::test]
async fn a_flush_time_of_zero_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let answer = EmbeddedEngine::open(
        Location::Folder(folder.path().to_owned()),
        relaxed(Duration::ZERO),
    )
    .await;
    assert!(matches!(answer, Err(EngineError::Unavailable { .. })));
}

#[tokio::test]
async fn commit_numbers_grow_over_openings() {
    let folder = tempfile::tempdir().unwrap();
    let place = Location::Folder(folder.path().to_owned());
    let mut numbers = Vec::new();
    for _ in 0..2 {
        let engine = EmbeddedEngine::open(place.clone(), EmbeddedOptions::default())
            .await
            .unwrap();
        for key in ["a", "b"] {
            match commit(&engine, put(&[(key, "")])).await {
                Outcome::Committed { number, .. } => numbers.push(number),
                other => panic!("{other:?}"),
            }
        }
        engine.close().await.unwrap();
    }
    assert!(numbers.is_sorted_by(|a, b| a < b), "{numbers:?}");
}

#[tokio::test]
async fn a_snapshot_past_its_age_is_refused_and_its_commit_is_a_conflict_or_clear() {
    let options = EmbeddedOptions {
        max_snapshot_age: Some(Duration::ZERO),
        ..EmbeddedOptions::default()
    };
    let engine = EmbeddedEngine::open(Location::Memory, options)
        .await
        .unwrap();
    let old = engine.snapshot().await.unwrap();
    assert_committed(&commit(&engine, put(&[("a", "1")])).await);
    assert_eq!(old.get(b"a").await, Err(EngineError::SnapshotTooOld));
    let outcome = engine.commit(&old, put(&[("a", "2")])).await;
    assert!(matches!(outcome, Outcome::Conflict { .. }), "{outcome:?}");
    assert_eq!(get(&engine, "a").await, Ok(Some("1".into())));
}

#[tokio::test]
async fn a_snapshot_of_another_store_is_refused() {
    let open = || EmbeddedEngine::open_blocking(&Location::Memory, &EmbeddedOptions::default());
    let (one, other) = (open().unwrap(), open().unwrap());
    let base = one.snapshot().await.unwrap();
    assert!(matches!(
        other.commit(&base, put(&[("a", "1")])).await,
        Outcome::Failed(EngineError::Unavailable { .. })
    ));
}

#[tokio::test]
async fn what_is_past_the_limits_is_refused_before_anything_is_written() {
    let engine =
        EmbeddedEngine::open_blocking(&Location::Memory, &EmbeddedOptions::default()).unwrap();
    let key = "k".repeat(LIMITS.key + 1);
    let outcome = commit(&engine, put(&[("a", "1"), (&key, "")])).await;
    assert!(
        matches!(&outcome, Outcome::Failed(EngineError::Unavailable { message })
            if message == "a key of 65536 bytes is past the embedded engine's limit of 65535; nothing was written"),
        "{outcome:?}"
    );
    assert_eq!(get(&engine, "a").await, Ok(None));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn tasks_that_write_for_each_other_leave_nobody_waiting() {
    for pace in [
        Pace::Memory,
        Pace::Relaxed(Duration::from_millis(1)),
        Pace::Durable,
    ] {
        let engine =
            EmbeddedEngine::over(InMemoryBackend::new(), pace, &EmbeddedOptions::default())
                .unwrap();
        let tasks: Vec<_> = (0..16)
            .map(|task| {
                let engine = engine.clone();
                tokio::spawn(async move {
                    for turn in 0..200 {
                        let key = format!("{task}/{turn}");
                        assert_committed(&commit(&engine, put(&[(&key, "")])).await);
                    }
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
    }
}
