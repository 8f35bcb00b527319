//! One group of transactions as one write to the file.
//!
//! The writer is the only one to write. It checks the transactions of a group in order against [`Conflicts`] (also
//! against those before them in the group), writes what is left as one redb transaction, publishes the new state, and
//! answers last: whoever is told of a conflict finds the newer snapshot there.

use std::{
    sync::{Arc, PoisonError, RwLock},
    time::{Duration, Instant},
};

use redb::{Database, ReadableDatabase};

use super::{
    SHARD,
    conflicts::{Conflicts, Verdict},
    fault,
    folder::Folder,
    group::{Answer, DATA, Failure, Group, Job, Reach, Written, apply, begin, count_opening},
    view::{Register, View},
};
use crate::engine::{
    Changes, EngineError, Outcome,
    assign::{self, Assigned},
};

/// Commit numbers of one opening. The number of the opening stands above them, so that numbers grow over the life of
/// the store though no commit has to store its own.
const NUMBERS_PER_OPENING: u64 = 1 << 40;

/// How long a flush waits at most for transactions that read an older state, while none is written.
const STRAGGLERS: Duration = Duration::from_millis(1);

/// A group that takes longer is worth a line in the log.
const SLOW: Duration = Duration::from_millis(250);

/// The latest published view; none once the store is closed.
pub(super) type Published = RwLock<Option<Arc<View>>>;

/// The one writer of a store.
pub(super) struct Writer {
    /// Gone once the store is closed.
    database: Option<Database>,
    /// Let go after the database.
    folder: Option<Folder>,
    conflicts: Conflicts,
    /// The last commit written.
    number: u64,
    /// The last commit that a flush brought to the disk.
    flushed: u64,
    published: Arc<Published>,
    register: Arc<Register>,
    max_snapshot_age: Option<Duration>,
    /// Room for one stored value.
    scratch: Vec<u8>,
}

impl Writer {
    /// Takes over a database, and makes its tables if it is new.
    pub(super) fn open(
        database: Database,
        folder: Option<Folder>,
        max_snapshot_age: Option<Duration>,
    ) -> Result<Self, EngineError> {
        let opened = fault::guarded(|| count_opening(&database)).map_err(fault::opening)?;
        let number = opened.saturating_mul(NUMBERS_PER_OPENING);
        let mut writer = Self {
            database: Some(database),
            folder,
            conflicts: Conflicts::new(number),
            number,
            flushed: number,
            published: Arc::default(),
            register: Arc::default(),
            max_snapshot_age,
            scratch: Vec::new(),
        };
        writer.publish().map_err(fault::opening)?;
        Ok(writer)
    }

    pub(super) fn published(&self) -> Arc<Published> {
        self.published.clone()
    }

    pub(super) fn register(&self) -> Arc<Register> {
        self.register.clone()
    }

    /// Commits a group. Its transactions are yet to be answered.
    pub(super) fn run(&mut self, group: Vec<Job>, reach: Reach) -> Written {
        if let Err(error) = self.register.health.check() {
            let failed = |job: Job| (job.answer, Outcome::Failed(error.clone()));
            return Written {
                anything: false,
                answers: group.into_iter().map(failed).collect(),
            };
        }
        let begun = Instant::now();
        let before = self.number;
        let size = group.len();
        let mut written = Group {
            before,
            accepted: Vec::with_capacity(size),
            assigned: Assigned::default(),
        };
        let mut answers = Vec::with_capacity(size);
        for job in group {
            answers.push(self.judge(job, &mut written));
        }
        let failure = if written.accepted.is_empty() {
            None
        } else {
            self.write_and_publish(&written, reach)
        };
        if let Some(failure) = &failure {
            let committed = |outcome: &Outcome| matches!(outcome, Outcome::Committed { .. });
            for (_, outcome) in &mut answers {
                if committed(outcome) {
                    *outcome = failure.outcome();
                }
            }
        }
        let took = begun.elapsed();
        if took > SLOW {
            tracing::warn!(
                transactions = size,
                milliseconds = took.as_millis(),
                "a commit group was slow"
            );
        }
        Written {
            anything: !written.accepted.is_empty() && failure.is_none(),
            answers,
        }
    }

    /// Accepts a transaction into the group, numbers it and remembers its keys, unless it conflicts.
    fn judge(&mut self, job: Job, group: &mut Group) -> Answer {
        let Job {
            base,
            mut changes,
            answer,
        } = job;
        let outcome = match self.conflicts.judge(base.number(), &changes) {
            Verdict::Changed(key) => Outcome::Conflict { key: key.to_vec() },
            Verdict::Forgotten => Outcome::Conflict { key: Vec::new() },
            Verdict::Clear if changes.writes_nothing() => Outcome::Committed {
                number: self.number,
                offsets: Vec::new(),
            },
            Verdict::Clear => {
                let number = self.number + 1;
                match self.assign(&changes, group) {
                    Ok(offsets) => {
                        self.number = number;
                        self.conflicts.record(number, &changes);
                        assign::expand(&mut changes, &offsets);
                        group.accepted.push(changes);
                        Outcome::Committed { number, offsets }
                    }
                    Err(error) => Outcome::Failed(error),
                }
            }
        };
        (answer, outcome)
    }

