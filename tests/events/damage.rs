//! Events whose bytes are damaged: handled by the policy as any that fails, and seen by nobody but its own partition.

use crate::world::{END, Recorder, SHORT, produce};
use keyloom::{Poison, Result};
use keyloom_tests::{
    below::{engine, pairs, put},
    queue::Queue,
};

/// The keys of a partition's events end with the area `e` and an offset of eight bytes.
fn offset(key: &[u8]) -> Option<u64> {
    let (log, offset) = key.split_last_chunk()?;
    (log.len() > 3 && log.last() == Some(&b'e')).then(|| u64::from_be_bytes(*offset))
}

#[tokio::test]
async fn a_damaged_event_is_set_aside_by_the_policy_and_the_rest_goes_on() -> Result<()> {
    let engine = engine().await;
    let queue = Queue::open_on(engine.clone()).await?;
    produce(&queue, "a", 3).await?;
    for (key, _) in pairs(&engine, b'e').await {
        if offset(&key) == Some(1) {
            put(&engine, key, Some(vec![7; 5])).await;
        }
    }
    let recorder = Recorder::new();
    let blocked = queue.workers("blocked").handle_tasks(recorder.clone());
    let blocked = blocked
        .max_attempts(2)
        .backoff(SHORT, SHORT)
        .start()
        .await?;
    let lag = loop {
        let lag = queue.group("blocked").lag().await?.remove(0);
        if lag.failed_attempts >= 2 {
            break lag;
        }
        tokio::task::yield_now().await;
    };
    blocked.shutdown(END).await?;
    assert_eq!((lag.next, lag.head), (1, 3), "the order is kept");
    assert!(recorder.seen().iter().all(|seen| seen.n == 1));
    for (group, policy) in [
        ("dead", Poison::DeadLetter),
        // It has no key to be parked by.
        ("parked", Poison::ParkKey),
    ] {
        let recorder = Recorder::new();
        let workers = queue.workers(group).handle_tasks(recorder.clone());
        let workers = workers.max_attempts(2).backoff(SHORT, SHORT);
        let worker = workers.poison(policy).start().await?;
        worker.caught_up().await?;
        worker.shutdown(END).await?;
        let mut numbers: Vec<u64> = recorder.seen().iter().map(|seen| seen.n).collect();
        // The batch is handled again after the failure in it.
        numbers.dedup();
        assert_eq!(numbers, [1, 3], "{group}");
        let dead = queue.group(group).dead_letters().await?;
        let shown: Vec<_> = dead
            .iter()
            .map(|it| (it.offset, it.attempts, it.id))
            .collect();
        assert_eq!(shown, [(1, 2, None)], "{group}");
        assert!(
            dead[0].error.starts_with("its bytes are damaged"),
            "{dead:?}"
        );
    }
    Ok(())
}
