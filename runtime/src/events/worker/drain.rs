//! One partition is handled until nothing is left: batch by batch, each in the transaction that moves the cursor.

use super::{
    Inner,
    failure::{Failed, record},
    handlers::Failure,
    holding::Holding,
    redrive,
};
use crate::{
    Error, Result, Timestamp,
    engine::log::{Head, entry_key, head_key},
    events::{
        Change, Cursor, Entry, EventContext, Letter, LetterState, Partition, Wait,
        logs::{decode_trimmed, entries, trimmed_key},
    },
    transaction::{Reader, Transaction},
    value::DecodeError,
};
use std::{collections::BTreeMap, sync::Arc, time::Duration};

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
    /// So many events were handled.
    Handled(usize),
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
        // How many events are still to be handled one by one.
        let mut singles = 0_usize;
        let mut conflicts = 0_u32;
        let mut turns = 0;
        while turns < TURNS {
            if self.holding.is_stopping() || self.inner.is_paused() {
                return End::Stopped;
            }
            let step = self.step(&mut singles).await;
            match step {
                Ok(Step::Handled(count)) => {
                    turns += 1;
                    conflicts = 0;
                    singles = singles.saturating_sub(count);
                    self.inner.handled(self.partition, count);
                }
                Ok(Step::Again) => {}
                Ok(Step::OneByOne) => singles = self.inner.settings.batch,
                Ok(Step::End(end)) => return end,
                Err(error @ (Error::Conflict { .. } | Error::CommitUnknown { .. })) => {
                    // Whatever became of it, the cursor says so.
                    tracing::debug!(%error, partition = self.partition.number, "a batch is handled again");
                    self.inner
                        .count("keyloom_events_conflicts_total", self.partition, 1);
                    conflicts += 1;
                    if conflicts > 1 {
                        singles = self.inner.settings.batch;
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

    async fn step(&self, singles: &mut usize) -> Result<Step> {
        let inner = &self.inner;
        let durable = inner.store.durable_reader().await?;
        let tx = inner.store.begin().await?;
        let (cursor, end) = match self.look(&durable, &tx).await? {
            Looked::Step(step) => return Ok(step),
            Looked::At(cursor, end) => (cursor, end),
        };
        if cursor.redrive > 0 {
            redrive::step(self, tx, cursor).await?;
            return Ok(Step::Again);
        }
        if cursor.next >= end {
            return Ok(Step::End(End::Empty));
        }
        let limit = if cursor.attempts > 1 || *singles > 0 {
            1
        } else {
            inner.settings.batch
        };
        if cursor.attempts > 1 && *singles == 0 {
            // Whatever brought the attempt before down may stand anywhere in its batch.
            *singles = inner.settings.batch;
        }
        let found = entries(&durable, self.partition, cursor.next, end, limit).await?;
        self.batch(tx, cursor, found).await
    }

    /// Reads the cursor and makes it this lease's; begins the next attempt if the last one failed.
    async fn look(&self, durable: &Reader, tx: &Transaction) -> Result<Looked> {
        let inner = &self.inner;
        let reader = tx.reader();
        let log = self.partition.log();
        let keys = [
            Cursor::key(self.partition, inner.group),
            trimmed_key(self.partition),
            head_key(&log),
        ];
        let found = reader.get_many(&keys).await?;
        let [stored, trimmed, newest] = <[_; 3]>::try_from(found).unwrap_or_default();
        let corrupt = |error: DecodeError| inner.store.binding().corrupt(&keys[0], &error);
        let mut cursor = Cursor::decode(stored.as_deref()).map_err(corrupt)?;
        let settled = durable.get(&keys[2]).await?;
        let head = Head::decode(&keys[2], settled.as_deref()).map_err(Error::from_engine)?;
        let newest = Head::decode(&keys[2], newest.as_deref()).map_err(Error::from_engine)?;
        if cursor.epoch > self.holding.epoch {
            return Ok(Looked::Step(Step::End(End::Fenced)));
        }
        let first = decode_trimmed(&reader, &keys[1], trimmed)?;
        if cursor.next < first {
            tracing::warn!(
                group = inner.name,
                partition = self.partition.number,
                lost = first - cursor.next,
                "events were dropped by `retain-max` before the group handled them"
            );
            cursor = cursor.at(first);
        }
        let work = cursor.next < head.next || cursor.redrive > 0;
        if !work && newest.next > head.next {
            // Handled before they are durable, events could be handed out again as others.
            inner.store.settle().await?;
            return Ok(Looked::Step(Step::Again));
        }
        if !work {
            return Ok(Looked::At(cursor, head.next));
        }
        if cursor.epoch < self.holding.epoch {
            let (epoch, unclean) = (self.holding.epoch, self.holding.unclean);
            let cursor = cursor.taken_over(epoch, unclean, cursor.next < head.next);
            if !self.holding.guard(tx, inner.group).await? {
                return Ok(Looked::Step(Step::End(End::Fenced)));
            }
            return self
                .write(tx, cursor)
                .await
                .map(|()| Looked::Step(Step::Again));
        }
        let (until, attempts) = match cursor.wait {
            Wait::No => return Ok(Looked::At(cursor, head.next)),
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
            return Ok(Looked::At(cursor, head.next));
        }
        inner.count("keyloom_events_retried_total", self.partition, 1);
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
        let key = Cursor::key(self.partition, self.inner.group);
        tx.write(BTreeMap::from([(key, Some(cursor.encode()))]))?;
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
                let key = entry_key(&self.partition.log(), next.next);
                return Err(self
                    .inner
                    .store
                    .binding()
                    .corrupt(&key, &"the event is missing"));
            }
            if self.park_behind(&tx, &mut next, bytes).await? {
                continue;
            }
            if let Err(failure) = self.handle(&tx, &next, bytes).await {
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
        let count = found.len();
        let key = Cursor::key(self.partition, self.inner.group);
        tx.write(BTreeMap::from([(key, Some(next.encode()))]))?;
        match tx.commit().await {
            Ok(()) => Ok(Step::Handled(count)),
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

    /// Parks an event whose key has parked events before it; whether it did.
    async fn park_behind(&self, tx: &Transaction, next: &mut Cursor, bytes: &[u8]) -> Result<bool> {
        if next.parked == 0 {
            return Ok(false);
        }
        // What does not decode has no key, and is handled: it fails on its own.
        let Ok(entry) = Entry::decode(bytes) else {
            return Ok(false);
        };
        let prefix = Letter::parked_of(self.partition, self.inner.group, entry.order());
        if redrive::first_of(&tx.reader(), &prefix).await?.is_none() {
            return Ok(false);
        }
        let letter = Letter {
            state: LetterState::Waiting,
            attempts: 0,
            time: Timestamp::now().as_microsecond(),
            error: "an earlier event of its key is parked".to_owned(),
            entry: bytes.to_vec(),
        };
        let key = Letter::key(prefix, next.next);
        tx.write(BTreeMap::from([(key, Some(letter.encode()))]))?;
        *next = next.at(next.next + 1);
        next.parked += 1;
        self.inner
            .count("keyloom_events_parked_total", self.partition, 1);
        Ok(true)
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
    /// The cursor, and the offset of the first event that cannot be handled yet.
    At(Cursor, u64),
}
