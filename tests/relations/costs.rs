//! What loading costs, counted at the engine.

use keyloom::{Result, testing::Reads};
use keyloom_tests::{
    press::{AuthorId, Press, TagId, articles, authors, groups, memberships, tags},
    presses::{article, author, counting, group, membership, tag},
};

/// Ten articles of two authors with three tags, and five memberships in two groups.
async fn fill(press: &Press) -> Result<()> {
    authors::insert_many(press, &[author(1), author(2)]).await?;
    tags::insert_many(press, &[tag(1), tag(2), tag(3)]).await?;
    groups::insert_many(press, &[group(1), group(2)]).await?;
    let all: Vec<_> = (0..10)
        .map(|n| {
            let mut article = article(n, 1 + n % 2);
            article.tag_ids = vec![TagId(1 + n % 3), TagId(1)];
            article.editor_id = (n > 4).then_some(AuthorId(1));
            article
        })
        .collect();
    articles::insert_many(press, &all).await?;
    let joins = [(1, 1), (1, 2), (2, 1)].map(|(author, group)| membership(author, group, "x"));
    memberships::insert_many(press, &joins).await.map(drop)
}

#[tokio::test]
async fn each_relation_and_level_costs_one_batch_and_reads_each_target_once() -> Result<()> {
    let (press, tally) = counting().await;
    fill(&press).await?;
    let _ = tally.take();

    let rows = articles::all()
        .include((articles::author(), articles::tags(), articles::editor()))
        .page(&press)
        .await?;
    assert_eq!(rows.items.len(), 10);
    let expected = Reads {
        scans: 1,
        batches: 3,
        keys: 2 + 3 + 1,
        gets: 0,
    };
    assert_eq!(tally.take(), expected);

    // Three levels: two scans of articles and their batch, a batch of tags.
    let rows = authors::all()
        .include(authors::articles().include(articles::tags()))
        .page(&press)
        .await?;
    assert_eq!(rows.items.len(), 2);
    let expected = Reads {
        scans: 1 + 2,
        batches: 2,
        keys: 10 + 3,
        gets: 0,
    };
    assert_eq!(tally.take(), expected);
    Ok(())
}

#[tokio::test]
async fn a_join_whose_key_or_index_holds_the_other_side_is_not_read() -> Result<()> {
    let (press, tally) = counting().await;
    fill(&press).await?;
    let _ = tally.take();
    let expected = |scans, keys| Reads {
        scans,
        batches: 1,
        keys,
        gets: 0,
    };
    let rows = authors::all()
        .include(authors::groups())
        .page(&press)
        .await?;
    assert_eq!(rows.items.len(), 2);
    assert_eq!(tally.take(), expected(1 + 2, 2));
    let rows = groups::all()
        .include(groups::authors())
        .page(&press)
        .await?;
    assert_eq!(rows.items.len(), 2);
    assert_eq!(tally.take(), expected(1 + 2, 2));
    Ok(())
}

#[tokio::test]
async fn a_child_that_lies_in_the_order_of_its_key_needs_no_batch() -> Result<()> {
    let (press, tally) = counting().await;
    fill(&press).await?;
    let _ = tally.take();
    let row = authors::by_key(AuthorId(1))
        .include(authors::profile())
        .one(&press)
        .await?;
    assert_eq!(row, Some((author(1), None)));
    let expected = Reads {
        gets: 1,
        scans: 1,
        batches: 0,
        keys: 0,
    };
    assert_eq!(tally.take(), expected);
    Ok(())
}
