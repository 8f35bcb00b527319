//! Reading: by key, by index, in ranges.

use keyloom::{Date, Decimal, Duration, Result, Timestamp, present, starts_with};
use keyloom_tests::{
    person,
    shop::{
        Address, Color, Level, Line, NewLine, NewWord, Person, PersonId, Setting, SettingId, Shop,
        State, Word, lines, people, settings, words,
    },
};

fn names(people: &[Person]) -> Vec<&str> {
    people.iter().map(|person| person.name.as_str()).collect()
}

pub async fn a_record_comes_back_exactly_as_it_was_written(shop: &Shop) -> Result<()> {
    let full = Person {
        handle: Some(String::new()),
        nick: Some("\0 null \u{ff} ü".to_owned()),
        score: Some(-0.5),
        balance: Decimal::new(110, 2),
        level: Level::High,
        color: Color::Green,
        state: State::Closed,
        address: Some(Address {
            city: "Zürich".into(),
            country: "CH".into(),
        }),
        labels: vec!["b".into(), "a".into(), "b".into()],
        born: Some(Timestamp::from_microsecond(-1).unwrap()),
        age: -7,
        serial: i64::MIN,
        big: u64::MAX,
        photo: Some(vec![0, 255, 1]),
        notes: Some(serde_json::json!({"a": [1, null, 1.5, "x"]})),
        counts: [("x".to_owned(), -1), ("a".to_owned(), 2)].into(),
        day: Some(Date::constant(1950, 2, 28)),
        pause: Some(Duration::new(-1, -999_999_999)),
        password: Some("secret".into()),
        ..person("full")
    };
    let stored = people::insert(shop, &full).await?;
    assert_eq!(stored, Person { version: 1, ..full });
    assert_eq!(people::get(shop, stored.id).await?, Some(stored.clone()));
    // The scale of a decimal is kept, though keys compare by value.
    assert_eq!(stored.balance.scale(), 2);
    let bare = people::insert(shop, &person("bare")).await?;
    assert_eq!(people::get(shop, bare.id).await?, Some(bare));
    Ok(())
}

pub async fn get_many_keeps_the_order_and_shows_what_is_missing(shop: &Shop) -> Result<()> {
    let stored = people::insert_many(shop, &[person("a"), person("b")]).await?;
    let keys = [stored[1].id, PersonId::new(), stored[0].id, stored[1].id];
    let found = people::get_many(shop, keys).await?;
    let found: Vec<_> = found
        .iter()
        .map(|p| p.as_ref().map(|p| p.name.as_str()))
        .collect();
    assert_eq!(found, [Some("b"), None, Some("a"), Some("b")]);
    Ok(())
}

pub async fn keys_are_exact(shop: &Shop) -> Result<()> {
    for name in [
        "FooBar",
        "foo_bar",
        " foo_bar ",
        "",
        "jo",
        "john",
        "__null__",
    ] {
        let email = format!("{}@x", name.len() * 7 + usize::from(name.starts_with('F')));
        people::insert(
            shop,
            &Person {
                email,
                name: name.into(),
                ..person("x")
            },
        )
        .await?;
    }
    for name in ["FooBar", "foo_bar", " foo_bar ", "", "jo", "__null__"] {
        let found = people::by_name(name).all(shop, 10).await?;
        assert_eq!(names(&found), [name]);
        let reversed = people::by_name(name).reverse().all(shop, 10).await?;
        assert_eq!(names(&reversed), [name]);
    }
    assert_eq!(people::by_name("j").count(shop).await?, 0);
    Ok(())
}

pub async fn order_is_byte_order_of_text_and_value_order_of_numbers(shop: &Shop) -> Result<()> {
    let texts = ["a", "a!", "a b", "a-b", "a1", "ab", "a\0", "ä"];
    let ages = [-20, -10, -3, 0, 3, 20, 100, 9];
    let bigs = [
        0,
        1,
        9_999_999_999,
        10_000_000_000,
        u64::MAX,
        1 << 63,
        255,
        256,
    ];
    let scores = [
        -1.5,
        f64::NEG_INFINITY,
        f64::INFINITY,
        0.0,
        -0.1,
        1e-300,
        2.0,
        -2.0,
    ];
    for at in 0..8 {
        let record = Person {
            email: format!("{at}@x"),
            name: texts[at].into(),
            age: ages[at],
            serial: i64::from(ages[at]) * 10_000_000_000,
            big: bigs[at],
            score: Some(scores[at]),
            ..person("x")
        };
        people::insert(shop, &record).await?;
    }
    let by_name = people::by_name(..).all(shop, 10).await?;
    let mut sorted = texts;
    sorted.sort_unstable();
    assert_eq!(names(&by_name), sorted);
    let by_age = people::by_age(..).all(shop, 10).await?;
    assert!(by_age.is_sorted_by_key(|p| p.age), "{by_age:?}");
    assert!(
        people::by_serial(..)
            .all(shop, 10)
            .await?
            .is_sorted_by_key(|p| p.serial)
    );
    assert!(
        people::by_big(..)
            .all(shop, 10)
            .await?
            .is_sorted_by_key(|p| p.big)
    );
    let by_score = people::by_score(..).all(shop, 10).await?;
    assert!(by_score.is_sorted_by(|l, r| l.score <= r.score));
    let around: Vec<_> = people::by_age(-10..=10)
        .all(shop, 10)
        .await?
        .iter()
        .map(|p| p.age)
        .collect();
    assert_eq!(around, [-10, -3, 0, 3, 9]);
    Ok(())
}

