//! A relaxed store: events are handled once they are durable, and not before.

use crate::world::{END, Recorder, produce};
use keyloom::{
    Result,
    engine::{
        Changes, Engine, EngineError, Limits, Outcome,
        embedded::{EmbeddedEngine, EmbeddedOptions, EmbeddedSnapshot, Location},
    },
};
use keyloom_tests::queue::Queue;
use tokio::sync::watch;

/// An engine in memory whose commits are durable when the test says so.
#[derive(Clone)]
struct Lagging {
    inner: EmbeddedEngine,
    durable: watch::Sender<EmbeddedSnapshot>,
    /// How often somebody waited for commits to be durable.
    waits: watch::Sender<usize>,
}

impl Lagging {
    async fn new() -> Self {
        let inner = EmbeddedEngine::open(Location::Memory, EmbeddedOptions::default())
            .await
            .unwrap();
        let durable = watch::Sender::new(inner.snapshot().await.unwrap());
        let waits = watch::Sender::new(0);
        Self {
            inner,
            durable,
            waits,
        }
    }

    async fn flush(&self) {
        self.durable
            .send_replace(self.inner.snapshot().await.unwrap());
    }
}

impl Engine for Lagging {
    type Snapshot = EmbeddedSnapshot;

    fn limits(&self) -> Limits {
        self.inner.limits()
    }

    fn is_shared(&self) -> bool {
        false
    }

    async fn snapshot(&self) -> Result<EmbeddedSnapshot, EngineError> {
        self.inner.snapshot().await
    }

    async fn durable_snapshot(&self) -> Result<EmbeddedSnapshot, EngineError> {
        Ok(self.durable.borrow().clone())
    }

    async fn durable(&self, _: u64) -> Result<(), EngineError> {
        let mut durable = self.durable.subscribe();
        self.waits.send_modify(|waits| *waits += 1);
        let _ = durable.changed().await;
        Ok(())
    }

    async fn commit(&self, base: &EmbeddedSnapshot, changes: Changes) -> Outcome {
        self.inner.commit(base, changes).await
    }

    async fn close(&self) -> Result<(), EngineError> {
        self.inner.close().await
    }
}

#[tokio::test]
async fn an_event_is_handled_once_it_is_durable_and_not_before() -> Result<()> {
    let engine = Lagging::new().await;
    let queue = Queue::open_on(engine.clone()).await?;
    engine.flush().await;
    let mut waits = engine.waits.subscribe();
    let recorder = Recorder::new();
    let worker = queue
        .workers("durable")
        .handle_tasks(recorder.clone())
        .start()
        .await?;
    produce(&queue, "a", 3).await?;
    waits.wait_for(|waits| *waits > 0).await.unwrap();
    assert_eq!(recorder.seen(), [], "it waits for the disk");
    let flush = {
        let engine = engine.clone();
        tokio::spawn(async move {
            loop {
                engine.flush().await;
                tokio::task::yield_now().await;
            }
        })
    };
    worker.caught_up().await?;
    flush.abort();
    let numbers: Vec<u64> = recorder.seen().iter().map(|seen| seen.n).collect();
    assert_eq!(numbers, [1, 2, 3]);
    worker.shutdown(END).await
}
