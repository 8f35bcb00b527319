//! A cluster that speaks TLS only, to clients with a certificate of its authority.

use crate::world::{KEYS, World, all, committed, put, values};
use keyloom::engine::{
    Engine, KeyRange, ScanOptions, Snapshot,
    tikv::{TikvEngine, TikvOptions},
};
use keyloom_tests::cluster::{Cluster, Options};
use std::path::Path;
use tempfile::TempDir;

/// A cluster with certificates made for it, and their folder.
fn world() -> (World, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let cluster = Cluster::start_with(Options {
        tls: Some(folder.path().to_owned()),
        ..Options::default()
    });
    let cluster = cluster.unwrap_or_else(|error| panic!("{error}"));
    (World::of(cluster), folder)
}

/// The address of a store in the cluster, with the files that the folders have.
fn address(world: &World, ca: &Path, client: &Path) -> String {
    format!(
        "{}?prefix=app&gc=off&connect=3s&ca={}/ca.pem&cert={}/client.pem&key={}/client.key",
        world.cluster.pd(),
        ca.display(),
        client.display(),
        client.display()
    )
}

async fn refusal(address: &str) -> String {
    match TikvEngine::open(TikvOptions::parse(address).unwrap()).await {
        Ok(_) => panic!("it opened"),
        Err(error) => error.to_string(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn with_the_three_files_everything_goes_over_tls() {
    let (world, folder) = world();
    let options = TikvOptions::parse(&address(&world, folder.path(), folder.path())).unwrap();
    let engine = TikvEngine::open(options).await.unwrap();
    let base = engine.snapshot().await.unwrap();
    committed(engine.commit(&base, put(&KEYS, "1")).await);
    assert_eq!(values(&engine, &KEYS).await.unwrap(), all("1"));
    // Where regions end is asked through a connection of the engine's own.
    world.admin().reset().unwrap();
    let options = ScanOptions {
        limit: 2,
        reverse: false,
        keys_only: true,
    };
    let range = KeyRange {
        start: Vec::new(),
        end: None,
    };
    let snapshot = engine.snapshot().await.unwrap();
    let found = snapshot.scan(&range, options).await.unwrap();
    assert_eq!(found.len(), 2);
    assert_eq!(world.admin().counts().unwrap().of("KvScan"), 2);
    engine.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_wrong_authority_or_client_or_none_is_said_clearly() {
    let (world, folder) = world();
    let (_other, others) = self::world();
    let (own, other) = (folder.path(), others.path());
    let pd = world.cluster.pd();
    let none = format!("no PD server answered within 3s (tried {pd}): ");
    let over = "; asked over TLS, with the files of `ca=`, `cert=` and `key=`";
    let authority = refusal(&address(&world, other, own)).await;
    assert_eq!(
        authority,
        format!(
            "{none}transport error: error trying to connect: invalid peer certificate: BadSignature{over}"
        )
    );
    let client = refusal(&address(&world, own, other)).await;
    assert!(
        client.starts_with(&none) && client.ends_with(over),
        "{client}"
    );
    let plain = refusal(&format!("{pd}?prefix=app&gc=off&connect=3s")).await;
    assert!(
        plain.starts_with(&none) && plain.ends_with("; asked without TLS"),
        "{plain}"
    );
    let missing = refusal(&address(&world, own, Path::new("/nowhere"))).await;
    assert!(
        missing.starts_with("`cert=/nowhere/client.pem` cannot be read: "),
        "{missing}"
    );
}
