#![allow(unused_imports)]
use keyloom_tests::shop::{NewPerson, Person, PersonId, Shop, TicketId, Level, people, lines};

fn wrong() -> Person {
    Person::new(NewPerson { email: String::new() })
}

fn main() {}
