//! A store whose events hold every kind of value, with a group that has dead letters and parked events.

use keyloom::{EventContext, HandlerResult, Poison, Result};
use keyloom_tests::till::{
    Card, Currency, NewPayment, Payment, PaymentEventHandler, PaymentRefunded, Till, payments,
};
use std::time::Duration;

/// Handles everything but payments to one shop.
pub(super) struct Clerk {
    pub(super) refuses: &'static str,
}

impl Clerk {
    fn answer(&self, shop: &str) -> HandlerResult {
        if shop == self.refuses {
            return Err(format!("{shop} is closed").into());
        }
        Ok(())
    }
}

impl PaymentEventHandler for Clerk {
    async fn created(&self, _: &EventContext, payment: Payment) -> HandlerResult {
        self.answer(&payment.shop)
    }

    async fn updated(&self, _: &EventContext, _: Payment, after: Payment) -> HandlerResult {
        self.answer(&after.shop)
    }

    async fn deleted(&self, _: &EventContext, payment: Payment) -> HandlerResult {
        self.answer(&payment.shop)
    }

    async fn refunded(
        &self,
        _: &EventContext,
        of: (String, u32),
        _: PaymentRefunded,
    ) -> HandlerResult {
        self.answer(&of.0)
    }
}

pub(super) fn payment(shop: &str, number: u32) -> Payment {
    Payment::new(NewPayment {
        shop: shop.to_owned(),
        number,
        amount: "12.50".parse().expect("a decimal"),
        at: "2026-03-01T08:00:00Z".parse().expect("a time"),
    })
}

/// A payment with a value in every field.
pub(super) fn full() -> Payment {
    let card = Card {
        holder: "Ann".to_owned(),
        number: "4111".to_owned(),
    };
    Payment {
        currency: Currency::Usd,
        card: Some(card.clone()),
        cards: vec![card],
        pin: Some("1234".to_owned()),
        labels: vec!["a".to_owned(), "b".to_owned()],
        counts: [("x".to_owned(), -7)].into(),
        day: Some("2026-03-02".parse().expect("a date")),
        took: Some(keyloom::Duration::from_millis(1_500)),
        raw: Some(vec![0, 255]),
        meta: Some(serde_json::json!({"deep": [1, null]})),
        receipt: Some(keyloom::Uuid::nil()),
        ..payment("north", 1)
    }
}

/// Publishes an event of every kind, with secrets.
pub(super) async fn fill(till: &Till) -> Result<()> {
    let first = payments::insert(till, &full()).await?;
    let done = payments::update(
        till,
        &Payment {
            done: true,
            ..first
        },
    )
    .await?;
    let refund = PaymentRefunded {
        reason: "broken".to_owned(),
        token: "do not show".to_owned(),
    };
    payments::publish(till, &done, refund).await?;
    let key = ("north".to_owned(), 1);
    payments::delete(till, &key).await.map(drop)
}

/// Lets workers handle everything; what they refuse is set aside by the policy.
pub(super) async fn handle(
    till: &Till,
    group: &str,
    refuses: &'static str,
    policy: Poison,
) -> Result<()> {
    let worker = till
        .workers(group)
        .handle_payments(Clerk { refuses })
        .max_attempts(1)
        .poison(policy)
        .start()
        .await?;
    worker.caught_up().await?;
    worker.shutdown(Duration::from_secs(10)).await
}

pub(super) fn block_on<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Runtime::new()
        .expect("threads")
        .block_on(work)
}
