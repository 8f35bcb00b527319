//! The promises of the log, one by one, on every kind of store.

use crate::world::{END, Ledger, OnCreated, Recorder, SHORT, Seen, ledger, produce, task};
use keyloom::{Error, EventContext, Result, testing::drain};
use keyloom_tests::queue::{Queue, TaskEventHandler, TaskId, TaskPinged, tasks};
use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

/// Promises 1 to 3: the exact events, in order by key, each with its effect once, while others write and two workers share.
pub async fn every_event_has_its_effect_once_and_in_the_order_of_its_key(
    queue: Queue,
) -> Result<()> {
    let first = queue.workers("ledger").handle_tasks(Ledger).start().await?;
    let writers = (0..6).map(|writer| {
        let queue = queue.clone();
        tokio::spawn(async move {
            for key in 0..3 {
                produce(&queue, &format!("{writer}-{key}"), 10)
                    .await
                    .unwrap();
            }
        })
    });
    let writers: Vec<_> = writers.collect();
    let second = queue
        .workers("ledger")
        .handle_tasks(Ledger)
        .batch(3)
        .start()
        .await?;
    for writer in writers {
        writer.await.unwrap();
    }
    first.caught_up().await?;
    assert_eq!((first.last_failure(), second.last_failure()), (None, None));
    let mut expected = Vec::new();
    for writer in 0..6 {
        expected.extend((0..3).map(|key| (format!("{writer}-{key}"), 10, 10)));
    }
    assert_eq!(ledger(&queue, "ledger").await?, expected);
    first.shutdown(END).await?;
    second.shutdown(END).await
}

/// Promise 1: a transaction that is held open while later ones commit and a worker reads is not passed over. Its commit comes
/// after theirs, or, where the head of a log is a conflict point, is refused.
pub async fn a_late_commit_is_not_passed_over(queue: Queue) -> Result<()> {
    let recorder = Recorder::new();
    let worker = queue
        .workers("late")
        .handle_tasks(recorder.clone())
        .start()
        .await?;
    let early = queue.begin().await?;
    // Events of one key, so of one partition: the open transaction published first.
    tasks::publish(&early, &TaskId::from("key"), TaskPinged {}).await?;
    for _ in 0..3 {
        tasks::publish(&queue, &TaskId::from("key"), TaskPinged {}).await?;
    }
    worker.caught_up().await?;
    assert_eq!(
        offsets(&recorder.seen()),
        [0, 1, 2],
        "three committed and were read"
    );
    let last = match early.commit().await {
        Ok(()) => 3,
        Err(Error::Conflict { .. }) => 2,
        Err(other) => return Err(other),
    };
    worker.caught_up().await?;
    assert_eq!(
        offsets(&recorder.seen()),
        (0..=last).collect::<Vec<u64>>(),
        "the late one came after them, or not at all"
    );
    worker.shutdown(END).await
}

fn offsets(seen: &[Seen]) -> Vec<u64> {
    seen.iter().map(|seen| seen.offset).collect()
}

/// Promise 2: offsets have no gaps, and events of one key stand in one partition.
pub async fn offsets_have_no_gaps_and_a_key_has_one_partition(queue: Queue) -> Result<()> {
    for key in ["a", "b", "c", "d", "e"] {
        produce(&queue, key, 8).await?;
    }
    let recorder = Recorder::new();
    drain(queue.workers("all").handle_tasks(recorder.clone())).await?;
    let mut partitions: BTreeMap<u16, Vec<u64>> = BTreeMap::new();
    let mut places: BTreeMap<String, u16> = BTreeMap::new();
    for seen in recorder.seen() {
        partitions
            .entry(seen.partition)
            .or_default()
            .push(seen.offset);
        assert_eq!(
            *places.entry(seen.key).or_insert(seen.partition),
            seen.partition
        );
    }
    for offsets in partitions.values() {
        assert_eq!(*offsets, (0..offsets.len() as u64).collect::<Vec<_>>());
    }
    Ok(())
}

/// Promise 3: what a handler wrote before it failed is gone, and its effect is there once.
pub async fn what_a_failed_attempt_wrote_is_gone(queue: Queue) -> Result<()> {
    tasks::insert(&queue, &task("a", 1)).await?;
    let once = Arc::new(AtomicU32::new(0));
    let runs = once.clone();
    let failing = OnCreated(move |cx: EventContext, task| {
        let runs = runs.clone();
        async move {
            Ledger.created(&cx, task).await?;
            match runs.fetch_add(1, Ordering::SeqCst) {
                0 => Err("after the work".into()),
                _ => Ok(()),
            }
        }
    });
    let workers = queue
        .workers("failing")
        .handle_tasks(failing)
        .backoff(SHORT, SHORT);
    let worker = workers.start().await?;
    worker.caught_up().await?;
    assert_eq!(once.load(Ordering::SeqCst), 2);
    assert_eq!(ledger(&queue, "failing").await?, [("a".to_owned(), 1, 1)]);
    worker.shutdown(END).await
}
