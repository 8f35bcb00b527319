use super::*;
use keyloom::engine::{
    Append, counter,
    log::{Head, entry_key, head_key},
};
use std::collections::BTreeMap;

fn append(logs: &[(&str, &str)]) -> Changes {
    let appends = logs.iter().map(|(log, value)| Append {
        log: log.as_bytes().to_vec(),
        value: value.as_bytes().to_vec(),
        ready: None,
    });
    Changes {
        appends: appends.collect(),
        ..Changes::default()
    }
}

fn append_ready(log: &str, ready: &str) -> Changes {
    let mut changes = append(&[(log, "")]);
    changes.appends[0].ready = Some(ready.as_bytes().to_vec());
    changes
}

fn add(adds: &[(&str, i64)]) -> Changes {
    Changes {
        adds: adds
            .iter()
            .map(|&(counter, delta)| (counter.as_bytes().to_vec(), delta))
            .collect(),
        ..Changes::default()
    }
}

#[track_caller]
fn offsets(outcome: Outcome) -> Vec<u64> {
    match outcome {
        Outcome::Committed { offsets, .. } => offsets,
        other => panic!("expected a commit, found {other:?}"),
    }
}

/// The entries of a log, as text, with their keys checked.
async fn entries(engine: &impl Engine, log: &str) -> Vec<String> {
    let entries = range(
        &entry_key(log.as_bytes(), 0),
        Some(&head_key(log.as_bytes())),
    );
    let found = scan(engine, entries, FORWARD).await;
    let mut values = Vec::new();
    for (offset, (key, value)) in (0..).zip(found) {
        assert_eq!(key, entry_key(log.as_bytes(), offset), "a gap at {offset}");
        values.push(String::from_utf8(value).unwrap());
    }
    values
}

async fn count(engine: &impl Engine, counter: &str) -> i64 {
    counter::sum(&scan(engine, counter::shards(counter.as_bytes()), FORWARD).await).unwrap()
}

pub async fn offsets_are_counted_by_log_in_the_order_of_commits(engine: &impl Engine) {
    let first = commit(engine, append(&[("a", "0"), ("b", "0"), ("a", "1")])).await;
    assert_eq!(offsets(first), [0, 0, 1]);
    let second = commit(engine, append(&[("b", "1"), ("a", "2")])).await;
    assert_eq!(offsets(second), [1, 2]);
    assert_eq!(entries(engine, "a").await, ["0", "1", "2"]);
    assert_eq!(entries(engine, "b").await, ["0", "1"]);
}

pub async fn a_refused_transaction_takes_no_offset(engine: &impl Engine) {
    let base = engine.snapshot().await.unwrap();
    written(engine, put(&[("k", "first")])).await;
    let mut late = append(&[("log", "late")]);
    late.writes = put(&[("k", "late")]).writes;
    let outcome = engine.commit(&base, late).await;
    assert_conflict(&outcome, "k");
    assert_eq!(
        offsets(commit(engine, append(&[("log", "next")])).await),
        [0]
    );
    assert_eq!(entries(engine, "log").await, ["next"]);
}

/// What a reader of the log relies on: no entry comes in below one that it has seen.
pub async fn whoever_sees_an_entry_sees_all_before_it(engine: &impl Engine) {
    let base = engine.snapshot().await.unwrap();
    written(engine, append(&[("log", "0"), ("log", "1")])).await;
    assert_eq!(entries(engine, "log").await, ["0", "1"]);
    // Begun before what the reader has seen, committed after it.
    match engine.commit(&base, append(&[("log", "late")])).await {
        Outcome::Committed { offsets, .. } => assert_eq!(offsets, [2]),
        Outcome::Conflict { .. } => written_again(engine).await,
        other => panic!("expected a commit or a conflict, found {other:?}"),
    }
    assert_eq!(entries(engine, "log").await, ["0", "1", "late"]);
}

async fn written_again(engine: &impl Engine) {
    assert_eq!(
        offsets(commit(engine, append(&[("log", "late")])).await),
        [2]
    );
}

