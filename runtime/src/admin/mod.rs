//! Looking at the events of a store, and moving its consumer groups, without its schema: what `keyloom events` calls.
//!
//! A cluster, and a folder that nobody has open, are opened directly. A folder that a process has open is reached through
//! that process, once it called [`Store::serve_admin`](crate::Store::serve_admin).
//!
//! ```no_run
//! # async fn example() -> keyloom::Result<()> {
//! use keyloom::{OpenOptions, admin::{Admin, Reply, Request}};
//!
//! let mut admin = Admin::open(OpenOptions::new("keyloom-data")?).await?;
//! if let Reply::Status(status) = admin.ask(Request::Status).await? {
//!     println!("{} groups", status.groups.len());
//! }
//! admin.close().await
//! # }
//! ```
//!
//! | file | what it is |
//! | --- | --- |
//! | `protocol` | requests and replies |
//! | `answer` | what a request does |
//! | `status`, `tail` | how far everybody is; events as JSON |
//! | `socket`, `serve`, `client` | requests and replies as lines on a socket in the store's folder |
//!
//! **Invariant:** what a request does and answers is the same whichever way it comes.

mod answer;
#[cfg(unix)]
mod client;
mod merge;
mod protocol;
#[cfg(unix)]
mod serve;
#[cfg(unix)]
mod socket;
mod status;
mod tail;

pub use protocol::{
    EventShown, GroupStatus, GroupTopic, LetterShown, PartitionStatus, Place, Reply, Request,
    Status, TailFrom, TopicStatus, Which,
};

use crate::{Error, OpenOptions, Result, Store};

/// The server of one open store.
#[cfg(unix)]
pub(crate) use serve::Server;

/// Where there are no sockets, nothing is served.
#[cfg(not(unix))]
#[derive(Debug)]
pub(crate) enum Server {}

/// A store as its tools see it.
#[derive(Debug)]
pub struct Admin(Way);

#[derive(Debug)]
enum Way {
    /// Nobody else owns it.
    Direct(Store),
    /// Through the process that has it open.
    #[cfg(unix)]
    Owner(client::Client),
}

impl Admin {
    /// Opens a store that must be there. [`Error::Open`] says what is in the way.
    pub async fn open(options: OpenOptions) -> Result<Self> {
        let options = options.existing()?;
        #[cfg(unix)]
        if let Some(folder) = options.folder()
            && let Some(client) = client::Client::connect(folder).await?
        {
            return Ok(Self(Way::Owner(client)));
        }
        Store::without_schema(options)
            .await
            .map(Way::Direct)
            .map(Self)
    }

    /// Whether others may change it while it is looked at.
    #[must_use]
    pub fn is_live(&self) -> bool {
        match &self.0 {
            Way::Direct(store) => store.is_shared(),
            #[cfg(unix)]
            Way::Owner(_) => true,
        }
    }

    /// Does what is asked for. [`Error::Invalid`] if a name, a place or an offset is not there.
    pub async fn ask(&mut self, request: Request) -> Result<Reply> {
        match &mut self.0 {
            Way::Direct(store) => answer::answer(store, request).await,
            #[cfg(unix)]
            Way::Owner(client) => client.ask(request).await,
        }
    }

    /// Lets go of the store.
    pub async fn close(self) -> Result<()> {
        match self.0 {
            Way::Direct(store) => store.close().await,
            #[cfg(unix)]
            Way::Owner(_) => Ok(()),
        }
    }
}

impl Store {
    /// What tools see of this store, asked from within its own process: a page of the application's own, for example.
    #[must_use]
    pub fn admin(&self) -> Admin {
        Admin(Way::Direct(self.clone()))
    }

    /// Lets `keyloom events` look at this store while it is open here: opens a socket in its folder, which only the user that
    /// runs this process may use. It is there until the store is closed or dropped.
    ///
    /// Does nothing for a store without a folder: tools reach a cluster directly. [`Error::Open`] if the socket cannot be
    /// made.
    pub async fn serve_admin(&self) -> Result<()> {
        let Some(folder) = self.folder() else {
            return Ok(());
        };
        #[cfg(unix)]
        {
            let server = Server::start(self, folder).await?;
            self.set_admin(Some(server));
            Ok(())
        }
        #[cfg(not(unix))]
        Err(Error::Open(format!(
            "{}: this system has no Unix-domain sockets; close the store to look at it with tools",
            folder.display()
        )))
    }
}

/// A request or its answer could not be carried.
#[cfg(unix)]
fn broken(reason: impl std::fmt::Display) -> Error {
    Error::abort(reason.to_string())
}
