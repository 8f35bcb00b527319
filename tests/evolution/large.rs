//! An index of large records is filled in pieces that a transaction of any engine takes.

use keyloom::Result;
use keyloom_tests::{
    below::{engine, pairs, put},
    engines::Weighed,
    person,
    shop::{Person, Shop, people},
};
use serde_json::Value;

const RECORDS: u8 = 60;
const NOTE: usize = 100 * 1024;

#[tokio::test]
async fn a_fill_reads_and_writes_pieces_of_a_megabyte() -> Result<()> {
    let engine = engine().await;
    let shop = Shop::open_on(engine.clone()).await?;
    for serial in 0..RECORDS {
        let notes = Some("n".repeat(NOTE).into());
        let person = person(&format!("person {serial}"));
        people::insert(&shop, &Person { notes, ..person }).await?;
    }
    let whole = people::by_whole(.., ..).all(&shop, 100).await?;
    drop(shop);
    // As if the build before had known none of the indexes.
    for (key, row) in pairs(&engine, b'm').await {
        let mut row: Value = serde_json::from_slice(&row).unwrap_or_default();
        if row["name"] == "people" {
            for index in row["indexes"].as_array_mut().into_iter().flatten() {
                index["state"] = "building".into();
            }
            put(&engine, key, Some(row.to_string().into_bytes())).await;
        }
    }
    let (weighed, scale) = Weighed::over(engine);
    let shop = Shop::open_on(weighed).await?;
    let most = scale.take();
    let piece = 1024 * 1024 + 2 * NOTE;
    assert!(most.page <= piece, "{most:?}");
    assert!(most.commit <= piece, "{most:?}");
    assert!(most.commit > NOTE, "the index of whole records was filled");
    assert_eq!(people::by_whole(.., ..).all(&shop, 100).await?, whole);
    Ok(())
}
