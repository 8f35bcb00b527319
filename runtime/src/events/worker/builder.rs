//! Sets up the workers of a group.

use super::{
    Inner, Poison, Worker,
    handlers::Handlers,
    lag::Lag,
    manager::Manager,
    settings::{Batch, Settings},
};
use crate::{
    Error, Result, Store,
    descriptor::Table,
    events::{
        Change, EventContext, HandlerResult, Start, TopicId,
        group::{self, TopicPlan},
    },
};
use std::{
    future::Future,
    ops::Range,
    sync::{Arc, Mutex, atomic::AtomicBool},
    time::Duration,
};
use tokio::sync::watch;

/// Sets up the workers of a consumer group. Generated code wraps it, with one typed method a topic.
#[doc(hidden)]
#[derive(Debug)]
#[must_use = "workers do nothing until `start`"]
pub struct WorkerBuilder {
    store: Store,
    group: String,
    handlers: Handlers,
    settings: Settings,
    /// What made an earlier call impossible; `start` says so.
    fault: Option<Error>,
}

impl WorkerBuilder {
    /// Workers of `group` on a store.
    pub fn new(store: &Store, group: impl Into<String>) -> Self {
        Self {
            store: store.clone(),
            group: group.into(),
            handlers: Handlers::default(),
            settings: Settings::default(),
            fault: None,
        }
    }

    /// Handles the events of a table; `dispatch` decodes one and calls the method of `handler` for it.
    pub fn handle<H, F>(
        mut self,
        table: &'static Table,
        handler: H,
        dispatch: impl Fn(Arc<H>, Arc<EventContext>, Change) -> F + Send + Sync + 'static,
    ) -> Self
    where
        H: Send + Sync + 'static,
        F: Future<Output = HandlerResult> + Send + 'static,
    {
        let topic = self
            .store
            .binding()
            .table(table)
            .map(|bound| bound.topic.as_ref().map(|topic| topic.id));
        match topic {
            Ok(Some(topic)) => self.insert(topic, table.name, handler, dispatch),
            Ok(None) => {}
            Err(error) => self.fault = Some(error),
        }
        self
    }

    fn insert<H, F>(
        &mut self,
        topic: TopicId,
        name: &str,
        handler: H,
        dispatch: impl Fn(Arc<H>, Arc<EventContext>, Change) -> F + Send + Sync + 'static,
    ) where
        H: Send + Sync + 'static,
        F: Future<Output = HandlerResult> + Send + 'static,
    {
        let handler = Arc::new(handler);
        let erased = move |cx, change| -> std::pin::Pin<Box<dyn Future<Output = _> + Send>> {
            Box::pin(dispatch(handler.clone(), cx, change))
        };
        if self.handlers.0.insert(topic, Arc::new(erased)).is_some() {
            let reason =
                format!("events of `{name}` have two handlers; give the second a group of its own");
            self.fault = Some(Error::invalid("workers", reason));
        }
    }

    /// How many partitions are handled at once.
    pub fn concurrency(mut self, partitions: usize) -> Self {
        self.settings.concurrency = partitions.max(1);
        self
    }

    /// How many events of a partition share a transaction, at most. Without it 32, and up to 256 while their handlers take a
    /// few milliseconds together; what shares a transaction with an event that fails is handled again.
    pub fn batch(mut self, events: usize) -> Self {
        let events = events.max(1);
        self.settings.batch = Batch {
            first: events,
            most: events,
        };
        self
    }

    /// Where the group begins if the store does not know it yet.
    pub fn start_at(mut self, start: Start) -> Self {
        self.settings.start = start;
        self
    }

    /// How often an event is tried.
    pub fn max_attempts(mut self, attempts: u32) -> Self {
        self.settings.max_attempts = attempts.max(1);
        self
    }

    /// The longest pause after the first failed attempt, and after any.
    pub fn backoff(mut self, first: Duration, longest: Duration) -> Self {
        self.settings.backoff = (first, longest);
        self
    }

    /// What happens to an event whose attempts are used up.
    pub fn poison(mut self, policy: Poison) -> Self {
        self.settings.poison = policy;
        self
    }

    /// How long a handler may take.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.settings.deadline = Some(deadline);
        self
    }

    /// How long a worker may be silent before others take over.
    pub fn lease(mut self, lease: Duration) -> Self {
        self.settings.lease = lease.max(Duration::from_millis(10));
        self
    }

    /// Handles these partitions, and takes them from whoever has them.
    pub fn partitions(mut self, partitions: Range<u16>) -> Self {
        match partitions.end.checked_sub(1) {
            Some(last) if last >= partitions.start => {
                self.settings.partitions = Some((partitions.start, last));
            }
            _ => {
                let reason = format!("{partitions:?} holds no partition");
                self.fault = Some(Error::invalid("partitions", reason));
            }
        }
        self
    }

    /// Registers the group and starts its workers.
    pub async fn start(self) -> Result<Worker> {
        if let Some(fault) = self.fault {
            return Err(fault);
        }
        group::check_name(&self.group)?;
        if self.handlers.0.is_empty() {
            return Err(Error::invalid(
                "workers",
                "they have no handler; call `handle_…` first",
            ));
        }
        let mut topics = TopicPlan::of(&self.store);
        topics.retain(|topic| self.handlers.0.contains_key(&topic.id));
        // Before the first look at the logs, or a commit between the two would wake nobody.
        let listener = self.store.hub().listen();
        let group = group::register(&self.store, &self.group, &topics, self.settings.start).await?;
        let inner = Arc::new(Inner {
            store: self.store,
            group,
            name: self.group,
            topics,
            handlers: self.handlers,
            settings: self.settings,
            paused: AtomicBool::new(false),
            progress: watch::Sender::new(0),
            last_failure: Mutex::default(),
            lag: Lag::new(),
        });
        let (stop, stopped) = watch::channel(None);
        let mut manager = Manager::new(inner.clone(), listener, stopped);
        // The first look, so that what is wrong with the store is told to the caller.
        manager.tick().await?;
        Ok(Worker {
            inner,
            stop,
            task: Some(tokio::spawn(manager.run())),
        })
    }
}
