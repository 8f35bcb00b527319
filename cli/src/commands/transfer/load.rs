//! `keyloom load`

use std::fs::File;
use std::io::{self, BufReader, IsTerminal, Read};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use keyloom::transfer::RawStore;

use super::progress::Line;
use crate::commands::store::{Failure, address, run};

/// Loads a dump into an empty store, and compares; run again, it goes on where it was interrupted
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  keyloom load --to 'tikv://pd1:2379?prefix=blog' --in blog.dump"
)]
pub(crate) struct Load {
    /// The store: a folder, or `tikv://HOST:PORT,…?prefix=NAME`
    #[arg(long, value_name = "ADDRESS")]
    to: String,
    /// The dump; `-` is standard input
    #[arg(long = "in", value_name = "FILE", default_value = "-")]
    input: PathBuf,
    /// First delete what an interrupted load of another dump has left
    #[arg(long)]
    discard: bool,
}

impl Load {
    pub(crate) fn run(self) -> ExitCode {
        run(self.load())
    }

    async fn load(self) -> Result<(), Failure> {
        let options = address(&self.to)?;
        if self.input == Path::new("-") {
            let input = io::stdin();
            if input.is_terminal() {
                return Err(Failure::Misuse(
                    "name a dump in `--in`, or pipe one from `keyloom dump`".to_owned(),
                ));
            }
            let store = RawStore::open(options).await?;
            return self.load_from(&store, input, Line::new(None)).await;
        }
        let unreadable = |error: io::Error| {
            Failure::Misuse(format!(
                "`{}` cannot be read: {error}",
                self.input.display()
            ))
        };
        let file = File::open(&self.input).map_err(unreadable)?;
        let bytes = file.metadata().map_err(unreadable)?.len();
        let store = RawStore::open(options).await?;
        let line = Line::new(Some(bytes));
        let file = line.bar().wrap_read(file);
        self.load_from(&store, file, line).await
    }

    async fn load_from(
        &self,
        store: &RawStore,
        input: impl Read,
        mut line: Line,
    ) -> Result<(), Failure> {
        if self.discard {
            store.discard(|now| line.show(now)).await?;
        }
        let input = BufReader::with_capacity(1 << 20, input);
        let summary = store.load(input, |now| line.show(now)).await?;
        store.close().await?;
        line.end("loaded and compared", &summary);
        Ok(())
    }
}
