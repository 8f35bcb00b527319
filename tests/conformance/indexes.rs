//! Indexes: unique, conditional, multi-entry, computed, covering.

use keyloom::{Decimal, Error, Result, Timestamp, starts_with};
use keyloom_tests::{
    person,
    shop::{Badge, Level, NewBadge, Person, Shop, State, badges, people},
};

pub async fn a_unique_value_is_taken_once_whatever_its_case(shop: &Shop) -> Result<()> {
    let stored = people::insert(
        shop,
        &Person {
            email: "Jo@Ex.com".into(),
            ..person("a")
        },
    )
    .await?;
    assert_eq!(stored.email, "Jo@Ex.com");
    let found = people::by_email("jO@eX.COM").one(shop).await?;
    assert_eq!(found.map(|p| p.id), Some(stored.id));
    let twin = Person {
        email: "JO@EX.com".into(),
        ..person("b")
    };
    match people::insert(shop, &twin).await {
        Err(Error::UniqueViolation {
            model: "Person",
            index: "by_email",
            value,
        }) => {
            assert_eq!(value, "\"jo@ex.com\"");
        }
        other => panic!("{other:?}"),
    }
    // Its own value is no violation.
    people::modify(shop, stored.id, |person| person.email = "JO@EX.COM".into()).await?;
    assert!(people::by_email("jo@ex.com").one(shop).await?.is_some());
    assert_eq!(people::by_email("J".."K").count(shop).await?, 1);
    Ok(())
}

pub async fn absent_is_not_unique_unless_nulls_are_equal(shop: &Shop) -> Result<()> {
    people::insert_many(shop, &[person("a"), person("b")]).await?;
    assert_eq!(people::by_handle(None).count(shop).await?, 2);
    assert!(people::by_handle("a").one(shop).await?.is_none());
    let badge = badges::insert(shop, &Badge::new(NewBadge {})).await?;
    let outcome = badges::insert(shop, &Badge::new(NewBadge {})).await;
    assert!(
        matches!(
            outcome,
            Err(Error::UniqueViolation {
                index: "by_nick",
                ..
            })
        ),
        "{outcome:?}"
    );
    assert_eq!(badges::by_nick(None).one(shop).await?, Some(badge));
    Ok(())
}

pub async fn a_unique_value_moves_with_its_record(shop: &Shop) -> Result<()> {
    let handle = |name: &str, handle: &str| Person {
        handle: Some(handle.into()),
        nick: Some(name.into()),
        ..person(name)
    };
    let a = people::insert(shop, &handle("a", "x")).await?;
    let b = people::insert(shop, &handle("b", "y")).await?;
    people::modify(shop, a.id, |person| person.handle = None).await?;
    people::modify(shop, b.id, |person| person.handle = Some("x".into())).await?;
    assert_eq!(
        people::by_handle("x").one(shop).await?.map(|p| p.id),
        Some(b.id)
    );
    assert!(people::by_handle("y").one(shop).await?.is_none());
    // A swap inside one transaction.
    shop.transaction(async |tx| {
        people::modify(&tx, b.id, |person| person.handle = Some("z".into())).await?;
        people::modify(&tx, a.id, |person| person.handle = Some("x".into())).await?;
        people::modify(&tx, b.id, |person| person.handle = Some("y".into())).await
    })
    .await?;
    assert_eq!(
        people::by_handle("x").one(shop).await?.map(|p| p.id),
        Some(a.id)
    );
    assert_eq!(people::by_handle(..).count(shop).await?, 2);
    people::delete(shop, a.id).await?;
    assert!(people::by_handle("x").one(shop).await?.is_none());
    Ok(())
}

