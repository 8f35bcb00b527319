//! Reads at a timestamp: batches of keys, and pages of ranges. Keys here are the cluster's.
//!
//! Each request has a client snapshot of its own: one may be read by one caller at a time, and keeps all it ever read.

use super::link::{Failure, Link};
use crate::engine::{EngineError, Pair, ScanOptions, page::weight};
use futures_util::future::try_join_all;
use std::{collections::HashMap, future::Future, pin::Pin};
use tikv_client::{KvPair, Timestamp, TransactionClient, TransactionOptions};
use tokio::time::Instant;

/// Keys of one request. Larger batches are asked in parts, side by side.
const KEYS: usize = 1024;
/// Pairs of a scan's first page.
const FIRST_PAGE: usize = 256;
/// Pairs of any page.
const LARGEST_PAGE: usize = 10_000;
/// Bytes that a page is meant to have, once the size of the pairs is known.
const PAGE_BYTES: usize = 4 * 1024 * 1024;

/// Regions that one page may ask.
const MOST_REGIONS: usize = 16;

/// What was found; keys that are missing are not in it.
pub(super) type Found = HashMap<Vec<u8>, Vec<u8>>;

type Answer<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

impl Link {
    /// The value of a key at `at`.
    pub(super) async fn get(
        &self,
        at: &Timestamp,
        key: &[u8],
        deadline: Instant,
    ) -> Result<Option<Vec<u8>>, EngineError> {
        let call = |client: TransactionClient, options: TransactionOptions| {
            let (at, key) = (at.clone(), key.to_vec());
            async move { client.snapshot(at, options).get(key).await }
        };
        Ok(self.call("reading from TiKV", deadline, call).await?)
    }

    /// The values of keys at `at`, in one round trip. No key stands in `keys` twice.
    pub(super) async fn get_many(
        &self,
        at: &Timestamp,
        keys: &[Vec<u8>],
        deadline: Instant,
    ) -> Result<Found, EngineError> {
        let parts = keys.chunks(KEYS);
        let parts = try_join_all(parts.map(|part| self.get_part(at, part, deadline))).await?;
        Ok(parts.into_iter().flatten().collect())
    }

    fn get_part<'a>(
        &'a self,
        at: &'a Timestamp,
        keys: &'a [Vec<u8>],
        deadline: Instant,
    ) -> Answer<'a, Result<Found, EngineError>> {
        Box::pin(async move {
            let call = |client: TransactionClient, options: TransactionOptions| {
                let (at, keys) = (at.clone(), keys.to_vec());
                async move {
                    let mut snapshot = client.snapshot(at, options);
                    let pairs = snapshot.batch_get(keys).await?;
                    Ok(pairs
                        .map(|KvPair(key, value)| (key.into(), value))
                        .collect())
                }
            };
            match self.call("reading from TiKV", deadline, call).await {
                Err(Failure::TooLarge) if keys.len() > 1 => {
                    let (left, right) = keys.split_at(keys.len() / 2);
                    let mut found = self.get_part(at, left, deadline).await?;
                    found.extend(self.get_part(at, right, deadline).await?);
                    Ok(found)
                }
                answer => Ok(answer?),
            }
        })
    }

    /// The pairs from `start` up to `end` at `at`, page by page and region by region: the client asks every region of a
    /// range for the whole limit and holds all the answers. No page is asked for once they have `bytes`.
    pub(super) async fn scan(
        &self,
        at: &Timestamp,
        (mut start, mut end): (Vec<u8>, Vec<u8>),
        options: ScanOptions,
        bytes: usize,
        deadline: Instant,
    ) -> Result<Vec<Pair>, EngineError> {
        let mut pairs: Vec<Pair> = Vec::new();
        let mut page = FIRST_PAGE;
        let mut regions = 1;
        let mut left = bytes;
        while start < end && pairs.len() < options.limit && left > 0 {
            let whole = (start.as_slice(), end.as_slice());
            let (from, to) = self.regions.first(whole, regions, options.reverse).await;
            let limit = page.min(options.limit - pairs.len());
            let found = match self.page(at, (&from, &to), limit, options, deadline).await {
                Err(Failure::TooLarge) if limit > 1 => {
                    page = limit / 2;
                    continue;
                }
                answer => answer?,
            };
            let bytes: usize = found.iter().map(weight).sum();
            left = left.saturating_sub(bytes);
            let meant = PAGE_BYTES.min(left);
            page = (meant * found.len().max(1) / bytes.max(1)).clamp(1, LARGEST_PAGE);
            // Regions that hold nothing are passed in growing steps.
            regions = if found.is_empty() {
                (regions * 2).min(MOST_REGIONS)
            } else {
                1
            };
            match found.last() {
                Some((last, _)) if found.len() == limit => {
                    if options.reverse {
                        end.clone_from(last);
                    } else {
                        start.clone_from(last);
                        start.push(0);
                    }
                }
                _ if options.reverse => end = from,
                _ => start = to,
            }
            pairs.extend(found);
        }
        Ok(pairs)
    }

    async fn page(
        &self,
        at: &Timestamp,
        (start, end): (&[u8], &[u8]),
        limit: usize,
        scan: ScanOptions,
        deadline: Instant,
    ) -> Result<Vec<Pair>, Failure> {
        let limit = u32::try_from(limit).unwrap_or(u32::MAX);
        let call = |client: TransactionClient, options: TransactionOptions| {
            let (at, range) = (at.clone(), start.to_vec()..end.to_vec());
            async move {
                let mut snapshot = client.snapshot(at, options);
                let bare = |key: tikv_client::Key| (key.into(), Vec::new());
                let full = |KvPair(key, value): KvPair| (key.into(), value);
                Ok(match (scan.keys_only, scan.reverse) {
                    (false, false) => snapshot.scan(range, limit).await?.map(full).collect(),
                    (false, true) => snapshot
                        .scan_reverse(range, limit)
                        .await?
                        .map(full)
                        .collect(),
                    (true, false) => snapshot.scan_keys(range, limit).await?.map(bare).collect(),
                    (true, true) => snapshot
                        .scan_keys_reverse(range, limit)
                        .await?
                        .map(bare)
                        .collect(),
                })
            }
        };
        self.call("scanning TiKV", deadline, call).await
    }
}