pub async fn concurrent_appends_are_gapless_and_each_is_there_once(engine: &impl Engine) {
    const TASKS: usize = 8;
    const EACH: usize = 25;
    let append_all = async |task: usize| {
        let mut seen = BTreeMap::new();
        for n in 0..EACH {
            let value = format!("{task} {n}");
            loop {
                match commit(engine, append(&[("log", &value)])).await {
                    Outcome::Committed { offsets, .. } => {
                        seen.insert(offsets[0], value);
                        break;
                    }
                    Outcome::Conflict { .. } => tokio::task::yield_now().await,
                    other => panic!("expected a commit or a conflict, found {other:?}"),
                }
            }
        }
        seen
    };
    let tasks = (0..TASKS).map(append_all);
    let seen = futures_util::future::join_all(tasks).await;
    let acknowledged: BTreeMap<u64, String> = seen.into_iter().flatten().collect();
    assert_eq!(
        acknowledged.len(),
        TASKS * EACH,
        "an offset was given twice"
    );
    let expected: Vec<String> = acknowledged.into_values().collect();
    assert_eq!(entries(engine, "log").await, expected);
}

pub async fn a_ready_key_is_put_until_the_log_is_unlisted(engine: &impl Engine) {
    written(engine, append_ready("log", "ready")).await;
    assert_eq!(get(engine, "ready").await.as_deref(), Some(""));
    written(engine, delete(&["ready"])).await;
    written(engine, append_ready("log", "ready")).await;
    assert_eq!(
        get(engine, "ready").await,
        None,
        "the head says it is listed"
    );

    let base = engine.snapshot().await.unwrap();
    let unlist = |next| {
        let head = Head {
            next,
            listed: false,
        };
        put(&[(head_key(b"log"), head.encode())])
    };
    written(engine, append_ready("log", "ready")).await;
    let outcome = engine.commit(&base, unlist(2)).await;
    assert!(matches!(outcome, Outcome::Conflict { .. }), "{outcome:?}");

    written(engine, unlist(3)).await;
    assert_eq!(
        offsets(commit(engine, append_ready("log", "ready")).await),
        [3]
    );
    assert_eq!(get(engine, "ready").await.as_deref(), Some(""));
}

pub async fn a_head_that_is_none_fails_its_transaction_and_no_other(engine: &impl Engine) {
    written(engine, put(&[(head_key(b"log"), b"damage")])).await;
    let mut changes = append(&[("sound", ""), ("log", "")]);
    changes.writes = put(&[("k", "")]).writes;
    let outcome = commit(engine, changes).await;
    assert!(
        matches!(&outcome, Outcome::Failed(EngineError::Corrupt { .. })),
        "{outcome:?}"
    );
    assert_eq!(get(engine, "k").await, None);
    assert_eq!(offsets(commit(engine, append(&[("sound", "")])).await), [0]);
}

pub async fn counters_add_up_and_vanish_at_zero(engine: &impl Engine) {
    written(engine, add(&[("one", 2), ("two", -3)])).await;
    written(engine, add(&[("one", 5)])).await;
    assert_eq!(count(engine, "one").await, 7);
    assert_eq!(count(engine, "two").await, -3);
    written(engine, add(&[("one", -7), ("two", 3)])).await;
    assert_eq!(scan(engine, range(b"", None), FORWARD).await, []);
}

pub async fn a_refused_transaction_adds_nothing(engine: &impl Engine) {
    let base = engine.snapshot().await.unwrap();
    written(engine, put(&[("k", "first")])).await;
    let mut late = add(&[("c", 1)]);
    late.guards.insert(b"k".to_vec());
    let outcome = engine.commit(&base, late).await;
    assert_conflict(&outcome, "k");
    assert_eq!(count(engine, "c").await, 0);
}

pub async fn concurrent_adds_give_the_exact_sum(engine: &impl Engine) {
    const TASKS: i64 = 8;
    const EACH: i64 = 25;
    let add_all = async |_| {
        for _ in 0..EACH {
            while matches!(
                commit(engine, add(&[("c", 1)])).await,
                Outcome::Conflict { .. }
            ) {
                tokio::task::yield_now().await;
            }
        }
    };
    futures_util::future::join_all((0..TASKS).map(add_all)).await;
    assert_eq!(count(engine, "c").await, TASKS * EACH);
}

pub async fn what_is_durable_is_in_every_durable_snapshot(engine: &impl Engine) {
    for n in 0..3 {
        let value = n.to_string();
        let number = written(engine, put(&[("k", &value)])).await;
        engine.durable(number).await.unwrap();
        let durable = engine.durable_snapshot().await.unwrap();
        assert_eq!(durable.get(b"k").await.unwrap(), Some(value.into_bytes()));
    }
}
