//! Insert, update, put, modify, delete.

use keyloom::{Error, Result, Timestamp};
use keyloom_tests::{
    person,
    shop::{Color, NewTicket, Person, PersonId, Shop, Ticket, TicketId, people, tickets},
};

pub async fn insert_refuses_and_put_replaces(shop: &Shop) -> Result<()> {
    let first = people::insert(shop, &person("a")).await?;
    let again = Person {
        name: "b".into(),
        ..first.clone()
    };
    let outcome = people::insert(shop, &again).await;
    assert!(
        matches!(
            outcome,
            Err(Error::AlreadyExists {
                model: "Person",
                ..
            })
        ),
        "{outcome:?}"
    );
    assert_eq!(people::by_name("b").count(shop).await?, 0);
    let put = people::put(shop, &again).await?;
    assert_eq!(
        (put.version, people::get(shop, first.id).await?),
        (2, Some(put))
    );
    assert_eq!(people::by_name("a").count(shop).await?, 0);
    assert_eq!(people::by_name("b").count(shop).await?, 1);
    let new = people::put(
        shop,
        &Person {
            version: 9,
            ..person("new")
        },
    )
    .await?;
    assert_eq!(new.version, 1);
    Ok(())
}

pub async fn update_and_modify_need_the_record(shop: &Shop) -> Result<()> {
    let outcome = people::update(shop, &person("a")).await;
    assert!(
        matches!(
            outcome,
            Err(Error::NotFound {
                model: "Person",
                ..
            })
        ),
        "{outcome:?}"
    );
    let outcome = people::modify(shop, PersonId::new(), |_| ()).await;
    assert!(
        matches!(outcome, Err(Error::NotFound { .. })),
        "{outcome:?}"
    );
    assert!(!people::delete(shop, PersonId::new()).await?);
    Ok(())
}

pub async fn a_version_counts_and_guards(shop: &Shop) -> Result<()> {
    let one = people::insert(
        shop,
        &Person {
            version: 77,
            ..person("a")
        },
    )
    .await?;
    let two = people::update(
        shop,
        &Person {
            name: "b".into(),
            ..one.clone()
        },
    )
    .await?;
    assert_eq!((one.version, two.version), (1, 2));
    let outcome = people::update(
        shop,
        &Person {
            name: "c".into(),
            ..one.clone()
        },
    )
    .await;
    match outcome {
        Err(Error::VersionMismatch {
            expected: 1,
            found: 2,
            ..
        }) => {}
        other => panic!("{other:?}"),
    }
    assert_eq!(people::get(shop, one.id).await?, Some(two));
    let three = people::modify(shop, one.id, |person| person.age = 3).await?;
    assert_eq!((three.version, three.age), (3, 3));
    Ok(())
}

pub async fn on_update_fires_only_if_something_else_changed(shop: &Shop) -> Result<()> {
    let old = Timestamp::UNIX_EPOCH;
    let stored = people::insert(
        shop,
        &Person {
            updated_at: old,
            ..person("a")
        },
    )
    .await?;
    assert_eq!(stored.updated_at, old);
    let same = people::update(shop, &stored).await?;
    assert_eq!((same.updated_at, same.version), (old, 2));
    let changed = people::modify(shop, stored.id, |person| person.age += 1).await?;
    assert!(changed.updated_at > old);
    Ok(())
}

pub async fn created_at_stays(shop: &Shop) -> Result<()> {
    let stored = people::insert(shop, &person("a")).await?;
    let changed = people::modify(shop, stored.id, |person| person.age += 1).await?;
    assert_eq!(changed.created_at, stored.created_at);
    Ok(())
}

