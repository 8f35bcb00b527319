//! Addresses of stores, and the options of opening.

use super::{AnyEngine, Store};
#[cfg(feature = "tikv")]
use crate::engine::tikv::{TikvEngine, TikvOptions};
use crate::{
    Error, Result,
    descriptor::Schema,
    engine::{
        Engine,
        boxed::BoxedEngine,
        embedded::{DATA_FILE, Durability, EmbeddedEngine, EmbeddedOptions, FORMAT_FILE, Location},
        units::{size, time},
    },
};
use std::{path::Path, time::Duration};

/// How long relaxed commits may wait for the disk unless the address says otherwise.
const FLUSH: Duration = Duration::from_millis(100);

/// What an address may say behind `?`, for messages.
const KNOWN: &str = "`durability=durable|relaxed`, `flush=100ms`, `cache=256MB`, `max-snapshot-age=60s`, \
                     `verify=on|off`";

/// A store's address and options.
///
/// An address is a folder or `memory:`, each with options behind `?` if need be, as in
/// `data?durability=relaxed&flush=50ms`; or, with the feature `tikv`, a cluster: `tikv://pd1:2379,pd2:2379?prefix=app`.
#[derive(Debug, Clone)]
#[must_use = "options do nothing until `open`"]
pub struct OpenOptions {
    place: Place,
    embedded: EmbeddedOptions,
}

#[derive(Debug, Clone)]
enum Place {
    Embedded(Location),
    #[cfg(feature = "tikv")]
    Tikv(Box<TikvOptions>),
}

impl OpenOptions {
    /// Reads an address; [`Error::Open`] names what it does not know.
    pub fn new(address: impl AsRef<str>) -> Result<Self> {
        let address = address.as_ref();
        let (place, query) = address.split_once('?').unwrap_or((address, ""));
        if let Some(cluster) = address.strip_prefix("tikv://") {
            return Self::cluster(cluster);
        }
        if let Some((scheme, _)) = place.split_once("://") {
            return Err(Error::Open(format!(
                "`{scheme}://` is not an engine; give a folder, as in `keyloom-data`, `memory:`, or a cluster, as in \
                 `tikv://host:2379?prefix=app`"
            )));
        }
        if place.is_empty() {
            return Err(Error::Open(
                "the address is empty; give a folder, as in `keyloom-data`, or `memory:`"
                    .to_owned(),
            ));
        }
        if let Some(name) = place
            .strip_prefix("memory:")
            .filter(|name| !name.is_empty())
        {
            return Err(Error::Open(format!(
                "a store in memory has no name: write `memory:`, or `./memory:{name}` for a folder of that name"
            )));
        }
        let mut options = Self::at(Place::Embedded(match place {
            "memory:" => Location::Memory,
            folder => Location::Folder(folder.into()),
        }));
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

    fn at(place: Place) -> Self {
        Self {
            place,
            embedded: EmbeddedOptions::default(),
        }
    }

    /// A store in a TiKV cluster.
    #[cfg(feature = "tikv")]
    pub fn tikv(options: TikvOptions) -> Self {
        Self::at(Place::Tikv(Box::new(options)))
    }

    #[cfg(feature = "tikv")]
    fn cluster(address: &str) -> Result<Self> {
        TikvOptions::parse(address)
            .map(Self::tikv)
            .map_err(Error::Open)
    }

    #[cfg(not(feature = "tikv"))]
    fn cluster(_: &str) -> Result<Self> {
        Err(Error::Open(
            "this build has no TiKV engine; switch it on in Cargo.toml: \
             `keyloom = { version = \"…\", features = [\"tikv\"] }`"
                .to_owned(),
        ))
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
        let folder = self.folder().map(Path::to_owned);
        Store::bind(self.open_engine().await?, schema, folder).await
    }

    /// Opens the engine alone.
    pub(crate) async fn open_engine(self) -> Result<AnyEngine> {
        let engine = match self.place {
            Place::Embedded(location) => EmbeddedEngine::open(location, self.embedded)
                .await
                .map(AnyEngine::Embedded),
            #[cfg(feature = "tikv")]
            Place::Tikv(options) => {
                if self.embedded != EmbeddedOptions::default() {
                    return Err(Error::Open(
                        "`durability`, `cache` and `verify` are options of the embedded engine; leave them out for a \
                         cluster"
                            .to_owned(),
                    ));
                }
                TikvEngine::open(*options).await.map(AnyEngine::Tikv)
            }
        };
        engine.map_err(Error::from_engine)
    }

    /// The same, for a store that must be there: nothing is created.
    pub(crate) fn existing(mut self) -> Result<Self> {
        match &mut self.place {
            Place::Embedded(Location::Folder(folder)) => refuse_missing(folder)?,
            Place::Embedded(Location::Memory) => {
                return Err(Error::Open(
                    "a store in memory is nobody's but its process's; give a folder or a cluster"
                        .to_owned(),
                ));
            }
            #[cfg(feature = "tikv")]
            Place::Tikv(options) => options.must_exist = true,
        }
        Ok(self)
    }

    /// The folder, if it is one.
    pub(crate) fn folder(&self) -> Option<&Path> {
        match &self.place {
            Place::Embedded(Location::Folder(folder)) => Some(folder),
            Place::Embedded(Location::Memory) => None,
            #[cfg(feature = "tikv")]
            Place::Tikv(_) => None,
        }
    }

    /// Where the store is, for messages.
    pub(crate) fn place_shown(&self) -> String {
        match &self.place {
            Place::Embedded(Location::Folder(folder)) => format!("`{}`", folder.display()),
            Place::Embedded(Location::Memory) => "`memory:`".to_owned(),
            #[cfg(feature = "tikv")]
            Place::Tikv(_) => "the prefix".to_owned(),
        }
    }
}

fn refuse_missing(folder: &Path) -> Result<()> {
    let reason = if !folder.is_dir() {
        "no such folder"
    } else if !folder.join(DATA_FILE).exists() && !folder.join(FORMAT_FILE).exists() {
        "the folder holds none"
    } else {
        return Ok(());
    };
    Err(Error::Open(format!(
        "there is no store in `{}`: {reason}",
        folder.display()
    )))
}

impl Store {
    /// Opens `schema` on an engine of the caller's own.
    #[doc(hidden)]
    pub async fn over(engine: impl Engine, schema: &'static Schema) -> Result<Self> {
        Self::bind(AnyEngine::Boxed(BoxedEngine::new(engine)), schema, None).await
    }
}
