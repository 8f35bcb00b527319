//! Pages and cursors.

use keyloom::{Cursor, CursorFault, Error, Result};
use keyloom_tests::{
    person,
    shop::{Person, Shop, people},
};

async fn fill(shop: &Shop, ages: impl IntoIterator<Item = i32>) -> Result<Vec<Person>> {
    let people: Vec<_> = ages
        .into_iter()
        .enumerate()
        .map(|(at, age)| Person {
            age,
            ..person(&format!("{at:04}"))
        })
        .collect();
    people::insert_many(shop, &people).await
}

fn names(people: &[Person]) -> Vec<String> {
    people.iter().map(|person| person.name.clone()).collect()
}

pub async fn pages_concatenate_to_the_whole_at_every_size_both_ways(shop: &Shop) -> Result<()> {
    fill(shop, (0..25).map(|at| at / 3)).await?;
    let mut whole = names(&people::by_age(..).all(shop, 100).await?);
    assert_eq!(whole.len(), 25);
    for reverse in [false, true] {
        let query = || {
            if reverse {
                people::by_age(..).reverse()
            } else {
                people::by_age(..)
            }
        };
        for size in 1..=26 {
            let (mut seen, mut pages) = (Vec::new(), 1);
            let mut page = query().limit(size).page(shop).await?;
            assert_eq!(page.previous, None);
            seen.extend(names(&page.items));
            while let Some(next) = page.next.clone() {
                page = query().limit(size).after(next).page(shop).await?;
                assert!(
                    !page.items.is_empty(),
                    "`next` is `None` exactly at the end"
                );
                seen.extend(names(&page.items));
                pages += 1;
            }
            assert_eq!(
                (&seen, pages),
                (&whole, 25_usize.div_ceil(size)),
                "size {size}"
            );
            // And back again from the last page.
            let mut back = vec![names(&page.items)];
            while let Some(previous) = page.previous.clone() {
                page = query().limit(size).before(previous).page(shop).await?;
                assert!(page.next.is_some());
                back.push(names(&page.items));
            }
            back.reverse();
            assert_eq!(back.concat(), whole, "backwards, size {size}");
        }
        whole.reverse();
    }
    Ok(())
}

pub async fn equal_values_are_ordered_by_key(shop: &Shop) -> Result<()> {
    let stored = fill(shop, [7; 10]).await?;
    let mut ids: Vec<_> = stored.iter().map(|person| person.id).collect();
    ids.sort();
    assert_eq!(people::by_age(7).keys(shop).await?.items, ids);
    ids.reverse();
    assert_eq!(people::by_age(7).reverse().keys(shop).await?.items, ids);
    Ok(())
}

pub async fn a_page_neither_skips_nor_repeats_while_others_write(shop: &Shop) -> Result<()> {
    let stored = fill(shop, 0..40).await?;
    let (mut cursor, mut seen) = (None::<Cursor>, Vec::new());
    for round in 0.. {
        let page = people::by_age(..)
            .limit(5)
            .after(&cursor)
            .page(shop)
            .await?;
        seen.extend(names(&page.items));
        // Inserts ahead and behind, and a delete behind.
        people::insert(
            shop,
            &Person {
                age: round,
                ..person(&format!("new {round}"))
            },
        )
        .await?;
        people::delete_by(shop, people::by_name(format!("new {}", round - 2))).await?;
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    seen.retain(|name| !name.starts_with("new"));
    assert_eq!(seen, names(&stored));
    Ok(())
}

pub async fn cursors_of_another_query_or_store_are_refused(shop: &Shop) -> Result<()> {
    fill(shop, 0..10).await?;
    let page = people::by_age(..).limit(2).page(shop).await?;
    let cursor = page.next.expect("there is more");
    let fault = async |query: keyloom::Query<Person>| match query.page(shop).await {
        Err(Error::Cursor(fault)) => Some(fault),
        _ => None,
    };
    let other = Some(CursorFault::OtherQuery);
    assert_eq!(fault(people::by_serial(..).after(&cursor)).await, other);
    assert_eq!(
        fault(people::by_age(..).reverse().after(&cursor)).await,
        other
    );
    assert_eq!(fault(people::by_age(1..).after(&cursor)).await, other);
    assert_eq!(
        fault(people::by_age(..).after("no cursor!")).await,
        Some(CursorFault::Malformed)
    );
    assert_eq!(
        fault(people::by_age(..).after("")).await,
        Some(CursorFault::Malformed)
    );
    let text = cursor.to_string();
    for at in 2..text.len() {
        let mut altered = text.clone().into_bytes();
        altered[at] = if altered[at] == b'A' { b'B' } else { b'A' };
        let altered = String::from_utf8(altered).expect("ASCII");
        assert!(
            fault(people::by_age(..).after(altered)).await.is_some(),
            "byte {at}"
        );
    }
    let elsewhere = keyloom_tests::memory().await;
    fill(&elsewhere, 0..10).await?;
    let outcome = people::by_age(..).after(&cursor).page(&elsewhere).await;
    assert!(
        matches!(outcome, Err(Error::Cursor(CursorFault::Foreign))),
        "{outcome:?}"
    );
    // It does not tell the value it stands at.
    assert!(people::by_age(..).after(text).page(shop).await.is_ok());
    Ok(())
}

pub async fn a_cursor_survives_the_delete_of_its_entry(shop: &Shop) -> Result<()> {
    let stored = fill(shop, 0..6).await?;
    let page = people::by_age(..).limit(2).page(shop).await?;
    people::delete(shop, page.items[1].id).await?;
    let next = people::by_age(..)
        .limit(2)
        .after(page.next)
        .page(shop)
        .await?;
    assert_eq!(names(&next.items), names(&stored[2..4]));
    let back = people::by_age(..)
        .limit(2)
        .before(next.previous)
        .page(shop)
        .await?;
    assert_eq!(names(&back.items), names(&stored[..1]));
    assert_eq!(back.previous, None);
    Ok(())
}

pub async fn a_filter_fills_pages(shop: &Shop) -> Result<()> {
    fill(shop, (0..400).map(|at| at % 40)).await?;
    let query = || {
        people::by_name(..)
            .filter(|person| person.age == 39)
            .limit(4)
    };
    let (mut page, mut sizes) = (query().page(shop).await?, Vec::new());
    loop {
        sizes.push(page.items.len());
        let Some(next) = page.next else { break };
        page = query().after(next).page(shop).await?;
    }
    assert_eq!(sizes, [4, 4, 2]);
    Ok(())
}

pub async fn distinct_gives_each_record_once_across_pages(shop: &Shop) -> Result<()> {
    for at in 0..7 {
        let labels = vec!["a".into(), "b".into(), format!("c{at}")];
        people::insert(
            shop,
            &Person {
                labels,
                ..person(&at.to_string())
            },
        )
        .await?;
    }
    assert_eq!(people::by_label(..).count(shop).await?, 21);
    for reverse in [false, true] {
        let mut seen = Vec::new();
        let mut cursor = None::<Cursor>;
        loop {
            let query = people::by_label("b"..).distinct().limit(2).after(&cursor);
            let query = if reverse { query.reverse() } else { query };
            let page = query.page(shop).await?;
            seen.extend(names(&page.items));
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
        seen.sort();
        assert_eq!(seen, ["0", "1", "2", "3", "4", "5", "6"]);
    }
    assert_eq!(people::by_label(..).distinct().count(shop).await?, 7);
    Ok(())
}
