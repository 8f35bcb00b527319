//! What an operation asks of the cluster, counted there.

use crate::world::{World, committed, encoded, put, stored};
use keyloom::engine::{Engine, KeyRange, ScanOptions, Snapshot, tikv::TikvEngine};
use keyloom_tests::{
    cluster::{Admin, Fault, Kind},
    person,
    shop::{Shop, people},
};
use std::time::Duration;

/// Requests by method since the last call, without those of the connection, and rounds. What commits left to the background is
/// among them.
fn requests(admin: &Admin) -> (Vec<(String, u64)>, u64) {
    admin.settle().unwrap();
    let counts = admin.reset().unwrap();
    let connection = [
        "GetMembers",
        "GetPrevRegion",
        "GetRegion",
        "GetStore",
        "KvTxnHeartBeat",
    ];
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
    // What a snapshot has read it does not ask for again.
    snapshot.get_many(&keys(&["a", "b", "c"])).await.unwrap();
    assert_eq!(requests(admin), (expected(&[("KvBatchGet", 1)]), 1));
    snapshot.get_many(&keys(&["a", "c"])).await.unwrap();
    snapshot.get(b"b").await.unwrap();
    assert_eq!(requests(admin), (expected(&[]), 0));
    let snapshot = engine.snapshot().await.unwrap();
    requests(admin);
    snapshot.get_many(&keys(&["a", "k", "x"])).await.unwrap();
    assert_eq!(requests(admin), (expected(&[("KvBatchGet", 3)]), 1));
    let snapshot = engine.snapshot().await.unwrap();
    requests(admin);
    let _ = tokio::join!(snapshot.get(b"a"), snapshot.get(b"k"), snapshot.get(b"x"));
    assert_eq!(requests(admin), (expected(&[("KvGet", 3)]), 1));
    assert_eq!(page(&snapshot, "a", "c", 20, false).await, ["a", "b"]);
    assert_eq!(requests(admin), (expected(&[("KvScan", 1)]), 1));
}

/// The keys of a page.
async fn page(
    snapshot: &impl Snapshot,
    start: &str,
    end: &str,
    limit: usize,
    reverse: bool,
) -> Vec<String> {
    let range = KeyRange {
        start: start.into(),
        end: Some(end.into()),
    };
    let options = ScanOptions {
        limit,
        reverse,
        keys_only: true,
    };
    let pairs = snapshot.scan(&range, options).await.unwrap();
    pairs
        .into_iter()
        .map(|(key, _)| String::from_utf8(key).unwrap())
        .collect()
}

/// A table over many regions is read one region after the other, and no further than the limit.
#[tokio::test(flavor = "multi_thread")]
async fn a_page_asks_the_regions_that_it_returns_from() {
    let world = World::new();
    let admin = world.admin();
    for letter in 'b'..='y' {
        admin.split(&encoded(&stored(&letter.to_string()))).unwrap();
    }
    let engine = world.engine().await;
    let keys: Vec<String> = ('a'..='y')
        .flat_map(|letter| (0..3).map(move |n| format!("{letter}{n}")))
        .collect();
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    let base = engine.snapshot().await.unwrap();
    committed(engine.commit(&base, put(&keys, "1")).await);
    let snapshot = engine.snapshot().await.unwrap();
    for reverse in [false, true] {
        for (limit, regions) in [(2, 1), (3, 1), (5, 2), (75, 25)] {
            requests(admin);
            let found = page(&snapshot, "a", "z", limit, reverse).await;
            let mut expected_keys = keys.clone();
            if reverse {
                expected_keys.reverse();
            }
            assert_eq!(found, expected_keys[..limit], "{limit}, reverse: {reverse}");
            let (methods, _) = requests(admin);
            assert_eq!(
                methods,
                expected(&[("KvScan", regions)]),
                "{limit}, reverse: {reverse}"
            );
        }
    }
    // A bound that moved makes no difference to what is found.
    admin.split(&encoded(&stored("c1"))).unwrap();
    assert_eq!(
        page(&snapshot, "b2", "d0", 20, false).await,
        ["b2", "c0", "c1", "c2"]
    );
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

/// The batch that an insert reads names all that it writes, so that the commit need not look at it again.
#[tokio::test(flavor = "multi_thread")]
async fn an_insert_with_its_entries_is_one_read_two_phases_and_the_proof() {
    let world = World::new();
    let admin = world.admin();
    let address = format!("tikv://{}?prefix=shop&gc=off", world.cluster.pd());
    let shop = Shop::open(address).await.unwrap();
    people::insert(&shop, &person("first")).await.unwrap();
    slow(admin);
    requests(admin);
    let stored = people::insert(&shop, &person("second")).await.unwrap();
    let phases = [
        ("KvBatchGet", 3),
        ("KvCommit", 2),
        ("KvPrewrite", 1),
        ("Tso", 2),
    ];
    assert_eq!(requests(admin), (expected(&phases), 4));
    let read = people::get(&shop, stored.id).await.unwrap();
    assert_eq!(read, Some(stored));
    assert_eq!(requests(admin), (expected(&[("KvGet", 1), ("Tso", 1)]), 1));
    let found = people::by_email("second@example.com")
        .one(&shop)
        .await
        .unwrap();
    assert_eq!(found, read);
    assert_eq!(requests(admin), (expected(&[("KvGet", 2), ("Tso", 1)]), 2));
}
