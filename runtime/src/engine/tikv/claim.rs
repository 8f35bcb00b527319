//! The row that says that a prefix belongs to Keyloom.

use super::{commit, fault, link::Link, prefix::Prefix, write_set::Values};
use crate::engine::{EngineError, KeyRange, Outcome, ScanOptions};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

const FORMAT: u32 = 1;

#[derive(Debug, Serialize, Deserialize)]
struct Row {
    format: u32,
}

/// Makes the prefix a store's, or refuses it: where another program's keys are, where a newer format is, and, if the store
/// `must_exist`, where there is none.
pub(super) async fn claim(
    link: &Link,
    prefix: &Prefix,
    name: &str,
    must_exist: bool,
) -> Result<(), EngineError> {
    let key = prefix.own(b"format");
    let deadline = link.deadline();
    loop {
        let (_, transaction) = link.begin().await?;
        let at = transaction.start_timestamp();
        if let Some(row) = link.get(&at, &key, deadline).await? {
            return check(&key, &row, name);
        }
        if must_exist {
            return Err(fault::unavailable(format!(
                "there is no store under the prefix `{name}`"
            )));
        }
        let whole = prefix.range(&KeyRange {
            start: Vec::new(),
            end: None,
        });
        let one = ScanOptions {
            limit: 1,
            reverse: false,
            keys_only: true,
        };
        if !link
            .scan(&at, whole, one, usize::MAX, deadline)
            .await?
            .is_empty()
        {
            return Err(fault::unavailable(format!(
                "the prefix `{name}` holds keys that no store of this kind wrote; choose another `prefix=`"
            )));
        }
        let row = serde_json::to_vec(&Row { format: FORMAT }).map_err(|error| {
            fault::unavailable(format!("the format's row cannot be written: {error}"))
        })?;
        let writes: Values = [(key.clone(), Some(row))].into();
        match commit::send(
            link,
            transaction,
            &writes,
            Some(&key),
            &BTreeSet::new(),
            deadline,
        )
        .await
        {
            Ok(_) | Err(Outcome::Conflict { .. }) => {}
            Err(Outcome::Failed(error) | Outcome::Unknown(error)) => return Err(error),
            Err(Outcome::Committed { .. }) => return Ok(()),
        }
    }
}

fn check(key: &[u8], row: &[u8], name: &str) -> Result<(), EngineError> {
    let row: Row = serde_json::from_slice(row).map_err(|error| EngineError::Corrupt {
        key: key.to_vec(),
        reason: format!("the format's row of the prefix `{name}` is not one: {error}"),
    })?;
    if row.format == FORMAT {
        return Ok(());
    }
    Err(fault::unavailable(format!(
        "the store `{name}` has format {}, this build knows {FORMAT}; use a newer build",
        row.format
    )))
}
