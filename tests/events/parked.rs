//! Parked events, and how many of them a partition holds.

use crate::world::{END, OnCreated, Recorder, SHORT, produce, task, two_keys_of_one_partition};
use keyloom::{EventContext, Lag, Poison, Result, testing::drain};
use keyloom_tests::{
    below,
    engines::Weighed,
    faulty::{Faults, Faulty},
    queue::{Queue, Task, TaskId, TaskPinged, tasks},
};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

/// Events that a partition parks at most.
const MOST: u64 = 1_000;

const LEASE: Duration = Duration::from_millis(300);

/// The partition whose next event has failed, once there is one.
async fn failing(queue: &Queue, group: &str) -> Result<Lag> {
    loop {
        let mut lags = queue.group(group).lag().await?;
        lags.retain(|lag| lag.failed_attempts > 0);
        if let Some(lag) = lags.pop() {
            return Ok(lag);
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_partition_that_has_parked_a_thousand_events_blocks_until_they_are_driven_again()
-> Result<()> {
    let queue = Queue::open("memory:").await?;
    let (one, other) = two_keys_of_one_partition(&queue).await?;
    // Pings of one key fail, and the first event of another that is no ping.
    let broken = Arc::new(AtomicBool::new(true));
    let (fails, key) = (broken.clone(), one.clone());
    let recorder = Recorder::answering(move |_, seen| {
        if fails.load(Ordering::SeqCst) && (seen.key == key || seen.kind == "created") {
            return Err("it is broken".into());
        }
        Ok(())
    });
    queue
        .transaction(async |tx| {
            for _ in 1..MOST {
                tasks::publish(&tx, &TaskId(one.clone()), TaskPinged {}).await?;
            }
            tasks::insert(&tx, &task(&other, 1)).await?;
            tasks::publish(&tx, &TaskId(other.clone()), TaskPinged {}).await
        })
        .await?;
    let workers = queue.workers("full").handle_tasks(recorder.clone());
    let workers = workers.max_attempts(1).backoff(SHORT, SHORT);
    let worker = workers.poison(Poison::ParkKey).start().await?;
    let lag = failing(&queue, "full").await?;
    assert_eq!((lag.parked, lag.head - lag.next), (MOST, 2), "{lag:?}");
    let parked = queue.group("full").parked().await?;
    assert_eq!(parked.len() as u64, MOST);

    broken.store(false, Ordering::SeqCst);
    assert_eq!(queue.group("full").redrive().await?, 1);
    worker.caught_up().await?;
    worker.shutdown(END).await?;
    assert_eq!(queue.group("full").parked().await?, []);
    let lag = queue.group("full").lag().await?;
    assert!(lag.iter().all(|lag| lag.parked == 0), "{lag:?}");
    let mut offsets: Vec<u64> = recorder
        .seen()
        .iter()
        .filter(|seen| seen.key == one)
        .map(|seen| seen.offset)
        .collect();
    offsets.dedup();
    assert_eq!(offsets.len() as u64, MOST);
    assert!(offsets.is_sorted(), "in the order of the key");
    Ok(())
}

/// Later events of a parked key wait behind it, but no more of them than a partition parks.
#[tokio::test]
async fn a_key_whose_events_wait_blocks_the_partition_once_it_parks_no_more() -> Result<()> {
    let queue = Queue::open("memory:").await?;
    let broken = Arc::new(AtomicBool::new(true));
    let fails = broken.clone();
    let recorder = Recorder::answering(move |_, _| {
        if fails.load(Ordering::SeqCst) {
            return Err("it is broken".into());
        }
        Ok(())
    });
    queue
        .transaction(async |tx| {
            for _ in 0..MOST + 50 {
                tasks::publish(&tx, &TaskId::from("a"), TaskPinged {}).await?;
            }
            Ok(())
        })
        .await?;
    let workers = queue.workers("behind").handle_tasks(recorder.clone());
    let workers = workers.max_attempts(1).backoff(SHORT, SHORT);
    let worker = workers.poison(Poison::ParkKey).start().await?;
    let lag = failing(&queue, "behind").await?;
    assert_eq!((lag.parked, lag.next), (MOST, MOST), "{lag:?}");
    broken.store(false, Ordering::SeqCst);
    assert_eq!(queue.group("behind").redrive().await?, 1);
    worker.caught_up().await?;
    worker.shutdown(END).await?;
    let mut offsets: Vec<u64> = recorder.seen().iter().map(|seen| seen.offset).collect();
    offsets.dedup();
    assert_eq!(offsets, (0..MOST + 50).collect::<Vec<_>>());
    Ok(())
}

/// More dead letters than are looked through at once: those that fail again stand before those that are still to come.
#[tokio::test]
async fn every_dead_letter_is_driven_again_however_many_fail_again() -> Result<()> {
    let queue = Queue::open("memory:").await?;
    let letters = 400;
    queue
        .transaction(async |tx| {
            for _ in 0..letters {
                tasks::publish(&tx, &TaskId::from("a"), TaskPinged {}).await?;
            }
            Ok(())
        })
        .await?;
    let group = queue.group("many");
    let recorder = Recorder::answering(|_, _| Err("it is broken".into()));
    let workers = queue.workers("many").handle_tasks(recorder.clone());
    let workers = workers.max_attempts(1).poison(Poison::DeadLetter);
    let worker = workers.start().await?;
    worker.caught_up().await?;
    assert_eq!(group.redrive().await?, letters);
    worker.caught_up().await?;
    worker.shutdown(END).await?;
    let offsets: Vec<u64> = recorder.seen().iter().map(|seen| seen.offset).collect();
    let each = 0..letters;
    assert_eq!(offsets, each.clone().chain(each).collect::<Vec<_>>());
    let dead = group.dead_letters().await?;
    assert!(dead.iter().all(|letter| letter.attempts == 2), "{dead:?}");
    assert_eq!(group.redrive().await?, letters, "none is left behind");
    Ok(())
}

#[tokio::test]
async fn dead_letters_are_driven_again_in_transactions_that_do_not_grow_with_them() -> Result<()> {
    let below = below::engine().await;
    let (engine, scale) = Weighed::over(below.clone());
    let queue = Queue::open_on(engine).await?;
    let letters = 1_000;
    queue
        .transaction(async |tx| {
            for _ in 0..letters {
                tasks::publish(&tx, &TaskId::from("a"), TaskPinged {}).await?;
            }
            Ok(())
        })
        .await?;
    let recorder = Recorder::answering(|_, _| Err("it is broken".into()));
    let workers = queue.workers("many").handle_tasks(recorder);
    let workers = workers.max_attempts(1).poison(Poison::DeadLetter);
    let worker = workers.start().await?;
    worker.caught_up().await?;
    worker.shutdown(END).await?;
    let _ = scale.take();
    assert_eq!(queue.group("many").redrive().await?, letters);
    let dead = below::pairs(&below, b'd').await;
    let all: usize = dead
        .iter()
        .map(|(key, value)| key.len() + value.len())
        .sum();
    let most = scale.take();
    assert!(most.commit < all / 3, "{most:?} of {all}");
    let recorder = Recorder::new();
    drain(queue.workers("many").handle_tasks(recorder.clone())).await?;
    let offsets: Vec<u64> = recorder.seen().iter().map(|seen| seen.offset).collect();
    assert_eq!(offsets, (0..letters).collect::<Vec<_>>());
    Ok(())
}

/// An event is parked in the transaction that moves the cursor past it: whatever becomes of commits, it is handled once or
/// parked once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_parked_is_parked_once_and_not_lost_though_commits_go_wrong() -> Result<()> {
    let faults = Faults {
        conflict: 80,
        lost_answer: 80,
        lost_request: 80,
        late: 0,
        failed: 0,
    };
    for seed in 0..3 {
        let engine = Faulty::new(seed, faults).await;
        let sound = Queue::open_on(engine.sound()).await?;
        let (one, other) = two_keys_of_one_partition(&sound).await?;
        produce(&sound, &one, 20).await?;
        produce(&sound, &other, 20).await?;
        let key = one.clone();
        let handler = OnCreated(move |_: EventContext, task: Task| {
            let refused = task.key.0 == key;
            async move { if refused { Err("no".into()) } else { Ok(()) } }
        });
        let queue = loop {
            // Opening and starting may go wrong too.
            if let Ok(queue) = Queue::open_on(engine.clone()).await {
                break queue;
            }
        };
        let worker = loop {
            let workers = queue.workers("wrong").handle_tasks(handler.clone());
            let workers = workers.max_attempts(1).backoff(SHORT, SHORT).lease(LEASE);
            if let Ok(worker) = workers.poison(Poison::ParkKey).start().await {
                break worker;
            }
        };
        worker.caught_up().await?;
        worker.shutdown(END).await?;
        let parked = sound.group("wrong").parked().await?;
        let mut offsets: Vec<u64> = parked.iter().map(|letter| letter.offset).collect();
        offsets.dedup();
        assert_eq!((parked.len(), offsets.len()), (20, 20), "{seed}");
        let lags = sound.group("wrong").lag().await?;
        assert_eq!(lags.iter().map(|lag| lag.parked).sum::<u64>(), 20, "{seed}");
    }
    Ok(())
}
