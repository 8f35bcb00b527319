//! Running closures as transactions, again after conflicts.

use super::{Store, Transaction, TransactionOptions, lanes::Turns, witness::Tries};
use crate::{Error, Result};

impl Store {
    /// Runs `body` in a transaction and commits it; on a conflict, runs it again from the start on a fresh snapshot.
    ///
    /// Write `async |tx| …` (it borrows what it needs, and may run again) or `|tx| async move { … }`. An error of `body`
    /// rolls back and is returned as it is.
    pub async fn transaction<T, F>(&self, body: impl Fn(Transaction) -> F) -> Result<T>
    where
        F: Future<Output = Result<T>>,
    {
        self.try_transaction_with(&TransactionOptions::default(), body)
            .await
    }

    /// [`Store::transaction`] with options.
    pub async fn transaction_with<T, F>(
        &self,
        options: TransactionOptions,
        body: impl Fn(Transaction) -> F,
    ) -> Result<T>
    where
        F: Future<Output = Result<T>>,
    {
        self.try_transaction_with(&options, body).await
    }

    /// [`Store::transaction`] with the caller's own error type.
    pub async fn try_transaction<T, E, F>(&self, body: impl Fn(Transaction) -> F) -> Result<T, E>
    where
        F: Future<Output = Result<T, E>>,
        E: From<Error>,
    {
        self.try_transaction_with(&TransactionOptions::default(), body)
            .await
    }

    async fn try_transaction_with<T, E, F>(
        &self,
        options: &TransactionOptions,
        body: impl Fn(Transaction) -> F,
    ) -> Result<T, E>
    where
        F: Future<Output = Result<T, E>>,
        E: From<Error>,
    {
        let mut tries = Tries::new(options)?;
        let mut attempt = 1;
        let lanes = &self.0.lanes;
        let mut turns = Turns::default();
        loop {
            let begun = lanes.now();
            let transaction = match self.begin().await {
                Ok(transaction) => transaction,
                Err(error) => return tries.give_up(self, error.into()).await,
            };
            match tries.look(&transaction, attempt).await {
                Ok(None) => {}
                Ok(Some(written)) => return Ok(written),
                Err(error) => return tries.give_up(self, error.into()).await,
            }
            // Ends the transaction also if the caller drops this future in the middle of `body`.
            let ending = Ending(transaction.clone());
            let value = match body(transaction.clone()).await {
                Ok(value) => value,
                Err(error) => return tries.give_up(self, error).await,
            };
            let mut wanted = Vec::new();
            let committed = match transaction.end().await {
                Ok(changes) => {
                    drop(ending);
                    if self.is_shared() && !changes.appends.is_empty() {
                        wanted = lanes.of(&changes);
                        if !turns.cover(&wanted) {
                            drop(std::mem::take(&mut turns));
                            turns = lanes.take(wanted.clone()).await;
                        }
                        if turns.is_stale(begun) && attempt < options.max_attempts {
                            attempt += 1;
                            continue;
                        }
                    }
                    transaction.hand_over(changes, attempt).await
                }
                Err(violation) => Err(violation),
            };
            match committed {
                Ok(()) => {
                    lanes.committed(&mut turns);
                    drop(turns);
                    tries.sweep(self).await;
                    return Ok(value);
                }
                Err(error) if attempt >= options.max_attempts => {
                    return tries.give_up(self, error.into()).await;
                }
                Err(error) if error.is_retryable() => {}
                Err(error) if error.is_undetermined() && tries.remember(attempt, value) => {}
                Err(error) => return tries.give_up(self, error.into()).await,
            }
            // Lost to another process: others of this one may try first.
            drop(std::mem::take(&mut turns));
            tokio::time::sleep(options.pause(attempt)).await;
            turns = lanes.take(wanted).await;
            attempt += 1;
        }
    }
}

/// Ends a transaction when it is dropped.
struct Ending(Transaction);

impl Drop for Ending {
    fn drop(&mut self) {
        self.0.clone().roll_back();
    }
}
