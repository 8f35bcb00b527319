//! The work by generated calls.

use super::{
    input::Input,
    work::{DEPTH, ROWS, TASKS, Work},
};
use crate::{
    Fault,
    bench::{Bench, Member, members},
};
use keyloom::Cursor;
use std::{
    fs,
    hint::black_box,
    path::Path,
    time::{Duration, Instant},
};

/// Two copies of the loaded store.
pub(super) struct Typed {
    durable: Bench,
    relaxed: Bench,
    /// Where the 999th page of the durable copy ended.
    deep: Cursor,
}

impl Typed {
    pub(super) async fn open(folder: &Path, loaded: &Path) -> Result<Self, Fault> {
        let copy = |name: &str| -> Result<String, Fault> {
            let to = folder.join(name);
            fs::create_dir(&to)?;
            for file in fs::read_dir(loaded)? {
                let file = file?;
                fs::copy(file.path(), to.join(file.file_name()))?;
            }
            Ok(to.display().to_string())
        };
        let durable = Bench::open(copy("typed")?).await?;
        let relaxed = Bench::open(format!("{}?durability=relaxed", copy("typed-relaxed")?)).await?;
        let deep = deep_cursor(&durable).await?;
        Ok(Self {
            durable,
            relaxed,
            deep,
        })
    }

    pub(super) async fn close(&self) -> Result<(), Fault> {
        self.durable.close().await?;
        self.relaxed.close().await?;
        Ok(())
    }

    /// How long the calls of a round took, together.
    pub(super) async fn run(&self, work: Work, input: &Input) -> Result<Duration, Fault> {
        let store = if work.relaxed() {
            &self.relaxed
        } else {
            &self.durable
        };
        match work {
            Work::InsertTasks | Work::InsertRelaxedTasks => insert_in_tasks(store, input).await,
            _ => self.one_by_one(store, work, input).await,
        }
    }

    async fn one_by_one(
        &self,
        store: &Bench,
        work: Work,
        input: &Input,
    ) -> Result<Duration, Fault> {
        let start = Instant::now();
        for member in &input.members {
            match work {
                Work::Get => {
                    let found = members::get(store, member.id).await?;
                    black_box(found.ok_or("a loaded record is gone")?);
                }
                Work::Page => {
                    let page = members::by_joined(member.joined_at..).limit(ROWS);
                    black_box(page.page(store).await?);
                }
                Work::PageDeep => {
                    let page = members::by_joined(..).limit(ROWS).after(&self.deep);
                    black_box(page.page(store).await?);
                }
                Work::PageCovering => {
                    let page = members::by_team(member.team).limit(ROWS);
                    black_box(page.covered().page(store).await?);
                }
                Work::UpdateUnindexed => {
                    black_box(members::update(store, member).await?);
                }
                Work::Insert
                | Work::InsertRelaxed
                | Work::InsertTasks
                | Work::InsertRelaxedTasks => {
                    black_box(members::insert(store, member).await?);
                }
            }
        }
        Ok(start.elapsed())
    }
}

async fn insert_in_tasks(store: &Bench, input: &Input) -> Result<Duration, Fault> {
    let shares: Vec<Vec<Member>> = input
        .members
        .chunks(input.calls().div_ceil(TASKS))
        .map(<[Member]>::to_vec)
        .collect();
    let start = Instant::now();
    let tasks: Vec<_> = shares
        .into_iter()
        .map(|share| {
            let store = store.clone();
            tokio::spawn(async move {
                for member in &share {
                    members::insert(&store, member).await?;
                }
                Ok::<(), keyloom::Error>(())
            })
        })
        .collect();
    for task in tasks {
        task.await??;
    }
    Ok(start.elapsed())
}

async fn deep_cursor(store: &Bench) -> Result<Cursor, Fault> {
    let mut cursor: Option<Cursor> = None;
    for _ in 0..DEPTH {
        let page = members::by_joined(..).limit(ROWS).after(&cursor);
        let page = page.page(store).await?;
        cursor = Some(page.next.ok_or("there are no thousand pages")?);
    }
    cursor.ok_or_else(|| "the deep page needs a page before it".into())
}
