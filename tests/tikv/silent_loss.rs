//! The client drops a region's part of a commit when it cannot look the region up, and reports success
//! (docs/decisions/tikv-silent-loss.md). What the engine answers must be true all the same.

use crate::world::{KEYS, World, all, committed, put, stored, values};
use keyloom::engine::{Append, Engine, Outcome, Snapshot, log, tikv::TikvEngine};
use keyloom_tests::{
    cluster::{Fault, Kind},
    logged::{self, Logged},
};
use tracing::Level;

/// How often the client asks PD for one look-up.
const ATTEMPTS: u64 = 10;

/// After the next request of `method` to the region of `key`, so many look-ups of that region fail: the client forgets a
/// region when a request to it fails, and looks it up for the second attempt.
fn lose(world: &World, method: &str, key: &str, lookups: u64) {
    let admin = world.admin();
    let key = stored(key);
    admin
        .fail(Fault::new(method, Kind::Unavailable).key(key.clone()))
        .unwrap();
    let lost = Fault::new("GetRegion", Kind::Unavailable).key(key);
    admin.fail(lost.times(lookups * ATTEMPTS)).unwrap();
}

/// Whatever the outcome says must be true.
async fn assert_true(
    engine: &TikvEngine,
    outcome: &Outcome,
    before: &str,
    after: &str,
    case: &str,
) {
    let found = values(engine, &KEYS).await.unwrap();
    match outcome {
        Outcome::Committed { .. } => assert_eq!(found, all(after), "{case}"),
        Outcome::Conflict { .. } | Outcome::Failed(_) => assert_eq!(found, all(before), "{case}"),
        // Said aloud; a later commit on what is there must work all the same.
        Outcome::Unknown(_) => {}
    }
}

