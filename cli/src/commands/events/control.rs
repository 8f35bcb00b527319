//! What is done to a group: paused, resumed, moved, removed.

use clap::Args;
use keyloom::admin::{Place, Reply, Request};

use super::{Failure, Target, place, print, unexpected};

/// A group of a store, and what is done to it as a whole.
#[derive(Debug, Args)]
pub(super) struct Group {
    #[command(flatten)]
    target: Target,
    /// The consumer group
    group: String,
}

impl Group {
    pub(super) async fn pause(self) -> Result<(), Failure> {
        self.ask(|group| Request::Pause { group }).await?;
        print(&format!("`{}` is paused\n", self.group))
    }

    pub(super) async fn resume(self) -> Result<(), Failure> {
        self.ask(|group| Request::Resume { group }).await?;
        print(&format!("`{}` goes on\n", self.group))
    }

    pub(super) async fn redrive(self) -> Result<(), Failure> {
        let count = self.ask(|group| Request::Redrive { group }).await?;
        let events = match count.unwrap_or_default() {
            1 => "1 event is".to_owned(),
            count => format!("{count} events are"),
        };
        print(&format!("{events} to be handled again\n"))
    }

    pub(super) async fn remove(self) -> Result<(), Failure> {
        self.ask(|group| Request::Remove { group }).await?;
        print(&format!("`{}` is removed\n", self.group))
    }

    async fn ask(&self, request: impl FnOnce(String) -> Request) -> Result<Option<u64>, Failure> {
        match self.target.ask(request(self.group.clone())).await? {
            Reply::Done { count } => Ok(count),
            _ => Err(unexpected()),
        }
    }
}

/// The events of a table that a group reads, in one partition or in all.
#[derive(Debug, Args)]
struct Reading {
    #[command(flatten)]
    of: Group,
    /// The table whose events they are
    topic: String,
    /// Only this partition
    #[arg(long, value_name = "NUMBER")]
    partition: Option<u16>,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  keyloom events seek keyloom-data mailer orders --to latest\n  \
                        keyloom events seek keyloom-data mailer orders --partition 3 --to 18"
)]
pub(super) struct Seek {
    #[command(flatten)]
    reading: Reading,
    /// Where it goes on: `earliest`, `latest`, a time, or an offset of a partition
    #[arg(long, value_name = "POSITION", value_parser = place::parse)]
    to: Place,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  keyloom events replay keyloom-data mailer orders --from earliest\n  \
                        keyloom events replay keyloom-data mailer orders --from 2026-03-01T08:00:00Z"
)]
pub(super) struct Replay {
    #[command(flatten)]
    reading: Reading,
    /// Where it begins: `earliest`, `latest`, a time, or an offset of a partition
    #[arg(long, value_name = "POSITION", value_parser = place::parse)]
    from: Place,
}

impl Seek {
    pub(super) async fn seek(self) -> Result<(), Failure> {
        self.reading.go(self.to, false).await
    }
}

impl Replay {
    pub(super) async fn replay(self) -> Result<(), Failure> {
        self.reading.go(self.from, true).await
    }
}

impl Reading {
    async fn go(self, to: Place, again: bool) -> Result<(), Failure> {
        let Self {
            of,
            topic,
            partition,
        } = self;
        of.ask(|group| Request::Move {
            group,
            topic: topic.clone(),
            partition,
            to,
            again,
        })
        .await?;
        let place = match to {
            Place::Earliest => "the earliest event".to_owned(),
            Place::Latest => "the end".to_owned(),
            Place::Time(time) => time.to_string(),
            Place::Offset(offset) => offset.to_string(),
        };
        let of_partition = partition.map_or_else(String::new, |it| format!(" in partition {it}"));
        let moved = if again { "replays from" } else { "is at" };
        print(&format!(
            "`{}` {moved} {place} of `{topic}`{of_partition}\n",
            of.group
        ))
    }
}
