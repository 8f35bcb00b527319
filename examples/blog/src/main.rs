//! A magazine: authors, articles and tags, and what belongs together read together. `cargo run -p blog`, on the embedded
//! engine in the folder `blog-data`.
//!
//! Another store by one argument: `cargo run -p blog -- memory:`, or, built with `--features tikv`,
//! `-- tikv://127.0.0.1:2379?prefix=blog`.

mod print;

keyloom::include_schema!("magazine");

use keyloom::{Result, Timestamp};
use magazine::{
    Article, Author, AuthorId, Magazine, NewArticle, NewAuthor, NewTag, Status, Tag, TagId,
    articles, authors, tags,
};

#[tokio::main]
async fn main() -> Result<()> {
    let address = std::env::args().nth(1).unwrap_or("blog-data".to_owned());
    let magazine = Magazine::open(&address).await?;
    clear(&magazine).await?;

    let ada = write(&magazine).await?;
    front_page(&magazine).await?;
    together(&magazine, ada).await?;
    publish(&magazine, ada).await?;
    leave(&magazine, ada).await?;
    magazine.close().await
}

/// Starts from nothing, also when it is run again.
async fn clear(magazine: &Magazine) -> Result<()> {
    articles::delete_by(magazine, articles::all()).await?;
    authors::delete_by(magazine, authors::all()).await?;
    tags::delete_by(magazine, tags::all()).await?;
    Ok(())
}

fn author(name: &str) -> Author {
    Author::new(NewAuthor {
        name: name.to_owned(),
        email: format!("{}@example.com", name.to_lowercase()),
    })
}

fn tag(name: &str) -> Tag {
    Tag::new(NewTag {
        name: name.to_owned(),
    })
}

fn article(author: AuthorId, title: &str, day: Option<i64>, tags: &[TagId]) -> Result<Article> {
    let published = day.map(|day| Timestamp::from_second(1_767_225_600 + day * 86_400));
    Ok(Article {
        status: if day.is_some() {
            Status::Published
        } else {
            Status::Draft
        },
        tag_ids: tags.to_vec(),
        published_at: published.transpose().map_err(keyloom::Error::abort)?,
        ..Article::new(NewArticle {
            author_id: author,
            title: title.to_owned(),
        })
    })
}

/// All of it in one transaction: everything is there, or nothing.
async fn write(magazine: &Magazine) -> Result<AuthorId> {
    let (ada, alan) = (author("Ada"), author("Alan"));
    let (engines, proofs) = (tag("engines"), tag("proofs"));
    let all = [
        article(ada.id, "Notes on the engine", Some(1), &[engines.id])?,
        article(
            ada.id,
            "Numbers of Bernoulli",
            Some(3),
            &[engines.id, proofs.id],
        )?,
        article(ada.id, "Flight, a draft", None, &[])?,
        article(alan.id, "Computable numbers", Some(2), &[proofs.id])?,
        article(alan.id, "Can machines think?", Some(4), &[])?,
    ];
    let everything = (&[ada.clone(), alan], &[engines, proofs], &all);
    let (people, words, texts) = &everything;
    magazine
        .transaction(async |tx| {
            authors::insert_many(&tx, *people).await?;
            tags::insert_many(&tx, *words).await?;
            articles::insert_many(&tx, *texts).await?;
            Ok(())
        })
        .await?;
    println!("Wrote 2 authors, 2 tags and 5 articles in one transaction");
    Ok(ada.id)
}

/// Pages of an index that holds what the page shows: no record is read.
async fn front_page(magazine: &Magazine) -> Result<()> {
    println!("\nThe front page, two at a time");
    let mut next = None;
    for number in 1.. {
        let page = articles::by_published(..).limit(2).after(&next);
        let page = page.covered().page(magazine).await?;
        let titles: Vec<_> = page.items.iter().map(|it| it.title.as_str()).collect();
        println!("  page {number}: {}", titles.join(" · "));
        next = page.next;
        if next.is_none() {
            break;
        }
    }
    Ok(())
}

/// Relations: each level is one batch, whatever the number of rows.
async fn together(magazine: &Magazine, ada: AuthorId) -> Result<()> {
    println!("\nThe newest three, with author and tags");
    let newest = articles::by_published(..)
        .limit(3)
        .include((articles::author(), articles::tags()))
        .page(magazine)
        .await?;
    for (article, (author, tags)) in &newest.items {
        print::article(article, author.as_ref(), tags);
    }

    println!("\nAuthors with their first two articles, and the tags of each");
    let shelf = authors::articles().limit(2).include(articles::tags());
    let everyone = authors::by_email(..)
        .include(shelf)
        .all(magazine, 10)
        .await?;
    for (author, articles) in &everyone {
        println!("  {}", author.name);
        for (article, tags) in articles {
            print::article(article, None, tags);
        }
    }

    println!("\nWhat is tagged `proofs`");
    let proofs = tags::by_name("proofs")
        .include(tags::articles())
        .one(magazine);
    for (_, articles) in proofs.await?.as_slice() {
        for article in articles {
            println!("  {}", article.title);
        }
    }
    let drafts = articles::by_author(ada, ..).filter(|it| it.status == Status::Draft);
    println!("\nAda's drafts: {}", drafts.count(magazine).await?);
    Ok(())
}

/// The conditional index follows the record.
async fn publish(magazine: &Magazine, ada: AuthorId) -> Result<()> {
    let draft = articles::by_author(ada, "Flight, a draft")
        .first(magazine)
        .await?;
    let before = articles::by_published(..).count(magazine).await?;
    for draft in draft.as_slice() {
        let now = Timestamp::now();
        articles::modify(magazine, draft.id, |it| {
            it.status = Status::Published;
            it.published_at = Some(now);
        })
        .await?;
    }
    let newest = articles::by_published(..).covered().first(magazine).await?;
    let after = articles::by_published(..).count(magazine).await?;
    println!(
        "\nPublished a draft: {before} articles on the front page, now {after}; the first is `{}`",
        newest.map_or_else(String::new, |it| it.title)
    );
    Ok(())
}

/// `on-delete=cascade`: no article stays without its author.
async fn leave(magazine: &Magazine, ada: AuthorId) -> Result<()> {
    authors::delete(magazine, ada).await?;
    println!(
        "\nAda left, and her articles with her. Authors: {}, articles: {}, on the front page: {}",
        authors::all().count(magazine).await?,
        articles::all().count(magazine).await?,
        articles::by_published(..).count(magazine).await?,
    );
    Ok(())
}