pub async fn a_conditional_index_follows_all_four_transitions(shop: &Shop) -> Result<()> {
    let stored = people::insert(shop, &person("a")).await?;
    let count = async || people::by_open("a").count(shop).await;
    assert_eq!(count().await?, 1);
    people::modify(shop, stored.id, |p| p.age = 1).await?; // in, in
    assert_eq!(count().await?, 1);
    people::modify(shop, stored.id, |p| p.state = State::Closed).await?; // in, out
    assert_eq!(count().await?, 0);
    people::modify(shop, stored.id, |p| p.age = 2).await?; // out, out
    assert_eq!(count().await?, 0);
    people::modify(shop, stored.id, |p| p.state = State::Open).await?; // out, in
    assert_eq!(count().await?, 1);
    Ok(())
}

pub async fn each_element_has_one_entry_and_duplicates_none(shop: &Shop) -> Result<()> {
    let labels = vec!["x".into(), "y".into(), "x".into(), String::new()];
    let stored = people::insert(
        shop,
        &Person {
            labels,
            ..person("a")
        },
    )
    .await?;
    people::insert(shop, &person("none")).await?;
    assert_eq!(people::by_label("x").count(shop).await?, 1);
    assert_eq!(people::by_label("").count(shop).await?, 1);
    assert_eq!(people::by_label(..).count(shop).await?, 3);
    people::modify(shop, stored.id, |p| p.labels = vec!["y".into(), "z".into()]).await?;
    assert_eq!(people::by_label("x").count(shop).await?, 0);
    assert_eq!(people::by_label(..).count(shop).await?, 2);
    Ok(())
}

pub async fn a_computed_part_follows_the_record(shop: &Shop) -> Result<()> {
    let stored = people::insert(shop, &person("a")).await?;
    people::insert(
        shop,
        &Person {
            email: "no domain".into(),
            ..person("b")
        },
    )
    .await?;
    assert_eq!(people::by_domain("example.com").count(shop).await?, 1);
    assert_eq!(people::by_domain(..).count(shop).await?, 1);
    people::modify(shop, stored.id, |p| p.email = "a@other.org".into()).await?;
    assert_eq!(people::by_domain("example.com").count(shop).await?, 0);
    assert_eq!(people::by_domain("other.org").count(shop).await?, 1);
    Ok(())
}

pub async fn covering_entries_follow_included_fields(shop: &Shop) -> Result<()> {
    let stored = people::insert(
        shop,
        &Person {
            age: 4,
            ..person("a")
        },
    )
    .await?;
    let head = people::by_open("a")
        .covered()
        .first(shop)
        .await?
        .expect("one");
    assert_eq!((head.name.as_str(), head.id, head.age), ("a", stored.id, 4));
    people::modify(shop, stored.id, |p| p.age = 5).await?;
    let head = people::by_open("a")
        .covered()
        .first(shop)
        .await?
        .expect("one");
    assert_eq!(head.age, 5);
    Ok(())
}

pub async fn a_whole_record_is_read_from_the_index(shop: &Shop) -> Result<()> {
    let stored = people::insert(
        shop,
        &Person {
            age: 4,
            ..person("a")
        },
    )
    .await?;
    assert_eq!(
        people::by_whole(4, "a").covered().first(shop).await?,
        Some(stored.clone())
    );
    let changed = people::modify(shop, stored.id, |p| p.serial = 9).await?;
    assert_eq!(
        people::by_whole(4, ..).covered().first(shop).await?,
        Some(changed)
    );
    Ok(())
}

pub async fn decimals_compare_by_value(shop: &Shop) -> Result<()> {
    let values = [
        (110, 2),
        (11, 1),
        (-5, 0),
        (0, 0),
        (99, 1),
        (10, 0),
        (-505, 2),
        (1, 2),
    ];
    for (at, (mantissa, scale)) in values.into_iter().enumerate() {
        let balance = Decimal::new(mantissa, scale);
        people::insert(
            shop,
            &Person {
                balance,
                ..person(&at.to_string())
            },
        )
        .await?;
    }
    assert_eq!(
        people::by_balance(Decimal::new(1_100, 3))
            .count(shop)
            .await?,
        2
    );
    let all = people::by_balance(..).all(shop, 10).await?;
    assert!(all.is_sorted_by_key(|person| person.balance), "{all:?}");
    assert_eq!(
        people::by_balance(Decimal::ZERO..Decimal::TEN)
            .count(shop)
            .await?,
        5
    );
    let fine = Person {
        balance: Decimal::new(1, 3),
        ..person("fine")
    };
    assert!(matches!(
        people::insert(shop, &fine).await,
        Err(Error::Invalid { .. })
    ));
    Ok(())
}

