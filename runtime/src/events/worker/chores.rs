//! What is done beside the handling of events, and must not hold it up: each kind in a task of its own, one at a time.

use super::{Inner, delayed, poll::Poll, sweep::Gauges, upkeep::Upkeep};
use crate::{
    Result,
    events::{Partition, Share},
};
use std::{sync::Arc, time::Duration};
use tokio::{task::JoinSet, time::Instant};

/// How long delayed events rest after the store failed.
const AFTER_ERROR: Duration = Duration::from_secs(1);

/// The chores of a worker. What one works with is away while it runs.
#[derive(Debug)]
pub(super) struct Chores {
    inner: Arc<Inner>,
    poll: Option<Poll>,
    upkeep: Option<Upkeep>,
    gauges: Option<Gauges>,
    /// When delayed events are looked for.
    delayed: Option<Due>,
    /// Partitions that became idle while `poll` was away.
    idle: Vec<Partition>,
    /// Whether an event was delayed while `delayed` was away.
    was_delayed: bool,
    running: JoinSet<Done>,
}

/// A time, or never.
type Due = Option<Instant>;

/// A chore that was done, and what it worked with.
#[derive(Debug)]
enum Done {
    Look(Poll, Result<Vec<Partition>>),
    Upkeep(Upkeep, Result<Vec<Partition>>),
    Gauges(Gauges, Result<()>),
    Delayed(Result<Option<Duration>>),
}

impl Chores {
    pub(super) fn new(inner: Arc<Inner>) -> Self {
        Self {
            poll: Some(Poll::new(inner.store.is_shared())),
            inner,
            upkeep: Some(Upkeep::new()),
            gauges: Some(Gauges::new()),
            delayed: Some(Some(Instant::now())),
            idle: Vec::new(),
            was_delayed: false,
            running: JoinSet::new(),
        }
    }

    /// When the next one is to be begun; `busy` if there are partitions with something to do.
    pub(super) fn next(&self, busy: bool) -> Option<Instant> {
        let poll = self.poll.as_ref().and_then(Poll::next);
        let upkeep = self.upkeep.as_ref().map(Upkeep::next);
        let gauges = self.gauges.as_ref().and_then(|it| it.next(busy));
        let delayed = self.delayed.flatten();
        [poll, upkeep, gauges, delayed].into_iter().flatten().min()
    }

    /// Begins those that are due, for the shares that are held and the partitions with something to do.
    pub(super) fn begin(&mut self, held: &[Share], busy: impl Iterator<Item = Partition>) {
        let now = Instant::now();
        let busy: Vec<Partition> = busy.collect();
        if let Some(mut poll) = self
            .poll
            .take_if(|it| it.next().is_some_and(|at| at <= now))
        {
            let (inner, held) = (self.inner.clone(), held.to_vec());
            self.running.spawn(async move {
                let found = poll.look(&inner, &held).await;
                Done::Look(poll, found)
            });
        }
        if let Some(mut upkeep) = self.upkeep.take_if(|it| it.next() <= now) {
            let (inner, held) = (self.inner.clone(), held.to_vec());
            self.running.spawn(async move {
                let found = upkeep.run(&inner, &held).await;
                Done::Upkeep(upkeep, found)
            });
        }
        let due = |it: &mut Gauges| it.next(!busy.is_empty()).is_some_and(|at| at <= now);
        if let Some(mut gauges) = self.gauges.take_if(due) {
            let inner = self.inner.clone();
            self.running.spawn(async move {
                let renewed = gauges.renew(&inner, busy).await;
                Done::Gauges(gauges, renewed)
            });
        }
        let due = |it: &mut Due| it.is_some_and(|at| at <= now);
        if self.delayed.take_if(due).is_some() {
            let inner = self.inner.clone();
            self.running
                .spawn(async move { Done::Delayed(delayed::release(&inner.store).await) });
        }
    }

    /// Waits for one to end, for ever if none runs: partitions in which it found something to do.
    pub(super) async fn ended(&mut self) -> Vec<Partition> {
        let Some(done) = self.running.join_next().await else {
            return std::future::pending().await;
        };
        let (found, failed) = match done {
            Ok(Done::Look(poll, found)) => {
                let poll = self.poll.insert(poll);
                self.idle.drain(..).for_each(|it| poll.went_idle(it));
                (found, "the ready list could not be read")
            }
            Ok(Done::Upkeep(upkeep, found)) => {
                self.upkeep = Some(upkeep);
                (found, "the logs could not be looked through")
            }
            Ok(Done::Gauges(gauges, renewed)) => {
                self.gauges = Some(gauges);
                let found = renewed.map(|()| Vec::new());
                (found, "the lag could not be measured")
            }
            Ok(Done::Delayed(next)) => {
                self.delayed = Some(self.next_due(&next));
                let found = next.map(|_| Vec::new());
                (found, "delayed events could not be released")
            }
            Err(error) => {
                tracing::error!(%error, group = self.inner.name, "a chore of a worker ended badly");
                self.restore();
                return Vec::new();
            }
        };
        found.unwrap_or_else(|error| {
            tracing::warn!(%error, group = self.inner.name, "{failed}");
            Vec::new()
        })
    }

    /// When to look for delayed events after a look.
    fn next_due(&mut self, next: &Result<Option<Duration>>) -> Due {
        let now = Instant::now();
        if std::mem::take(&mut self.was_delayed) {
            return Some(now);
        }
        let Ok(next) = next else {
            return Some(now + AFTER_ERROR);
        };
        // Other processes do not tell when they delay an event.
        let latest = self.inner.store.is_shared().then(|| now + delayed::LOOK);
        [next.map(|pause| now + pause), latest]
            .into_iter()
            .flatten()
            .min()
    }

    /// What went down with a chore begins anew.
    fn restore(&mut self) {
        let fresh = Self::new(self.inner.clone());
        self.poll = self.poll.take().or(fresh.poll);
        self.upkeep = self.upkeep.take().or(fresh.upkeep);
        self.gauges = self.gauges.take().or(fresh.gauges);
        self.delayed = self.delayed.take().or(fresh.delayed);
    }

    /// Everything in a partition has been handled.
    pub(super) fn went_idle(&mut self, partition: Partition) {
        match &mut self.poll {
            Some(poll) => poll.went_idle(partition),
            None => self.idle.push(partition),
        }
    }

    /// An event was published that is to be handled later.
    pub(super) fn was_delayed(&mut self) {
        match &mut self.delayed {
            Some(due) => *due = Some(Instant::now()),
            None => self.was_delayed = true,
        }
    }
}
