//! Stores of the schema `press`, and records for them.

use crate::folder;
use crate::press::{
    Article, ArticleId, Author, AuthorId, Comment, CommentId, Contract, ContractId, Cover, Group,
    GroupId, Issue, Membership, NewArticle, Page, PageId, Press, Profile, Tag, TagId,
};
use keyloom::testing::Tally;

/// A store in memory.
pub async fn memory() -> Press {
    Press::open("memory:").await.expect("memory opens")
}

/// A durable store in a folder.
pub async fn durable() -> Press {
    let press = Press::open(folder::fresh().display().to_string()).await;
    press.expect("an empty folder opens")
}

/// A store in a cluster.
#[cfg(feature = "tikv")]
pub async fn tikv() -> Press {
    let press = Press::open(crate::tikv_address()).await;
    press.expect("the cluster opens")
}

/// A store in memory with a tally of its reads.
pub async fn counting() -> (Press, Tally) {
    let (engine, tally) = crate::engines::counted().await;
    let press = Press::open_on(engine).await.expect("memory opens");
    let _ = tally.take();
    (press, tally)
}

/// An author with a number, and a name made of it.
#[must_use]
pub fn author(id: i64) -> Author {
    Author {
        id: AuthorId(id),
        name: format!("author {id}"),
    }
}

/// An article of an author.
#[must_use]
pub fn article(id: i64, author: i64) -> Article {
    Article::new(NewArticle {
        id: ArticleId(id),
        author_id: AuthorId(author),
        title: format!("title {id}"),
    })
}

/// A comment on an article, perhaps an answer to another.
#[must_use]
pub fn comment(id: i64, article: i64, parent: Option<i64>) -> Comment {
    Comment {
        id: CommentId(id),
        article_id: ArticleId(article),
        parent_id: parent.map(CommentId),
        text: format!("comment {id}"),
    }
}

/// A tag.
#[must_use]
pub fn tag(id: i64) -> Tag {
    Tag {
        id: TagId(id),
        name: format!("tag {id}"),
    }
}

/// The profile of an author.
#[must_use]
pub fn profile(author: i64) -> Profile {
    Profile {
        author_id: AuthorId(author),
        bio: format!("bio {author}"),
    }
}

/// The contract of an author.
#[must_use]
pub fn contract(id: i64, author: i64) -> Contract {
    Contract {
        id: ContractId(id),
        author_id: AuthorId(author),
        text: format!("contract {id}"),
    }
}

/// A group.
#[must_use]
pub fn group(id: i64) -> Group {
    Group {
        id: GroupId(id),
        name: format!("group {id}"),
    }
}

/// That an author is in a group.
#[must_use]
pub fn membership(author: i64, group: i64, role: &str) -> Membership {
    Membership {
        author_id: AuthorId(author),
        group_id: GroupId(group),
        role: role.to_owned(),
    }
}

/// An issue.
#[must_use]
pub fn issue(year: u32, number: u32) -> Issue {
    Issue {
        year,
        number,
        title: format!("{year}/{number}"),
    }
}

/// A page of an issue, or of none.
#[must_use]
pub fn page(id: i64, issue: Option<(u32, u32)>) -> Page {
    Page {
        id: PageId(id),
        issue_year: issue.map(|issue| issue.0),
        issue_number: issue.map(|issue| issue.1),
        text: format!("page {id}"),
    }
}

/// The cover of an issue.
#[must_use]
pub fn cover(year: u32, number: u32, artist: Option<i64>) -> Cover {
    Cover {
        number,
        year,
        artist_id: artist.map(AuthorId),
    }
}
