//! What others see: metrics by group and topic.

use crate::world::{Counts, END, OnCreated, Recorder, SHORT, leave, produce, task};
use keyloom::{
    EventContext, Poison, Result, Retry,
    testing::{drain, published},
};
use keyloom_tests::{
    queue::{Effect, EffectId, NewEffect, Queue, Task, TaskId, effects, tasks},
    wide::{NewOne, One, OneEvent, OneId, Wide, one},
};
use metrics::{
    Counter, CounterFn, Gauge, GaugeFn, Histogram, HistogramFn, Key, KeyName, Metadata,
    SharedString, Unit,
};
use std::{
    collections::{BTreeSet, HashMap},
    sync::{
        Arc, Mutex, OnceLock,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::Duration,
};

#[derive(Default)]
struct Values {
    /// The last value of a gauge, the sum of a counter, the count of a histogram; by name and group.
    of: Mutex<HashMap<(String, String), f64>>,
    keys: Mutex<BTreeSet<Key>>,
}

struct Value(&'static Values, (String, String));

impl Value {
    fn change(&self, change: impl FnOnce(f64) -> f64) {
        let mut values = self.0.of.lock().unwrap();
        let value = values.entry(self.1.clone()).or_default();
        *value = change(*value);
    }
}

#[expect(clippy::cast_precision_loss, reason = "tests count little")]
impl CounterFn for Value {
    fn increment(&self, value: u64) {
        self.change(|before| before + value as f64);
    }

    fn absolute(&self, value: u64) {
        self.change(|_| value as f64);
    }
}

impl GaugeFn for Value {
    fn increment(&self, value: f64) {
        self.change(|before| before + value);
    }

    fn decrement(&self, value: f64) {
        self.change(|before| before - value);
    }

    fn set(&self, value: f64) {
        self.change(|_| value);
    }
}

impl HistogramFn for Value {
    fn record(&self, _: f64) {
        self.change(|before| before + 1.0);
    }
}

struct Remembers(&'static Values);

impl Remembers {
    fn value(&self, key: &Key) -> Arc<Value> {
        self.0.keys.lock().unwrap().insert(key.clone());
        let group = key.labels().find(|label| label.key() == "group");
        let group = group.map_or_else(String::new, |label| label.value().to_owned());
        Arc::new(Value(self.0, (key.name().to_owned(), group)))
    }
}

impl metrics::Recorder for Remembers {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        Counter::from_arc(self.value(key))
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::from_arc(self.value(key))
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::from_arc(self.value(key))
    }
}

/// One metric of a group.
struct Metric(&'static Values);

impl Metric {
    /// Every metric of this process, from now on.
    fn all() -> Self {
        static VALUES: OnceLock<&'static Values> = OnceLock::new();
        Self(VALUES.get_or_init(|| {
            let values: &'static Values = Box::leak(Box::default());
            metrics::set_global_recorder(Remembers(values)).expect("nobody else records");
            values
        }))
    }

    fn of(&self, name: &str, group: &str) -> f64 {
        let values = self.0.of.lock().unwrap();
        let key = (format!("keyloom_{name}"), group.to_owned());
        values.get(&key).copied().unwrap_or_default()
    }

    /// Every metric of these groups: its name and its labels.
    fn all_of(&self, groups: &[&str]) -> BTreeSet<(String, Vec<(String, String)>)> {
        let keys = self.0.keys.lock().unwrap();
        let labels = |key: &Key| {
            let labels = key.labels();
            labels
                .map(|label| (label.key().to_owned(), label.value().to_owned()))
                .collect()
        };
        let all = keys.iter().map(|key| (key.name().to_owned(), labels(key)));
        all.filter(|(_, labels): &(_, Vec<(String, String)>)| {
            let mut values = labels.iter().map(|(_, value)| value.as_str());
            values.any(|value| groups.contains(&value))
        })
        .collect()
    }
}

/// Longer than the metrics of the lag stand unrenewed.
const RENEWED: Duration = Duration::from_secs(6);

#[tokio::test(start_paused = true)]
async fn the_lag_is_renewed_every_few_seconds_and_falls_to_zero() -> Result<()> {
    let metric = Metric::all();
    let queue = Queue::open("memory:").await?;
    let broken = Arc::new(AtomicBool::new(true));
    let fails = broken.clone();
    let handler = OnCreated(move |_: EventContext, _: Task| {
        let fails = fails.load(Ordering::SeqCst);
        async move { if fails { Err("broken".into()) } else { Ok(()) } }
    });
    let workers = queue.workers("behind").handle_tasks(handler);
    let worker = workers.backoff(RENEWED / 60, RENEWED / 60).start().await?;
    for last in 1..=3 {
        tasks::insert(&queue, &task(&format!("key-{last}"), 1)).await?;
        // Timers go on from one to the next while nothing else is to be done.
        tokio::time::sleep(RENEWED).await;
        assert_eq!(metric.of("events_lag", "behind"), f64::from(last));
        assert!(metric.of("events_oldest_seconds", "behind") > 0.0);
    }
    broken.store(false, Ordering::SeqCst);
    worker.caught_up().await?;
    tokio::time::sleep(RENEWED).await;
    assert_eq!(metric.of("events_lag", "behind"), 0.0);
    assert_eq!(metric.of("events_oldest_seconds", "behind"), 0.0);
    worker.shutdown(END).await
}

/// Workers of one group in one process set the same gauges: what stands there is the lag of all of them.
#[tokio::test(start_paused = true)]
async fn the_lag_is_that_of_all_workers_of_the_process_together() -> Result<()> {
    const EVENTS: u32 = 40;
    let metric = Metric::all();
    let queue = Queue::open("memory:").await?;
    let broken = Arc::new(AtomicBool::new(true));
    let start = async || {
        let fails = broken.clone();
        let handler = OnCreated(move |_: EventContext, _: Task| {
            let fails = fails.load(Ordering::SeqCst);
            async move { if fails { Err("broken".into()) } else { Ok(()) } }
        });
        let workers = queue.workers("together").handle_tasks(handler);
        workers.backoff(RENEWED / 6, RENEWED / 6).start().await
    };
    let (one, other) = (start().await?, start().await?);
    for n in 0..EVENTS {
        tasks::insert(&queue, &task(&format!("key-{n}"), 1)).await?;
    }
    tokio::time::sleep(RENEWED).await;
    assert_eq!(metric.of("events_lag", "together"), f64::from(EVENTS));
    other.shutdown(END).await?;
    tokio::time::sleep(RENEWED).await;
    assert_eq!(metric.of("events_lag", "together"), f64::from(EVENTS));
    assert!(metric.of("events_oldest_seconds", "together") > 0.0);
    one.shutdown(END).await?;
    // Nobody of this process tells of the group any more.
    assert_eq!(metric.of("events_lag", "together"), 0.0);
    assert_eq!(metric.of("events_oldest_seconds", "together"), 0.0);
    Ok(())
}

/// Events outlive their topic's `retain=` for a group that has not handled them: whoever runs no worker of it any more sees that.
#[tokio::test(start_paused = true)]
async fn a_group_without_workers_shows_in_the_events_that_are_kept_for_it() -> Result<()> {
    const HELD: &str = "events_held_seconds";
    let metric = Metric::all();
    let wide = Wide::open("memory:").await?;
    let abandoned = wide.workers("abandoned").handle_one(Counts::default());
    abandoned.start().await?.shutdown(END).await?;
    let worker = wide
        .workers("living")
        .handle_one(Counts::default())
        .start()
        .await?;
    one::insert(&wide, &One::new(NewOne { id: OneId(1) })).await?;
    // Timers go on from one to the next; an event's age is by the clock, and the topic keeps a second.
    while metric.of(HELD, "abandoned") == 0.0 {
        tokio::time::sleep(Duration::from_mins(1)).await;
    }
    assert!(metric.of(HELD, "abandoned") >= 1.0);
    assert_eq!(metric.of(HELD, "living"), 0.0);
    wide.group("abandoned").remove().await?;
    while metric.of(HELD, "abandoned") > 0.0 {
        tokio::time::sleep(Duration::from_mins(1)).await;
    }
    assert!(published::<OneEvent>(&wide).await?.is_empty());
    worker.shutdown(END).await
}

/// The names in a page, `{…}` written out.
fn documented(page: &str) -> BTreeSet<String> {
    let words = page
        .split('`')
        .filter(|word| word.starts_with("keyloom_") && !word.contains(' '));
    words
        .flat_map(|word| match word.split_once(['{', '}']) {
            None => vec![word.to_owned()],
            Some((before, rest)) => {
                let (kinds, after) = rest.split_once('}').unwrap();
                let kinds = kinds.split(',');
                kinds.map(|kind| format!("{before}{kind}{after}")).collect()
            }
        })
        .collect()
}

#[tokio::test]
async fn every_metric_of_the_docs_is_given_with_its_labels_and_no_other() -> Result<()> {
    let metric = Metric::all();
    let queue = Queue::open("memory:").await?;
    produce(&queue, "a", 2).await?;
    let groups = [
        ("named-dead", Poison::DeadLetter),
        ("named-parked", Poison::ParkKey),
    ];
    for (group, policy) in groups {
        let other = queue.clone();
        let rival = AtomicBool::new(true);
        let handler = OnCreated(move |cx: EventContext, task: Task| {
            let queue = other.clone();
            let rival = rival.swap(false, Ordering::SeqCst);
            async move {
                leave(&cx, cx.group(), &task).await?;
                if !rival {
                    return Err("no".into());
                }
                // Somebody writes the same meanwhile, and takes it back: the commit is a conflict.
                let id = EffectId(format!("{}/{}", cx.group(), task.key));
                let effect = Effect::new(NewEffect {
                    id: id.clone(),
                    count: 7,
                });
                effects::insert(&queue, &effect).await?;
                effects::delete(&queue, &id).await?;
                Ok(())
            }
        });
        let workers = queue.workers(group).handle_tasks(handler);
        let workers = workers.max_attempts(2).backoff(SHORT, SHORT).poison(policy);
        let worker = workers.start().await?;
        worker.caught_up().await?;
        worker.shutdown(END).await?;
    }
    let names = documented(include_str!("../../docs/events.md"));
    assert_eq!(names.len(), 11, "{names:?}");
    let label = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let mut wanted = BTreeSet::new();
    for (group, without) in [("named-dead", "parked"), ("named-parked", "dead")] {
        let labels = [label("group", group), label("topic", "tasks")];
        // None of these is kept past its time, or put off.
        let names = names.iter().filter(|name| {
            [without, "held", "snoozed"]
                .iter()
                .all(|other| !name.contains(other))
        });
        wanted.extend(names.map(|name| (name.clone(), labels.to_vec())));
    }
    assert_eq!(metric.all_of(&groups.map(|(group, _)| group)), wanted);
    Ok(())
}

#[tokio::test]
async fn a_snooze_is_counted_apart_from_a_failure() -> Result<()> {
    let metric = Metric::all();
    let queue = Queue::open("memory:").await?;
    produce(&queue, "a", 1).await?;
    let snoozes = AtomicU32::new(0);
    let puts_off = Recorder::answering(move |_, _| match snoozes.fetch_add(1, Ordering::SeqCst) {
        0 | 1 => Err(Retry::after(SHORT).into()),
        2 => Err("a failure".into()),
        _ => Ok(()),
    });
    let workers = queue.workers("put-off").handle_tasks(puts_off);
    let worker = workers.backoff(SHORT, SHORT).start().await?;
    worker.caught_up().await?;
    worker.shutdown(END).await?;
    let of = |name: &str| metric.of(&format!("events_{name}_total"), "put-off");
    let counted = ["snoozed", "failed", "retried", "handled"].map(of);
    assert_eq!(counted, [2.0, 1.0, 1.0, 1.0]);
    Ok(())
}

#[tokio::test]
async fn what_handlers_did_is_counted() -> Result<()> {
    let metric = Metric::all();
    let queue = Queue::open("memory:").await?;
    produce(&queue, "a", 3).await?;
    drain(queue.workers("counts").handle_tasks(Recorder::new())).await?;
    let counted = [
        "handled_total",
        "failed_total",
        "retried_total",
        "dead_total",
        "parked_total",
    ];
    let of = |group: &str| counted.map(|name| metric.of(&format!("events_{name}"), group));
    assert_eq!(of("counts"), [3.0, 0.0, 0.0, 0.0, 0.0]);
    assert_eq!(metric.of("handler_seconds", "counts"), 3.0);
    for (group, policy, dead, parked) in [
        ("counts-dead", Poison::DeadLetter, 1.0, 0.0),
        // The one that failed, and the next of its key behind it.
        ("counts-parked", Poison::ParkKey, 0.0, 2.0),
    ] {
        let refuses = Recorder::answering(|_, seen| match seen.n {
            2 => Err("two".into()),
            _ => Ok(()),
        });
        let workers = queue.workers(group).handle_tasks(refuses);
        let workers = workers.max_attempts(2).backoff(SHORT, SHORT).batch(1);
        let worker = workers.poison(policy).start().await?;
        worker.caught_up().await?;
        worker.shutdown(END).await?;
        let [_, failed, retried, is_dead, is_parked] = of(group);
        assert_eq!((failed, retried), (2.0, 1.0), "{group}");
        assert_eq!((is_dead, is_parked), (dead, parked), "{group}");
    }
    assert!(tasks::get(&queue, TaskId::from("a")).await?.is_some());
    Ok(())
}
