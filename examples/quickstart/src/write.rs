//! Transactions: insert, modify, update, delete.

use crate::{
    blog::{
        Address, Blog, NewPost, NewTag, NewUser, Post, Role, Status, Tag, User, posts, tags, users,
    },
    show,
};
use keyloom::{Error, Result, Timestamp};
use std::{
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

/// Starts afresh: two users, a tag, and five posts in one transaction.
pub(crate) async fn records(blog: &Blog) -> Result<Vec<User>> {
    let gone = posts::delete_by(blog, posts::all()).await?
        + users::delete_by(blog, users::all()).await?
        + tags::delete_by(blog, tags::all()).await?;
    show::title("Write");
    show::line(
        "delete_by(all()), for a fresh start",
        format!("{gone} records"),
    );
    let authors = blog
        .transaction(async |tx| {
            let john = User {
                role: Role::Author,
                address: Some(Address {
                    city: "Bern".into(),
                    country: "CH".into(),
                }),
                ..User::new(NewUser {
                    name: "John".into(),
                    email: "John@example.com".into(),
                })
            };
            let jane = User::new(NewUser {
                name: "Jane".into(),
                email: "jane@example.com".into(),
            });
            let rust = Tag::new(NewTag {
                name: "rust".into(),
            });
            tags::insert(&tx, &rust).await?;
            let authors = users::insert_many(&tx, &[john, jane]).await?;
            posts::insert_many(&tx, &five_posts(&authors[0], &rust)).await?;
            Ok(authors)
        })
        .await?;
    show::line("transaction(insert_many …)", "2 users, 1 tag, 5 posts");
    Ok(authors)
}

fn five_posts(author: &User, tag: &Tag) -> Vec<Post> {
    let start = Timestamp::UNIX_EPOCH + Duration::from_hours(24 * 20_000);
    (0..5_u32)
        .map(|day| Post {
            status: if day < 4 {
                Status::Published
            } else {
                Status::Draft
            },
            labels: vec!["rust".into(), format!("day-{day}")],
            tag_ids: vec![tag.id],
            views: u64::from(day) * 10,
            published_at: (day < 4).then(|| start + Duration::from_hours(24 * u64::from(day))),
            ..Post::new(NewPost {
                author_id: author.id,
                title: format!("Day {day}"),
                body: "…".into(),
            })
        })
        .collect()
}

/// Changes that are kept.
pub(crate) async fn changes(blog: &Blog, authors: &[User]) -> Result<()> {
    show::title("Change");
    let john = users::modify(blog, authors[0].id, |user| user.name = "John D.".into()).await?;
    show::line(
        "users::modify(id, |user| …)",
        format!("{}, version {}", john.name, john.version),
    );
    let runs = AtomicU32::new(0);
    let views = blog
        .transaction(async |tx| {
            let most = posts::by_views(..).first(&tx).await?;
            let Some(post) = most else { return Ok(0) };
            if runs.fetch_add(1, Ordering::Relaxed) == 0 {
                // Somebody else is quicker: this run conflicts, nothing of it is kept, and the closure runs again.
                posts::modify(blog, post.id, |post| post.views += 1).await?;
            }
            let post = posts::modify(&tx, post.id, |post| post.views += 1).await?;
            Ok(post.views)
        })
        .await?;
    let runs = runs.into_inner();
    show::line(
        "transaction(read, then modify), with a rival",
        format!("{views} views after {runs} runs"),
    );
    Ok(())
}

/// Changes that are refused, each with an error of its own type.
pub(crate) async fn refusals(blog: &Blog, authors: &[User]) -> Result<()> {
    show::title("Refused, and nothing is written");
    let twin = User::new(NewUser {
        name: "Twin".into(),
        email: "JANE@example.com".into(),
    });
    report(
        "insert a second jane@example.com",
        users::insert(blog, &twin).await,
    );
    report(
        "update what was changed meanwhile",
        users::update(blog, &authors[0]).await,
    );
    let long = User::new(NewUser {
        name: "x".repeat(121),
        email: "x@example.com".into(),
    });
    report("a name of 121 characters", users::insert(blog, &long).await);
    Ok(())
}

fn report(what: &str, outcome: Result<User>) {
    let text = match outcome {
        Ok(_) => "was written, which is a fault".to_owned(),
        Err(error @ Error::UniqueViolation { .. }) => format!("UniqueViolation: {error}"),
        Err(error @ Error::VersionMismatch { .. }) => format!("VersionMismatch: {error}"),
        Err(error) => error.to_string(),
    };
    show::line(what, text);
}

/// Deletes: one, and all of a query.
pub(crate) async fn deletes(blog: &Blog) -> Result<()> {
    show::title("Delete");
    let drafts = posts::all().filter(|post| post.status == Status::Draft);
    let gone = posts::delete_by(blog, drafts).await?;
    show::line(
        "posts::delete_by(all().filter(drafts))",
        format!("{gone} post"),
    );
    let left = posts::all().count(blog).await?;
    show::line("posts::all().count()", left);
    Ok(())
}
