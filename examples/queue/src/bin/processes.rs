//! Orders on a TiKV cluster: three worker processes send the mails, one of them is killed, and each mail is sent once.
//!
//! `cargo run -p queue --features tikv --bin processes -- 'tikv://HOST:PORT?prefix=NAME'`

keyloom::include_schema!("shop");

use keyloom::{
    Decimal, EventContext, HandlerResult, OpenOptions, Result,
    admin::{Admin, Reply, Request},
};
use shop::{
    Mail, NewMail, NewOrder, Order, OrderEventHandler, OrderId, OrderShipped, Shop, mails, orders,
};
use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    time::Duration,
};

const WORKERS: usize = 3;
const ORDERS: u32 = 24;
/// How long a worker may be silent before the others take over.
const LEASE: Duration = Duration::from_secs(1);

/// Writes mails in the transaction that moves the group on.
struct Mailer;

impl OrderEventHandler for Mailer {
    async fn created(&self, cx: &EventContext, order: Order) -> HandlerResult {
        let mail = NewMail {
            order_id: order.id,
            reason: "ordered".to_owned(),
            text: format!("Dear {}, that makes {}.", order.customer, order.total),
        };
        mails::insert(cx.tx(), &Mail::new(mail)).await?;
        Ok(())
    }

    async fn shipped(&self, _: &EventContext, _: OrderId, _: OrderShipped) -> HandlerResult {
        Ok(())
    }
}

#[tokio::main]
async fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let Some(address) = arguments.next() else {
        eprintln!("name a cluster: tikv://HOST:PORT?prefix=NAME");
        std::process::exit(2);
    };
    let shop = Shop::open(&address).await?;
    if arguments.next().as_deref() == Some("work") {
        return work(&shop).await;
    }
    let mut workers: Vec<Child> = (0..WORKERS).map(|_| start(&address)).collect();
    let mut placed = place(&shop, ORDERS / 2).await?;
    let mut killed = workers.remove(0);
    killed
        .kill()
        .and_then(|()| killed.wait())
        .expect("it is killed");
    println!("one of {WORKERS} workers is killed");
    placed.extend(place(&shop, ORDERS / 2).await?);
    // Until the others have taken over what it had.
    let mut admin = Admin::open(OpenOptions::new(&address)?).await?;
    while look(&mut admin).await? != (0, WORKERS as u64 - 1) {
        tokio::time::sleep(LEASE / 10).await;
    }
    admin.close().await?;
    let mut sent = 0;
    for order in &placed {
        sent += mails::by_key(order, ..).count(&shop).await?;
    }
    println!("orders: {}, mails: {sent}", placed.len());
    for mut worker in workers {
        // Its standard input ends: it finishes what it is at.
        drop(worker.stdin.take());
        worker.wait().expect("it ends");
    }
    shop.close().await
}

/// A worker process.
fn start(address: &str) -> Child {
    let program = std::env::current_exe().expect("this program");
    let mut child = Command::new(program)
        .args([address, "work"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut line = String::new();
    let out = child.stdout.take().expect("its output");
    BufReader::new(out).read_line(&mut line).expect("it works");
    child
}

/// The worker: until its standard input ends.
async fn work(shop: &Shop) -> Result<()> {
    let workers = shop.workers("mailer").handle_orders(Mailer);
    let worker = workers.lease(LEASE).start().await?;
    println!("working");
    let end = tokio::task::spawn_blocking(|| std::io::stdin().lines().for_each(drop));
    end.await.map_err(keyloom::Error::abort)?;
    worker.shutdown(Duration::from_secs(10)).await?;
    shop.close().await
}

async fn place(shop: &Shop, count: u32) -> Result<Vec<OrderId>> {
    let mut placed = Vec::new();
    for number in 0..count {
        let order = Order::new(NewOrder {
            customer: "Ann".to_owned(),
            total: Decimal::new(995 + i64::from(number), 2),
        });
        placed.push(orders::insert(shop, &order).await?.id);
    }
    Ok(placed)
}

/// How many events wait, and how many workers there are: what `keyloom events` shows.
async fn look(admin: &mut Admin) -> Result<(u64, u64)> {
    let Reply::Status(status) = admin.ask(Request::Status).await? else {
        return Ok((0, 0));
    };
    let groups = status.groups.iter();
    let lag = groups
        .flat_map(|group| &group.topics)
        .map(|topic| topic.lag);
    let workers = status.groups.iter().map(|group| group.workers);
    Ok((lag.sum(), workers.sum()))
}
