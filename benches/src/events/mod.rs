//! Events: what publishing costs, how fast workers drain, how long an event is on its way. On the embedded engine, and with
//! the feature `tito` on the TiKV test cluster, beside Tito's queue on both.
//!
//! | file | what it is |
//! | --- | --- |
//! | `store` | the records of each kind, and workers that do nothing with their events |
//! | `drain` | many events that are there already |
//! | `publish` | inserts with and without an event, alone and side by side |
//! | `latency` | one event at a time, from this process and from another |
//! | `cluster` | the test cluster, and what it was asked |
//! | `tito` | the same events in Tito's queue |
//! | `folder` | Tito's engine over our embedded one |

#[cfg(feature = "tito")]
mod cluster;
mod drain;
#[cfg(feature = "tito")]
mod folder;
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

    /// Requests an event, since there were `before`.
    fn requests(
        &mut self,
        work: &str,
        system: &'static str,
        before: u64,
        requests: Option<Requests<'_>>,
        events: usize,
    ) -> Result<(), Fault> {
        if let Some(requests) = requests {
            let asked = each(requests()? - before, events);
            let key = (work.to_owned(), system, "requests");
            self.0.entry(key).or_default().push(asked);
        }
        Ok(())
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

/// How many requests a cluster has answered so far.
type Requests<'a> = &'a dyn Fn() -> Result<u64, Fault>;

/// None where there is no cluster.
fn counted(requests: Option<Requests<'_>>) -> Result<u64, Fault> {
    requests.map_or(Ok(0), |requests| requests())
}

#[expect(clippy::cast_precision_loss, reason = "calls of a round are few")]
fn micros(time: Duration, calls: usize) -> f64 {
    time.as_secs_f64() * 1e6 / calls as f64
}

#[expect(clippy::cast_precision_loss, reason = "requests of a round are few")]
fn each(count: u64, events: usize) -> f64 {
    count as f64 / events as f64
}

/// Everything, in interleaved rounds.
pub(crate) async fn run(short: bool) -> Result<Vec<Measure>, Fault> {
    let scale = if short { Scale::SHORT } else { Scale::FULL };
    let mut times = Times::default();
    let folder = tempfile::tempdir()?;
    let embedded = Queue::open(folder.path().display().to_string()).await?;
    store::fill(&embedded, scale.events).await?;
    #[cfg(feature = "tito")]
    let peers = tempfile::tempdir()?;
    #[cfg(feature = "tito")]
    let peer = tito::Peer::in_folder(peers.path()).await?;
    #[cfg(feature = "tito")]
    let cluster = cluster::OnCluster::start(scale).await?;
    for round in 0..scale.rounds {
        eprintln!("round {} of {}", round + 1, scale.rounds);
        let events = scale.events;
        drain::round(&embedded, round, events, "-embedded", None, &mut times).await?;
        #[cfg(feature = "tito")]
        peer.round(round, scale, "-embedded", None, &mut times)
            .await?;
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
