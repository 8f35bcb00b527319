//! `keyloom dump`

use std::fs::{self, File};
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use keyloom::transfer::RawStore;

use super::progress::Line;
use crate::commands::replace::unfinished;
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
            let target = Target::of(&self.out)?;
            let store = RawStore::open_existing(options).await?;
            return target.take(&store).await;
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

/// What `--out` names.
enum Target {
    /// A device or a pipe, which stays what it is.
    Stream(PathBuf),
    /// A file, there or not, behind links to it.
    File(PathBuf),
}

impl Target {
    fn of(path: &Path) -> Result<Self, Failure> {
        match fs::metadata(path) {
            Ok(there) if there.is_dir() => Err(Failure::Misuse(format!(
                "`{}` is a folder: name a file in it",
                path.display()
            ))),
            Ok(there) if !there.is_file() => Ok(Self::Stream(path.to_owned())),
            _ => Ok(Self::File(
                fs::canonicalize(path).unwrap_or_else(|_| path.to_owned()),
            )),
        }
    }

    async fn take(&self, store: &RawStore) -> Result<(), Failure> {
        match self {
            Self::Stream(path) => {
                let stream = File::options().write(true).open(path);
                write(store, stream.map_err(unwritable(path))?).await
            }
            Self::File(path) => to_file(store, path).await,
        }
    }
}

fn unwritable(path: &Path) -> impl Fn(io::Error) -> Failure {
    move |error| Failure::Misuse(format!("`{}` cannot be written: {error}", path.display()))
}

/// The file gets its name when it is whole.
async fn to_file(store: &RawStore, path: &Path) -> Result<(), Failure> {
    let unfinished = unfinished(path);
    let file = File::create(&unfinished).map_err(unwritable(&unfinished))?;
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
