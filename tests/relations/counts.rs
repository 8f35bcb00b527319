//! Counts: exact after every kind of write, under concurrency, and over the life of a store.

use crate::Load;
use keyloom::{Error, Read, Result};
use keyloom_tests::{
    press::{ArticleId, Author, AuthorId, Press, Status, TagId, articles, authors},
    presses::{article, author},
};

/// What the counts say: of all, per author 1 and 2, edited by 2 and published, unedited drafts, per tag 1 and 2, published
/// by 1.
async fn counted(reader: &impl Read) -> Result<[u64; 8]> {
    Ok([
        articles::total().get(reader).await?,
        articles::per_author(AuthorId(1)).get(reader).await?,
        articles::per_author(AuthorId(2)).get(reader).await?,
        articles::per_editor(AuthorId(2), Status::Published)
            .get(reader)
            .await?,
        articles::per_editor(None, Status::Draft)
            .get(reader)
            .await?,
        articles::per_tag(TagId(1)).get(reader).await?,
        articles::per_tag(TagId(2)).get(reader).await?,
        articles::published_by(AuthorId(1)).get(reader).await?,
    ])
}

async fn two_authors(press: &Press) -> Result<Vec<Author>> {
    authors::insert_many(press, &[author(1), author(2)]).await
}

pub async fn counts_follow_every_kind_of_write(press: &Press) -> Result<()> {
    two_authors(press).await?;
    assert_eq!(counted(press).await?, [0; 8]);
    let mut all = [article(1, 1), article(2, 1), article(3, 2)];
    // A tag that stands twice counts once.
    all[0].tag_ids = vec![TagId(1), TagId(2), TagId(1)];
    all[1].tag_ids = vec![TagId(1)];
    articles::insert_many(press, &all).await?;
    assert_eq!(counted(press).await?, [3, 2, 1, 0, 3, 2, 1, 0]);

    let published = articles::modify(press, ArticleId(1), |it| it.status = Status::Published);
    let mut published = published.await?;
    assert_eq!(counted(press).await?, [3, 2, 1, 0, 2, 2, 1, 1]);
    published.editor_id = Some(AuthorId(2));
    published.tag_ids = vec![TagId(2)];
    let mut published = articles::update(press, &published).await?;
    assert_eq!(counted(press).await?, [3, 2, 1, 1, 2, 1, 1, 1]);
    published.author_id = AuthorId(2);
    articles::put(press, &published).await?;
    assert_eq!(counted(press).await?, [3, 1, 2, 1, 2, 1, 1, 0]);
    // A write that changes nothing of it, and one that is refused.
    articles::modify(press, ArticleId(1), |it| it.words += 1).await?;
    let refused = articles::insert(press, &article(1, 1)).await;
    assert!(matches!(refused, Err(Error::AlreadyExists { .. })));
    assert_eq!(counted(press).await?, [3, 1, 2, 1, 2, 1, 1, 0]);

    articles::delete(press, ArticleId(2)).await?;
    assert_eq!(counted(press).await?, [2, 0, 2, 1, 1, 0, 1, 0]);
    articles::delete_by(press, articles::by_author(AuthorId(2), ..)).await?;
    assert_eq!(counted(press).await?, [0; 8]);
    Ok(())
}

pub async fn counts_follow_cascades(press: &Press) -> Result<()> {
    two_authors(press).await?;
    let mut all = [article(1, 1), article(2, 2), article(3, 2)];
    all[0].editor_id = Some(AuthorId(2));
    all[0].tag_ids = vec![TagId(1)];
    all[1].tag_ids = vec![TagId(2)];
    articles::insert_many(press, &all).await?;
    assert_eq!(counted(press).await?, [3, 1, 2, 0, 2, 1, 1, 0]);
    // The articles of author 2 go, the one that it edited stays.
    authors::delete(press, AuthorId(2)).await?;
    assert_eq!(counted(press).await?, [1, 1, 0, 0, 1, 1, 0, 0]);
    authors::delete_cascade(press, AuthorId(1))
        .batched()
        .await?;
    assert_eq!(counted(press).await?, [0; 8]);
    Ok(())
}

pub async fn a_transaction_counts_its_own_writes(press: &Press) -> Result<()> {
    two_authors(press).await?;
    articles::insert(press, &article(1, 1)).await?;
    let before = press.snapshot().await?;
    let undone = press
        .transaction(async |tx| {
            articles::insert_many(&tx, &[article(2, 1), article(3, 2)]).await?;
            articles::delete(&tx, ArticleId(1)).await?;
            assert_eq!(counted(&tx).await?, [2, 1, 1, 0, 2, 0, 0, 0]);
            assert_eq!(counted(press).await?, [1, 1, 0, 0, 1, 0, 0, 0]);
            Err::<(), _>(Error::abort("undone"))
        })
        .await;
    assert!(matches!(undone, Err(Error::Abort(_))));
    assert_eq!(counted(press).await?, [1, 1, 0, 0, 1, 0, 0, 0]);
    articles::insert(press, &article(4, 1)).await?;
    assert_eq!(counted(&before).await?, [1, 1, 0, 0, 1, 0, 0, 0]);
    assert_eq!(counted(press).await?, [2, 2, 0, 0, 2, 0, 0, 0]);
    Ok(())
}

