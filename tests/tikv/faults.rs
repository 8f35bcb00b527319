//! Servers that go away and come back, requests that hang or fail before or after they took effect, clients that die.
//!
//! What was answered as committed is there; what was not is whole or absent; the error comes within the deadline; and the same
//! engine works again afterwards.

use crate::world::{KEYS, World, all, committed, put, stored, values};
use keyloom::engine::{Engine, EngineError, Outcome, Snapshot, tikv::TikvEngine};
use keyloom_tests::cluster::{Fault, Kind, Server};
use std::time::{Duration, Instant};

/// The engine's deadline, and what machines that are busy take longer.
const DEADLINE: Duration = Duration::from_secs(8 + 7);

async fn attempt(engine: &TikvEngine, value: &str) -> Result<Outcome, EngineError> {
    let base = engine.snapshot().await?;
    Ok(engine.commit(&base, put(&KEYS, value)).await)
}

/// Writes to all keys as soon as that works, over whatever is in doubt or locked there.
async fn write(engine: &TikvEngine, value: &str) {
    let begun = Instant::now();
    loop {
        match attempt(engine, value).await {
            Ok(Outcome::Committed { .. }) => return,
            outcome if begun.elapsed() > Duration::from_mins(1) => panic!("{value}: {outcome:?}"),
            _ => tokio::task::yield_now().await,
        }
    }
}

/// Tries to write, while something is broken.
async fn write_broken(engine: &TikvEngine, value: &str) -> Result<Outcome, EngineError> {
    let begun = Instant::now();
    let outcome = attempt(engine, value).await;
    assert!(
        begun.elapsed() < DEADLINE,
        "{:?}: {outcome:?}",
        begun.elapsed()
    );
    outcome
}

