//! Moving a store: dumps, and loads of them.

#[cfg(feature = "tikv")]
mod cluster;
mod damage;
mod resume;
mod whole;

use keyloom::{
    OpenOptions, Result,
    transfer::{Progress, RawStore, Summary},
};
use keyloom_tests::{
    person,
    shop::{Person, Shop, people},
};
use std::path::Path;
use tempfile::TempDir;

/// The store of a folder; nothing here waits for a disk.
fn address(folder: &Path) -> String {
    format!("{}?durability=relaxed", folder.display())
}

/// A store of some records in a folder, closed.
async fn filled(records: usize) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let shop = Shop::open(address(folder.path())).await.unwrap();
    let all: Vec<Person> = (0..records)
        .map(|at| Person {
            serial: i64::try_from(at).unwrap(),
            labels: vec![format!("label {}", at % 7), "everyone".to_owned()],
            notes: Some("a long note ".repeat(500).into()),
            ..person(&format!("person {at}"))
        })
        .collect();
    for some in all.chunks(500) {
        people::insert_many(&shop, some).await.unwrap();
    }
    shop.close().await.unwrap();
    folder
}

async fn raw(folder: &Path) -> RawStore {
    let options = OpenOptions::new(address(folder)).unwrap();
    RawStore::open(options).await.unwrap()
}

async fn dump(folder: &Path) -> (Vec<u8>, Summary) {
    let store = raw(folder).await;
    let mut bytes = Vec::new();
    let summary = store.dump(&mut bytes, |_| {}).await.unwrap();
    store.close().await.unwrap();
    (bytes, summary)
}

/// Loads and closes, and tells what happened on the way.
async fn load(folder: &Path, input: impl std::io::Read) -> (Result<Summary>, Vec<Progress>) {
    let store = raw(folder).await;
    let mut seen = Vec::new();
    let outcome = store.load(input, |progress| seen.push(progress)).await;
    store.close().await.unwrap();
    (outcome, seen)
}
