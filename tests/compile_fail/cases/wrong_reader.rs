#![allow(unused_imports)]
use keyloom_tests::shop::{NewPerson, Person, PersonId, Shop, TicketId, Level, people, lines};

async fn wrong(id: PersonId) {
    let _ = people::get(&id, id).await;
}

fn main() {}