pub async fn numbers_are_handed_out_and_rise(shop: &Shop) -> Result<()> {
    let ticket = |text: &str| Ticket::new(NewTicket { text: text.into() });
    let first = tickets::insert(shop, &ticket("a")).await?;
    let more = tickets::insert_many(shop, &[ticket("b"), ticket("c")]).await?;
    let ids = [first.id, more[0].id, more[1].id];
    assert_eq!(ids, [TicketId(1), TicketId(2), TicketId(3)]);
    let own = tickets::insert(
        shop,
        &Ticket {
            id: TicketId(-5),
            ..ticket("own")
        },
    )
    .await?;
    assert_eq!(own.id, TicketId(-5));
    let many: Vec<_> = (0..250).map(|_| ticket("x")).collect();
    let many = tickets::insert_many(shop, &many).await?;
    assert!(many.is_sorted_by(|left, right| left.id < right.id));
    Ok(())
}

pub async fn insert_many_is_all_or_nothing(shop: &Shop) -> Result<()> {
    let twin = Person {
        email: "A@example.com".into(),
        ..person("twin")
    };
    let outcome = people::insert_many(shop, &[person("a"), person("b"), twin]).await;
    assert!(
        matches!(
            outcome,
            Err(Error::UniqueViolation {
                index: "by_email",
                ..
            })
        ),
        "{outcome:?}"
    );
    assert_eq!(people::all().count(shop).await?, 0);
    let same = person("same");
    let outcome = people::insert_many(shop, &[same.clone(), same]).await;
    assert!(
        matches!(outcome, Err(Error::AlreadyExists { .. })),
        "{outcome:?}"
    );
    // In a caller's transaction too: a refused write leaves no trace in it.
    shop.transaction(async |tx| {
        people::insert(&tx, &person("kept")).await?;
        let refused = people::insert_many(&tx, &[person("x"), person("kept")]).await;
        assert!(matches!(refused, Err(Error::UniqueViolation { .. })));
        Ok(())
    })
    .await?;
    assert_eq!(people::all().count(shop).await?, 1);
    Ok(())
}

pub async fn delete_by_deletes_what_the_query_finds(shop: &Shop) -> Result<()> {
    let many: Vec<_> = (0..2_500)
        .map(|at| Person {
            age: at % 10,
            ..person(&at.to_string())
        })
        .collect();
    for chunk in many.chunks(500) {
        people::insert_many(shop, chunk).await?;
    }
    assert_eq!(people::delete_by(shop, people::by_age(3)).await?, 250);
    assert_eq!(
        people::delete_by(shop, people::by_age(4).limit(7)).await?,
        7
    );
    let odd = people::by_age(5).filter(|person| person.name.ends_with("15"));
    assert_eq!(people::delete_by(shop, odd).await?, 25);
    assert_eq!(people::all().count(shop).await?, 2_500 - 250 - 7 - 25);
    assert_eq!(people::by_name(..).count(shop).await?, 2_500 - 250 - 7 - 25);
    let left = shop
        .transaction(async |tx| {
            people::delete_by(&tx, people::all()).await?;
            people::all().count(&tx).await
        })
        .await?;
    assert_eq!((left, people::by_email(..).count(shop).await?), (0, 0));
    Ok(())
}

pub async fn a_secret_is_not_shown(shop: &Shop) -> Result<()> {
    let secret = Person {
        password: Some("hush".into()),
        ..person("a")
    };
    let stored = people::insert(shop, &secret).await?;
    assert_eq!(stored.password.as_deref(), Some("hush"));
    assert!(!format!("{stored:?}").contains("hush"));
    let json = serde_json::to_string(&stored).expect("it serializes");
    assert!(
        !json.contains("hush") && json.contains("\"name\":\"a\""),
        "{json}"
    );
    Ok(())
}

pub async fn an_open_variant_round_trips_only_if_the_store_knows_it(shop: &Shop) -> Result<()> {
    let foreign = Person {
        color: Color::Other("mauve".into()),
        ..person("a")
    };
    let outcome = people::insert(shop, &foreign).await;
    match outcome {
        Err(Error::Invalid { place, reason }) => {
            assert_eq!(place, "Person.color");
            assert!(reason.contains("mauve"), "{reason}");
        }
        other => panic!("{other:?}"),
    }
    let outcome = people::by_color(Color::Other("mauve".into()))
        .count(shop)
        .await;
    assert!(matches!(outcome, Err(Error::Invalid { .. })), "{outcome:?}");
    Ok(())
}