pub async fn times_before_1970_sort_first(shop: &Shop) -> Result<()> {
    for (at, text) in [
        "1969-12-31T23:59:59.999999Z",
        "1970-01-01T00:00:00Z",
        "0001-01-01T00:00:00Z",
    ]
    .into_iter()
    .enumerate()
    {
        let born: Timestamp = text.parse().map_err(Error::abort)?;
        people::insert(
            shop,
            &Person {
                born: Some(born),
                ..person(&at.to_string())
            },
        )
        .await?;
    }
    let all = people::by_born(..).all(shop, 10).await?;
    let names: Vec<_> = all.iter().map(|p| p.name.as_str()).collect();
    assert_eq!(names, ["2", "0", "1"]);
    assert_eq!(
        people::by_born(..Timestamp::UNIX_EPOCH).count(shop).await?,
        2
    );
    Ok(())
}

pub async fn descending_parts_take_natural_ranges(shop: &Shop) -> Result<()> {
    for age in 0..5 {
        people::insert(
            shop,
            &Person {
                level: Level::Mid,
                age,
                ..person(&age.to_string())
            },
        )
        .await?;
    }
    let ages = async |query: keyloom::Query<Person>| -> Result<Vec<i32>> {
        Ok(query.all(shop, 10).await?.iter().map(|p| p.age).collect())
    };
    assert_eq!(
        ages(people::by_level(Level::Mid, ..)).await?,
        [4, 3, 2, 1, 0]
    );
    assert_eq!(ages(people::by_level(Level::Mid, 1..3)).await?, [2, 1]);
    assert_eq!(ages(people::by_level(Level::Mid, 1..=3)).await?, [3, 2, 1]);
    assert_eq!(ages(people::by_level(Level::Mid, 3..)).await?, [4, 3]);
    assert_eq!(
        ages(people::by_level(Level::Mid, ..2).reverse()).await?,
        [0, 1]
    );
    let names = people::by_name_desc("1".."3", ..).all(shop, 10).await?;
    let names: Vec<_> = names.iter().map(|p| p.name.as_str()).collect();
    assert_eq!(names, ["2", "1"]);
    Ok(())
}

pub async fn a_key_of_text_is_folded_in_an_index(shop: &Shop) -> Result<()> {
    use keyloom_tests::shop::{Handle, HandleId, NewHandle, handles};
    for name in ["Ada", "BOB"] {
        let handle = Handle::new(NewHandle { name: name.into() });
        handles::insert(shop, &handle).await?;
    }
    let found = handles::by_folded("aDA").one(shop).await?;
    assert_eq!(found.map(|handle| handle.name), Some(HandleId::from("Ada")));
    let starting = handles::by_folded(starts_with("bO")).keys(shop).await?;
    assert_eq!(starting.items, [HandleId::from("BOB")]);
    let sorted = handles::by_n(0, ..).keys(shop).await?;
    assert_eq!(sorted.items, [HandleId::from("BOB"), HandleId::from("Ada")]);
    let twin = Handle::new(NewHandle { name: "ada".into() });
    let outcome = handles::insert(shop, &twin).await;
    assert!(
        matches!(&outcome, Err(Error::UniqueViolation { index, .. }) if *index == "by_folded"),
        "{outcome:?}"
    );
    Ok(())
}
