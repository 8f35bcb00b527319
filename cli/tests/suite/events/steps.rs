//! Every command on one store, whichever way it is reached.

use super::{
    events, objects, printed,
    till::{self, payment},
};
use crate::support::Ran;
use keyloom::{Poison, Result};
use keyloom_tests::till::{Till, payments};
use serde_json::{Value, json};

/// Six events; a group that is done, one with two dead letters and one with two parked events.
pub(super) async fn prepare(store: &Till) -> Result<()> {
    till::fill(store).await?;
    for number in 1..=2 {
        payments::insert(store, &payment("south", number)).await?;
    }
    till::handle(store, "clerk", "nobody", Poison::Block).await?;
    till::handle(store, "audit", "south", Poison::DeadLetter).await?;
    till::handle(store, "hold", "south", Poison::ParkKey).await
}

/// What a group's row says: state, lag, parked, dead.
fn group(store: &str, name: &str) -> Option<(bool, u64, u64, u64)> {
    let status = objects(&printed(&[], store, &["--format", "json"])).remove(0);
    let groups = status["groups"].as_array().expect("groups").clone();
    let found = groups.into_iter().find(|group| group["group"] == name)?;
    let number = |field: &str| found["topics"][0][field].as_u64().expect("a number");
    Some((
        found["paused"] == true,
        number("lag"),
        number("parked"),
        number("dead"),
    ))
}

/// Ages become `AGE`, and columns one space.
pub(super) fn steady(table: &str) -> String {
    let row = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let mut out: Vec<&str> = Vec::new();
        for word in words {
            if ["s", "min"].contains(&word) {
                out.pop();
                out.push("AGE");
            } else {
                out.push(word);
            }
        }
        out.join(" ") + "\n"
    };
    table.lines().map(row).collect()
}

/// An object without what differs from run to run.
pub(super) fn without(mut object: Value, names: &[&str]) -> Value {
    let fields = object.as_object_mut().expect("an object");
    for name in names {
        fields.remove(*name).expect("it is there");
    }
    object
}

/// Runs them all; the store is as `prepare` left it, and nobody handles events.
pub(super) fn all(store: &str) {
    looks(store);
    moves(store);
    set_aside(store);
    refusals(store);
    let removed = events(&["remove-group"], store, &["hold"]);
    assert_eq!(removed, Ran::new(0, "`hold` is removed\n", ""));
    assert_eq!(group(store, "hold"), None);
}

fn looks(store: &str) {
    let wanted = "TOPIC PARTITIONS PUBLISHED KEPT OLDEST
payments 4 6 6 AGE

GROUP TOPIC STATE WORKERS LAG OLDEST FAILING PARKED DEAD
audit payments stopped 0 0 – 0 0 2
clerk payments stopped 0 0 – 0 0 0
hold payments stopped 0 0 – 0 2 0
";
    let mut shown: Vec<String> = steady(&printed(&[], store, &[]))
        .lines()
        .map(str::to_owned)
        .collect();
    // Groups are in the order in which they came.
    shown[4..].sort();
    assert_eq!(shown.join("\n") + "\n", wanted);

    let tail = objects(&printed(&["tail"], store, &["payments", "--last", "3"]));
    let kinds: Vec<_> = tail.iter().map(|event| event["kind"].clone()).collect();
    assert_eq!(kinds, ["deleted", "created", "created"]);
    let keys: Vec<_> = tail.iter().map(|event| event["key"].clone()).collect();
    assert_eq!(
        keys,
        [
            json!(["north", 1]),
            json!(["south", 1]),
            json!(["south", 2])
        ]
    );
    let whole = objects(&printed(
        &["tail"],
        store,
        &["payments", "--from", "earliest"],
    ));
    assert_eq!(whole.len(), 6);
    let now = keyloom::Timestamp::now().to_string();
    assert_eq!(printed(&["tail"], store, &["payments", "--from", &now]), "");
    let at = &whole[0]["partition"].to_string();
    let of_one = ["payments", "--partition", at, "--from", "1"];
    let of_one = objects(&printed(&["tail"], store, &of_one));
    assert!(
        of_one
            .iter()
            .all(|event| event["partition"] == whole[0]["partition"])
    );
    assert_eq!(of_one[0]["offset"], 1);
}

