//! An event of the schema that a handler forgot: the build breaks until it is handled.
use keyloom::{EventContext, HandlerResult};
use keyloom_tests::queue::{Task, TaskEventHandler, TaskFinished, TaskId};

struct Forgetful;

impl TaskEventHandler for Forgetful {
    async fn created(&self, _: &EventContext, _: Task) -> HandlerResult {
        Ok(())
    }
    async fn updated(&self, _: &EventContext, _before: Task, _after: Task) -> HandlerResult {
        Ok(())
    }
    async fn deleted(&self, _: &EventContext, _: Task) -> HandlerResult {
        Ok(())
    }
    async fn finished(&self, _: &EventContext, _: TaskId, _: TaskFinished) -> HandlerResult {
        Ok(())
    }
}

fn main() {}
