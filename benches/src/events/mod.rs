//! Events: what publishing costs, how fast workers drain, how long an event is on its way. On the embedded engine, and with
//! the feature `tito` on the TiKV test cluster, beside Tito's queue there.
//!
//! | file | what it is |
//! | --- | --- |
//! | `store` | the records of each kind, and workers that do nothing with their events |
//! | `drain` | many events that are there already |
//! | `publish` | inserts with and without an event, alone and side by side |
//! | `latency` | one event at a time, from this process and from another |
//! | `tito` | the same events in Tito's queue |

mod drain;
mod latency;
mod publish;
mod store;
#[cfg(feature = "tito")]
mod tito;

use crate::{
    Fault,
    queue::Queue,
    report::{Measure, median},
};
use std::{collections::BTreeMap, time::Duration};

pub(crate) use latency::publish_for_another;

const BENCH: &str = "events";

/// How much is measured.
#[derive(Debug, Clone, Copy)]
struct Scale {
    rounds: usize,
    /// Events that are drained.
    events: usize,
    /// Of those, how many Tito's worker is given in one and eight partitions: it takes 50 a second of each.
    #[cfg(feature = "tito")]
    worker: [usize; 2],
    /// Inserts, and events whose way is timed.
    calls: usize,
}

impl Scale {
    const SHORT: Self = Self {
        rounds: 3,
        events: 10_000,
        #[cfg(feature = "tito")]
        worker: [200, 1_000],
        calls: 200,
    };
    const FULL: Self = Self {
        rounds: 5,
        events: 10_000,
        #[cfg(feature = "tito")]
        worker: [1_000, 4_000],
        calls: 1_000,
    };
}

/// Times by work, system and unit.
#[derive(Default)]
struct Times(BTreeMap<(String, &'static str, &'static str), Vec<f64>>);

impl Times {
    fn add(&mut self, work: impl Into<String>, system: &'static str, value: f64) {
        self.0
            .entry((work.into(), system, "us"))
            .or_default()
            .push(value);
    }

    fn measures(self) -> Vec<Measure> {
        let times = self.0.into_iter();
        let mut measures: Vec<Measure> = times
            .map(|((work, system, unit), values)| Measure {
                bench: BENCH,
                work,
                system,
                value: median(values),
                unit,
            })
            .collect();
        // The first system is the one that others are compared with.
        measures.sort_by_key(|it| SYSTEMS.iter().position(|system| *system == it.system));
        measures
    }
}

/// The systems, in the order of the table's columns.
const SYSTEMS: [&str; 4] = ["keyloom", "tito-worker", "tito-loop", "no-events"];

#[expect(clippy::cast_precision_loss, reason = "calls of a round are few")]
fn micros(time: Duration, calls: usize) -> f64 {
    time.as_secs_f64() * 1e6 / calls as f64
}

/// Everything, in interleaved rounds.
pub(crate) async fn run(short: bool) -> Result<Vec<Measure>, Fault> {
    let scale = if short { Scale::SHORT } else { Scale::FULL };
    let mut times = Times::default();
    let folder = tempfile::tempdir()?;
    let embedded = Queue::open(folder.path().display().to_string()).await?;
    store::fill(&embedded, scale.events).await?;
    #[cfg(feature = "tito")]
    let cluster = on_a_cluster(scale).await?;
    for round in 0..scale.rounds {
        eprintln!("round {} of {}", round + 1, scale.rounds);
        drain::round(&embedded, round, scale.events, "-embedded", &mut times).await?;
        publish::round(&embedded, round, scale.calls, "-embedded", &mut times).await?;
        #[cfg(feature = "tito")]
        cluster.round(round, scale, &mut times).await?;
    }
    latency::local(&embedded, scale.calls, "-embedded", &mut times).await?;
    #[cfg(feature = "tito")]
    cluster.end(scale, &mut times).await?;
    embedded.close().await?;
    Ok(times.measures())
}

#[cfg(feature = "tito")]
async fn on_a_cluster(scale: Scale) -> Result<tito::OnCluster, Fault> {
    tito::OnCluster::start(scale).await
}
