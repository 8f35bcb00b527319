//! Events that fail: tried again, set aside, driven again, on every kind of store.

use crate::world::{END, OnCreated, Recorder, SHORT, produce, task, two_keys_of_one_partition};
use keyloom::{Poison, Result, Retry};
use keyloom_tests::queue::{Queue, TaskId, tasks};
use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

/// A failed event holds back the later ones of its partition: 1, 1, 2, 3 and never 1, 2, 3, 1.
pub async fn a_failed_event_holds_back_later_ones_of_its_key(queue: Queue) -> Result<()> {
    produce(&queue, "a", 3).await?;
    let recorder = Recorder::answering(|cx, seen| match (seen.n, cx.attempt()) {
        (1, 1) => Err("once".into()),
        _ => Ok(()),
    });
    let workers = queue.workers("order").handle_tasks(recorder.clone());
    let worker = workers.backoff(SHORT, SHORT).start().await?;
    worker.caught_up().await?;
    let numbers: Vec<u64> = recorder.seen().iter().map(|seen| seen.n).collect();
    assert_eq!(numbers, [1, 1, 2, 3]);
    assert_eq!(recorder.attempts(), [1, 2, 1, 1]);
    worker.shutdown(END).await
}

/// After a failure in the middle of a batch, events run one by one, and those before it keep their effects.
pub async fn a_failure_in_a_batch_undoes_no_finished_event(queue: Queue) -> Result<()> {
    // In one transaction, so that all of them are durable at once.
    queue
        .transaction(async |tx| {
            tasks::insert(&tx, &task("a", 1)).await?;
            for n in 2..=5 {
                tasks::modify(&tx, TaskId::from("a"), |task| task.n = n).await?;
            }
            Ok(())
        })
        .await?;
    let recorder = Recorder::answering(|_, seen| match seen.n {
        3 => Err("the third".into()),
        _ => Ok(()),
    });
    let workers = queue.workers("batch").handle_tasks(recorder.clone());
    let workers = workers
        .max_attempts(2)
        .backoff(SHORT, SHORT)
        .poison(Poison::DeadLetter);
    let worker = workers.start().await?;
    worker.caught_up().await?;
    let numbers: Vec<u64> = recorder.seen().iter().map(|seen| seen.n).collect();
    assert_eq!(
        numbers,
        [1, 2, 3, 1, 2, 3, 3, 4, 5],
        "the batch, one by one, the second attempt, the rest"
    );
    worker.shutdown(END).await
}

pub async fn a_snooze_counts_as_no_attempt(queue: Queue) -> Result<()> {
    tasks::insert(&queue, &task("a", 1)).await?;
    let times = AtomicU32::new(0);
    let recorder = Recorder::answering(move |_, _| match times.fetch_add(1, Ordering::SeqCst) {
        0 | 1 => Err(Retry::after(SHORT).into()),
        2 => Err("a failure".into()),
        _ => Ok(()),
    });
    let workers = queue.workers("snooze").handle_tasks(recorder.clone());
    let worker = workers.backoff(SHORT, SHORT).start().await?;
    worker.caught_up().await?;
    assert_eq!(recorder.attempts(), [1, 1, 1, 2]);
    worker.shutdown(END).await
}

pub async fn a_panic_and_a_deadline_are_failed_attempts(queue: Queue) -> Result<()> {
    tasks::insert(&queue, &task("a", 1)).await?;
    let recorder = Recorder::answering(|cx, _| match cx.attempt() {
        1 => panic!("the handler's fault"),
        _ => Ok(()),
    });
    let workers = queue.workers("panic").handle_tasks(recorder.clone());
    let worker = workers.backoff(SHORT, SHORT).start().await?;
    worker.caught_up().await?;
    assert_eq!(
        worker.last_failure().as_deref(),
        Some("it panicked: the handler's fault")
    );
    assert_eq!(recorder.attempts(), [1, 2]);
    worker.shutdown(END).await?;

    let times = Arc::new(AtomicU32::new(0));
    let never_at_first = OnCreated(move |_, _| {
        let first = times.fetch_add(1, Ordering::SeqCst) == 0;
        async move {
            if first {
                std::future::pending::<()>().await;
            }
            Ok(())
        }
    });
    let slow = queue
        .workers("slow")
        .handle_tasks(never_at_first)
        .deadline(SHORT);
    let worker = slow.backoff(SHORT, SHORT).start().await?;
    worker.caught_up().await?;
    assert_eq!(
        worker.last_failure().as_deref(),
        Some("it took longer than its deadline of 1ms")
    );
    worker.shutdown(END).await
}

