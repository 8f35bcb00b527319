//! Which partition is handled when.

use super::{
    Inner,
    chores::Chores,
    drain::{Drain, End},
    holding::Holding,
    members::Members,
    sweep::sweep,
};
use crate::{
    Result, Timestamp,
    events::{Listener, Partition, Share, group},
};
use std::{
    cmp::Reverse,
    collections::{BinaryHeap, HashMap, HashSet, VecDeque},
    sync::{Arc, atomic::Ordering},
    time::Duration,
};
use tokio::{
    sync::watch,
    task::JoinSet,
    time::{Instant, sleep_until},
};

/// Beats of a member in a lease.
const BEATS: u32 = 3;
/// How long a partition rests after the store failed.
const AFTER_ERROR: Duration = Duration::from_secs(1);

/// What is known of a partition that there is something to do for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Queued,
    /// `again` if something came while it was handled.
    Running {
        again: bool,
    },
    Waiting,
}

/// The task that hands partitions to drains.
pub(super) struct Manager {
    inner: Arc<Inner>,
    listener: Arc<Listener>,
    stopped: watch::Receiver<Option<Instant>>,
    members: Members,
    chores: Chores,
    queue: VecDeque<Partition>,
    states: HashMap<Partition, State>,
    /// Commits that must be durable first.
    numbers: HashMap<Partition, u64>,
    drains: JoinSet<(Partition, Share, End)>,
    /// How many drains run under each share.
    running: HashMap<Share, usize>,
    timers: BinaryHeap<Reverse<(Instant, Partition)>>,
    next_tick: Instant,
}

impl Manager {
    pub(super) fn new(
        inner: Arc<Inner>,
        listener: Arc<Listener>,
        stopped: watch::Receiver<Option<Instant>>,
    ) -> Self {
        Self {
            members: Members::new(inner.clone()),
            chores: Chores::new(inner.clone()),
            inner,
            listener,
            stopped,
            queue: VecDeque::new(),
            states: HashMap::new(),
            numbers: HashMap::new(),
            drains: JoinSet::new(),
            running: HashMap::new(),
            timers: BinaryHeap::new(),
            next_tick: Instant::now(),
        }
    }

    /// Runs until it is told to stop.
    pub(super) async fn run(mut self) {
        let listener = self.listener.clone();
        let mut stopped = self.stopped.clone();
        loop {
            self.start_drains();
            let timer = self.timers.peek().map(|Reverse((at, _))| *at);
            let chore = self.chores.next(!self.states.is_empty());
            tokio::select! {
                () = told_to_stop(&mut stopped) => break,
                () = listener.wake.notified() => self.hear().await,
                Some(ended) = self.drains.join_next() => self.ended(ended),
                () = sleep_until(self.next_tick) => self.tick_or_log().await,
                () = until(timer) => self.wake_waiting(),
                () = until(chore) => self.begin_chores(),
                found = self.chores.ended() => found.into_iter().for_each(|it| self.wake(it, 0)),
            }
        }
        self.finish().await;
    }

    /// Renews the membership, and looks through what was taken.
    pub(super) async fn tick(&mut self) -> Result<()> {
        self.next_tick = Instant::now() + self.inner.settings.lease / BEATS;
        let reader = self.inner.store.reader().await?;
        let row = group::find(&reader, &self.inner.name).await?;
        let row = row.filter(|row| row.id == self.inner.group.0);
        let Some(paused) = row.map(|row| row.paused) else {
            // The group was removed; one of its name is another.
            self.inner.paused.store(true, Ordering::Release);
            self.members.drop_all();
            return Ok(());
        };
        let was_paused = self.inner.paused.swap(paused, Ordering::AcqRel);
        let busy: HashSet<Share> = self.running.keys().copied().collect();
        let taken = self.members.tick(&busy).await?;
        let shares: Vec<Share> = if was_paused && !paused {
            self.members.held.keys().copied().collect()
        } else {
            taken.iter().map(|holding| holding.share).collect()
        };
        self.sweep(&shares).await
    }

    async fn tick_or_log(&mut self) {
        if let Err(error) = self.tick().await {
            tracing::warn!(%error, group = self.inner.name, "the group's leases could not be renewed");
        }
    }

    async fn sweep(&mut self, shares: &[Share]) -> Result<()> {
        if !shares.is_empty() {
            for partition in sweep(&self.inner, shares).await?.behind {
                self.wake(partition, 0);
            }
        }
        Ok(())
    }

    fn begin_chores(&mut self) {
        let held: Vec<Share> = self.members.held.keys().copied().collect();
        self.chores.begin(&held, self.states.keys().copied());
    }

    /// Takes what commits and other workers of this process have told.
    async fn hear(&mut self) {
        let news = self.listener.take();
        for (partition, number) in news.partitions {
            self.wake(partition, number);
        }
        if news.delayed {
            self.chores.was_delayed();
        }
        if news.members || news.steered {
            self.tick_or_log().await;
        }
        if news.steered {
            // What waits may have been moved to somewhere else.
            for (partition, state) in std::mem::take(&mut self.states) {
                if state == State::Waiting {
                    self.wake(partition, 0);
                } else {
                    self.states.insert(partition, state);
                }
            }
            let shares: Vec<Share> = self.members.held.keys().copied().collect();
            if let Err(error) = self.sweep(&shares).await {
                tracing::warn!(%error, group = self.inner.name, "the logs could not be looked through");
            }
        }
    }

