#![allow(unused_imports)]
use keyloom_tests::shop::{NewPerson, Person, PersonId, Shop, TicketId, Level, people, lines};

fn wrong() {
    let _ = people::by_level(.., 3);
}

fn main() {}
