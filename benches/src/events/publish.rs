//! Inserts with and without an event, one by one and side by side.

use super::{Times, micros, store::Kind};
use crate::{Fault, queue::Queue};
use std::time::Instant;

/// Tasks that insert side by side.
const TASKS: usize = 16;

/// Above every id of the records that are drained.
const FIRST: u64 = 1_000_000;

pub(super) async fn round(
    queue: &Queue,
    round: usize,
    calls: usize,
    suffix: &str,
    times: &mut Times,
) -> Result<(), Fault> {
    let ids = |part: u64| FIRST + (round as u64 * 10 + part) * 100_000;
    for (part, kind, system) in [(0, Kind::Plain, "no-events"), (1, Kind::Many, "keyloom")] {
        let begun = Instant::now();
        for id in (ids(part)..).take(calls) {
            kind.insert(queue, id).await?;
        }
        times.add(
            format!("publish{suffix}"),
            system,
            micros(begun.elapsed(), calls),
        );
    }
    for (part, kind, work) in [
        (2, Kind::Single, "contend-one"),
        (3, Kind::Many, "contend-spread"),
        (4, Kind::Plain, "contend-none"),
    ] {
        let begun = Instant::now();
        let tasks = (0..TASKS).map(|task| {
            let queue = queue.clone();
            let first = ids(part) + task as u64 * 1_000;
            tokio::spawn(async move {
                for id in (first..).take(calls / TASKS) {
                    kind.insert(&queue, id).await?;
                }
                Ok::<(), Fault>(())
            })
        });
        for task in tasks.collect::<Vec<_>>() {
            task.await??;
        }
        let done = calls / TASKS * TASKS;
        times.add(
            format!("{work}{suffix}"),
            "keyloom",
            micros(begun.elapsed(), done),
        );
    }
    Ok(())
}
