//! What a group has set aside.

use clap::Args;
use keyloom::admin::{Reply, Request, Which};

use super::{Failure, Target, json_line, print, unexpected};

/// Letters that are asked for at once.
const PAGE: usize = 100;

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  keyloom events dead keyloom-data mailer\n  \
                        keyloom events dead keyloom-data mailer | jq -r .error | sort | uniq -c"
)]
pub(super) struct Dead {
    #[command(flatten)]
    target: Target,
    /// The consumer group
    group: String,
}

impl Dead {
    pub(super) async fn print(self) -> Result<(), Failure> {
        all(&self.target, &self.group, Which::Dead).await
    }
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  keyloom events parked keyloom-data mailer")]
pub(super) struct Parked {
    #[command(flatten)]
    target: Target,
    /// The consumer group
    group: String,
}

impl Parked {
    pub(super) async fn print(self) -> Result<(), Failure> {
        all(&self.target, &self.group, Which::Parked).await
    }
}

async fn all(target: &Target, group: &str, which: Which) -> Result<(), Failure> {
    let mut admin = target.open().await?;
    let mut after = None;
    loop {
        let request = Request::Letters {
            group: group.to_owned(),
            which,
            after,
            limit: PAGE,
        };
        let Reply::Letters {
            letters,
            after: more,
        } = admin.ask(request).await?
        else {
            return Err(unexpected());
        };
        for letter in &letters {
            print(&json_line(letter)?)?;
        }
        if more.is_none() {
            admin.close().await?;
            return Ok(());
        }
        after = more;
    }
}
