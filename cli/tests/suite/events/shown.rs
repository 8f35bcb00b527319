//! A folder that nobody has open, and what there is none of.

use super::{
    events, objects, printed, steps, text,
    till::{block_on, fill},
};
use crate::support::Ran;
use keyloom_tests::till::Till;
use serde_json::json;

#[test]
fn every_command_works_on_a_folder_that_nobody_has_open() {
    let folder = tempfile::tempdir().unwrap();
    block_on(async {
        let till = Till::open(text(folder.path())).await.unwrap();
        steps::prepare(&till).await.unwrap();
        till.close().await.unwrap();
    });
    steps::all(text(folder.path()));
    for (action, option) in [(&[][..], "--watch"), (&["tail"], "--follow")] {
        let topic = if action.is_empty() {
            &[][..]
        } else {
            &["payments"]
        };
        let ran = events(action, text(folder.path()), &[topic, &[option]].concat());
        let wanted = format!(
            "error: no process has `{}` open, so nothing will change: leave out `{option}`\n",
            folder.path().display()
        );
        assert_eq!(ran, Ran::new(2, "", wanted));
    }
}

#[cfg(feature = "tikv")]
#[test]
fn every_command_works_on_a_cluster() {
    use keyloom_tests::cluster;
    let address = format!(
        "tikv://{}?prefix={}&gc=off&retry=120s",
        cluster::pd(),
        cluster::prefix("events")
    );
    block_on(async {
        let till = Till::open(&address).await.unwrap();
        steps::prepare(&till).await.unwrap();
        till.close().await.unwrap();
    });
    steps::all(&address);
    let missing = format!("tikv://{}?prefix=never-made&gc=off", cluster::pd());
    let ran = events(&[], &missing, &[]);
    let words = "error: there is no store under the prefix `never-made`\n";
    assert_eq!(ran, Ran::new(2, "", words));
}

#[test]
fn events_are_json_with_every_value_and_without_secrets() {
    let folder = tempfile::tempdir().unwrap();
    block_on(async {
        let till = Till::open(text(folder.path())).await.unwrap();
        fill(&till).await.unwrap();
        till.close().await.unwrap();
    });
    let out = printed(&["tail"], text(folder.path()), &["payments"]);
    assert!(
        !out.contains("4111") && !out.contains("1234") && !out.contains("do not show"),
        "{out}"
    );
    let shown: Vec<_> = objects(&out)
        .into_iter()
        .map(|event| steps::without(event, &["id", "time", "partition"]))
        .collect();
    let card = json!({"holder": "Ann", "number": "<secret>"});
    let record = |done: bool, version: u64| {
        json!({
            "shop": "north", "number": 1, "amount": "12.50", "currency": "usd",
            "card": card, "cards": [card], "pin": "<secret>", "labels": ["a", "b"], "counts": {"x": -7},
            "at": "2026-03-01T08:00:00Z", "day": "2026-03-02", "took": "PT1.5S", "raw": "0x00ff",
            "ratio": 0.5, "meta": {"deep": [1, null]}, "done": done, "change": -5,
            "receipt": "00000000-0000-0000-0000-000000000000", "version": version,
        })
    };
    let event = |offset: u64, kind: &str| json!({"topic": "payments", "offset": offset, "kind": kind, "key": ["north", 1]});
    let with = |mut event: serde_json::Value, name: &str, value: serde_json::Value| {
        event[name] = value;
        event
    };
    let refund = json!({"reason": "broken", "token": "<secret>"});
    let updated = with(event(1, "updated"), "before", record(false, 1));
    assert_eq!(
        shown,
        [
            with(event(0, "created"), "after", record(false, 1)),
            with(updated, "after", record(true, 2)),
            with(event(2, "refunded"), "payload", refund),
            with(event(3, "deleted"), "before", record(true, 2)),
        ]
    );
}

#[test]
fn what_holds_no_store_is_said_and_not_made() {
    let folder = tempfile::tempdir().unwrap();
    let empty = text(folder.path());
    let missing = folder.path().join("missing");
    for (store, words) in [
        (
            text(&missing),
            format!(
                "there is no store in `{}`: no such folder",
                missing.display()
            ),
        ),
        (
            empty,
            format!("there is no store in `{empty}`: the folder holds none"),
        ),
        (
            "memory:",
            "a store in memory is nobody's but its process's; give a folder or a cluster"
                .to_owned(),
        ),
    ] {
        let ran = events(&[], store, &[]);
        assert_eq!(ran, Ran::new(2, "", format!("error: {words}\n")));
    }
    assert!(!missing.exists());
    assert_eq!(folder.path().read_dir().unwrap().count(), 0);
}
