//! Round trips of typed calls, counted at the cluster.
//!
//! A round is a request to a store while none is under way. Each request is delayed, so that those sent side by side meet.

use super::world::{World, task};
use keyloom_tests::{
    cluster::{Counts, Fault, Kind, Options, Span},
    desk::{Account, AccountId, Desk, TaskId, accounts, tasks},
    press::{AuthorId, Press, TagId, articles, authors, tags},
    presses::{article, author, tag},
};
use std::time::Duration;

const METHODS: [&str; 5] = ["KvGet", "KvBatchGet", "KvScan", "KvPrewrite", "KvCommit"];
const SLOW: Duration = Duration::from_millis(30);

/// Twenty-five tasks of one owner in a store whose regions are known to the client.
async fn filled(world: &World) -> Desk {
    let desk = world.desk().await;
    for id in 0..25 {
        let mut task = task(id);
        task.owner = "owner".to_owned();
        tasks::insert(&desk, &task).await.unwrap();
    }
    assert_eq!(tasks::by_owner("owner", ..).count(&desk).await.unwrap(), 25);
    slow(world);
    desk
}

/// Requests take so long that those sent side by side overlap.
fn slow(world: &World) {
    for method in METHODS {
        let fault = Fault::new(method, Kind::Delay(SLOW)).always();
        world.admin().fail(fault).unwrap();
    }
    quiet(world);
}

/// Waits until the commits of secondaries, which nobody waits for, are done.
fn quiet(world: &World) {
    let mut seen = None;
    loop {
        let trace = world.admin().trace().unwrap();
        let now = (world.admin().counts().unwrap(), trace.len());
        if seen.as_ref() == Some(&now) {
            return;
        }
        seen = Some(now);
        std::thread::sleep(4 * SLOW);
    }
}

/// What a piece of work cost.
#[derive(Debug)]
struct Cost {
    /// Requests to stores that waited for each other.
    rounds: u64,
    counts: Counts,
}

/// Does a piece of work, and waits for what it leaves to the background.
async fn cost<T>(world: &World, work: impl Future<Output = keyloom::Result<T>>) -> Cost {
    quiet(world);
    world.admin().reset().unwrap();
    work.await.unwrap();
    quiet(world);
    Cost {
        rounds: rounds(&world.admin().trace().unwrap()),
        counts: world.admin().counts().unwrap(),
    }
}