/// What many tasks write at once is counted exactly, and no two of them conflict over a count.
pub async fn counts_are_exact_under_many_writers(press: &Press, load: Load) -> Result<()> {
    const EACH: i64 = 20;
    two_authors(press).await?;
    let tasks = (0..load.writers).map(|task| {
        let press = press.clone();
        tokio::spawn(async move {
            for n in 0..EACH {
                let mut new = article(task * EACH + n, 1 + n % 2);
                new.tag_ids = vec![TagId(1)];
                articles::insert(&press, &new).await?;
                if n % 4 == 3 {
                    articles::delete(&press, new.id).await?;
                } else if n % 4 == 2 {
                    articles::modify(&press, new.id, |it| it.status = Status::Published).await?;
                }
            }
            Ok::<_, Error>(())
        })
    });
    for task in tasks.collect::<Vec<_>>() {
        task.await.expect("no panic")?;
    }
    let stored = articles::all().all(press, 10_000).await?;
    let count = |keep: &dyn Fn(&keyloom_tests::press::Article) -> bool| {
        stored.iter().filter(|it| keep(it)).count() as u64
    };
    let expected = [
        count(&|_| true),
        count(&|it| it.author_id.0 == 1),
        count(&|it| it.author_id.0 == 2),
        0,
        count(&|it| it.status == Status::Draft),
        count(&|it| it.tag_ids.contains(&TagId(1))),
        0,
        count(&|it| it.author_id.0 == 1 && it.status == Status::Published),
    ];
    assert_eq!(counted(press).await?, expected);
    assert_eq!(
        expected[0],
        u64::try_from(load.writers * EACH * 3 / 4).expect("small")
    );
    Ok(())
}

#[tokio::test]
async fn counts_are_the_same_after_a_reopen() -> Result<()> {
    let folder = keyloom_tests::folder::fresh().display().to_string();
    let press = Press::open(&folder).await?;
    two_authors(&press).await?;
    articles::insert_many(&press, &[article(1, 1), article(2, 2)]).await?;
    let before = counted(&press).await?;
    press.close().await?;
    let press = Press::open(&folder).await?;
    assert_eq!(counted(&press).await?, before);
    assert_eq!(before, [2, 1, 1, 0, 2, 0, 0, 0]);
    press.close().await
}

mod life {
    //! A count that is added is filled, one that is gone is dropped, one that a build did not know is filled again.

    use keyloom::Result;
    use keyloom_tests::{counted, plus, v1};

    async fn per_kind(folder: &str) -> Result<[u64; 3]> {
        use counted::ledger::{Kind, Ledger, entries};
        let ledger = Ledger::open(folder).await?;
        let counts = [
            entries::per_kind(Kind::Cash).get(&ledger).await?,
            entries::per_kind(Kind::Card).get(&ledger).await?,
            entries::total().get(&ledger).await?,
        ];
        ledger.close().await?;
        Ok(counts)
    }

    /// Writes 1,500 entries from a number on with the release that counts nothing.
    async fn uncounted(folder: &str, from: i64) -> Result<()> {
        use v1::ledger::{Entry, EntryId, Kind, Ledger, entries};
        let ledger = Ledger::open(folder).await?;
        let entry = |id| Entry {
            id: EntryId(id),
            title: format!("entry {id}"),
            amount: i32::try_from(id % 3).expect("small"),
            kind: if id % 2 == 0 { Kind::Cash } else { Kind::Card },
            note: None,
            gone: String::new(),
        };
        let all: Vec<_> = (from..from + 1_500).map(entry).collect();
        entries::insert_many(&ledger, &all).await?;
        ledger.close().await
    }

    #[tokio::test]
    async fn a_count_is_filled_and_dropped_with_the_schema() -> Result<()> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let folder = folder.path().display().to_string();
        uncounted(&folder, 0).await?;
        assert_eq!(per_kind(&folder).await?, [750, 750, 500]);
        assert_eq!(per_kind(&folder).await?, [750, 750, 500]);
        // The release before writes without counting, and is noticed.
        uncounted(&folder, 1_500).await?;
        assert_eq!(per_kind(&folder).await?, [1_500, 1_500, 1_000]);
        // A release after it counts nothing: what was counted is dropped, or a later count would go on from it.
        plus::ledger::Ledger::open(&folder).await?.close().await?;
        let left = keyloom_tests::engines::area(&folder, b'n').await;
        assert_eq!(left, 0, "counters that nothing keeps");
        Ok(())
    }
}
