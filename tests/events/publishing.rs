//! An event exists if and only if its transaction committed.

use crate::world::{END, Recorder};
use keyloom::{Error, testing::published};
use keyloom_tests::queue::{
    Mood, NewNote, NewTask, Note, NoteEvent, NoteId, NoteShared, Queue, Task, TaskEvent,
    TaskFinished, TaskId, TaskPinged, notes, tasks,
};

async fn store() -> Queue {
    Queue::open("memory:").await.unwrap()
}

fn task(key: &str, n: u64) -> Task {
    Task::new(NewTask {
        key: TaskId::from(key),
        n,
    })
}

fn note(id: u64, owner: &str) -> Note {
    Note::new(NewNote {
        id: NoteId(id),
        owner: owner.to_owned(),
        text: "text".to_owned(),
    })
}

#[tokio::test]
async fn every_kind_of_write_publishes_what_it_changed() -> keyloom::Result<()> {
    let queue = store().await;
    let one = tasks::insert(&queue, &task("a", 1)).await?;
    let two = tasks::put(
        &queue,
        &Task {
            n: 2,
            ..one.clone()
        },
    )
    .await?;
    let three = tasks::modify(&queue, TaskId::from("a"), |task| task.n = 3).await?;
    let four = tasks::update(
        &queue,
        &Task {
            note: Some("x".into()),
            ..three.clone()
        },
    )
    .await?;
    tasks::delete(&queue, TaskId::from("a")).await?;
    let many = tasks::insert_many(&queue, &[task("a", 5), task("a2", 6)]).await?;
    tasks::delete_by(&queue, tasks::all()).await?;
    let updated = |before: &Task, after: &Task| TaskEvent::Updated {
        before: before.clone(),
        after: after.clone(),
    };
    let mut found = published::<TaskEvent>(&queue).await?;
    let of_a: Vec<_> = found.extract_if(.., |event| key(event).0 == "a").collect();
    assert_eq!(
        of_a,
        [
            TaskEvent::Created(one.clone()),
            updated(&one, &two),
            updated(&two, &three),
            updated(&three, &four),
            TaskEvent::Deleted(four),
            TaskEvent::Created(many[0].clone()),
            TaskEvent::Deleted(many[0].clone()),
        ]
    );
    assert_eq!(
        found,
        [
            TaskEvent::Created(many[1].clone()),
            TaskEvent::Deleted(many[1].clone())
        ]
    );
    Ok(())
}

fn key(event: &TaskEvent) -> TaskId {
    match event {
        TaskEvent::Created(task)
        | TaskEvent::Deleted(task)
        | TaskEvent::Updated { after: task, .. } => task.key.clone(),
        TaskEvent::Finished(key, _) | TaskEvent::Pinged(key, _) => key.clone(),
    }
}

#[tokio::test]
async fn an_update_of_other_fields_than_those_listed_is_no_event() -> keyloom::Result<()> {
    let queue = store().await;
    let one = tasks::insert(&queue, &task("a", 1)).await?;
    let two = tasks::update(
        &queue,
        &Task {
            mood: Mood::Angry,
            ..one.clone()
        },
    )
    .await?;
    tasks::update(&queue, &two).await?;
    assert_eq!(
        published::<TaskEvent>(&queue).await?,
        [TaskEvent::Created(one)]
    );
    Ok(())
}

#[tokio::test]
async fn without_a_list_the_version_and_the_time_of_the_update_are_no_change() -> keyloom::Result<()>
{
    let queue = store().await;
    let one = notes::insert(&queue, &note(1, "ann")).await?;
    let two = notes::update(&queue, &one).await?;
    assert_ne!(two.version, one.version, "the update was written");
    let three = notes::update(
        &queue,
        &Note {
            text: "new".into(),
            ..two.clone()
        },
    )
    .await?;
    let after = NoteEvent::Updated {
        before: two,
        after: three,
    };
    assert_eq!(
        published::<NoteEvent>(&queue).await?,
        [NoteEvent::Created(one), after]
    );
    Ok(())
}

#[tokio::test]
async fn events_of_the_applications_own_carry_their_payload() -> keyloom::Result<()> {
    let queue = store().await;
    let one = tasks::insert(&queue, &task("a", 1)).await?;
    let finished = TaskFinished {
        result: "fine".into(),
        mood: Mood::Calm,
    };
    queue
        .transaction(async |tx| {
            tasks::publish(&tx, &one, finished.clone()).await?;
            tasks::publish(&tx, &one.key, TaskPinged {}).await
        })
        .await?;
    assert_eq!(
        published::<TaskEvent>(&queue).await?,
        [
            TaskEvent::Created(one.clone()),
            TaskEvent::Finished(one.key.clone(), finished),
            TaskEvent::Pinged(one.key.clone(), TaskPinged {}),
        ]
    );
    Ok(())
}

#[tokio::test]
async fn a_payload_over_its_limits_is_refused_with_its_field() {
    let queue = store().await;
    let event = TaskFinished {
        result: "x".repeat(101),
        mood: Mood::Calm,
    };
    let refused = tasks::publish(&queue, &TaskId::from("a"), event).await;
    assert_eq!(
        refused.unwrap_err().to_string(),
        "Task.finished.result: 101 characters, at most 100 are allowed"
    );
}

