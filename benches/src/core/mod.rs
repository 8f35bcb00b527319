//! Reads and writes on the embedded engine: the typed calls beside the bare engine doing the same.
//!
//! | file | what it is |
//! | --- | --- |
//! | `work` | what is measured, and how often a round |
//! | `input` | the records of a round, and the bytes they become |
//! | `typed` | the work by generated calls |
//! | `bare` | the work by hand on the engine |
//! | `decode` | a record read by hand |
//! | `count` | how many pairs a call writes |

mod bare;
mod count;
pub(crate) mod decode;
mod input;
mod typed;
mod work;

use crate::{
    Fault,
    report::{Measure, median},
};
use bare::Bare;
use input::Inputs;
use std::time::Duration;
use typed::Typed;
use work::Work;

const BENCH: &str = "core";

/// How much is measured.
struct Scale {
    records: usize,
    rounds: usize,
    /// Factor on the calls of a round.
    calls: usize,
}

impl Scale {
    const SHORT: Self = Self {
        records: 25_000,
        rounds: 7,
        calls: 1,
    };
    const FULL: Self = Self {
        records: 200_000,
        rounds: 11,
        calls: 2,
    };
}

/// What a work took in each round, in microseconds a call.
#[derive(Default)]
struct Times {
    typed: Vec<f64>,
    bare: Vec<f64>,
    grouped: Vec<f64>,
}

/// The works of these names, or all, by both systems, in interleaved rounds on two stores with the same bytes.
pub(crate) async fn run(short: bool, names: &[String]) -> Result<Vec<Measure>, Fault> {
    let works = Work::named(names)?;
    let scale = if short { Scale::SHORT } else { Scale::FULL };
    let folder = tempfile::tempdir()?;
    eprintln!("loading {} records …", scale.records);
    let mut inputs = Inputs::new().await?;
    let loaded = inputs.load(folder.path(), scale.records).await?;
    let bare = Bare::open(folder.path(), &loaded, inputs.layout())?;
    let typed = Typed::open(folder.path(), &loaded).await?;

    let mut times: Vec<Times> = works.iter().map(|_| Times::default()).collect();
    for round in 0..scale.rounds {
        eprintln!("round {} of {}", round + 1, scale.rounds);
        for (&work, times) in works.iter().zip(&mut times) {
            let input = inputs.round(work, work.calls() * scale.calls).await?;
            // Whoever is second finds warmer caches: take turns.
            let (by_typed, by_bare) = if round % 2 == 0 {
                let first = typed.run(work, &input).await?;
                (first, bare.run(work, &input)?)
            } else {
                let second = bare.run(work, &input)?;
                (typed.run(work, &input).await?, second)
            };
            times.typed.push(micros(by_typed, input.calls()));
            times.bare.push(micros(by_bare, input.calls()));
            if work.in_tasks() {
                let input = inputs.round(work, work.calls() * scale.calls).await?;
                let grouped = bare.run_grouped(work, &input)?;
                times.grouped.push(micros(grouped, input.calls()));
            }
        }
    }
    typed.close().await?;

    let mut measures = Vec::new();
    for (work, times) in works.into_iter().zip(times) {
        let systems = [
            ("keyloom", times.typed),
            ("engine", times.bare),
            ("engine, in groups by hand", times.grouped),
        ];
        for (system, values) in systems.into_iter().filter(|(_, it)| !it.is_empty()) {
            measures.push(Measure {
                bench: BENCH,
                work: work.name().to_owned(),
                system,
                value: median(values),
                unit: "us",
            });
        }
    }
    measures.extend(count::writes().await?);
    Ok(measures)
}

#[expect(clippy::cast_precision_loss, reason = "calls of a round are few")]
fn micros(time: Duration, calls: usize) -> f64 {
    time.as_secs_f64() * 1e6 / calls as f64
}
