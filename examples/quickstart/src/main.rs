//! A tour of what a schema gives: `cargo run -p quickstart`, on the embedded engine in the folder `keyloom-data`.
//!
//! Another store by one argument: `cargo run -p quickstart -- memory:`, or, built with `--features tikv`,
//! `-- tikv://127.0.0.1:2379?prefix=quickstart`.

mod read;
mod show;
mod write;

keyloom::include_schema!("blog");

use blog::Blog;

#[tokio::main]
async fn main() -> keyloom::Result<()> {
    let address = std::env::args().nth(1).unwrap_or("keyloom-data".to_owned());
    let blog = Blog::open(&address).await?;
    show::title(&format!("Opened the store `{address}`"));
    let authors = write::records(&blog).await?;
    read::by_key_and_value(&blog, &authors).await?;
    read::ranges(&blog, &authors).await?;
    read::pages(&blog, &authors).await?;
    read::without_records(&blog, &authors).await?;
    write::changes(&blog, &authors).await?;
    write::refusals(&blog, &authors).await?;
    write::deletes(&blog).await?;
    blog.close().await?;
    println!("\nRun it again: it starts from what is there.");
    Ok(())
}
