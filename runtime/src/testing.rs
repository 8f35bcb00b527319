//! For tests of applications: what was published, and workers that run until nothing is left.

use crate::{
    Error, Event, Model, Read, Result,
    engine::{ScanOptions, log::entry_offset},
    events::{Change, Entry, Partition, WorkerBuilder, topic_prefix},
    key::prefix_range,
};
use std::time::Duration;

mod counting;

pub use counting::{Counting, CountingSnapshot, Reads, Tally};

/// Runs workers until they have handled every event that is published by then, and ends them. The first handler that fails
/// ends it too, and its error is the answer.
///
/// ```text
/// drain(blog.workers("mailer").handle_users(Mailer { smtp })).await?;
/// ```
pub async fn drain(workers: impl Into<WorkerBuilder>) -> Result<()> {
    let worker = workers.into().start().await?;
    while !worker.has_caught_up().await? && worker.last_failure().is_none() {
        worker.step().await;
    }
    let failure = worker.last_failure();
    worker.shutdown(END).await?;
    match failure {
        Some(failure) => Err(Error::abort(failure)),
        None => Ok(()),
    }
}

/// How long handlers may go on once the events are handled.
const END: Duration = Duration::from_mins(1);

/// Every event of a model that is still in its log, by the time of writing; events of one partition in their order.
///
/// Reads all of them: a scan of the whole topic.
///
/// ```text
/// let events: Vec<UserEvent> = published(&blog).await?;
/// ```
pub async fn published<E: Event>(reader: &impl Read) -> Result<Vec<E>> {
    let reader = reader.view().open().await?;
    let binding = reader.store.binding();
    let table = binding.table(<E::Model as Model>::TABLE)?;
    let Some(topic) = &table.topic else {
        return Ok(Vec::new());
    };
    let range = prefix_range(topic_prefix(b'e', topic.id));
    let all = ScanOptions {
        limit: usize::MAX,
        reverse: false,
        keys_only: false,
    };
    let mut found = Vec::new();
    for (key, value) in reader.scan(&range, all).await? {
        let Some(partition) = Partition::of_log(topic.id, &key) else {
            continue;
        };
        if entry_offset(&partition.log(), &key).is_some() {
            let entry = Entry::decode(&value).map_err(|error| binding.corrupt(&key, &error))?;
            found.push((entry.time, entry));
        }
    }
    // Stable: a partition's events keep their order unless their writers' clocks disagree.
    found.sort_by_key(|(time, _)| *time);
    found
        .into_iter()
        .map(|(_, entry)| E::decode(&Change::new(reader.store.clone(), entry)))
        .collect()
}
