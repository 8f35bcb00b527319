//! An engine with faults on purpose: what a network and a disk can do to a commit, by a seed that replays.

use keyloom::engine::{Changes, Engine, EngineError, Limits, Outcome, embedded::EmbeddedEngine};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How often each fault happens, in a thousand commits.
#[derive(Debug, Clone, Copy)]
pub struct Faults {
    /// A conflict that is none.
    pub conflict: u32,
    /// Written, but the answer is lost.
    pub lost_answer: u32,
    /// Not written, and the answer is lost.
    pub lost_request: u32,
    /// Written later than the caller is told that nobody knows.
    pub late: u32,
    /// Not written, and the caller is told so.
    pub failed: u32,
}

/// An engine whose commits go wrong; one in memory, unless told.
#[derive(Debug, Clone)]
pub struct Faulty<E = EmbeddedEngine> {
    inner: E,
    faults: Faults,
    random: Arc<Mutex<fastrand::Rng>>,
    line: Arc<Mutex<Line>>,
}

/// The way to the engine.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Line {
    #[default]
    Whole,
    /// The next lost answer is the last that anybody could have heard.
    Breaking,
    Broken,
}

impl Faulty {
    /// An empty engine.
    pub async fn new(seed: u64, faults: Faults) -> Self {
        Self::over(crate::below::engine().await, seed, faults)
    }
}

impl<E: Engine + Clone> Faulty<E> {
    /// Puts faults between an engine and whoever uses it.
    pub fn over(inner: E, seed: u64, faults: Faults) -> Self {
        Self {
            inner,
            faults,
            random: Arc::new(Mutex::new(fastrand::Rng::with_seed(seed))),
            line: Arc::default(),
        }
    }

    /// From the next lost answer on no snapshot can be taken.
    pub fn break_at_lost_answer(&self) {
        *self.line() = Line::Breaking;
    }

    fn line(&self) -> MutexGuard<'_, Line> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The engine below, which has no faults.
    #[must_use]
    pub fn sound(&self) -> E {
        self.inner.clone()
    }

    fn draw(&self) -> u32 {
        let mut random = self.random.lock().unwrap_or_else(PoisonError::into_inner);
        random.u32(0..1000)
    }
}

fn lost() -> EngineError {
    EngineError::Unavailable {
        message: "the connection broke before the answer came".into(),
    }
}

impl<E: Engine + Clone> Engine for Faulty<E> {
    type Snapshot = E::Snapshot;

    fn limits(&self) -> Limits {
        self.inner.limits()
    }

    fn stripes(&self) -> u8 {
        self.inner.stripes()
    }

    fn reads_ahead(&self) -> bool {
        self.inner.reads_ahead()
    }

    /// Others may write to [`Faulty::sound`].
    fn is_shared(&self) -> bool {
        true
    }

    async fn snapshot(&self) -> Result<E::Snapshot, EngineError> {
        if *self.line() == Line::Broken {
            return Err(lost());
        }
        self.inner.snapshot().await
    }

    async fn durable_snapshot(&self) -> Result<E::Snapshot, EngineError> {
        self.inner.durable_snapshot().await
    }

    async fn durable(&self, number: u64) -> Result<(), EngineError> {
        self.inner.durable(number).await
    }

    async fn commit(&self, base: &E::Snapshot, changes: Changes) -> Outcome {
        let Faults {
            conflict,
            lost_answer,
            lost_request,
            late,
            failed,
        } = self.faults;
        let drawn = self.draw();
        let below = |bound: u32| drawn < bound;
        if below(conflict) {
            return Outcome::Conflict { key: Vec::new() };
        }
        if below(conflict + lost_request) {
            return Outcome::Unknown(lost());
        }
        if below(conflict + lost_request + failed) {
            return Outcome::Failed(lost());
        }
        if below(conflict + lost_request + failed + late) {
            let (engine, base) = (self.inner.clone(), base.clone());
            tokio::spawn(async move {
                for _ in 0..10 {
                    tokio::task::yield_now().await;
                }
                engine.commit(&base, changes).await
            });
            return Outcome::Unknown(lost());
        }
        let outcome = self.inner.commit(base, changes).await;
        match outcome {
            Outcome::Committed { .. }
                if below(conflict + lost_request + failed + late + lost_answer) =>
            {
                let mut line = self.line();
                if *line == Line::Breaking {
                    *line = Line::Broken;
                }
                Outcome::Unknown(lost())
            }
            outcome => outcome,
        }
    }

    async fn close(&self) -> Result<(), EngineError> {
        self.inner.close().await
    }
}