/// Writes to keys, over whatever is in doubt or locked there.
async fn write(engine: &TikvEngine, keys: &[&str], value: &str) {
    loop {
        let base = engine.snapshot().await.unwrap();
        match engine.commit(&base, put(keys, value)).await {
            Outcome::Committed { .. } => return,
            Outcome::Conflict { .. } => {}
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lookup_that_fails_at_the_second_attempt_is_never_silent() {
    let world = World::new();
    let engine = world.engine().await;
    let mut value = "0".to_owned();
    write(&engine, &KEYS, &value).await;
    let mut whole = 0;
    for method in ["KvPrewrite", "KvCommit"] {
        for key in KEYS {
            for lookups in [1, 2] {
                let case = format!("{method} of {key}, {lookups} look-ups lost");
                let base = engine.snapshot().await.unwrap();
                lose(&world, method, key, lookups);
                let next = case.clone();
                let outcome = engine.commit(&base, put(&KEYS, &next)).await;
                world.admin().clear_all().unwrap();
                println!("{case}: {outcome:?}");
                assert_true(&engine, &outcome, &value, &next, &case).await;
                whole += u32::from(matches!(outcome, Outcome::Committed { .. }));
                // What was in doubt is settled by the next transaction.
                value = format!("after {case}");
                write(&engine, &KEYS, &value).await;
            }
        }
    }
    assert!(whole >= 9, "of 12 commits, {whole} were made whole");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lookup_that_fails_at_the_first_attempt_is_never_silent() {
    let world = World::new();
    let engine = world.engine().await;
    write(&engine, &KEYS, "before").await;
    let mut before = "before".to_owned();
    for key in KEYS {
        // The transaction has read all it writes, so the commit does not look again.
        let base = engine.snapshot().await.unwrap();
        let keys: Vec<Vec<u8>> = KEYS.iter().map(|key| key.as_bytes().to_vec()).collect();
        base.get_many(&keys).await.unwrap();
        // Another read fails, and the client forgets the region.
        let admin = world.admin();
        let stored = stored(key);
        let lookups = Fault::new("GetRegion", Kind::Unavailable)
            .key(stored.clone())
            .always();
        for fault in [
            Fault::new("KvGet", Kind::Unavailable).key(stored.clone()),
            lookups,
        ] {
            admin.fail(fault).unwrap();
        }
        engine
            .snapshot()
            .await
            .unwrap()
            .get(key.as_bytes())
            .await
            .unwrap_err();
        admin.clear_all().unwrap();
        let lost = Fault::new("GetRegion", Kind::Unavailable)
            .key(stored)
            .times(ATTEMPTS);
        admin.fail(lost).unwrap();
        let next = format!("after {key}");
        let outcome = engine.commit(&base, put(&KEYS, &next)).await;
        admin.clear_all().unwrap();
        println!("first attempt at {key}: {outcome:?}");
        assert_true(&engine, &outcome, &before, &next, key).await;
        before = format!("settled after {key}");
        write(&engine, &KEYS, &before).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_that_cannot_be_proved_in_time_is_unknown() {
    let world = World::new();
    let engine = world.engine().await;
    write(&engine, &KEYS, "before").await;
    let base = engine.snapshot().await.unwrap();
    lose(&world, "KvPrewrite", "x", u64::from(u32::MAX));
    let outcome = engine.commit(&base, put(&KEYS, "after")).await;
    assert!(matches!(outcome, Outcome::Unknown(_)), "{outcome:?}");
}

/// All on one thread, so that what the engine logs is heard.
#[tokio::test]
async fn a_repair_is_logged_as_an_error_and_leaves_the_commit_whole() {
    let world = World::new();
    let engine = world.engine().await;
    write(&engine, &KEYS, "before").await;
    let base = engine.snapshot().await.unwrap();
    lose(&world, "KvPrewrite", "x", 1);
    logged::listen();
    committed(engine.commit(&base, put(&KEYS, "after")).await);
    let expected = Logged {
        level: Level::ERROR,
        text: "TiKV's client reported a commit that is not whole; writing again what is missing"
            .to_owned(),
        fields: [("missing", "1"), ("writes", "3")]
            .map(|(name, value)| (name, value.to_owned()))
            .into(),
    };
    assert_eq!(logged::take(), [expected]);
    assert_eq!(values(&engine, &KEYS).await.unwrap(), all("after"));
}

/// Why the proof is there. When this fails, the client has learned to report the error: see `prove.rs`.
#[tokio::test(flavor = "multi_thread")]
async fn without_the_proof_the_client_tears_a_commit_and_reports_success() {
    let world = World::new();
    let engine = TikvEngine::open(world.options().verify_commits(false))
        .await
        .unwrap();
    write(&engine, &KEYS, "before").await;
    let base = engine.snapshot().await.unwrap();
    lose(&world, "KvPrewrite", "x", 1);
    committed(engine.commit(&base, put(&KEYS, "after")).await);
    world.admin().clear_all().unwrap();
    let text = |value: &str| Some(value.to_owned());
    assert_eq!(
        values(&engine, &KEYS).await.unwrap(),
        [text("after"), text("after"), text("before")]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_lost_is_not_written_over_a_later_change() {
    let world = World::new();
    let engine = world.engine().await;
    let other = world.engine().await;
    write(&engine, &KEYS, "before").await;
    let base = engine.snapshot().await.unwrap();
    // The region is lost, and cannot be looked up by the first client until the second has written to it.
    lose(&world, "KvPrewrite", "x", 3);
    let torn = engine.commit(&base, put(&KEYS, "after"));
    let later = async {
        while values(&other, &["a"]).await.unwrap() != [Some("after".to_owned())] {
            tokio::task::yield_now().await;
        }
        // It may meet the repair half way.
        write(&other, &["x"], "later").await;
    };
    let (outcome, ()) = tokio::join!(torn, later);
    world.admin().clear_all().unwrap();
    let found = values(&engine, &["x"]).await.unwrap();
    match outcome {
        // Repaired before the other wrote, or reported.
        Outcome::Committed { .. } | Outcome::Unknown(_) => {
            assert_eq!(found, [Some("later".into())])
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_append_is_appended_all_the_same() {
    let world = World::new();
    let engine = world.engine().await;
    let append = |value: &str| {
        let mut changes = put(&["a"], value);
        changes.appends.push(Append {
            log: b"x".to_vec(),
            value: value.into(),
            ready: None,
        });
        changes
    };
    let mut expected = Vec::new();
    for lookups in [0, 1, 2] {
        let value = format!("event {lookups}");
        let base = engine.snapshot().await.unwrap();
        if lookups > 0 {
            lose(&world, "KvPrewrite", "x", lookups);
        }
        let outcome = engine.commit(&base, append(&value)).await;
        world.admin().clear_all().unwrap();
        println!("append with {lookups} look-ups lost: {outcome:?}");
        if let Outcome::Committed { offsets, .. } = outcome {
            assert_eq!(offsets, [u64::try_from(expected.len()).unwrap()]);
            expected.push(Some(value));
        }
    }
    let keys = (0..)
        .map(|offset| log::entry_key(b"x", offset))
        .take(expected.len() + 1);
    let snapshot = engine.snapshot().await.unwrap();
    let found = snapshot.get_many(&keys.collect::<Vec<_>>()).await.unwrap();
    let found: Vec<Option<String>> = found
        .into_iter()
        .map(|value| value.map(|value| String::from_utf8(value).unwrap()))
        .collect();
    expected.push(None);
    assert_eq!(found, expected);
}
