//! Events as tools list them: by the time of writing, and read no further than they are shown.

use crate::world::produce;
use keyloom::{
    Result,
    admin::{Admin, EventShown, Reply, Request, TailFrom},
    testing::Tally,
};
use keyloom_tests::{
    engines::counted,
    queue::Queue,
    till::{NewPayment, Payment, Till, payments},
};
use std::collections::BTreeMap;

const PARTITIONS: usize = 16;

type Shown = (Vec<EventShown>, BTreeMap<u16, u64>);

async fn tail(admin: &mut Admin, topic: &str, from: TailFrom, limit: usize) -> Result<Shown> {
    let request = Request::Tail {
        topic: topic.to_owned(),
        partition: None,
        from,
        limit,
    };
    match admin.ask(request).await? {
        Reply::Events { events, next } => Ok((events, next)),
        other => panic!("{other:?}"),
    }
}

/// All events from the first on, reply by reply; and how many each reply held.
async fn all(
    admin: &mut Admin,
    topic: &str,
    limit: usize,
) -> Result<(Vec<EventShown>, Vec<usize>)> {
    let (mut all, mut sizes) = (Vec::new(), Vec::new());
    let mut from = TailFrom::Earliest;
    loop {
        let (events, next) = tail(admin, topic, from, limit).await?;
        if events.is_empty() {
            return Ok((all, sizes));
        }
        sizes.push(events.len());
        all.extend(events);
        from = TailFrom::Offsets(next);
    }
}

/// Values that were read.
fn values(tally: &Tally) -> usize {
    let reads = tally.take();
    reads.gets + reads.keys
}

#[tokio::test]
async fn events_of_all_partitions_come_by_their_time_whatever_the_size_of_a_reply() -> Result<()> {
    let (engine, _) = counted().await;
    let queue = Queue::open_on(engine).await?;
    for round in 0..3 {
        for key in 0..30 {
            produce(&queue, &format!("{round} {key}"), 3).await?;
        }
    }
    let mut admin = queue.admin();
    let (whole, _) = all(&mut admin, "tasks", 1_000).await?;
    assert_eq!(whole.len(), 270);
    assert!(whole.is_sorted_by_key(|event| event.time));
    let mut next = BTreeMap::new();
    for event in &whole {
        let expected = next.entry(event.partition).or_insert(0);
        assert_eq!(event.offset, *expected, "partition {}", event.partition);
        *expected += 1;
    }
    for limit in [1, 7, 269] {
        let (pages, sizes) = all(&mut admin, "tasks", limit).await?;
        assert_eq!(pages, whole, "{limit} a reply");
        assert_eq!(sizes.len(), 270_usize.div_ceil(limit));
    }
    for count in [0, 1, 7, 269, 270, 900] {
        let (events, behind) = tail(&mut admin, "tasks", TailFrom::Last(count), count).await?;
        assert_eq!(
            events,
            whole[whole.len() - count.min(270)..],
            "the last {count}"
        );
        assert_eq!(behind, next, "the last {count}");
    }
    Ok(())
}

/// Of each partition one event is looked at; of those that are shown, once more what they hold.
#[tokio::test]
async fn hardly_more_is_read_than_is_shown() -> Result<()> {
    let (engine, tally) = counted().await;
    let queue = Queue::open_on(engine).await?;
    for key in 0..40 {
        produce(&queue, &format!("{key}"), 10).await?;
    }
    let mut admin = queue.admin();
    values(&tally);
    // Of each partition its head and what is trimmed, besides.
    let rows = 2 * PARTITIONS;
    for shown in [1, 10, 50] {
        for from in [TailFrom::Earliest, TailFrom::Last(shown)] {
            let (events, _) = tail(&mut admin, "tasks", from.clone(), shown).await?;
            assert_eq!(events.len(), shown);
            let read = values(&tally);
            let most = rows + 3 * PARTITIONS + 4 * shown;
            assert!(read <= most, "{shown} from {from:?}: {read} of 400 events");
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_reply_of_large_events_ends_early_and_says_where_to_go_on() -> Result<()> {
    let (engine, _) = counted().await;
    let till = Till::open_on(engine).await?;
    let meta = serde_json::Value::from("m".repeat(1024 * 1024));
    for number in 0..12 {
        let payment = Payment::new(NewPayment {
            shop: "north".to_owned(),
            number,
            amount: "12.50".parse().expect("a decimal"),
            at: "2026-03-01T08:00:00Z".parse().expect("a time"),
        });
        let meta = Some(meta.clone());
        payments::insert(&till, &Payment { meta, ..payment }).await?;
    }
    let mut admin = till.admin();
    let (events, sizes) = all(&mut admin, "payments", 1_000).await?;
    assert_eq!(sizes, [4, 4, 4]);
    let numbers: Vec<_> = events.iter().map(|event| event.key[1].clone()).collect();
    assert_eq!(numbers, (0..12).collect::<Vec<i32>>());
    let (last, _) = tail(&mut admin, "payments", TailFrom::Last(10), 10).await?;
    assert_eq!(last, events[2..6], "the first of the last ten");
    Ok(())
}
