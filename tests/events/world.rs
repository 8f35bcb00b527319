//! Stores of every kind, and handlers that leave a trace.

use keyloom::{Error, EventContext, HandlerResult, Result, testing::drain};
use keyloom_tests::{
    folder,
    queue::{
        Effect, EffectId, NewEffect, NewTask, Queue, Task, TaskEventHandler, TaskFinished, TaskId,
        TaskPinged, effects, tasks,
    },
    wide::{One, OneEventHandler, Two, TwoEventHandler},
};
use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

/// More than anything takes that ends.
pub const END: Duration = Duration::from_secs(30);
/// A pause that no test waits for.
pub const SHORT: Duration = Duration::from_millis(1);

/// What a handler was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    pub kind: &'static str,
    pub key: String,
    pub n: u64,
    pub partition: u16,
    pub offset: u64,
    pub attempt: u32,
    pub idempotency: String,
}

type Answer = dyn Fn(&EventContext, &Seen) -> HandlerResult + Send + Sync;

/// Remembers what it is given, and answers as it is told.
#[derive(Clone)]
pub struct Recorder {
    seen: Arc<Mutex<Vec<Seen>>>,
    answer: Arc<Answer>,
}

impl Recorder {
    pub fn new() -> Self {
        Self::answering(|_, _| Ok(()))
    }

    pub fn answering(
        answer: impl Fn(&EventContext, &Seen) -> HandlerResult + Send + Sync + 'static,
    ) -> Self {
        Self {
            seen: Arc::default(),
            answer: Arc::new(answer),
        }
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    /// Key and number of each event, in the order in which they came.
    pub fn numbers(&self) -> Vec<(String, u64)> {
        let seen = self.seen().into_iter();
        seen.map(|seen| (seen.key, seen.n)).collect()
    }

    pub fn attempts(&self) -> Vec<u32> {
        self.seen().iter().map(|seen| seen.attempt).collect()
    }

    fn note(&self, cx: &EventContext, kind: &'static str, key: &TaskId, n: u64) -> HandlerResult {
        let seen = Seen {
            kind,
            key: key.0.clone(),
            n,
            partition: cx.partition(),
            offset: cx.offset(),
            attempt: cx.attempt(),
            idempotency: cx.idempotency_key(),
        };
        self.seen.lock().unwrap().push(seen.clone());
        (self.answer)(cx, &seen)
    }
}

impl TaskEventHandler for Recorder {
    async fn created(&self, cx: &EventContext, task: Task) -> HandlerResult {
        self.note(cx, "created", &task.key, task.n)
    }

    async fn updated(&self, cx: &EventContext, _before: Task, after: Task) -> HandlerResult {
        self.note(cx, "updated", &after.key, after.n)
    }

    async fn deleted(&self, cx: &EventContext, task: Task) -> HandlerResult {
        self.note(cx, "deleted", &task.key, task.n)
    }

    async fn finished(&self, cx: &EventContext, task: TaskId, _: TaskFinished) -> HandlerResult {
        self.note(cx, "finished", &task, 0)
    }

    async fn pinged(&self, cx: &EventContext, task: TaskId, _: TaskPinged) -> HandlerResult {
        self.note(cx, "pinged", &task, 0)
    }
}

/// Counts the events of the wide schema that it is given.
#[derive(Clone, Default)]
pub struct Counts(pub Arc<AtomicU64>);

impl OneEventHandler for Counts {
    async fn created(&self, _: &EventContext, _: One) -> HandlerResult {
        self.0.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }
}

impl TwoEventHandler for Counts {
    async fn created(&self, _: &EventContext, _: Two) -> HandlerResult {
        self.0.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }
}

/// Does one thing with a new task, and nothing with all else.
#[derive(Clone)]
pub struct OnCreated<F>(pub F);

impl<F, A> TaskEventHandler for OnCreated<F>
where
    F: Fn(EventContext, Task) -> A + Send + Sync + 'static,
    A: Future<Output = HandlerResult> + Send,
{
    async fn created(&self, cx: &EventContext, task: Task) -> HandlerResult {
        (self.0)(cx.clone(), task).await
    }

    async fn updated(&self, _: &EventContext, _: Task, _: Task) -> HandlerResult {
        Ok(())
    }

    async fn deleted(&self, _: &EventContext, _: Task) -> HandlerResult {
        Ok(())
    }

    async fn finished(&self, _: &EventContext, _: TaskId, _: TaskFinished) -> HandlerResult {
        Ok(())
    }

    async fn pinged(&self, _: &EventContext, _: TaskId, _: TaskPinged) -> HandlerResult {
        Ok(())
    }
}

/// Counts what it handles in the transaction that moves the cursor. An event that comes twice, out of order, or over a gap
/// is an error that blocks.
pub struct Ledger;

impl Ledger {
    async fn note(cx: &EventContext, task: &Task) -> HandlerResult {
        let id = EffectId(format!("{}/{}", cx.group(), task.key));
        let before = effects::get(cx.tx(), &id).await?;
        let mut effect = before.unwrap_or_else(|| Effect::new(NewEffect { id, count: 0 }));
        if task.n != effect.last + 1 {
            return Err(format!("{} after {} of {}", task.n, effect.last, task.key).into());
        }
        effect.count += 1;
        effect.last = task.n;
        effects::put(cx.tx(), &effect).await?;
        Ok(())
    }
}

impl TaskEventHandler for Ledger {
    async fn created(&self, cx: &EventContext, task: Task) -> HandlerResult {
        Self::note(cx, &task).await
    }

