//! Counts are exact after kills, also those of records that a cascade took.

use keyloom_tests::{
    killed::run_and_kill,
    press::{Article, AuthorId, Press, TagId, articles, authors},
    presses::{article, author},
};
use std::time::Duration;

/// Set for the child: the folder of its store.
const FOLDER: &str = "KEYLOOM_CRASH_COUNTS";
const ROUNDS: usize = 12;
/// A few transactions.
const WITHIN: Duration = Duration::from_millis(3);

/// The child: an author with three articles in one transaction; every third author is deleted in the next.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn child() {
    let Some(folder) = std::env::var_os(FOLDER) else {
        return;
    };
    let press = Press::open(folder.to_string_lossy()).await.unwrap();
    let last = authors::by_key(..).reverse().first(&press).await.unwrap();
    let mut id = last.map_or(0, |author| author.id.0 + 1);
    loop {
        let texts: Vec<Article> = (0..3)
            .map(|at| Article {
                tag_ids: vec![TagId(at)],
                ..article(id * 3 + at, id)
            })
            .collect();
        let texts = &texts;
        press
            .transaction(async |tx| {
                authors::insert(&tx, &author(id)).await?;
                articles::insert_many(&tx, texts).await?;
                Ok(())
            })
            .await
            .unwrap();
        if id % 3 == 2 {
            authors::delete(&press, AuthorId(id - 1)).await.unwrap();
        }
        println!("acknowledged {id}");
        id += 1;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn counts_are_exact_after_kills() {
    let folder = tempfile::tempdir().unwrap();
    for round in 0..ROUNDS {
        let variables = [(FOLDER, folder.path().as_os_str())];
        let transactions = 1 + fastrand::usize(..8);
        run_and_kill("counts::child", &variables, transactions, WITHIN);
        let press = Press::open(folder.path().to_string_lossy()).await.unwrap();
        let all = articles::all().all(&press, usize::MAX).await.unwrap();
        let total = articles::total().get(&press).await.unwrap();
        assert_eq!(total, all.len() as u64, "round {round}: all");
        for author in authors::all().all(&press, usize::MAX).await.unwrap() {
            let own = all.iter().filter(|it| it.author_id == author.id).count();
            let counted = articles::per_author(author.id).get(&press).await.unwrap();
            assert_eq!(counted, own as u64, "round {round}: {author:?}");
            assert_eq!(own, 3, "round {round}: {author:?} with half its articles");
        }
        for tag in (0..3).map(TagId) {
            let own = all.iter().filter(|it| it.tag_ids.contains(&tag)).count();
            let counted = articles::per_tag(tag).get(&press).await.unwrap();
            assert_eq!(counted, own as u64, "round {round}: {tag:?}");
        }
        press.close().await.unwrap();
    }
}
