//! A client that is killed (SIGKILL) between the two phases of a commit.

use super::world::{PATIENCE, World, consistent, task};
use keyloom_tests::{
    cluster::{Fault, Kind, Options},
    desk::{Desk, TaskId, tasks},
};
use std::process::{Child, Command, Stdio};
use tokio::time::timeout;

/// Set for the child: the address of its store.
const ADDRESS: &str = "KEYLOOM_OUTAGES_ADDRESS";

/// The child: inserts one task, and is killed while it does.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn child() {
    let Ok(address) = std::env::var(ADDRESS) else {
        return;
    };
    let desk = Desk::open(address).await.unwrap();
    tasks::insert(&desk, &task(1)).await.unwrap();
}

fn spawn(world: &World) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "dead_client::child"])
        .env(ADDRESS, world.address())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Kills a client while its request to commit hangs, and gives what a living one then finds.
async fn killed_in_commit(kind: Kind) -> Vec<keyloom_tests::desk::Task> {
    let world = World::with(Options::default(), "");
    let desk = world.desk().await;
    tasks::insert(&desk, &task(2)).await.unwrap();
    let fault = Fault::new("KvCommit", kind).always();
    let fault = world.admin().fail(fault).unwrap();
    let mut child = spawn(&world);
    while world.admin().hits(fault).unwrap() == 0 {
        assert_eq!(child.try_wait().unwrap(), None, "it ended too soon");
        tokio::task::yield_now().await;
    }
    child.kill().unwrap();
    child.wait().unwrap();
    world.admin().clear_all().unwrap();
    let found = timeout(PATIENCE, consistent(&desk)).await.unwrap();
    // The keys that it had locked are free again.
    let put = timeout(PATIENCE, tasks::put(&desk, &task(1))).await;
    put.unwrap().unwrap();
    let now = consistent(&desk).await;
    assert_eq!(now, [task(1), task(2)]);
    found
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_before_its_commit_arrived_it_leaves_nothing() {
    assert_eq!(killed_in_commit(Kind::Hang).await, [task(2)]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_after_its_primary_was_committed_it_leaves_everything() {
    assert_eq!(killed_in_commit(Kind::AfterHang).await, [task(1), task(2)]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_is_cut_off_hears_an_error_in_time_and_goes_on_later() {
    let world = World::new(Options::default());
    let desk = world.desk().await;
    tasks::insert(&desk, &task(2)).await.unwrap();
    let fault = world
        .admin()
        .fail(Fault::new("*", Kind::Hang).always())
        .unwrap();
    let read = timeout(PATIENCE, tasks::get(&desk, TaskId(2))).await;
    assert!(read.expect("the read ends").is_err());
    let write = timeout(PATIENCE, tasks::insert(&desk, &task(1))).await;
    let error = write.expect("the write ends").unwrap_err();
    assert!(
        matches!(
            error,
            keyloom::Error::Engine(_) | keyloom::Error::CommitUnknown { .. }
        ),
        "{error:?}"
    );
    assert!(world.admin().hits(fault).unwrap() > 0);
    world.admin().clear(fault).unwrap();
    timeout(PATIENCE, tasks::put(&desk, &task(3)))
        .await
        .unwrap()
        .unwrap();
    let found = consistent(&desk).await;
    assert_eq!(found, [task(2), task(3)]);
}
