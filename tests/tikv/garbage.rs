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
