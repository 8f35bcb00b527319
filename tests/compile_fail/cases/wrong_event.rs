//! An event of another model.
use keyloom_tests::queue::{NoteShared, Queue, Task, tasks};

async fn wrong(queue: &Queue, task: &Task) -> keyloom::Result<()> {
    tasks::publish(queue, task, NoteShared { with: String::new() }).await
}

fn main() {}
