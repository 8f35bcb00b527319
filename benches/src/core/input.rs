//! The records of a round, and the bytes they become.

use super::work::Work;
use crate::{
    Fault,
    bench::{Bench, Member, NewMember, members},
    recorder::Recorder,
};
use keyloom::{Timestamp, engine::Pair};
use std::path::{Path, PathBuf};

/// How many teams there are; each has a page at least.
pub(super) const TEAMS: usize = 200;

/// Records written in one transaction while loading.
const BATCH: usize = 500;

/// 2024-01-01, in microseconds since 1970.
const EPOCH: i64 = 1_704_067_200_000_000;

/// Where the parts of this schema's keys begin, read off the keys of one insert.
#[derive(Debug, Clone)]
pub(super) struct Layout {
    /// Before a record's 16 bytes of key.
    pub(super) record: Vec<u8>,
    /// Before a team's 4 bytes in `by_team`.
    pub(super) team: Vec<u8>,
    /// Before the 8 bytes of the time in `by_joined`.
    pub(super) joined: Vec<u8>,
}

/// What one round works on; both systems get the same.
pub(super) struct Input {
    /// Records of the calls: new ones for inserts, stored ones otherwise.
    pub(super) members: Vec<Member>,
    /// What each call writes, without checksums; empty where nothing is written.
    pub(super) pairs: Vec<Vec<Pair>>,
}

impl Input {
    pub(super) const fn calls(&self) -> usize {
        self.members.len()
    }
}

/// Makes records, and learns their bytes from a store in memory.
pub(super) struct Inputs {
    random: fastrand::Rng,
    made: usize,
    stored: Vec<Member>,
    recorder: Recorder,
    memory: Bench,
    layout: Layout,
}

impl Inputs {
    pub(super) async fn new() -> Result<Self, Fault> {
        let recorder = Recorder::open().await?;
        let memory = Bench::open_on(recorder.clone()).await?;
        recorder.take();
        let mut inputs = Self {
            random: fastrand::Rng::with_seed(7),
            made: 0,
            stored: Vec::new(),
            recorder,
            memory,
            layout: Layout {
                record: Vec::new(),
                team: Vec::new(),
                joined: Vec::new(),
            },
        };
        let sample = inputs.member()?;
        let pairs = inputs.bytes_of(&sample).await?;
        let [_, (team, _), (joined, _), (record, _)] = pairs.as_slice() else {
            return Err(format!("an insert wrote {} pairs instead of four", pairs.len()).into());
        };
        let before = |key: &[u8], tail: usize| key[..key.len() - tail].to_vec();
        inputs.layout = Layout {
            record: before(record, 16),
            team: before(team, 4 + 16),
            joined: before(joined, 8 + 16),
        };
        Ok(inputs)
    }

    pub(super) fn layout(&self) -> Layout {
        self.layout.clone()
    }

    /// Writes a store that the systems get copies of; the folder it is in.
    pub(super) async fn load(&mut self, folder: &Path, records: usize) -> Result<PathBuf, Fault> {
        let path = folder.join("loaded");
        let store = Bench::open(format!("{}?durability=relaxed", path.display())).await?;
        for _ in 0..records.div_ceil(BATCH) {
            let batch = (0..BATCH)
                .map(|_| self.member())
                .collect::<Result<Vec<_>, _>>()?;
            members::insert_many(&store, &batch).await?;
            self.stored.extend(batch);
        }
        store.close().await?;
        Ok(path)
    }

    /// What a round of `work` is done on.
    pub(super) async fn round(&mut self, work: Work, calls: usize) -> Result<Input, Fault> {
        let mut members = Vec::with_capacity(calls);
        let mut pairs = Vec::new();
        for _ in 0..calls {
            let member = if work.inserts() {
                self.member()?
            } else {
                let mut member = self.stored[self.random.usize(..self.stored.len())].clone();
                if work == Work::UpdateUnindexed {
                    member.bio = self.text(120);
                }
                member
            };
            if work.inserts() {
                pairs.push(self.bytes_of(&member).await?);
            } else if work == Work::UpdateUnindexed {
                // The record comes after the index entries.
                let record = self.bytes_of(&member).await?.pop();
                pairs.push(record.into_iter().collect());
            }
            members.push(member);
        }
        Ok(Input { members, pairs })
    }

    /// What storing a record writes.
    async fn bytes_of(&self, member: &Member) -> Result<Vec<Pair>, Fault> {
        members::put(&self.memory, member).await?;
        Ok(self
            .recorder
            .take()
            .into_iter()
            .flat_map(|changes| changes.writes)
            .filter_map(|(key, value)| Some((key, value?)))
            .collect())
    }

    fn member(&mut self) -> Result<Member, Fault> {
        self.made += 1;
        let number = self.made;
        let joined = EPOCH + self.random.i64(0..1_000_000_000_000);
        Ok(Member::new(NewMember {
            email: format!("member-{number}@example.com"),
            name: format!("Member {number}"),
            team: u32::try_from(self.random.usize(..TEAMS)).unwrap_or(0),
            joined_at: Timestamp::from_microsecond(joined)?,
            bio: self.text(120),
        }))
    }

    fn text(&mut self, length: usize) -> String {
        (0..length).map(|_| self.random.lowercase()).collect()
    }
}
