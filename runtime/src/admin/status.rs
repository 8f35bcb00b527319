//! How far everybody is.

use super::protocol::{GroupStatus, GroupTopic, PartitionStatus, Status, TopicStatus};
use crate::{
    Result, Store,
    catalogue::{Described, TopicRef},
    engine::ScanOptions,
    events::{
        GroupId, Letter, MemberId, Partition,
        control::{Progress, progress},
        group::{self, GroupRow, readers_of},
        logs::{self, Extent},
    },
    key::prefix_range,
    transaction::Reader,
};

/// One consistent look, in a few scans and batches a topic and group.
pub(super) async fn status(store: &Store) -> Result<Status> {
    let reader = store.reader().await?;
    let topics = Described::read(&reader).await?.topics();
    let mut readers = Vec::with_capacity(topics.len());
    for topic in &topics {
        readers.push(readers_of(&reader, topic.id).await?);
    }
    let mut status = Status::default();
    for topic in &topics {
        status.topics.push(of_topic(&reader, topic).await?);
    }
    for row in group::groups(&reader).await? {
        let id = GroupId(row.id);
        let reads = topics.iter().zip(&readers);
        let reads = reads.filter(|(_, groups)| groups.contains(&id));
        let reads = reads.map(|(topic, _)| topic).collect();
        status.groups.push(of_group(&reader, row, reads).await?);
    }
    Ok(status)
}

async fn of_topic(reader: &Reader, topic: &TopicRef) -> Result<TopicStatus> {
    let partitions: Vec<Partition> = topic.all().collect();
    let extents = logs::extents(reader, &partitions).await?;
    let filled = partitions.iter().zip(&extents);
    let filled = filled.filter(|(_, extent)| extent.first < extent.next);
    let firsts: Vec<_> = filled.map(|(it, extent)| (*it, extent.first)).collect();
    let ages = logs::ages(reader, &firsts).await?;
    let sum = |of: fn(&Extent) -> u64| extents.iter().map(of).sum();
    Ok(TopicStatus {
        topic: topic.name.clone(),
        partitions: topic.partitions,
        published: sum(|extent| extent.next),
        kept: sum(|extent| extent.next.saturating_sub(extent.first)),
        oldest_seconds: ages.into_iter().flatten().reduce(f64::max),
    })
}

async fn of_group(reader: &Reader, row: GroupRow, reads: Vec<&TopicRef>) -> Result<GroupStatus> {
    let group = GroupId(row.id);
    let mut topics = Vec::with_capacity(reads.len());
    for topic in reads {
        topics.push(in_topic(reader, group, topic).await?);
    }
    Ok(GroupStatus {
        group: row.name,
        paused: row.paused,
        workers: count(reader, MemberId::prefix(group)).await?,
        topics,
    })
}

async fn in_topic(reader: &Reader, group: GroupId, topic: &TopicRef) -> Result<GroupTopic> {
    let partitions: Vec<Partition> = topic.all().collect();
    let mut progress = progress(reader, group, &partitions).await?;
    progress.retain(|it| it.waiting() > 0 || it.cursor.parked > 0);
    let nexts: Vec<_> = progress
        .iter()
        .map(|it| (it.partition, it.next()))
        .collect();
    let ages = logs::ages(reader, &nexts).await?;
    let shown = progress.iter().zip(&ages).map(|(it, age)| PartitionStatus {
        partition: it.partition.number,
        next: it.next(),
        head: it.extent.next,
        failed_attempts: it.failed_attempts(),
        parked: it.cursor.parked,
        oldest_seconds: *age,
    });
    let partitions: Vec<PartitionStatus> = shown.collect();
    Ok(GroupTopic {
        topic: topic.name.clone(),
        lag: progress.iter().map(Progress::waiting).sum(),
        oldest_seconds: ages.into_iter().flatten().reduce(f64::max),
        failing: partitions
            .iter()
            .filter(|it| it.failed_attempts > 0)
            .count() as u64,
        parked: progress.iter().map(|it| it.cursor.parked).sum(),
        dead: count(reader, Letter::dead_in(topic.id, group)).await?,
        partitions,
    })
}

async fn count(reader: &Reader, prefix: Vec<u8>) -> Result<u64> {
    let keys = ScanOptions {
        limit: usize::MAX,
        reverse: false,
        keys_only: true,
    };
    Ok(reader.scan(&prefix_range(prefix), keys).await?.len() as u64)
}
