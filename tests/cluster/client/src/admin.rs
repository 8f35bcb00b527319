//! What a cluster is told, and asked, over its HTTP port.

use crate::{Error, Fault, FaultId, Result};
use data_encoding::HEXLOWER;
use serde::{Deserialize, Deserializer, de::DeserializeOwned};
use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

/// How long commits may take that nobody waits for.
const SETTLED: Duration = Duration::from_secs(30);

/// Speaks to a cluster; cheap to clone.
#[derive(Debug, Clone)]
pub struct Admin {
    address: String,
    agent: ureq::Agent,
}

/// A part of a cluster that can be stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Server {
    /// PD: timestamps and the places of regions.
    Pd,
    /// A store, by its number.
    Store(u64),
    /// PD and every store.
    All,
}

/// A region: keys from `start` up to, not including, `end`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Region {
    /// Its number.
    pub id: u64,
    /// Its first key.
    #[serde(deserialize_with = "hex")]
    pub start: Vec<u8>,
    /// The key past its last; empty at the end of all keys.
    #[serde(deserialize_with = "hex")]
    pub end: Vec<u8>,
    /// Grows when the region is split.
    pub version: u64,
    /// The store that leads it.
    pub leader: u64,
}

/// Requests since the last reset.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Counts {
    /// By method; a method without requests is not there.
    pub methods: BTreeMap<String, Count>,
    /// How often a request came to a store while none was under way at any: requests one after another, if those sent
    /// side by side take longer than they take to arrive. Delay them to be sure.
    pub rounds: u64,
}

/// Requests of one method.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
pub struct Count {
    /// How many.
    pub requests: u64,
    /// Their bytes.
    pub request_bytes: u64,
    /// Bytes of the answers.
    pub answer_bytes: u64,
    /// Keys prewritten.
    pub keys: u64,
    /// Bytes of keys and values prewritten.
    pub written: u64,
}

/// A finished request.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Span {
    /// Its method.
    pub method: String,
    /// The region it was about; 0 if none.
    #[serde(default)]
    pub region: u64,
    /// When it came, in microseconds since the last reset.
    pub start: u64,
    /// When it was answered, likewise.
    pub end: u64,
}

impl Counts {
    /// How many requests of a method there were.
    #[must_use]
    pub fn of(&self, method: &str) -> u64 {
        self.methods.get(method).map_or(0, |it| it.requests)
    }

    /// How many requests went to stores, heart beats aside.
    #[must_use]
    pub fn to_stores(&self) -> u64 {
        let stores = self
            .methods
            .iter()
            .filter(|(method, _)| method.starts_with("Kv") && method.as_str() != "KvTxnHeartBeat");
        stores.map(|(_, count)| count.requests).sum()
    }
}

impl Admin {
    /// Speaks to the cluster whose admin port is at `address`, as in `127.0.0.1:2390`.
    #[must_use]
    pub fn new(address: &str) -> Self {
        let config = ureq::Agent::config_builder()
            .timeout_global(Some(Duration::from_secs(30)))
            .http_status_as_error(false)
            .build();
        Self {
            address: address.to_owned(),
            agent: config.into(),
        }
    }

    /// The address, for another process.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Makes `key` the first key of a region.
    pub fn split(&self, key: &[u8]) -> Result<()> {
        self.done("split", &[("key", HEXLOWER.encode(key))])
    }

    /// Makes a store the leader of a region.
    pub fn transfer(&self, region: u64, store: u64) -> Result<()> {
        let query = [("region", region.to_string()), ("store", store.to_string())];
        self.done("transfer", &query)
    }

    /// Cuts every connection to a server and listens no more. The regions of a store elect another leader if most of
    /// their stores are alive.
    pub fn stop(&self, server: Server) -> Result<()> {
        self.done("stop", &[("server", server.name())])
    }

    /// Starts a stopped server at its address.
    pub fn start(&self, server: Server) -> Result<()> {
        self.done("start", &[("server", server.name())])
    }

