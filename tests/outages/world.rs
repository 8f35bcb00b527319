//! A cluster of a case's own, with a store whose every area lies in regions of its own.

use keyloom_tests::{
    cluster::{Admin, Cluster, Options},
    desk::{Desk, Task, TaskId, accounts, tasks, transfers},
    regions::{entry, number, record, split},
};
use std::time::Duration;

pub const PREFIX: &str = "desk";

pub struct World {
    pub cluster: Cluster,
    /// Options of the store behind its prefix.
    options: &'static str,
}

impl World {
    /// Calls give up after some seconds.
    pub fn new(options: Options) -> Self {
        Self::with(options, "&timeout=1s&retry=6s")
    }

    /// A store that lies in one region.
    pub fn unsplit(options: &'static str) -> Self {
        let cluster = Cluster::start().unwrap_or_else(|error| panic!("{error}"));
        Self { cluster, options }
    }

    pub fn with(cluster: Options, options: &'static str) -> Self {
        let cluster = Cluster::start_with(cluster).unwrap_or_else(|error| panic!("{error}"));
        for table in 1..=3 {
            let mut keys = vec![record(table, &[]), record(table, &number(5))];
            keys.extend((1..=3).map(|index| entry(table, index, &[])));
            split(cluster.admin(), PREFIX, &keys);
        }
        Self { cluster, options }
    }

    pub fn admin(&self) -> &Admin {
        self.cluster.admin()
    }

    pub fn address(&self) -> String {
        let pd = self.cluster.pd();
        format!("tikv://{pd}?prefix={PREFIX}&gc=off{}", self.options)
    }

    /// A client of its own.
    pub async fn desk(&self) -> Desk {
        let mut last = None;
        // A cluster that was just started again may not have elected its leaders.
        for _ in 0..5 {
            match Desk::open(self.address()).await {
                Ok(desk) => return desk,
                Err(error) => last = Some(error),
            }
        }
        panic!("the store does not open: {last:?}");
    }
}

/// How often a case does what takes time.
pub fn rounds(short: usize, long: usize) -> usize {
    if std::env::var_os("KEYLOOM_LONG").is_some() {
        long
    } else {
        short
    }
}

pub fn task(id: i64) -> Task {
    Task {
        id: TaskId(id),
        code: format!("code {id}"),
        owner: format!("owner {}", id % 3),
        due: id * 10,
        note: format!("note {id}"),
    }
}

/// Longer than the locks of a client that died live, and than an election takes.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Every index has the entries of the records, and no other; gives the tasks.
pub async fn consistent(desk: &Desk) -> Vec<Task> {
    let all = 100_000;
    let snapshot = desk.snapshot().await.unwrap();
    let records = tasks::all().all(&snapshot, all).await.unwrap();
    let sorted = |mut some: Vec<Task>| {
        some.sort_by_key(|task| task.id);
        some
    };
    let by_code = tasks::by_code(..).all(&snapshot, all).await.unwrap();
    let by_owner = tasks::by_owner(.., ..).all(&snapshot, all).await.unwrap();
    let by_due = tasks::by_due(..).all(&snapshot, all).await.unwrap();
    assert_eq!(sorted(by_code), records);
    assert_eq!(sorted(by_owner), records);
    assert_eq!(sorted(by_due), records);
    let covered = tasks::by_due(..)
        .covered()
        .all(&snapshot, all)
        .await
        .unwrap();
    let notes: Vec<_> = covered.into_iter().map(|it| (it.due, it.note)).collect();
    let mut expected: Vec<_> = records.iter().map(|it| (it.due, it.note.clone())).collect();
    expected.sort();
    assert_eq!(notes, expected);
    let balances = accounts::all().count(&snapshot).await.unwrap();
    assert_eq!(
        accounts::by_balance(..).count(&snapshot).await.unwrap(),
        balances
    );
    let book = transfers::all().count(&snapshot).await.unwrap();
    assert_eq!(transfers::by_from(..).count(&snapshot).await.unwrap(), book);
    records
}
