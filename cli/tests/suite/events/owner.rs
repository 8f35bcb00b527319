//! A folder that another process has open.

use super::{
    events, objects, printed, steps, text,
    till::{Clerk, block_on, payment},
};
use crate::support::{Folder, Ran};
use keyloom_tests::till::{Till, payments};
use std::{
    io::{BufRead, BufReader, Lines, Read, Write},
    os::unix::{fs::PermissionsExt, net::UnixStream},
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    time::{Duration, Instant},
};

/// Set for the child: the address of its store, and what it is to do.
const ADDRESS: &str = "KEYLOOM_TEST_OWNER";
const DOES: &str = "KEYLOOM_TEST_OWNER_DOES";

/// The child: opens the store, and makes a payment for each line that it reads, until there are no more.
#[test]
fn child() {
    let Ok(address) = std::env::var(ADDRESS) else {
        return;
    };
    let does = std::env::var(DOES).unwrap_or_default();
    block_on(async {
        let till = Till::open(address).await.unwrap();
        if does.contains("prepare") {
            steps::prepare(&till).await.unwrap();
        }
        if does.contains("serve") {
            till.serve_admin().await.unwrap();
        }
        let clerk = Clerk { refuses: "nobody" };
        let worker = till.workers("clerk").handle_payments(clerk);
        let worker = if does.contains("work") {
            Some(worker.start().await.unwrap())
        } else {
            None
        };
        println!("it is open");
        for line in std::io::stdin().lines() {
            let number = line.unwrap().parse().unwrap();
            payments::insert(&till, &payment("east", number))
                .await
                .unwrap();
            println!("paid");
        }
        if let Some(worker) = worker {
            worker.shutdown(Duration::from_secs(10)).await.unwrap();
        }
        till.close().await.unwrap();
    });
}

/// A process that has a store open.
struct Owner {
    child: Child,
    stdin: Option<ChildStdin>,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Owner {
    fn start(folder: &Path, does: &str) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "events::owner::child", "--nocapture"])
            .env(ADDRESS, folder)
            .env(DOES, does)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let stdin = child.stdin.take();
        let mut owner = Self {
            child,
            stdin,
            lines,
        };
        owner.wait_for("it is open");
        owner
    }

    fn wait_for(&mut self, wanted: &str) {
        let mut lines = self.lines.by_ref().map_while(Result::ok);
        assert!(lines.any(|line| line.ends_with(wanted)), "the owner ended");
    }

    fn pay(&mut self, number: u32) {
        writeln!(self.stdin.as_mut().unwrap(), "{number}").unwrap();
        self.wait_for("paid");
    }

    fn end(mut self) {
        drop(self.stdin.take());
        let rest: Vec<_> = self.lines.by_ref().map_while(Result::ok).collect();
        assert!(self.child.wait().unwrap().success(), "{rest:?}");
    }

    fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

#[test]
fn every_command_works_through_the_process_that_has_the_folder_open() {
    let folder = tempfile::tempdir().unwrap();
    let owner = Owner::start(folder.path(), "prepare serve");
    steps::all(text(folder.path()));
    owner.end();
    let left: Vec<_> = folder.path().read_dir().unwrap().collect();
    assert!(!folder.path().join("ADMIN").exists(), "{left:?}");
    assert_eq!(
        printed(&["resume"], text(folder.path()), &["clerk"]),
        "`clerk` goes on\n"
    );
}

/// How much a group has not handled.
fn lag(store: &str) -> u64 {
    let status = objects(&printed(&[], store, &["--format", "json"])).remove(0);
    status["groups"][0]["topics"][0]["lag"].as_u64().unwrap()
}

#[test]
fn workers_of_the_owner_follow_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let store = text(folder.path());
    let mut owner = Owner::start(folder.path(), "serve work");
    printed(&["pause"], store, &["clerk"]);
    owner.pay(1);
    owner.pay(2);
    assert_eq!(lag(store), 2);
    printed(&["resume"], store, &["clerk"]);
    let end = Instant::now() + Duration::from_mins(1);
    while lag(store) > 0 {
        assert!(Instant::now() < end, "nobody handles what waits");
    }
    owner.end();
}

