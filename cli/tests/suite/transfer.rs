//! `keyloom dump` and `keyloom load`.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use keyloom_tests::person;
use keyloom_tests::shop::{Person, Shop, people};
use tempfile::TempDir;

const RECORDS: usize = 400;

/// Enough notes for several transactions of a load.
fn filled() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let address = format!("{}?durability=relaxed", folder.path().display());
    let all: Vec<Person> = (0..RECORDS)
        .map(|at| Person {
            notes: Some("a long note ".repeat(1000).into()),
            ..person(&format!("person {at}"))
        })
        .collect();
    block_on(async {
        let shop = Shop::open(address).await.unwrap();
        people::insert_many(&shop, &all).await.unwrap();
        shop.close().await.unwrap();
    });
    folder
}

fn block_on<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Runtime::new().unwrap().block_on(work)
}

fn keyloom(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_keyloom"));
    command.args(arguments).stdin(Stdio::null());
    command
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A dump of a store into a file.
fn dump(from: &Path, out: &Path) -> Command {
    keyloom(&["dump", "--from", text(from), "--out", text(out)])
}

fn succeed(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    told(&output)
}

/// `keyloom dump --from … | keyloom load --to …`: what each of them said.
fn piped(from: &str, to: &str) -> (String, String) {
    let mut dump = keyloom(&["dump", "--from", from])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let pipe = dump.stdout.take().unwrap();
    let loaded = succeed(keyloom(&["load", "--to", to]).stdin(pipe));
    (told(&dump.wait_with_output().unwrap()), loaded)
}

fn count(address: &str) -> u64 {
    block_on(async {
        let shop = Shop::open(address).await.unwrap();
        people::by_email(..).count(&shop).await.unwrap()
    })
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn a_store_goes_through_a_pipe_and_through_a_file_unchanged() {
    let (from, to, again) = (
        filled(),
        tempfile::tempdir().unwrap(),
        tempfile::tempdir().unwrap(),
    );
    let (dumped, loaded) = piped(text(from.path()), text(to.path()));
    let sums = dumped.strip_prefix("dumped ").unwrap();
    assert_eq!(loaded, format!("loaded and compared {sums}"));

    let file = again.path().join("shop.dump");
    assert_eq!(
        succeed(&mut keyloom(&[
            "dump",
            "--from",
            text(to.path()),
            "--out",
            text(&file)
        ])),
        dumped
    );
    let last = again.path().join("store");
    assert_eq!(
        succeed(&mut keyloom(&[
            "load",
            "--to",
            text(&last),
            "--in",
            text(&file)
        ])),
        loaded
    );
    assert_eq!(count(text(&last)), RECORDS as u64);
}

/// Needs no word but the address.
#[cfg(feature = "tikv")]
#[test]
fn a_store_moves_to_a_cluster_and_back_through_pipes() {
    use keyloom_tests::cluster;
    let (from, back) = (filled(), tempfile::tempdir().unwrap());
    let cluster = format!(
        "tikv://{}?prefix={}&gc=off&retry=120s",
        cluster::pd(),
        cluster::prefix("move")
    );
    let (there, _) = piped(text(from.path()), &cluster);
    assert_eq!(count(&cluster), RECORDS as u64);
    let (here, loaded) = piped(&cluster, text(back.path()));
    assert_eq!(here, there, "the same pairs and checksum");
    let sums = there.strip_prefix("dumped ").unwrap();
    assert_eq!(loaded, format!("loaded and compared {sums}"));
    assert_eq!(count(text(back.path())), RECORDS as u64);
}

#[test]
fn a_killed_load_goes_on_when_it_is_run_again() {
    let (from, to) = (filled(), tempfile::tempdir().unwrap());
    let file = from.path().with_extension("dump");
    succeed(&mut dump(from.path(), &file));
    let bytes = fs::read(&file).unwrap();
    let arguments = ["load", "--to", text(to.path())];
    let mut load = keyloom(&arguments).stdin(Stdio::piped()).spawn().unwrap();
    let mut input = load.stdin.take().unwrap();
    // A pipe holds little: when all this is written, most of it was read.
    input.write_all(&bytes[..bytes.len() * 3 / 4]).unwrap();
    load.kill().unwrap();
    load.wait().unwrap();

    let opened = block_on(Shop::open(text(to.path())));
    let error = opened.unwrap_err().to_string();
    assert!(error.contains("load the same dump again"), "{error}");
    let said = succeed(&mut keyloom(
        &[&arguments[..], &["--in", text(&file)]].concat(),
    ));
    fs::remove_file(&file).unwrap();
    assert!(said.contains("of them by an earlier run"), "{said}");
    assert_eq!(count(text(to.path())), RECORDS as u64);
}

#[cfg(unix)]
#[test]
fn a_dump_into_a_pipe_or_a_link_leaves_it_what_it_is() {
    use std::os::unix::fs::{FileTypeExt, symlink};
    let (store, folder) = (filled(), tempfile::tempdir().unwrap());
    let whole = folder.path().join("whole");
    succeed(&mut dump(store.path(), &whole));

    let pipe = folder.path().join("pipe");
    assert!(
        Command::new("mkfifo")
            .arg(&pipe)
            .status()
            .unwrap()
            .success()
    );
    let mut dumping = dump(store.path(), &pipe).spawn().unwrap();
    assert_eq!(fs::read(&pipe).unwrap(), fs::read(&whole).unwrap());
    assert!(dumping.wait().unwrap().success());
    assert!(fs::metadata(&pipe).unwrap().file_type().is_fifo());

    let (link, behind) = (folder.path().join("link"), folder.path().join("behind"));
    fs::write(&behind, "an older dump").unwrap();
    symlink(&behind, &link).unwrap();
    succeed(&mut dump(store.path(), &link));
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(fs::read(&behind).unwrap(), fs::read(&whole).unwrap());
}

#[test]
fn misuse_exits_with_2_and_failure_with_1() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing");
    let not_a_dump = folder.path().join("text");
    fs::write(&not_a_dump, "not a dump").unwrap();
    let store = folder.path().join("store");
    for (arguments, code, words) in [
        (&["dump", "--from", text(&missing)][..], 2, "no such folder"),
        (&["dump", "--from", "pg://host"], 2, "is not an engine"),
        (
            &[
                "dump",
                "--from",
                text(&missing),
                "--out",
                text(folder.path()),
            ],
            2,
            "is a folder: name a file in it",
        ),
        (
            &["load", "--to", text(&store), "--in", text(&missing)],
            2,
            "cannot be read",
        ),
        (
            &["load", "--to", text(&store), "--in", text(&not_a_dump)],
            1,
            "this is not a dump",
        ),
        (
            &["load", "--to", text(&store), "--discard"],
            1,
            "no unfinished load",
        ),
    ] {
        let output = keyloom(arguments).output().unwrap();
        assert_eq!(
            output.status.code(),
            Some(code),
            "{arguments:?}: {}",
            told(&output)
        );
        assert!(
            told(&output).contains(words),
            "{arguments:?}: {}",
            told(&output)
        );
    }
    assert!(!missing.exists());
}