/// What the store holds must be what the outcome says, once all is well again.
async fn assert_true(
    engine: &TikvEngine,
    outcome: &Result<Outcome, EngineError>,
    before: &str,
    after: &str,
) {
    let found = values(engine, &KEYS).await.unwrap();
    match outcome {
        Ok(Outcome::Committed { .. }) => assert_eq!(found, all(after), "{outcome:?}"),
        Ok(Outcome::Unknown(_)) => {
            assert!(
                found == all(before) || found == all(after),
                "{found:?} after {outcome:?}"
            );
        }
        _ => assert_eq!(found, all(before), "{outcome:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn servers_that_stop_and_come_back_lose_nothing_and_need_no_restart() {
    let world = World::new();
    let engine = world.engine().await;
    let admin = world.admin();
    write(&engine, "0").await;
    let stores = admin.stores().unwrap().into_iter().map(Server::Store);
    for (turn, server) in stores.chain([Server::Pd, Server::All]).enumerate() {
        let (before, broken) = (format!("before {turn}"), format!("broken {turn}"));
        write(&engine, &before).await;
        admin.stop(server).unwrap();
        let outcome = write_broken(&engine, &broken).await;
        println!("{server:?} stopped: {outcome:?}");
        admin.start(server).unwrap();
        assert_true(&engine, &outcome, &before, &broken).await;
        write(&engine, &format!("after {turn}")).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_that_fail_or_hang_end_in_a_true_answer_within_the_deadline() {
    let world = World::new();
    let engine = world.engine().await;
    // The locks of a commit that was given up live for up to 20 s more.
    let patient = TikvEngine::open(world.options().retry(Duration::from_mins(1)))
        .await
        .unwrap();
    let admin = world.admin();
    let kinds = [
        Kind::Unavailable,
        Kind::AfterUnavailable,
        Kind::Hang,
        Kind::AfterHang,
        Kind::Late(Duration::from_millis(200)),
    ];
    // The first key is the primary, whose state is the transaction's.
    let [first, other, _] = KEYS;
    for (method, key) in [
        ("KvPrewrite", first),
        ("KvPrewrite", other),
        ("KvCommit", first),
        ("KvCommit", other),
        ("KvBatchGet", other),
        ("Tso", "any"),
    ] {
        for kind in kinds {
            if method == "Tso" && matches!(kind, Kind::AfterHang) {
                // The same as `Hang` to whoever waits.
                continue;
            }
            let case = format!("{method} of {key} {kind:?}");
            let before = format!("before {case}");
            write(&engine, &before).await;
            let base = engine.snapshot().await.unwrap();
            // One request fails; all of them until the deadline would be a store that is gone.
            let mut fault = Fault::new(method, kind);
            if method != "Tso" {
                fault = fault.key(stored(key));
            }
            admin.fail(fault).unwrap();
            admin.reset().unwrap();
            let begun = Instant::now();
            let outcome = engine.commit(&base, put(&KEYS, &case)).await;
            assert!(begun.elapsed() < DEADLINE, "{case}: {:?}", begun.elapsed());
            println!("{case}: {outcome:?} after {:?}", begun.elapsed());
            admin.clear_all().unwrap();
            if method == "KvCommit" {
                // It could tear what was committed after all.
                assert_eq!(admin.counts().unwrap().of("KvBatchRollback"), 0, "{case}");
            }
            assert_true(&patient, &Ok(outcome), &before, &case).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_of_a_read_that_fails_once_is_sent_again_and_a_lasting_failure_is_no_missing_key()
{
    let world = World::new();
    let engine = world.engine().await;
    let admin = world.admin();
    write(&engine, "value").await;
    let value = Some(b"value".to_vec());
    for kind in [Kind::Unavailable, Kind::AfterUnavailable] {
        for method in ["Tso", "KvGet"] {
            let fault = admin.fail(Fault::new(method, kind)).unwrap();
            let snapshot = engine.snapshot().await.unwrap();
            assert_eq!(
                snapshot.get(b"k").await,
                Ok(value.clone()),
                "{method} {kind:?}"
            );
            assert_eq!(admin.hits(fault).unwrap(), 1, "{method} {kind:?}");
            admin.clear_all().unwrap();
        }
    }
    let snapshot = engine.snapshot().await.unwrap();
    admin
        .fail(Fault::new("KvGet", Kind::Unavailable).always())
        .unwrap();
    let error = snapshot.get(b"k").await.unwrap_err();
    assert!(matches!(error, EngineError::Unavailable { .. }), "{error}");
    admin.clear_all().unwrap();
    assert_eq!(snapshot.get(b"k").await, Ok(value));
}

#[tokio::test(flavor = "multi_thread")]
async fn timestamps_that_stop_are_an_error_in_time_and_come_back_without_a_restart() {
    let world = World::new();
    let engine = world.engine().await;
    write(&engine, "before").await;
    world
        .admin()
        .fail(Fault::new("Tso", Kind::Hang).always())
        .unwrap();
    let begun = Instant::now();
    let error = engine.snapshot().await.unwrap_err().to_string();
    assert!(begun.elapsed() < DEADLINE, "{:?}", begun.elapsed());
    assert!(
        error.starts_with("taking a timestamp from PD failed (no answer)"),
        "{error}"
    );
    world.admin().clear_all().unwrap();
    write(&engine, "after").await;
    assert_eq!(values(&engine, &KEYS).await.unwrap(), all("after"));
}

#[tokio::test(flavor = "multi_thread")]
async fn reads_go_on_while_leaders_move_and_regions_split() {
    let world = World::new();
    let engine = world.engine().await;
    let admin = world.admin();
    write(&engine, "0").await;
    let move_about = async {
        let stores = admin.stores().unwrap();
        for turn in 0..12 {
            let key = stored(KEYS[turn % 3]);
            let region = admin.region_of(&key).unwrap();
            admin
                .transfer(region.id, stores[turn % stores.len()])
                .unwrap();
            let bound = stored(&format!("{}{turn}", KEYS[turn % 3]));
            admin.split(&crate::world::encoded(&bound)).unwrap();
            write(&engine, &format!("moved {turn}")).await;
        }
    };
    let read = async {
        for _ in 0..60 {
            let found = values(&engine, &KEYS).await.unwrap();
            assert!(
                found.iter().all(|value| *value == found[0]),
                "a torn read: {found:?}"
            );
        }
    };
    tokio::join!(move_about, read);
    assert_eq!(values(&engine, &KEYS).await.unwrap(), all("moved 11"));
}

/// The client of a process that is killed: its tasks stop where they are.
#[test]
fn a_client_that_dies_between_the_phases_leaves_all_or_nothing() {
    let world = World::new();
    let here = tokio::runtime::Runtime::new().unwrap();
    let engine = here.block_on(async {
        let engine = world.engine().await;
        write(&engine, "before").await;
        engine
    });
    for method in ["KvPrewrite", "KvCommit"] {
        let there = tokio::runtime::Runtime::new().unwrap();
        let options = world.options();
        let key = if method == "KvCommit" {
            KEYS[0]
        } else {
            KEYS[1]
        };
        let admin = world.admin();
        there.block_on(async {
            let engine = TikvEngine::open(options).await.unwrap();
            let fault = admin
                .fail(Fault::new(method, Kind::Hang).key(stored(key)).always())
                .unwrap();
            let base = engine.snapshot().await.unwrap();
            let commit =
                tokio::spawn(async move { engine.commit(&base, put(&KEYS, "dead")).await });
            while admin.hits(fault).unwrap() == 0 {
                tokio::task::yield_now().await;
            }
            commit.abort();
        });
        there.shutdown_background();
        admin.clear_all().unwrap();
        here.block_on(async {
            let found = values(&engine, &KEYS).await.unwrap();
            assert!(
                found == all("before") || found == all("dead"),
                "{method}: {found:?}"
            );
            write(&engine, "before").await;
        });
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn closing_waits_for_commits_and_then_refuses() {
    let world = World::new();
    let engine = world.engine().await;
    let base = engine.snapshot().await.unwrap();
    let pause = Kind::Delay(Duration::from_millis(300));
    let fault = world
        .admin()
        .fail(Fault::new("KvPrewrite", pause).always())
        .unwrap();
    let running = {
        let (engine, base) = (engine.clone(), base.clone());
        tokio::spawn(async move { engine.commit(&base, put(&KEYS, "last")).await })
    };
    while world.admin().hits(fault).unwrap() == 0 {
        tokio::task::yield_now().await;
    }
    engine.close().await.unwrap();
    committed(running.await.unwrap());
    assert_eq!(base.get(b"a").await, Err(EngineError::Closed));
    let again = world.engine().await;
    assert_eq!(values(&again, &KEYS).await.unwrap(), all("last"));
}