/// A dead letter lets everything go on, and comes back when it is driven again.
pub async fn a_dead_letter_is_recorded_and_driven_again(queue: Queue) -> Result<()> {
    produce(&queue, "a", 3).await?;
    let broken = Arc::new(AtomicU32::new(1));
    let recorder = recorder_that_breaks_on(2, broken.clone());
    let workers = queue.workers("dead").handle_tasks(recorder.clone());
    let workers = workers
        .max_attempts(2)
        .backoff(SHORT, SHORT)
        .poison(Poison::DeadLetter);
    let worker = workers.start().await?;
    worker.caught_up().await?;
    let group = queue.group("dead");
    let dead = group.dead_letters().await?;
    let shown: Vec<_> = dead
        .iter()
        .map(|it| {
            (
                it.topic.as_str(),
                it.kind.as_str(),
                it.offset,
                it.attempts,
                it.error.as_str(),
            )
        })
        .collect();
    assert_eq!(shown, [("tasks", "updated", 1, 2, "it is broken")]);

    assert_eq!(group.redrive().await?, 1);
    worker.caught_up().await?;
    assert_eq!(
        group.dead_letters().await?[0].attempts,
        3,
        "it failed again, and stays"
    );

    broken.store(0, Ordering::SeqCst);
    assert_eq!(group.redrive().await?, 1);
    worker.caught_up().await?;
    assert_eq!(group.dead_letters().await?, []);
    let numbers: Vec<u64> = recorder
        .seen()
        .iter()
        .map(|seen| seen.n)
        .skip_while(|n| *n < 3)
        .collect();
    assert_eq!(numbers, [3, 2, 2], "the later one did not wait");
    worker.shutdown(END).await
}

fn recorder_that_breaks_on(n: u64, broken: Arc<AtomicU32>) -> Recorder {
    Recorder::answering(move |_, seen| {
        if seen.n == n && broken.load(Ordering::SeqCst) == 1 {
            return Err("it is broken".into());
        }
        Ok(())
    })
}

/// A parked event holds back the later ones of its key, and nothing else.
pub async fn a_parked_event_holds_back_its_key_only(queue: Queue) -> Result<()> {
    // Two keys of one partition.
    let (one, other) = two_keys_of_one_partition(&queue).await?;
    produce(&queue, &one, 4).await?;
    produce(&queue, &other, 3).await?;
    let broken = Arc::new(AtomicU32::new(1));
    let recorder = {
        let (broken, one) = (broken.clone(), one.clone());
        Recorder::answering(move |_, seen| {
            if seen.key == one && seen.n == 2 && broken.load(Ordering::SeqCst) == 1 {
                return Err("it is broken".into());
            }
            Ok(())
        })
    };
    let workers = queue.workers("park").handle_tasks(recorder.clone());
    let workers = workers
        .max_attempts(1)
        .backoff(SHORT, SHORT)
        .poison(Poison::ParkKey);
    let worker = workers.start().await?;
    worker.caught_up().await?;
    let group = queue.group("park");
    let parked: Vec<_> = group
        .parked()
        .await?
        .iter()
        .map(|it| (it.kind.clone(), it.attempts))
        .collect();
    let updated = || "updated".to_owned();
    assert_eq!(parked, [(updated(), 1), (updated(), 0), (updated(), 0)]);
    let of = |key: &str| -> Vec<u64> {
        let seen = recorder.numbers().into_iter();
        let mut numbers: Vec<u64> = seen
            .filter(|(name, n)| name == key && *n > 0)
            .map(|(_, n)| n)
            .collect();
        numbers.dedup();
        numbers
    };
    assert_eq!(of(&other), [1, 2, 3]);
    broken.store(0, Ordering::SeqCst);
    assert_eq!(group.redrive().await?, 1);
    worker.caught_up().await?;
    assert_eq!(group.parked().await?, []);
    assert_eq!(
        of(&one).split_off(of(&one).len() - 3),
        [2, 3, 4],
        "in order, after all"
    );
    worker.shutdown(END).await
}

/// `Block` keeps the order: nothing of the partition passes the event, until it is handled or moved past by hand.
pub async fn a_blocked_partition_goes_on_when_it_is_moved_past_the_event(
    queue: Queue,
) -> Result<()> {
    produce(&queue, "a", 3).await?;
    let recorder = recorder_that_breaks_on(2, Arc::new(AtomicU32::new(1)));
    let workers = queue.workers("block").handle_tasks(recorder.clone());
    let worker = workers
        .max_attempts(2)
        // Each attempt writes the cursor, and so does whoever moves it.
        .backoff(SHORT, Duration::from_millis(100))
        .start()
        .await?;
    let group = queue.group("block");
    let lag = loop {
        let lag = group.lag().await?.remove(0);
        if lag.failed_attempts >= 2 {
            break lag;
        }
        tokio::task::yield_now().await;
    };
    assert_eq!((lag.topic.as_str(), lag.next, lag.head), ("tasks", 1, 3));
    group.seek_partition("tasks", lag.partition, 2).await?;
    worker.caught_up().await?;
    assert_eq!(recorder.seen().last().map(|seen| seen.n), Some(3));
    let beyond = group
        .seek_partition("tasks", lag.partition, 9)
        .await
        .unwrap_err();
    assert!(
        beyond
            .to_string()
            .contains("holds the offsets 0 to 3; 9 is not among them"),
        "{beyond}"
    );
    worker.shutdown(END).await
}
