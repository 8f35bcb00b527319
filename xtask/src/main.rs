//! The chores of this repository: `cargo xtask test`, `bless`, `bench`, `check`, `tidy`, `features`, `package`, `cluster`. CI calls the same.

mod bench;
mod bless;
mod check;
mod cluster;
mod published;
mod shell;
mod test;
mod tidy;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// The chores of this repository
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Debug, Subcommand)]
enum Chore {
    Test(test::Test),
    Bless(bless::Bless),
    Bench(bench::Bench),
    Check(check::Check),
    Tidy(tidy::Tidy),
    Features(published::Features),
    Package(published::Package),
    Cluster(cluster::TestCluster),
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().chore {
        Chore::Test(chore) => chore.run(),
        Chore::Bless(chore) => chore.run(),
        Chore::Bench(chore) => chore.run(),
        Chore::Check(chore) => chore.run(),
        Chore::Tidy(chore) => chore.run(),
        Chore::Features(chore) => chore.run(),
        Chore::Package(chore) => chore.run(),
        Chore::Cluster(chore) => match chore.run() {
            Ok(code) => return code,
            Err(failure) => Err(failure),
        },
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nerror: {error}");
            ExitCode::FAILURE
        }
    }
}
