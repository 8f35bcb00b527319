//! Money moves between accounts while the cluster is taken apart and put together again.

use super::world::{PATIENCE, World, consistent, rounds};
use keyloom::{TransactionOptions, Uuid};
use keyloom_tests::{
    cluster::{Fault, Kind, Options, Server},
    desk::{Account, AccountId, Desk, Transfer, TransferId, accounts, transfers},
    regions::{number, record, stored},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::{
    sync::watch,
    time::{sleep, timeout},
};

const ACCOUNTS: i64 = 10;
const OPENING: i64 = 100;
const TASKS: usize = 4;
/// How long each outage lasts: not waiting for an effect, but what the clients have to get through.
const TROUBLE: Duration = Duration::from_millis(700);

/// What a task was told.
#[derive(Default)]
struct Told {
    done: BTreeSet<TransferId>,
    refused: BTreeSet<TransferId>,
}

async fn transfer(desk: &Desk, line: &Transfer) -> keyloom::Result<()> {
    let options = TransactionOptions::new().idempotent(line.id.0);
    desk.transaction_with(options, async |tx| {
        accounts::modify(&tx, AccountId(line.from), |it| it.balance -= line.amount).await?;
        accounts::modify(&tx, AccountId(line.to), |it| it.balance += line.amount).await?;
        transfers::insert(&tx, line).await?;
        Ok(())
    })
    .await
}

fn random_transfer() -> Transfer {
    let from = fastrand::i64(0..ACCOUNTS);
    Transfer {
        id: TransferId(Uuid::now_v7()),
        from,
        to: (from + fastrand::i64(1..ACCOUNTS)) % ACCOUNTS,
        amount: fastrand::i64(1..10),
    }
}

/// How many transfers all tasks were acknowledged.
type Progress = watch::Sender<u64>;

/// Waits until the clients get on: some transfers more of each task.
async fn goes_on(progress: &Progress) {
    let mut acknowledged = progress.subscribe();
    let enough = *acknowledged.borrow() + 8 * TASKS as u64;
    let reached = acknowledged.wait_for(|count| *count >= enough);
    let reached = timeout(PATIENCE, reached).await;
    reached.expect("the clients get on").expect("it is kept");
}

async fn work(desk: Desk, ended: Arc<AtomicBool>, progress: Arc<Progress>) -> Told {
    let mut told = Told::default();
    while !ended.load(Ordering::Relaxed) {
        let line = random_transfer();
        let outcome = timeout(PATIENCE, transfer(&desk, &line)).await;
        match outcome.expect("a transfer ends") {
            Ok(()) => {
                told.done.insert(line.id);
                progress.send_modify(|count| *count += 1);
            }
            Err(error) if error.is_undetermined() => {}
            Err(_) => drop(told.refused.insert(line.id)),
        }
    }
    told
}

/// Breaks the cluster in every way, one after the other.
async fn troubles(world: &mut World, progress: &Progress) {
    let admin = world.admin().clone();
    let stores = admin.stores().unwrap();
    let one = stores[fastrand::usize(..stores.len())];
    for servers in [
        vec![Server::Store(one)],
        vec![Server::Pd],
        vec![Server::Store(one), Server::Pd],
        vec![Server::All],
    ] {
        for server in &servers {
            admin.stop(*server).unwrap();
        }
        sleep(TROUBLE).await;
        for server in &servers {
            admin.start(*server).unwrap();
        }
        goes_on(progress).await;
    }
    for fault in [
        Fault::new("KvCommit", Kind::AfterUnavailable).times(10),
        Fault::new("KvPrewrite", Kind::Unavailable).times(10),
        Fault::new("KvCommit", Kind::Late(TROUBLE / 2)).times(5),
        Fault::new("GetRegion", Kind::Unavailable).times(30),
        Fault::new("Tso", Kind::Delay(TROUBLE / 10)).times(20),
    ] {
        let fault = admin.fail(fault).unwrap();
        for region in admin.regions().unwrap() {
            admin
                .transfer(region.id, stores[fastrand::usize(..stores.len())])
                .unwrap();
        }
        admin
            .split(&stored(
                super::world::PREFIX,
                &record(2, &number(fastrand::i64(..))),
            ))
            .unwrap();
        goes_on(progress).await;
        admin.clear(fault).unwrap();
    }
    world.cluster.kill().unwrap();
    sleep(TROUBLE).await;
    world.cluster.restart().unwrap();
    goes_on(progress).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_money_is_made_or_lost_and_what_was_acknowledged_is_in_the_book() {
    let folder = tempfile::tempdir().unwrap();
    let mut world = World::new(Options {
        folder: Some(folder.path().to_owned()),
        ..Options::default()
    });
    let desk = world.desk().await;
    for id in 0..ACCOUNTS {
        let account = Account {
            id: AccountId(id),
            balance: OPENING,
            memo: String::new(),
        };
        accounts::insert(&desk, &account).await.unwrap();
    }
    let ended = Arc::new(AtomicBool::new(false));
    let progress = Arc::new(Progress::new(0));
    let work: Vec<_> = (0..TASKS)
        .map(|_| tokio::spawn(work(desk.clone(), ended.clone(), progress.clone())))
        .collect();
    for _ in 0..rounds(1, 20) {
        troubles(&mut world, &progress).await;
    }
    ended.store(true, Ordering::Relaxed);
    let mut told = Told::default();
    for task in work {
        let one = task.await.unwrap();
        told.done.extend(one.done);
        told.refused.extend(one.refused);
    }
    // The client that saw it all goes on.
    let last = random_transfer();
    timeout(PATIENCE, transfer(&desk, &last))
        .await
        .unwrap()
        .unwrap();
    told.done.insert(last.id);
    judge(&world.desk().await, &told).await;
    println!(
        "{} acknowledged, {} refused",
        told.done.len(),
        told.refused.len()
    );
    assert!(told.done.len() > 10, "hardly anything was done");
}

async fn judge(desk: &Desk, told: &Told) {
    consistent(desk).await;
    let snapshot = desk.snapshot().await.unwrap();
    let book = transfers::all().all(&snapshot, 1_000_000).await.unwrap();
    let booked: BTreeSet<TransferId> = book.iter().map(|line| line.id).collect();
    let lost: Vec<_> = told.done.difference(&booked).collect();
    assert!(lost.is_empty(), "acknowledged, and not there: {lost:?}");
    let ghosts: Vec<_> = told.refused.intersection(&booked).collect();
    assert!(ghosts.is_empty(), "refused, and yet there: {ghosts:?}");
    let mut expected: BTreeMap<i64, i64> = (0..ACCOUNTS).map(|id| (id, OPENING)).collect();
    for line in &book {
        *expected.entry(line.from).or_default() -= line.amount;
        *expected.entry(line.to).or_default() += line.amount;
    }
    let accounts = accounts::all().all(&snapshot, 100).await.unwrap();
    let balances: BTreeMap<i64, i64> = accounts.iter().map(|it| (it.id.0, it.balance)).collect();
    assert_eq!(balances, expected);
}
