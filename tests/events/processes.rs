//! Workers of several processes: stores opened on one engine, which tell each other nothing.

use crate::world::{END, Ledger, OnCreated, Recorder, SHORT, leave, ledger, produce, task};
use keyloom::{EventContext, Result, testing::Counting};
use keyloom_tests::{
    engines::{Shared, shared},
    faulty::{Faults, Faulty},
    queue::{Queue, Task, tasks},
    wide::{self, Wide},
};
use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
        mpsc,
    },
    time::Duration,
};

const LEASE: Duration = Duration::from_millis(300);

async fn two() -> (Queue, Queue) {
    let (engine, _) = shared().await;
    let one = Queue::open_on(engine.clone()).await.unwrap();
    (one, Queue::open_on(engine).await.unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_one_process_publishes_another_handles() -> Result<()> {
    let (one, other) = two().await;
    let recorder = Recorder::new();
    let worker = other
        .workers("far")
        .handle_tasks(recorder.clone())
        .start()
        .await?;
    worker.caught_up().await?;
    produce(&one, "a", 5).await?;
    worker.caught_up().await?;
    let numbers: Vec<u64> = recorder.seen().iter().map(|seen| seen.n).collect();
    assert_eq!(numbers, [1, 2, 3, 4, 5]);
    worker.shutdown(END).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn processes_share_the_partitions_and_take_over_what_is_given_back() -> Result<()> {
    let (one, other) = two().await;
    // A handler may run twice when a lease runs out under it; what it leaves behind may not stand twice.
    let start = |queue: &Queue, process: &'static str| {
        let handler = OnCreated(move |cx: EventContext, task: Task| async move {
            leave(&cx, process, &task).await
        });
        let workers = queue.workers("shared").handle_tasks(handler);
        workers.lease(LEASE).start()
    };
    let alone = start(&one, "first").await?;
    let joined = start(&other, "second").await?;
    // Until the second has got its share: whatever is published is handled once, by either.
    let mut published = 0;
    while ledger(&one, "second").await?.is_empty() {
        tasks::insert(&one, &task(&format!("before-{published}"), 1)).await?;
        published += 1;
        alone.caught_up().await?;
    }
    alone.shutdown(END).await?;
    let before = ledger(&one, "first").await?;
    for n in 0..20 {
        tasks::insert(&one, &task(&format!("after-{n}"), 1)).await?;
    }
    joined.caught_up().await?;
    assert_eq!(ledger(&one, "first").await?, before);
    let mut keys: Vec<String> = [before, ledger(&one, "second").await?]
        .concat()
        .into_iter()
        .map(|(key, ..)| key)
        .collect();
    let handled = keys.len();
    keys.sort();
    keys.dedup();
    assert_eq!((handled, keys.len()), (published + 20, published + 20));
    joined.shutdown(END).await
}

/// A process whose handler stops everything the first time: it says that it is inside, and goes on when it is told.
fn stopping_process(
    engine: Counting<Shared>,
    inside: mpsc::Sender<()>,
    go_on: mpsc::Receiver<()>,
    end: tokio::sync::oneshot::Receiver<()>,
) -> std::thread::JoinHandle<()> {
    std::thread::spawn(move || {
        // One thread: what blocks it stops the heartbeats too, as SIGSTOP does.
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        runtime.unwrap().block_on(async move {
            let queue = Queue::open_on(engine).await.unwrap();
            let stop = std::sync::Mutex::new(Some((inside, go_on)));
            let handler = OnCreated(move |cx: EventContext, task| {
                let stop = stop.lock().unwrap().take();
                async move {
                    leave(&cx, "first", &task).await?;
                    if let Some((inside, go_on)) = stop {
                        inside.send(()).unwrap();
                        go_on.recv().unwrap();
                    }
                    Ok(())
                }
            });
            let workers = queue.workers("fenced").handle_tasks(handler).lease(LEASE);
            let worker = workers.start().await.unwrap();
            end.await.unwrap();
            worker.shutdown(END).await.unwrap();
        });
    })
}

/// Promise 4, step by step: a process stops inside a handler for longer than its lease, another takes over and handles the
/// event, the first goes on: its commit is refused.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_that_was_stopped_past_its_lease_cannot_commit() -> Result<()> {
    let (engine, _) = shared().await;
    let queue = Queue::open_on(engine.clone()).await?;
    tasks::insert(&queue, &task("a", 1)).await?;
    let (entered, inside) = mpsc::channel();
    let (go_on, waits) = mpsc::channel();
    let (ended, end) = tokio::sync::oneshot::channel();
    let process = stopping_process(engine, entered, waits, end);
    tokio::task::spawn_blocking(move || inside.recv().unwrap())
        .await
        .unwrap();
    let attempts = Arc::new(AtomicU32::new(0));
    let seen = attempts.clone();
    let handler = OnCreated(move |cx: EventContext, task| {
        seen.fetch_max(cx.attempt(), Ordering::SeqCst);
        async move { leave(&cx, "second", &task).await }
    });
    let workers = queue.workers("fenced").handle_tasks(handler).lease(LEASE);
    let worker = workers.start().await?;
    worker.caught_up().await?;
    assert_eq!(
        attempts.load(Ordering::SeqCst),
        2,
        "the attempt that was cut off counts"
    );
    go_on.send(()).unwrap();
    // The first comes back as another member; what follows is handled by either, once.
    for n in 0..20 {
        tasks::insert(&queue, &task(&format!("later-{n}"), 1)).await?;
    }
    worker.caught_up().await?;
    ended.send(()).unwrap();
    tokio::task::spawn_blocking(move || process.join().unwrap())
        .await
        .unwrap();
    let (first, second) = (
        ledger(&queue, "first").await?,
        ledger(&queue, "second").await?,
    );
    let of_a = |effects: &[(String, u64, u64)]| effects.iter().any(|(key, ..)| key == "a");
    assert_eq!(
        (of_a(&first), of_a(&second)),
        (false, true),
        "the fenced commit was refused"
    );
    let mut keys: Vec<String> = first
        .into_iter()
        .chain(second)
        .map(|(key, ..)| key)
        .collect();
    keys.sort();
    let mut expected: Vec<String> = (0..20).map(|n| format!("later-{n}")).collect();
    expected.push("a".to_owned());
    expected.sort();
    assert_eq!(keys, expected, "each event has one effect");
    worker.shutdown(END).await
}

/// Partitions chosen by hand go to whoever asks last; the other moves no cursor of them any more.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn partitions_chosen_by_hand_go_to_whoever_asks_last() -> Result<()> {
    let (one, other) = two().await;
    let (first, second) = (Recorder::new(), Recorder::new());
    let before = one
        .workers("hand")
        .handle_tasks(first.clone())
        .partitions(0..16)
        .lease(LEASE);
    let before = before.start().await?;
    produce(&one, "a", 2).await?;
    before.caught_up().await?;
    let after = other
        .workers("hand")
        .handle_tasks(second.clone())
        .partitions(0..16)
        .lease(LEASE);
    let after = after.start().await?;
    tasks::modify(&one, keyloom_tests::queue::TaskId::from("a"), |task| {
        task.n = 3
    })
    .await?;
    after.caught_up().await?;
    let numbers = |recorder: &Recorder| {
        recorder
            .seen()
            .iter()
            .map(|seen| seen.n)
            .collect::<Vec<_>>()
    };
    let mut all = [numbers(&first), numbers(&second)].concat();
    all.dedup();
    assert_eq!(all, [1, 2, 3]);
    assert_eq!(numbers(&second), [3]);
    before.shutdown(END).await?;
    after.shutdown(END).await
}