    async fn updated(&self, cx: &EventContext, _before: Task, after: Task) -> HandlerResult {
        Self::note(cx, &after).await
    }

    async fn deleted(&self, _: &EventContext, _: Task) -> HandlerResult {
        Ok(())
    }

    async fn finished(&self, _: &EventContext, _: TaskId, _: TaskFinished) -> HandlerResult {
        Ok(())
    }

    async fn pinged(&self, _: &EventContext, _: TaskId, _: TaskPinged) -> HandlerResult {
        Ok(())
    }
}

pub fn task(key: &str, n: u64) -> Task {
    Task::new(NewTask {
        key: TaskId::from(key),
        n,
    })
}

/// Writes number 1 to `last` of a key, each in a transaction of its own.
pub async fn produce(queue: &Queue, key: &str, last: u64) -> Result<()> {
    tasks::insert(queue, &task(key, 1)).await?;
    for n in 2..=last {
        tasks::modify(queue, TaskId::from(key), |task| task.n = n).await?;
    }
    Ok(())
}

/// Two keys of one partition; a ping of each stands in it already.
pub async fn two_keys_of_one_partition(queue: &Queue) -> Result<(String, String)> {
    let recorder = Recorder::new();
    for n in 0..40 {
        tasks::publish(queue, &TaskId(format!("try-{n}")), TaskPinged {}).await?;
    }
    drain(queue.workers("look").handle_tasks(recorder.clone())).await?;
    let mut places: BTreeMap<u16, String> = BTreeMap::new();
    for seen in recorder.seen() {
        if let Some(first) = places.insert(seen.partition, seen.key.clone()) {
            return Ok((first, seen.key));
        }
    }
    Err(Error::abort("40 keys in 16 partitions share none"))
}

/// Leaves an effect that no other process writes: only the cursor can tell that it is one too many.
pub async fn leave(cx: &EventContext, process: &str, task: &Task) -> HandlerResult {
    let id = EffectId(format!("{process}/{}", task.key));
    effects::insert(cx.tx(), &Effect::new(NewEffect { id, count: 1 })).await?;
    Ok(())
}

/// Every effect of a group's ledger: key, how often, the last number.
pub async fn ledger(queue: &Queue, group: &str) -> Result<Vec<(String, u64, u64)>> {
    let prefix = format!("{group}/");
    let effects = effects::by_key(keyloom::starts_with(&prefix));
    let effects = effects.all(queue, 10_000).await?;
    Ok(effects
        .into_iter()
        .map(|effect| {
            (
                effect.id.0[prefix.len()..].to_owned(),
                effect.count,
                effect.last,
            )
        })
        .collect())
}

pub async fn memory() -> Queue {
    Queue::open("memory:").await.unwrap()
}

async fn in_folder(options: &str) -> Queue {
    let address = format!("{}{options}", folder::fresh().display());
    Queue::open(address).await.unwrap()
}

pub async fn durable() -> Queue {
    in_folder("").await
}

pub async fn relaxed() -> Queue {
    in_folder("?durability=relaxed&flush=20ms").await
}
