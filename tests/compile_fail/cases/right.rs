#![allow(unused_imports)]
use keyloom_tests::shop::{NewPerson, Person, PersonId, Shop, TicketId, Level, people, lines};

async fn right(shop: &Shop, id: PersonId) -> keyloom::Result<()> {
    people::get(shop, id).await?;
    people::by_level(Level::Mid, ..).page(shop).await?;
    people::by_email("a@b.c").one(shop).await?;
    people::by_open("a").covered().page(shop).await?;
    Ok(())
}

fn main() {}