pub async fn ranges_take_both_bounds_and_none(shop: &Shop) -> Result<()> {
    for age in 1..=5 {
        people::insert(
            shop,
            &Person {
                age,
                ..person(&age.to_string())
            },
        )
        .await?;
    }
    assert_eq!(people::by_age(2..4).count(shop).await?, 2);
    assert_eq!(people::by_age(2..=4).count(shop).await?, 3);
    assert_eq!(people::by_age(2..).count(shop).await?, 4);
    assert_eq!(people::by_age(..4).count(shop).await?, 3);
    assert_eq!(people::by_age(..=4).count(shop).await?, 4);
    assert_eq!(people::by_age(..).count(shop).await?, 5);
    assert_eq!(people::by_age(3).count(shop).await?, 1);
    let (low, high) = (4, 2);
    assert_eq!(people::by_age(low..high).count(shop).await?, 0);
    // Reverse with a limit gives the last, not the first reversed.
    let last = people::by_age(..).reverse().all(shop, 2).await?;
    assert_eq!(names(&last), ["5", "4"]);
    Ok(())
}

pub async fn starts_with_finds_prefixes_of_several_bytes(shop: &Shop) -> Result<()> {
    for (at, name) in ["über", "übel", "uber", "ü", "\u{10ffff}", "\u{10ffff}x"]
        .iter()
        .enumerate()
    {
        let email = format!("{at}@x");
        people::insert(
            shop,
            &Person {
                email,
                name: (*name).into(),
                ..person("x")
            },
        )
        .await?;
    }
    assert_eq!(people::by_name(starts_with("üb")).count(shop).await?, 2);
    assert_eq!(people::by_name(starts_with("ü")).count(shop).await?, 3);
    assert_eq!(
        people::by_name(starts_with("\u{10ffff}"))
            .count(shop)
            .await?,
        2
    );
    assert_eq!(people::by_name(starts_with("")).count(shop).await?, 6);
    assert_eq!(
        people::by_name_desc(starts_with("ü"), ..)
            .count(shop)
            .await?,
        3
    );
    Ok(())
}

pub async fn optional_parts_tell_absent_from_present(shop: &Shop) -> Result<()> {
    for (name, city) in [("a", None), ("b", Some("")), ("c", Some("Bern"))] {
        let address = city.map(|city| Address {
            city: city.into(),
            country: "CH".into(),
        });
        people::insert(
            shop,
            &Person {
                address,
                ..person(name)
            },
        )
        .await?;
    }
    let of = async |query: keyloom::Query<Person>| -> Result<String> {
        let found = query.all(shop, 10).await?;
        Ok(names(&found).concat())
    };
    assert_eq!(of(people::by_city(None)).await?, "a");
    assert_eq!(of(people::by_city("")).await?, "b");
    assert_eq!(of(people::by_city(present())).await?, "bc");
    assert_eq!(of(people::by_city(Some("Bern".to_owned()))).await?, "c");
    assert_eq!(of(people::by_city(.."Z")).await?, "bc");
    assert_eq!(of(people::by_city("A"..)).await?, "c");
    assert_eq!(of(people::by_city(..)).await?, "abc");
    assert_eq!(of(people::by_city(starts_with("B"))).await?, "c");
    Ok(())
}

