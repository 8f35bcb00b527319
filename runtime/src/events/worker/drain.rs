//! One partition is handled until nothing is left: batch by batch, each in the transaction that moves the cursor.

use super::{
    Inner,
    failure::{Aside, Failed, is_spent, park_behind, record},
    handlers::Failure,
    holding::Holding,
    log::Log,
    pace::Pace,
    redrive,
};
use crate::{
    Error, Result, Timestamp,
    engine::log::entry_key,
    events::{Change, Cursor, Entry, EventContext, Partition, Wait},
    transaction::Transaction,
};
use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

/// Batches before the partition goes back to the end of the queue.
const TURNS: usize = 32;
/// Conflicts of one batch in a row before its pause stays at the longest.
const LONGEST_CONFLICT_PAUSE: Duration = Duration::from_millis(100);

/// Why a drain ended.
#[derive(Debug)]
pub(super) enum End {
    /// Nothing is left.
    Empty,
    /// The next event has to wait until then, in microseconds since 1970.
    Wait(i64),
    /// Others' turn; there is more.
    More,
    /// It was told to stop.
    Stopped,
    /// Another member has taken over.
    Fenced,
    /// The store failed.
    Failed(Error),
}

/// What one step came to.
enum Step {
    /// So many events were handled, and when the last handler had ended.
    Handled {
        count: usize,
        ended: Instant,
    },
    /// Something else was done first: look again.
    Again,
    /// The events are to be handled one by one.
    OneByOne,
    End(End),
}

/// A partition and under which lease it is handled.
#[derive(Debug, Clone)]
pub(super) struct Drain {
    pub(super) inner: Arc<Inner>,
    pub(super) partition: Partition,
    pub(super) holding: Holding,
}

impl Drain {
    /// Handles events from the first that commit `number` or an earlier one published.
    pub(super) async fn run(self, number: u64) -> End {
        if let Err(error) = self.inner.store.durable(number).await {
            return End::Failed(error);
        }
        let mut pace = Pace::new(self.inner.settings.batch);
        let mut log = Log::default();
        let mut conflicts = 0_u32;
        let mut turns = 0;
        while turns < TURNS {
            if self.holding.is_stopping() || self.inner.is_paused() {
                return End::Stopped;
            }
            let step = self.step(&mut log, &mut pace).await;
            match step {
                Ok(Step::Handled { count, .. }) => {
                    turns += 1;
                    conflicts = 0;
                    self.inner.handled(self.partition, count);
                    // Whoever publishes more meanwhile wakes the partition again.
                    if log.is_behind() && !log.lags {
                        return End::Empty;
                    }
                }
                Ok(Step::Again) => {}
                Ok(Step::OneByOne) => pace.one_by_one(),
                Ok(Step::End(end)) => return end,
                Err(error @ (Error::Conflict { .. } | Error::CommitUnknown { .. })) => {
                    // Whatever became of it, the cursor says so.
                    tracing::debug!(%error, partition = self.partition.number, "a batch is handled again");
                    self.inner
                        .count("keyloom_events_conflicts_total", self.partition, 1);
                    conflicts += 1;
                    if conflicts > 1 {
                        pace.one_by_one();
                    }
                    let bound = Duration::from_millis(1) * 2_u32.saturating_pow(conflicts.min(10));
                    let pause = bound.min(LONGEST_CONFLICT_PAUSE).mul_f64(fastrand::f64());
                    tokio::time::sleep(pause).await;
                }
                Err(error) => return End::Failed(error),
            }
        }
        End::More
    }

