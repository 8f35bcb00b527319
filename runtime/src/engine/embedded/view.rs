//! What a snapshot reads: one published state of the store, shared by all who took it.

use std::{
    collections::BTreeMap,
    ops::Bound,
    sync::{Arc, Mutex, OnceLock, PoisonError, RwLock, Weak},
    time::{Duration, Instant},
};

use redb::ReadOnlyTable;

use super::{fault, fault::Health, value};
use crate::engine::{EngineError, KeyRange, Page, PageSize, Pair, ScanOptions, Snapshot};

pub(super) type Table = ReadOnlyTable<&'static [u8], &'static [u8]>;

/// A consistent view of an embedded store.
///
/// Holding one keeps the space of everything deleted or replaced since from being used again. Reads run inline: a page
/// takes microseconds, a range read whole takes as long as it is.
#[derive(Clone)]
pub struct EmbeddedSnapshot {
    view: Arc<View>,
}

impl std::fmt::Debug for EmbeddedSnapshot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EmbeddedSnapshot")
            .field("number", &self.view.number())
            .finish()
    }
}

/// The state after one commit group.
pub(super) struct View {
    mark: Arc<Mark>,
    /// Gone once the snapshot is too old.
    table: RwLock<Option<Table>>,
    /// When a newer view was published: since then this one costs space.
    superseded: OnceLock<Instant>,
}

/// Which state a view is of. What changed since is not forgotten while it is held, be the view gone or not.
pub(super) struct Mark {
    /// The last commit that is in it.
    number: u64,
    register: Arc<Register>,
}

impl Mark {
    pub(super) fn number(&self) -> u64 {
        self.number
    }

    pub(super) fn belongs_to(&self, register: &Arc<Register>) -> bool {
        Arc::ptr_eq(&self.register, register)
    }
}

impl Drop for Mark {
    fn drop(&mut self) {
        self.register.forget(self.number);
    }
}

/// The states that someone still holds, and the health of the engine they belong to.
#[derive(Default)]
pub(super) struct Register {
    pub(super) health: Health,
    live: Mutex<BTreeMap<u64, Live>>,
}

/// A state that someone holds: its view, or only its mark.
struct Live {
    view: Weak<View>,
    mark: Weak<Mark>,
    /// Whether one of those who hold the view keeps it only to hand it out.
    kept: bool,
}

impl Live {
    /// Whether a transaction may have begun at it.
    fn is_begun(&self) -> bool {
        let holders = self.view.strong_count();
        holders == 0 || holders > usize::from(self.kept) || self.mark.strong_count() > 1
    }
}

impl Register {
    /// Whether somebody still reads a state between two.
    pub(super) fn is_read_between(&self, older: u64, newer: u64) -> bool {
        let live = self.live.lock().unwrap_or_else(PoisonError::into_inner);
        live.iter().any(|(&number, state)| {
            older < number && number < newer && state.view.strong_count() > 0
        })
    }

    /// The number of the oldest state that a transaction may have begun at.
    pub(super) fn oldest(&self) -> Option<u64> {
        let live = self.live.lock().unwrap_or_else(PoisonError::into_inner);
        let mut begun = live.iter().filter(|(_, state)| state.is_begun());
        begun.next().map(|(&number, _)| number)
    }

    /// From here on this view, and no other, is kept to be handed out.
    pub(super) fn keep(&self, number: u64) {
        let mut live = self.live.lock().unwrap_or_else(PoisonError::into_inner);
        for (other, state) in &mut *live {
            state.kept = *other == number;
        }
    }

    /// Takes their table from the views that were superseded longer than `age` ago.
    pub(super) fn expire(&self, age: Duration) {
        // Collected first: dropping the last holder of a view takes the lock.
        let held: Vec<Arc<View>> = {
            let live = self.live.lock().unwrap_or_else(PoisonError::into_inner);
            live.values()
                .filter_map(|state| state.view.upgrade())
                .collect()
        };
        for view in held {
            if view
                .superseded
                .get()
                .is_none_or(|since| since.elapsed() < age)
            {
                break;
            }
            // A read in progress keeps it until a later commit.
            if let Ok(mut table) = view.table.try_write()
                && table.take().is_some()
            {
                tracing::warn!(
                    number = view.number(),
                    "a snapshot was held for too long and is gone"
                );
                self.forget(view.number());
            }
        }
    }

    fn forget(&self, number: u64) {
        self.live
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&number);
    }
}

impl View {
    pub(super) fn new(number: u64, table: Table, register: &Arc<Register>) -> Arc<Self> {
        let view = Arc::new(Self {
            mark: Arc::new(Mark {
                number,
                register: register.clone(),
            }),
            table: RwLock::new(Some(table)),
            superseded: OnceLock::new(),
        });
        let live = Live {
            view: Arc::downgrade(&view),
            mark: Arc::downgrade(&view.mark),
            kept: false,
        };
        register
            .live
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(number, live);
        view
    }

    pub(super) fn number(&self) -> u64 {
        self.mark.number
    }

    pub(super) fn mark(&self) -> &Arc<Mark> {
        &self.mark
    }

    pub(super) fn supersede(&self) {
        self.superseded.get_or_init(Instant::now);
    }

