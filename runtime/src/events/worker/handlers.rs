//! Handlers behind one type, and what running one can come to.

use super::super::{Change, EventContext, HandlerResult, TopicId};
use futures_util::FutureExt;
use std::{
    any::Any,
    collections::HashMap,
    fmt,
    future::Future,
    panic::AssertUnwindSafe,
    pin::Pin,
    sync::Arc,
    time::{Duration, Instant},
};
use tracing::Instrument;

type Running = Pin<Box<dyn Future<Output = HandlerResult> + Send>>;

/// A handler that decodes an event and calls the method for it.
pub(crate) type Handler = Arc<dyn Fn(Arc<EventContext>, Change) -> Running + Send + Sync>;

/// The handlers of a worker, by topic.
#[derive(Clone, Default)]
pub(crate) struct Handlers(pub(crate) HashMap<TopicId, Handler>);

impl fmt::Debug for Handlers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// Why an event was not handled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Failure {
    Failed(String),
    /// The handler wants to be asked again after a while.
    Snooze(Duration),
}

impl Handlers {
    /// Runs the handler of an event: an error, a panic and a deadline that passed are failures alike.
    pub(crate) async fn run(
        &self,
        cx: EventContext,
        change: Change,
        deadline: Option<Duration>,
    ) -> Result<(), Failure> {
        let Some(handler) = self.0.get(&cx.partition.topic) else {
            return Err(Failure::Failed(format!(
                "nobody handles events of `{}`",
                cx.topic
            )));
        };
        let span = tracing::info_span!(
            "event",
            group = cx.group.as_str(),
            topic = cx.topic,
            partition = cx.partition.number,
            offset = cx.offset,
            attempt = cx.attempt,
            id = %cx.id,
        );
        let (group, topic) = (cx.group.clone(), cx.topic);
        let begun = Instant::now();
        // The call too: it is the caller's code until its first wait.
        let running = async move { handler(Arc::new(cx), change).await };
        let running = AssertUnwindSafe(running).catch_unwind().instrument(span);
        let ended = match deadline {
            None => Some(running.await),
            Some(deadline) => tokio::time::timeout(deadline, running).await.ok(),
        };
        metrics::histogram!("keyloom_handler_seconds", "group" => group, "topic" => topic)
            .record(begun.elapsed());
        match ended {
            Some(Ok(Ok(()))) => Ok(()),
            Some(Ok(Err(error))) => Err(match error.snooze() {
                Some(pause) => Failure::Snooze(pause),
                None => Failure::Failed(error.to_string()),
            }),
            Some(Err(panic)) => Err(Failure::Failed(format!("it panicked: {}", text(&*panic)))),
            None => Err(Failure::Failed(format!(
                "it took longer than its deadline of {:?}",
                deadline.unwrap_or_default()
            ))),
        }
    }
}

fn text(panic: &(dyn Any + Send)) -> &str {
    let known = panic.downcast_ref::<&str>().copied();
    known
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("with a value that is no text")
}
