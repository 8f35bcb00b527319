//! What comes out is what went in.

use super::{address, dump, filled, load, raw};
use keyloom::OpenOptions;
use keyloom_tests::{
    person,
    shop::{Person, Shop, people},
};

#[tokio::test]
async fn a_loaded_store_is_the_dumped_one_with_its_indexes_and_cursors() {
    let from = filled(100).await;
    let shop = Shop::open(address(from.path())).await.unwrap();
    let everyone = people::by_label("everyone").all(&shop, 1000).await.unwrap();
    let page = people::by_serial(..).limit(20).page(&shop).await.unwrap();
    shop.close().await.unwrap();

    let (bytes, dumped) = dump(from.path()).await;
    let to = tempfile::tempdir().unwrap();
    let (loaded, _) = load(to.path(), bytes.as_slice()).await;
    assert_eq!(loaded.unwrap(), dumped);
    assert_eq!(dump(to.path()).await, (bytes, dumped));

    let shop = Shop::open(address(to.path())).await.unwrap();
    assert_eq!(
        people::by_label("everyone").all(&shop, 1000).await.unwrap(),
        everyone
    );
    let rest = people::by_serial(..).after(page.next).limit(1000);
    let rest = rest.page(&shop).await.unwrap().items;
    let serials: Vec<i64> = rest.iter().map(|person| person.serial).collect();
    assert_eq!(serials, (20..100).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dump_is_of_one_moment_whatever_is_written_meanwhile() {
    let folder = tempfile::tempdir().unwrap();
    let shop = Shop::open(address(folder.path())).await.unwrap();
    let pair = |at: usize| {
        ["left", "right"].map(|side| Person {
            serial: i64::try_from(at).unwrap(),
            ..person(&format!("{side} {at}"))
        })
    };
    let mut bytes = Vec::new();
    for at in 0..300 {
        people::insert_many(&shop, &pair(at)).await.unwrap();
    }
    // Each progress is a page; between them, others write.
    let mut next = 300;
    let runtime = tokio::runtime::Handle::current();
    let summary = shop.dump(&mut bytes, |_| {
        for _ in 0..10 {
            let pair = pair(next);
            tokio::task::block_in_place(|| runtime.block_on(people::insert_many(&shop, &pair)))
                .unwrap();
            next += 1;
        }
    });
    let summary = summary.await.unwrap();
    assert!(next > 300, "nothing was written meanwhile");
    let to = tempfile::tempdir().unwrap();
    let (loaded, _) = load(to.path(), bytes.as_slice()).await;
    assert_eq!(loaded.unwrap(), summary);
    let copy = Shop::open(address(to.path())).await.unwrap();
    assert_eq!(people::all().count(&copy).await.unwrap(), 600);
    assert_eq!(people::by_email(..).count(&copy).await.unwrap(), 600);
    assert_eq!(people::all().count(&shop).await.unwrap(), 2 * next as u64);
}

#[tokio::test]
async fn where_no_store_is_nothing_is_dumped_and_nothing_made() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing");
    let options = OpenOptions::new(missing.display().to_string()).unwrap();
    let error = keyloom::transfer::RawStore::open_existing(options)
        .await
        .unwrap_err();
    assert!(error.to_string().contains("no such folder"), "{error}");
    assert!(!missing.exists());

    let empty = raw(folder.path()).await;
    let error = empty.dump(&mut Vec::new(), |_| {}).await.unwrap_err();
    assert!(
        error.to_string().contains("there is no store here"),
        "{error}"
    );
}

#[tokio::test]
async fn a_store_with_data_takes_no_dump() {
    let from = filled(3).await;
    let to = filled(2).await;
    let (bytes, _) = dump(from.path()).await;
    let (before, _) = dump(to.path()).await;
    let error = load(to.path(), bytes.as_slice()).await.0.unwrap_err();
    assert!(error.to_string().contains("holds data already"), "{error}");
    assert_eq!(dump(to.path()).await.0, before);
}
