//! A cluster of a case's own, with a store in three regions.

use keyloom::engine::{
    Changes, Engine, EngineError, Outcome, Snapshot,
    tikv::{TikvEngine, TikvOptions},
};
use keyloom_tests::cluster::{Admin, Cluster};
use std::time::Duration;

/// One key in each region.
pub const KEYS: [&str; 3] = ["a", "k", "x"];

pub struct World {
    pub cluster: Cluster,
}

impl World {
    /// A cluster whose regions end between the keys of [`KEYS`].
    pub fn new() -> Self {
        Self::of(Cluster::start().unwrap_or_else(|error| panic!("{error}")))
    }

    /// The same of a cluster that was started in some other way.
    pub fn of(cluster: Cluster) -> Self {
        for key in ["f", "p"] {
            cluster.admin().split(&encoded(&stored(key))).unwrap();
        }
        Self { cluster }
    }

    pub fn admin(&self) -> &Admin {
        self.cluster.admin()
    }

    /// Options that give up soon.
    pub fn options(&self) -> TikvOptions {
        TikvOptions::new([self.cluster.pd()])
            .prefix("app")
            .gc(None)
            .timeout(Duration::from_secs(2))
            .retry(Duration::from_secs(8))
    }

    pub async fn engine(&self) -> TikvEngine {
        TikvEngine::open(self.options()).await.unwrap()
    }
}

/// The cluster's key of a key of the store `app`.
pub fn stored(key: &str) -> Vec<u8> {
    [b"app\0\x01", key.as_bytes()].concat()
}

/// A key as regions are bounded by it: groups of eight bytes, each with a mark of how many count.
pub fn encoded(key: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    for at in (0..=key.len()).step_by(8) {
        let group = &key[at..key.len().min(at + 8)];
        let padding = 8 - group.len();
        out.extend_from_slice(group);
        out.resize(out.len() + padding, 0);
        out.push(0xff - u8::try_from(padding).unwrap());
    }
    out
}

pub fn put(keys: &[&str], value: &str) -> Changes {
    let pair = |key: &&str| (key.as_bytes().to_vec(), Some(value.as_bytes().to_vec()));
    Changes {
        writes: keys.iter().map(pair).collect(),
        ..Changes::default()
    }
}

#[track_caller]
pub fn committed(outcome: Outcome) -> Vec<u64> {
    match outcome {
        Outcome::Committed { offsets, .. } => offsets,
        other => panic!("expected a commit, found {other:?}"),
    }
}

/// The values of keys now, as text.
pub async fn values(
    engine: &TikvEngine,
    keys: &[&str],
) -> Result<Vec<Option<String>>, EngineError> {
    let keys: Vec<Vec<u8>> = keys.iter().map(|key| key.as_bytes().to_vec()).collect();
    let values = engine.snapshot().await?.get_many(&keys).await?;
    let text = |value: Vec<u8>| String::from_utf8(value).unwrap();
    Ok(values.into_iter().map(|value| value.map(text)).collect())
}

/// The values that writing `value` to all of [`KEYS`] gives.
pub fn all(value: &str) -> Vec<Option<String>> {
    vec![Some(value.to_owned()); KEYS.len()]
}
