//! What others see: metrics by group and topic, and a span around each handler.

use crate::world::{END, OnCreated, Recorder, SHORT, produce, task};
use keyloom::{EventContext, Poison, Result, testing::drain};
use keyloom_tests::queue::{Queue, Task, TaskId, tasks};
use metrics::{
    Counter, CounterFn, Gauge, GaugeFn, Histogram, HistogramFn, Key, KeyName, Metadata,
    SharedString, Unit,
};
use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

/// The last value of a gauge, the sum of a counter, the count of a histogram; by name and group.
#[derive(Default)]
struct Values(Mutex<HashMap<(String, String), f64>>);

struct Value(&'static Values, (String, String));

impl Value {
    fn change(&self, change: impl FnOnce(f64) -> f64) {
        let mut values = self.0.0.lock().unwrap();
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
        let values = self.0.0.lock().unwrap();
        let key = (format!("keyloom_{name}"), group.to_owned());
        values.get(&key).copied().unwrap_or_default()
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
