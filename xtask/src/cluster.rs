//! `cargo xtask cluster`: the TiKV test cluster, built, or run for the time of a command.

use crate::shell::Failure;
use clap::{Args, Subcommand};
use keyloom_cluster::{Cluster, Options};
use std::{
    ffi::OsString,
    process::{Command, ExitCode},
};

/// Where PD of `cargo xtask cluster run` listens.
const PD: &str = "127.0.0.1:2379";

/// Builds the TiKV test cluster, or runs a command on it
#[derive(Debug, Args)]
pub(crate) struct TestCluster {
    #[command(subcommand)]
    action: Option<Action>,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Starts the cluster with PD on 127.0.0.1:2379, runs a command, stops it, and ends as the command does
    Run {
        /// The command; it finds PD in `KEYLOOM_TEST_PD`, and the port for faults and counts in `KEYLOOM_TEST_ADMIN`
        #[arg(last = true, required = true, value_name = "COMMAND")]
        command: Vec<OsString>,
    },
}

impl TestCluster {
    pub(crate) fn run(self) -> Result<ExitCode, Failure> {
        match self.action {
            None => {
                let program = keyloom_cluster::build().map_err(failure)?;
                println!("{}", program.display());
                Ok(ExitCode::SUCCESS)
            }
            Some(Action::Run { command }) => on_a_cluster(&command),
        }
    }
}

fn on_a_cluster(command: &[OsString]) -> Result<ExitCode, Failure> {
    let Some((program, arguments)) = command.split_first() else {
        return Err(Failure("give a command behind `--`".to_owned()));
    };
    let options = Options {
        pd: Some(PD.to_owned()),
        ..Options::default()
    };
    let cluster = Cluster::start_with(options).map_err(failure)?;
    eprintln!(
        "TiKV test cluster: tikv://{}, faults and counts on http://{}",
        cluster.pd(),
        cluster.admin().address()
    );
    let status = Command::new(program)
        .args(arguments)
        .envs(environment(&cluster))
        .status()
        .map_err(|error| {
            let program = program.to_string_lossy();
            Failure(format!("`{program}` could not be started: {error}"))
        })?;
    // A command that a signal ended has no code.
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    Ok(ExitCode::from(code.unwrap_or(1)))
}

/// Where tests find a cluster.
pub(crate) fn environment(cluster: &Cluster) -> [(&'static str, String); 2] {
    [
        ("KEYLOOM_TEST_PD", cluster.pd().to_owned()),
        ("KEYLOOM_TEST_ADMIN", cluster.admin().address().to_owned()),
    ]
}

fn failure(error: keyloom_cluster::Error) -> Failure {
    Failure(error.to_string())
}
