//! An engine that holds a commit up until a test lets it go: interleavings, forced step by step.

use keyloom::engine::{
    Changes, Engine, EngineError, Limits, Outcome,
    embedded::{EmbeddedEngine, EmbeddedSnapshot},
};
use std::sync::Arc;
use tokio::sync::Notify;

/// An engine in memory of several processes, which holds up the first commit that writes a key of a kind. Clones hold up
/// their own.
#[derive(Debug, Clone)]
pub struct Gated {
    inner: EmbeddedEngine,
    gate: Option<Arc<Gate>>,
}

/// Whether a commit is held up that puts this value to a key, or deletes it.
pub type Holds = fn(key: &[u8], value: Option<&[u8]>) -> bool;

/// Where a commit is held up.
#[derive(Debug)]
pub struct Gate {
    holds: Holds,
    once: std::sync::atomic::AtomicBool,
    reached: Notify,
    opened: Notify,
}

impl Gated {
    /// Holds nothing up.
    #[must_use]
    pub fn open(inner: EmbeddedEngine) -> Self {
        Self { inner, gate: None }
    }

    /// The same engine, and the gate before the commit that it holds up.
    #[must_use]
    pub fn holding(&self, holds: Holds) -> (Self, Arc<Gate>) {
        let gate = Arc::new(Gate {
            holds,
            once: true.into(),
            reached: Notify::new(),
            opened: Notify::new(),
        });
        let held = Self {
            inner: self.inner.clone(),
            gate: Some(gate.clone()),
        };
        (held, gate)
    }
}

impl Gate {
    /// Waits until the commit is there.
    pub async fn reached(&self) {
        self.reached.notified().await;
    }

    /// Lets it go on.
    pub fn open(&self) {
        self.opened.notify_one();
    }

    async fn pass(&self, changes: &Changes) {
        use std::sync::atomic::Ordering;
        let mut writes = changes.writes.iter();
        if writes.any(|(key, value)| (self.holds)(key, value.as_deref()))
            && self.once.swap(false, Ordering::SeqCst)
        {
            self.reached.notify_one();
            self.opened.notified().await;
        }
    }
}

impl Engine for Gated {
    type Snapshot = EmbeddedSnapshot;

    fn limits(&self) -> Limits {
        self.inner.limits()
    }

    async fn snapshot(&self) -> Result<EmbeddedSnapshot, EngineError> {
        self.inner.snapshot().await
    }

    async fn durable_snapshot(&self) -> Result<EmbeddedSnapshot, EngineError> {
        self.inner.durable_snapshot().await
    }

    async fn durable(&self, number: u64) -> Result<(), EngineError> {
        self.inner.durable(number).await
    }

    async fn commit(&self, base: &EmbeddedSnapshot, changes: Changes) -> Outcome {
        if let Some(gate) = &self.gate {
            gate.pass(&changes).await;
        }
        self.inner.commit(base, changes).await
    }

    async fn close(&self) -> Result<(), EngineError> {
        self.inner.close().await
    }
}
