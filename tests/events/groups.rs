//! Consumer groups: where they begin, paused, moved, removed, on every kind of store.

use crate::world::{END, Ledger, Recorder, memory, produce, task};
use keyloom::{Result, Start, testing::drain};
use keyloom_tests::queue::{Mood, Queue, TaskFinished, TaskId, TaskPinged, tasks};
use std::{collections::BTreeSet, time::Duration};

pub async fn a_paused_group_takes_nothing_until_it_is_resumed(queue: Queue) -> Result<()> {
    let recorder = Recorder::new();
    let worker = queue
        .workers("paused")
        .handle_tasks(recorder.clone())
        .start()
        .await?;
    let group = queue.group("paused");
    group.pause().await?;
    tasks::insert(&queue, &task("a", 1)).await?;
    let other = Recorder::new();
    drain(queue.workers("other").handle_tasks(other.clone())).await?;
    assert_eq!((recorder.seen().len(), other.seen().len()), (0, 1));
    group.resume().await?;
    worker.caught_up().await?;
    assert_eq!(recorder.seen().len(), 1);
    worker.shutdown(END).await
}

pub async fn a_group_has_a_name_that_people_can_tell(queue: Queue) -> Result<()> {
    for (name, reason) in [
        ("", "it has no name; workers of one name share the events"),
        (" ", "it has no name; workers of one name share the events"),
        ("a\0b", "its name \"a\\0b\" has a control character"),
        (
            &"a".repeat(201),
            "its name has 201 bytes, at most 200 are allowed",
        ),
    ] {
        let workers = queue.workers(name).handle_tasks(Recorder::new());
        let refused = workers.start().await.unwrap_err();
        assert_eq!(refused.to_string(), format!("group: {reason}"));
    }
    assert_eq!(queue.groups().await?, Vec::<String>::new());
    Ok(())
}

/// A replay hands events out again with new idempotency keys, a seek with the same.
pub async fn a_group_is_sent_back_and_forward(queue: Queue) -> Result<()> {
    produce(&queue, "a", 3).await?;
    let recorder = Recorder::new();
    let worker = queue
        .workers("back")
        .handle_tasks(recorder.clone())
        .start()
        .await?;
    worker.caught_up().await?;
    let group = queue.group("back");
    group.seek("tasks", Start::Earliest).await?;
    worker.caught_up().await?;
    group.replay("tasks", Start::Earliest).await?;
    worker.caught_up().await?;
    group.seek("tasks", Start::Latest).await?;
    worker.caught_up().await?;
    let numbers: Vec<u64> = recorder.seen().iter().map(|seen| seen.n).collect();
    assert_eq!(numbers, [1, 2, 3, 1, 2, 3, 1, 2, 3]);
    let keys: Vec<String> = recorder
        .seen()
        .into_iter()
        .map(|seen| seen.idempotency)
        .collect();
    assert_eq!(keys[..3], keys[3..6]);
    assert!(
        keys[..3].iter().all(|key| !keys[6..].contains(key)),
        "{keys:?}"
    );
    let unknown = group.seek("effects", Start::Latest).await.unwrap_err();
    assert_eq!(
        unknown.to_string(),
        "topic: the group does not read events of `effects`; there are `tasks`"
    );
    worker.shutdown(END).await
}

/// A replay from a time or an offset hands out what stands there and behind, with new idempotency keys.
pub async fn a_group_replays_from_a_time_and_from_an_offset(queue: Queue) -> Result<()> {
    tasks::insert(&queue, &task("a", 1)).await?;
    let between = keyloom::Timestamp::now();
    for n in 2..=3 {
        tasks::modify(&queue, TaskId::from("a"), |task| task.n = n).await?;
    }
    let recorder = Recorder::new();
    let workers = queue.workers("again").handle_tasks(recorder.clone());
    let worker = workers.start().await?;
    worker.caught_up().await?;
    let group = queue.group("again");
    group.replay("tasks", Start::Time(between)).await?;
    worker.caught_up().await?;
    let partition = recorder.seen()[0].partition;
    group.replay_partition("tasks", partition, 2).await?;
    worker.caught_up().await?;
    worker.shutdown(END).await?;
    let numbers: Vec<u64> = recorder.seen().iter().map(|seen| seen.n).collect();
    assert_eq!(numbers, [1, 2, 3, 2, 3, 3]);
    let keys: BTreeSet<String> = recorder
        .seen()
        .into_iter()
        .map(|seen| seen.idempotency)
        .collect();
    assert_eq!(keys.len(), 6);
    Ok(())
}

