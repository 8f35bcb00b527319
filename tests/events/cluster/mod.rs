//! Workers on TiKV, in processes of their own.
//!
//! | file | what it is |
//! | --- | --- |
//! | `process` | a worker process: started, told, killed, stopped |
//! | `queue` | the queue checks, while workers are killed and stopped |
//! | `fenced` | a process that was stopped past its lease |
//! | `contention` | many writers of one partition |
//! | `late` | commits that come late, forced step by step |

mod contention;
mod fenced;
mod late;
mod process;
mod queue;

use keyloom_tests::{queue::Queue, tikv_address};

/// An empty store on the shared cluster.
pub async fn tikv() -> Queue {
    Queue::open(tikv_address()).await.unwrap()
}
