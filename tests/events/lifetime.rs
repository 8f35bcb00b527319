//! How long events are kept, and how workers come and go.

use crate::world::{Counts, END, OnCreated, Recorder, SHORT, ledger, memory, produce, task};
use keyloom::{EventContext, HandlerResult, Result, testing::published};
use keyloom_tests::{
    queue::{TaskEventHandler, tasks},
    wide::{NewOne, NewTwo, One, OneEvent, OneId, Two, TwoEvent, TwoId, Wide, one, two},
};
use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};
use tokio::sync::Notify;

async fn add_ones(wide: &Wide, ids: std::ops::Range<u64>) -> Result<()> {
    for id in ids {
        one::insert(wide, &One::new(NewOne { id: OneId(id) })).await?;
    }
    Ok(())
}

/// Runs every upkeep that is due until the events of before are old enough to go. Timers are paused, and go on from one to
/// the next; the age of an event is by the clock.
async fn keep_up() {
    let begun = std::time::Instant::now();
    while begun.elapsed() < Duration::from_millis(1_100) {
        tokio::time::sleep(Duration::from_mins(3)).await;
    }
    tokio::time::sleep(Duration::from_mins(3)).await;
}

#[tokio::test(start_paused = true)]
async fn events_are_kept_until_every_group_has_passed_them() -> Result<()> {
    let wide = Wide::open("memory:").await?;
    let handled = Counts::default();
    let fast = wide
        .workers("fast")
        .handle_one(handled.clone())
        .start()
        .await?;
    let slow = wide
        .workers("slow")
        .handle_one(handled.clone())
        .start()
        .await?;
    wide.group("slow").pause().await?;
    add_ones(&wide, 0..20).await?;
    fast.caught_up().await?;
    keep_up().await;
    assert_eq!(
        published::<OneEvent>(&wide).await?.len(),
        20,
        "one group has not passed them"
    );
    wide.group("slow").resume().await?;
    slow.caught_up().await?;
    keep_up().await;
    assert_eq!(published::<OneEvent>(&wide).await?, []);
    // Offsets go on, and a group that comes later begins behind what is gone.
    add_ones(&wide, 20..40).await?;
    let late = wide
        .workers("late")
        .handle_one(handled.clone())
        .start()
        .await?;
    for worker in [&fast, &slow, &late] {
        worker.caught_up().await?;
    }
    assert_eq!(handled.0.load(Ordering::SeqCst), 20 * 2 + 20 * 3);
    for worker in [fast, slow, late] {
        worker.shutdown(END).await?;
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn retain_max_drops_what_a_group_has_not_handled() -> Result<()> {
    let wide = Wide::open("memory:").await?;
    let handled = Counts::default();
    let worker = wide
        .workers("behind")
        .handle_two(handled.clone())
        .start()
        .await?;
    wide.group("behind").pause().await?;
    for id in 0..20 {
        two::insert(&wide, &Two::new(NewTwo { id: TwoId(id) })).await?;
    }
    keep_up().await;
    assert_eq!(published::<TwoEvent>(&wide).await?, []);
    wide.group("behind").resume().await?;
    worker.caught_up().await?;
    assert_eq!(handled.0.load(Ordering::SeqCst), 0);
    worker.shutdown(END).await
}

/// What a worker is told between entering a handler and leaving it.
#[derive(Clone, Default)]
struct Gate {
    entered: Arc<Notify>,
    leave: Arc<Notify>,
}

#[tokio::test]
async fn a_shutdown_lets_the_running_handler_finish_and_takes_no_other() -> Result<()> {
    let queue = memory().await;
    produce(&queue, "a", 3).await?;
    let gate = Gate::default();
    let inside = gate.clone();
    let handler = OnCreated(move |cx: EventContext, task| {
        let gate = inside.clone();
        async move {
            gate.entered.notify_one();
            gate.leave.notified().await;
            crate::world::Ledger.created(&cx, task).await
        }
    });
    let worker = queue
        .workers("ends")
        .handle_tasks(handler)
        .batch(1)
        .start()
        .await?;
    gate.entered.notified().await;
    let ending = tokio::spawn(worker.shutdown(END));
    tokio::task::yield_now().await;
    gate.leave.notify_one();
    ending.await.unwrap()?;
    assert_eq!(ledger(&queue, "ends").await?, [("a".to_owned(), 1, 1)]);
    let lag = queue.group("ends").lag().await?.remove(0);
    assert_eq!((lag.next, lag.head, lag.failed_attempts), (1, 3, 0));
    Ok(())
}

#[tokio::test]
async fn a_handler_that_a_shutdown_cancels_counts_no_attempt() -> Result<()> {
    let queue = memory().await;
    tasks::insert(&queue, &task("a", 1)).await?;
    let gate = Gate::default();
    let inside = gate.clone();
    let handler = OnCreated(move |_, _| {
        let gate = inside.clone();
        async move {
            gate.entered.notify_one();
            std::future::pending::<HandlerResult>().await
        }
    });
    let worker = queue.workers("cut").handle_tasks(handler).start().await?;
    gate.entered.notified().await;
    worker.shutdown(SHORT).await?;
    let recorder = Recorder::new();
    let worker = queue
        .workers("cut")
        .handle_tasks(recorder.clone())
        .start()
        .await?;
    worker.caught_up().await?;
    assert_eq!(recorder.attempts(), [1]);
    worker.shutdown(END).await
}

/// A second worker of one process gets its share while the first has work, and gives it back at once when it ends.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn workers_of_one_process_share_and_give_back_at_once() -> Result<()> {
    let queue = memory().await;
    let (first, second) = (Recorder::new(), Recorder::new());
    let one = queue
        .workers("share")
        .handle_tasks(first.clone())
        .start()
        .await?;
    let other = queue
        .workers("share")
        .handle_tasks(second.clone())
        .start()
        .await?;
    let mut published = 0;
    while second.seen().is_empty() {
        tasks::insert(&queue, &task(&format!("before-{published}"), 1)).await?;
        published += 1;
        one.caught_up().await?;
    }
    other.shutdown(END).await?;
    for n in 0..40 {
        tasks::insert(&queue, &task(&format!("after-{n}"), 1)).await?;
    }
    one.caught_up().await?;
    assert_eq!(first.seen().len() + second.seen().len(), published + 40);
    assert!(
        first.attempts().iter().all(|attempt| *attempt == 1),
        "nothing was cut off"
    );
    one.shutdown(END).await
}
