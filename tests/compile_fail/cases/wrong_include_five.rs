#![allow(unused_imports)]
use keyloom_tests::press::{Press, articles, authors};

async fn wrong(press: &Press) {
    let relations = (authors::articles(), authors::edited(), authors::profile(), authors::groups(), authors::contracts());
    let _ = authors::all().include(relations).page(press).await;
}

fn main() {}
