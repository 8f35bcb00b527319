//! Transactions that want each other's locks: none waits in vain, and the loser leaves no lock behind.

use crate::world::{World, committed, put, stored, values};
use keyloom::engine::{Changes, Engine, Outcome, Snapshot, tikv::TikvEngine};
use keyloom_tests::cluster::{Admin, Fault, FaultId, Kind};
use std::time::{Duration, Instant};
use tokio::task::JoinHandle;

type Base = <TikvEngine as Engine>::Snapshot;

/// A snapshot that has read these keys, so that its commit does not read them before it locks them.
async fn read(engine: &TikvEngine, keys: &[&str]) -> Base {
    let base = engine.snapshot().await.unwrap();
    let keys: Vec<Vec<u8>> = keys.iter().map(|key| key.as_bytes().to_vec()).collect();
    base.get_many(&keys).await.unwrap();
    base
}

/// Commits in a task of its own.
fn spawn(engine: &TikvEngine, base: Base, changes: Changes) -> JoinHandle<Outcome> {
    let engine = engine.clone();
    tokio::spawn(async move { engine.commit(&base, changes).await })
}

/// The next prewrite of the region of `key` hangs until the fault is cleared; the client then sends it again.
fn hold(admin: &Admin, key: &str) -> FaultId {
    let fault = Fault::new("KvPrewrite", Kind::Hang).key(stored(key));
    admin.fail(fault).unwrap()
}

/// Waits until the fault holds a request, and until a prewrite of the region of `key` was answered.
async fn locked(admin: &Admin, held: FaultId, key: &str) {
    let region = admin.region_of(&stored(key)).unwrap().id;
    let answered = || {
        let trace = admin.trace().unwrap();
        trace
            .iter()
            .any(|it| it.method == "KvPrewrite" && it.region == region)
    };
    while admin.hits(held).unwrap() == 0 || !answered() {
        tokio::task::yield_now().await;
    }
}

#[track_caller]
fn assert_conflict(outcome: &Outcome) {
    assert!(matches!(outcome, Outcome::Conflict { .. }), "{outcome:?}");
}

/// A world with a value under each key, and an engine that knows its regions.
async fn world() -> (World, TikvEngine) {
    let world = World::new();
    let engine = world.engine().await;
    let base = engine.snapshot().await.unwrap();
    committed(engine.commit(&base, put(&["a", "k", "x"], "0")).await);
    // The secondary keys are committed in the background; a read that meets a lock sees to it.
    values(&engine, &["a", "k", "x"]).await.unwrap();
    (world, engine)
}