fn moves(store: &str) {
    let said = |action: &str, more: &[&str]| printed(&[action], store, more);
    assert_eq!(said("pause", &["clerk"]), "`clerk` is paused\n");
    assert_eq!(group(store, "clerk"), Some((true, 0, 0, 0)));
    assert_eq!(said("resume", &["clerk"]), "`clerk` goes on\n");
    assert_eq!(group(store, "clerk"), Some((false, 0, 0, 0)));

    let to = |place: &str| said("seek", &["clerk", "payments", "--to", place]);
    assert_eq!(
        to("earliest"),
        "`clerk` is at the earliest event of `payments`\n"
    );
    assert_eq!(group(store, "clerk"), Some((false, 6, 0, 0)));
    assert_eq!(to("latest"), "`clerk` is at the end of `payments`\n");
    assert_eq!(group(store, "clerk"), Some((false, 0, 0, 0)));
    to("2020-01-01T00:00:00Z");
    assert_eq!(group(store, "clerk"), Some((false, 6, 0, 0)));
    to("latest");

    let first = objects(&printed(
        &["tail"],
        store,
        &["payments", "--from", "earliest"],
    ))
    .remove(0);
    let at = first["partition"].to_string();
    let one = ["clerk", "payments", "--partition", &at, "--from", "0"];
    let events_there = objects(&printed(
        &["tail"],
        store,
        &["payments", "--partition", &at, "--from", "earliest"],
    ));
    assert_eq!(
        said("replay", &one),
        format!("`clerk` replays from 0 of `payments` in partition {at}\n")
    );
    let lag = events_there.len() as u64;
    assert_eq!(group(store, "clerk"), Some((false, lag, 0, 0)));
    let table = steady(&printed(&[], store, &["--partitions"]));
    let row = format!("clerk payments {at} 0 {lag} AGE 0 0");
    assert!(table.lines().any(|line| line == row), "{table}");
}

fn set_aside(store: &str) {
    for (action, name, says) in [("dead", "audit", "failed"), ("parked", "hold", "failed")] {
        let letters = objects(&printed(&[action], store, &[name]));
        let mut keys: Vec<_> = letters
            .iter()
            .map(|it| it["event"]["key"].clone())
            .collect();
        keys.sort_by_key(Value::to_string);
        assert_eq!(keys, [json!(["south", 1]), json!(["south", 2])], "{action}");
        for letter in letters {
            assert_eq!(
                without(letter, &["set_aside", "event"]),
                json!({"state": says, "attempts": 1, "error": "south is closed"})
            );
        }
        let said = printed(&["redrive"], store, &[name]);
        assert_eq!(said, "2 events are to be handled again\n");
        let again = objects(&printed(&[action], store, &[name]));
        assert!(
            again.iter().all(|letter| letter["state"] == "redriven"),
            "{again:?}"
        );
        assert_eq!(
            printed(&["redrive"], store, &[name]),
            "0 events are to be handled again\n"
        );
    }
    assert_eq!(group(store, "audit"), Some((false, 2, 0, 2)));
    assert_eq!(printed(&["parked"], store, &["audit"]), "");
}

fn refusals(store: &str) {
    for (action, more, words) in [
        (
            "pause",
            &["clark"][..],
            "there is no consumer group `clark`; did you mean `clerk`?",
        ),
        (
            "dead",
            &["nothing-like-it"],
            "there is no consumer group `nothing-like-it`; there are `clerk`, `audit`, `hold`",
        ),
        (
            "seek",
            &["clerk", "payment", "--to", "latest"],
            "the group does not read events of `payment`; did you mean `payments`?",
        ),
        (
            "tail",
            &["payment"],
            "there are no events of `payment`; did you mean `payments`?",
        ),
        (
            "tail",
            &["payments", "--partition", "4"],
            "`payments` has the partitions 0 to 3; there is no 4",
        ),
        (
            "tail",
            &["payments", "--from", "3"],
            "an offset is of one partition: name it in `--partition`",
        ),
        (
            "seek",
            &["clerk", "payments", "--to", "3"],
            "an offset is of one partition: name the partition too",
        ),
    ] {
        let ran = events(&[action], store, more);
        assert_eq!(
            ran,
            Ran::new(2, "", format!("error: {words}\n")),
            "{action} {more:?}"
        );
    }
    for (more, words) in [
        (&["clerk", "payments"][..], "--to <POSITION>"),
        (
            &["clerk", "payments", "--to", "yesterday"],
            "give `earliest`, `latest`, an offset such as",
        ),
    ] {
        let ran = events(&["seek"], store, more);
        assert_eq!(ran.code, 2);
        assert!(ran.err.contains(words), "{}", ran.err);
    }
    let partition = ["clerk", "payments", "--partition", "0", "--to", "99"];
    let ran = events(&["seek"], store, &partition);
    assert_eq!(ran.code, 2);
    assert!(ran.err.ends_with("; 99 is not among them\n"), "{}", ran.err);
}