/// Conflicts that are none, lost answers, lost requests, commits that come late: the effects are exact all the same.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn effects_are_exact_though_commits_go_wrong() -> Result<()> {
    for seed in 0..3 {
        let faults = Faults {
            conflict: 60,
            lost_answer: 60,
            lost_request: 60,
            late: 30,
            failed: 0,
        };
        let engine = Faulty::new(seed, faults).await;
        let sound = Queue::open_on(engine.sound()).await?;
        for key in ["a", "b", "c"] {
            produce(&sound, key, 40).await?;
        }
        let worker = loop {
            // Starting may go wrong too.
            let Ok(queue) = Queue::open_on(engine.clone()).await else {
                continue;
            };
            let workers = queue
                .workers("faults")
                .handle_tasks(Ledger)
                .backoff(SHORT, SHORT);
            if let Ok(worker) = workers.lease(LEASE).start().await {
                break worker;
            }
        };
        worker.caught_up().await?;
        let expected = ["a", "b", "c"].map(|key| (key.to_owned(), 40, 40));
        assert_eq!(ledger(&sound, "faults").await?, expected, "seed {seed}");
        worker.shutdown(END).await?;
    }
    Ok(())
}

struct Nothing;

macro_rules! handles {
    ($($handler:ident $model:ident),*) => { $(
        impl wide::$handler for Nothing {
            async fn created(&self, _: &EventContext, _: wide::$model) -> keyloom::HandlerResult {
                Ok(())
            }
        }
    )* };
}
handles!(
    OneEventHandler One, TwoEventHandler Two, ThreeEventHandler Three, FourEventHandler Four,
    FiveEventHandler Five, SixEventHandler Six, SevenEventHandler Seven, EightEventHandler Eight
);

/// 8 topics of 1,024 partitions: an interval of an idle worker is 0.8 to 2 s, so a minute has at least 30.
#[tokio::test(start_paused = true)]
async fn an_idle_worker_makes_at_most_16_scans_an_interval() -> Result<()> {
    const MINUTES: usize = 10;
    const INTERVALS: usize = 30 * MINUTES;
    let (engine, tally) = shared().await;
    let wide = Wide::open_on(engine).await?;
    let worker = wide.workers("idle").handle_one(Nothing).handle_two(Nothing);
    let worker = worker
        .handle_three(Nothing)
        .handle_four(Nothing)
        .handle_five(Nothing);
    let worker = worker
        .handle_six(Nothing)
        .handle_seven(Nothing)
        .handle_eight(Nothing);
    let worker = worker.start().await?;
    // Time is paused: it goes on from one timer to the next.
    tokio::time::sleep(Duration::from_mins(1)).await;
    let _ = tally.take();
    tokio::time::sleep(Duration::from_mins(1) * u32::try_from(MINUTES).unwrap()).await;
    let reads = tally.take();
    let looked = INTERVALS..=16 * INTERVALS;
    assert!(looked.contains(&reads.scans), "{reads:?}");
    // Renewals read a row or two; a sweep a minute reads the heads and cursors in batches.
    assert!(reads.gets + reads.batches <= 2 * INTERVALS, "{reads:?}");
    println!("{MINUTES} idle minutes: {reads:?}");
    worker.shutdown(END).await
}
