#![allow(unused_imports)]
use keyloom_tests::shop::{NewPerson, Person, PersonId, Shop, TicketId, Level, people, lines};

async fn wrong(shop: &Shop) {
    let _ = people::by_email("a".."b").one(shop).await;
}

fn main() {}
