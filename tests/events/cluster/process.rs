//! A worker process: started, told, killed, stopped.

use crate::world::{END, Ledger, OnCreated, SHORT, leave};
use keyloom::EventContext;
use keyloom_tests::queue::{Queue, Task};
use std::{
    io::{BufRead, BufReader, Lines, Write},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    sync::Mutex,
    time::Duration,
};

/// Set for the child: its store, and what it does.
const ADDRESS: &str = "KEYLOOM_EVENTS_WORKER";
const DOES: &str = "KEYLOOM_EVENTS_WORKER_DOES";

/// A worker's lease in these tests.
pub const LEASE: Duration = Duration::from_secs(1);

/// The child: a worker, until its standard input is closed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn child() {
    let Ok(address) = std::env::var(ADDRESS) else {
        return;
    };
    let queue = Queue::open(address).await.unwrap();
    let worker = if std::env::var(DOES).unwrap() == "ledger" {
        let workers = queue.workers("queue").handle_tasks(Ledger);
        workers.backoff(SHORT, SHORT).lease(LEASE).start().await
    } else {
        let workers = queue.workers("fenced").handle_tasks(waiting());
        workers.lease(LEASE).start().await
    };
    let worker = worker.unwrap();
    println!("working");
    tokio::task::spawn_blocking(|| std::io::stdin().lines().for_each(drop))
        .await
        .unwrap();
    worker.shutdown(END).await.unwrap();
}

/// A handler that says that it is inside and then waits for the next line, the first time.
fn waiting() -> impl keyloom_tests::queue::TaskEventHandler {
    let first = Mutex::new(Some(()));
    OnCreated(move |cx: EventContext, task: Task| {
        let first = first.lock().unwrap().take();
        async move {
            leave(&cx, "first", &task).await?;
            if first.is_some() {
                println!("inside");
                // Long enough to be stopped in.
                tokio::time::sleep(LEASE).await;
            }
            Ok(())
        }
    })
}

/// A worker process.
pub struct Process {
    child: Child,
    stdin: Option<ChildStdin>,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Process {
    /// Starts one, and waits until it works.
    pub fn start(address: &str, does: &str) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "cluster::process::child", "--nocapture"])
            .env(ADDRESS, address)
            .env(DOES, does)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let stdin = child.stdin.take();
        let mut process = Self {
            child,
            stdin,
            lines,
        };
        process.wait_for("working");
        process
    }

    /// Reads until it says this.
    pub fn wait_for(&mut self, wanted: &str) {
        let mut lines = self.lines.by_ref().map_while(Result::ok);
        assert!(
            lines.any(|line| line.ends_with(wanted)),
            "the process ended before it said `{wanted}`"
        );
    }

    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// SIGSTOP: every thread of it, heartbeats too.
    pub fn stop(&self) {
        self.signal("-STOP");
    }

    /// SIGCONT.
    pub fn go_on(&self) {
        self.signal("-CONT");
    }

    fn signal(&self, signal: &str) {
        let mut kill = Command::new("kill");
        let status = kill.arg(signal).arg(self.child.id().to_string()).status();
        assert!(status.unwrap().success());
    }

    /// Lets it finish what it is at, and end.
    pub fn end(mut self) {
        let mut stdin = self.stdin.take().unwrap();
        stdin.flush().unwrap();
        drop(stdin);
        self.lines.by_ref().map_while(Result::ok).for_each(drop);
        assert!(self.child.wait().unwrap().success());
    }
}
