#![allow(unused_imports)]
use keyloom_tests::press::{AuthorId, Press, articles};

async fn wrong(press: &Press) {
    let _ = articles::by_author(AuthorId(1), ..).include(articles::tags()).one(press).await;
}

fn main() {}
