//! Futures of relations may be spawned, and their rows are named by their types alone.

use keyloom::{HasMany, Included, Result};
use keyloom_tests::press::{Article, Author, AuthorId, Press, Tag, articles, authors};

type Row = (Author, Vec<(Article, Vec<Tag>)>);

fn relation() -> HasMany<Author, (Article, Vec<Tag>)> {
    authors::articles().limit(3).include(articles::tags())
}

fn query() -> Included<Row> {
    authors::all().include(relation())
}

async fn spawned(press: Press) -> Result<()> {
    let at_hand = press.clone();
    let page = tokio::spawn(async move { query().page(&press).await });
    let one = tokio::spawn(async move {
        let one = authors::by_key(AuthorId(1)).include((relation(), authors::profile()));
        let row = one.one(&at_hand).await?;
        let authors: Vec<Author> = row.into_iter().map(|(author, _)| author).collect();
        authors::groups().load(&at_hand, &authors).await
    });
    let _ = (page.await, one.await);
    Ok(())
}

fn main() {
    let _ = spawned;
}