/// A read of the key meets no lock.
async fn assert_free(world: &World, engine: &TikvEngine, key: &str) {
    let snapshot = engine.snapshot().await.unwrap();
    world.admin().reset().unwrap();
    snapshot.get(key.as_bytes()).await.unwrap();
    let counts = world.admin().counts().unwrap();
    assert_eq!(counts.of("KvGet"), 1, "{counts:?}");
    assert_eq!(counts.of("KvCheckTxnStatus"), 0, "{counts:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_that_hold_what_the_other_wants_the_older_gives_way() {
    let (world, engine) = world().await;
    let admin = world.admin();
    let older = read(&engine, &["a", "x"]).await;
    let younger = read(&engine, &["a", "k", "x"]).await;
    let held = hold(admin, "x");
    admin.reset().unwrap();
    let older = spawn(&engine, older, put(&["a", "x"], "older"));
    locked(admin, held, "a").await;
    admin.reset().unwrap();
    let changes = Changes {
        guards: [b"a".to_vec()].into(),
        ..put(&["k", "x"], "younger")
    };
    let younger = spawn(&engine, younger, changes);
    locked(admin, held, "x").await;
    admin.clear(held).unwrap();
    assert_conflict(&older.await.unwrap());
    committed(younger.await.unwrap());
    let found = values(&engine, &["a", "k", "x"]).await.unwrap();
    let expected = ["0", "younger", "younger"];
    assert_eq!(found, expected.map(|it| Some(it.to_owned())));
}

/// A transaction that has locked `x`, and not yet its primary key.
async fn without_primary(
    world: &World,
    engine: &TikvEngine,
    base: Base,
) -> (FaultId, JoinHandle<Outcome>) {
    let admin = world.admin();
    let held = hold(admin, "a");
    admin.reset().unwrap();
    let commit = spawn(engine, base, put(&["a", "x"], "one"));
    locked(admin, held, "x").await;
    admin.reset().unwrap();
    (held, commit)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_one_that_meets_a_lock_without_its_primary_takes_its_own_locks_back() {
    let (world, engine) = world().await;
    let older = read(&engine, &["k", "x"]).await;
    let base = read(&engine, &["a", "x"]).await;
    let (held, one) = without_primary(&world, &engine, base).await;
    assert_conflict(&engine.commit(&older, put(&["k", "x"], "older")).await);
    assert_free(&world, &engine, "k").await;
    world.admin().clear(held).unwrap();
    committed(one.await.unwrap());
    let found = values(&engine, &["a", "k", "x"]).await.unwrap();
    assert_eq!(found, ["one", "0", "one"].map(|it| Some(it.to_owned())));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_younger_one_waits_and_then_takes_its_own_locks_back() {
    let (world, engine) = world().await;
    let base = read(&engine, &["a", "x"]).await;
    let younger = read(&engine, &["k", "x"]).await;
    let (held, one) = without_primary(&world, &engine, base).await;
    let younger = spawn(&engine, younger, put(&["k", "x"], "younger"));
    locked(world.admin(), held, "k").await;
    world.admin().clear(held).unwrap();
    committed(one.await.unwrap());
    assert_conflict(&younger.await.unwrap());
    assert_free(&world, &engine, "k").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_waits_for_a_lock_past_the_deadline_hears_of_a_conflict_and_not_of_doubt() {
    let (world, engine) = world().await;
    let hasty = world.options().retry(Duration::from_secs(2));
    let hasty = TikvEngine::open(hasty).await.unwrap();
    let older = read(&engine, &["a", "x"]).await;
    let younger = read(&hasty, &["k", "x"]).await;
    let fault = Fault::new("KvCommit", Kind::Hang).always();
    let held = world.admin().fail(fault).unwrap();
    let older = spawn(&engine, older, put(&["a", "x"], "older"));
    while world.admin().hits(held).unwrap() == 0 {
        tokio::task::yield_now().await;
    }
    assert_conflict(&hasty.commit(&younger, put(&["k", "x"], "younger")).await);
    assert_free(&world, &hasty, "k").await;
    world.admin().clear(held).unwrap();
    committed(older.await.unwrap());
}

/// A lock lives for three seconds at first, and longer as its owner says so: whoever meets it must wait, and must not take the
/// transaction for dead.
#[tokio::test(flavor = "multi_thread")]
async fn a_slow_commit_keeps_its_locks_alive() {
    const FIRST_LIFE: Duration = Duration::from_secs(3);
    let (world, _) = world().await;
    let patient = world.options().timeout(Duration::from_secs(20));
    let patient = patient.retry(Duration::from_mins(1));
    let engine = TikvEngine::open(patient).await.unwrap();
    let admin = world.admin();
    let base = read(&engine, &["a", "x"]).await;
    let held = hold(admin, "x");
    admin.reset().unwrap();
    let slow = spawn(&engine, base, put(&["a", "x"], "slow"));
    locked(admin, held, "a").await;
    let begun = Instant::now();
    let other = engine.clone();
    let reader = tokio::spawn(async move { values(&other, &["a"]).await });
    // The lock's first life is over, and the reader has looked at it since.
    while begun.elapsed() < FIRST_LIFE {
        tokio::task::yield_now().await;
    }
    admin.reset().unwrap();
    while admin.counts().unwrap().of("KvCheckTxnStatus") < 2 {
        assert!(!slow.is_finished() && !reader.is_finished());
        tokio::task::yield_now().await;
    }
    admin.clear(held).unwrap();
    committed(slow.await.unwrap());
    let before = Some("0".to_owned());
    assert_eq!(reader.await.unwrap().unwrap(), [before]);
}
