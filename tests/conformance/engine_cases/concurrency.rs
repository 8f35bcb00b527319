use std::{
    future::Future,
    pin::pin,
    task::{Context, Waker},
};

use futures_util::future::join_all;

use super::*;

async fn read_number(snapshot: &impl Snapshot, key: &str) -> i64 {
    snapshot
        .get(key.as_bytes())
        .await
        .unwrap()
        .map_or(0, |value| {
            String::from_utf8(value).unwrap().parse().unwrap()
        })
}

pub async fn concurrent_increments_give_the_exact_sum(engine: &impl Engine) {
    const TASKS: usize = 16;
    const TURNS: i64 = 20;
    let increment = async || {
        for _ in 0..TURNS {
            loop {
                let base = engine.snapshot().await.unwrap();
                let next = read_number(&base, "sum").await + 1;
                match engine
                    .commit(&base, put(&[("sum", next.to_string())]))
                    .await
                {
                    Outcome::Committed { .. } => break,
                    Outcome::Conflict { .. } => tokio::task::yield_now().await,
                    other => panic!("{other:?}"),
                }
            }
        }
    };
    join_all((0..TASKS).map(|_| increment())).await;
    assert_eq!(get(engine, "sum").await, Some("320".into()));
}

pub async fn transfers_between_accounts_keep_their_sum_in_every_snapshot(engine: &impl Engine) {
    const ACCOUNTS: usize = 5;
    let names: Vec<String> = (0..ACCOUNTS).map(|n| format!("account {n}")).collect();
    let start: Vec<_> = names.iter().map(|name| (name, "100")).collect();
    written(engine, put(&start)).await;
    let transfer = async |seed: usize| {
        for turn in 0..30 {
            let from = &names[(seed + turn) % ACCOUNTS];
            let to = &names[(seed * 3 + turn * 2 + 1) % ACCOUNTS];
            if from == to {
                continue;
            }
            let base = engine.snapshot().await.unwrap();
            let left = read_number(&base, from).await - 7;
            let right = read_number(&base, to).await + 7;
            let changes = put(&[(from, left.to_string()), (to, right.to_string())]);
            match engine.commit(&base, changes).await {
                Outcome::Committed { .. } | Outcome::Conflict { .. } => {}
                other => panic!("{other:?}"),
            }
        }
    };
    let watch = async || {
        for _ in 0..100 {
            let snapshot = engine.snapshot().await.unwrap();
            let mut sum = 0;
            for name in &names {
                sum += read_number(&snapshot, name).await;
                tokio::task::yield_now().await;
            }
            assert_eq!(sum, 500);
        }
    };
    tokio::join!(join_all((0..8).map(transfer)), watch());
    let last = engine.snapshot().await.unwrap();
    let mut sum = 0;
    for name in &names {
        sum += read_number(&last, name).await;
    }
    assert_eq!(sum, 500);
}

pub async fn a_commit_whose_future_is_dropped_still_happens(engine: &impl Engine) {
    let base = engine.snapshot().await.unwrap();
    {
        let commit = pin!(engine.commit(&base, put(&[("key", "1")])));
        // Begun, and given up at its first wait.
        let _ = commit.poll(&mut Context::from_waker(Waker::noop()));
    }
    drop(base);
    while get(engine, "key").await.is_none() {
        tokio::task::yield_now().await;
    }
    assert_eq!(get(engine, "key").await, Some("1".into()));
}
