//! One event at a time: from the call that publishes it, its commit included, to its handler.

use super::Times;
use crate::{
    Fault,
    queue::{Many, ManyEventHandler, Queue},
};
use keyloom::{EventContext, HandlerResult, Start, Timestamp};
use std::time::Duration;
use tokio::sync::mpsc;

const END: Duration = Duration::from_secs(10);

/// Above every other id.
const FIRST: u64 = 1_000_000_000;

/// Tells when each event came.
struct Arrivals(mpsc::UnboundedSender<(u64, Timestamp)>);

impl ManyEventHandler for Arrivals {
    async fn created(&self, _: &EventContext, many: Many) -> HandlerResult {
        let _ = self.0.send((many.id.0, Timestamp::now()));
        Ok(())
    }
}

/// Events of this process.
pub(super) async fn local(
    queue: &Queue,
    calls: usize,
    suffix: &str,
    times: &mut Times,
) -> Result<(), Fault> {
    let (sender, mut arrivals) = mpsc::unbounded_channel();
    let workers = queue.workers("latency").start_at(Start::Latest);
    let worker = workers.handle_many(Arrivals(sender)).start().await?;
    let mut taken = Vec::with_capacity(calls);
    for id in (FIRST..).take(calls) {
        let begun = Timestamp::now();
        super::store::Kind::Many.insert(queue, id).await?;
        let (came, at) = arrivals.recv().await.ok_or("the worker ended")?;
        if came != id {
            return Err(format!("event {came} came where {id} was published").into());
        }
        taken.push(between(begun, at));
    }
    worker.shutdown(END).await?;
    report("latency", suffix, taken, times);
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "a time of some seconds")]
fn between(begun: Timestamp, end: Timestamp) -> f64 {
    (end.as_microsecond() - begun.as_microsecond()) as f64
}

fn report(work: &str, suffix: &str, mut taken: Vec<f64>, times: &mut Times) {
    taken.sort_by(f64::total_cmp);
    let Some(last) = taken.len().checked_sub(1) else {
        return;
    };
    times.add(format!("{work}{suffix}"), "keyloom", taken[last / 2]);
    times.add(
        format!("{work}-p99{suffix}"),
        "keyloom",
        taken[last * 99 / 100],
    );
}

/// Events of another process: this program again, which is told when to publish.
#[cfg(feature = "tito")]
pub(super) async fn far(
    queue: &Queue,
    address: &str,
    calls: usize,
    times: &mut Times,
) -> Result<(), Fault> {
    use std::process::Stdio;
    use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};

    let (sender, mut arrivals) = mpsc::unbounded_channel();
    let workers = queue.workers("far").start_at(Start::Latest);
    let worker = workers.handle_many(Arrivals(sender)).start().await?;
    let mut child = tokio::process::Command::new(std::env::current_exe()?)
        .args(["publish-for-another", address])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut orders = child.stdin.take().ok_or("the child has no input")?;
    let mut lines = BufReader::new(child.stdout.take().ok_or("the child has no output")?).lines();
    let mut taken = Vec::with_capacity(calls);
    for id in (FIRST * 2..).take(calls) {
        orders.write_all(format!("{id}\n").as_bytes()).await?;
        let begun = lines.next_line().await?.ok_or("the publisher ended")?;
        let begun: Timestamp = begun.parse().map_err(|_| "the publisher tells no time")?;
        let (_, at) = arrivals.recv().await.ok_or("the worker ended")?;
        taken.push(between(begun, at));
    }
    drop(orders);
    child.wait().await?;
    worker.shutdown(END).await?;
    report("latency-far", "", taken, times);
    Ok(())
}

/// The other process: publishes an event for each line, and says when it began to.
pub(crate) async fn publish_for_another(address: &str) -> Result<(), Fault> {
    let queue = Queue::open(address).await?;
    for line in std::io::stdin().lines() {
        let id = line?.trim().parse()?;
        println!("{}", Timestamp::now());
        super::store::Kind::Many.insert(&queue, id).await?;
    }
    Ok(())
}
