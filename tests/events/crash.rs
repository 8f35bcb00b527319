//! A process that produces and handles, killed again and again: every event that was acknowledged has its effect once.

use crate::world::{Ledger, ledger, task};
use keyloom_tests::{
    killed::run_and_kill,
    queue::{Queue, TaskId, tasks},
};
use std::{collections::BTreeMap, time::Duration};

/// Set for the child: the address of its store.
const ADDRESS: &str = "KEYLOOM_CRASH_EVENTS";
const ROUNDS: usize = 12;
const KEYS: u64 = 4;

/// The child: the next number of each key, printed once it is acknowledged, while a worker handles them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn child() {
    let Ok(address) = std::env::var(ADDRESS) else {
        return;
    };
    let queue = Queue::open(address).await.unwrap();
    let worker = queue
        .workers("crash")
        .handle_tasks(Ledger)
        .batch(4)
        .start()
        .await
        .unwrap();
    loop {
        for key in 0..KEYS {
            let key = format!("key-{key}");
            let task = match tasks::get(&queue, key.as_str()).await.unwrap() {
                None => tasks::insert(&queue, &task(&key, 1)).await.unwrap(),
                Some(_) => tasks::modify(&queue, key.as_str(), |task| task.n += 1)
                    .await
                    .unwrap(),
            };
            println!("acknowledged {key} {}", task.n);
        }
        assert_eq!(worker.last_failure(), None);
    }
}

/// Runs the child until it has acknowledged a few writes, then kills it; the last number of each key.
fn round(address: &str, writes: usize) -> BTreeMap<String, u64> {
    let variables = [(ADDRESS, address.as_ref())];
    let acknowledged = run_and_kill("crash::child", &variables, writes, Duration::ZERO);
    let number = |text: &String| {
        let (key, n) = text.split_once(' ').unwrap();
        (key.to_owned(), n.parse().unwrap())
    };
    acknowledged.iter().map(number).collect()
}

async fn survives(options: &str, is_durable: bool) -> keyloom::Result<()> {
    let folder = tempfile::tempdir().unwrap();
    let address = format!("{}{options}", folder.path().display());
    let mut last = BTreeMap::new();
    for number in 0..ROUNDS {
        let address = address.clone();
        let writes = 10 + fastrand::usize(0..40) + number;
        let seen = tokio::task::spawn_blocking(move || round(&address, writes))
            .await
            .unwrap();
        last.extend(seen);
    }
    let queue = Queue::open(&address).await?;
    let worker = queue.workers("crash").handle_tasks(Ledger).start().await?;
    worker.caught_up().await?;
    assert_eq!(worker.last_failure(), None);
    for (key, count, handled) in ledger(&queue, "crash").await? {
        let stored = tasks::get(&queue, TaskId(key.clone()))
            .await?
            .map(|task| task.n);
        assert_eq!((Some(count), Some(handled)), (stored, stored), "{key}");
        if is_durable {
            assert!(
                stored >= last.get(&key).copied(),
                "{key}: {stored:?} of {last:?}"
            );
        }
    }
    worker.shutdown(Duration::from_secs(10)).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_has_its_effect_once_after_kills() -> keyloom::Result<()> {
    survives("", true).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_kills_of_a_relaxed_store_what_is_left_has_its_effect_once() -> keyloom::Result<()> {
    survives("?durability=relaxed&flush=5ms", false).await
}