    /// The value of a key.
    pub(super) fn value(&self, key: &[u8]) -> Result<Option<Vec<u8>>, EngineError> {
        self.value_with(key, |value| value.map(<[u8]>::to_vec))
    }

    fn value_with<T>(
        &self,
        key: &[u8],
        look: impl FnOnce(Option<&[u8]>) -> T,
    ) -> Result<T, EngineError> {
        self.read(|table| get_with(table, key, look))
    }

    /// The pairs of a range, and none behind the one with which they have `bytes`.
    fn scan(
        &self,
        range: &KeyRange,
        options: ScanOptions,
        bytes: usize,
    ) -> Result<Vec<Pair>, EngineError> {
        if range.end.as_ref().is_some_and(|end| *end <= range.start) {
            return self.read(|_| Ok(Ok(Vec::new())));
        }
        let start = Bound::Included(range.start.as_slice());
        let end = range
            .end
            .as_deref()
            .map_or(Bound::Unbounded, Bound::Excluded);
        self.read(|table| {
            let found = table.range::<&[u8]>((start, end))?;
            if options.reverse {
                collect(found.rev(), options, bytes)
            } else {
                collect(found, options, bytes)
            }
        })
    }

    /// Runs a read; an error of redb's own makes the whole engine doubtful, a damaged value only itself.
    fn read<T>(
        &self,
        work: impl FnOnce(&Table) -> Result<Result<T, EngineError>, redb::Error>,
    ) -> Result<T, EngineError> {
        let health = &self.mark.register.health;
        health.check()?;
        let table = self.table.read().unwrap_or_else(PoisonError::into_inner);
        let table = table.as_ref().ok_or(EngineError::SnapshotTooOld)?;
        match fault::guarded(|| work(table)) {
            Ok(answer) => answer,
            Err(error) => {
                health.poison(&error);
                Err(error)
            }
        }
    }
}

impl EmbeddedSnapshot {
    pub(super) fn new(view: Arc<View>) -> Self {
        Self { view }
    }

    pub(super) fn mark(&self) -> &Arc<Mark> {
        self.view.mark()
    }
}

impl Snapshot for EmbeddedSnapshot {
    async fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, EngineError> {
        self.view.value(key)
    }

    async fn get_with<T: Send>(
        &self,
        key: &[u8],
        look: impl FnOnce(Option<&[u8]>) -> T + Send,
    ) -> Result<T, EngineError> {
        self.view.value_with(key, look)
    }

    async fn get_many(&self, keys: &[Vec<u8>]) -> Result<Vec<Option<Vec<u8>>>, EngineError> {
        self.view.read(|table| {
            let mut values = Vec::with_capacity(keys.len());
            for key in keys {
                match get_with(table, key, |value| value.map(<[u8]>::to_vec))? {
                    Ok(value) => values.push(value),
                    Err(damaged) => return Ok(Err(damaged)),
                }
            }
            Ok(Ok(values))
        })
    }

    async fn scan(&self, range: &KeyRange, options: ScanOptions) -> Result<Vec<Pair>, EngineError> {
        self.view.scan(range, options, usize::MAX)
    }

    async fn page(&self, range: &KeyRange, size: PageSize) -> Result<Page, EngineError> {
        let options = ScanOptions {
            limit: size.pairs,
            reverse: false,
            keys_only: false,
        };
        let pairs = self.view.scan(range, options, size.bytes)?;
        Ok(Page::of(pairs, size))
    }
}

/// redb's own failure outside, damage of one value inside.
type Answer<T> = Result<Result<T, EngineError>, redb::Error>;

fn get_with<T>(table: &Table, key: &[u8], look: impl FnOnce(Option<&[u8]>) -> T) -> Answer<T> {
    Ok(match table.get(key)? {
        None => Ok(look(None)),
        Some(stored) => value::open(key, stored.value()).map(|value| look(Some(value))),
    })
}

/// Pairs that most scans do not exceed.
const USUAL: usize = 64;

type Found<'a> = (
    redb::AccessGuard<'a, &'static [u8]>,
    redb::AccessGuard<'a, &'static [u8]>,
);

fn collect<'a>(
    found: impl Iterator<Item = Result<Found<'a>, redb::StorageError>>,
    options: ScanOptions,
    bytes: usize,
) -> Answer<Vec<Pair>> {
    let mut weight = 0;
    let mut pairs: Vec<Pair> = Vec::with_capacity(options.limit.min(USUAL));
    for pair in found.take(options.limit) {
        let (key, stored) = pair?;
        let key = key.value();
        if let Some((before, _)) = pairs.last()
            && (key <= before.as_slice()) != options.reverse
        {
            return Ok(Err(EngineError::Corrupt {
                key: key.to_vec(),
                reason: "keys are out of order".into(),
            }));
        }
        // Checked also where the value is not wanted: the sum covers the key.
        match value::open(key, stored.value()) {
            Ok(value) => {
                let value = if options.keys_only {
                    Vec::new()
                } else {
                    value.to_vec()
                };
                weight += key.len() + value.len();
                pairs.push((key.to_vec(), value));
            }
            Err(damaged) => return Ok(Err(damaged)),
        }
        if weight >= bytes {
            break;
        }
    }
    Ok(Ok(pairs))
}
