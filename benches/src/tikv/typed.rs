//! The work by Keyloom's generated calls.

use super::{BATCH, DEPTH, Member, ROWS, TEAM, Work};
use crate::{
    Fault,
    bench::{Bench, members},
};
use keyloom::Cursor;
use std::hint::black_box;

pub(super) struct Typed {
    store: Bench,
    loaded: Vec<Member>,
    /// Where the last page before the deep one ended.
    deep: Cursor,
}

impl Typed {
    pub(super) async fn load(pd: &str, loaded: &[Member]) -> Result<Self, Fault> {
        let store = Bench::open(format!("tikv://{pd}?prefix=bench&gc=off")).await?;
        for batch in loaded.chunks(BATCH) {
            members::insert_many(&store, batch).await?;
        }
        let mut deep: Option<Cursor> = None;
        for _ in 0..DEPTH {
            let page = members::by_team(TEAM).limit(ROWS).after(&deep);
            deep = page.covered().page(&store).await?.next;
        }
        Ok(Self {
            store,
            loaded: loaded.to_vec(),
            deep: deep.ok_or("there are no thousand pages")?,
        })
    }

    pub(super) async fn run(
        &self,
        work: Work,
        input: &[Member],
        round: usize,
    ) -> Result<(), Fault> {
        let store = &self.store;
        for (at, member) in input.iter().enumerate() {
            match work {
                Work::Get => {
                    let found = members::get(store, member.id).await?;
                    black_box(found.ok_or("a loaded record is gone")?);
                }
                Work::GetMany => {
                    let from = at * BATCH;
                    let keys: Vec<_> = self.loaded[from..from + BATCH]
                        .iter()
                        .map(|it| it.id)
                        .collect();
                    full(members::get_many(store, &keys).await?.len(), BATCH)?;
                }
                Work::Unique => {
                    let found = members::by_email(member.email.as_str()).one(store).await?;
                    black_box(found.ok_or("a loaded record is gone")?);
                }
                Work::Page => {
                    let page = members::by_team(TEAM).limit(ROWS).page(store).await?;
                    full(page.items.len(), ROWS)?;
                }
                Work::PageCovering => {
                    let page = members::by_team(TEAM)
                        .limit(ROWS)
                        .covered()
                        .page(store)
                        .await?;
                    full(page.items.len(), ROWS)?;
                }
                Work::PageDeep => {
                    let page = members::by_team(TEAM).limit(ROWS).after(&self.deep);
                    full(page.page(store).await?.items.len(), ROWS)?;
                }
                Work::Insert => drop(members::insert(store, member).await?),
                Work::UpdateUnindexed => {
                    let mut changed = member.clone();
                    changed.bio = format!("{} {round} {at}", member.bio);
                    members::update(store, &changed).await?;
                }
                Work::Delete => {
                    if !members::delete(store, member.id).await? {
                        return Err("an inserted record is gone".into());
                    }
                }
            }
        }
        Ok(())
    }
}

/// An error unless as many were found as there are.
pub(super) fn full(found: usize, expected: usize) -> Result<(), Fault> {
    if found == expected {
        return Ok(());
    }
    Err(format!("{found} records were found instead of {expected}").into())
}
