//! What options of a store change.

use keyloom::Error;
use keyloom_tests::{
    person,
    shop::{Shop, people},
};

#[tokio::test]
async fn a_snapshot_that_is_held_for_too_long_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let address = format!("{}?max-snapshot-age=1ms", folder.path().display());
    let shop = Shop::open(address).await.unwrap();
    let snapshot = shop.snapshot().await.unwrap();
    // Each commit looks for snapshots that are too old.
    for n in 0..10_000 {
        people::insert(&shop, &person(&format!("{n}")))
            .await
            .unwrap();
        match people::by_name(..).count(&snapshot).await {
            Ok(seen) => assert_eq!(seen, 0, "a part of the rows"),
            Err(error) => {
                assert!(matches!(error, Error::SnapshotTooOld), "{error}");
                assert!(error.is_retryable());
                return;
            }
        }
    }
    panic!("the snapshot never became too old");
}

#[tokio::test]
async fn a_name_behind_memory_is_refused_and_makes_no_folder() {
    let error = Shop::open("memory:shop?cache=64MB").await.unwrap_err();
    assert!(matches!(error, Error::Open(_)), "{error:?}");
    let wanted = "a store in memory has no name: write `memory:`, or `./memory:shop` for a folder of that name";
    assert_eq!(error.to_string(), wanted);
    assert!(!std::path::Path::new("memory:shop").exists());
}
