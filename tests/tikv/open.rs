//! What opening refuses, and with which words.

use crate::world::{World, committed, put, values};
use keyloom::engine::{
    Engine,
    tikv::{TikvEngine, TikvOptions},
};
use std::time::{Duration, Instant};
use tikv_client::TransactionClient;

async fn refusal(options: TikvOptions) -> String {
    match TikvEngine::open(options).await {
        Ok(_) => panic!("it opened"),
        Err(error) => error.to_string(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_prefix_that_holds_foreign_keys_is_refused() {
    let world = World::new();
    let client = TransactionClient::new(vec![world.cluster.pd()])
        .await
        .unwrap();
    let mut foreign = client.begin_optimistic().await.unwrap();
    foreign
        .put(b"app\0\x01somebody's".to_vec(), "")
        .await
        .unwrap();
    foreign.put(b"apple".to_vec(), "").await.unwrap();
    foreign.commit().await.unwrap();
    let error = refusal(world.options()).await;
    assert!(
        error.starts_with("the prefix `app` holds keys that no store of this kind wrote"),
        "{error}"
    );
    // Keys beside it do not matter.
    TikvEngine::open(world.options().prefix("appl"))
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_prefix_of_a_newer_format_is_refused() {
    let world = World::new();
    let client = TransactionClient::new(vec![world.cluster.pd()])
        .await
        .unwrap();
    let mut newer = client.begin_optimistic().await.unwrap();
    newer
        .put(b"app\0\0format".to_vec(), r#"{"format":2}"#)
        .await
        .unwrap();
    newer.commit().await.unwrap();
    assert_eq!(
        refusal(world.options()).await,
        "the store `app` has format 2, this build knows 1; use a newer build"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn stores_whose_names_begin_alike_do_not_see_each_other() {
    let world = World::new();
    let app = world.engine().await;
    let appr = TikvEngine::open(world.options().prefix("appr"))
        .await
        .unwrap();
    for (engine, value) in [(&app, "app"), (&appr, "appr")] {
        let base = engine.snapshot().await.unwrap();
        committed(engine.commit(&base, put(&["k"], value)).await);
    }
    assert_eq!(values(&app, &["k"]).await.unwrap(), [Some("app".into())]);
    assert_eq!(values(&appr, &["k"]).await.unwrap(), [Some("appr".into())]);
    // And it is there for whoever opens the store again.
    app.close().await.unwrap();
    assert_eq!(
        values(&world.engine().await, &["k"]).await.unwrap(),
        [Some("app".into())]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cluster_that_is_not_there_is_an_error_within_the_deadline() {
    let begun = Instant::now();
    let options = TikvOptions::new(["127.0.0.1:1", "127.0.0.1:2"])
        .prefix("app")
        .connect(Duration::from_millis(500));
    let error = refusal(options).await;
    assert!(
        error.starts_with("no PD server answered within 500ms (tried 127.0.0.1:1, 127.0.0.1:2): "),
        "{error}"
    );
    assert!(
        begun.elapsed() < Duration::from_secs(5),
        "{:?}",
        begun.elapsed()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_keyspace_is_a_store_of_its_own_and_a_missing_one_is_named() {
    let world = World::new();
    let options = || TikvOptions::new([world.cluster.pd()]).gc(None);
    let keyspace = TikvEngine::open(options().keyspace("ks1")).await.unwrap();
    let base = keyspace.snapshot().await.unwrap();
    committed(keyspace.commit(&base, put(&["k"], "ks1")).await);
    assert_eq!(
        values(&keyspace, &["k"]).await.unwrap(),
        [Some("ks1".into())]
    );
    let late = keyspace.commit(&base, put(&["k"], "late")).await;
    assert!(
        matches!(&late, keyloom::engine::Outcome::Conflict { key } if key == b"k"),
        "{late:?}"
    );
    let other = TikvEngine::open(options().keyspace("ks2")).await.unwrap();
    assert_eq!(values(&other, &["k"]).await.unwrap(), [None]);
    let error = refusal(options().keyspace("nobody")).await;
    assert!(error.contains("no keyspace `nobody`"), "{error}");
}
