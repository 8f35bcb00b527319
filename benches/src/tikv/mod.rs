//! Reads and writes on the TiKV test cluster: Keyloom beside Tito and the bare client, in interleaved rounds on one cluster.
//!
//! Times say little, since the cluster emulates the storage in one process. Requests and bytes are counted there and exact.
//!
//! | file | what it is |
//! | --- | --- |
//! | `typed` | the work by Keyloom's generated calls |
//! | `peer` | the same by Tito |
//! | `client`, `bytes` | the same by hand on the client below both |

mod bytes;
mod client;
mod peer;
mod typed;

use crate::{
    Fault,
    bench::{Member, NewMember},
    report::{Measure, median},
};
use keyloom::Timestamp;
use keyloom_cluster::{Admin, Cluster, Count, Counts};
use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

const BENCH: &str = "tikv";
/// Rows of a page.
const ROWS: usize = 20;
/// Pages before the deep one.
const DEPTH: usize = 999;
/// Keys of a batch.
const BATCH: usize = 100;
/// The team that every loaded member is in.
const TEAM: u32 = 7;

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Work {
    Get,
    GetMany,
    Unique,
    Page,
    PageCovering,
    PageDeep,
    Insert,
    UpdateUnindexed,
    Delete,
}

impl Work {
    const ALL: [Self; 9] = [
        Self::Get,
        Self::GetMany,
        Self::Unique,
        Self::Page,
        Self::PageCovering,
        Self::PageDeep,
        Self::Insert,
        Self::UpdateUnindexed,
        Self::Delete,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::Get => "get",
            Self::GetMany => "get-many-100",
            Self::Unique => "unique",
            Self::Page => "page-20",
            Self::PageCovering => "page-20-covering",
            Self::PageDeep => "page-20-deep",
            Self::Insert => "insert-3",
            Self::UpdateUnindexed => "update-unindexed",
            Self::Delete => "delete",
        }
    }
}

/// Calls of a round.
const CALLS: usize = 20;

/// What one system's rounds of one work cost.
#[derive(Default)]
struct Cost {
    micros: Vec<f64>,
    /// By method, over all rounds.
    methods: BTreeMap<String, Count>,
    calls: usize,
}

/// All works by all systems.
pub(crate) async fn run(short: bool, names: &[String]) -> Result<Vec<Measure>, Fault> {
    let works = named(names)?;
    let rounds = if short { 5 } else { 15 };
    let cluster = Cluster::start()?;
    let members = (0..(DEPTH + 2) * ROWS).map(member);
    let members: Vec<Member> = members.collect::<Result<_, _>>()?;
    eprintln!("loading {} records thrice …", members.len());
    let typed = typed::Typed::load(cluster.pd(), &members).await?;
    let peer = peer::Peer::load(cluster.pd(), &members).await?;
    let client = client::Client::load(cluster.pd(), &members).await?;
    let mut costs: Vec<[Cost; 3]> = works.iter().map(|_| Default::default()).collect();
    let mut fresh = members.len();
    for round in 0..rounds {
        eprintln!("round {} of {rounds}", round + 1);
        // What is deleted was inserted in the same round.
        let new = (fresh..fresh + CALLS).map(member);
        let new: Vec<Member> = new.collect::<Result<_, _>>()?;
        fresh += CALLS;
        let stored: Vec<Member> = (0..CALLS)
            .map(|_| members[fastrand::usize(..members.len() - BATCH)].clone())
            .collect();
        for (&work, costs) in works.iter().zip(&mut costs) {
            let input = match work {
                Work::Insert | Work::Delete => &new,
                _ => &stored,
            };
            // Whoever comes later finds a busier machine: take turns.
            for turn in 0..SYSTEMS.len() {
                let system = (turn + round) % SYSTEMS.len();
                quiet(cluster.admin())?;
                cluster.admin().reset()?;
                let begun = Instant::now();
                match system {
                    0 => typed.run(work, input, round).await?,
                    1 => peer.run(work, input, round).await?,
                    _ => client.run(work, input, round).await?,
                }
                let time = begun.elapsed();
                costs[system].add(time, quiet(cluster.admin())?, input.len());
            }
        }
    }
    Ok(works
        .into_iter()
        .zip(costs)
        .flat_map(|(work, costs)| measures(work, &costs))
        .collect())
}

