//! How transactions are run.

use crate::Uuid;
use std::time::Duration;

/// How a transaction is run.
#[derive(Debug, Clone)]
#[must_use]
pub struct TransactionOptions {
    pub(super) max_attempts: u32,
    backoff: Duration,
    max_backoff: Duration,
    pub(super) token: Option<Uuid>,
}

impl Default for TransactionOptions {
    fn default() -> Self {
        Self {
            max_attempts: 100,
            backoff: Duration::from_millis(1),
            max_backoff: Duration::from_millis(100),
            token: None,
        }
    }
}

impl TransactionOptions {
    /// 100 attempts, with a random pause of up to 1 ms after the first, twice that after the next, and at most 100 ms.
    pub fn new() -> Self {
        Self::default()
    }

    /// Runs the closure at most so often; 0 counts as 1.
    pub const fn max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = if attempts == 0 { 1 } else { attempts };
        self
    }

    /// Longest pause after the first conflict; doubled after each further one.
    pub const fn backoff(mut self, first: Duration, longest: Duration) -> Self {
        self.backoff = first;
        self.max_backoff = longest;
        self
    }

    /// Gives the transaction a name, by which it is written at most once, whatever happens to its commit.
    ///
    /// The token is a version 7 UUID, made once for one piece of work: `Uuid::now_v7()`. A commit whose fate is unknown is
    /// then tried again like a conflict. A later run under the same token, after a crash perhaps, is
    /// [`Error::AlreadyCommitted`](crate::Error::AlreadyCommitted) if the first one was written. The store remembers a token
    /// for 24 hours; an older one is refused. Costs one read and one small write more.
    pub const fn idempotent(mut self, token: Uuid) -> Self {
        self.token = Some(token);
        self
    }

    /// Full jitter: anything between nothing and the bound, which doubles.
    pub(crate) fn pause(&self, attempt: u32) -> Duration {
        let factor = 1_u32.checked_shl(attempt - 1).unwrap_or(u32::MAX);
        let bound = self.backoff.saturating_mul(factor).min(self.max_backoff);
        bound.mul_f64(fastrand::f64())
    }
}
