#![allow(unused_imports)]
use keyloom_tests::press::{Press, articles, authors};

async fn wrong(press: &Press) {
    let _ = authors::all().include(articles::tags()).page(press).await;
}

fn main() {}
