//! `keyloom events`: topics, consumer groups and events of a live store. The schema is not needed.

mod control;
mod letters;
mod place;
mod status;
mod tail;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::{Args, Subcommand};
use keyloom::admin::{Admin, Reply, Request};

use super::output::misuse;
use super::store::{Failure, address, run};

/// Shows topics, consumer groups and events of a live store, and moves groups
#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    after_help = "Examples:\n  keyloom events keyloom-data\n  \
                  keyloom events 'tikv://pd1:2379?prefix=blog' --watch\n  \
                  keyloom events tail keyloom-data orders --follow\n  \
                  keyloom events seek keyloom-data mailer orders --partition 3 --to 18\n\n\
                  A folder that a process has open is reached through that process: it must call `serve_admin()`."
)]
pub(crate) struct Events {
    #[command(subcommand)]
    action: Option<Action>,
    #[command(flatten)]
    status: Option<status::Shown>,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Prints events of a table, one JSON object a line
    Tail(tail::Tail),
    /// Lets a group's workers take no more events
    #[command(after_help = "Examples:\n  keyloom events pause keyloom-data mailer")]
    Pause(control::Group),
    /// Lets a group's workers go on
    #[command(after_help = "Examples:\n  keyloom events resume keyloom-data mailer")]
    Resume(control::Group),
    /// Moves a group forward or back; effects outside the store are not repeated
    Seek(control::Seek),
    /// Moves a group back with new idempotency keys: effects outside the store are repeated
    Replay(control::Replay),
    /// Prints a group's dead letters, one JSON object a line
    Dead(letters::Dead),
    /// Prints a group's parked events, one JSON object a line
    Parked(letters::Parked),
    /// Has parked events and dead letters handled again
    #[command(after_help = "Examples:\n  keyloom events redrive keyloom-data mailer")]
    Redrive(control::Group),
    /// Removes a group, and everything it has set aside
    #[command(after_help = "Examples:\n  keyloom events remove-group keyloom-data mailer")]
    RemoveGroup(control::Group),
}

impl Events {
    pub(crate) fn run(self) -> ExitCode {
        let Some(action) = self.action else {
            return match self.status {
                Some(status) => run(status.show()),
                None => misuse("name a store, or give `--help`"),
            };
        };
        match action {
            Action::Tail(it) => run(it.print()),
            Action::Pause(it) => run(it.pause()),
            Action::Resume(it) => run(it.resume()),
            Action::Seek(it) => run(it.seek()),
            Action::Replay(it) => run(it.replay()),
            Action::Dead(it) => run(it.print()),
            Action::Parked(it) => run(it.print()),
            Action::Redrive(it) => run(it.redrive()),
            Action::RemoveGroup(it) => run(it.remove()),
        }
    }
}

/// Which store.
#[derive(Debug, Args)]
struct Target {
    /// The store: a folder, or `tikv://HOST:PORT,…?prefix=NAME`
    store: String,
}

impl Target {
    async fn open(&self) -> Result<Admin, Failure> {
        Ok(Admin::open(address(&self.store)?).await?)
    }

    /// Opens a store that is to be looked at for a while.
    async fn open_live(&self, option: &str) -> Result<Admin, Failure> {
        let admin = self.open().await?;
        if admin.is_live() {
            return Ok(admin);
        }
        admin.close().await?;
        Err(Failure::Misuse(format!(
            "no process has `{}` open, so nothing will change: leave out `{option}`",
            self.store
        )))
    }

    /// Asks once.
    async fn ask(&self, request: Request) -> Result<Reply, Failure> {
        let mut admin = self.open().await?;
        let reply = admin.ask(request).await;
        admin.close().await?;
        Ok(reply?)
    }
}

/// Writes to standard output; a reader that has gone ends the command.
fn print(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .map_err(|error| Failure::Failed(format!("nobody reads what is printed: {error}")))
}

/// A value as one line of JSON.
fn json_line(value: &impl serde::Serialize) -> Result<String, Failure> {
    let text = serde_json::to_string(value);
    text.map(|text| text + "\n")
        .map_err(|error| Failure::Failed(error.to_string()))
}

/// A reply of another kind than the request asks for: the owner is of another release.
fn unexpected() -> Failure {
    Failure::Failed(
        "the process that has the store open answers something else; use a tool of its release"
            .to_owned(),
    )
}
