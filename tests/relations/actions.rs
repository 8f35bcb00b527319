//! What a delete does to the records that refer, and what a write may refer to.

use crate::Load;
use keyloom::{Error, Result};
use keyloom_tests::{
    press::{
        ArticleId, AuthorId, CommentId, GroupId, Press, articles, authors, comments, contracts,
        groups, issues, memberships, pages, profiles,
    },
    presses::{article, author, comment, contract, group, issue, membership, page, profile},
};

fn refused(outcome: Result<impl std::fmt::Debug>) -> String {
    match outcome {
        Err(error @ Error::ReferenceViolation { .. }) => error.to_string(),
        other => panic!("expected a violation, found {other:?}"),
    }
}

pub async fn what_a_record_refers_to_must_exist(press: &Press) -> Result<()> {
    let message = refused(articles::insert(press, &article(1, 9)).await);
    let expected = "`author` of Article 1 refers to Author 9, which does not exist";
    assert_eq!(message, expected);
    assert_eq!(articles::all().count(press).await?, 0);
    let _ = refused(articles::insert_many(press, &[article(1, 9)]).await);
    let _ = refused(articles::put(press, &article(1, 9)).await);

    authors::insert(press, &author(1)).await?;
    let stored = articles::insert(press, &article(1, 1)).await?;
    let moved = keyloom_tests::press::Article {
        author_id: AuthorId(9),
        ..stored.clone()
    };
    assert_eq!(refused(articles::update(press, &moved).await), expected);
    assert_eq!(refused(articles::put(press, &moved).await), expected);
    let edited = articles::modify(press, ArticleId(1), |it| it.editor_id = Some(AuthorId(9)));
    let expected = "`editor` of Article 1 refers to Author 9, which does not exist";
    assert_eq!(refused(edited.await), expected);
    assert_eq!(articles::get(press, ArticleId(1)).await?, Some(stored));
    Ok(())
}

pub async fn references_are_checked_as_they_are_at_commit(press: &Press) -> Result<()> {
    press
        .transaction(async |tx| {
            articles::insert(&tx, &article(1, 1)).await?;
            comments::insert_many(&tx, &[comment(2, 1, Some(1)), comment(1, 1, None)]).await?;
            authors::insert(&tx, &author(1)).await.map(drop)
        })
        .await?;
    // Gone again, or changed to what exists: nothing is missing at the end.
    press
        .transaction(async |tx| {
            articles::insert(&tx, &article(2, 7)).await?;
            articles::delete(&tx, ArticleId(2)).await?;
            articles::insert(&tx, &article(3, 7)).await?;
            articles::modify(&tx, ArticleId(3), |it| it.author_id = AuthorId(1)).await?;
            Ok(())
        })
        .await?;
    let tx = press.begin().await?;
    articles::insert(&tx, &article(4, 7)).await?;
    let _ = refused(tx.commit().await);
    assert_eq!(articles::get(press, ArticleId(4)).await?, None);
    Ok(())
}

pub async fn restrict_refuses_the_delete(press: &Press) -> Result<()> {
    authors::insert_many(press, &[author(1), author(2)]).await?;
    contracts::insert(press, &contract(5, 1)).await?;
    let message = refused(authors::delete(press, AuthorId(1)).await);
    let expected = "`author` of Contract 5 refers to Author 1, which would be deleted; \
                    delete or change what refers to it first";
    assert_eq!(message, expected);
    assert!(authors::delete(press, AuthorId(2)).await?);
    let _ = refused(authors::delete_by(press, authors::all()).await);
    assert_eq!(authors::get(press, AuthorId(1)).await?, Some(author(1)));
    // What counts is the end of the transaction.
    press
        .transaction(async |tx| {
            assert!(authors::delete(&tx, AuthorId(1)).await?);
            assert!(contracts::delete(&tx, keyloom_tests::press::ContractId(5)).await?);
            Ok(())
        })
        .await?;
    assert_eq!(authors::all().count(press).await?, 0);
    Ok(())
}