    /// What a transaction's appends and adds come to, after the state before the group and the group so far.
    fn assign(&self, changes: &Changes, group: &mut Group) -> Result<Vec<u64>, EngineError> {
        let Group {
            before,
            accepted,
            assigned,
        } = group;
        assigned.assign(
            changes,
            |_| SHARD,
            |key| {
                // Asked first: a look into each transaction of the group costs more.
                let in_group = if self.conflicts.wrote_since(*before, key) {
                    accepted.iter().rev().find_map(|it| it.writes.get(key))
                } else {
                    None
                };
                match in_group {
                    Some(value) => Ok(value.clone()),
                    None => self.latest()?.value(key),
                }
            },
        )
    }

    pub(super) fn latest(&self) -> Result<Arc<View>, EngineError> {
        let published = self
            .published
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        published.clone().ok_or(EngineError::Closed)
    }

    fn write_and_publish(&mut self, group: &Group, reach: Reach) -> Option<Failure> {
        if let Err(failure) = self.write(group, reach) {
            self.number = group.before;
            self.conflicts.reset(group.before);
            self.register.health.poison(failure.error());
            return Some(failure);
        }
        // It is written: a state that cannot be read back stops the engine, and takes no answer back.
        if let Err(error) = self.publish() {
            self.register.health.poison(&error);
        }
        None
    }

    fn write(&mut self, group: &Group, reach: Reach) -> Result<(), Failure> {
        let database = self.database.as_ref().ok_or(EngineError::Closed);
        let database = database.map_err(Failure::Nothing)?;
        let scratch = &mut self.scratch;
        let transaction = fault::guarded(|| {
            let transaction = begin(database, reach)?;
            apply(&transaction, group, scratch)?;
            Ok(transaction)
        })
        .map_err(Failure::Nothing)?;
        fault::guarded(|| match transaction.commit() {
            Ok(()) => Ok(Ok(())),
            // redb has rolled it back, and says so.
            Err(error @ redb::CommitError::TransactionPoisoned) => {
                Ok(Err(Failure::Nothing(EngineError::Unavailable {
                    message: error.to_string(),
                })))
            }
            Err(error) => Err(error.into()),
        })
        .map_err(Failure::InDoubt)
        .flatten()
    }

    /// Makes what was written visible to snapshots taken from now on.
    fn publish(&mut self) -> Result<(), EngineError> {
        let database = self.database.as_ref().ok_or(EngineError::Closed)?;
        let table = fault::guarded(|| Ok(database.begin_read()?.open_table(DATA)?))?;
        let view = View::new(self.number, table, &self.register);
        let superseded = self.replace_published(Some(view));
        if let Some(superseded) = superseded {
            superseded.supersede();
        }
        if let Some(age) = self.max_snapshot_age {
            self.register.expire(age);
        }
        self.conflicts
            .prune(self.register.oldest().unwrap_or(self.number));
        Ok(())
    }

    fn replace_published(&self, view: Option<Arc<View>>) -> Option<Arc<View>> {
        let mut published = self
            .published
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut *published, view)
    }

    /// Brings everything committed so far to the disk, and answers with a view of it.
    pub(super) fn flush(&mut self) -> Result<Arc<View>, EngineError> {
        self.register.health.check()?;
        self.settle()?;
        self.write_nothing(Reach::Disk)?;
        self.flushed = self.number;
        self.kept()
    }

    /// The latest view, to be kept and handed out in place of the one that was kept before.
    pub(super) fn kept(&self) -> Result<Arc<View>, EngineError> {
        let view = self.latest()?;
        self.register.keep(view.number());
        Ok(view)
    }

    /// How many changes may conflict with a transaction that has begun.
    #[cfg(test)]
    pub(super) fn remembered(&self) -> usize {
        self.conflicts.len()
    }

    /// Lets redb settle what the commits since the last flush have freed.
    ///
    /// It settles that in the next commit of memory, as far as nobody reads the states before. What it has not settled when
    /// a commit goes to the disk makes every commit until the next flush look at all pages freed since, which is most of
    /// the work then. So this waits for transactions that are about to be handed over; the others may not be for long.
    fn settle(&mut self) -> Result<(), EngineError> {
        let until = Instant::now() + STRAGGLERS;
        while self.register.is_read_between(self.flushed, self.number) && Instant::now() < until {
            std::thread::sleep(STRAGGLERS / 20);
        }
        self.write_nothing(Reach::Memory)
    }

    /// A commit without changes, for what it does to those before it. A failure stops the engine.
    fn write_nothing(&mut self, reach: Reach) -> Result<(), EngineError> {
        let written = self.write(&Group::default(), reach);
        written.map_err(|failure| {
            self.register.health.poison(failure.error());
            failure.into_error()
        })
    }

    /// Makes everything durable and lets go of the files. An engine that had stopped says so.
    pub(super) fn close(&mut self) -> Result<(), EngineError> {
        let health = self.register.health.check();
        self.register.health.close();
        drop(self.replace_published(None));
        let Some(database) = self.database.take() else {
            return Err(EngineError::Closed);
        };
        let closed = fault::guarded(|| Ok(database.close()?));
        match self.folder.take() {
            Some(folder) if health.is_ok() && closed.is_ok() => folder.close(),
            // The next owner looks at the files as after a kill.
            folder => drop(folder),
        }
        if let (Ok(()), Err(error)) = (&health, &closed) {
            tracing::error!(%error, "the embedded engine could not close its file in order");
        }
        health.and(closed)
    }
}
