//! A request fails, or a look-up of a region does, in the middle of one insert.

use super::world::{PATIENCE, World, consistent, task};
use keyloom_tests::{
    cluster::{Fault, Kind, Options},
    desk::{Task, tasks},
    regions::{entry, number, record, stored},
};
use std::time::Duration;
use tokio::time::timeout;

/// A key in each region that an insert of a task writes to. Tables are numbered as the schema has them.
fn regions(id: i64) -> [Vec<u8>; 4] {
    [
        record(1, &number(id)),
        entry(1, 1, b"code"),
        entry(1, 2, b"owner"),
        entry(1, 3, &number(id)),
    ]
    .map(|key| stored(super::world::PREFIX, &key))
}

/// Inserts one task for each fault, and compares what was answered with what is there.
async fn each(faults: impl Fn(i64) -> Vec<Vec<Fault>>) {
    let world = World::new(Options::default());
    let desk = world.desk().await;
    let mut expected: Vec<Task> = Vec::new();
    let mut id = 0;
    for case in 0..faults(0).len() {
        id += 1;
        for fault in faults(id).swap_remove(case) {
            world.admin().fail(fault).unwrap();
        }
        let outcome = timeout(PATIENCE, tasks::insert(&desk, &task(id))).await;
        let outcome = outcome.expect("it ends");
        world.admin().clear_all().unwrap();
        // The same client goes on.
        id += 1;
        let after = timeout(PATIENCE, tasks::insert(&desk, &task(id))).await;
        after.expect("it ends").unwrap();
        let found = consistent(&desk).await;
        let written = found.contains(&task(id - 1));
        match outcome {
            Ok(_) => assert!(written, "case {case}: acknowledged, and lost"),
            Err(error) if error.is_undetermined() => {}
            Err(error) => assert!(!written, "case {case}: {error}, and yet written"),
        }
        expected.extend(written.then(|| task(id - 1)));
        expected.push(task(id));
        assert_eq!(found, expected, "case {case}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failing_request_of_each_kind_gets_a_true_answer() {
    const PAUSE: Duration = Duration::from_millis(300);
    each(|id| {
        let mut all = Vec::new();
        for method in ["KvBatchGet", "KvPrewrite", "KvCommit"] {
            for kind in [
                Kind::Unavailable,
                Kind::AfterUnavailable,
                Kind::Late(PAUSE),
                Kind::Hang,
                Kind::AfterHang,
            ] {
                let [record, ..] = regions(id);
                all.push(vec![Fault::new(method, kind).key(record)]);
            }
        }
        all
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failing_look_up_of_each_region_loses_nothing() {
    each(|id| {
        let mut all = Vec::new();
        for key in regions(id) {
            for method in ["KvBatchGet", "KvPrewrite", "KvCommit"] {
                // The request fails once, so that the region is looked up again; that fails for a while.
                all.push(vec![
                    Fault::new(method, Kind::Unavailable).key(key.clone()),
                    Fault::new("GetRegion", Kind::Unavailable)
                        .key(key.clone())
                        .times(12),
                ]);
            }
        }
        all
    })
    .await;
}
