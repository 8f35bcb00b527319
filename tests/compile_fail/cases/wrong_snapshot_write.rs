#![allow(unused_imports)]
use keyloom_tests::shop::{NewPerson, Person, PersonId, Shop, TicketId, Level, people, lines};

async fn wrong(shop: &Shop, person: &Person) {
    let snapshot = shop.snapshot().await.unwrap();
    let _ = people::insert(&snapshot, person).await;
}

fn main() {}
