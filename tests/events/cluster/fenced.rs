//! A process that was stopped past its lease.

use super::process::{LEASE, Process};
use crate::world::{END, OnCreated, leave, ledger, task};
use keyloom::{EventContext, Result};
use keyloom_tests::{
    queue::{Queue, Task, tasks},
    tikv_address,
};
use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

/// Promise 4: stopped inside a handler by SIGSTOP, taken over, and woken: its commit is refused, and it works on as another.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stopped_process_cannot_commit_what_another_has_taken_over() -> Result<()> {
    let address = tikv_address();
    let queue = Queue::open(&address).await?;
    tasks::insert(&queue, &task("a", 1)).await?;
    let started = tokio::task::spawn_blocking(move || {
        let mut process = Process::start(&address, "fenced");
        process.wait_for("inside");
        process.stop();
        process
    });
    let process = started.await.unwrap();
    let attempt = Arc::new(AtomicU32::new(0));
    let seen = attempt.clone();
    let handler = OnCreated(move |cx: EventContext, task: Task| {
        seen.fetch_max(cx.attempt(), Ordering::SeqCst);
        async move { leave(&cx, "second", &task).await }
    });
    let workers = queue.workers("fenced").handle_tasks(handler).lease(LEASE);
    let worker = workers.start().await?;
    worker.caught_up().await?;
    assert_eq!(
        attempt.load(Ordering::SeqCst),
        2,
        "the attempt that was cut off counts"
    );
    process.go_on();
    for n in 0..20 {
        tasks::insert(&queue, &task(&format!("later-{n}"), 1)).await?;
    }
    worker.caught_up().await?;
    tokio::task::spawn_blocking(move || process.end())
        .await
        .unwrap();
    worker.shutdown(END).await?;
    let (first, second) = (
        ledger(&queue, "first").await?,
        ledger(&queue, "second").await?,
    );
    assert!(
        first.iter().all(|(key, ..)| key != "a"),
        "the fenced commit: {first:?}"
    );
    let mut keys: Vec<String> = [first, second]
        .concat()
        .into_iter()
        .map(|it| it.0)
        .collect();
    keys.sort();
    let mut expected: Vec<String> = (0..20).map(|n| format!("later-{n}")).collect();
    expected.push("a".to_owned());
    expected.sort();
    assert_eq!(keys, expected, "each event has one effect");
    Ok(())
}
