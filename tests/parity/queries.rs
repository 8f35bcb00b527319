//! The query builder, indexes of every kind, and relationships.

use crate::{
    names,
    parity::{Parity, Post, Role, User, posts, tags, users},
    post, tag, user,
};
use keyloom::{Cursor, Result};

pub(crate) async fn a_query_finds_by_value(store: &Parity) -> Result<()> {
    users::insert_many(store, &["Jo", "John", "Johnny"].map(user)).await?;
    let john = users::by_email("john@example.com").one(store).await?;
    assert_eq!(names(john.as_slice()), ["John"], "exact, not a prefix");
    assert_eq!(users::by_email("JOHN@example.com").one(store).await?, None);
    Ok(())
}

pub(crate) async fn a_query_finds_by_several_fields(store: &Parity) -> Result<()> {
    let admin = |name, active| User {
        role: Role::Admin,
        active,
        ..user(name)
    };
    let all = [admin("Ada", true), admin("Alan", false), user("Grace")];
    users::insert_many(store, &all).await?;
    let found = users::by_role_and_active(Role::Admin, true).all(store, 10);
    assert_eq!(names(&found.await?), ["Ada"]);
    let found = users::by_role_and_active(Role::Admin, ..).all(store, 10);
    assert_eq!(names(&found.await?), ["Alan", "Ada"]);
    Ok(())
}

/// 25 rows at 4 a page: all of them, both ways.
pub(crate) async fn a_query_takes_a_limit_and_goes_on_at_a_cursor(store: &Parity) -> Result<()> {
    let people: Vec<User> = (0..25).map(|n| user(&format!("user {n:02}"))).collect();
    users::insert_many(store, &people).await?;
    for reverse in [false, true] {
        let mut seen = Vec::new();
        let mut next: Option<Cursor> = None;
        loop {
            let mut page = users::by_email(..).limit(4).after(&next);
            if reverse {
                page = page.reverse();
            }
            let page = page.page(store).await?;
            seen.extend(page.items);
            next = page.next;
            if next.is_none() {
                break;
            }
        }
        if reverse {
            seen.reverse();
        }
        assert_eq!(seen, people, "reverse: {reverse}");
    }
    Ok(())
}

pub(crate) async fn a_query_runs_in_reverse(store: &Parity) -> Result<()> {
    users::insert_many(store, &["Ada", "Jo", "John"].map(user)).await?;
    let last = users::by_email(..).reverse().limit(2).all(store, 2).await?;
    assert_eq!(names(&last), ["John", "Jo"]);
    let jo = users::by_email("jo@example.com").reverse();
    assert_eq!(
        names(&jo.all(store, 9).await?),
        ["Jo"],
        "exact in reverse too"
    );
    Ok(())
}

pub(crate) async fn a_query_runs_inside_a_transaction_and_sees_its_writes(
    store: &Parity,
) -> Result<()> {
    users::insert(store, &user("John")).await?;
    store
        .transaction(async |tx| {
            let john = users::by_email("john@example.com").one(&tx).await?;
            for john in john.as_slice() {
                users::modify(&tx, john.id, |it| it.name = "John Smith".into()).await?;
            }
            users::insert(&tx, &user("Ada")).await?;
            let found = users::by_email(..).all(&tx, 10).await?;
            assert_eq!(names(&found), ["Ada", "John Smith"]);
            Ok(())
        })
        .await?;
    assert_eq!(users::all().count(store).await?, 2);
    Ok(())
}

pub(crate) async fn a_conditional_index_holds_what_its_condition_says(
    store: &Parity,
) -> Result<()> {
    let ada = users::insert(store, &user("Ada")).await?;
    let idle = User {
        active: false,
        ..user("Idle")
    };
    users::insert(store, &idle).await?;
    let active = users::by_active_name(..).all(store, 10).await?;
    assert_eq!(names(&active), ["Ada"]);
    users::modify(store, ada.id, |it| it.active = false).await?;
    users::modify(store, idle.id, |it| it.active = true).await?;
    let active = users::by_active_name(..).all(store, 10).await?;
    assert_eq!(names(&active), ["Idle"]);
    Ok(())
}

pub(crate) async fn a_custom_index_holds_what_a_function_says(store: &Parity) -> Result<()> {
    let away = User {
        email: "away@elsewhere.org".into(),
        ..user("Away")
    };
    users::insert_many(store, &[user("Ada"), away]).await?;
    let found = users::by_domain("elsewhere.org").all(store, 10).await?;
    assert_eq!(names(&found), ["Away"]);
    Ok(())
}

pub(crate) async fn embedded_relationships_come_with_their_records(store: &Parity) -> Result<()> {
    let ada = users::insert(store, &user("Ada")).await?;
    let (rust, kdl) = (tag("rust"), tag("kdl"));
    tags::insert_many(store, &[rust.clone(), kdl.clone()]).await?;
    let both = Post {
        tag_ids: vec![rust.id, kdl.id],
        ..post(ada.id, "Both")
    };
    let none = post(ada.id, "None");
    posts::insert_many(store, &[both.clone(), none.clone()]).await?;

    let found = posts::by_author(ada.id, ..)
        .include((posts::tags(), posts::author()))
        .all(store, 10)
        .await?;
    assert_eq!(
        found,
        [
            (both, (vec![rust, kdl], Some(ada.clone()))),
            (none, (Vec::new(), Some(ada.clone())))
        ]
    );
    let authors = users::by_email(..).include(users::posts()).all(store, 10);
    let authors = authors.await?;
    let titles: Vec<_> = authors[0].1.iter().map(|it| it.title.as_str()).collect();
    assert_eq!(titles, ["Both", "None"]);
    Ok(())
}
