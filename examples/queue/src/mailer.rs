//! The handler of the events of orders.

use crate::shop::{Mail, NewMail, Order, OrderEventHandler, OrderId, OrderShipped, mails};
use keyloom::{EventContext, HandlerResult};
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

/// Writes mails in the transaction that moves the group on: each once, whatever happens.
#[derive(Debug, Clone, Default)]
pub(crate) struct Mailer {
    knows_nobody: Arc<AtomicBool>,
}

impl Mailer {
    pub(crate) fn learn_the_address_of_nobody(&self) {
        self.knows_nobody.store(true, Ordering::SeqCst);
    }
}

async fn send(cx: &EventContext, order_id: OrderId, reason: &str, text: String) -> HandlerResult {
    let reason = reason.to_owned();
    mails::insert(
        cx.tx(),
        &Mail::new(NewMail {
            order_id,
            reason,
            text,
        }),
    )
    .await?;
    Ok(())
}

impl OrderEventHandler for Mailer {
    async fn created(&self, cx: &EventContext, order: Order) -> HandlerResult {
        send(
            cx,
            order.id,
            "ordered",
            format!("Dear {}, that makes {}.", order.customer, order.total),
        )
        .await?;
        match order.customer.as_str() {
            // What it has written is taken back, and written again by the second attempt.
            "Slow" if cx.attempt() == 1 => Err("the server is slow".into()),
            "Nobody" if !self.knows_nobody.load(Ordering::SeqCst) => {
                Err("Nobody has no address".into())
            }
            _ => Ok(()),
        }
    }

    async fn shipped(
        &self,
        cx: &EventContext,
        order: OrderId,
        event: OrderShipped,
    ) -> HandlerResult {
        send(
            cx,
            order,
            "shipped",
            format!("On its way by {}.", event.carrier),
        )
        .await
    }
}
