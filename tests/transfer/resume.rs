//! Loads that were interrupted.

use super::{address, dump, filled, load, raw};
use keyloom::transfer::{Step, Summary};
use keyloom_tests::{
    person,
    shop::{NewWord, Shop, Word, people, words},
};
use std::path::Path;
use tokio::sync::OnceCell;

/// Enough for several batches of a load.
const MANY: usize = 500;

/// A dump of many records, made once.
async fn many() -> &'static (Vec<u8>, Summary) {
    static MADE: OnceCell<(Vec<u8>, Summary)> = OnceCell::const_new();
    MADE.get_or_init(async || dump(filled(MANY).await.path()).await)
        .await
}

async fn interrupted(to: &Path, bytes: &[u8]) {
    let error = load(to, bytes).await.0.unwrap_err();
    assert!(error.to_string().contains("ends before its end"), "{error}");
}

#[tokio::test]
async fn an_interrupted_load_goes_on_where_it_stopped() {
    let (bytes, dumped) = many().await;
    let to = tempfile::tempdir().unwrap();
    for part in [1, 2, 3] {
        interrupted(to.path(), &bytes[..bytes.len() * part / 4]).await;
    }
    let (loaded, seen) = load(to.path(), bytes.as_slice()).await;
    assert_eq!(loaded.unwrap(), *dumped);
    let skipped = seen.iter().filter(|it| it.step == Step::Skipping);
    let skipped = skipped.map(|it| it.pairs).max().unwrap_or(0);
    assert!(
        skipped * 3 > dumped.pairs,
        "{skipped} of {} pairs were skipped",
        dumped.pairs
    );
    assert_eq!(dump(to.path()).await, (bytes.clone(), dumped.clone()));
}

#[tokio::test]
async fn a_half_loaded_store_is_opened_by_nothing_but_the_load() {
    let (bytes, _) = many().await;
    let to = tempfile::tempdir().unwrap();
    interrupted(to.path(), &bytes[..bytes.len() / 2]).await;
    let opened = Shop::open(address(to.path())).await;
    let error = opened.unwrap_err().to_string();
    assert!(error.contains("load the same dump again"), "{error}");
    let store = raw(to.path()).await;
    let error = store.dump(&mut Vec::new(), |_| {}).await.unwrap_err();
    assert!(error.to_string().contains("half loaded"), "{error}");
}

#[tokio::test]
async fn a_later_dump_goes_on_if_what_is_loaded_did_not_change() {
    let (bytes, _) = many().await;
    let from = tempfile::tempdir().unwrap();
    load(from.path(), bytes.as_slice()).await.0.unwrap();
    let to = tempfile::tempdir().unwrap();
    interrupted(to.path(), &bytes[..bytes.len() / 2]).await;
    // Records stand last in the order of keys, and those of this table behind the others.
    let shop = Shop::open(address(from.path())).await.unwrap();
    let late = Word::new(NewWord {
        text: "late".into(),
    });
    words::insert(&shop, &late).await.unwrap();
    shop.close().await.unwrap();
    let (later, dumped) = dump(from.path()).await;
    assert_ne!(later, *bytes);
    assert_eq!(load(to.path(), later.as_slice()).await.0.unwrap(), dumped);
    assert_eq!(dump(to.path()).await, (later, dumped));
}

#[tokio::test]
async fn another_dump_is_refused_until_the_load_is_discarded() {
    let (bytes, _) = many().await;
    let (other, dumped) = dump(filled(MANY - 1).await.path()).await;
    let (small, _) = dump(filled(1).await.path()).await;
    let to = tempfile::tempdir().unwrap();
    interrupted(to.path(), &bytes[..bytes.len() / 2]).await;
    for wrong in [&other, &small] {
        let error = load(to.path(), wrong.as_slice()).await.0.unwrap_err();
        assert!(error.to_string().contains("discard it"), "{error}");
    }
    let store = raw(to.path()).await;
    store.discard(|_| {}).await.unwrap();
    store.close().await.unwrap();
    assert_eq!(load(to.path(), other.as_slice()).await.0.unwrap(), dumped);
}

#[tokio::test]
async fn a_whole_store_cannot_be_discarded() {
    let folder = filled(2).await;
    let store = raw(folder.path()).await;
    let error = store.discard(|_| {}).await.unwrap_err();
    assert!(error.to_string().contains("nothing was deleted"), "{error}");
    store.close().await.unwrap();
    let shop = Shop::open(address(folder.path())).await.unwrap();
    people::insert(&shop, &person("a third")).await.unwrap();
    assert_eq!(people::all().count(&shop).await.unwrap(), 3);
}
