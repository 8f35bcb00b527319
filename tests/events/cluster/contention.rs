//! Many writers of one partition, whose head is what their transactions conflict on.

use super::tikv;
use keyloom::{Result, testing::published};
use keyloom_tests::queue::{NewNote, Note, NoteEvent, NoteId, notes};
use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

const WRITERS: u64 = 16;
const EACH: u64 = 8;

/// Runs of a closure for each transaction that is written, at most: the first, which rivals may undo, and a few more.
const RUNS: u64 = 3;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writers_of_one_partition_take_turns_instead_of_undoing_each_other() -> Result<()> {
    let queue = tikv().await;
    let runs = Arc::new(AtomicU64::new(0));
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let (queue, runs) = (queue.clone(), runs.clone());
            tokio::spawn(async move {
                for n in 0..EACH {
                    let note = Note::new(NewNote {
                        id: NoteId(writer * EACH + n),
                        owner: "ann".into(),
                        text: String::new(),
                    });
                    queue
                        .transaction(async |tx| {
                            runs.fetch_add(1, Ordering::Relaxed);
                            notes::insert(&tx, &note).await
                        })
                        .await?;
                }
                Ok::<(), keyloom::Error>(())
            })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap()?;
    }
    let written = published::<NoteEvent>(&queue).await?.len() as u64;
    assert_eq!(written, WRITERS * EACH);
    let runs = runs.load(Ordering::Relaxed);
    assert!(
        runs <= RUNS * written,
        "{runs} runs for {written} transactions"
    );
    Ok(())
}
