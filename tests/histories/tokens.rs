//! Transactions with a token are written at most once, and their caller learns what was written.

use keyloom::{Error, TransactionOptions, Uuid};
use keyloom_tests::{
    faulty::{Faults, Faulty},
    shop::{NewWord, Shop, Word, words},
};

const NONE: Faults = Faults {
    conflict: 0,
    lost_answer: 0,
    lost_request: 0,
    late: 0,
    failed: 0,
};

/// A shop whose catalogue was written without faults.
async fn shop(faults: Faults) -> Shop {
    let engine = Faulty::new(1, faults).await;
    Shop::open_on(engine.sound()).await.unwrap();
    Shop::open_on(engine).await.unwrap()
}

fn with(token: Uuid) -> TransactionOptions {
    TransactionOptions::new().idempotent(token)
}

async fn insert(shop: &Shop, options: TransactionOptions, text: &str) -> keyloom::Result<String> {
    let word = Word::new(NewWord { text: text.into() });
    shop.transaction_with(options, async |tx| {
        Ok(words::insert(&tx, &word).await?.text.0)
    })
    .await
}

#[tokio::test]
async fn without_a_token_an_unknown_commit_is_an_error_and_not_tried_again() {
    let shop = shop(Faults {
        lost_answer: 1000,
        ..NONE
    })
    .await;
    let told = insert(&shop, TransactionOptions::new(), "a").await;
    assert!(
        matches!(&told, Err(error) if error.is_undetermined()),
        "{told:?}"
    );
    assert_eq!(words::all().count(&shop).await.unwrap(), 1);
}

#[tokio::test]
async fn with_a_token_a_lost_answer_is_found_out() {
    let shop = shop(Faults {
        lost_answer: 1000,
        ..NONE
    })
    .await;
    let told = insert(&shop, with(Uuid::now_v7()), "a").await;
    assert_eq!(told.unwrap(), "a");
    assert_eq!(words::all().count(&shop).await.unwrap(), 1);
}

#[tokio::test]
async fn where_nobody_answers_any_more_a_lost_answer_stays_unknown() {
    let faults = Faults {
        lost_answer: 1000,
        ..NONE
    };
    let engine = Faulty::new(1, faults).await;
    let sound = Shop::open_on(engine.sound()).await.unwrap();
    let shop = Shop::open_on(engine.clone()).await.unwrap();
    engine.break_at_lost_answer();
    let told = insert(&shop, with(Uuid::now_v7()), "a").await;
    assert!(
        matches!(&told, Err(error) if error.is_undetermined()),
        "{told:?}"
    );
    assert_eq!(words::all().count(&sound).await.unwrap(), 1);
}

#[tokio::test]
async fn with_a_token_a_lost_request_is_sent_again() {
    let shop = shop(Faults {
        lost_request: 700,
        ..NONE
    })
    .await;
    for text in ["a", "b", "c", "d", "e"] {
        assert_eq!(
            insert(&shop, with(Uuid::now_v7()), text).await.unwrap(),
            text
        );
    }
    assert_eq!(words::all().count(&shop).await.unwrap(), 5);
}

#[tokio::test]
async fn a_second_run_under_one_token_writes_nothing_and_says_so() {
    let shop = shop(NONE).await;
    let token = Uuid::now_v7();
    insert(&shop, with(token), "a").await.unwrap();
    let again = insert(&shop, with(token), "b").await;
    assert!(
        matches!(again, Err(Error::AlreadyCommitted { token: told }) if told == token),
        "{again:?}"
    );
    assert_eq!(words::all().all(&shop, 9).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_token_that_is_old_or_has_no_time_is_refused() {
    let shop = shop(NONE).await;
    let two_days_ago = std::time::SystemTime::now() - std::time::Duration::from_hours(48);
    let since = two_days_ago.duration_since(std::time::UNIX_EPOCH).unwrap();
    // Milliseconds, version 7, variant: what a version 7 UUID of that time begins with.
    let old = Uuid::from_u128(since.as_millis() << 80 | 7 << 76 | 2 << 62);
    for (token, reason) in [
        (old, "older than 24 hours"),
        (Uuid::new_v4(), "not a version 7 UUID"),
    ] {
        let told = insert(&shop, with(token), "a")
            .await
            .unwrap_err()
            .to_string();
        assert!(told.contains(reason), "{told}");
    }
    assert_eq!(words::all().count(&shop).await.unwrap(), 0);
}
