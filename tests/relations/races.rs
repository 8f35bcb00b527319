//! A parent is deleted while a child is inserted: one of them is refused, and no orphan is left.

use crate::Load;
use keyloom::{Error, Result};
use keyloom_tests::{
    press::{
        ArticleId, AuthorId, ContractId, PageId, Press, articles, authors, contracts, issues, pages,
    },
    presses::{article, author, contract, issue, page},
};

/// Both transactions have read before either commits; the first to commit wins, in either order.
pub async fn of_two_that_overlap_the_first_to_commit_wins(press: &Press) -> Result<()> {
    for (round, child_first) in [(1, true), (2, false), (3, true), (4, false)] {
        authors::insert(press, &author(round)).await?;
        let (child, parent) = (press.begin().await?, press.begin().await?);
        if round < 3 {
            articles::insert(&child, &article(round, round)).await?;
        } else {
            contracts::insert(&child, &contract(round, round)).await?;
        }
        assert!(authors::delete(&parent, AuthorId(round)).await?);
        let (first, second) = if child_first {
            (child, parent)
        } else {
            (parent, child)
        };
        first.commit().await?;
        let refused = second.commit().await;
        assert!(
            matches!(refused, Err(Error::Conflict { .. })),
            "{refused:?}"
        );
        let message = refused.expect_err("refused").to_string();
        assert!(message.contains("a record of `authors`"), "{message}");
        let (parents, children) = (
            authors::get(press, AuthorId(round)).await?.is_some(),
            articles::get(press, ArticleId(round)).await?.is_some()
                || contracts::get(press, ContractId(round)).await?.is_some(),
        );
        assert_eq!((parents, children), (child_first, child_first));
    }
    Ok(())
}

pub async fn restrict_leaves_the_parent_or_the_child_never_the_child_alone(
    press: &Press,
    load: Load,
) -> Result<()> {
    authors::insert_many(press, &(0..load.rounds).map(author).collect::<Vec<_>>()).await?;
    for round in 0..load.rounds {
        let (one, other) = (press.clone(), press.clone());
        let child =
            tokio::spawn(async move { contracts::insert(&one, &contract(round, round)).await });
        let parent = tokio::spawn(async move { authors::delete(&other, AuthorId(round)).await });
        let (child, parent) = tokio::join!(child, parent);
        let (child, parent) = (child.expect("no panic"), parent.expect("no panic"));
        let left = (
            authors::get(press, AuthorId(round)).await?.is_some(),
            contracts::get(press, ContractId(round)).await?.is_some(),
        );
        match (child, parent) {
            (Ok(_), Err(Error::ReferenceViolation { .. })) => assert_eq!(left, (true, true)),
            (Err(Error::ReferenceViolation { .. }), Ok(true)) => assert_eq!(left, (false, false)),
            both => panic!("round {round}: {both:?}"),
        }
    }
    Ok(())
}

pub async fn cascade_leaves_no_child_behind(press: &Press, load: Load) -> Result<()> {
    authors::insert_many(press, &(0..load.rounds).map(author).collect::<Vec<_>>()).await?;
    for round in 0..load.rounds {
        let (one, other) = (press.clone(), press.clone());
        let child =
            tokio::spawn(async move { articles::insert(&one, &article(round, round)).await });
        let parent = tokio::spawn(async move { authors::delete(&other, AuthorId(round)).await });
        let (child, parent) = tokio::join!(child, parent);
        assert!(matches!(parent.expect("no panic"), Ok(true)));
        match child.expect("no panic") {
            Ok(_) | Err(Error::ReferenceViolation { .. }) => {}
            Err(other) => return Err(other),
        }
    }
    assert_eq!(authors::all().count(press).await?, 0);
    assert_eq!(articles::all().count(press).await?, 0);
    assert_eq!(articles::by_author(.., ..).count(press).await?, 0);
    Ok(())
}

pub async fn clear_leaves_no_reference_behind(press: &Press, load: Load) -> Result<()> {
    let number = |round| u32::try_from(round).expect("small");
    let all: Vec<_> = (0..load.rounds)
        .map(|round| issue(2024, number(round)))
        .collect();
    issues::insert_many(press, &all).await?;
    let all: Vec<_> = (0..load.rounds).map(|round| page(round, None)).collect();
    pages::insert_many(press, &all).await?;
    for round in 0..load.rounds {
        let number = number(round);
        let (one, other) = (press.clone(), press.clone());
        // An update that begins to refer, not an insert.
        let child =
            tokio::spawn(
                async move { pages::update(&one, &page(round, Some((2024, number)))).await },
            );
        let parent = tokio::spawn(async move { issues::delete(&other, (2024, number)).await });
        let (child, parent) = tokio::join!(child, parent);
        assert!(matches!(parent.expect("no panic"), Ok(true)));
        match child.expect("no panic") {
            Ok(_) | Err(Error::ReferenceViolation { .. }) => {}
            Err(other) => return Err(other),
        }
        assert_eq!(
            pages::get(press, PageId(round)).await?,
            Some(page(round, None))
        );
    }
    Ok(())
}

/// Children of one parent do not stand in each other's way, nor in the way of its updates.
pub async fn many_children_at_once_do_not_conflict(press: &Press) -> Result<()> {
    authors::insert(press, &author(1)).await?;
    let open: Vec<_> = futures_util::future::try_join_all((0..8).map(|_| press.begin())).await?;
    for (number, tx) in (0..).zip(&open) {
        articles::insert(tx, &article(number, 1)).await?;
    }
    authors::modify(press, AuthorId(1), |it| it.name = "renamed".into()).await?;
    for tx in open {
        tx.commit().await?;
    }
    assert_eq!(articles::by_author(AuthorId(1), ..).count(press).await?, 8);
    Ok(())
}
