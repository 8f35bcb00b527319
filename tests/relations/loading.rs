//! What relations load.

use keyloom::{Error, HasMany, Result};
use keyloom_tests::{
    press::{
        Article, ArticleId, Author, AuthorId, Group, GroupId, Press, Tag, TagId, articles, authors,
        comments, covers, groups, issues, memberships, pages, profiles, tags,
    },
    presses::{article, author, comment, cover, group, issue, membership, page, profile, tag},
};

fn ids(articles: &[Article]) -> Vec<i64> {
    articles.iter().map(|article| article.id.0).collect()
}

/// Three authors; 1 wrote articles 11 to 14 and 2 wrote 21; 2 edits 11 and 13.
async fn authors_and_articles(press: &Press) -> Result<()> {
    authors::insert_many(press, &[author(1), author(2), author(3)]).await?;
    let mut all = vec![
        article(11, 1),
        article(12, 1),
        article(13, 1),
        article(14, 1),
        article(21, 2),
    ];
    for (article, words) in all.iter_mut().zip([5, 40, 3, 7, 1]) {
        article.words = words;
    }
    all[0].editor_id = Some(AuthorId(2));
    all[2].editor_id = Some(AuthorId(2));
    articles::insert_many(press, &all).await.map(drop)
}

pub async fn a_reference_loads_its_target_and_none_where_there_is_none(
    press: &Press,
) -> Result<()> {
    authors_and_articles(press).await?;
    let rows = articles::all()
        .include((articles::author(), articles::editor()))
        .page(press)
        .await?;
    let found: Vec<_> = rows
        .items
        .into_iter()
        .map(|(article, (author, editor))| (article.id.0, author, editor))
        .collect();
    let (one, two) = (Some(author(1)), Some(author(2)));
    let expected = vec![
        (11, one.clone(), two.clone()),
        (12, one.clone(), None),
        (13, one.clone(), two.clone()),
        (14, one, None),
        (21, two, None),
    ];
    assert_eq!(found, expected);
    Ok(())
}

pub async fn strict_makes_a_missing_target_an_error(press: &Press) -> Result<()> {
    authors_and_articles(press).await?;
    let rows: Vec<(Article, Author)> = articles::all()
        .include(articles::author().strict())
        .all(press, 10)
        .await?;
    assert_eq!(rows.len(), 5);
    let absent = articles::all()
        .include(articles::editor().strict())
        .page(press)
        .await;
    assert!(
        matches!(
            absent,
            Err(Error::NotFound {
                model: "Author",
                ..
            })
        ),
        "{absent:?}"
    );

    covers::insert(press, &cover(2024, 1, Some(9))).await?;
    let rows = covers::all().include(covers::artist()).page(press).await?;
    assert_eq!(rows.items[0].1, None);
    let missing = covers::all()
        .include(covers::artist().strict())
        .page(press)
        .await;
    let message = missing.expect_err("author 9 is missing").to_string();
    assert_eq!(message, "no Author has the key 9");

    let mut tagged = articles::get(press, ArticleId(11))
        .await?
        .expect("it is there");
    tagged.tag_ids = vec![TagId(1), TagId(8)];
    articles::update(press, &tagged).await?;
    tags::insert(press, &tag(1)).await?;
    let rows = articles::by_key(ArticleId(11))
        .include(articles::tags())
        .one(press)
        .await?;
    assert_eq!(rows.expect("it is there").1, [tag(1)]);
    let missing = articles::by_key(ArticleId(11))
        .include(articles::tags().strict())
        .one(press)
        .await;
    let message = missing.expect_err("tag 8 is missing").to_string();
    assert_eq!(message, "no Tag has the key 8");
    Ok(())
}

pub async fn a_list_of_references_keeps_its_order_and_repeats(press: &Press) -> Result<()> {
    authors_and_articles(press).await?;
    tags::insert_many(press, &[tag(1), tag(2), tag(3)]).await?;
    let tag_ids = [3, 1, 3, 7, 2].map(TagId).to_vec();
    articles::modify(press, ArticleId(12), |it| it.tag_ids.clone_from(&tag_ids)).await?;
    let row = articles::by_key(ArticleId(12))
        .include(articles::tags())
        .one(press)
        .await?;
    let (_, found): (Article, Vec<Tag>) = row.expect("it is there");
    assert_eq!(found, [tag(3), tag(1), tag(3), tag(2)]);
    Ok(())
}

pub async fn the_other_side_loads_in_the_order_of_its_index_with_a_limit_each(
    press: &Press,
) -> Result<()> {
    authors_and_articles(press).await?;
    let found = async |relation: HasMany<Author, Article>| {
        let rows = authors::all().include(relation).page(press).await?.items;
        Ok::<_, Error>(rows.iter().map(|(_, rows)| ids(rows)).collect::<Vec<_>>())
    };
    // `by_author` is by words, from the greatest.
    let all = found(authors::articles()).await?;
    assert_eq!(all, [vec![12, 14, 11, 13], vec![21], vec![]]);
    let some = found(authors::articles().limit(2)).await?;
    assert_eq!(some, [vec![12, 14], vec![21], vec![]]);
    let last = found(authors::articles().limit(2).reverse()).await?;
    assert_eq!(last, [vec![13, 11], vec![21], vec![]]);
    // `by_editor` is descending in the reference itself, and the reference is optional.
    let edited = found(authors::edited()).await?;
    assert_eq!(edited, [vec![], vec![11, 13], vec![]]);
    Ok(())
}

