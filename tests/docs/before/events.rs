use keyloom::{EventContext, HandlerResult, Start, Timestamp};
use shop::{Mail, Order, OrderEventHandler, OrderId, OrderShipped, Shop, mails, orders};
use std::time::Duration;
let (shop, order) = a_shop().await?;
let smtp = Smtp;
let tx = shop.begin().await?;
let monday = Timestamp::UNIX_EPOCH;
