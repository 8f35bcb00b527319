//! A program on the generated code, killed fifty times.

use keyloom_tests::{
    killed::run_and_kill,
    person,
    shop::{Person, Shop, people},
};
use std::time::Duration;

/// Set for the child: the folder of its store.
const FOLDER: &str = "KEYLOOM_CRASH_RECORDS";
const ROUNDS: usize = 50;
/// A few transactions.
const WITHIN: Duration = Duration::from_millis(3);
/// Records of one transaction: all of a group, or none.
const GROUP: usize = 3;

/// The child: groups of records, each in one transaction, its number printed once it is acknowledged.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn child() {
    let Some(folder) = std::env::var_os(FOLDER) else {
        return;
    };
    let shop = Shop::open(folder.to_string_lossy()).await.unwrap();
    let first = people::by_serial(..).reverse().first(&shop).await.unwrap();
    let mut group = first.map_or(0, |person| person.serial + 1);
    loop {
        let records: Vec<_> = (0..GROUP)
            .map(|at| Person {
                serial: group,
                labels: vec![format!("g{group}")],
                ..person(&format!("{group}-{at}"))
            })
            .collect();
        shop.transaction(async |tx| {
            people::insert_many(&tx, &records).await?;
            // And a record that every group changes.
            let counter = people::by_name("counter").first(&tx).await?;
            match counter {
                None => {
                    people::insert(
                        &tx,
                        &Person {
                            serial: -1,
                            ..person("counter")
                        },
                    )
                    .await
                }
                Some(found) => people::modify(&tx, found.id, |p| p.big += 1).await,
            }
        })
        .await
        .unwrap();
        println!("acknowledged {group}");
        group += 1;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_acknowledged_transaction_is_there_whole_after_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    for round in 0..ROUNDS {
        let variables = [(FOLDER, folder.path().as_os_str())];
        let transactions = 1 + fastrand::usize(..8);
        let acknowledged = run_and_kill("records::child", &variables, transactions, WITHIN);
        let last = acknowledged.last().unwrap().parse().unwrap();
        check(folder.path(), last, round).await;
    }
}

async fn check(folder: &std::path::Path, acknowledged: i64, round: usize) {
    let shop = Shop::open(folder.to_string_lossy()).await.unwrap();
    let snapshot = shop.snapshot().await.unwrap();
    let all = people::all().all(&snapshot, usize::MAX).await.unwrap();
    let groups = all.iter().map(|person| person.serial).max().unwrap_or(-1) + 1;
    assert!(
        groups > acknowledged,
        "round {round}: {groups} groups, {acknowledged} acknowledged"
    );
    assert!(
        groups <= acknowledged + 2,
        "at most one transaction was under way"
    );
    let expected = usize::try_from(groups).unwrap() * GROUP + usize::from(groups > 0);
    assert_eq!(all.len(), expected, "round {round}: a half transaction");
    let counter = all.iter().find(|person| person.name == "counter");
    assert_eq!(
        counter.map(|c| i64::try_from(c.big).unwrap()),
        Some(groups - 1)
    );
    // Every index agrees with the records.
    let count = all.len() as u64;
    assert_eq!(people::by_email(..).count(&snapshot).await.unwrap(), count);
    assert_eq!(people::by_name(..).count(&snapshot).await.unwrap(), count);
    assert_eq!(people::by_serial(..).count(&snapshot).await.unwrap(), count);
    assert_eq!(
        people::by_label(..).count(&snapshot).await.unwrap(),
        count - 1
    );
    let streamed = people::by_serial(..)
        .all(&snapshot, usize::MAX)
        .await
        .unwrap();
    assert_eq!(streamed.len(), all.len());
    drop(snapshot);
    shop.close().await.unwrap();
}
