//! What a request does.

use super::{
    protocol::{Place, Reply, Request},
    status, tail,
};
use crate::{Error, Result, Start, Store};

/// Does what is asked for.
pub(super) async fn answer(store: &Store, request: Request) -> Result<Reply> {
    match request {
        Request::Status => status::status(store).await.map(Reply::Status),
        Request::Tail {
            topic,
            partition,
            from,
            limit,
        } => tail::events(store, &topic, partition, from, limit).await,
        Request::Letters {
            group,
            which,
            after,
            limit,
        } => tail::letters(store, &group, which, after, limit).await,
        Request::Pause { group } => done(store.group(group).pause().await),
        Request::Resume { group } => done(store.group(group).resume().await),
        Request::Move {
            group,
            topic,
            partition,
            to,
            again,
        } => done(go(store, &group, &topic, partition, to, again).await),
        Request::Redrive { group } => Ok(Reply::Done {
            count: Some(store.group(group).redrive().await?),
        }),
        Request::Remove { group } => done(store.group(group).remove().await),
    }
}

fn done(outcome: Result<()>) -> Result<Reply> {
    outcome.map(|()| Reply::Done { count: None })
}

async fn go(
    store: &Store,
    group: &str,
    topic: &str,
    partition: Option<u16>,
    to: Place,
    again: bool,
) -> Result<()> {
    let group = store.group(group);
    let start = match (to, partition) {
        (Place::Earliest, _) => Start::Earliest,
        (Place::Latest, _) => Start::Latest,
        (Place::Time(time), _) => Start::Time(time),
        (Place::Offset(offset), Some(partition)) if again => {
            return group.replay_partition(topic, partition, offset).await;
        }
        (Place::Offset(offset), Some(partition)) => {
            return group.seek_partition(topic, partition, offset).await;
        }
        (Place::Offset(_), None) => {
            return Err(Error::invalid(
                "position",
                "an offset is of one partition: name the partition too",
            ));
        }
    };
    group.go(topic, partition, start, again).await
}
