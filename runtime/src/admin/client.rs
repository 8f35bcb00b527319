//! Asking the process that has a store open.

use super::{
    broken,
    protocol::{Reply, Request},
    socket::{self, Answered, Asked, VERSION},
};
use crate::{Error, Result};
use std::{io::ErrorKind, path::Path, time::Duration};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::UnixStream,
    time::timeout,
};

/// The owner answers within this, or it is stuck.
const PATIENCE: Duration = Duration::from_mins(1);

#[derive(Debug)]
pub(super) struct Client {
    stream: BufReader<UnixStream>,
}

impl Client {
    /// The owner of a folder; none if nobody listens there.
    pub(super) async fn connect(folder: &Path) -> Result<Option<Self>> {
        let path = socket::path(folder);
        match UnixStream::connect(&path).await {
            Ok(stream) => Ok(Some(Self {
                stream: BufReader::new(stream),
            })),
            // An owner that was killed has left it behind, or there is none.
            Err(error)
                if matches!(
                    error.kind(),
                    ErrorKind::NotFound | ErrorKind::ConnectionRefused
                ) =>
            {
                Ok(None)
            }
            Err(error) => Err(Error::Open(format!(
                "{}: the process that has the store open cannot be asked: {error}",
                path.display()
            ))),
        }
    }

    pub(super) async fn ask(&mut self, request: Request) -> Result<Reply> {
        let answer = timeout(PATIENCE, self.round_trip(&request)).await;
        let line = answer.map_err(|_| {
            broken(format!(
                "the process that has the store open did not answer within {PATIENCE:?}"
            ))
        })??;
        let answered: Answered = serde_json::from_slice(&line).map_err(|error| {
            broken(format!(
                "the process that has the store open answers in another way (this tool speaks version {VERSION}): {error}"
            ))
        })?;
        answered.into_result()
    }

    async fn round_trip(&mut self, request: &Request) -> Result<Vec<u8>> {
        let lost = |error| {
            broken(format!(
                "the connection to the store's owner was lost: {error}"
            ))
        };
        let mut line = serde_json::to_vec(&Asked::new(request).map_err(broken)?).map_err(broken)?;
        line.push(b'\n');
        self.stream.write_all(&line).await.map_err(lost)?;
        let mut answer = Vec::new();
        self.stream
            .read_until(b'\n', &mut answer)
            .await
            .map_err(lost)?;
        if answer.last() != Some(&b'\n') {
            return Err(broken(
                "the process that had the store open closed it; ask again",
            ));
        }
        Ok(answer)
    }
}
