//! Draining many events that are there already, by a group that begins at the first.

use super::{
    Requests, Times, micros,
    store::{Counter, Kind},
};
use crate::{Fault, queue::Queue};
use std::time::{Duration, Instant};

/// How long workers may take to end.
const END: Duration = Duration::from_secs(10);

/// A drain of each log, by a group of its own: from the call that starts its workers to the last event.
pub(super) async fn round(
    queue: &Queue,
    round: usize,
    events: usize,
    suffix: &str,
    requests: Option<Requests<'_>>,
    times: &mut Times,
) -> Result<(), Fault> {
    for kind in Kind::WITH_EVENTS {
        let work = format!("drain-{}{suffix}", kind.partitions());
        let counter = Counter::of(events);
        let workers = queue.workers(format!("drain-{}-{round}", kind.partitions()));
        let workers = match kind {
            Kind::Plain | Kind::Single => workers.handle_single(counter.clone()),
            Kind::Eight => workers.handle_eight(counter.clone()),
            Kind::Many => workers.handle_many(counter.clone()),
        };
        let before = super::counted(requests)?;
        let begun = Instant::now();
        let worker = workers.concurrency(kind.partitions()).start().await?;
        counter.wait().await;
        times.add(&work, "keyloom", micros(begun.elapsed(), events));
        worker.caught_up().await?;
        worker.shutdown(END).await?;
        times.requests(&work, "keyloom", before, requests, events)?;
    }
    Ok(())
}
