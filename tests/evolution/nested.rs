//! Fields of structs that a build does not know: it keeps them when it rewrites the record.

use keyloom::{Error, Result};

macro_rules! releases {
    ($($release:ident)*) => { $(
        mod $release {
            #![allow(dead_code, reason = "not every release is used whole")]
            include!(concat!(env!("OUT_DIR"), "/nested/", stringify!($release), "/atlas.rs"));
        }
    )* };
}
releases! { first second third }

use first::atlas as old;
use second::atlas as new;
use third::atlas as newest;

/// A place as the second release knows it, all of it different for each number.
fn place(n: u32) -> new::Place {
    new::Place {
        city: format!("city {n}"),
        zip: n,
        marks: vec![format!("m{n}")],
        point: Some(new::Point {
            x: 1,
            y: 2,
            z: n.is_multiple_of(2).then_some(n.cast_signed()),
        }),
    }
}

fn user() -> new::User {
    new::User {
        id: new::UserId(1),
        name: "Ada".to_owned(),
        home: Some(place(10)),
        places: vec![place(20), place(21), place(22)],
        by_name: [("a".to_owned(), place(30)), ("b".to_owned(), place(31))].into(),
        extra: Some(place(40)),
        score: 5,
    }
}

/// The address of a store that holds the user, written by the second release.
async fn written(folder: &tempfile::TempDir) -> Result<String> {
    let address = folder.path().to_string_lossy().into_owned();
    old::Atlas::open(&address).await?.close().await?;
    let store = new::Atlas::open(&address).await?;
    new::users::insert(&store, &user()).await?;
    store.close().await?;
    Ok(address)
}

/// The first release changes the record; what the second one finds then.
async fn rewritten(change: impl Fn(&mut old::User) + Send + Sync) -> Result<new::User> {
    let folder = tempfile::tempdir().map_err(Error::abort)?;
    let address = written(&folder).await?;
    let store = old::Atlas::open(&address).await?;
    old::users::modify(&store, old::UserId(1), &change).await?;
    // Once more, from its own layout.
    old::users::modify(&store, old::UserId(1), |user| user.name.push('!')).await?;
    store.close().await?;
    let store = new::Atlas::open(&address).await?;
    let found = new::users::get(&store, new::UserId(1)).await?;
    store.close().await?;
    Ok(found.expect("it was written"))
}

#[tokio::test]
async fn a_rewrite_by_an_older_release_keeps_the_fields_of_structs_that_it_does_not_know()
-> Result<()> {
    let found = rewritten(|_| {}).await?;
    assert_eq!(
        found,
        new::User {
            name: "Ada!".to_owned(),
            ..user()
        }
    );
    Ok(())
}

#[tokio::test]
async fn an_absent_field_with_a_default_stays_absent() -> Result<()> {
    let found = rewritten(|_| {}).await?;
    let z = |place: &new::Place| place.point.as_ref().and_then(|point| point.z);
    assert_eq!(
        found.places.iter().map(z).collect::<Vec<_>>(),
        [Some(20), None, Some(22)]
    );
    Ok(())
}

#[tokio::test]
async fn a_struct_that_is_changed_keeps_them_and_one_that_is_gone_does_not() -> Result<()> {
    let found = rewritten(|user| {
        let home = user.home.as_mut().expect("it was written");
        home.city = "elsewhere".to_owned();
        home.point = None;
    })
    .await?;
    let home = new::Place {
        city: "elsewhere".to_owned(),
        point: None,
        ..place(10)
    };
    assert_eq!(found.home, Some(home));
    let found = rewritten(|user| user.home = None).await?;
    assert_eq!(
        found,
        new::User {
            home: None,
            name: "Ada!".to_owned(),
            ..user()
        }
    );
    // A new one in its place has what a new one has.
    let found = rewritten(|user| {
        user.by_name.remove("a");
        user.by_name.insert(
            "c".to_owned(),
            old::Place {
                city: "c".to_owned(),
                point: None,
            },
        );
    })
    .await?;
    let added = new::Place {
        city: "c".to_owned(),
        zip: 1,
        marks: Vec::new(),
        point: None,
    };
    let by_name = [("b".to_owned(), place(31)), ("c".to_owned(), added)].into();
    assert_eq!(found.by_name, by_name);
    Ok(())
}

#[tokio::test]
async fn elements_of_a_list_are_found_where_they_are_now() -> Result<()> {
    let swapped = rewritten(|user| user.places.reverse()).await?;
    assert_eq!(swapped.places, [place(22), place(21), place(20)]);
    let removed = rewritten(|user| drop(user.places.remove(0))).await?;
    assert_eq!(removed.places, [place(21), place(22)]);
    let changed = rewritten(|user| user.places[1].city = "new".to_owned()).await?;
    let new = new::Place {
        city: "new".to_owned(),
        ..place(21)
    };
    assert_eq!(changed.places, [place(20), new, place(22)]);
    let added = rewritten(|user| {
        user.places.insert(
            0,
            old::Place {
                city: "first".to_owned(),
                point: None,
            },
        );
    })
    .await?;
    let first = new::Place {
        city: "first".to_owned(),
        zip: 1,
        marks: Vec::new(),
        point: None,
    };
    assert_eq!(added.places, [first, place(20), place(21), place(22)]);
    Ok(())
}

#[tokio::test]
async fn a_release_that_renamed_and_widened_them_reads_what_the_older_ones_kept() -> Result<()> {
    let folder = tempfile::tempdir().map_err(Error::abort)?;
    let address = written(&folder).await?;
    let store = old::Atlas::open(&address).await?;
    old::users::modify(&store, old::UserId(1), |user| user.name = "Eve".to_owned()).await?;
    store.close().await?;
    let store = newest::Atlas::open(&address).await?;
    let place = |n: u32| newest::Place {
        town: format!("city {n}"),
        postcode: i64::from(n),
        marks: vec![format!("m{n}")],
        point: place(n).point.map(|it| newest::Point {
            x: it.x,
            y: it.y,
            z: it.z,
        }),
    };
    let user = newest::User {
        id: newest::UserId(1),
        name: "Eve".to_owned(),
        home: Some(place(10)),
        places: vec![place(20), place(21), place(22)],
        by_name: [("a".to_owned(), place(30)), ("b".to_owned(), place(31))].into(),
        extra: Some(place(40)),
        score: 5,
    };
    assert_eq!(
        newest::users::get(&store, newest::UserId(1)).await?,
        Some(user)
    );
    store.close().await
}