pub async fn the_other_side_of_a_list_of_references(press: &Press) -> Result<()> {
    authors_and_articles(press).await?;
    tags::insert_many(press, &[tag(1), tag(2), tag(3)]).await?;
    for (id, list) in [(11, vec![1, 2, 1]), (12, vec![2]), (21, vec![2, 1])] {
        let list: Vec<TagId> = list.into_iter().map(TagId).collect();
        articles::modify(press, ArticleId(id), |it| it.tag_ids.clone_from(&list)).await?;
    }
    let rows = tags::all().include(tags::articles()).page(press).await?;
    let found: Vec<_> = rows.items.iter().map(|(_, rows)| ids(rows)).collect();
    assert_eq!(found, [vec![11, 21], vec![11, 12, 21], vec![]]);
    Ok(())
}

pub async fn one_record_that_refers_is_loaded_by_key_or_index(press: &Press) -> Result<()> {
    authors::insert_many(press, &[author(1), author(2)]).await?;
    profiles::insert(press, &profile(2)).await?;
    let rows = authors::all()
        .include(authors::profile())
        .page(press)
        .await?;
    let found: Vec<_> = rows.items.into_iter().map(|(_, profile)| profile).collect();
    assert_eq!(found, [None, Some(profile(2))]);
    let missing = authors::all()
        .include(authors::profile().strict())
        .page(press)
        .await;
    let message = missing.expect_err("author 1 has none").to_string();
    assert_eq!(message, "no Profile has the key whose `author` it is");

    // The key of a cover is its reference, in another order.
    issues::insert_many(press, &[issue(2024, 1), issue(2024, 2)]).await?;
    covers::insert_many(press, &[cover(2024, 2, None), cover(1, 2024, None)]).await?;
    let rows = issues::all().include(issues::cover()).page(press).await?;
    let found: Vec<_> = rows.items.into_iter().map(|(_, cover)| cover).collect();
    assert_eq!(found, [None, Some(cover(2024, 2, None))]);
    Ok(())
}

pub async fn a_join_is_passed_through_in_both_directions(press: &Press) -> Result<()> {
    authors::insert_many(press, &[author(1), author(2), author(3)]).await?;
    groups::insert_many(press, &[group(5), group(6), group(7)]).await?;
    let joins = [
        membership(1, 6, "b"),
        membership(1, 5, "z"),
        membership(2, 6, "a"),
    ];
    memberships::insert_many(press, &joins).await?;
    let rows = authors::all()
        .include(authors::groups())
        .page(press)
        .await?;
    let found: Vec<Vec<Group>> = rows.items.into_iter().map(|(_, groups)| groups).collect();
    assert_eq!(found, [vec![group(5), group(6)], vec![group(6)], vec![]]);
    // `by_group` is by role.
    let rows = groups::all().include(groups::authors()).page(press).await?;
    let found: Vec<Vec<Author>> = rows.items.into_iter().map(|(_, authors)| authors).collect();
    assert_eq!(found, [vec![author(1)], vec![author(2), author(1)], vec![]]);
    let rows = groups::by_key(GroupId(6))
        .include(groups::authors().reverse().limit(1))
        .one(press)
        .await?;
    assert_eq!(rows, Some((group(6), vec![author(1)])));
    Ok(())
}

pub async fn a_composite_key_is_referred_to_whole_or_not_at_all(press: &Press) -> Result<()> {
    issues::insert_many(press, &[issue(2024, 1), issue(2024, 2)]).await?;
    let half = keyloom_tests::press::Page {
        issue_year: None,
        ..page(4, Some((2024, 1)))
    };
    let all = [
        page(1, Some((2024, 1))),
        page(2, Some((2024, 2))),
        page(3, Some((2024, 1))),
        half.clone(),
    ];
    pages::insert_many(press, &all).await?;
    let rows = pages::all().include(pages::issue()).page(press).await?;
    let found: Vec<_> = rows.items.into_iter().map(|(_, issue)| issue).collect();
    let (one, two) = (Some(issue(2024, 1)), Some(issue(2024, 2)));
    assert_eq!(found, [one.clone(), two, one, None]);
    let rows = issues::all().include(issues::pages()).page(press).await?;
    let [one, two, three, _] = all;
    let found: Vec<_> = rows.items.into_iter().map(|(_, pages)| pages).collect();
    assert_eq!(found, [vec![one, three], vec![two]]);
    Ok(())
}

