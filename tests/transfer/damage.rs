//! Damaged dumps, and dumps of the future.

use super::{dump, filled, load};
use keyloom::{
    OpenOptions, Result,
    transfer::{RawStore, Summary},
};

async fn load_into_memory(bytes: &[u8]) -> Result<Summary> {
    let store = RawStore::open(OpenOptions::new("memory:")?).await?;
    store.load(bytes, |_| {}).await
}

#[tokio::test]
async fn a_damaged_dump_is_an_error_and_leaves_no_store() {
    let (bytes, _) = dump(filled(1).await.path()).await;
    let body = bytes.iter().position(|byte| *byte == b'}').unwrap() + 1;
    for at in (body..bytes.len()).step_by(97) {
        let mut damaged = bytes.clone();
        damaged[at] ^= 1 << (at % 8);
        let loaded = load_into_memory(&damaged).await;
        assert!(loaded.is_err(), "byte {at} of {} was flipped", bytes.len());
    }
}

#[tokio::test]
async fn a_dump_of_a_newer_format_is_refused_by_name() {
    let (bytes, _) = dump(filled(1).await.path()).await;
    let text = String::from_utf8_lossy(&bytes[..100]).replacen("\"format\":1", "\"format\":9", 1);
    let newer = [&text.as_bytes()[..50], &bytes[50..]].concat();
    let to = tempfile::tempdir().unwrap();
    let error = load(to.path(), newer.as_slice()).await.0.unwrap_err();
    assert!(error.to_string().contains("has format 9"), "{error}");
}