#[tokio::test]
async fn an_event_by_key_reads_the_field_that_chooses_its_partition() -> keyloom::Result<()> {
    let queue = store().await;
    notes::insert(&queue, &note(1, "ann")).await?;
    let shared = NoteShared { with: "bob".into() };
    notes::publish(&queue, &NoteId(1), shared.clone()).await?;
    let missing = notes::publish(&queue, &NoteId(2), shared.clone()).await;
    assert!(
        matches!(missing, Err(Error::NotFound { .. })),
        "{missing:?}"
    );
    let found = published::<NoteEvent>(&queue).await?;
    assert_eq!(found[1..], [NoteEvent::Shared(NoteId(1), shared)]);
    Ok(())
}

#[tokio::test]
async fn a_transaction_that_does_not_commit_publishes_nothing() -> keyloom::Result<()> {
    let queue = store().await;
    let failed: keyloom::Result<()> = queue
        .transaction(async |tx| {
            tasks::insert(&tx, &task("a", 1)).await?;
            Err(Error::abort("no"))
        })
        .await;
    assert!(failed.is_err());
    let refused = queue
        .transaction(async |tx| {
            tasks::insert(&tx, &task("b", 1)).await?;
            // Refused: it leaves no event behind either.
            let again = tasks::insert(&tx, &task("b", 2)).await;
            assert!(
                matches!(again, Err(Error::AlreadyExists { .. })),
                "{again:?}"
            );
            Ok(())
        })
        .await;
    refused?;
    assert_eq!(published::<TaskEvent>(&queue).await?.len(), 1);
    Ok(())
}

#[tokio::test]
async fn an_import_publishes_nothing_and_the_rest_of_its_transaction_does() -> keyloom::Result<()> {
    let queue = store().await;
    let kept = queue
        .transaction(async |tx| {
            tasks::insert(&tx.without_events(), &task("silent", 1)).await?;
            tasks::publish(&tx.without_events(), &TaskId::from("silent"), TaskPinged {}).await?;
            tasks::insert(&tx, &task("heard", 1)).await
        })
        .await?;
    assert!(tasks::get(&queue, "silent").await?.is_some());
    assert_eq!(
        published::<TaskEvent>(&queue).await?,
        [TaskEvent::Created(kept)]
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn eight_thousand_inserts_at_once_are_eight_thousand_gapless_events() -> keyloom::Result<()> {
    let queue = store().await;
    let writers = (0..80).map(|writer| {
        let queue = queue.clone();
        tokio::spawn(async move {
            for n in 0..100_u64 {
                tasks::insert(&queue, &task(&format!("{writer}-{n}"), n))
                    .await
                    .unwrap();
            }
        })
    });
    for writer in futures_util::future::join_all(writers).await {
        writer.unwrap();
    }
    let events = published::<TaskEvent>(&queue).await?;
    let keys: std::collections::BTreeSet<String> =
        events.iter().map(|event| key(event).0).collect();
    assert_eq!((events.len(), keys.len()), (8_000, 8_000));
    // As many offsets were given out as there are events: none is left out.
    let workers = queue.workers("all").handle_tasks(Recorder::new());
    let worker = workers.start().await?;
    let lag = queue.group("all").lag().await?;
    assert_eq!(lag.iter().map(|lag| lag.head).sum::<u64>(), 8_000);
    worker.shutdown(END).await
}

#[tokio::test]
async fn a_payload_follows_its_renamed_event_and_fields() -> keyloom::Result<()> {
    use keyloom_tests::queue2::queue::{self as queue2, TaskDone};
    let folder = tempfile::tempdir().unwrap();
    let address = folder.path().to_string_lossy();
    let queue = Queue::open(&address).await?;
    let finished = TaskFinished {
        result: "fine".into(),
        mood: Mood::Calm,
    };
    tasks::publish(&queue, &TaskId::from("a"), finished).await?;
    queue.close().await?;
    let later = queue2::Queue::open(&address).await?;
    let done = TaskDone {
        code: 7,
        outcome: "fine".into(),
        mood: queue2::Mood::Calm,
    };
    let of = queue2::TaskId::from("a");
    assert_eq!(
        published::<queue2::TaskEvent>(&later).await?,
        [queue2::TaskEvent::Done(of, done)]
    );
    Ok(())
}

#[tokio::test]
async fn an_event_that_a_build_does_not_know_is_an_error_that_says_so() -> keyloom::Result<()> {
    use keyloom_tests::queue2::queue as queue2;
    let folder = tempfile::tempdir().unwrap();
    let address = folder.path().to_string_lossy();
    let queue = Queue::open(&address).await?;
    tasks::publish(&queue, &TaskId::from("a"), TaskPinged {}).await?;
    queue.close().await?;
    let later = queue2::Queue::open(&address).await?;
    let unknown = published::<queue2::TaskEvent>(&later)
        .await
        .unwrap_err()
        .to_string();
    assert!(
        unknown.ends_with("of `tasks` is of a kind that this build does not declare; deploy a build whose schema has it"),
        "{unknown}"
    );
    Ok(())
}

#[tokio::test]
async fn other_partitions_are_refused() -> keyloom::Result<()> {
    let folder = tempfile::tempdir().unwrap();
    let address = folder.path().to_string_lossy();
    Queue::open(&address).await?.close().await?;
    let refused = keyloom_tests::b005::queue::Queue::open(&address)
        .await
        .unwrap_err();
    assert_eq!(
        refused.to_string(),
        "B005: the events of `tasks` changed from `partitions=16` to `partitions=8`; \
         keep the number, or make a new table: events of one key must not change their partition"
    );
    Ok(())
}
