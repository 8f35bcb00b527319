//! Orders are placed and shipped; two workers send the mails, each once, though one handler fails at first and another
//! until it is repaired.
//!
//! `cargo run -p queue`, on the embedded engine in memory. Another store by one argument: `cargo run -p queue -- FOLDER`, or,
//! built with `--features tikv`, `-- tikv://127.0.0.1:2379?prefix=queue`.

mod mailer;

keyloom::include_schema!("shop");

use keyloom::{Decimal, Poison, Result, Worker};
use mailer::Mailer;
use shop::{NewOrder, Order, OrderShipped, Shop, mails, orders};
use std::time::Duration;

const ORDERS: u32 = 12;

#[tokio::main]
async fn main() -> Result<()> {
    let address = std::env::args()
        .nth(1)
        .unwrap_or_else(|| "memory:".to_owned());
    let shop = Shop::open(address).await?;
    let mailer = Mailer::default();
    let first = start(&shop, &mailer).await?;
    let second = start(&shop, &mailer).await?;

    let placed = place(&shop).await?;
    first.caught_up().await?;
    let dead = shop.group("mailer").dead_letters().await?;
    println!("mails: {}", sent(&shop, &placed).await?);
    for letter in &dead {
        println!(
            "dead letter: {} after {} attempts: {}",
            letter.kind, letter.attempts, letter.error
        );
    }

    mailer.learn_the_address_of_nobody();
    println!("driven again: {}", shop.group("mailer").redrive().await?);
    first.caught_up().await?;
    println!("mails: {}", sent(&shop, &placed).await?);
    let lag = shop.group("mailer").lag().await?;
    println!(
        "waiting: {}",
        lag.iter().map(keyloom::Lag::waiting).sum::<u64>()
    );

    first.shutdown(Duration::from_secs(10)).await?;
    second.shutdown(Duration::from_secs(10)).await?;
    shop.close().await
}

/// A worker of the group `mailer`. Its workers share the partitions, wherever they run.
async fn start(shop: &Shop, mailer: &Mailer) -> Result<Worker> {
    shop.workers("mailer")
        .handle_orders(mailer.clone())
        .max_attempts(2)
        .backoff(Duration::from_millis(1), Duration::from_millis(10))
        .poison(Poison::DeadLetter)
        .start()
        .await
}

/// Places orders, and ships every third of them in the transaction that places it.
async fn place(shop: &Shop) -> Result<Vec<Order>> {
    let mut placed = Vec::new();
    for number in 0..ORDERS {
        let customer = match number {
            3 => "Slow",
            7 => "Nobody",
            _ => "Ann",
        };
        let order = Order::new(NewOrder {
            customer: customer.to_owned(),
            total: Decimal::new(995 + i64::from(number), 2),
        });
        let order = shop
            .transaction(async |tx| {
                let order = orders::insert(&tx, &order).await?;
                if number % 3 == 0 {
                    let carrier = "post".to_owned();
                    orders::publish(&tx, &order, OrderShipped { carrier }).await?;
                }
                Ok(order)
            })
            .await?;
        placed.push(order);
    }
    println!("orders: {}", placed.len());
    Ok(placed)
}

/// How many mails were sent about these orders.
async fn sent(shop: &Shop, orders: &[Order]) -> Result<u64> {
    let mut sent = 0;
    for order in orders {
        sent += mails::by_key(order.id, ..).count(shop).await?;
    }
    Ok(sent)
}