    /// Numbers of the stores.
    pub fn stores(&self) -> Result<Vec<u64>> {
        #[derive(Deserialize)]
        struct Status {
            stores: Vec<Store>,
        }
        #[derive(Deserialize)]
        struct Store {
            id: u64,
        }
        let status: Status = self.ask("status", &[])?;
        Ok(status.stores.into_iter().map(|store| store.id).collect())
    }

    /// Puts a fault in place.
    pub fn fail(&self, fault: Fault) -> Result<FaultId> {
        self.ask("fail", &fault.query()).map(FaultId)
    }

    /// How many requests a standing fault has hit.
    pub fn hits(&self, fault: FaultId) -> Result<u64> {
        self.ask("hits", &[("id", fault.0.to_string())])
    }

    /// Takes a fault away; what hangs because of it is answered with an error.
    pub fn clear(&self, fault: FaultId) -> Result<()> {
        self.done("clear", &[("id", fault.0.to_string())])
    }

    /// Takes every fault away.
    pub fn clear_all(&self) -> Result<()> {
        self.done("clear", &[])
    }

    /// Requests since the last reset.
    pub fn counts(&self) -> Result<Counts> {
        self.ask("counts", &[])
    }

    /// Requests since the last reset, and begins again at zero.
    pub fn reset(&self) -> Result<Counts> {
        self.ask("counts", &[("reset", String::new())])
    }

    /// The first ten thousand finished requests since the last reset, in the order in which they ended.
    pub fn trace(&self) -> Result<Vec<Span>> {
        self.ask("trace", &[])
    }

    /// How many keys are locked.
    pub fn locks(&self) -> Result<u64> {
        self.ask("locks", &[])
    }

    /// Waits until no key is locked: what commits left to the background is done, and was counted.
    pub fn settle(&self) -> Result<()> {
        let until = Instant::now() + SETTLED;
        while self.locks()? > 0 {
            if Instant::now() > until {
                return Err(Error(format!("keys are still locked after {SETTLED:?}")));
            }
        }
        Ok(())
    }

    /// The regions, in order.
    pub fn regions(&self) -> Result<Vec<Region>> {
        self.ask("regions", &[])
    }

    /// The region that holds a key.
    pub fn region_of(&self, key: &[u8]) -> Result<Region> {
        let mut regions = self.regions()?.into_iter();
        regions
            .find(|it| it.start.as_slice() <= key && (it.end.is_empty() || key < it.end.as_slice()))
            .ok_or_else(|| Error("no region holds the key".to_owned()))
    }

    /// Removes versions below the safe point now, instead of soon after it moved.
    pub fn collect(&self) -> Result<()> {
        self.done("gc", &[])
    }

    fn done(&self, path: &str, query: &[(&str, String)]) -> Result<()> {
        self.ask::<String>(path, query).map(drop)
    }

    fn ask<T: DeserializeOwned>(&self, path: &str, query: &[(&str, String)]) -> Result<T> {
        let url = format!("http://{}/{path}", self.address);
        let failed = |why: String| Error(format!("the test cluster was asked `{path}`: {why}"));
        let mut answer = self
            .agent
            .get(url)
            .query_pairs(query.iter().map(|(name, value)| (*name, value.as_str())))
            .call()
            .map_err(|error| failed(error.to_string()))?;
        let body = answer
            .body_mut()
            .read_to_string()
            .map_err(|error| failed(error.to_string()))?;
        if !answer.status().is_success() {
            return Err(failed(body.trim().to_owned()));
        }
        serde_json::from_str(&body).map_err(|error| failed(format!("{error} in {body}")))
    }
}

impl Server {
    fn name(self) -> String {
        match self {
            Self::Pd => "pd".to_owned(),
            Self::Store(number) => number.to_string(),
            Self::All => "all".to_owned(),
        }
    }
}

fn hex<'de, D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Vec<u8>, D::Error> {
    let text = String::deserialize(deserializer)?;
    HEXLOWER
        .decode(text.as_bytes())
        .map_err(serde::de::Error::custom)
}
