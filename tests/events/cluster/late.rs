//! Commits that come late, forced step by step. On TiKV the head of a log is a conflict point: who comes late comes last.

use crate::world::{END, Recorder};
use keyloom::{Error, Result};
use keyloom_tests::{
    cluster::{Admin, Cluster, Fault, Kind},
    queue::{Queue, TaskId, TaskPinged, tasks},
};
use std::time::Duration;

/// A cluster of a case's own, to break.
async fn store() -> (Cluster, Queue) {
    let cluster = tokio::task::spawn_blocking(Cluster::start).await.unwrap();
    let cluster = cluster.unwrap_or_else(|error| panic!("{error}"));
    let queue = open(&cluster).await;
    (cluster, queue)
}

async fn open(cluster: &Cluster) -> Queue {
    let address = format!(
        "tikv://{}?prefix=late&gc=off&timeout=2s&retry=60s",
        cluster.pd()
    );
    Queue::open(address).await.unwrap()
}

async fn ping(queue: &Queue) -> Result<()> {
    // Events of one key, so of one partition.
    tasks::publish(queue, &TaskId::from("key"), TaskPinged {}).await
}

/// What a group has seen once it has caught up: the offsets.
async fn offsets(queue: &Queue, recorder: &Recorder, group: &str) -> Result<Vec<u64>> {
    let workers = queue.workers(group).handle_tasks(recorder.clone());
    let worker = workers.start().await?;
    worker.caught_up().await?;
    worker.shutdown(END).await?;
    Ok(recorder.seen().iter().map(|seen| seen.offset).collect())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_transaction_held_open_while_later_ones_commit_is_refused_and_comes_last_when_run_again()
-> Result<()> {
    let queue = super::tikv().await;
    let recorder = Recorder::new();
    let early = queue.begin().await?;
    tasks::publish(&early, &TaskId::from("key"), TaskPinged {}).await?;
    for _ in 0..3 {
        ping(&queue).await?;
    }
    assert_eq!(offsets(&queue, &recorder, "late").await?, [0, 1, 2]);
    let refused = early.commit().await;
    assert!(
        matches!(refused, Err(Error::Conflict { .. })),
        "{refused:?}"
    );
    // The same as a closure, which is run again: it commits behind what the group has passed.
    let runs = std::sync::atomic::AtomicU32::new(0);
    queue
        .transaction(async |tx| {
            tasks::publish(&tx, &TaskId::from("key"), TaskPinged {}).await?;
            if runs.fetch_add(1, std::sync::atomic::Ordering::SeqCst) == 0 {
                ping(&queue).await?;
                offsets(&queue, &recorder, "late").await?;
            }
            Ok(())
        })
        .await?;
    assert_eq!(offsets(&queue, &recorder, "late").await?, [0, 1, 2, 3, 4]);
    assert_eq!(runs.into_inner(), 2);
    Ok(())
}

/// What happens to the first commit, between its locks and its answer.
async fn first_commit(kind: Kind, times: u64) -> Result<()> {
    let (cluster, queue) = store().await;
    let other = open(&cluster).await;
    // Regions are known, and the log has its head.
    ping(&queue).await?;
    ping(&other).await?;
    let admin: &Admin = cluster.admin();
    let fault = admin
        .fail(Fault::new("KvCommit", kind).times(times))
        .unwrap();
    let late = tokio::spawn({
        let queue = queue.clone();
        async move { ping(&queue).await }
    });
    while admin.hits(fault).unwrap() == 0 {
        tokio::task::yield_now().await;
    }
    // The late one has its locks and its place in time, and is not there. Others publish, and a group reads.
    let recorder = Recorder::new();
    let rival = tokio::spawn({
        let other = other.clone();
        async move { ping(&other).await }
    });
    let reader = open(&cluster).await;
    let seen = tokio::spawn({
        let recorder = recorder.clone();
        async move { offsets(&reader, &recorder, "reader").await }
    });
    let (late, rival) = (late.await.unwrap(), rival.await.unwrap());
    admin.clear(fault).unwrap();
    seen.await.unwrap()?;
    let seen = offsets(&queue, &recorder, "reader").await?;
    let gapless: Vec<u64> = (0..seen.len() as u64).collect();
    assert_eq!(seen, gapless, "{kind:?}: {late:?} {rival:?}");
    assert!(rival.is_ok(), "{kind:?}: {rival:?}");
    let sure = 3 + usize::from(late.is_ok());
    // One whose fate is unknown may be there; one that was refused may not.
    let most = if matches!(late, Err(Error::CommitUnknown { .. })) {
        4
    } else {
        sure
    };
    assert!(
        (sure..=most).contains(&seen.len()),
        "{kind:?}: {late:?} {seen:?}"
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_that_is_delayed_behind_its_locks_is_waited_for() -> Result<()> {
    first_commit(Kind::Delay(Duration::from_millis(700)), 1).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_that_is_done_late_or_answered_wrongly_is_neither_lost_nor_doubled() -> Result<()>
{
    first_commit(Kind::Late(Duration::from_millis(700)), 1).await?;
    first_commit(Kind::AfterUnavailable, 1).await
}
