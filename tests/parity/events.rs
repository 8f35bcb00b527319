//! The event queue: types, order, partitions, checkpoints, workers.

use crate::{
    parity::{
        Parity, Post, PostEventHandler, PostId, PostPublished, User, UserEvent, UserEventHandler,
        UserId, posts, users,
    },
    post, user,
};
use keyloom::{EventContext, HandlerResult, Result, testing::published};
use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
    time::Duration,
};

/// More than anything takes that ends.
const END: Duration = Duration::from_secs(30);

/// What a handler was given: what happened, to whom, and where it stood.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Seen {
    what: String,
    partition: u16,
    offset: u64,
}

/// Writes down what it is given.
#[derive(Debug, Clone, Default)]
struct Diary(Arc<Mutex<Vec<Seen>>>);

impl Diary {
    fn note(&self, cx: &EventContext, what: String) -> HandlerResult {
        let (partition, offset) = (cx.partition(), cx.offset());
        self.0.lock().unwrap().push(Seen {
            what,
            partition,
            offset,
        });
        Ok(())
    }

    fn seen(&self) -> Vec<Seen> {
        self.0.lock().unwrap().clone()
    }

    fn what(&self) -> Vec<String> {
        self.seen().into_iter().map(|seen| seen.what).collect()
    }
}

impl UserEventHandler for Diary {
    async fn created(&self, cx: &EventContext, user: User) -> HandlerResult {
        self.note(cx, format!("created {}", user.name))
    }

    async fn updated(&self, cx: &EventContext, before: User, after: User) -> HandlerResult {
        self.note(cx, format!("updated {} to {}", before.name, after.name))
    }

    async fn deleted(&self, cx: &EventContext, user: User) -> HandlerResult {
        self.note(cx, format!("deleted {}", user.name))
    }
}

impl PostEventHandler for Diary {
    async fn created(&self, cx: &EventContext, post: Post) -> HandlerResult {
        self.note(cx, post.title)
    }

    async fn published(
        &self,
        cx: &EventContext,
        _post: PostId,
        event: PostPublished,
    ) -> HandlerResult {
        self.note(cx, event.url)
    }
}

/// Runs a group of workers until it has handled everything.
async fn run_users(store: &Parity, group: &str) -> Result<Vec<String>> {
    let diary = Diary::default();
    let workers = store.workers(group).handle_users(diary.clone());
    let worker = workers.start().await?;
    worker.caught_up().await?;
    worker.shutdown(END).await?;
    Ok(diary.what())
}

pub(crate) async fn every_write_is_an_event_of_its_type(store: &Parity) -> Result<()> {
    let ada = users::insert(store, &user("Ada")).await?;
    let renamed = users::modify(store, ada.id, |it| it.name = "Ada L.".into()).await?;
    users::delete(store, ada.id).await?;
    let events: Vec<UserEvent> = published(store).await?;
    assert_eq!(
        events,
        [
            UserEvent::Created(ada.clone()),
            UserEvent::Updated {
                before: ada,
                after: renamed.clone()
            },
            UserEvent::Deleted(renamed),
        ]
    );
    Ok(())
}

pub(crate) async fn events_of_a_partition_key_come_in_their_order(store: &Parity) -> Result<()> {
    let authors = ["Ada", "Alan"].map(user);
    users::insert_many(store, &authors).await?;
    for n in 0..20 {
        for author in &authors {
            posts::insert(store, &post(author.id, &format!("{} {n:02}", author.name))).await?;
        }
    }
    let diary = Diary::default();
    let workers = store.workers("readers").handle_posts(diary.clone());
    let worker = workers.concurrency(4).start().await?;
    worker.caught_up().await?;
    worker.shutdown(END).await?;
    for author in &authors {
        let own = |seen: &Seen| seen.what.starts_with(&author.name);
        let seen: Vec<_> = diary.seen().into_iter().filter(own).collect();
        let titles: Vec<_> = seen.iter().map(|seen| seen.what.clone()).collect();
        let expected: Vec<_> = (0..20).map(|n| format!("{} {n:02}", author.name)).collect();
        assert_eq!(titles, expected);
        let partitions: BTreeSet<u16> = seen.iter().map(|seen| seen.partition).collect();
        assert_eq!(partitions.len(), 1, "an author's events share a partition");
    }
    Ok(())
}

/// The number of partitions is the same unless told; a key's is chosen by a hash that the format fixes.
pub(crate) async fn a_topic_has_1024_partitions(store: &Parity) -> Result<()> {
    let people: Vec<User> = (0..200).map(|n| user(&format!("user {n}"))).collect();
    users::insert_many(store, &people).await?;
    let diary = Diary::default();
    let workers = store.workers("readers").handle_users(diary.clone());
    let worker = workers.start().await?;
    worker.caught_up().await?;
    worker.shutdown(END).await?;
    let partitions: BTreeSet<u16> = diary.seen().iter().map(|seen| seen.partition).collect();
    assert!(partitions.iter().all(|partition| *partition < 1024));
    // 200 keys in 1,024 partitions: 16 and more would be in one place with a chance of less than one in a million.
    assert!(partitions.len() > 150, "{} partitions", partitions.len());
    assert!(partitions.iter().any(|partition| *partition >= 512));
    Ok(())
}