pub async fn a_group_begins_where_it_is_told(queue: Queue) -> Result<()> {
    tasks::insert(&queue, &task("a", 1)).await?;
    let between = keyloom::Timestamp::now();
    tasks::modify(&queue, TaskId::from("a"), |task| task.n = 2).await?;
    let mut running = Vec::new();
    for (group, start) in [
        ("earliest", Start::Earliest),
        ("latest", Start::Latest),
        ("time", Start::Time(between)),
    ] {
        let recorder = Recorder::new();
        let workers = queue.workers(group).handle_tasks(recorder.clone());
        running.push((workers.start_at(start).start().await?, recorder));
    }
    tasks::modify(&queue, TaskId::from("a"), |task| task.n = 3).await?;
    let mut found = Vec::new();
    for (worker, recorder) in running {
        worker.caught_up().await?;
        worker.shutdown(END).await?;
        found.push(
            recorder
                .seen()
                .iter()
                .map(|seen| seen.n)
                .collect::<Vec<_>>(),
        );
    }
    assert_eq!(found, [vec![1, 2, 3], vec![3], vec![2, 3]]);
    Ok(())
}

/// Delayed events come when they are due, in the order of the due times.
pub async fn delayed_events_come_in_the_order_in_which_they_are_due(queue: Queue) -> Result<()> {
    let recorder = Recorder::new();
    let worker = queue
        .workers("delayed")
        .handle_tasks(recorder.clone())
        .start()
        .await?;
    let key = TaskId::from("a");
    let finished = |result: &str| TaskFinished {
        result: result.to_owned(),
        mood: Mood::Calm,
    };
    let (later, sooner) = (Duration::from_millis(60), Duration::from_millis(20));
    queue
        .transaction(async |tx| {
            tasks::publish_after(&tx, &key, TaskPinged {}, later).await?;
            tasks::publish_after(&tx, &key, finished("first"), sooner).await
        })
        .await?;
    while recorder.seen().len() < 2 {
        tokio::task::yield_now().await;
    }
    let kinds: Vec<_> = recorder.seen().iter().map(|seen| seen.kind).collect();
    assert_eq!(kinds, ["finished", "pinged"]);
    worker.shutdown(END).await
}

/// A group that is removed begins anew, and keeps nothing.
pub async fn a_removed_group_begins_anew(queue: Queue) -> Result<()> {
    produce(&queue, "a", 2).await?;
    drain(queue.workers("gone").handle_tasks(Recorder::new())).await?;
    queue.group("gone").remove().await?;
    assert_eq!(queue.groups().await?, Vec::<String>::new());
    let missing = queue.group("gone").lag().await.unwrap_err();
    assert_eq!(
        missing.to_string(),
        "group: there is no consumer group `gone`; its first worker makes it"
    );
    let recorder = Recorder::new();
    drain(queue.workers("gone").handle_tasks(recorder.clone())).await?;
    assert_eq!(recorder.seen().len(), 2);
    Ok(())
}

#[tokio::test]
async fn drain_ends_with_the_first_failure() -> Result<()> {
    let queue = memory().await;
    tasks::insert(&queue, &task("a", 1)).await?;
    let recorder = Recorder::answering(|_, _| Err("no".into()));
    let failed = drain(queue.workers("fails").handle_tasks(recorder)).await;
    assert_eq!(failed.unwrap_err().to_string(), "no");
    Ok(())
}

#[tokio::test]
async fn workers_without_a_handler_or_a_partition_are_refused() -> Result<()> {
    let queue = memory().await;
    let none = queue.workers("none").start().await.unwrap_err();
    assert_eq!(
        none.to_string(),
        "workers: they have no handler; call `handle_…` first"
    );
    let empty = queue.workers("empty").handle_tasks(Ledger).partitions(3..3);
    assert_eq!(
        empty.start().await.unwrap_err().to_string(),
        "partitions: 3..3 holds no partition"
    );
    let twice = queue
        .workers("twice")
        .handle_tasks(Ledger)
        .handle_tasks(Ledger);
    assert_eq!(
        twice.start().await.unwrap_err().to_string(),
        "workers: events of `tasks` have two handlers; give the second a group of its own"
    );
    Ok(())
}
