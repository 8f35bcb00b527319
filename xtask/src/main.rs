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
    /// Runs the tests and the examples, and says what ran and what could not
    Test(test::Test),
    /// Writes the expected files of the tests anew; look at the difference before committing it
    Bless(bless::Bless),
    /// Runs a benchmark in release mode
    Bench(bench::Bench),
    /// Checks format, lints, features, documentation and generated files, and changes nothing
    Check(check::Check),
    /// Checks the house rules: length of files, unfinished work, pages of codes, lists of suites and examples
    Tidy(tidy::Tidy),
    /// Checks the published crates with each combination of their features
    Features(published::Features),
    /// Packs the published crates and builds them from the packages; what is not committed is refused
    Package(published::Package),
    /// Builds the TiKV test cluster, or runs a command on it
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
