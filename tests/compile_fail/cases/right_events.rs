//! A handler of every event, and a publication of each kind.
use keyloom::{EventContext, HandlerResult, Retry};
use keyloom_tests::queue::{
    Queue, Task, TaskEventHandler, TaskFinished, TaskId, TaskPinged, tasks,
};

struct All;

impl TaskEventHandler for All {
    async fn created(&self, cx: &EventContext, task: Task) -> HandlerResult {
        tasks::modify(cx.tx(), &task.key, |task| task.n += 1).await?;
        Ok(())
    }
    async fn updated(&self, _: &EventContext, _before: Task, _after: Task) -> HandlerResult {
        Err(Retry::after(std::time::Duration::from_secs(1)).into())
    }
    async fn deleted(&self, _: &EventContext, _: Task) -> HandlerResult {
        Ok("1".parse::<u32>().map(drop)?)
    }
    async fn finished(&self, _: &EventContext, _: TaskId, _: TaskFinished) -> HandlerResult {
        Ok(())
    }
    async fn pinged(&self, _: &EventContext, _: TaskId, _: TaskPinged) -> HandlerResult {
        Ok(())
    }
}

async fn right(queue: &Queue, task: &Task) -> keyloom::Result<()> {
    tasks::publish(queue, task, TaskPinged {}).await?;
    tasks::publish(queue, &task.key, TaskPinged {}).await?;
    let worker = queue.workers("all").handle_tasks(All).concurrency(2).start().await?;
    worker.shutdown(std::time::Duration::from_secs(1)).await
}

fn main() {}
