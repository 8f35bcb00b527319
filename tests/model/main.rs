//! Random operations against a naive model in memory: after every step the store must tell the same as the model, and after
//! each run every index must equal the truth computed from the records.

mod naive;

use keyloom::{Cursor, Error, Result};
use keyloom_tests::shop::{Person, PersonId, Shop, State, people};
use naive::{Naive, Refusal};
use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};

/// One step. Records are named by a small number, so that steps meet.
#[derive(Debug, Clone)]
enum Step {
    Insert(u8, Look),
    Put(u8, Look),
    Update(u8, Look),
    Delete(u8),
    DeleteByAge(i32),
}

/// What a record looks like.
#[derive(Debug, Clone)]
struct Look {
    email: u8,
    handle: Option<u8>,
    name: String,
    age: i32,
    open: bool,
    labels: Vec<u8>,
}

fn look() -> impl Strategy<Value = Look> {
    let name = prop::sample::select(vec!["", "a", "a\0", "a b", "A", "ab", "\u{ff}", "ü"]);
    let labels = prop::collection::vec(0..4_u8, 0..4);
    (
        0..6_u8,
        prop::option::of(0..4_u8),
        name,
        -2..3_i32,
        any::<bool>(),
        labels,
    )
        .prop_map(|(email, handle, name, age, open, labels)| Look {
            email,
            handle,
            name: name.to_owned(),
            age,
            open,
            labels,
        })
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0..8_u8, look()).prop_map(|(id, look)| Step::Insert(id, look)),
        3 => (0..8_u8, look()).prop_map(|(id, look)| Step::Put(id, look)),
        3 => (0..8_u8, look()).prop_map(|(id, look)| Step::Update(id, look)),
        2 => (0..8_u8).prop_map(Step::Delete),
        1 => (-2..3_i32).prop_map(Step::DeleteByAge),
    ]
}

fn person_id(number: u8) -> PersonId {
    PersonId(keyloom::Uuid::from_u128(number.into()))
}

fn record(id: u8, look: &Look) -> Person {
    Person {
        id: person_id(id),
        // Two spellings of one address.
        email: format!("{}{}@x.org", if look.open { "E" } else { "e" }, look.email),
        handle: look.handle.map(|handle| handle.to_string()),
        age: look.age,
        state: if look.open {
            State::Open
        } else {
            State::Closed
        },
        labels: look
            .labels
            .iter()
            .map(|label| format!("l{label}"))
            .collect(),
        created_at: keyloom::Timestamp::UNIX_EPOCH,
        updated_at: keyloom::Timestamp::UNIX_EPOCH,
        ..keyloom_tests::person(&look.name)
    }
}

/// A step on both, in a transaction of its own on the store. What they answer must agree.
async fn run(shop: &Shop, naive: &mut Naive, step: &Step) -> Result<()> {
    let (outcome, expected) = match step {
        Step::Insert(id, look) => {
            let new = record(*id, look);
            (people::insert(shop, &new).await, naive.insert(new))
        }
        Step::Put(id, look) => {
            let new = naive.with_version(record(*id, look));
            (people::put(shop, &new).await, naive.put(new))
        }
        Step::Update(id, look) => {
            let new = naive.with_version(record(*id, look));
            (people::update(shop, &new).await, naive.update(new))
        }
        Step::Delete(id) => {
            let id = person_id(*id);
            assert_eq!(people::delete(shop, id).await?, naive.delete(id));
            return Ok(());
        }
        Step::DeleteByAge(age) => {
            let removed = people::delete_by(shop, people::by_age(*age)).await?;
            assert_eq!(removed, naive.delete_by_age(*age));
            return Ok(());
        }
    };
    let outcome = match outcome {
        Ok(stored) => {
            naive.take_stamps(&stored);
            Ok(())
        }
        Err(Error::AlreadyExists { .. }) => Err(Refusal::Exists),
        Err(Error::NotFound { .. }) => Err(Refusal::Missing),
        Err(Error::UniqueViolation { index, .. }) => Err(Refusal::Taken(index)),
        Err(other) => return Err(other),
    };
    assert_eq!(outcome, expected, "{step:?}");
    Ok(())
}

/// Every index of the store against the model, both ways, page by page.
async fn compare(shop: &Shop, naive: &Naive) -> Result<()> {
    type Make = fn() -> keyloom::Query<Person>;
    let queries: [(&str, Make); 5] = [
        ("all", || people::all()),
        ("by_name", || people::by_name(..)),
        ("by_age", || people::by_age(..)),
        ("by_label", || people::by_label(..)),
        ("by_name_desc", || people::by_name_desc(.., ..)),
    ];
    for (name, query) in queries {
        let mut expected = naive.read(name);
        for reverse in [false, true] {
            for size in [1, 2, 3, 7, 50] {
                let found = pages(shop, query, reverse, size).await?;
                assert_eq!(
                    found, expected,
                    "{name}, reverse {reverse}, pages of {size}"
                );
            }
            expected.reverse();
        }
    }
    assert_eq!(
        people::by_email(..).all(shop, 100).await?,
        naive.read("by_email")
    );
    assert_eq!(
        people::by_handle(..).all(shop, 100).await?,
        naive.read("by_handle")
    );
    let open = people::by_open(..).covered().all(shop, 100).await?;
    let open: Vec<_> = open
        .into_iter()
        .map(|row| (row.name, row.id, row.age))
        .collect();
    let expected = naive
        .read("by_open")
        .into_iter()
        .map(|p| (p.name, p.id, p.age));
    assert_eq!(open, expected.collect::<Vec<_>>());
    Ok(())
}

async fn pages(
    shop: &Shop,
    query: fn() -> keyloom::Query<Person>,
    reverse: bool,
    size: usize,
) -> Result<Vec<Person>> {
    let (mut rows, mut cursor) = (Vec::new(), None::<Cursor>);
    loop {
        let query = query().limit(size).after(&cursor);
        let query = if reverse { query.reverse() } else { query };
        let page = query.page(shop).await?;
        rows.extend(page.items);
        cursor = page.next;
        if cursor.is_none() {
            return Ok(rows);
        }
    }
}

/// Runs so many cases, or `KEYLOOM_MODEL_CASES`, each on a store of its own.
fn tells_what_the_model_tells(cases: u32, open: impl AsyncFn() -> Shop) {
    let cases =
        std::env::var("KEYLOOM_MODEL_CASES").map_or(cases, |n| n.parse().expect("a number"));
    let mut runner = TestRunner::new(Config::with_cases(cases));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = runtime.expect("a runtime");
    runner
        .run(&prop::collection::vec(step(), 1..40), |steps| {
            runtime.block_on(async {
                let shop = open().await;
                let mut naive = Naive::default();
                for step in &steps {
                    run(&shop, &mut naive, step).await.expect("no other error");
                }
                compare(&shop, &naive).await.expect("reads succeed");
            });
            Ok(())
        })
        .unwrap_or_else(|failure| panic!("{failure}"));
}

#[test]
fn the_store_tells_what_a_naive_model_tells() {
    tells_what_the_model_tells(60, keyloom_tests::memory);
}

#[cfg(feature = "tikv")]
#[test]
fn the_same_is_true_on_a_cluster() {
    use keyloom_tests::regions::{entry, record};
    // In the middle of the records, of their addresses and of their names.
    let keys = [
        record(1, person_id(4).0.as_bytes()),
        entry(1, 1, b"e3"),
        entry(1, 3, b"a b"),
    ];
    tells_what_the_model_tells(6, async || keyloom_tests::tikv_split_at(&keys).await);
}
