//! How an article is shown.

use crate::magazine::{Article, Author, Tag};

/// One line: the title, who wrote it if that is not known already, and the tags.
pub(crate) fn article(article: &Article, author: Option<&Author>, tags: &[Tag]) {
    let by = author.map_or_else(String::new, |author| format!(", by {}", author.name));
    print!("  - {}{by}", article.title);
    for tag in tags {
        print!(" #{}", tag.name);
    }
    println!();
}
