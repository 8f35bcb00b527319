//! Random writes and deletes that cascade: after every step, each index and count says what is computed from the records.

use crate::Load;
use keyloom::{Error, Result};
use keyloom_tests::{
    press::{Article, ArticleId, AuthorId, Press, Status, TagId, articles, authors},
    presses::{article, author},
};
use std::{cmp::Reverse, fmt::Debug};

const ARTICLES: i64 = 9;
const AUTHORS: i64 = 4;

fn pick<T: Clone>(random: &mut fastrand::Rng, from: &[T]) -> T {
    from[random.usize(..from.len())].clone()
}

/// A list with repeats, sometimes empty.
fn list(random: &mut fastrand::Rng) -> Vec<i64> {
    (0..random.usize(..4)).map(|_| random.i64(1..4)).collect()
}

/// Gives an article another look: into, out of and within each condition.
fn change(random: &mut fastrand::Rng, it: &mut Article) {
    it.author_id = AuthorId(random.i64(1..=AUTHORS));
    it.editor_id = random.bool().then(|| AuthorId(random.i64(1..=AUTHORS)));
    it.title = pick(random, &["", "a", "ab", "b", "ü", "z"]).to_owned();
    it.status = pick(random, &[Status::Draft, Status::Published]);
    it.tag_ids = list(random).into_iter().map(TagId).collect();
    it.labels = list(random).iter().map(|n| format!("l{n}")).collect();
    it.words = random.i32(-2..3);
}

/// One step; what the schema refuses is fine.
async fn step(press: &Press, random: &mut fastrand::Rng) -> Result<()> {
    let id = random.i64(0..ARTICLES);
    let some_author = random.i64(1..=AUTHORS);
    let mut look = article(id, 1);
    change(random, &mut look);
    let outcome = match random.u8(..10) {
        0 | 1 => authors::put(press, &author(some_author)).await.map(drop),
        2 => authors::delete(press, AuthorId(some_author))
            .await
            .map(drop),
        3 | 4 => articles::insert(press, &look).await.map(drop),
        5 | 6 => {
            let changed = articles::modify(press, ArticleId(id), |it| {
                let kept = (it.version, it.id);
                *it = look.clone();
                (it.version, it.id) = kept;
            });
            changed.await.map(drop)
        }
        7 => articles::modify(press, ArticleId(id), |it| it.words += 1)
            .await
            .map(drop),
        8 => articles::delete(press, ArticleId(id)).await.map(drop),
        _ => {
            let label = articles::by_label("l1").limit(2);
            articles::delete_by(press, label).await.map(drop)
        }
    };
    match outcome {
        Ok(())
        | Err(
            Error::AlreadyExists { .. }
            | Error::NotFound { .. }
            | Error::UniqueViolation { .. }
            | Error::ReferenceViolation { .. },
        ) => Ok(()),
        Err(other) => Err(other),
    }
}

/// The numbers of articles in the order of a key; those without one are left out.
fn sorted<K: Ord>(all: &[Article], key: impl Fn(&Article) -> Option<K>) -> Vec<i64> {
    let mut rows: Vec<_> = all
        .iter()
        .filter_map(|it| Some((key(it)?, it.id.0)))
        .collect();
    rows.sort();
    rows.into_iter().map(|(_, id)| id).collect()
}

/// The numbers of articles, once for each different element.
fn each<K: Ord>(all: &[Article], keys: impl Fn(&Article) -> Vec<K>) -> Vec<i64> {
    let rows = all
        .iter()
        .flat_map(|it| keys(it).into_iter().map(|key| (key, it.id.0)));
    let mut rows: Vec<_> = rows.collect();
    rows.sort();
    rows.dedup();
    rows.into_iter().map(|(_, id)| id).collect()
}

fn same<T: PartialEq + Debug>(what: &str, at: &str, found: T, expected: T) {
    assert_eq!(found, expected, "{what} {at}");
}