fn named(names: &[String]) -> Result<Vec<Work>, Fault> {
    if names.is_empty() {
        return Ok(Work::ALL.to_vec());
    }
    let one = |name: &String| {
        let found = Work::ALL.into_iter().find(|work| work.name() == name);
        found.ok_or_else(|| format!("there is no work `{name}`").into())
    };
    let works: Vec<Work> = names.iter().map(one).collect::<Result<_, Fault>>()?;
    if works.contains(&Work::Delete) && !works.contains(&Work::Insert) {
        return Err("`delete` deletes what `insert-3` inserted: measure both".into());
    }
    Ok(works)
}

/// Waits until nothing is under way, and tells what was asked.
pub(crate) fn quiet(admin: &Admin) -> Result<Counts, Fault> {
    let mut seen = admin.counts()?;
    loop {
        std::thread::sleep(Duration::from_millis(10));
        let now = admin.counts()?;
        if now == seen {
            return Ok(now);
        }
        seen = now;
    }
}

impl Cost {
    fn add(&mut self, time: Duration, counts: Counts, calls: usize) {
        self.micros
            .push(time.as_secs_f64() * 1e6 / number(calls as u64));
        self.calls += calls;
        for (method, count) in counts.methods {
            let sum = self.methods.entry(method).or_default();
            sum.requests += count.requests;
            sum.written += count.written;
        }
    }

    fn each(&self, total: u64) -> f64 {
        number(total) / number(self.calls as u64)
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of a run are small")]
const fn number(count: u64) -> f64 {
    count as f64
}

/// The ratio is that of the first two.
const SYSTEMS: [&str; 3] = ["keyloom", "tito-0.17", "client"];
/// What is listed, with its unit. The connection and heart beats are not part of a call.
const METHODS: [(&str, &str); 9] = [
    ("Tso", "Tso"),
    ("KvGet", "KvGet"),
    ("KvBatchGet", "KvBatchGet"),
    ("KvScan", "KvScan"),
    ("KvPessimisticLock", "KvPessimisticLock"),
    ("KvPrewrite", "KvPrewrite"),
    ("KvCommit", "KvCommit"),
    ("KvBatchRollback", "KvBatchRollback"),
    ("KVPessimisticRollback", "KVPessimisticRollback"),
];

fn measures(work: Work, costs: &[Cost; 3]) -> Vec<Measure> {
    let mut out = Vec::new();
    let mut add = |unit: &'static str, value: &dyn Fn(&Cost) -> f64| {
        let values = costs.each_ref().map(value);
        if values.iter().any(|value| *value > 0.0) {
            out.extend(
                SYSTEMS
                    .into_iter()
                    .zip(values)
                    .map(|(system, value)| Measure {
                        bench: BENCH,
                        work: work.name().to_owned(),
                        system,
                        value,
                        unit,
                    }),
            );
        }
    };
    add("us", &|cost| median(cost.micros.clone()));
    let requests = |cost: &Cost, method: &str| cost.methods.get(method).map_or(0, |it| it.requests);
    add("requests", &|cost| {
        cost.each(
            METHODS
                .iter()
                .map(|(method, _)| requests(cost, method))
                .sum(),
        )
    });
    for (method, unit) in METHODS {
        add(unit, &|cost| cost.each(requests(cost, method)));
    }
    add("bytes written", &|cost| {
        cost.each(cost.methods.values().map(|count| count.written).sum())
    });
    out
}

/// A member of its own.
fn member(place: usize) -> Result<Member, Fault> {
    let at = 1_704_067_200_000_000 + i64::try_from(place)? * 1_000_000;
    let new = NewMember {
        email: format!("member-{place}@example.com"),
        name: format!("Member {place}"),
        team: TEAM,
        joined_at: Timestamp::from_microsecond(at)?,
        bio: "Keeps the books of the harbour, and plays the cello on Sundays. ".repeat(3),
    };
    Ok(Member::new(new))
}
