#![allow(unused_imports)]
use keyloom_tests::shop::{NewPerson, Person, PersonId, Shop, TicketId, Level, people, lines};

async fn wrong(shop: &Shop, id: TicketId) {
    let _ = people::get(shop, id).await;
}

fn main() {}