async fn compare(press: &Press, at: &str) -> Result<()> {
    const ALL: usize = 1_000;
    let all = articles::all().all(press, ALL).await?;
    let ids = |rows: Vec<Article>| rows.iter().map(|it| it.id.0).collect::<Vec<_>>();

    let found = ids(articles::by_author(.., ..).all(press, ALL).await?);
    same(
        "by_author",
        at,
        found,
        sorted(&all, |it| Some((it.author_id, Reverse(it.words)))),
    );
    // Descending: absent comes last.
    let by_editor = |it: &Article| Some((Reverse(it.editor_id), it.title.clone()));
    let found = ids(articles::by_editor(.., ..).all(press, ALL).await?);
    same("by_editor", at, found, sorted(&all, by_editor));
    let found = ids(articles::by_tag(..).all(press, ALL).await?);
    same("by_tag", at, found, each(&all, |it| it.tag_ids.clone()));
    let found = ids(articles::by_label(..).all(press, ALL).await?);
    same("by_label", at, found, each(&all, |it| it.labels.clone()));
    let by_initial = |it: &Article| Some((it.title.chars().next()?.to_string(), it.words));
    let found = ids(articles::by_initial(.., ..).all(press, ALL).await?);
    same("by_initial", at, found, sorted(&all, by_initial));
    let found = ids(articles::by_edited_title(.., ..).all(press, ALL).await?);
    let by_edited_title = |it: &Article| Some((it.editor_id, it.title.clone()));
    same("by_edited_title", at, found, sorted(&all, by_edited_title));
    let found = ids(articles::by_unedited(..).all(press, ALL).await?);
    let by_unedited = |it: &Article| it.editor_id.is_none().then_some(it.words);
    same("by_unedited", at, found, sorted(&all, by_unedited));

    // What entries carry follows the record.
    let of = |id: i64| all.iter().find(|it| it.id.0 == id).expect("it is there");
    let found = articles::by_published(..).covered().all(press, ALL).await?;
    let found = found
        .into_iter()
        .map(|it| (it.id, it.title, it.words, it.editor_id));
    let published = |it: &Article| (it.status == Status::Published).then(|| it.title.clone());
    let expected = sorted(&all, published).into_iter().map(of);
    let expected = expected.map(|it| (it.id, it.title.clone(), it.words, it.editor_id));
    same(
        "by_published",
        at,
        found.collect::<Vec<_>>(),
        expected.collect::<Vec<_>>(),
    );
    let found = articles::by_editor(.., ..)
        .covered()
        .all(press, ALL)
        .await?;
    let found = found.into_iter().map(|it| (it.id, it.words));
    let expected = sorted(&all, by_editor)
        .into_iter()
        .map(|id| (ArticleId(id), of(id).words));
    same(
        "by_editor covered",
        at,
        found.collect::<Vec<_>>(),
        expected.collect::<Vec<_>>(),
    );
    counts(press, &all, at).await
}

async fn counts(press: &Press, all: &[Article], at: &str) -> Result<()> {
    let count = |keep: &dyn Fn(&Article) -> bool| all.iter().filter(|it| keep(it)).count() as u64;
    same(
        "total",
        at,
        articles::total().get(press).await?,
        count(&|_| true),
    );
    for n in 1..=AUTHORS {
        let id = AuthorId(n);
        let found = articles::per_author(id).get(press).await?;
        same("per_author", at, found, count(&|it| it.author_id == id));
        let found = articles::per_editor(id, Status::Draft).get(press).await?;
        let edited = |it: &Article| it.editor_id == Some(id) && it.status == Status::Draft;
        same("per_editor", at, found, count(&edited));
        let found = articles::published_by(id).get(press).await?;
        let published = |it: &Article| it.author_id == id && it.status == Status::Published;
        same("published_by", at, found, count(&published));
        let found = articles::per_tag(TagId(n)).get(press).await?;
        same(
            "per_tag",
            at,
            found,
            count(&|it| it.tag_ids.contains(&TagId(n))),
        );
        // No article without its author, none with an editor that is gone.
        if authors::get(press, id).await?.is_none() {
            let refers = |it: &Article| it.author_id == id || it.editor_id == Some(id);
            same("orphans", at, count(&refers), 0);
        }
    }
    Ok(())
}

pub async fn every_index_and_count_follows_the_records_also_through_cascades(
    press: &Press,
    load: Load,
) -> Result<()> {
    for seed in 0..load.programs {
        let mut random = fastrand::Rng::with_seed(seed);
        for number in 0..load.steps {
            step(press, &mut random).await?;
            compare(press, &format!("after step {number} of seed {seed}")).await?;
        }
        // The next one begins with an empty store.
        articles::delete_by(press, articles::all()).await?;
        authors::delete_by(press, authors::all()).await?;
        compare(press, &format!("after seed {seed}")).await?;
        assert_eq!(articles::total().get(press).await?, 0, "after seed {seed}");
    }
    Ok(())
}
