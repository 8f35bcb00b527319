//! Every Rust sample of the README and of the guide: it compiles, and runs on a store in memory.

#![allow(
    unused,
    clippy::all,
    reason = "samples show what can be written, not what is done with it"
)]

mod blocks;

keyloom::include_schema!("blog");
keyloom::include_schema!("shop");
keyloom::include_schema!("parity");

include!(concat!(env!("OUT_DIR"), "/pages.rs"));

use blocks::{Block, blocks};
use keyloom::{EventContext, HandlerResult};
use std::{fs, path::Path, process::Command};
use tempfile::TempDir;
use tokio::sync::{Mutex, MutexGuard};

/// The function of the computed part of the schema `parity`.
fn domain_of(user: &parity::User) -> Option<String> {
    let (_, domain) = user.email.split_once('@')?;
    Some(domain.to_owned())
}

/// What a mail is sent with.
#[derive(Clone, Copy)]
struct Smtp;

impl Smtp {
    async fn send(&self, _to: &str, _key: String) -> std::io::Result<()> {
        Ok(())
    }
}

impl shop::Mail {
    /// The confirmation of an order.
    fn to(order: &shop::Order) -> Self {
        Self::new(shop::NewMail {
            customer: order.customer.clone(),
        })
    }
}

/// A sample's turn: no other runs, and it stands in an empty folder.
struct Alone {
    _turn: MutexGuard<'static, ()>,
    _folder: TempDir,
}

async fn alone() -> Alone {
    static TURN: Mutex<()> = Mutex::const_new(());
    let turn = TURN.lock().await;
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::env::set_current_dir(folder.path()).expect("the folder is there");
    Alone {
        _turn: turn,
        _folder: folder,
    }
}

/// A blog in memory with a user and what she wrote.
async fn a_blog() -> keyloom::Result<(blog::Blog, blog::User, blog::Post)> {
    use blog::{Blog, NewPost, NewTag, NewUser, Post, Tag, User, posts, tags, users};
    let store = Blog::open("memory:").await?;
    let user = User::new(NewUser {
        name: "Jane".into(),
        email: "jane@example.com".into(),
    });
    let user = users::insert(&store, &user).await?;
    let tag = tags::insert(
        &store,
        &Tag::new(NewTag {
            name: "rust".into(),
        }),
    )
    .await?;
    let post = Post::new(NewPost {
        author_id: user.id,
        title: "One".into(),
    });
    let post = posts::insert(
        &store,
        &Post {
            tag_ids: vec![tag.id],
            ..post
        },
    )
    .await?;
    Ok((store, user, post))
}

/// Has nothing to do.
struct Idle;

impl shop::OrderEventHandler for Idle {
    async fn created(&self, _: &EventContext, _: shop::Order) -> HandlerResult {
        Ok(())
    }
    async fn updated(&self, _: &EventContext, _: shop::Order, _: shop::Order) -> HandlerResult {
        Ok(())
    }
    async fn deleted(&self, _: &EventContext, _: shop::Order) -> HandlerResult {
        Ok(())
    }
    async fn shipped(
        &self,
        _: &EventContext,
        _: shop::OrderId,
        _: shop::OrderShipped,
    ) -> HandlerResult {
        Ok(())
    }
}

/// A shop in memory that has handled the events of an order.
async fn a_shop() -> keyloom::Result<(shop::Shop, shop::Order)> {
    use shop::{NewOrder, Order, Shop, orders};
    let store = Shop::open("memory:").await?;
    let order = Order::new(NewOrder {
        customer: "Ann".into(),
        total: 7,
    });
    let order = orders::insert(&store, &order).await?;
    keyloom::testing::drain(store.workers("mailer").handle_orders(Idle)).await?;
    Ok((store, order))
}

#[test]
fn a_block_that_is_not_compiled_says_why() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let pages = fs::read_dir(root.join("docs")).unwrap();
    let texts = pages.filter_map(|page| fs::read_to_string(page.unwrap().path()).ok());
    let all: Vec<Block> = texts.flat_map(|text| blocks(&text)).collect();
    for block in all.iter().filter(|block| block.ignored) {
        let first = block.text.lines().next().unwrap_or_default();
        assert!(first.starts_with("// "), "{block:?}");
    }
    let compiled = all.iter().filter(|block| block.is_compiled()).count();
    assert!(compiled > 20, "the guide has {compiled} samples");
}

#[test]
fn of_a_comparison_our_half_is_compiled() {
    let page = "text\n```rust\n// Tito\nold();\n\n// Keyloom: new\nnew();\n```\n```rust,ignore\n// why\n```\n";
    let ours = Block {
        line: 6,
        text: "// Keyloom: new\nnew();".into(),
        ignored: false,
    };
    let ignored = Block {
        line: 10,
        text: "// why".into(),
        ignored: true,
    };
    assert_eq!(blocks(page), [ours, ignored]);
}

/// Builds this suite with another guide.
fn build(page: &str) -> (bool, String) {
    let guide = tempfile::tempdir().unwrap();
    fs::write(guide.path().join("queries.md"), page).unwrap();
    let output = Command::new(env!("CARGO"))
        .args(["check", "--quiet", "--package", "keyloom-docs", "--tests"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env("KEYLOOM_DOCS", guide.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.success(), said)
}

#[test]
fn a_broken_sample_breaks_the_build_and_is_named() {
    let sample = "```rust\nlet john = users::by_email(\"a@example.com\").one(&blog).await?;\n```\n";
    let (fine, said) = build(sample);
    assert!(fine, "{said}");
    let (fine, said) = build(&sample.replace("by_email", "by_mail"));
    assert!(
        !fine && said.contains("queries.md.rs") && said.contains("by_mail"),
        "{said}"
    );
}
