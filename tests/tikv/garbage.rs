//! Old states are given back, but none that is still read.

use crate::world::{World, committed, put, stored};
use keyloom::engine::{Engine, EngineError, Snapshot, tikv::TikvEngine};
use std::time::{Duration, Instant};
use tikv_client::{CheckLevel, TransactionClient, TransactionOptions};

const KEEP: Duration = Duration::from_secs(16);

async fn write(engine: &TikvEngine, value: &str) {
    let base = engine.snapshot().await.unwrap();
    committed(engine.commit(&base, put(&["k"], value)).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_safepoint_stays_before_a_snapshot_that_is_read_and_passes_it_afterwards() {
    let world = World::new();
    let engine = TikvEngine::open(world.options().gc(Some(KEEP)))
        .await
        .unwrap();
    let client = TransactionClient::new(vec![world.cluster.pd()])
        .await
        .unwrap();
    write(&engine, "old").await;
    let old = engine.snapshot().await.unwrap();
    let at = client.current_timestamp().await.unwrap();
    write(&engine, "new").await;
    let begun = Instant::now();
    while begun.elapsed() < KEEP * 3 / 2 {
        assert_eq!(
            old.get(b"k").await,
            Ok(Some(b"old".to_vec())),
            "{:?}",
            begun.elapsed()
        );
        tokio::task::yield_now().await;
    }
    assert!(
        world.admin().counts().unwrap().of("UpdateGCSafePoint") > 0,
        "it never moved"
    );
    world.admin().collect().unwrap();
    assert_eq!(old.get(b"k").await, Ok(Some(b"old".to_vec())));
    drop(old);
    // Read past the engine, which would refuse.
    let begun = Instant::now();
    loop {
        world.admin().collect().unwrap();
        let options = TransactionOptions::new_optimistic().drop_check(CheckLevel::None);
        let found = client
            .snapshot(at.clone(), options)
            .get(stored("k"))
            .await
            .unwrap();
        if found.is_none() {
            break;
        }
        assert!(begun.elapsed() < KEEP * 4, "it is never given back");
        tokio::task::yield_now().await;
    }
    assert_eq!(
        engine.snapshot().await.unwrap().get(b"k").await,
        Ok(Some(b"new".to_vec()))
    );
    engine.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_that_nothing_protects_is_refused_before_it_is_too_old() {
    let world = World::new();
    let options = world.options().max_snapshot_age(Duration::from_millis(500));
    let engine = TikvEngine::open(options).await.unwrap();
    write(&engine, "value").await;
    let snapshot = engine.snapshot().await.unwrap();
    let begun = Instant::now();
    let refused = loop {
        match snapshot.get(b"k").await {
            Ok(value) => assert_eq!(value, Some(b"value".to_vec())),
            Err(error) => break error,
        }
    };
    assert!(
        begun.elapsed() >= Duration::from_millis(400),
        "{:?}",
        begun.elapsed()
    );
    assert_eq!(refused, EngineError::SnapshotTooOld);
    assert_eq!(
        engine.snapshot().await.unwrap().get(b"k").await,
        Ok(Some(b"value".to_vec()))
    );
}

/// Who moves the safepoint, by the row that says so.
async fn owner(client: &TransactionClient) -> Option<String> {
    let at = client.current_timestamp().await.unwrap();
    let options = TransactionOptions::new_optimistic();
    let row = client.snapshot(at, options).get(b"\0\0gc".to_vec()).await;
    let row: serde_json::Value = serde_json::from_slice(&row.unwrap()?).unwrap();
    Some(row["owner"].as_str().unwrap().to_owned())
}

/// Waits until it is somebody else.
async fn owner_other_than(client: &TransactionClient, last: Option<&str>) -> String {
    let begun = Instant::now();
    loop {
        let now = owner(client).await;
        if let Some(now) = now.filter(|now| Some(now.as_str()) != last) {
            return now;
        }
        assert!(begun.elapsed() < KEEP * 4, "nobody moves the safepoint");
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_process_moves_the_safepoint_for_all_and_another_does_when_it_is_gone() {
    let world = World::new();
    let client = TransactionClient::new(vec![world.cluster.pd()])
        .await
        .unwrap();
    let open = async || TikvEngine::open(world.options().gc(Some(KEEP))).await;
    let first = open().await.unwrap();
    let leader = owner_other_than(&client, None).await;
    let second = open().await.unwrap();
    write(&second, "old").await;
    let old = second.snapshot().await.unwrap();
    write(&second, "new").await;
    // The first spares what the second reads, and goes on while it lives.
    let begun = Instant::now();
    while begun.elapsed() < KEEP * 3 / 2 {
        assert_eq!(old.get(b"k").await, Ok(Some(b"old".to_vec())));
        assert_eq!(owner(&client).await.as_ref(), Some(&leader));
    }
    world.admin().collect().unwrap();
    assert_eq!(old.get(b"k").await, Ok(Some(b"old".to_vec())));
    assert!(world.admin().counts().unwrap().of("UpdateGCSafePoint") > 0);
    first.close().await.unwrap();
    drop(old);
    owner_other_than(&client, Some(&leader)).await;
    world.admin().reset().unwrap();
    let begun = Instant::now();
    while world.admin().counts().unwrap().of("UpdateGCSafePoint") == 0 {
        assert!(begun.elapsed() < KEEP * 4, "it moves no more");
        tokio::task::yield_now().await;
    }
    second.close().await.unwrap();
}
