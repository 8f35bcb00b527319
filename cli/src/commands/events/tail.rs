//! Events of a table.

use std::time::Duration;

use clap::Args;
use keyloom::admin::{Place, Reply, Request, TailFrom};

use super::{Failure, Target, json_line, place, print, unexpected};

/// Events that are asked for at once.
const PAGE: usize = 100;

/// How long a follower waits before it looks again.
const PAUSE: Duration = Duration::from_millis(500);

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  keyloom events tail keyloom-data orders\n  \
                        keyloom events tail keyloom-data orders --from earliest | jq -c .after\n  \
                        keyloom events tail 'tikv://pd1:2379?prefix=shop' orders --last 0 --follow"
)]
pub(super) struct Tail {
    #[command(flatten)]
    target: Target,
    /// The table whose events they are
    topic: String,
    /// Only this partition
    #[arg(long, value_name = "NUMBER")]
    partition: Option<u16>,
    /// Begins with the last so many events
    #[arg(
        long,
        value_name = "COUNT",
        default_value_t = 10,
        conflicts_with = "from"
    )]
    last: usize,
    /// Begins at `earliest`, a time, or an offset of a partition, and goes to the end
    #[arg(long, value_name = "POSITION", value_parser = place::parse)]
    from: Option<Place>,
    /// Goes on with events as they are published
    #[arg(long)]
    follow: bool,
}

impl Tail {
    pub(super) async fn print(self) -> Result<(), Failure> {
        let mut from = self.begin()?;
        // A reply may hold fewer events than are asked for.
        let mut left = match from {
            TailFrom::Last(count) => count,
            _ => usize::MAX,
        };
        let mut admin = if self.follow {
            self.target.open_live("--follow").await?
        } else {
            self.target.open().await?
        };
        loop {
            let limit = match from {
                TailFrom::Last(count) => count,
                _ if self.follow => PAGE,
                _ => PAGE.min(left),
            };
            let request = Request::Tail {
                topic: self.topic.clone(),
                partition: self.partition,
                from,
                limit,
            };
            let Reply::Events { events, next } = admin.ask(request).await? else {
                return Err(unexpected());
            };
            for event in &events {
                print(&json_line(event)?)?;
            }
            from = TailFrom::Offsets(next);
            left = left.saturating_sub(events.len());
            if !events.is_empty() && (left > 0 || self.follow) {
                continue;
            }
            if !self.follow {
                admin.close().await?;
                return Ok(());
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    fn begin(&self) -> Result<TailFrom, Failure> {
        match (self.from, self.partition) {
            (None, _) => Ok(TailFrom::Last(self.last)),
            (Some(Place::Earliest), _) => Ok(TailFrom::Earliest),
            (Some(Place::Latest), _) => Ok(TailFrom::Last(0)),
            (Some(Place::Offset(offset)), Some(partition)) => {
                Ok(TailFrom::Offsets([(partition, offset)].into()))
            }
            (Some(Place::Offset(_)), None) => Err(Failure::Misuse(
                "an offset is of one partition: name it in `--partition`".to_owned(),
            )),
            (Some(Place::Time(time)), _) => Ok(TailFrom::Time(time)),
        }
    }
}
