//! The metrics of the lag: of all workers of this process together, for they share the names.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

/// How far a worker is behind in the partitions of a topic that it holds.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Behind {
    pub(super) events: u64,
    /// Age of the oldest of them, in seconds.
    pub(super) oldest: f64,
}

/// What each worker of this process found last, by group and topic.
type Found = BTreeMap<(String, &'static str), HashMap<u64, Behind>>;

static FOUND: Mutex<Found> = Mutex::new(BTreeMap::new());

fn found() -> MutexGuard<'static, Found> {
    FOUND.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One worker's part of the metrics; it is taken out of them when this is dropped.
#[derive(Debug)]
pub(super) struct Lag(u64);

impl Lag {
    pub(super) fn new() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Self(NEXT.fetch_add(1, Ordering::Relaxed))
    }

    pub(super) fn set(&self, group: &str, topic: &'static str, behind: Behind) {
        let mut found = found();
        let parts = found.entry((group.to_owned(), topic)).or_default();
        parts.insert(self.0, behind);
        show(group, topic, parts);
    }
}

impl Drop for Lag {
    fn drop(&mut self) {
        let mut found = found();
        for ((group, topic), parts) in found.iter_mut() {
            if parts.remove(&self.0).is_some() {
                show(group, topic, parts);
            }
        }
        found.retain(|_, parts| !parts.is_empty());
    }
}

fn show(group: &str, topic: &'static str, parts: &HashMap<u64, Behind>) {
    let labels = [("group", group.to_owned()), ("topic", topic.to_owned())];
    let events: u64 = parts.values().map(|part| part.events).sum();
    let oldest = parts.values().map(|part| part.oldest);
    #[expect(clippy::cast_precision_loss, reason = "a gauge is a float")]
    metrics::gauge!("keyloom_events_lag", &labels).set(events as f64);
    metrics::gauge!("keyloom_events_oldest_seconds", &labels).set(oldest.fold(0.0, f64::max));
}
