//! A bank: money moves between accounts, on an engine whose commits are lost, late, refused and answered wrongly.
//!
//! Each transfer also writes a line in the book, so that the book, the balances and what the tasks were told can be compared.

use keyloom::{Error, TransactionOptions, Uuid, engine::Engine};
use keyloom_tests::{
    faulty::{Faults, Faulty},
    shop::{Line, Shop, Word, WordId, lines, words},
};
use std::collections::BTreeMap;

const ACCOUNTS: i32 = 6;
const OPENING: i32 = 100;
const TASKS: u32 = 8;

/// Transfers of a task; more by hand, with `KEYLOOM_LONG=1`.
fn transfers() -> u32 {
    if std::env::var_os("KEYLOOM_LONG").is_some() {
        2_000
    } else {
        60
    }
}

const FAULTS: Faults = Faults {
    conflict: 100,
    lost_answer: 100,
    lost_request: 50,
    late: 100,
    failed: 50,
};

fn account(number: i32) -> WordId {
    WordId(format!("account {number}"))
}

async fn transfer(
    shop: &Shop,
    task: u32,
    number: u32,
    random: &mut fastrand::Rng,
) -> keyloom::Result<()> {
    let (from, to) = (random.i32(0..ACCOUNTS), random.i32(1..ACCOUNTS));
    let to = (from + to) % ACCOUNTS;
    let amount = random.i32(1..10);
    let options = TransactionOptions::new().idempotent(Uuid::now_v7());
    let line = Line {
        order_id: i64::from(task),
        number,
        text: format!("{from} {to} {amount}"),
    };
    let line = &line;
    shop.transaction_with(options, async |tx| {
        words::modify(&tx, account(from), move |it: &mut Word| it.n -= amount).await?;
        words::modify(&tx, account(to), move |it: &mut Word| it.n += amount).await?;
        lines::insert(&tx, line).await?;
        Ok(())
    })
    .await
}

/// What a task was told of its transfers.
#[derive(Default)]
struct Told {
    done: Vec<(i64, u32)>,
    unknown: Vec<(i64, u32)>,
}

/// Makes transfers one after another; one that failed is counted as not done.
async fn work(shop: Shop, task: u32, seed: u64) -> Told {
    let mut random = fastrand::Rng::with_seed(seed + u64::from(task));
    let mut told = Told::default();
    for number in 0..transfers() {
        let name = (i64::from(task), number);
        match transfer(&shop, task, number, &mut random).await {
            Ok(()) => told.done.push(name),
            Err(error) if error.is_undetermined() => told.unknown.push(name),
            Err(Error::Engine(_)) => {}
            Err(other) => panic!("transfer {number} of task {task}: {other}"),
        }
    }
    told
}

/// The money in one snapshot.
async fn total(shop: &Shop) -> i32 {
    let accounts = words::all().all(shop, 100).await.unwrap();
    accounts.iter().map(|account| account.n).sum()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_money_is_made_or_lost_and_every_acknowledged_transfer_is_in_the_book_once() {
    for seed in 0..3 {
        let (sound, faulty) = open(Faulty::new(seed, FAULTS).await).await;
        keeps_its_books(sound, faulty, seed).await;
    }
}

#[cfg(feature = "tikv")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_is_true_on_a_cluster() {
    use keyloom::engine::tikv::{TikvEngine, TikvOptions};
    let address = keyloom_tests::tikv_address();
    let options = TikvOptions::parse(address.trim_start_matches("tikv://")).unwrap();
    let engine = TikvEngine::open(options).await.unwrap();
    let (sound, faulty) = open(Faulty::over(engine, 1, FAULTS)).await;
    keeps_its_books(sound, faulty, 1).await;
}

/// The store without faults, and with them.
async fn open<E: Engine + Clone>(engine: Faulty<E>) -> (Shop, Shop) {
    let sound = Shop::open_on(engine.sound()).await.unwrap();
    (sound, Shop::open_on(engine).await.unwrap())
}

async fn keeps_its_books(sound: Shop, shop: Shop, seed: u64) {
    for number in 0..ACCOUNTS {
        let word = Word {
            text: account(number),
            n: OPENING,
        };
        words::insert(&sound, &word).await.unwrap();
    }
    let tasks: Vec<_> = (0..TASKS)
        .map(|task| tokio::spawn(work(shop.clone(), task, seed)))
        .collect();
    while tasks.iter().any(|task| !task.is_finished()) {
        assert_eq!(total(&sound).await, ACCOUNTS * OPENING, "seed {seed}");
        tokio::task::yield_now().await;
    }
    let mut told = Told::default();
    for task in tasks {
        let task = task.await.unwrap();
        told.done.extend(task.done);
        told.unknown.extend(task.unknown);
    }

    // Something late may still be on its way.
    let now = sound.snapshot().await.unwrap();
    let book = lines::all().all(&now, 1_000_000).await.unwrap();
    let booked: Vec<_> = book
        .iter()
        .map(|line| (line.order_id, line.number))
        .collect();
    let lost: Vec<_> = told.done.iter().filter(|it| !booked.contains(it)).collect();
    assert!(
        lost.is_empty(),
        "seed {seed}: acknowledged, not there: {lost:?}"
    );
    let known = |it: &(i64, u32)| told.done.contains(it) || told.unknown.contains(it);
    let foreign: Vec<_> = booked.iter().filter(|it| !known(it)).collect();
    assert!(
        foreign.is_empty(),
        "seed {seed}: called not written, but there: {foreign:?}"
    );
    let mut balances: BTreeMap<WordId, i32> = (0..ACCOUNTS)
        .map(|number| (account(number), OPENING))
        .collect();
    for line in &book {
        let numbers: Vec<i32> = line.text.split(' ').map(|it| it.parse().unwrap()).collect();
        *balances.get_mut(&account(numbers[0])).unwrap() -= numbers[2];
        *balances.get_mut(&account(numbers[1])).unwrap() += numbers[2];
    }
    let stored: BTreeMap<WordId, i32> = words::all()
        .all(&now, 100)
        .await
        .unwrap()
        .into_iter()
        .map(|account| (account.text, account.n))
        .collect();
    assert_eq!(stored, balances, "seed {seed}: balances and the book");
}