pub async fn cascade_takes_all_levels_and_each_record_once(press: &Press) -> Result<()> {
    authors::insert_many(press, &[author(1), author(2)]).await?;
    profiles::insert_many(press, &[profile(1), profile(2)]).await?;
    groups::insert_many(press, &[group(1), group(2)]).await?;
    let joins = [(1, 1), (1, 2), (2, 1)].map(|(author, group)| membership(author, group, "x"));
    memberships::insert_many(press, &joins).await?;
    articles::insert_many(press, &[article(1, 1), article(2, 1), article(3, 2)]).await?;
    let thread = [
        comment(1, 1, None),
        comment(2, 1, Some(1)),
        comment(3, 1, Some(2)),
        // A comment on the article that stays answers one on an article that goes.
        comment(4, 3, Some(3)),
        comment(5, 3, None),
    ];
    comments::insert_many(press, &thread).await?;

    assert!(authors::delete(press, AuthorId(1)).await?);
    assert!(!authors::delete(press, AuthorId(1)).await?);
    assert_eq!(authors::all().all(press, 9).await?, [author(2)]);
    assert_eq!(profiles::all().all(press, 9).await?, [profile(2)]);
    assert_eq!(groups::all().count(press).await?, 2);
    assert_eq!(
        memberships::all().all(press, 9).await?,
        [membership(2, 1, "x")]
    );
    let left = articles::all().all(press, 9).await?;
    assert_eq!(left.iter().map(|it| it.id.0).collect::<Vec<_>>(), [3]);
    assert_eq!(comments::all().all(press, 9).await?, [comment(5, 3, None)]);
    assert_eq!(comments::by_article(..).count(press).await?, 1);
    assert_eq!(comments::by_parent(..).count(press).await?, 1);
    Ok(())
}

pub async fn a_circle_of_references_goes_as_a_whole(press: &Press) -> Result<()> {
    authors::insert(press, &author(1)).await?;
    articles::insert(press, &article(1, 1)).await?;
    let circle = [
        comment(1, 1, Some(3)),
        comment(2, 1, Some(1)),
        comment(3, 1, Some(2)),
        comment(4, 1, Some(4)),
    ];
    comments::insert_many(press, &circle).await?;
    assert!(comments::delete(press, CommentId(2)).await?);
    assert!(comments::delete(press, CommentId(4)).await?);
    assert_eq!(comments::all().count(press).await?, 0);
    Ok(())
}

pub async fn clear_is_an_update_like_any_other(press: &Press) -> Result<()> {
    authors::insert_many(press, &[author(1), author(2)]).await?;
    let mut edited = article(1, 1);
    edited.editor_id = Some(AuthorId(2));
    let stored = articles::insert(press, &edited).await?;
    let own = keyloom_tests::press::Article {
        editor_id: Some(AuthorId(2)),
        ..article(2, 2)
    };
    articles::insert(press, &own).await?;
    let before = keyloom::Timestamp::now();
    assert!(authors::delete(press, AuthorId(2)).await?);
    let cleared = articles::get(press, ArticleId(1)).await?.expect("it stays");
    assert!(cleared.updated_at >= before, "{cleared:?}");
    let expected = keyloom_tests::press::Article {
        editor_id: None,
        version: 2,
        updated_at: cleared.updated_at,
        ..stored
    };
    assert_eq!(cleared, expected);
    // Its own article went, though it was edited by the same author.
    assert_eq!(articles::get(press, ArticleId(2)).await?, None);
    assert_eq!(articles::by_editor(AuthorId(2), ..).count(press).await?, 0);
    assert_eq!(articles::by_unedited(..).count(press).await?, 1);

    issues::insert_many(press, &[issue(2024, 1), issue(2024, 2)]).await?;
    let both = [page(1, Some((2024, 1))), page(2, Some((2024, 2)))];
    pages::insert_many(press, &both).await?;
    assert!(issues::delete(press, (2024, 1)).await?);
    let expected = [page(1, None), page(2, Some((2024, 2)))];
    assert_eq!(pages::all().all(press, 9).await?, expected);
    Ok(())
}

pub async fn a_clear_that_breaks_a_unique_index_refuses_the_delete(press: &Press) -> Result<()> {
    // `by_edited_title` takes an absent editor as a value of its own.
    authors::insert_many(press, &[author(1), author(2)]).await?;
    let edited = keyloom_tests::press::Article {
        editor_id: Some(AuthorId(2)),
        title: "same".into(),
        ..article(1, 1)
    };
    let unedited = keyloom_tests::press::Article {
        title: "same".into(),
        ..article(2, 1)
    };
    articles::insert_many(press, &[edited.clone(), unedited]).await?;
    let outcome = authors::delete(press, AuthorId(2)).await;
    assert!(
        matches!(
            outcome,
            Err(Error::UniqueViolation {
                index: "by_edited_title",
                ..
            })
        ),
        "{outcome:?}"
    );
    assert_eq!(authors::all().count(press).await?, 2);
    let kept = articles::get(press, ArticleId(1))
        .await?
        .map(|it| it.editor_id);
    assert_eq!(kept, Some(edited.editor_id));
    Ok(())
}

pub async fn delete_by_obeys_actions(press: &Press) -> Result<()> {
    authors::insert_many(press, &[author(1), author(2), author(3)]).await?;
    articles::insert_many(press, &[article(1, 1), article(2, 2), article(3, 3)]).await?;
    profiles::insert_many(press, &[profile(1), profile(3)]).await?;
    let some = authors::by_key(..AuthorId(3));
    assert_eq!(authors::delete_by(press, some).await?, 2);
    assert_eq!(articles::all().count(press).await?, 1);
    assert_eq!(profiles::all().all(press, 9).await?, [profile(3)]);
    let rest = press
        .transaction(async |tx| authors::delete_by(&tx, authors::all()).await)
        .await?;
    assert_eq!(rest, 1);
    assert_eq!(articles::all().count(press).await?, 0);
    Ok(())
}

