//! Workers that die: what was begun counts as an attempt, and nothing else does.

use crate::world::{END, OnCreated, Recorder, task};
use keyloom::{EventContext, HandlerResult, Poison, Result, engine::embedded::EmbeddedEngine};
use keyloom_tests::{
    below::{engine, pairs},
    gates::Gated,
    queue::{Queue, Task, TaskId, tasks},
};
use std::{collections::BTreeMap, time::Duration};
use tokio::sync::mpsc;

const KEYS: usize = 12;

/// A process that dies in its first handler, and gives nothing back: the key of the event.
fn dies_in_a_handler(engine: EmbeddedEngine) -> String {
    let process = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        // What still runs then is dropped where it stands.
        runtime.block_on(async move {
            let queue = Queue::open_on(engine).await.unwrap();
            let (begins, mut begun) = mpsc::unbounded_channel();
            let handler = OnCreated(move |_: EventContext, task: Task| {
                begins.send(task.key.0).unwrap();
                std::future::pending::<HandlerResult>()
            });
            let workers = queue.workers("dies").handle_tasks(handler);
            let _worker = workers.concurrency(1).start().await.unwrap();
            begun.recv().await.unwrap()
        })
    });
    process.join().unwrap()
}

#[tokio::test]
async fn what_no_worker_had_begun_when_it_died_comes_as_the_first_attempt() -> Result<()> {
    let engine = engine().await;
    let queue = Queue::open_on(engine.clone()).await?;
    for key in 0..KEYS {
        tasks::insert(&queue, &task(&format!("key-{key}"), 1)).await?;
    }
    let mut attempts: BTreeMap<String, u32> =
        (0..KEYS).map(|key| (format!("key-{key}"), 1)).collect();
    for _ in 0..3 {
        let engine = engine.clone();
        let begun = tokio::task::spawn_blocking(move || dies_in_a_handler(engine)).await;
        *attempts.get_mut(&begun.unwrap()).unwrap() += 1;
    }
    let recorder = Recorder::new();
    let workers = queue.workers("dies").handle_tasks(recorder.clone());
    let workers = workers.max_attempts(3).poison(Poison::DeadLetter);
    let worker = workers.start().await?;
    worker.caught_up().await?;
    let seen = recorder.seen().into_iter();
    let seen: BTreeMap<String, u32> = seen.map(|seen| (seen.key, seen.attempt)).collect();
    assert_eq!(seen, attempts);
    assert_eq!(queue.group("dies").dead_letters().await?, []);
    worker.shutdown(END).await
}

/// The attempts of an event that takes its worker down each time are used up like those of one that fails; one more than
/// allowed is counted, since the one that is counted when a batch ends may never have begun.
#[tokio::test]
async fn an_event_that_kills_its_worker_each_time_is_set_aside() -> Result<()> {
    let engine = engine().await;
    let queue = Queue::open_on(engine.clone()).await?;
    tasks::insert(&queue, &task("deadly", 1)).await?;
    tasks::modify(&queue, TaskId::from("deadly"), |task| task.n = 2).await?;
    for _ in 0..3 {
        let engine = engine.clone();
        let begun = tokio::task::spawn_blocking(move || dies_in_a_handler(engine)).await;
        assert_eq!(begun.unwrap(), "deadly");
    }
    let recorder = Recorder::new();
    let workers = queue.workers("dies").handle_tasks(recorder.clone());
    let workers = workers.max_attempts(2).poison(Poison::DeadLetter);
    let worker = workers.start().await?;
    worker.caught_up().await?;
    assert_eq!(recorder.numbers(), [("deadly".to_owned(), 2)]);
    let dead = queue.group("dies").dead_letters().await?;
    let dead: Vec<_> = dead
        .iter()
        .map(|it| (it.attempts, it.error.as_str()))
        .collect();
    assert_eq!(dead, [(3, "its worker ended while it was handled")]);
    worker.shutdown(END).await
}

/// Whoever takes over may itself have been stopped: it looks at the beat in the transaction that takes over, and one that beat
/// meanwhile keeps what it has.
#[tokio::test(start_paused = true)]
async fn a_worker_that_shows_that_it_lives_while_another_takes_over_keeps_its_leases() -> Result<()>
{
    let below = engine().await;
    let engine = Gated::open(below.clone());
    let slow = Queue::open_on(engine.clone()).await?;
    // It beats every twenty minutes, and whenever its group is told something.
    let workers = slow.workers("kept").handle_tasks(Recorder::new());
    let owner = workers.lease(Duration::from_hours(1)).start().await?;
    // A member's row is `n`, group, member.
    let (hasty, gate) = engine.holding(|key, value| key[0] == b'n' && value.is_none());
    let queue = Queue::open_on(hasty).await?;
    let workers = queue.workers("kept").handle_tasks(Recorder::new());
    let challenger = workers.lease(Duration::from_secs(60)).start().await?;
    gate.reached().await;
    let before = pairs(&below, b'n').await;
    slow.group("kept").pause().await?;
    while pairs(&below, b'n').await == before {
        tokio::task::yield_now().await;
    }
    gate.open();
    // It looks again three times in its lease, and may take over when that has passed once more.
    tokio::time::sleep(Duration::from_secs(50)).await;
    assert_eq!(pairs(&below, b'n').await.len(), 2, "both are members");
    tokio::time::sleep(Duration::from_secs(50)).await;
    assert_eq!(
        pairs(&below, b'n').await.len(),
        1,
        "it was silent for the whole lease"
    );
    challenger.shutdown(END).await?;
    owner.shutdown(END).await
}
