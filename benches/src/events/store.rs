//! The records of each kind, and workers that do nothing with their events.

use crate::{
    Fault,
    queue::{
        Eight, EightEventHandler, EightId, Many, ManyEventHandler, ManyId, NewEight, NewMany,
        NewPlain, NewSingle, Plain, PlainId, Queue, Single, SingleEventHandler, SingleId, eight,
        many, plain, single,
    },
};
use keyloom::{EventContext, HandlerResult};
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};
use tokio::sync::Notify;

/// How many partitions the events of a record have; none without events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Plain,
    Single,
    Eight,
    Many,
}

/// Records that one transaction inserts before anything is measured.
const BATCH: usize = 250;

/// Counts events until there are as many as were promised.
#[derive(Clone)]
pub(super) struct Counter {
    left: Arc<AtomicUsize>,
    done: Arc<Notify>,
}

impl Counter {
    pub(super) fn of(events: usize) -> Self {
        Self {
            left: Arc::new(AtomicUsize::new(events)),
            done: Arc::default(),
        }
    }

    pub(super) fn count(&self) {
        if self.left.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.done.notify_one();
        }
    }

    pub(super) async fn wait(&self) {
        self.done.notified().await;
    }
}

macro_rules! handles {
    ($($handler:ident $model:ident),*) => { $(
        impl $handler for Counter {
            async fn created(&self, _: &EventContext, _: $model) -> HandlerResult {
                self.count();
                Ok(())
            }
        }
    )* };
}
handles!(SingleEventHandler Single, EightEventHandler Eight, ManyEventHandler Many);

impl Kind {
    pub(super) const WITH_EVENTS: [Self; 3] = [Self::Single, Self::Eight, Self::Many];

    pub(super) const fn partitions(self) -> usize {
        match self {
            Self::Plain => 0,
            Self::Single => 1,
            Self::Eight => 8,
            Self::Many => 64,
        }
    }

    /// Inserts a record in a transaction of its own.
    pub(super) async fn insert(self, queue: &Queue, id: u64) -> Result<(), Fault> {
        let (owner, text) = (
            format!("owner {}", id % 100),
            "a text of some words ".repeat(5),
        );
        match self {
            Self::Plain => {
                let id = PlainId(id);
                plain::insert(queue, &Plain::new(NewPlain { id, owner, text })).await?;
            }
            Self::Single => {
                let id = SingleId(id);
                single::insert(queue, &Single::new(NewSingle { id, owner, text })).await?;
            }
            Self::Eight => {
                let id = EightId(id);
                eight::insert(queue, &Eight::new(NewEight { id, owner, text })).await?;
            }
            Self::Many => {
                let id = ManyId(id);
                many::insert(queue, &Many::new(NewMany { id, owner, text })).await?;
            }
        }
        Ok(())
    }

    /// Inserts many records at once.
    async fn insert_many(self, queue: &Queue, ids: std::ops::Range<u64>) -> Result<(), Fault> {
        let (owner, text) = ("owner".to_owned(), "a text of some words ".repeat(5));
        macro_rules! rows {
            ($model:ident $new:ident $id:ident) => {
                ids.map(|id| {
                    $model::new($new {
                        id: $id(id),
                        owner: owner.clone(),
                        text: text.clone(),
                    })
                })
                .collect::<Vec<_>>()
            };
        }
        match self {
            Self::Plain => {}
            Self::Single => {
                single::insert_many(queue, &rows!(Single NewSingle SingleId)).await?;
            }
            Self::Eight => {
                eight::insert_many(queue, &rows!(Eight NewEight EightId)).await?;
            }
            Self::Many => {
                many::insert_many(queue, &rows!(Many NewMany ManyId)).await?;
            }
        }
        Ok(())
    }
}

/// As many events in each log as are drained.
pub(super) async fn fill(queue: &Queue, events: usize) -> Result<(), Fault> {
    for kind in Kind::WITH_EVENTS {
        for first in (0..events).step_by(BATCH) {
            let ids = first as u64..events.min(first + BATCH) as u64;
            kind.insert_many(queue, ids).await?;
        }
    }
    Ok(())
}
