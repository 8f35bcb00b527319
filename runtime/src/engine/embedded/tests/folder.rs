use std::{fs, path::Path};

use super::*;

fn open(path: &Path) -> Result<EmbeddedEngine, EngineError> {
    EmbeddedEngine::open_blocking(
        &Location::Folder(path.to_owned()),
        &EmbeddedOptions::default(),
    )
}

fn refusal(path: &Path) -> String {
    match open(path) {
        Ok(_) => format!("{} was opened", path.display()),
        Err(error) => error
            .to_string()
            .replace(&path.display().to_string(), "FOLDER"),
    }
}

#[tokio::test]
async fn a_store_is_made_where_there_is_none_and_found_again() {
    let parent = tempfile::tempdir().unwrap();
    let path = parent.path().join("a/b");
    let engine = open(&path).unwrap();
    assert_committed(&commit(&engine, put(&[("key", "value")])).await);
    drop(engine);
    let mut names: Vec<_> = fs::read_dir(&path)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, [FORMAT_FILE, LOCK_FILE, DATA_FILE]);
    let engine = open(&path).unwrap();
    assert_eq!(get(&engine, "key").await, Ok(Some("value".into())));
}

#[test]
fn a_file_in_place_of_the_folder_is_refused() {
    let parent = tempfile::tempdir().unwrap();
    let path = parent.path().join("store");
    fs::write(&path, "notes").unwrap();
    assert_eq!(
        refusal(&path),
        "FOLDER is a file; a store needs a folder of its own: name one, or remove the file"
    );
}

#[test]
fn a_folder_with_other_things_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["a.txt", "b.txt", "c.txt", "d.txt"] {
        fs::write(folder.path().join(name), "").unwrap();
    }
    assert_eq!(
        refusal(folder.path()),
        "FOLDER is not a Keyloom store: it holds \"a.txt\", \"b.txt\", \"c.txt\" and 1 more; name an empty or a new folder"
    );
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 4);
}

#[test]
fn a_store_that_is_open_here_is_refused_until_its_last_handle_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    let engine = open(folder.path()).unwrap();
    let clone = engine.clone();
    drop(engine);
    assert_eq!(
        refusal(folder.path()),
        "FOLDER is already open in this process; clone the open store instead of opening it twice"
    );
    drop(clone);
    open(folder.path()).unwrap();
}

#[test]
fn a_store_of_another_process_is_refused_with_its_id() {
    let folder = tempfile::tempdir().unwrap();
    let engine = open(folder.path()).unwrap();
    fs::write(folder.path().join(LOCK_FILE), "1").unwrap();
    assert_eq!(
        refusal(folder.path()),
        "FOLDER is in use by process 1; one process owns a store: stop that one, or call `serve_admin()` in it \
         and ask it with `keyloom events`"
    );
    drop(engine);
}

#[tokio::test]
async fn a_closed_store_can_be_opened_while_old_handles_are_still_around() {
    let folder = tempfile::tempdir().unwrap();
    let engine = open(folder.path()).unwrap();
    let snapshot = engine.snapshot().await.unwrap();
    engine.close().await.unwrap();
    let again = open(folder.path()).unwrap();
    assert_eq!(snapshot.get(b"key").await, Err(EngineError::Closed));
    assert_eq!(get(&again, "key").await, Ok(None));
}

#[test]
fn an_unfinished_creation_is_begun_anew() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(LOCK_FILE), "1").unwrap();
    fs::write(folder.path().join(NEW_DATA_FILE), "half").unwrap();
    open(folder.path()).unwrap();
    assert!(!folder.path().join(NEW_DATA_FILE).exists());
}

#[test]
fn a_missing_data_file_is_damage_and_not_a_new_store() {
    let folder = tempfile::tempdir().unwrap();
    drop(open(folder.path()).unwrap());
    fs::remove_file(folder.path().join(DATA_FILE)).unwrap();
    assert_eq!(
        refusal(folder.path()),
        "stored bytes are damaged: FOLDER/keyloom.redb is missing from the store; restore it from a backup, or remove \
         the folder to begin anew"
    );
}

#[test]
fn an_emptied_data_file_is_damage_and_not_a_new_store() {
    let folder = tempfile::tempdir().unwrap();
    drop(open(folder.path()).unwrap());
    fs::write(folder.path().join(DATA_FILE), "").unwrap();
    let refusal = refusal(folder.path());
    assert!(
        refusal.starts_with("stored bytes are damaged: FOLDER/keyloom.redb: "),
        "{refusal}"
    );
}

#[test]
fn a_folder_of_an_unknown_format_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    drop(open(folder.path()).unwrap());
    fs::write(
        folder.path().join(FORMAT_FILE),
        "keyloom embedded store, format 9\n",
    )
    .unwrap();
    assert_eq!(
        refusal(folder.path()),
        "FOLDER was made by another version of Keyloom: its format is \"keyloom embedded store, format 9\", this build \
         knows \"keyloom embedded store, format 1\"; open it with the version that made it, dump it, and load the dump here"
    );
}

#[tokio::test]
async fn after_an_owner_that_was_killed_a_small_file_is_checked_whole() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let engine = open(path).unwrap();
    assert_committed(&commit(&engine, put(&[("key", "value")])).await);
    drop(engine);
    assert_eq!(
        fs::read(path.join(LOCK_FILE)).unwrap(),
        b"",
        "closed in order"
    );
    let data = path.join(DATA_FILE);
    let sound = fs::read(&data).unwrap();
    let at = sound
        .windows(5)
        .position(|bytes| bytes == b"value")
        .unwrap();
    let mut damaged = sound.clone();
    damaged[at] ^= 1;

    fs::write(&data, &damaged).unwrap();
    let engine = open(path).unwrap();
    let found = get(&engine, "key").await;
    assert!(
        matches!(found, Err(EngineError::Corrupt { .. })),
        "{found:?}"
    );
    drop(engine);

    fs::write(&data, &damaged).unwrap();
    fs::write(path.join(LOCK_FILE), "4711").unwrap();
    let told = refusal(path);
    assert!(told.contains("restore it from a backup"), "{told}");

    fs::write(&data, &sound).unwrap();
    let engine = open(path).unwrap();
    assert_eq!(get(&engine, "key").await, Ok(Some("value".into())));
}
