//! Answering tools on a socket, for as long as a store is open.
//!
//! **Invariant:** nobody but the user of this process can connect: the socket is made in a folder that only they can enter,
//! gets its permissions there, and its name afterwards.

use super::{
    answer::answer,
    protocol::Request,
    socket::{self, Answered, Asked, LONGEST, VERSION},
};
use crate::{Error, Result, Store, transaction::WeakStore};
use std::{
    fs::{self, DirBuilder, Permissions},
    io,
    os::unix::{
        fs::{DirBuilderExt, PermissionsExt},
        net,
    },
    path::{Path, PathBuf},
    sync::Arc,
};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{UnixListener, UnixStream},
    sync::Semaphore,
    task::{JoinHandle, JoinSet},
};

/// Tools that are answered at once; others wait.
const CONNECTIONS: usize = 16;

/// Bytes of a request that is too long that are read and forgotten.
const DISCARDED: u64 = 1024 * 1024;

/// Answers tools until it is dropped; then the socket is gone.
#[derive(Debug)]
pub(crate) struct Server {
    path: PathBuf,
    task: JoinHandle<()>,
}

impl Server {
    /// Opens the socket in a store's folder, in place of one that an owner before left behind.
    pub(super) async fn start(store: &Store, folder: &Path) -> Result<Self> {
        // One server at a time: the old one must not take the new one's socket away.
        store.set_admin(None);
        let path = socket::path(folder);
        let (folder, at) = (folder.to_owned(), path.clone());
        let made = tokio::task::spawn_blocking(move || listen(&folder, &at)).await;
        let made = made.unwrap_or_else(|failed| Err(io::Error::other(failed)));
        let listener = made.and_then(UnixListener::from_std).map_err(|error| {
            Error::Open(format!(
                "{}: the socket for tools cannot be made: {error}",
                path.display()
            ))
        })?;
        let task = tokio::spawn(serve(listener, store.downgrade()));
        Ok(Self { path, task })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
        // If it stays, the next owner replaces it, and a tool finds nobody there.
        let _ = fs::remove_file(&self.path);
    }
}

fn listen(folder: &Path, path: &Path) -> io::Result<net::UnixListener> {
    let aside = folder.join(format!(".admin-{}", std::process::id()));
    remove(&aside)?;
    DirBuilder::new().mode(0o700).create(&aside)?;
    let socket = aside.join("s");
    let listener = net::UnixListener::bind(&socket).and_then(|listener| {
        listener.set_nonblocking(true)?;
        fs::set_permissions(&socket, Permissions::from_mode(0o600))?;
        fs::rename(&socket, path)?;
        Ok(listener)
    });
    remove(&aside)?;
    listener
}

fn remove(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

async fn serve(listener: UnixListener, store: WeakStore) {
    let free = Arc::new(Semaphore::new(CONNECTIONS));
    let mut connections = JoinSet::new();
    loop {
        let Ok(permit) = free.clone().acquire_owned().await else {
            return;
        };
        while connections.try_join_next().is_some() {}
        match listener.accept().await {
            Ok((stream, _)) => {
                let store = store.clone();
                connections.spawn(async move {
                    if let Err(error) = talk(stream, store).await {
                        tracing::debug!(%error, "a connection of a tool ended badly");
                    }
                    drop(permit);
                });
            }
            Err(error) => {
                // Too many open files, perhaps: not at once again.
                tracing::warn!(%error, "a tool could not connect");
                tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            }
        }
    }
}

async fn talk(stream: UnixStream, store: WeakStore) -> io::Result<()> {
    let mut stream = BufReader::new(stream);
    loop {
        let mut line = Vec::new();
        (&mut stream)
            .take(LONGEST)
            .read_until(b'\n', &mut line)
            .await?;
        if line.is_empty() {
            return Ok(());
        }
        let whole = line.last() == Some(&b'\n');
        let outcome = match (whole, store.upgrade()) {
            (_, None) => return Ok(()),
            (false, _) => Err(Error::invalid(
                "request",
                format!("a request is a line of at most {LONGEST} bytes"),
            )),
            (true, Some(store)) => match read(&line) {
                Ok(request) => answer(&store, request).await,
                Err(error) => Err(error),
            },
        };
        let mut reply = serde_json::to_vec(&Answered::new(outcome))?;
        reply.push(b'\n');
        stream.write_all(&reply).await?;
        if !whole {
            // Closed with bytes unread, the connection would be reset, and the answer lost.
            let mut rest = (&mut stream).take(DISCARDED);
            tokio::io::copy(&mut rest, &mut tokio::io::sink()).await?;
            return Ok(());
        }
    }
}

fn read(line: &[u8]) -> Result<Request> {
    let unreadable = |error: serde_json::Error| Error::invalid("request", error.to_string());
    let asked: Asked = serde_json::from_slice(line).map_err(unreadable)?;
    if asked.version != VERSION {
        let reason = format!(
            "this process speaks version {VERSION}, the request is of version {}; use a tool of its release",
            asked.version
        );
        return Err(Error::invalid("request", reason));
    }
    serde_json::from_value(asked.request).map_err(unreadable)
}
