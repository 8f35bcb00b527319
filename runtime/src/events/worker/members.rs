//! The members of a group: who is alive, who owns what, and how it changes hands.
//!
//! A member renews its row; the others watch by their own monotonic clocks, and take over what belongs to one whose row
//! stood still for longer than the lease. Taking over deletes that row and stamps the cursors in one transaction: the old
//! owner, however long it was stopped, can move none of them any more.

use super::{Inner, holding::Holding};
use crate::{
    Result,
    engine::ScanOptions,
    events::{Cursor, Lease, MemberId, Partition, SLOTS, Share, logs},
    key::prefix_range,
    transaction::{Reader, Transaction},
};
use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
};
use tokio::time::Instant;

const ALL: ScanOptions = ScanOptions {
    limit: usize::MAX,
    reverse: false,
    keys_only: false,
};

/// What a member knows of its group.
#[derive(Debug)]
pub(super) struct Members {
    inner: Arc<Inner>,
    id: MemberId,
    beat: u64,
    /// The beat of each other member, and when it was first seen.
    seen: HashMap<MemberId, (u64, Instant)>,
    /// When this member's own row was renewed last.
    renewed: Instant,
    pub(super) held: BTreeMap<Share, Holding>,
}

/// What changes hands.
#[derive(Debug, Default)]
struct Plan {
    release: Vec<Share>,
    /// The lease as it is, and whether its owner did not let go.
    acquire: Vec<(Share, Lease, bool)>,
    dead: Vec<MemberId>,
}

type Writes = BTreeMap<Vec<u8>, Option<Vec<u8>>>;

impl Members {
    pub(super) fn new(inner: Arc<Inner>) -> Self {
        Self {
            id: MemberId::new(inner.store.hub().incarnation),
            inner,
            beat: 0,
            seen: HashMap::new(),
            renewed: Instant::now(),
            held: BTreeMap::new(),
        }
    }

    /// Shows that this member is alive, lets go of what others should own and takes what it should own itself; what it took.
    /// `busy` are the shares whose partitions are being handled: they are let go of once they are not.
    pub(super) async fn tick(&mut self, busy: &HashSet<Share>) -> Result<Vec<Holding>> {
        let taken = match self.inner.settings.partitions {
            Some((first, last)) => self.claim(Share::Range(first, last)).await,
            None => self.balance(busy).await,
        };
        if self.renewed.elapsed() > self.inner.settings.lease {
            // Others may have taken over: nothing is begun before the store has answered again.
            self.drop_all();
        }
        taken
    }

    /// Forgets every lease, without giving it back.
    pub(super) fn drop_all(&mut self) {
        for (_, holding) in std::mem::take(&mut self.held) {
            holding.stop();
        }
    }

    async fn balance(&mut self, busy: &HashSet<Share>) -> Result<Vec<Holding>> {
        self.renew().await?;
        let this = &*self;
        let (seen, released, taken) = this
            .inner
            .store
            .transaction(async |tx| this.rebalance(&tx, busy).await)
            .await?;
        self.seen = seen;
        for share in &released {
            self.held.remove(share);
        }
        if !released.is_empty() || !taken.is_empty() {
            self.inner.store.hub().members_changed();
        }
        Ok(self.keep(taken))
    }

    fn keep(&mut self, taken: Vec<(Share, Lease)>) -> Vec<Holding> {
        let taken = taken
            .into_iter()
            .map(|(share, lease)| Holding::new(share, lease));
        let taken: Vec<_> = taken.collect();
        self.held
            .extend(taken.iter().map(|holding| (holding.share, holding.clone())));
        taken
    }

    /// Writes this member's row; if others took it for dead, it comes back as another member.
    async fn renew(&mut self) -> Result<()> {
        let (group, beat) = (self.inner.group, self.beat + 1);
        let (id, known) = (self.id, self.beat > 0);
        let alive = self
            .inner
            .store
            .transaction(async |tx| {
                let key = id.key(group);
                if known && tx.reader().get(&key).await?.is_none() {
                    return Ok(false);
                }
                tx.write(BTreeMap::from([(key, Some(beat.to_be_bytes().to_vec()))]))?;
                Ok(true)
            })
            .await?;
        if alive {
            self.beat = beat;
        } else {
            tracing::warn!(
                group = self.inner.name,
                "others took this worker for dead; it joins again"
            );
            self.drop_all();
            self.id = MemberId::new(self.inner.store.hub().incarnation);
            self.beat = 0;
            return Box::pin(self.renew()).await;
        }
        self.renewed = Instant::now();
        Ok(())
    }