    async fn step(&self, log: &mut Log, pace: &mut Pace) -> Result<Step> {
        let inner = &self.inner;
        let look = log.is_behind();
        let durable = if look && inner.store.lags() {
            // Before the transaction begins, so that it sees all of it.
            Some(inner.store.durable_reader().await?)
        } else {
            None
        };
        let tx = inner.store.begin().await?;
        let (reader, key) = (tx.reader(), self.key());
        let stored = if look {
            log.look(self.partition, &reader, durable.as_ref(), key)
                .await?
        } else {
            reader.get(&key).await?
        };
        let cursor = self.cursor(stored)?;
        log.next = cursor.next;
        if !look && log.is_behind() {
            return Ok(Step::Again); // It was moved by hand.
        }
        let cursor = match self.prepare(&tx, log, cursor).await? {
            Looked::Step(step) => return Ok(step),
            Looked::At(cursor) => cursor,
        };
        if cursor.redrive > 0 {
            redrive::step(self, tx, cursor).await?;
            return Ok(Step::Again);
        }
        if cursor.next >= log.end {
            return Ok(Step::End(End::Empty));
        }
        let found = log
            .take(
                &reader,
                self.partition,
                cursor.next,
                pace.next(cursor.attempts),
            )
            .await?;
        if found.first().map(|(offset, _)| *offset) != Some(cursor.next) {
            if look {
                return Err(self.missing(cursor.next));
            }
            // It may have been trimmed since the last look.
            log.next = log.end;
            return Ok(Step::Again);
        }
        if cursor.attempts != log.counted && is_spent(self, &cursor) {
            let failed = Failed {
                failure: Failure::Failed("its worker ended while it was handled".to_owned()),
                cursor: Cursor {
                    attempts: cursor.attempts - 1,
                    ..cursor
                },
                bytes: &found[0].1,
            };
            record(self, failed).await?;
            return Ok(Step::Again);
        }
        let bytes = found.iter().map(|(_, bytes)| bytes.len()).sum();
        let begun = Instant::now();
        let step = self.batch(tx, cursor, found).await?;
        if let Step::Handled { count, ended } = step {
            log.next = cursor.next + count as u64;
            pace.handled(count, bytes, ended - begun);
        }
        Ok(step)
    }

    fn key(&self) -> Vec<u8> {
        Cursor::key(self.partition, self.inner.group)
    }

    fn cursor(&self, stored: Option<Vec<u8>>) -> Result<Cursor> {
        Cursor::decode(stored.as_deref())
            .map_err(|error| self.inner.store.binding().corrupt(&self.key(), &error))
    }

    fn missing(&self, offset: u64) -> Error {
        let key = entry_key(&self.partition.log(), offset);
        let binding = self.inner.store.binding();
        binding.corrupt(&key, &"the event is missing")
    }

    /// Makes the cursor this lease's; begins the next attempt if the last one failed.
    async fn prepare(&self, tx: &Transaction, log: &mut Log, mut cursor: Cursor) -> Result<Looked> {
        let inner = &self.inner;
        if cursor.epoch > self.holding.epoch {
            return Ok(Looked::Step(Step::End(End::Fenced)));
        }
        if cursor.next < log.first {
            tracing::warn!(
                group = inner.name,
                partition = self.partition.number,
                lost = log.first - cursor.next,
                "events were dropped by `retain-max` before the group handled them"
            );
            cursor = cursor.at(log.first);
        }
        let work = cursor.next < log.end || cursor.redrive > 0;
        if !work && log.lags {
            // Handled before they are durable, events could be handed out again as others.
            inner.store.settle().await?;
            return Ok(Looked::Step(Step::Again));
        }
        if !work {
            return Ok(Looked::At(cursor));
        }
        if cursor.epoch < self.holding.epoch {
            let (epoch, unclean) = (self.holding.epoch, self.holding.unclean);
            let cursor = cursor.taken_over(epoch, unclean, cursor.next < log.end);
            if !self.holding.guard(tx, inner.group).await? {
                return Ok(Looked::Step(Step::End(End::Fenced)));
            }
            return self
                .write(tx, cursor)
                .await
                .map(|()| Looked::Step(Step::Again));
        }
        let (until, attempts) = match cursor.wait {
            Wait::No => return Ok(Looked::At(cursor)),
            Wait::Failed(until) => (until, cursor.attempts.saturating_add(1)),
            Wait::Snoozed(until) => (until, cursor.attempts),
        };
        let left = until.saturating_sub(Timestamp::now().as_microsecond());
        let longest = i64::try_from(inner.settings.backoff.1.as_micros()).unwrap_or(i64::MAX);
        // No pause after a failure is that long: a clock was set back.
        let impossible = matches!(cursor.wait, Wait::Failed(_)) && left > longest;
        if cursor.redrive == 0 && left > 0 && !impossible {
            return Ok(Looked::Step(Step::End(End::Wait(until))));
        }
        if cursor.redrive > 0 {
            return Ok(Looked::At(cursor));
        }
        if matches!(cursor.wait, Wait::Failed(_)) {
            inner.count("keyloom_events_retried_total", self.partition, 1);
        }
        log.counted = attempts;
        let next = Cursor {
            attempts,
            wait: Wait::No,
            ..cursor
        };
        self.write(tx, next)
            .await
            .map(|()| Looked::Step(Step::Again))
    }

