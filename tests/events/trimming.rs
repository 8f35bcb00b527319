//! A group that registers while its log is being trimmed, forced step by step: either commit is held up until the other is
//! done.

use crate::world::{Counts, END};
use keyloom::{Result, testing::published};
use keyloom_tests::{
    below::{engine, pairs},
    gates::Gated,
    wide::{NewOne, One, OneEvent, OneId, Wide, one},
};
use std::{sync::atomic::Ordering, time::Duration};

const EVENTS: u64 = 20;

/// `e`, table, partition, `t`: up to where a log is trimmed.
fn trims(key: &[u8]) -> bool {
    matches!(key, [b'e', _, _, _, b't'])
}

/// `g`, table, group: that a group reads a table's events.
fn registers(key: &[u8]) -> bool {
    matches!(key, [b'g', _, _])
}

async fn add(wide: &Wide, ids: std::ops::Range<u64>) -> Result<()> {
    for id in ids {
        one::insert(wide, &One::new(NewOne { id: OneId(id) })).await?;
    }
    Ok(())
}

/// Lets every upkeep run that is due until the events of before are old enough to go: timers are paused, and go on from one
/// to the next; the age of an event is by the clock.
async fn until_trimmed(wide: &Wide) -> Result<()> {
    while !published::<OneEvent>(wide).await?.is_empty() {
        tokio::time::sleep(Duration::from_mins(1)).await;
    }
    Ok(())
}

/// A run of the upkeep goes on while there is something to trim: two runs of one transaction each would leave some.
#[tokio::test(start_paused = true)]
async fn all_that_is_old_enough_is_trimmed_however_much_it_is() -> Result<()> {
    let wide = Wide::open("memory:").await?;
    let worker = wide.workers("fast").handle_one(Counts::default());
    let worker = worker.start().await?;
    for _ in 0..2_500 {
        one::insert(&wide, &One::new(NewOne { id: OneId(1) })).await?;
        one::delete(&wide, OneId(1)).await?;
    }
    worker.caught_up().await?;
    // The age of an event is by the clock.
    std::thread::sleep(Duration::from_millis(1_100));
    // Upkeep is due once or twice until then.
    tokio::time::sleep(Duration::from_secs(75)).await;
    assert_eq!(published::<OneEvent>(&wide).await?.len(), 0);
    worker.shutdown(END).await
}

/// The trim has seen that every group has passed the events, and is held up; the group registers at the first of them.
#[tokio::test(start_paused = true)]
async fn a_trim_deletes_nothing_that_a_group_needs_which_registered_meanwhile() -> Result<()> {
    let engine = Gated::open(engine().await);
    let (trimming, gate) = engine.holding(|key, _| trims(key));
    let (wide, other) = (Wide::open_on(trimming).await?, Wide::open_on(engine).await?);
    let fast = wide.workers("fast").handle_one(Counts::default());
    let fast = fast.start().await?;
    add(&wide, 0..EVENTS).await?;
    fast.caught_up().await?;
    gate.reached().await;
    // It takes nothing yet: it is paused before it reads these events.
    let late = other.workers("late").handle_two(Counts::default());
    let late = late.start().await?;
    other.group("late").pause().await?;
    late.shutdown(END).await?;
    let handled = Counts::default();
    let late = other.workers("late").handle_one(handled.clone());
    let late = late.start().await?;
    gate.open();
    // Trims go on, of everything that they may.
    tokio::time::sleep(Duration::from_mins(5)).await;
    assert_eq!(published::<OneEvent>(&other).await?.len() as u64, EVENTS);
    other.group("late").resume().await?;
    late.caught_up().await?;
    assert_eq!(handled.0.load(Ordering::SeqCst), EVENTS);
    until_trimmed(&other).await?;
    late.shutdown(END).await?;
    fast.shutdown(END).await
}

/// The registration has seen the events, and is held up; the trim deletes them.
#[tokio::test(start_paused = true)]
async fn a_group_that_registers_does_not_stand_before_what_was_trimmed_meanwhile() -> Result<()> {
    let below = engine().await;
    let engine = Gated::open(below.clone());
    let wide = Wide::open_on(engine.clone()).await?;
    let fast = wide.workers("fast").handle_one(Counts::default());
    let fast = fast.start().await?;
    add(&wide, 0..EVENTS).await?;
    fast.caught_up().await?;
    let (registering, gate) = engine.holding(|key, _| registers(key));
    let other = Wide::open_on(registering).await?;
    let handled = Counts::default();
    let starting = tokio::spawn({
        let late = other.workers("late").handle_one(handled.clone());
        async move { late.start().await }
    });
    gate.reached().await;
    until_trimmed(&wide).await?;
    gate.open();
    let late = starting.await.unwrap()?;
    let logs = pairs(&below, b'e').await;
    let next = |key: &[u8]| {
        let found = logs.iter().find(|(other, _)| other.as_slice() == key);
        found.map(|(_, cursor)| u64::from(cursor[0]))
    };
    let mut trimmed = 0;
    for (key, value) in logs.iter().filter(|(key, _)| trims(key)) {
        let to = u64::from_be_bytes(value.as_slice().try_into().unwrap());
        // The second group's cursor; its first part is the next offset.
        let cursor = [&key[..4], b"c", &[2]].concat();
        assert_eq!(next(&cursor), Some(to), "{key:?}");
        trimmed += to;
    }
    assert_eq!(trimmed, EVENTS);
    add(&wide, EVENTS..2 * EVENTS).await?;
    late.caught_up().await?;
    assert_eq!(handled.0.load(Ordering::SeqCst), EVENTS);
    late.shutdown(END).await?;
    fast.shutdown(END).await
}