    async fn rebalance(
        &self,
        tx: &Transaction,
        busy: &HashSet<Share>,
    ) -> Result<(
        HashMap<MemberId, (u64, Instant)>,
        Vec<Share>,
        Vec<(Share, Lease)>,
    )> {
        let reader = tx.reader();
        let seen = self.look(&reader).await?;
        let leases = self.leases(&reader).await?;
        let plan = self.plan(&seen, &leases, busy);
        let mut writes = Writes::new();
        for share in &plan.release {
            let held = leases.get(share).copied().unwrap_or_default();
            if held.owner == Some(self.id) {
                let free = Lease {
                    owner: None,
                    ..held
                };
                writes.insert(share.key(self.inner.group), Some(free.encode()));
            }
        }
        for member in &plan.dead {
            writes.insert(member.key(self.inner.group), None);
        }
        let taken = self.take(&reader, &plan.acquire, &mut writes).await?;
        tx.write(writes)?;
        Ok((seen, plan.release, taken))
    }

    /// The beat of each member, and when it was first seen with it.
    async fn look(&self, reader: &Reader) -> Result<HashMap<MemberId, (u64, Instant)>> {
        let rows = reader
            .scan(&prefix_range(MemberId::prefix(self.inner.group)), ALL)
            .await?;
        let now = Instant::now();
        Ok(rows
            .iter()
            .filter_map(|(key, beat)| {
                let member = MemberId::of_key(self.inner.group, key)?;
                let beat = u64::from_be_bytes(beat.as_slice().try_into().ok()?);
                let seen = self.seen.get(&member).filter(|(known, _)| *known == beat);
                Some((member, (beat, seen.map_or(now, |(_, since)| *since))))
            })
            .collect())
    }

    async fn leases(&self, reader: &Reader) -> Result<BTreeMap<Share, Lease>> {
        let prefix = Lease::prefix(self.inner.group);
        let rows = reader.scan(&prefix_range(prefix.clone()), ALL).await?;
        let mut leases = BTreeMap::new();
        for (key, stored) in rows {
            if let [slot @ 0..SLOTS] = key[prefix.len()..] {
                let lease = Lease::decode(Some(&stored))
                    .map_err(|error| self.inner.store.binding().corrupt(&key, &error))?;
                leases.insert(Share::Slot(slot), lease);
            }
        }
        Ok(leases)
    }

    fn is_dead(&self, member: MemberId, since: Instant) -> bool {
        let store = &self.inner.store;
        // One process owns the store, and this opening of it is another than the member's.
        let gone = !store.is_shared() && !member.is_of(store.hub().incarnation);
        member != self.id && (gone || since.elapsed() > self.inner.settings.lease)
    }

    fn plan(
        &self,
        seen: &HashMap<MemberId, (u64, Instant)>,
        leases: &BTreeMap<Share, Lease>,
        busy: &HashSet<Share>,
    ) -> Plan {
        let (dead, mut live): (Vec<_>, Vec<_>) = seen
            .iter()
            .map(|(member, (_, since))| (*member, *since))
            .partition(|(member, since)| self.is_dead(*member, *since));
        live.sort_unstable();
        let live: Vec<MemberId> = live.into_iter().map(|(member, _)| member).collect();
        let mut plan = Plan {
            dead: dead.into_iter().map(|(member, _)| member).collect(),
            ..Plan::default()
        };
        for slot in 0..SLOTS {
            let share = Share::Slot(slot);
            let lease = leases.get(&share).copied().unwrap_or_default();
            let mine = MemberId::owner_of(slot, &live) == Some(self.id);
            match (mine, self.held.get(&share)) {
                (false, Some(holding)) => {
                    holding.stop();
                    if !busy.contains(&share) {
                        plan.release.push(share);
                    }
                }
                // Somebody took it, though this member is alive: it begins again with a lease of its own.
                (true, Some(holding)) if lease.epoch == holding.epoch && !holding.is_stopping() => {
                }
                (true, Some(holding)) if busy.contains(&share) => holding.stop(),
                (true, None) if busy.contains(&share) => {}
                (true, _) => match lease.owner {
                    None => plan.acquire.push((share, lease, false)),
                    Some(owner) if owner == self.id || !live.contains(&owner) => {
                        plan.acquire.push((share, lease, owner != self.id));
                    }
                    Some(_) => {}
                },
                (false, None) => {}
            }
        }
        plan
    }