pub async fn what_a_transaction_wrote_goes_with_its_parent_too(press: &Press) -> Result<()> {
    authors::insert(press, &author(1)).await?;
    press
        .transaction(async |tx| {
            articles::insert(&tx, &article(1, 1)).await?;
            comments::insert(&tx, &comment(1, 1, None)).await?;
            assert!(authors::delete(&tx, AuthorId(1)).await?);
            assert_eq!(comments::all().count(&tx).await?, 0);
            // The parent comes back, its children do not.
            authors::insert(&tx, &author(1)).await.map(drop)
        })
        .await?;
    assert_eq!(articles::all().count(press).await?, 0);
    // A child of a parent that goes later in the same transaction.
    let outcome = press
        .transaction(async |tx| {
            authors::delete(&tx, AuthorId(1)).await?;
            articles::insert(&tx, &article(2, 1)).await.map(drop)
        })
        .await;
    let _ = refused(outcome);
    assert_eq!(authors::all().count(press).await?, 1);
    Ok(())
}

pub async fn a_cascade_over_the_bound_names_the_call_that_takes_any_number(
    press: &Press,
) -> Result<()> {
    const ARTICLES: i64 = 40;
    const EACH: i64 = 301;
    authors::insert_many(press, &[author(1), author(2)]).await?;
    groups::insert(press, &group(1)).await?;
    memberships::insert(press, &membership(1, 1, "x")).await?;
    for number in 0..ARTICLES {
        press
            .transaction(async |tx| {
                let mut article = article(number, 1 + number % 2);
                article.editor_id = Some(AuthorId(1));
                articles::insert(&tx, &article).await?;
                let chain: Vec<_> = (0..EACH)
                    .map(|n| {
                        comment(
                            1000 * number + n,
                            number,
                            (n > 0).then(|| 1000 * number + n - 1),
                        )
                    })
                    .collect();
                comments::insert_many(&tx, &chain).await.map(drop)
            })
            .await?;
    }
    // Half of the articles are enough to stay under the bound: together with all of them it is not.
    for number in (0..ARTICLES).filter(|number| number % 2 == 1) {
        articles::modify(press, ArticleId(number), |it| it.author_id = AuthorId(1)).await?;
    }
    let refused = authors::delete(press, AuthorId(1)).await;
    let message = refused
        .expect_err("12,040 comments are too many")
        .to_string();
    let expected = "authors::delete: more than 10000 records would go or change with it; \
                    `authors::delete_cascade(&press, id).batched()` takes any number, in several transactions";
    assert_eq!(message, expected);
    assert_eq!(
        articles::all().count(press).await?,
        u64::try_from(ARTICLES).expect("small")
    );

    let gone = authors::delete_cascade(press, AuthorId(1))
        .batched()
        .await?;
    assert_eq!(
        gone,
        u64::try_from(1 + 1 + ARTICLES + ARTICLES * EACH).expect("small")
    );
    assert_eq!(authors::all().all(press, 9).await?, [author(2)]);
    for left in [
        articles::all().count(press).await?,
        comments::all().count(press).await?,
        comments::by_parent(..).count(press).await?,
        memberships::by_group(GroupId(1), ..).count(press).await?,
    ] {
        assert_eq!(left, 0);
    }
    let again = authors::delete_cascade(press, AuthorId(1))
        .batched()
        .await?;
    assert_eq!(again, 0);
    Ok(())
}

pub async fn a_batched_delete_takes_wide_deep_and_circular_references(
    press: &Press,
    load: Load,
) -> Result<()> {
    let count = load.children;
    authors::insert(press, &author(1)).await?;
    articles::insert(press, &article(1, 1)).await?;
    // A circle that is longer than a step.
    let circle: Vec<_> = (0..count)
        .map(|n| comment(n, 1, Some(if n == 0 { count - 1 } else { n - 1 })))
        .collect();
    comments::insert_many(press, &circle).await?;
    let gone = comments::delete_cascade(press, CommentId(17))
        .batched()
        .await?;
    let all = u64::try_from(count).expect("small");
    assert_eq!((gone, comments::all().count(press).await?), (all, 0));

    // One parent with as many children that only forget it.
    issues::insert(press, &issue(2024, 1)).await?;
    let many: Vec<_> = (0..count).map(|n| page(n, Some((2024, 1)))).collect();
    pages::insert_many(press, &many).await?;
    let gone = issues::delete_cascade(press, (2024, 1)).batched().await?;
    assert_eq!((gone, pages::all().count(press).await?), (1, all));
    assert_eq!(pages::by_issue(None, ..).count(press).await?, all);
    Ok(())
}
