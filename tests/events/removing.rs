//! A group that is removed while its workers run.

use crate::world::{END, OnCreated, Recorder, leave, ledger, produce, task};
use keyloom::{EventContext, Result};
use keyloom_tests::{
    below::{engine, pairs},
    gates::{Gated, Holds},
    queue::{Queue, Task, tasks},
};
use std::sync::{Arc, Mutex};

/// Events that are published while the removal is held up.
const MORE: usize = 40;

/// `m g`, group: the row of a group.
fn is_row(key: &[u8], _: Option<&[u8]>) -> bool {
    key.starts_with(b"mg")
}

/// `e`, table, partition, `c`, group: a cursor that is deleted.
fn deletes_a_cursor(key: &[u8], value: Option<&[u8]>) -> bool {
    matches!(key, [b'e', _, _, _, b'c', _]) && value.is_none()
}

async fn handled(queue: &Queue, number: usize) -> Result<()> {
    let all = async {
        while ledger(queue, "busy").await?.len() < number {
            tokio::task::yield_now().await;
        }
        Ok(())
    };
    let all = tokio::time::timeout(END, all).await;
    all.expect("an event that came again blocks its partition")
}

/// Whatever the removal is at, and whoever publishes meanwhile: no event is handled again. The effect of one that is would
/// stand there already.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worker_handles_nothing_twice_while_its_group_is_removed() -> Result<()> {
    const HOLDS: [(Holds, usize); 2] = [(is_row, 1 + MORE), (deletes_a_cursor, 1)];
    for (holds, certain) in HOLDS {
        let open = Gated::open(engine().await);
        let queue = Queue::open_on(open.clone()).await?;
        let begun = Arc::new(Mutex::new(Vec::new()));
        let begins = begun.clone();
        let handler = OnCreated(move |cx: EventContext, task: Task| {
            begins.lock().unwrap().push(task.key.0.clone());
            async move { leave(&cx, "busy", &task).await }
        });
        let worker = queue.workers("removed").handle_tasks(handler);
        let worker = worker.start().await?;
        produce(&queue, "first", 1).await?;
        handled(&queue, 1).await?;
        let (held, gate) = open.holding(holds);
        let other = Queue::open_on(held).await?;
        let removal = tokio::spawn(async move { other.group("removed").remove().await });
        gate.reached().await;
        for n in 0..MORE {
            tasks::insert(&queue, &task(&format!("more-{n}"), 1)).await?;
        }
        handled(&queue, certain).await?;
        gate.open();
        removal.await.unwrap()?;
        worker.shutdown(END).await?;
        let mut keys = begun.lock().unwrap().clone();
        let begun = keys.len();
        keys.sort();
        keys.dedup();
        assert_eq!(keys.len(), begun, "{keys:?}");
        assert_eq!(queue.groups().await?, Vec::<String>::new());
    }
    Ok(())
}

/// A worker that was stopped while its group was removed may still hold its number.
#[tokio::test]
async fn a_number_of_a_group_is_not_given_out_again() -> Result<()> {
    let below = engine().await;
    let queue = Queue::open_on(below.clone()).await?;
    let mut numbers = Vec::new();
    for _ in 0..3 {
        let workers = queue.workers("again").handle_tasks(Recorder::new());
        workers.start().await?.shutdown(END).await?;
        let rows = pairs(&below, b'm').await;
        let mut rows = rows.into_iter().filter(|(key, _)| is_row(key, None));
        numbers.extend(rows.next_back().map(|(key, _)| key));
        queue.group("again").remove().await?;
    }
    let rows = pairs(&below, b'm').await.into_iter();
    let left: Vec<_> = rows.filter(|(key, _)| is_row(key, None)).collect();
    assert_eq!(left.len(), 1, "the last number is remembered");
    numbers.dedup();
    assert_eq!(numbers, [b"mg\x01", b"mg\x02", b"mg\x03"]);
    let missing = queue.group("again").remove().await.unwrap_err();
    assert!(missing.to_string().contains("there is no consumer group"));
    Ok(())
}

/// The name may be a group's again, before somebody ends the removal that was interrupted.
#[tokio::test]
async fn a_removal_ends_an_interrupted_one_and_the_group_that_has_the_name_now() -> Result<()> {
    let below = engine().await;
    let open = Gated::open(below.clone());
    let queue = Queue::open_on(open.clone()).await?;
    let workers = queue.workers("twice").handle_tasks(Recorder::new());
    workers.start().await?.shutdown(END).await?;
    let (held, gate) = open.holding(deletes_a_cursor);
    let other = Queue::open_on(held).await?;
    let removal = tokio::spawn(async move { other.group("twice").remove().await });
    gate.reached().await;
    removal.abort();
    let workers = queue.workers("twice").handle_tasks(Recorder::new());
    workers.start().await?.shutdown(END).await?;
    assert_eq!(queue.groups().await?, ["twice"]);
    queue.group("twice").remove().await?;
    assert_eq!(queue.groups().await?, Vec::<String>::new());
    let rows = pairs(&below, b'm').await.into_iter();
    let left: Vec<_> = rows.filter(|(key, _)| is_row(key, None)).collect();
    assert_eq!(left.len(), 1, "the last number is remembered");
    Ok(())
}