pub async fn an_enum_is_found_by_value_and_an_ordered_one_by_range(shop: &Shop) -> Result<()> {
    for (name, level) in [("l", Level::Low), ("m", Level::Mid), ("h", Level::High)] {
        people::insert(
            shop,
            &Person {
                level,
                age: 5,
                ..person(name)
            },
        )
        .await?;
    }
    assert_eq!(people::by_level(Level::Mid, ..).count(shop).await?, 1);
    assert_eq!(people::by_level(Level::Mid.., ..).count(shop).await?, 2);
    assert_eq!(people::by_level(Level::Low, 5).count(shop).await?, 1);
    assert_eq!(people::by_color(Color::Red).count(shop).await?, 3);
    assert_eq!(people::by_color(Color::Green).count(shop).await?, 0);
    Ok(())
}

pub async fn a_composite_key_is_read_by_a_prefix(shop: &Shop) -> Result<()> {
    let line = |order_id, number| {
        Line::new(NewLine {
            order_id,
            number,
            text: "x".into(),
        })
    };
    lines::insert_many(shop, &[line(1, 2), line(-1, 1), line(1, 1), line(2, 1)]).await?;
    let keys = lines::by_key(1, ..).keys(shop).await?;
    assert_eq!(keys.items, [(1, 1), (1, 2)]);
    let keys = lines::all().reverse().keys(shop).await?;
    assert_eq!(keys.items, [(2, 1), (1, 2), (1, 1), (-1, 1)]);
    assert_eq!(lines::by_key(-5..2, ..).count(shop).await?, 3);
    assert!(lines::by_key(1, 2).one(shop).await?.is_some());
    assert!(lines::get(shop, (1, 2)).await?.is_some());
    assert!(lines::delete(shop, (1, 2)).await?);
    assert!(lines::by_key(1, 2).one(shop).await?.is_none());
    // An enum is a key too.
    let state = SettingId(State::Closed);
    settings::insert(
        shop,
        &Setting {
            state,
            text: "x".into(),
        },
    )
    .await?;
    assert_eq!(settings::all().keys(shop).await?.items, [state]);
    assert_eq!("closed".parse(), Ok(state));
    words::insert(shop, &Word::new(NewWord { text: "jo".into() })).await?;
    assert!(words::get(shop, "jo").await?.is_some());
    assert!(words::get(shop, "j").await?.is_none());
    assert_eq!(words::by_key(starts_with("j")).count(shop).await?, 1);
    assert_eq!(words::by_key("j".."k").count(shop).await?, 1);
    Ok(())
}

pub async fn exists_count_first_and_filter_agree(shop: &Shop) -> Result<()> {
    assert!(!people::all().exists(shop).await?);
    assert!(people::all().first(shop).await?.is_none());
    for age in 0..300_i32 {
        people::insert(
            shop,
            &Person {
                age: age % 100,
                ..person(&age.to_string())
            },
        )
        .await?;
    }
    assert_eq!(people::by_age(..).count(shop).await?, 300);
    assert_eq!(people::by_age(..).limit(7).count(shop).await?, 7);
    assert!(people::by_age(99).exists(shop).await?);
    let even = || people::by_age(..).filter(|person| person.age % 2 == 0);
    assert_eq!(even().count(shop).await?, 150);
    assert_eq!(even().keys(shop).await?.items.len(), 50);
    assert_eq!(
        people::by_age(50..).first(shop).await?.map(|p| p.age),
        Some(50)
    );
    Ok(())
}

pub async fn a_snapshot_does_not_move(shop: &Shop) -> Result<()> {
    let before = people::insert(shop, &person("before")).await?;
    let snapshot = shop.snapshot().await?;
    people::insert(shop, &person("after")).await?;
    people::delete(shop, before.id).await?;
    assert_eq!(people::all().count(&snapshot).await?, 1);
    assert_eq!(people::get(&snapshot, before.id).await?, Some(before));
    assert_eq!(people::by_name("after").count(&snapshot).await?, 0);
    assert_eq!(people::by_name("after").count(shop).await?, 1);
    Ok(())
}

pub async fn a_stream_gives_every_row_of_one_snapshot(shop: &Shop) -> Result<()> {
    let all: Vec<_> = (0..600).map(|at| person(&format!("{at:03}"))).collect();
    people::insert_many(shop, &all).await?;
    let mut rows = people::by_name(..).stream(shop);
    let mut seen = Vec::new();
    while let Some(row) = rows.next().await? {
        if seen.is_empty() {
            people::insert(shop, &person("900")).await?;
        }
        seen.push(row.name);
    }
    assert_eq!(seen, all.iter().map(|p| p.name.clone()).collect::<Vec<_>>());
    use futures_util::TryStreamExt as _;
    let some: Vec<_> = people::by_name(..)
        .reverse()
        .limit(3)
        .stream(shop)
        .try_collect()
        .await?;
    assert_eq!(names(&some), ["900", "599", "598"]);
    Ok(())
}