pub async fn relations_nest_and_stand_in_tuples(press: &Press) -> Result<()> {
    authors_and_articles(press).await?;
    tags::insert(press, &tag(1)).await?;
    articles::modify(press, ArticleId(12), |it| it.tag_ids = vec![TagId(1)]).await?;
    let thread = [
        comment(1, 12, None),
        comment(2, 12, Some(1)),
        comment(3, 12, Some(2)),
        comment(4, 12, Some(1)),
    ];
    comments::insert_many(press, &thread).await?;
    let deep = authors::articles().limit(1).include((
        articles::tags(),
        articles::comments().include(comments::answers().include(comments::answers())),
        articles::author().include(authors::profile()),
        articles::editor(),
    ));
    let row = authors::by_key(AuthorId(1))
        .include((deep, authors::profile()))
        .one(press)
        .await?;
    let (found, (written, none)) = row.expect("author 1 is there");
    assert_eq!((found, none), (author(1), None));
    let [(article, (tags, comments, by, editor))] = <[_; 1]>::try_from(written).expect("one");
    assert_eq!(
        (article.id, tags, editor),
        (ArticleId(12), vec![tag(1)], None)
    );
    assert_eq!(by, Some((author(1), None)));
    let [one, two, three, four] = thread;
    let expected = vec![
        (
            one,
            vec![(two.clone(), vec![three.clone()]), (four.clone(), vec![])],
        ),
        (two, vec![(three.clone(), vec![])]),
        (three, vec![]),
        (four, vec![]),
    ];
    assert_eq!(comments, expected);
    Ok(())
}

pub async fn every_way_to_run_a_query_brings_relations(press: &Press) -> Result<()> {
    authors_and_articles(press).await?;
    let query = || articles::by_author(AuthorId(1), ..).include(articles::editor());
    let expected: Vec<(i64, Option<i64>)> =
        vec![(12, None), (14, None), (11, Some(2)), (13, Some(2))];
    let short = |rows: Vec<(Article, Option<Author>)>| {
        let short = |(article, editor): (Article, Option<Author>)| {
            (article.id.0, editor.map(|editor| editor.id.0))
        };
        rows.into_iter().map(short).collect::<Vec<_>>()
    };
    assert_eq!(short(query().all(press, 10).await?), expected);
    let first = query().first(press).await?;
    assert_eq!(short(first.into_iter().collect()), expected[..1]);
    let last = query().reverse().first(press).await?;
    assert_eq!(short(last.into_iter().collect()), expected[3..]);

    let one = query().limit(3).page(press).await?;
    let two = query().limit(3).after(&one.next).page(press).await?;
    let back = query().limit(3).before(&two.previous).page(press).await?;
    assert_eq!((two.next, &back.items), (None, &one.items));
    assert_eq!(short([one.items, two.items].concat()), expected);

    let mut stream = query().stream(press);
    let mut streamed = Vec::new();
    while let Some(row) = stream.next().await? {
        streamed.push(row);
    }
    assert_eq!(short(streamed), expected);
    let kept = articles::by_author(AuthorId(1), ..)
        .filter(|it| it.words < 10)
        .include(articles::editor())
        .all(press, 10)
        .await?;
    assert_eq!(short(kept), expected[1..]);
    Ok(())
}

pub async fn relations_of_records_at_hand(press: &Press) -> Result<()> {
    authors_and_articles(press).await?;
    let at_hand = articles::by_author(AuthorId(1), ..).all(press, 10).await?;
    let editors = articles::editor().load(press, &at_hand).await?;
    assert_eq!(editors, [None, None, Some(author(2)), Some(author(2))]);
    let none: Vec<Option<Author>> = articles::editor().load(press, &[]).await?;
    assert_eq!(none, []);
    // A record that was never stored.
    let groups = authors::groups().load(press, &[author(77)]).await?;
    assert_eq!(groups, [Vec::<Group>::new()]);
    Ok(())
}

pub async fn a_transaction_loads_its_own_writes(press: &Press) -> Result<()> {
    authors_and_articles(press).await?;
    press
        .transaction(async |tx| {
            articles::insert(&tx, &article(31, 3)).await?;
            articles::delete(&tx, ArticleId(12)).await?;
            let rows = authors::all()
                .include(authors::articles())
                .page(&tx)
                .await?;
            let found: Vec<_> = rows.items.iter().map(|(_, rows)| ids(rows)).collect();
            assert_eq!(found, [vec![14, 11, 13], vec![21], vec![31]]);
            Ok(())
        })
        .await?;
    let before = press.snapshot().await?;
    articles::delete(press, ArticleId(31)).await?;
    let rows = authors::by_key(AuthorId(3))
        .include(authors::articles())
        .one(&before)
        .await?;
    assert_eq!(ids(&rows.expect("author 3 is there").1), [31]);
    Ok(())
}

pub async fn a_limit_of_zero_is_refused(press: &Press) -> Result<()> {
    authors_and_articles(press).await?;
    let refused = authors::all()
        .include(authors::articles().limit(0))
        .page(press)
        .await;
    let message = refused.expect_err("0 is refused").to_string();
    assert_eq!(message, "limit: 0 rows; ask for at least 1");
    Ok(())
}