#[test]
fn a_follower_prints_what_the_owner_publishes_and_a_watcher_looks_again() {
    let folder = tempfile::tempdir().unwrap();
    let store = text(folder.path());
    let mut owner = Owner::start(folder.path(), "serve");
    owner.pay(1);
    let here = Folder::new([]);
    let start = |arguments: &[&str]| {
        let mut command = here.command(arguments);
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        (child, lines.map_while(Result::ok))
    };
    let (mut follower, mut keys) = start(&["events", "tail", store, "payments", "--follow"]);
    let mut next = || objects(&keys.next().unwrap())[0]["key"].clone();
    assert_eq!(next(), serde_json::json!(["east", 1]));
    owner.pay(2);
    assert_eq!(next(), serde_json::json!(["east", 2]));
    let (mut watcher, mut looks) = start(&["events", store, "--watch", "--format", "json"]);
    for _ in 0..2 {
        let status = objects(&looks.next().unwrap());
        assert_eq!(status[0]["topics"][0]["published"], 2);
    }
    for child in [&mut follower, &mut watcher] {
        child.kill().unwrap();
        child.wait().unwrap();
    }
    owner.end();
}

#[test]
fn an_owner_that_does_not_serve_is_named_with_what_to_call() {
    let folder = tempfile::tempdir().unwrap();
    let owner = Owner::start(folder.path(), "");
    let ran = events(&[], text(folder.path()), &[]);
    let wanted = format!(
        "error: {} is in use by process {}; one process owns a store: stop that one, or call `serve_admin()` in it and ask \
         it with `keyloom events`\n",
        folder.path().display(),
        owner.child.id()
    );
    assert_eq!(ran, Ran::new(2, "", wanted));
    owner.end();
}

#[test]
fn the_socket_of_an_owner_that_was_killed_is_passed_over_and_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let store = text(folder.path());
    Owner::start(folder.path(), "prepare serve").kill();
    assert!(folder.path().join("ADMIN").exists());
    assert_eq!(
        printed(&["pause"], store, &["clerk"]),
        "`clerk` is paused\n"
    );
    let owner = Owner::start(folder.path(), "serve");
    assert_eq!(printed(&["resume"], store, &["clerk"]), "`clerk` goes on\n");
    let mode = folder
        .path()
        .join("ADMIN")
        .metadata()
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600, "only its user may connect");
    owner.end();
}

/// One line to the socket, and what comes back.
fn ask(folder: &Path, line: &[u8]) -> String {
    let mut stream = UnixStream::connect(folder.join("ADMIN")).unwrap();
    stream.write_all(line).unwrap();
    stream.shutdown(std::net::Shutdown::Write).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn the_socket_answers_what_is_no_request_of_its_version_with_what_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let owner = Owner::start(folder.path(), "serve");
    for (line, words) in [
        (&b"no json\n"[..], "expected ident"),
        (
            b"{\"version\":2,\"request\":\"status\"}\n",
            "speaks version 1, the request is of version 2",
        ),
        (
            b"{\"version\":1,\"request\":\"explode\"}\n",
            "unknown variant `explode`",
        ),
        (
            &vec![b'x'; 100_000],
            "a request is a line of at most 65536 bytes",
        ),
        (
            b"{\"version\":1,",
            "a request is a line of at most 65536 bytes",
        ),
    ] {
        let answer = ask(folder.path(), line);
        assert!(answer.starts_with("{\"version\":1,\"error\":"), "{answer}");
        assert!(answer.contains(words), "{answer}");
    }
    let twice = b"{\"version\":1,\"request\":\"status\"}\n".repeat(2);
    assert_eq!(ask(folder.path(), &twice).lines().count(), 2);
    owner.end();
}
