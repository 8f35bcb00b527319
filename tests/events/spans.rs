//! What others see: a span around each handled event.

use crate::world::{END, OnCreated, SHORT, task};
use keyloom::{EventContext, Result};
use keyloom_tests::queue::{Queue, Task, tasks};
use std::{
    collections::BTreeMap,
    fmt::Debug,
    sync::{Arc, Mutex, MutexGuard},
    thread::{self, ThreadId},
};
use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id, Record},
};

/// Fields and their values.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Fields(BTreeMap<&'static str, String>);

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name(), value.to_owned());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.insert(field.name(), format!("{value:?}"));
    }
}

/// Remembers every span of one thread, and what was logged in it.
///
/// It is the subscriber of the whole process: of one that is a thread's only, spans that another thread makes first may never
/// hear.
#[derive(Clone)]
struct Spans(Arc<Mutex<Seen>>, ThreadId);

impl Spans {
    fn of_this_thread() -> Self {
        let spans = Self(Arc::default(), thread::current().id());
        tracing::subscriber::set_global_default(spans.clone()).expect("nobody else listens");
        spans
    }

    fn seen(&self) -> Option<MutexGuard<'_, Seen>> {
        (thread::current().id() == self.1).then(|| self.0.lock().unwrap())
    }
}

#[derive(Default)]
struct Seen {
    /// By number, from 1.
    spans: Vec<(&'static str, Fields)>,
    /// Those that are entered, the innermost last.
    entered: Vec<u64>,
    /// The fields of the span around each message of this crate, and the message.
    logged: Vec<(Fields, String)>,
}

impl Subscriber for Spans {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let Some(mut seen) = self.seen() else {
            return Id::from_u64(u64::MAX);
        };
        let mut fields = Fields::default();
        span.record(&mut fields);
        seen.spans.push((span.metadata().name(), fields));
        Id::from_u64(seen.spans.len() as u64)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        if event.metadata().target() != module_path!() {
            return;
        }
        let Some(mut seen) = self.seen() else {
            return;
        };
        let mut fields = Fields::default();
        event.record(&mut fields);
        let around = seen.entered.last().map_or_else(Fields::default, |number| {
            let place = usize::try_from(number - 1).unwrap();
            seen.spans[place].1.clone()
        });
        seen.logged.push((around, fields.0["message"].clone()));
    }

    fn enter(&self, span: &Id) {
        if let Some(mut seen) = self.seen() {
            seen.entered.push(span.into_u64());
        }
    }

    fn exit(&self, _: &Id) {
        if let Some(mut seen) = self.seen() {
            seen.entered.pop();
        }
    }
}

/// One thread, so that the subscriber hears of everything and of nothing else.
#[tokio::test]
async fn each_attempt_is_a_span_with_the_place_of_its_event_and_what_the_handler_logs_stands_in_it()
-> Result<()> {
    let queue = Queue::open("memory:").await?;
    tasks::insert(&queue, &task("a", 1)).await?;
    let spans = Spans::of_this_thread();
    let given = Arc::new(Mutex::new(Vec::new()));
    let contexts = given.clone();
    let handler = OnCreated(move |cx: EventContext, _: Task| {
        contexts.lock().unwrap().push(cx.clone());
        async move {
            tokio::task::yield_now().await;
            tracing::info!("at it");
            if cx.attempt() == 1 {
                Err("once".into())
            } else {
                Ok(())
            }
        }
    });
    let workers = queue.workers("seen").handle_tasks(handler);
    let worker = workers.backoff(SHORT, SHORT).start().await?;
    worker.caught_up().await?;
    worker.shutdown(END).await?;
    let given = given.lock().unwrap();
    let wanted: Vec<Fields> = given
        .iter()
        .enumerate()
        .map(|(place, cx)| {
            let fields = [
                ("group", "seen".to_owned()),
                ("topic", "tasks".to_owned()),
                ("partition", cx.partition().to_string()),
                ("offset", "0".to_owned()),
                ("attempt", (place + 1).to_string()),
                ("id", cx.id().to_string()),
            ];
            Fields(fields.into())
        })
        .collect();
    assert_eq!(wanted.len(), 2);
    let seen = spans.0.lock().unwrap();
    let events = seen.spans.iter().filter(|(name, _)| *name == "event");
    let events: Vec<Fields> = events.map(|(_, fields)| fields.clone()).collect();
    assert_eq!(events, wanted);
    let logged = wanted.into_iter().map(|it| (it, "at it".to_owned()));
    assert_eq!(seen.logged, logged.collect::<Vec<_>>());
    Ok(())
}
