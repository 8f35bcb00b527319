//! What commands on stores share. Exit codes: 0 if it is done, 1 if it failed, 2 if the command was used wrongly.

use std::future::Future;
use std::io::{self, Write};
use std::process::ExitCode;

use keyloom::{Error, OpenOptions};

use super::output::{FAULTS, misuse};

/// Why a command ended.
pub(crate) enum Failure {
    /// It was used wrongly.
    Misuse(String),
    /// The work failed.
    Failed(String),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error {
            Error::Open(reason) | Error::Invalid { reason, .. } => Self::Misuse(reason),
            Error::CommitUnknown { reason } => Self::Failed(format!(
                "a commit was not answered ({reason}); run the same command again: it goes on where it stopped"
            )),
            other => Self::Failed(other.to_string()),
        }
    }
}

/// Reads a store's address.
pub(crate) fn address(address: &str) -> Result<OpenOptions, Failure> {
    OpenOptions::new(address).map_err(Failure::from)
}

/// Runs the work and says how it ended.
pub(crate) fn run(work: impl Future<Output = Result<(), Failure>>) -> ExitCode {
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => return failed(&format!("no thread can be started: {error}")),
    };
    match runtime.block_on(work) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Misuse(reason)) => misuse(&reason),
        Err(Failure::Failed(reason)) => failed(&reason),
    }
}

fn failed(reason: &str) -> ExitCode {
    // Nobody is left to tell if standard error is closed.
    let _ = writeln!(io::stderr(), "error: {reason}");
    ExitCode::from(FAULTS)
}
