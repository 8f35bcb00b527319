//! A lease in the hands of its owner.

use crate::{
    Result,
    events::{GroupId, Lease, Share},
    transaction::Transaction,
};
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

/// A lease that this member owns, as far as it knows.
#[derive(Debug, Clone)]
pub(super) struct Holding {
    pub(super) share: Share,
    pub(super) epoch: u64,
    /// The last epoch before it whose owner did not let go.
    pub(super) unclean: u64,
    stopping: Arc<AtomicBool>,
}

impl Holding {
    pub(super) fn new(share: Share, lease: Lease) -> Self {
        Self {
            share,
            epoch: lease.epoch,
            unclean: lease.unclean,
            stopping: Arc::default(),
        }
    }

    /// Nothing more is to be taken under it.
    pub(super) fn stop(&self) {
        self.stopping.store(true, Ordering::Release);
    }

    pub(super) fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Acquire)
    }

    /// Lets the transaction commit only if the lease is still this one; whether it is.
    pub(super) async fn guard(&self, tx: &Transaction, group: GroupId) -> Result<bool> {
        let key = self.share.key(group);
        let stored = tx.reader().get(&key).await?;
        tx.guard_key(key.clone())?;
        let lease = Lease::decode(stored.as_deref())
            .map_err(|error| tx.store().binding().corrupt(&key, &error))?;
        Ok(lease.epoch == self.epoch)
    }
}
