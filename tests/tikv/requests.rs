//! What an operation asks of the cluster, counted there.

use crate::world::{World, committed, put};
use keyloom::engine::{Engine, KeyRange, ScanOptions, Snapshot, tikv::TikvEngine};
use keyloom_tests::cluster::{Admin, Fault, Kind};
use std::time::Duration;

/// Requests by method since the last call, without those of the connection, and rounds.
fn requests(admin: &Admin) -> (Vec<(String, u64)>, u64) {
    let counts = admin.reset().unwrap();
    let connection = ["GetMembers", "GetRegion", "GetStore", "KvTxnHeartBeat"];
    let methods = counts
        .methods
        .iter()
        .filter(|(method, _)| !connection.contains(&method.as_str()));
    let methods = methods
        .map(|(method, count)| (method.clone(), count.requests))
        .collect();
    (methods, counts.rounds)
}

fn expected(methods: &[(&str, u64)]) -> Vec<(String, u64)> {
    methods
        .iter()
        .map(|(method, count)| ((*method).to_owned(), *count))
        .collect()
}

/// Each request takes long enough that those sent side by side are one round.
fn slow(admin: &Admin) {
    let pause = Kind::Delay(Duration::from_millis(20));
    for method in ["KvGet", "KvBatchGet", "KvScan", "KvPrewrite", "KvCommit"] {
        admin.fail(Fault::new(method, pause).always()).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_is_one_request_to_each_region_that_it_is_about() {
    let world = World::new();
    let engine = world.engine().await;
    let base = engine.snapshot().await.unwrap();
    committed(engine.commit(&base, put(&["a", "b", "k", "x"], "1")).await);
    let admin = world.admin();
    slow(admin);
    let snapshot = engine.snapshot().await.unwrap();
    requests(admin);
    snapshot.get(b"a").await.unwrap();
    assert_eq!(requests(admin), (expected(&[("KvGet", 1)]), 1));
    let keys = |keys: &[&str]| {
        keys.iter()
            .map(|key| key.as_bytes().to_vec())
            .collect::<Vec<_>>()
    };
    snapshot.get_many(&keys(&["a", "b", "c"])).await.unwrap();
    assert_eq!(requests(admin), (expected(&[("KvBatchGet", 1)]), 1));
    snapshot.get_many(&keys(&["a", "k", "x"])).await.unwrap();
    assert_eq!(requests(admin), (expected(&[("KvBatchGet", 3)]), 1));
    let _ = tokio::join!(snapshot.get(b"a"), snapshot.get(b"k"), snapshot.get(b"x"));
    assert_eq!(requests(admin), (expected(&[("KvGet", 3)]), 1));
    assert_eq!(scan(&snapshot, "a", "c", 20).await, 2);
    assert_eq!(requests(admin), (expected(&[("KvScan", 1)]), 1));
}

async fn scan(snapshot: &impl Snapshot, start: &str, end: &str, limit: usize) -> usize {
    let range = KeyRange {
        start: start.into(),
        end: Some(end.into()),
    };
    let options = ScanOptions {
        limit,
        reverse: false,
        keys_only: false,
    };
    snapshot.scan(&range, options).await.unwrap().len()
}

/// Requests and rounds of a transaction that reads `keys`, if it is told to, and writes them.
async fn of_commit(
    engine: &TikvEngine,
    admin: &Admin,
    keys: &[&str],
    read: bool,
) -> (Vec<(String, u64)>, u64) {
    let base = engine.snapshot().await.unwrap();
    requests(admin);
    if read {
        let keys: Vec<Vec<u8>> = keys.iter().map(|key| key.as_bytes().to_vec()).collect();
        base.get_many(&keys).await.unwrap();
    }
    committed(
        engine
            .commit(&base, put(keys, &format!("{read} {}", keys.len())))
            .await,
    );
    requests(admin)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_is_a_read_two_phases_and_the_proof() {
    let world = World::new();
    let admin = world.admin();
    let proved = world.engine().await;
    let careless = TikvEngine::open(world.options().verify_commits(false))
        .await
        .unwrap();
    slow(admin);
    for read in [true, false] {
        let phases = [
            ("KvBatchGet", 1),
            ("KvCommit", 1),
            ("KvPrewrite", 1),
            ("Tso", 1),
        ];
        let without = of_commit(&careless, admin, &["a"], read).await;
        assert_eq!(
            without,
            (expected(&phases), 3),
            "read by the transaction: {read}"
        );
        let phases = [
            ("KvBatchGet", 2),
            ("KvCommit", 1),
            ("KvPrewrite", 1),
            ("Tso", 1),
        ];
        let with = of_commit(&proved, admin, &["a"], read).await;
        assert_eq!(
            with,
            (expected(&phases), 4),
            "read by the transaction: {read}"
        );
    }
}

/// The other keys are committed in the background, beside the proof, which reads the primary by itself.
#[tokio::test(flavor = "multi_thread")]
async fn more_keys_of_a_region_are_no_more_rounds() {
    let world = World::new();
    let admin = world.admin();
    let engine = world.engine().await;
    slow(admin);
    let (methods, rounds) = of_commit(&engine, admin, &["a", "b", "c", "d"], true).await;
    let phases = [
        ("KvBatchGet", 3),
        ("KvCommit", 2),
        ("KvPrewrite", 1),
        ("Tso", 1),
    ];
    assert_eq!(methods, expected(&phases));
    assert_eq!(rounds, 4);
}
