//! Addresses of stores, and the options of opening.

use super::{AnyEngine, Store};
use crate::{
    Error, Result,
    descriptor::Schema,
    engine::{
        Engine,
        boxed::BoxedEngine,
        embedded::{Durability, EmbeddedEngine, EmbeddedOptions, Location},
    },
};
use std::time::Duration;

/// How long relaxed commits may wait for the disk unless the address says otherwise.
const FLUSH: Duration = Duration::from_millis(100);

/// What an address may say behind `?`, for messages.
const KNOWN: &str = "`durability=durable|relaxed`, `flush=100ms`, `cache=256MB`, `max-snapshot-age=60s`, \
                     `verify=on|off`";

/// A store's address and options.
///
/// An address is a folder, `memory:`, or either with options behind `?`, as in `data?durability=relaxed&flush=50ms`.
#[derive(Debug, Clone)]
#[must_use = "options do nothing until `open`"]
pub struct OpenOptions {
    address: String,
    embedded: EmbeddedOptions,
}

impl OpenOptions {
    /// Reads an address; [`Error::Open`] names what it does not know.
    pub fn new(address: impl AsRef<str>) -> Result<Self> {
        let address = address.as_ref();
        let (place, query) = address.split_once('?').unwrap_or((address, ""));
        if let Some((scheme, _)) = place.split_once("://") {
            return Err(Error::Open(format!(
                "`{scheme}://` is not an engine of this build; give a folder, as in `keyloom-data`, or `memory:`"
            )));
        }
        if place.is_empty() {
            return Err(Error::Open(
                "the address is empty; give a folder, as in `keyloom-data`, or `memory:`"
                    .to_owned(),
            ));
        }
        let mut options = Self {
            address: place.to_owned(),
            embedded: EmbeddedOptions::default(),
        };
        let mut flush = None;
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            options.set(name, value, &mut flush)?;
        }
        match (&mut options.embedded.durability, flush) {
            (Durability::Relaxed { flush }, Some(wanted)) => *flush = wanted,
            (Durability::Durable, Some(_)) => {
                return Err(Error::Open(
                    "`flush=` needs `durability=relaxed`: a durable commit does not wait"
                        .to_owned(),
                ));
            }
            (_, None) => {}
        }
        Ok(options)
    }

    fn set(&mut self, name: &str, value: &str, flush: &mut Option<Duration>) -> Result<()> {
        let wrong = |expected: &str| {
            Err(Error::Open(format!(
                "`{name}={value}` is not {expected}; the options are {KNOWN}"
            )))
        };
        match (name, value) {
            ("durability", "durable") => self.embedded.durability = Durability::Durable,
            ("durability", "relaxed") => {
                self.embedded.durability = Durability::Relaxed { flush: FLUSH };
            }
            ("durability", _) => return wrong("`durable` or `relaxed`"),
            ("flush", _) => match time(value) {
                Some(wanted) => *flush = Some(wanted),
                None => return wrong("a time such as `100ms` or `1s`"),
            },
            ("max-snapshot-age", _) => match time(value) {
                Some(age) => self.embedded.max_snapshot_age = Some(age),
                None => return wrong("a time such as `60s`"),
            },
            ("cache", _) => match size(value) {
                Some(bytes) => self.embedded.cache = bytes,
                None => return wrong("a size such as `256MB`"),
            },
            ("verify", "on") => self.embedded.verify_on_open = true,
            ("verify", "off") => self.embedded.verify_on_open = false,
            ("verify", _) => return wrong("`on` or `off`"),
            _ => {
                return Err(Error::Open(format!(
                    "there is no option `{name}`; the options are {KNOWN}"
                )));
            }
        }
        Ok(())
    }

    /// When a commit is on the disk. Durable, every commit before it is answered, unless told otherwise.
    pub const fn durability(mut self, durability: Durability) -> Self {
        self.embedded.durability = durability;
        self
    }

    /// Memory for pages of the file, in bytes; 256 MB unless told.
    pub const fn cache(mut self, bytes: usize) -> Self {
        self.embedded.cache = bytes;
        self
    }

    /// Checks the whole file before anything is answered; off unless told.
    pub const fn verify(mut self, verify: bool) -> Self {
        self.embedded.verify_on_open = verify;
        self
    }

    /// Opens the store, registers what is new in `schema`, and fills new indexes.
    #[doc(hidden)]
    pub async fn open_schema(self, schema: &'static Schema) -> Result<Store> {
        let location = match self.address.as_str() {
            "memory:" => Location::Memory,
            folder => Location::Folder(folder.into()),
        };
        let engine = EmbeddedEngine::open(location, self.embedded)
            .await
            .map_err(Error::from_engine)?;
        Store::bind(AnyEngine::Embedded(engine), schema).await
    }
}

impl Store {
    /// Opens `schema` on an engine of the caller's own.
    #[doc(hidden)]
    pub async fn over(engine: impl Engine, schema: &'static Schema) -> Result<Self> {
        Self::bind(AnyEngine::Boxed(BoxedEngine::new(engine)), schema).await
    }
}

/// `100ms`, `2s`, `1m`.
fn time(text: &str) -> Option<Duration> {
    let split = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = (text[..split].parse::<u64>().ok()?, &text[split..]);
    match unit {
        "ms" => Some(Duration::from_millis(number)),
        "s" => Some(Duration::from_secs(number)),
        "m" => Some(Duration::from_secs(number.checked_mul(60)?)),
        _ => None,
    }
}

/// `64MB`, `1GB`, or bytes.
fn size(text: &str) -> Option<usize> {
    let split = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let (number, unit) = (text[..split].parse::<usize>().ok()?, &text[split..]);
    let factor = match unit {
        "" => 1,
        "KB" => 1 << 10,
        "MB" => 1 << 20,
        "GB" => 1 << 30,
        _ => return None,
    };
    number.checked_mul(factor)
}