    /// Takes shares under a new epoch. The cursors of one whose owner did not let go are stamped at once.
    async fn take(
        &self,
        reader: &Reader,
        shares: &[(Share, Lease, bool)],
        writes: &mut Writes,
    ) -> Result<Vec<(Share, Lease)>> {
        if shares.is_empty() {
            return Ok(Vec::new());
        }
        let group = self.inner.group;
        let counter = Lease::prefix(group);
        let stored = reader.get(&counter).await?.unwrap_or_default();
        // The one before it is for the cursors that are stamped.
        let epoch = 2 + stored.as_slice().try_into().map_or(0, u64::from_be_bytes);
        writes.insert(counter, Some(epoch.to_be_bytes().to_vec()));
        let mut taken = Vec::with_capacity(shares.len());
        for (share, before, stolen) in shares {
            let lease = Lease {
                owner: Some(self.id),
                epoch,
                unclean: if *stolen {
                    before.epoch
                } else {
                    before.unclean
                },
            };
            if *stolen {
                tracing::info!(
                    group = self.inner.name,
                    ?share,
                    "a lease ran out and is taken over"
                );
                self.stamp(reader, *share, lease, writes).await?;
            }
            writes.insert(share.key(group), Some(lease.encode()));
            taken.push((*share, lease));
        }
        Ok(taken)
    }

    /// Stamps every cursor of a share with an epoch above the old owner's, who can move none any more, and below the new
    /// lease's, under which nothing has begun yet.
    async fn stamp(
        &self,
        reader: &Reader,
        share: Share,
        lease: Lease,
        writes: &mut Writes,
    ) -> Result<()> {
        let partitions: Vec<Partition> = self.inner.partitions_of(share).collect();
        let extents = logs::extents(reader, &partitions).await?;
        let keys: Vec<_> = partitions
            .iter()
            .map(|it| Cursor::key(*it, self.inner.group))
            .collect();
        let found = logs::get_all(reader, &keys).await?;
        for ((key, stored), extent) in keys.into_iter().zip(found).zip(extents) {
            let cursor = Cursor::decode(stored.as_deref())
                .map_err(|error| self.inner.store.binding().corrupt(&key, &error))?;
            let epoch = lease.epoch - 1;
            // A partition without an event has nothing that could be handled.
            if extent.next > 0 && cursor.epoch < epoch {
                let work = cursor.next < extent.next;
                let cursor = cursor.taken_over(epoch, lease.unclean, work);
                writes.insert(key, Some(cursor.encode()));
            }
        }
        Ok(())
    }

    /// Takes partitions that were chosen by hand, once, from whoever has them.
    async fn claim(&mut self, share: Share) -> Result<Vec<Holding>> {
        let this = &*self;
        let taken = this
            .inner
            .store
            .transaction(async |tx| {
                let reader = tx.reader();
                let key = share.key(this.inner.group);
                let stored = reader.get(&key).await?;
                let lease = Lease::decode(stored.as_deref())
                    .map_err(|error| this.inner.store.binding().corrupt(&key, &error))?;
                match this.held.get(&share) {
                    Some(holding) if lease.epoch == holding.epoch => return Ok(Some(Vec::new())),
                    Some(_) => return Ok(None),
                    None => {}
                }
                let mut writes = Writes::new();
                let shares = [(share, lease, lease.owner.is_some())];
                let taken = this.take(&reader, &shares, &mut writes).await?;
                tx.write(writes)?;
                Ok(Some(taken))
            })
            .await?;
        self.renewed = Instant::now();
        let Some(taken) = taken else {
            tracing::warn!(
                group = self.inner.name,
                ?share,
                "another worker took these partitions"
            );
            if let Some(holding) = self.held.get(&share) {
                holding.stop();
            }
            return Ok(Vec::new());
        };
        Ok(self.keep(taken))
    }

    /// Gives everything back: whoever comes next need not wait, and counts no attempt as cut off.
    pub(super) async fn leave(&mut self) -> Result<()> {
        let this = &*self;
        this.inner
            .store
            .transaction(async |tx| {
                let mut writes = Writes::new();
                for (share, holding) in &this.held {
                    let key = share.key(this.inner.group);
                    let stored = tx.reader().get(&key).await?;
                    let lease = Lease::decode(stored.as_deref())
                        .map_err(|error| this.inner.store.binding().corrupt(&key, &error))?;
                    if lease.epoch == holding.epoch && lease.owner == Some(this.id) {
                        let free = Lease {
                            owner: None,
                            ..lease
                        };
                        writes.insert(key, Some(free.encode()));
                    }
                }
                writes.insert(this.id.key(this.inner.group), None);
                tx.write(writes)
            })
            .await?;
        self.held.clear();
        self.inner.store.hub().members_changed();
        Ok(())
    }
}