pub(crate) async fn each_group_has_a_checkpoint_of_its_own(store: &Parity) -> Result<()> {
    let ada = users::insert(store, &user("Ada")).await?;
    assert_eq!(run_users(store, "one").await?, ["created Ada"]);
    users::delete(store, ada.id).await?;
    assert_eq!(run_users(store, "one").await?, ["deleted Ada"]);
    assert_eq!(
        run_users(store, "two").await?,
        ["created Ada", "deleted Ada"]
    );
    assert_eq!(run_users(store, "one").await?, [""; 0]);
    Ok(())
}

pub(crate) async fn workers_handle_several_events_at_a_time(store: &Parity) -> Result<()> {
    struct Slow(tokio::sync::watch::Sender<u32>);
    impl UserEventHandler for Slow {
        // The first two wait for each other: one alone would wait for ever.
        async fn created(&self, _: &EventContext, _: User) -> HandlerResult {
            self.0.send_modify(|begun| *begun += 1);
            let mut begun = self.0.subscribe();
            tokio::time::timeout(END, begun.wait_for(|begun| *begun >= 2)).await??;
            Ok(())
        }
        async fn updated(&self, _: &EventContext, _: User, _: User) -> HandlerResult {
            Ok(())
        }
        async fn deleted(&self, _: &EventContext, _: User) -> HandlerResult {
            Ok(())
        }
    }
    // Enough that they cannot all be in one partition.
    let people: Vec<User> = (0..10).map(|n| user(&format!("{n:02}"))).collect();
    users::insert_many(store, &people).await?;
    let workers = store.workers("slow");
    let workers = workers.handle_users(Slow(tokio::sync::watch::Sender::new(0)));
    let worker = workers.concurrency(2).start().await?;
    worker.caught_up().await?;
    assert_eq!(worker.last_failure(), None);
    worker.shutdown(END).await
}

pub(crate) async fn several_workers_share_the_events_and_each_is_handled_once(
    store: &Parity,
) -> Result<()> {
    let diary = Diary::default();
    let one = store.workers("crowd").handle_users(diary.clone());
    let two = store.workers("crowd").handle_users(diary.clone());
    let (one, two) = (one.start().await?, two.start().await?);
    let people: Vec<User> = (0..50).map(|n| user(&format!("{n:02}"))).collect();
    users::insert_many(store, &people).await?;
    one.caught_up().await?;
    one.shutdown(END).await?;
    two.shutdown(END).await?;
    let mut what = diary.what();
    what.sort_unstable();
    let expected: Vec<_> = (0..50).map(|n| format!("created {n:02}")).collect();
    assert_eq!(what, expected);
    Ok(())
}

/// What a leader flag and a range of partitions were for.
pub(crate) async fn partitions_can_be_given_out_by_hand(store: &Parity) -> Result<()> {
    let people: Vec<User> = (0..40).map(|n| user(&format!("{n:02}"))).collect();
    users::insert_many(store, &people).await?;
    let (low, high) = (Diary::default(), Diary::default());
    let first = store.workers("hand").handle_users(low.clone());
    let second = store.workers("hand").handle_users(high.clone());
    let first = first.partitions(0..512).start().await?;
    let second = second.partitions(512..1024).start().await?;
    first.caught_up().await?;
    first.shutdown(END).await?;
    second.shutdown(END).await?;
    assert!(low.seen().iter().all(|seen| seen.partition < 512));
    assert!(high.seen().iter().all(|seen| seen.partition >= 512));
    assert_eq!(low.seen().len() + high.seen().len(), 40);
    Ok(())
}

pub(crate) async fn a_shutdown_finishes_what_runs(store: &Parity) -> Result<()> {
    struct Gate {
        begun: tokio::sync::Notify,
        ended: Mutex<bool>,
    }
    impl UserEventHandler for Arc<Gate> {
        async fn created(&self, _: &EventContext, _: User) -> HandlerResult {
            self.begun.notify_one();
            for _ in 0..100 {
                tokio::task::yield_now().await;
            }
            *self.ended.lock().unwrap() = true;
            Ok(())
        }
        async fn updated(&self, _: &EventContext, _: User, _: User) -> HandlerResult {
            Ok(())
        }
        async fn deleted(&self, _: &EventContext, _: User) -> HandlerResult {
            Ok(())
        }
    }
    let gate = Arc::new(Gate {
        begun: tokio::sync::Notify::new(),
        ended: Mutex::new(false),
    });
    let worker = store.workers("gate").handle_users(gate.clone()).start();
    let worker = worker.await?;
    users::insert(store, &user("Ada")).await?;
    gate.begun.notified().await;
    worker.shutdown(END).await?;
    assert!(*gate.ended.lock().unwrap(), "the handler was cut off");
    assert_eq!(
        run_users(store, "gate").await?,
        [""; 0],
        "its commit counts"
    );
    Ok(())
}

pub(crate) async fn an_event_of_the_applications_own_has_its_payload(store: &Parity) -> Result<()> {
    let ada = users::insert(store, &user("Ada")).await?;
    let text = posts::insert(store, &post(UserId(ada.id.0), "Notes")).await?;
    let text = &text;
    store
        .transaction(async |tx| {
            let url = "https://example.com/notes".into();
            posts::publish(&tx, text, PostPublished { url }).await
        })
        .await?;
    let diary = Diary::default();
    let worker = store.workers("readers").handle_posts(diary.clone());
    let worker = worker.start().await?;
    worker.caught_up().await?;
    worker.shutdown(END).await?;
    assert_eq!(diary.what(), ["Notes", "https://example.com/notes"]);
    Ok(())
}
