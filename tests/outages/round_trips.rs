//! Round trips of typed calls, counted at the cluster.
//!
//! A round is a request to a store while none is under way. Each request is delayed, so that those sent side by side meet.

use super::world::{World, task};
use keyloom_tests::{
    cluster::{Counts, Fault, Kind, Options},
    desk::{Desk, TaskId, tasks},
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
    for method in METHODS {
        let fault = Fault::new(method, Kind::Delay(SLOW)).always();
        world.admin().fail(fault).unwrap();
    }
    quiet(world);
    desk
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

/// What the cluster was asked for by a piece of work, until it was answered.
async fn counted<T>(world: &World, work: impl Future<Output = keyloom::Result<T>>) -> Counts {
    quiet(world);
    world.admin().reset().unwrap();
    work.await.unwrap();
    world.admin().counts().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reads_take_the_round_trips_that_the_guide_says() {
    let world = World::new(Options::default());
    let desk = filled(&world).await;
    let get = counted(&world, tasks::get(&desk, TaskId(3))).await;
    let unique = counted(&world, tasks::by_code("code 4").one(&desk)).await;
    let first = tasks::by_owner("owner", ..).limit(20);
    let page = counted(&world, first.page(&desk)).await;
    let covered = tasks::by_due(..).covered().limit(20);
    let covering = counted(&world, covered.page(&desk)).await;
    let rounds = [&get, &unique, &page, &covering].map(|counts| counts.rounds);
    assert_eq!(rounds, [1, 2, 2, 1], "{:#?}", [get, unique, page, covering]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_later_page_costs_what_the_first_costs() {
    let world = World::new(Options::default());
    let desk = filled(&world).await;
    let query = || tasks::by_owner("owner", ..).limit(5);
    let mut next = None;
    for at in 0..5 {
        let cursor = next.take();
        let page = query().after(cursor);
        quiet(&world);
        world.admin().reset().unwrap();
        let page = page.page(&desk).await.unwrap();
        assert_eq!(world.admin().counts().unwrap().rounds, 2, "page {at}");
        assert_eq!(page.items.len(), 5);
        next = page.next;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_write_is_a_read_two_phases_and_the_proof() {
    let world = World::new(Options::default());
    let desk = filled(&world).await;
    let insert = counted(&world, tasks::insert(&desk, &task(100))).await;
    let update = counted(
        &world,
        tasks::modify(&desk, TaskId(7), |task| task.owner.push('x')),
    )
    .await;
    let unindexed = counted(&world, tasks::delete(&desk, TaskId(9))).await;
    for counts in [&insert, &update, &unindexed] {
        assert_eq!(counts.rounds, 4, "{insert:#?} {update:#?} {unindexed:#?}");
    }
    // The record and its three entries.
    assert_eq!(insert.methods["KvPrewrite"].keys, 4);
    let trusting = World::with(Options::default(), "&verify-commits=off");
    let desk = filled(&trusting).await;
    let insert = counted(&trusting, tasks::insert(&desk, &task(100))).await;
    assert_eq!(insert.rounds, 3, "{insert:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_update_of_an_unindexed_field_writes_the_record_alone() {
    let world = World::new(Options::default());
    let desk = filled(&world).await;
    // The note stands in the covering index as well, so it is two keys; nothing of the others is touched.
    let update = tasks::modify(&desk, TaskId(7), |task| task.note.push('!'));
    let counts = counted(&world, update).await;
    assert_eq!(counts.methods["KvPrewrite"].keys, 2, "{counts:#?}");
    let account = keyloom_tests::desk::Account {
        id: keyloom_tests::desk::AccountId(1),
        balance: 5,
    };
    keyloom_tests::desk::accounts::insert(&desk, &account)
        .await
        .unwrap();
    let same = counted(&world, keyloom_tests::desk::accounts::put(&desk, &account)).await;
    assert_eq!(same.of("KvPrewrite"), 0, "nothing changed: {same:#?}");
}
