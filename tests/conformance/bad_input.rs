//! Bad input: the right typed error, and nothing lost.

use keyloom::{Error, Result};
use keyloom_tests::{
    person,
    shop::{Address, NewWord, Person, PersonId, Shop, Word, people, words},
};

fn invalid<T: std::fmt::Debug>(outcome: Result<T>) -> (String, String) {
    match outcome {
        Err(Error::Invalid { place, reason }) => (place, reason),
        other => panic!("{other:?}"),
    }
}

pub async fn a_value_over_its_limits_is_refused_with_its_field(shop: &Shop) -> Result<()> {
    let long = Person {
        name: "ü".repeat(101),
        ..person("x")
    };
    let (place, reason) = invalid(people::insert(shop, &long).await);
    assert_eq!(place, "Person.name");
    assert_eq!(reason, "101 characters, at most 100 are allowed");
    // Characters, not bytes.
    people::insert(
        shop,
        &Person {
            name: "ü".repeat(100),
            ..person("y")
        },
    )
    .await?;
    let address = Some(Address {
        city: "x".into(),
        country: "CHE".into(),
    });
    let (place, _) = invalid(
        people::insert(
            shop,
            &Person {
                address,
                ..person("z")
            },
        )
        .await,
    );
    assert_eq!(place, "Person.address.country");
    let labels = vec!["x".repeat(21)];
    let (place, _) = invalid(
        people::insert(
            shop,
            &Person {
                labels,
                ..person("z")
            },
        )
        .await,
    );
    assert_eq!(place, "Person.labels");
    let labels = vec![String::new(); 9];
    let (_, reason) = invalid(
        people::insert(
            shop,
            &Person {
                labels,
                ..person("z")
            },
        )
        .await,
    );
    assert_eq!(reason, "9 elements, at most 8 are allowed");
    let (_, reason) = invalid(
        people::insert(
            shop,
            &Person {
                age: 201,
                ..person("z")
            },
        )
        .await,
    );
    assert_eq!(reason, "201 is more than 200");
    let photo = Some(vec![0; 101]);
    let (place, _) = invalid(
        people::insert(
            shop,
            &Person {
                photo,
                ..person("z")
            },
        )
        .await,
    );
    assert_eq!(place, "Person.photo");
    assert_eq!(people::all().count(shop).await?, 1);
    Ok(())
}

pub async fn nan_has_no_place_in_a_key(shop: &Shop) -> Result<()> {
    let nan = Person {
        score: Some(f64::NAN),
        ..person("x")
    };
    let (place, _) = invalid(people::insert(shop, &nan).await);
    assert_eq!(place, "Person, index `by_score`");
    let (place, _) = invalid(people::by_score(f64::NAN).count(shop).await);
    assert_eq!(place, "people::by_score");
    invalid(people::by_score(0.0..f64::NAN).count(shop).await);
    people::insert(
        shop,
        &Person {
            score: Some(-0.0),
            ..person("zero")
        },
    )
    .await?;
    assert_eq!(people::by_score(0.0).count(shop).await?, 1);
    Ok(())
}

pub async fn a_key_over_the_engines_limit_is_refused(shop: &Shop) -> Result<()> {
    let word = |length: usize| {
        Word::new(NewWord {
            text: "x".repeat(length).into(),
        })
    };
    let (place, reason) = invalid(words::insert(shop, &word(100_000)).await);
    assert_eq!(place, "Word");
    assert!(
        reason.contains("a record of `words`") && reason.contains("at most"),
        "{reason}"
    );
    words::insert(shop, &word(4_000)).await?;
    assert_eq!(words::all().count(shop).await?, 1);
    Ok(())
}

pub async fn a_query_with_a_limit_of_zero_is_refused(shop: &Shop) -> Result<()> {
    invalid(people::all().limit(0).page(shop).await);
    Ok(())
}

pub async fn modify_must_not_change_the_key(shop: &Shop) -> Result<()> {
    let stored = people::insert(shop, &person("a")).await?;
    invalid(people::modify(shop, stored.id, |p| p.id = PersonId::new()).await);
    assert_eq!(people::all().count(shop).await?, 1);
    Ok(())
}
