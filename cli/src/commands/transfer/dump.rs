//! `keyloom dump`

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use keyloom::transfer::RawStore;

use super::progress::Line;
use crate::commands::store::{Failure, address, run};

/// Writes everything that a store holds, from one snapshot
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  keyloom dump --from keyloom-data --out blog.dump\n  \
                        keyloom dump --from keyloom-data | keyloom load --to 'tikv://pd1:2379?prefix=blog'"
)]
pub(crate) struct Dump {
    /// The store: a folder, or `tikv://HOST:PORT,…?prefix=NAME`
    #[arg(long, value_name = "ADDRESS")]
    from: String,
    /// The file to write; `-` is standard output
    #[arg(long, value_name = "FILE", default_value = "-")]
    out: PathBuf,
}

impl Dump {
    pub(crate) fn run(self) -> ExitCode {
        run(self.dump())
    }

    async fn dump(self) -> Result<(), Failure> {
        let options = address(&self.from)?;
        if self.out != Path::new("-") {
            let store = RawStore::open_existing(options).await?;
            return to_file(&store, &self.out).await;
        }
        let out = io::stdout();
        if out.is_terminal() {
            return Err(Failure::Misuse(
                "a dump is bytes, not text: name a file in `--out`, or pipe it into `keyloom load`"
                    .to_owned(),
            ));
        }
        let store = RawStore::open_existing(options).await?;
        write(&store, out.lock()).await
    }
}

/// The file gets its name when it is whole.
async fn to_file(store: &RawStore, path: &Path) -> Result<(), Failure> {
    let mut unfinished = OsString::from(path);
    unfinished.push(".unfinished");
    let file = File::create(&unfinished).map_err(|error| {
        Failure::Misuse(format!(
            "`{}` cannot be made: {error}",
            unfinished.display()
        ))
    })?;
    write(store, &file).await?;
    let named = file.sync_all().and_then(|()| fs::rename(&unfinished, path));
    named.map_err(|error| Failure::Failed(format!("`{}` cannot be made: {error}", path.display())))
}

async fn write(store: &RawStore, out: impl Write) -> Result<(), Failure> {
    let mut line = Line::new(None);
    let out = BufWriter::with_capacity(1 << 20, out);
    let summary = store.dump(out, |now| line.show(now)).await?;
    store.close().await?;
    line.end("dumped", &summary);
    Ok(())
}
