//! Queries: values, ranges, pages, and reads without records.

use crate::{
    blog::{Blog, Post, Role, User, posts, users},
    show,
};
use keyloom::{Result, present, starts_with};

fn titles(posts: &[Post]) -> String {
    show::list(posts, |post| &post.title)
}

fn names(users: &[User]) -> String {
    show::list(users, |user| &user.name)
}

fn name(user: Option<User>) -> String {
    user.map_or("none".to_owned(), |user| user.name)
}

/// One record, by its key or by a unique value.
pub(crate) async fn by_key_and_value(blog: &Blog, authors: &[User]) -> Result<()> {
    show::title("Read one");
    show::line(
        "users::get(id)",
        name(users::get(blog, authors[0].id).await?),
    );
    let both = users::get_many(blog, authors.iter().map(|user| user.id)).await?;
    show::line(
        "users::get_many(ids), one batch",
        both.iter().flatten().count(),
    );
    let john = users::by_email("john@EXAMPLE.com").one(blog).await?;
    show::line("users::by_email(\"john@EXAMPLE.com\").one()", name(john));
    let nobody = users::by_email("nobody@example.com").exists(blog).await?;
    show::line("users::by_email(\"nobody@…\").exists()", nobody);
    Ok(())
}

/// Prefixes of an index, ranges of its next part, and conditions.
pub(crate) async fn ranges(blog: &Blog, authors: &[User]) -> Result<()> {
    show::title("Read many");
    let author = authors[0].id;
    let authors = users::by_role_and_active(Role::Author, ..)
        .all(blog, 10)
        .await?;
    show::line(
        "users::by_role_and_active(Role::Author, ..)",
        names(&authors),
    );
    let found = users::by_active_name(starts_with("J"))
        .all(blog, 10)
        .await?;
    show::line("users::by_active_name(starts_with(\"J\"))", names(&found));
    let swiss = users::by_country("CH").all(blog, 10).await?;
    show::line("users::by_country(\"CH\")", names(&swiss));
    let nowhere = users::by_country(None).all(blog, 10).await?;
    show::line("users::by_country(None)", names(&nowhere));
    let newest = posts::by_author(author, present()).all(blog, 10).await?;
    show::line(
        "posts::by_author(id, present()), newest first",
        titles(&newest),
    );
    let oldest = posts::by_author(author, present())
        .reverse()
        .first(blog)
        .await?;
    show::line(
        "posts::by_author(id, present()).reverse().first()",
        oldest.map_or(String::new(), |post| post.title),
    );
    let viewed = posts::by_views(10..=30).all(blog, 10).await?;
    show::line("posts::by_views(10..=30), most first", titles(&viewed));
    let labelled = posts::by_label("rust").count(blog).await?;
    show::line("posts::by_label(\"rust\").count()", labelled);
    let mut rows = posts::by_label("day-3").stream(blog);
    let mut streamed = Vec::new();
    while let Some(post) = rows.next().await? {
        streamed.push(post);
    }
    show::line("posts::by_label(\"day-3\").stream()", titles(&streamed));
    let even = posts::by_views(..)
        .filter(|post| post.views % 20 == 0)
        .all(blog, 10)
        .await?;
    show::line("posts::by_views(..).filter(…)", titles(&even));
    Ok(())
}

/// Page by page, both ways, in one snapshot.
pub(crate) async fn pages(blog: &Blog, authors: &[User]) -> Result<()> {
    show::title("Pages of two");
    let snapshot = blog.snapshot().await?;
    let query = || posts::by_author(authors[0].id, ..).limit(2);
    let mut page = query().page(&snapshot).await?;
    show::line("query.page()", titles(&page.items));
    while page.next.is_some() {
        page = query().after(&page.next).page(&snapshot).await?;
        show::line("query.after(page.next).page()", titles(&page.items));
    }
    while page.previous.is_some() {
        page = query().before(&page.previous).page(&snapshot).await?;
        show::line("query.before(page.previous).page()", titles(&page.items));
    }
    Ok(())
}

/// What an index holds is enough.
pub(crate) async fn without_records(blog: &Blog, authors: &[User]) -> Result<()> {
    show::title("Read without the records");
    let heads = posts::by_author_published(authors[0].id, ..)
        .covered()
        .page(blog)
        .await?;
    show::line(
        "posts::by_author_published(id, ..).covered()",
        show::list(&heads.items, |head| &head.title),
    );
    let keys = posts::by_created(..).keys(blog).await?;
    show::line(
        "posts::by_created(..).keys()",
        format!("{} keys", keys.items.len()),
    );
    Ok(())
}