    /// There is something to do in a partition.
    fn wake(&mut self, partition: Partition, number: u64) {
        if !self.members.held.keys().any(|share| share.has(partition)) {
            return; // Whoever takes it looks through it.
        }
        let latest = self.numbers.entry(partition).or_default();
        *latest = number.max(*latest);
        match self.states.get_mut(&partition) {
            None => {
                self.states.insert(partition, State::Queued);
                self.queue.push_back(partition);
            }
            Some(State::Running { again }) => *again = true,
            Some(State::Queued | State::Waiting) => {}
        }
    }

    fn start_drains(&mut self) {
        if self.inner.is_paused() {
            return;
        }
        while self.drains.len() < self.inner.settings.concurrency
            && let Some(partition) = self.queue.pop_front()
        {
            let holding = self
                .members
                .held
                .values()
                .find(|it| it.share.has(partition));
            let Some(holding) = holding.filter(|holding| !holding.is_stopping()).cloned() else {
                self.states.remove(&partition);
                continue;
            };
            let share = holding.share;
            self.states
                .insert(partition, State::Running { again: false });
            *self.running.entry(share).or_default() += 1;
            let number = self.numbers.remove(&partition).unwrap_or_default();
            let drain = Drain {
                inner: self.inner.clone(),
                partition,
                holding,
            };
            self.drains
                .spawn(async move { (partition, share, drain.run(number).await) });
        }
    }

    fn ended(&mut self, ended: Result<(Partition, Share, End), tokio::task::JoinError>) {
        let (partition, share, end) = match ended {
            Ok(ended) => ended,
            Err(error) => {
                // Handlers are caught: this is a fault of ours, and the lease of its partition must not live on with it.
                tracing::error!(%error, group = self.inner.name, "a drain ended badly");
                self.members.drop_all();
                self.states.clear();
                self.running.clear();
                self.next_tick = Instant::now();
                return;
            }
        };
        if let Some(running) = self.running.get_mut(&share) {
            *running -= 1;
            if *running == 0 {
                self.running.remove(&share);
                if self
                    .members
                    .held
                    .get(&share)
                    .is_none_or(Holding::is_stopping)
                {
                    self.next_tick = Instant::now();
                }
            }
        }
        let again = self.states.remove(&partition) == Some(State::Running { again: true });
        match end {
            End::Empty => self.chores.went_idle(partition),
            End::More => self.wake(partition, 0),
            End::Wait(until) => {
                let now = Timestamp::now().as_microsecond();
                let longest = self.inner.settings.backoff.1.max(Duration::from_secs(1));
                let micros = u64::try_from(until.saturating_sub(now)).unwrap_or_default();
                // A clock that was set back must not make it wait for ever; a snooze looks again until its time.
                let pause = Duration::from_micros(micros).min(longest);
                self.rest(partition, pause);
            }
            End::Stopped => {}
            End::Fenced => self.next_tick = Instant::now(),
            End::Failed(error) => {
                tracing::warn!(%error, group = self.inner.name, partition = partition.number, "a partition could not be handled");
                self.rest(partition, AFTER_ERROR);
            }
        }
        if again {
            self.wake(partition, 0);
        }
        self.inner.moved();
    }

    fn rest(&mut self, partition: Partition, pause: Duration) {
        self.states.insert(partition, State::Waiting);
        self.timers
            .push(Reverse((Instant::now() + pause, partition)));
    }

    fn wake_waiting(&mut self) {
        let now = Instant::now();
        while let Some(Reverse((at, partition))) = self.timers.peek().copied()
            && at <= now
        {
            self.timers.pop();
            if self.states.get(&partition) == Some(&State::Waiting) {
                self.states.remove(&partition);
                self.wake(partition, 0);
            }
        }
    }

    /// Ends what runs, at the latest at the deadline, and gives everything back.
    async fn finish(mut self) {
        for holding in self.members.held.values() {
            holding.stop();
        }
        let deadline = *self.stopped.borrow();
        let ended = async { while self.drains.join_next().await.is_some() {} };
        if tokio::time::timeout_at(deadline.unwrap_or_else(Instant::now), ended)
            .await
            .is_err()
        {
            tracing::warn!(
                group = self.inner.name,
                "handlers that did not end in time are cancelled"
            );
            self.drains.shutdown().await;
        }
        if let Err(error) = self.members.leave().await {
            tracing::warn!(%error, group = self.inner.name, "the leases could not be given back; they run out");
        }
    }
}

/// Waits until the worker is told to stop, or nobody is left to tell.
async fn told_to_stop(stopped: &mut watch::Receiver<Option<Instant>>) {
    let _ = stopped.wait_for(Option::is_some).await;
}

/// Waits until then, or for ever.
async fn until(at: Option<Instant>) {
    match at {
        Some(at) => sleep_until(at).await,
        None => std::future::pending().await,
    }
}