    /// Writes the cursor in a transaction of its own.
    async fn write(&self, tx: &Transaction, cursor: Cursor) -> Result<()> {
        tx.write(BTreeMap::from([(self.key(), Some(cursor.encode()))]))?;
        tx.clone().commit().await
    }

    /// Runs the handler of each event, moves the cursor and commits, all in `tx`.
    async fn batch(
        &self,
        tx: Transaction,
        cursor: Cursor,
        found: Vec<(u64, Vec<u8>)>,
    ) -> Result<Step> {
        let mut next = cursor;
        for (place, (offset, bytes)) in found.iter().enumerate() {
            if *offset != next.next {
                return Err(self.missing(next.next));
            }
            let ended = match park_behind(self, &tx, &mut next, bytes).await? {
                Aside::Parked => continue,
                Aside::No => self.handle(&tx, &next, bytes).await,
                Aside::Full => Err(Failure::Failed(
                    "its key has parked events, and the partition parks no more".to_owned(),
                )),
            };
            if let Err(failure) = ended {
                tx.roll_back();
                if place > 0 {
                    return Ok(Step::OneByOne);
                }
                let failed = Failed {
                    failure,
                    cursor,
                    bytes,
                };
                record(self, failed).await?;
                return Ok(Step::Again);
            }
            next = next.at(next.next + 1);
        }
        let (count, ended) = (found.len(), Instant::now());
        tx.write(BTreeMap::from([(self.key(), Some(next.encode()))]))?;
        match tx.commit().await {
            Ok(()) => Ok(Step::Handled { count, ended }),
            Err(error) if error.is_retryable() || error.is_undetermined() => Err(error),
            // What the handlers wrote is refused: too much, perhaps, for one transaction.
            Err(_) if count > 1 => Ok(Step::OneByOne),
            Err(error @ Error::Engine(_)) => Err(error),
            Err(error) => {
                let failure = Failure::Failed(error.to_string());
                let bytes = &found[0].1;
                record(
                    self,
                    Failed {
                        failure,
                        cursor,
                        bytes,
                    },
                )
                .await?;
                Ok(Step::Again)
            }
        }
    }

    /// Runs the handler of the event at the cursor.
    pub(super) async fn handle(
        &self,
        tx: &Transaction,
        cursor: &Cursor,
        bytes: &[u8],
    ) -> Result<(), Failure> {
        let inner = &self.inner;
        let entry = Entry::decode(bytes)
            .map_err(|error| Failure::Failed(format!("its bytes are damaged: {error}")))?;
        let change = Change::new(inner.store.clone(), entry);
        let cx = EventContext {
            tx: tx.clone(),
            group: inner.name.clone(),
            topic: inner.topic_name(self.partition.topic),
            partition: self.partition,
            offset: cursor.next,
            id: change.id(),
            time: change.time(),
            attempt: cursor.attempts,
            generation: cursor.generation,
        };
        inner
            .handlers
            .run(cx, change, inner.settings.deadline)
            .await
    }
}

/// What a look at the cursor came to.
enum Looked {
    /// There is something else to do first.
    Step(Step),
    /// The cursor.
    At(Cursor),
}
