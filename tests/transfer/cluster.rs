//! From a folder to a cluster and back.

use super::{dump, filled, load};
use keyloom::{
    OpenOptions,
    transfer::{RawStore, Step},
};
use keyloom_tests::{
    shop::{Shop, people},
    tikv_address,
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_goes_to_a_cluster_and_back_unchanged_though_it_was_interrupted() {
    let from = filled(500).await;
    let (bytes, dumped) = dump(from.path()).await;
    let address = tikv_address();
    let open = async || {
        RawStore::open(OpenOptions::new(&address).unwrap())
            .await
            .unwrap()
    };
    for part in [1, 2] {
        let cluster = open().await;
        let cut = &bytes[..bytes.len() * part / 3];
        let error = cluster.load(cut, |_| {}).await.unwrap_err().to_string();
        assert!(error.contains("ends before its end"), "{error}");
        cluster.close().await.unwrap();
    }
    assert!(
        Shop::open(&address).await.is_err(),
        "half a store was opened"
    );
    let cluster = open().await;
    let mut skipped = 0;
    let loaded = cluster.load(bytes.as_slice(), |now| {
        if now.step == Step::Skipping {
            skipped = now.pairs;
        }
    });
    assert_eq!(loaded.await.unwrap(), dumped);
    assert!(skipped > 0, "it began anew");
    let mut back = Vec::new();
    assert_eq!(cluster.dump(&mut back, |_| {}).await.unwrap(), dumped);
    assert!(back == bytes, "the dump of the cluster is another");
    cluster.close().await.unwrap();

    let to = tempfile::tempdir().unwrap();
    assert_eq!(load(to.path(), back.as_slice()).await.0.unwrap(), dumped);
    let shop = Shop::open(&address).await.unwrap();
    assert_eq!(people::by_email(..).count(&shop).await.unwrap(), 500);
}
