//! How many pairs a call writes: numbers that do not depend on the machine.

use super::BENCH;
use crate::{
    Fault,
    bench::{Bench, Member, NewMember, members},
    recorder::Recorder,
    report::Measure,
};
use keyloom::Timestamp;

/// Puts and deletes an operation.
pub(super) async fn writes() -> Result<Vec<Measure>, Fault> {
    let recorder = Recorder::open().await?;
    let store = Bench::open_on(recorder.clone()).await?;
    recorder.take();
    let mut measures = Vec::new();
    let mut count = |work: &str| {
        let written: usize = recorder.take().iter().map(|it| it.writes.len()).sum();
        measures.push(Measure {
            bench: BENCH,
            work: format!("{work}-writes"),
            system: "keyloom",
            value: f64::from(u32::try_from(written).unwrap_or(u32::MAX)),
            unit: "pairs",
        });
    };

    let mut member = Member::new(NewMember {
        email: "ada@example.com".to_owned(),
        name: "Ada".to_owned(),
        team: 1,
        joined_at: Timestamp::now(),
        bio: "Wrote the first program.".to_owned(),
    });
    members::insert(&store, &member).await?;
    count("insert-3");
    "Wrote the notes.".clone_into(&mut member.bio);
    members::update(&store, &member).await?;
    count("update-unindexed");
    member.team = 2;
    members::update(&store, &member).await?;
    count("update-one-index");
    members::delete(&store, member.id).await?;
    count("delete");
    store.close().await?;
    Ok(measures)
}
