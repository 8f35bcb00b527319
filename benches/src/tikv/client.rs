//! The work by the bare client, by hand, with no request that can be done without: the least that it takes in two phases,
//! without the proof of commits.

use super::{
    BATCH, DEPTH, Member, ROWS, TEAM, Work,
    bytes::{self, email_key, record_key},
    typed::full,
};
use crate::{Fault, core::decode};
use keyloom::engine::Pair;
use std::{collections::HashMap, hint::black_box};
use tikv_client::{
    CheckLevel, KvPair, Snapshot, Transaction, TransactionClient, TransactionOptions,
    transaction::Mutation,
};

pub(super) struct Client {
    tikv: TransactionClient,
    loaded: Vec<Member>,
    /// The first key behind the last page before the deep one.
    deep: Vec<u8>,
}

impl Client {
    pub(super) async fn load(pd: &str, loaded: &[Member]) -> Result<Self, Fault> {
        let tikv = TransactionClient::new(vec![pd]).await?;
        let mut entries: Vec<Vec<u8>> = loaded
            .iter()
            .map(|it| bytes::team_key(it.team, it.id.0))
            .collect();
        entries.sort_unstable();
        let client = Self {
            tikv,
            loaded: loaded.to_vec(),
            deep: [&entries[DEPTH * ROWS - 1][..], &[0]].concat(),
        };
        for batch in loaded.chunks(BATCH) {
            let mut tx = client.begin().await?;
            tx.batch_mutate(batch.iter().flat_map(puts)).await?;
            tx.commit().await?;
        }
        Ok(client)
    }

    async fn begin(&self) -> Result<Transaction, Fault> {
        let options = TransactionOptions::new_optimistic().drop_check(CheckLevel::None);
        Ok(self.tikv.begin_with_options(options).await?)
    }

    async fn snapshot(&self) -> Result<Snapshot, Fault> {
        let at = self.tikv.current_timestamp().await?;
        let options = TransactionOptions::new_optimistic();
        Ok(self.tikv.snapshot(at, options))
    }

    pub(super) async fn run(
        &self,
        work: Work,
        input: &[Member],
        round: usize,
    ) -> Result<(), Fault> {
        for (at, member) in input.iter().enumerate() {
            match work {
                Work::Get => {
                    let mut snapshot = self.snapshot().await?;
                    black_box(get(&mut snapshot, record_key(member.id.0)).await?);
                }
                Work::GetMany => {
                    let from = at * BATCH;
                    let part = &self.loaded[from..from + BATCH];
                    let keys = part.iter().map(|it| record_key(it.id.0)).collect();
                    let mut snapshot = self.snapshot().await?;
                    full(get_many(&mut snapshot, keys).await?.len(), BATCH)?;
                }
                Work::Unique => {
                    let mut snapshot = self.snapshot().await?;
                    let entry = snapshot.get(email_key(&member.email)).await?;
                    let key = entry.as_deref().and_then(bytes::record_of);
                    let key = key.ok_or("a loaded record has no entry")?;
                    black_box(get(&mut snapshot, key).await?);
                }
                Work::Page => self.page(bytes::team_start(TEAM)).await?,
                Work::PageDeep => self.page(self.deep.clone()).await?,
                Work::PageCovering => {
                    let mut snapshot = self.snapshot().await?;
                    let (rows, _) = entries(&mut snapshot, bytes::team_start(TEAM)).await?;
                    full(black_box(rows).len(), ROWS)?;
                }
                Work::Insert => self.insert(member).await?,
                Work::UpdateUnindexed => {
                    let key = record_key(member.id.0);
                    let mut tx = self.begin().await?;
                    let stored = tx.get(key.clone()).await?;
                    let mut changed = decode::member(&stored.ok_or("a loaded record is gone")?)?;
                    changed.bio = format!("{} {round} {at}", member.bio);
                    tx.put(key, bytes::record(&changed)).await?;
                    tx.commit().await?;
                }
                Work::Delete => self.delete(member).await?,
            }
        }
        Ok(())
    }

    /// A page of records through `by_team`.
    async fn page(&self, start: Vec<u8>) -> Result<(), Fault> {
        let mut snapshot = self.snapshot().await?;
        let (rows, _) = entries(&mut snapshot, start).await?;
        let keys = rows.iter().filter_map(|(key, _)| bytes::record_of(key));
        full(get_many(&mut snapshot, keys.collect()).await?.len(), ROWS)
    }

    async fn insert(&self, member: &Member) -> Result<(), Fault> {
        let mut tx = self.begin().await?;
        let taken = [record_key(member.id.0), email_key(&member.email)];
        if tx.batch_get(taken).await?.next().is_some() {
            return Err("a new record is there already".into());
        }
        tx.batch_mutate(puts(member)).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn delete(&self, member: &Member) -> Result<(), Fault> {
        let mut tx = self.begin().await?;
        let stored = tx.get(record_key(member.id.0)).await?;
        let stored = decode::member(&stored.ok_or("an inserted record is gone")?)?;
        let pairs = bytes::pairs(&stored).into_iter();
        tx.batch_mutate(pairs.map(|(key, _)| Mutation::Delete(key.into())))
            .await?;
        tx.commit().await?;
        Ok(())
    }
}

fn puts(member: &Member) -> impl Iterator<Item = Mutation> + use<> {
    let pairs = bytes::pairs(member).into_iter();
    pairs.map(|(key, value)| Mutation::Put(key.into(), value))
}

async fn get(snapshot: &mut Snapshot, key: Vec<u8>) -> Result<Member, Fault> {
    let stored = snapshot.get(key).await?;
    decode::member(&stored.ok_or("a loaded record is gone")?)
}

/// The records of keys, in the order of the keys; the answer has an order of its own.
async fn get_many(snapshot: &mut Snapshot, keys: Vec<Vec<u8>>) -> Result<Vec<Member>, Fault> {
    let pairs = snapshot.batch_get(keys.clone()).await?;
    let found: HashMap<Vec<u8>, Vec<u8>> = pairs
        .map(|KvPair(key, value)| (key.into(), value))
        .collect();
    let found = keys.iter().filter_map(|key| found.get(key));
    found.map(|stored| decode::member(stored)).collect()
}

/// The entries of a page of `by_team` from `start` on, and whether there is another one.
async fn entries(snapshot: &mut Snapshot, start: Vec<u8>) -> Result<(Vec<Pair>, bool), Fault> {
    let limit = u32::try_from(ROWS + 1)?;
    let end = bytes::team_start(TEAM + 1);
    let pairs = snapshot.scan(start..end, limit).await?;
    let mut rows: Vec<Pair> = pairs
        .map(|KvPair(key, value)| (key.into(), value))
        .collect();
    let more = rows.len() > ROWS;
    rows.truncate(ROWS);
    Ok((rows, more))
}