/// Requests that overlap are one round. Once a commit was answered, others of the same transaction follow in the background,
/// and nobody waits for them.
fn rounds(trace: &[Span]) -> u64 {
    let commits = trace.iter().filter(|span| span.method == "KvCommit");
    let committed = commits.map(|span| span.end).min().unwrap_or(u64::MAX);
    let mut waited_for: Vec<&Span> = trace
        .iter()
        .filter(|span| METHODS.contains(&span.method.as_str()))
        .filter(|span| span.method != "KvCommit" || span.start < committed)
        .collect();
    waited_for.sort_by_key(|span| span.start);
    let (mut rounds, mut busy_until) = (0, 0);
    for span in waited_for {
        rounds += u64::from(span.start >= busy_until);
        busy_until = busy_until.max(span.end);
    }
    rounds
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reads_take_the_round_trips_that_the_guide_says() {
    let world = World::new(Options::default());
    let desk = filled(&world).await;
    let get = cost(&world, tasks::get(&desk, TaskId(3))).await;
    let unique = cost(&world, tasks::by_code("code 4").one(&desk)).await;
    let first = tasks::by_owner("owner", ..).limit(20);
    let page = cost(&world, first.page(&desk)).await;
    let covered = tasks::by_due(..).covered().limit(20);
    let covering = cost(&world, covered.page(&desk)).await;
    let rounds = [&get, &unique, &page, &covering].map(|cost| cost.rounds);
    assert_eq!(rounds, [1, 2, 2, 1], "{:#?}", [get, unique, page, covering]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_later_page_costs_what_the_first_costs() {
    let world = World::new(Options::default());
    let desk = filled(&world).await;
    let mut next = None;
    for at in 0..5 {
        let cursor = next.take();
        let query = tasks::by_owner("owner", ..).limit(5).after(cursor);
        let page = async {
            let page = query.page(&desk).await?;
            assert_eq!(page.items.len(), 5);
            next = page.next;
            Ok(())
        };
        let cost = cost(&world, page).await;
        assert_eq!(cost.rounds, 2, "page {at}: {cost:#?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_relations_of_a_level_are_loaded_side_by_side() {
    let world = World::new(Options::default());
    let address = format!("tikv://{}?prefix=press&gc=off", world.cluster.pd());
    let press = Press::open(address).await.unwrap();
    let (writers, words) = ([author(1), author(2)], [tag(1), tag(2)]);
    authors::insert_many(&press, &writers).await.unwrap();
    tags::insert_many(&press, &words).await.unwrap();
    let all: Vec<_> = (0..10)
        .map(|n| {
            let mut article = article(n, 1 + n % 2);
            article.tag_ids = vec![TagId(1 + n % 2)];
            article.editor_id = Some(AuthorId(2 - n % 2));
            article
        })
        .collect();
    articles::insert_many(&press, &all).await.unwrap();
    slow(&world);
    let plain = cost(&world, articles::all().page(&press)).await;
    let related = (articles::author(), articles::tags(), articles::editor());
    let related = articles::all().include(related);
    let related = cost(&world, related.page(&press)).await;
    let deep = articles::author().include(authors::articles());
    let deep = cost(&world, articles::all().include(deep).page(&press)).await;
    let rounds = [&plain, &related, &deep].map(|cost| cost.rounds);
    // A `has-many` is an index and its records.
    assert_eq!(rounds, [1, 2, 4], "{:#?}", [plain, related, deep]);
}

/// What an insert with three index entries, an update of a field that no index has, an update that moves an entry, and a
/// delete cost.
async fn writes(world: &World) -> [Cost; 4] {
    let desk = filled(world).await;
    let account = Account {
        id: AccountId(1),
        balance: 5,
        memo: String::new(),
    };
    accounts::insert(&desk, &account).await.unwrap();
    let unindexed = accounts::modify(&desk, AccountId(1), |it| it.memo.push('!'));
    [
        cost(world, tasks::insert(&desk, &task(100))).await,
        cost(world, unindexed).await,
        cost(
            world,
            tasks::modify(&desk, TaskId(7), |it| it.owner.push('!')),
        )
        .await,
        cost(world, tasks::delete(&desk, TaskId(9))).await,
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_write_is_a_read_and_two_phases() {
    let costs = writes(&World::with(Options::default(), "&verify-commits=off")).await;
    let rounds = costs.each_ref().map(|cost| cost.rounds);
    // What moves or deletes entries has to read the record before it can look at them.
    assert_eq!(rounds, [3, 3, 4, 4], "{costs:#?}");
    // The record and its three entries; the record alone; the record and the entry at both places.
    let keys = costs
        .each_ref()
        .map(|it| it.counts.methods["KvPrewrite"].keys);
    assert_eq!(keys, [4, 1, 3, 4]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_proof_is_a_round_over_any_number_of_regions() {
    let bare = writes(&World::unsplit("&verify-commits=off")).await;
    let proved = writes(&World::unsplit("")).await;
    for (bare, proved) in bare.iter().zip(&proved) {
        assert_eq!(proved.rounds, bare.rounds + 1, "{bare:#?} {proved:#?}");
    }
    // Each region is asked beside the others, and what is locked is not waited for.
    let split = writes(&World::with(Options::default(), "")).await;
    for (bare, split) in bare.iter().zip(&split) {
        let proof = split.rounds - bare.rounds;
        assert_eq!(proof, 1, "{split:#?}");
    }
}
