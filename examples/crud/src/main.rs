//! Create, read, update, delete: `cargo run -p crud`, on the embedded engine in the folder `crud-data`.
//!
//! Another store by one argument: `cargo run -p crud -- memory:`, or, built with `--features tikv`,
//! `-- tikv://127.0.0.1:2379?prefix=crud`.

keyloom::include_schema!("book");

use book::{Book, Contact, ContactId, NewContact, contacts};
use keyloom::{Result, starts_with};

#[tokio::main]
async fn main() -> Result<()> {
    let address = std::env::args().nth(1).unwrap_or("crud-data".to_owned());
    let book = Book::open(&address).await?;
    contacts::delete_by(&book, contacts::all()).await?;

    let ada = create(&book).await?;
    read(&book, ada).await?;
    update(&book, ada).await?;
    refuse(&book, ada).await?;
    delete(&book, ada).await?;
    book.close().await
}

fn contact(name: &str, email: &str, city: Option<&str>) -> Contact {
    Contact {
        city: city.map(str::to_owned),
        ..Contact::new(NewContact {
            name: name.to_owned(),
            email: email.to_owned(),
        })
    }
}

fn names(contacts: &[Contact]) -> String {
    let names: Vec<&str> = contacts.iter().map(|it| it.name.as_str()).collect();
    names.join(", ")
}

/// One record in a transaction of its own, and many in one.
async fn create(book: &Book) -> Result<ContactId> {
    println!("Create");
    let ada = contact("Ada", "ada@example.com", Some("London"));
    let ada = contacts::insert(book, &ada).await?;
    println!("  inserted {}", ada.name);
    let more = [
        contact("Alan", "alan@example.com", Some("London")),
        contact("Grace", "grace@example.com", Some("New York")),
        contact("Linus", "linus@example.com", None),
    ];
    let more = contacts::insert_many(book, &more).await?;
    println!("  inserted {} in one transaction", names(&more));
    Ok(ada.id)
}

/// By key, by a unique value, by an index, in pages.
async fn read(book: &Book, ada: ContactId) -> Result<()> {
    println!("Read");
    let found = contacts::get(book, ada).await?;
    println!("  by key: {}", names(found.as_slice()));
    let found = contacts::by_email("GRACE@example.com").one(book).await?;
    println!("  by email, in any case: {}", names(found.as_slice()));
    let found = contacts::by_city("London", ..).all(book, 10).await?;
    println!("  in London: {}", names(&found));
    let found = contacts::by_city(None, ..).all(book, 10).await?;
    println!("  without a city: {}", names(&found));
    let found = contacts::by_name(starts_with("A")).all(book, 10).await?;
    println!("  names that start with A: {}", names(&found));

    let first = contacts::by_name(..).limit(3).page(book).await?;
    let second = contacts::by_name(..).limit(3).after(&first.next);
    let second = second.page(book).await?;
    println!("  page 1: {}", names(&first.items));
    println!("  page 2: {}", names(&second.items));
    println!("  is there a page 3? {}", second.next.is_some());
    Ok(())
}

/// A change of what is stored, and a replacement.
async fn update(book: &Book, ada: ContactId) -> Result<()> {
    println!("Update");
    let ada = contacts::modify(book, ada, |it| it.calls += 1).await?;
    println!("  {} was called {} time", ada.name, ada.calls);
    let moved = Contact {
        city: Some("Paris".to_owned()),
        ..ada
    };
    contacts::update(book, &moved).await?;
    let london = contacts::by_city("London", ..).count(book).await?;
    let paris = contacts::by_city("Paris", ..).all(book, 10).await?;
    println!("  in London: {london}, in Paris: {}", names(&paris));
    Ok(())
}

/// What the schema does not allow is an error that says so, and nothing is written.
async fn refuse(book: &Book, ada: ContactId) -> Result<()> {
    println!("Refused");
    let twin = contact("Ada II", "ADA@example.com", None);
    if let Err(error) = contacts::insert(book, &twin).await {
        println!("  {error}");
    }
    let long = "x".repeat(100);
    if let Err(error) = contacts::modify(book, ada, |it| it.name.clone_from(&long)).await {
        println!("  {error}");
    }
    println!("  still {} contacts", contacts::all().count(book).await?);
    Ok(())
}

/// One by its key, and all that a query finds.
async fn delete(book: &Book, ada: ContactId) -> Result<()> {
    println!("Delete");
    println!("  Ada was there: {}", contacts::delete(book, ada).await?);
    println!("  Ada was there: {}", contacts::delete(book, ada).await?);
    let london = contacts::delete_by(book, contacts::by_city("London", ..)).await?;
    println!("  in London: {london}");
    let left = contacts::by_name(..).all(book, 10).await?;
    println!("  left: {}", names(&left));
    Ok(())
}
