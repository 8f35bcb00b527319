//! Side-by-side measurements: the same work by different systems, in one run.
//!
//! `cargo xtask bench core` compares the typed calls with the bare engine below them; `cargo xtask bench generate` times
//! the generator; `cargo xtask bench tikv` compares them with a peer on the TiKV test cluster, and `cargo xtask bench events`
//! publishing and workers.
#![forbid(unsafe_code)]

mod core;
mod events;
mod generate;
mod recorder;
mod report;
#[cfg(feature = "tito")]
mod tikv;

keyloom::include_schema!("bench");
keyloom::include_schema!("queue");

use clap::{Parser, Subcommand};
use std::path::PathBuf;

/// What can go wrong in a measurement: it is shown and ends the run.
type Fault = Box<dyn std::error::Error + Send + Sync>;

/// Measures Keyloom.
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    bench: Bench,
}

#[derive(Subcommand)]
enum Bench {
    /// Reads and writes on the embedded engine, beside the bare engine.
    Core {
        /// Fewer records and rounds: under three minutes.
        #[arg(long)]
        short: bool,
        /// Only this work, for example `get`; may be given several times.
        #[arg(long)]
        work: Vec<String>,
        /// Writes the results to this file, as JSON.
        #[arg(long)]
        json: Option<PathBuf>,
    },
    /// Reads and writes on the TiKV test cluster, beside Tito.
    #[cfg(feature = "tito")]
    Tikv {
        /// Fewer rounds: under three minutes.
        #[arg(long)]
        short: bool,
        /// Only this work, for example `get`; may be given several times.
        #[arg(long)]
        work: Vec<String>,
        /// Writes the results to this file, as JSON.
        #[arg(long)]
        json: Option<PathBuf>,
    },
    /// Publishing and handling of events, embedded and on the TiKV test cluster.
    Events {
        /// Fewer rounds: some minutes.
        #[arg(long)]
        short: bool,
        /// Writes the results to this file, as JSON.
        #[arg(long)]
        json: Option<PathBuf>,
    },
    /// The other process of `events`: publishes an event for each line that it reads.
    #[command(hide = true)]
    PublishForAnother {
        /// The store.
        address: String,
    },
    /// The generator on a large schema.
    Generate {
        /// How many models the schema has.
        #[arg(long, default_value_t = 300)]
        models: usize,
        /// Times `cargo check` of the generated crate as well.
        #[arg(long)]
        check: bool,
        /// Fewer rounds.
        #[arg(long)]
        short: bool,
        /// Writes the results to this file, as JSON.
        #[arg(long)]
        json: Option<PathBuf>,
    },
}

#[tokio::main]
async fn main() -> Result<(), Fault> {
    match Arguments::parse().bench {
        Bench::Core { short, work, json } => {
            let measures = core::run(short, &work).await?;
            report::finish(&measures, json.as_deref())
        }
        #[cfg(feature = "tito")]
        Bench::Tikv { short, work, json } => {
            let measures = tikv::run(short, &work).await?;
            report::finish(&measures, json.as_deref())
        }
        Bench::Events { short, json } => {
            let measures = events::run(short).await?;
            report::finish(&measures, json.as_deref())
        }
        Bench::PublishForAnother { address } => events::publish_for_another(&address).await,
        Bench::Generate {
            models,
            check,
            short,
            json,
        } => {
            let measures = generate::run(models, check, short)?;
            report::finish(&measures, json.as_deref())
        }
    }
}
