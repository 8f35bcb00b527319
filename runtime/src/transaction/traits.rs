//! What can be read from and written to.

use super::{Reader, Snapshot, Store, Transaction};
use crate::Result;
use std::sync::Arc;

mod sealed {
    /// Keeps [`super::Read`] and [`super::Write`] to the types of this crate and of generated code.
    pub trait Sealed {}
    impl Sealed for super::Store {}
    impl Sealed for super::Snapshot {}
    impl Sealed for super::Transaction {}
    impl<T: Sealed + ?Sized> Sealed for &T {}
    impl<T: Sealed + ?Sized> Sealed for std::sync::Arc<T> {}
}
#[doc(hidden)]
pub use sealed::Sealed;

/// The concrete reader behind every `&impl Read`: nothing past it is generic over the reader.
#[doc(hidden)]
#[derive(Debug, Clone)]
pub enum View {
    /// The newest snapshot, taken when the read begins.
    Store(Store),
    /// One consistent view.
    Snapshot(Snapshot),
    /// A transaction's snapshot with its own writes.
    Transaction(Transaction),
}

impl View {
    /// What reads go through.
    pub(crate) async fn open(self) -> Result<Reader> {
        match self {
            Self::Store(store) => store.into_reader().await,
            Self::Snapshot(snapshot) => Ok(snapshot.into_reader()),
            Self::Transaction(transaction) => Ok(transaction.reader()),
        }
    }
}

/// What a write goes to.
#[doc(hidden)]
#[derive(Debug, Clone)]
pub enum Target {
    /// A transaction of its own.
    Store(Store),
    /// The caller's transaction.
    Transaction(Transaction),
}

/// What can be read from: the store, a [`Snapshot`], or a [`Transaction`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be read from",
    label = "pass the store, a snapshot or a transaction, by reference"
)]
pub trait Read: Sealed + Send + Sync {
    #[doc(hidden)]
    fn view(&self) -> View;
}

/// What can be written to: a [`Transaction`], or the store, which runs a transaction of its own.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be written to",
    label = "pass the store or a transaction, by reference",
    note = "a snapshot is read-only"
)]
pub trait Write: Read {
    #[doc(hidden)]
    fn target(&self) -> Target;
}

impl Read for Store {
    fn view(&self) -> View {
        View::Store(self.clone())
    }
}

impl Read for Snapshot {
    fn view(&self) -> View {
        View::Snapshot(self.clone())
    }
}

impl Read for Transaction {
    fn view(&self) -> View {
        View::Transaction(self.clone())
    }
}

impl Write for Store {
    fn target(&self) -> Target {
        Target::Store(self.clone())
    }
}

impl Write for Transaction {
    fn target(&self) -> Target {
        Target::Transaction(self.clone())
    }
}

// So that `users::get(blog, id)` works when `blog` is already a reference, and `&self.blog` when it is an `Arc<Blog>`.
impl<R: Read + ?Sized> Read for &R {
    fn view(&self) -> View {
        (**self).view()
    }
}

impl<R: Read + ?Sized> Read for Arc<R> {
    fn view(&self) -> View {
        (**self).view()
    }
}

impl<W: Write + ?Sized> Write for &W {
    fn target(&self) -> Target {
        (**self).target()
    }
}

impl<W: Write + ?Sized> Write for Arc<W> {
    fn target(&self) -> Target {
        (**self).target()
    }
}
