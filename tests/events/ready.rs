//! The ready list, which tells workers of other processes where events are.

use crate::world::{END, Recorder, task};
use keyloom::{
    Result,
    engine::{Engine, KeyRange, ScanOptions, Snapshot},
    testing::Counting,
};
use keyloom_tests::{
    engines::{Shared, shared},
    queue::{Queue, TaskId, TaskPinged, tasks},
};
use std::time::Duration;
use tokio::time::Instant;

/// How often the test looks at the list.
const STEP: Duration = Duration::from_millis(50);
/// How long workers of other processes pause at most before they look.
const PAUSE: Duration = Duration::from_secs(2);

/// How many partitions are listed.
async fn listed(engine: &Counting<Shared>) -> usize {
    let range = KeyRange {
        start: vec![b'y'],
        end: Some(vec![b'y' + 1]),
    };
    let options = ScanOptions {
        limit: usize::MAX,
        reverse: false,
        keys_only: true,
    };
    let snapshot = engine.snapshot().await.unwrap();
    snapshot.scan(&range, options).await.unwrap().len()
}

/// Time is paused: it goes on from one timer to the next.
#[tokio::test(start_paused = true)]
async fn an_idle_partition_is_taken_off_the_list_with_growing_patience_and_put_on_it_by_the_next_event()
-> Result<()> {
    let (engine, _) = shared().await;
    let publisher = Queue::open_on(engine.clone()).await?;
    let queue = Queue::open_on(engine.clone()).await?;
    let recorder = Recorder::new();
    let workers = queue.workers("far").handle_tasks(recorder.clone());
    let worker = workers.start().await?;
    assert_eq!(listed(&engine).await, 0);
    // Two fifths of it to the whole, and it doubles to a minute.
    let mut patience = Duration::from_secs(5);
    for turn in 1..=6 {
        let begun = Instant::now();
        tasks::publish(&publisher, &TaskId::from("a"), TaskPinged {}).await?;
        assert_eq!(listed(&engine).await, 1, "{turn}");
        worker.caught_up().await?;
        assert_eq!(recorder.seen().len(), turn);
        let handled = Instant::now();
        assert!(handled - begun <= PAUSE + STEP, "{:?}", handled - begun);
        while listed(&engine).await > 0 {
            tokio::time::sleep(STEP).await;
        }
        let stayed = handled.elapsed();
        let wanted = patience.mul_f64(0.4) - STEP..patience + PAUSE + STEP;
        assert!(wanted.contains(&stayed), "{turn}: {stayed:?} of {wanted:?}");
        patience = (patience * 2).min(Duration::from_mins(1));
    }
    worker.shutdown(END).await
}

/// What another group has not handled is found though this one has had it unlisted.
#[tokio::test(start_paused = true)]
async fn a_group_that_comes_later_finds_what_is_no_longer_listed() -> Result<()> {
    let (engine, _) = shared().await;
    let publisher = Queue::open_on(engine.clone()).await?;
    let queue = Queue::open_on(engine.clone()).await?;
    let first = queue.workers("first").handle_tasks(Recorder::new());
    let first = first.start().await?;
    tasks::insert(&publisher, &task("a", 1)).await?;
    first.caught_up().await?;
    while listed(&engine).await > 0 {
        tokio::time::sleep(STEP).await;
    }
    let recorder = Recorder::new();
    let second = publisher.workers("second").handle_tasks(recorder.clone());
    let second = second.start().await?;
    second.caught_up().await?;
    assert_eq!(recorder.seen().len(), 1);
    first.shutdown(END).await?;
    second.shutdown(END).await
}
