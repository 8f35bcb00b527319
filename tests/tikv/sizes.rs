//! Answers that are larger than the client takes.

use crate::world::{World, committed, put};
use keyloom::engine::{Engine, KeyRange, ScanOptions, Snapshot, tikv::TikvEngine};

const DECODE: usize = 64 * 1024;

#[tokio::test(flavor = "multi_thread")]
async fn what_is_larger_than_the_client_takes_is_asked_for_in_parts_unless_it_is_one_value() {
    let world = World::new();
    let engine = world.engine().await;
    let keys: Vec<String> = (10..40).map(|n| format!("k{n}")).collect();
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    let value = "v".repeat(DECODE / 8);
    for part in keys.chunks(10) {
        let base = engine.snapshot().await.unwrap();
        committed(engine.commit(&base, put(part, &value)).await);
    }
    let base = engine.snapshot().await.unwrap();
    let large = "v".repeat(DECODE + 1);
    committed(engine.commit(&base, put(&["x"], &large)).await);

    let narrow = TikvEngine::open(world.options().decode(DECODE))
        .await
        .unwrap();
    let snapshot = narrow.snapshot().await.unwrap();
    let expected = vec![Some(value.clone().into_bytes()); keys.len()];
    let asked: Vec<Vec<u8>> = keys.iter().map(|key| key.as_bytes().to_vec()).collect();
    let found = snapshot.get_many(&asked).await.unwrap();
    assert!(found == expected, "{} values differ", found.len());
    let range = KeyRange {
        start: b"k".to_vec(),
        end: Some(b"l".to_vec()),
    };
    for reverse in [false, true] {
        let options = ScanOptions {
            limit: usize::MAX,
            reverse,
            keys_only: false,
        };
        let found = snapshot.scan(&range, options).await.unwrap();
        let mut expected: Vec<_> = asked
            .iter()
            .map(|key| (key.clone(), value.clone().into_bytes()))
            .collect();
        if reverse {
            expected.reverse();
        }
        assert!(
            found == expected,
            "{} pairs, reverse: {reverse}",
            found.len()
        );
    }
    for error in [
        snapshot.get(b"x").await.unwrap_err(),
        snapshot.get_many(&[b"x".to_vec()]).await.unwrap_err(),
    ] {
        assert_eq!(
            error.to_string(),
            "one value is larger than the client takes; raise `decode=`"
        );
    }
}
