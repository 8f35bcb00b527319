//! Where a cluster is, and how a store in it is kept.

use std::{path::PathBuf, time::Duration};

/// How the engine reaches TiKV: `TikvOptions::new(["pd1:2379", "pd2:2379"]).prefix("app")`.
///
/// As an address: `tikv://pd1:2379,pd2:2379?prefix=app&timeout=10s`. Each method names its option.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "options do nothing until a store is opened with them"]
pub struct TikvOptions {
    pub(super) pd: Vec<String>,
    pub(super) prefix: Option<String>,
    pub(super) keyspace: Option<String>,
    pub(super) ca: Option<PathBuf>,
    pub(super) cert: Option<PathBuf>,
    pub(super) key: Option<PathBuf>,
    pub(super) connect: Duration,
    pub(super) timeout: Duration,
    pub(super) retry: Duration,
    pub(super) decode: usize,
    pub(super) verify_commits: bool,
    pub(super) gc: Option<Duration>,
    pub(super) max_snapshot_age: Option<Duration>,
    /// A prefix that is nobody's is refused rather than claimed.
    pub(crate) must_exist: bool,
}

/// How long a snapshot may be held where this engine collects no garbage: half of what TiDB keeps unless told.
const AGE_WITHOUT_GC: Duration = Duration::from_mins(5);
/// How long a snapshot may hold up the collection of garbage.
const AGE: Duration = Duration::from_hours(24);
/// Below this, a process that is busy for a moment could lose its snapshots.
const LEAST_GC: Duration = Duration::from_secs(10);

impl TikvOptions {
    /// A cluster by its PD servers, each as `host:port`.
    pub fn new<S: Into<String>>(pd: impl IntoIterator<Item = S>) -> Self {
        Self {
            pd: pd.into_iter().map(Into::into).collect(),
            prefix: None,
            keyspace: None,
            ca: None,
            cert: None,
            key: None,
            connect: Duration::from_secs(10),
            timeout: Duration::from_secs(10),
            retry: Duration::from_secs(30),
            decode: 64 * 1024 * 1024,
            verify_commits: true,
            gc: Some(Duration::from_mins(10)),
            max_snapshot_age: None,
            must_exist: false,
        }
    }

    /// `prefix=app`: the store's name in the cluster; all its keys begin with it. Needed unless there is a keyspace.
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = Some(prefix.into());
        self
    }

    /// `keyspace=team`: a keyspace of the cluster, which must run with `storage.api-version = 2`. A prefix inside it is
    /// allowed.
    pub fn keyspace(mut self, keyspace: impl Into<String>) -> Self {
        self.keyspace = Some(keyspace.into());
        self
    }

    /// `ca=`, `cert=`, `key=`: PEM files of the authority, the client's certificate and its private key.
    pub fn tls(
        mut self,
        ca: impl Into<PathBuf>,
        cert: impl Into<PathBuf>,
        key: impl Into<PathBuf>,
    ) -> Self {
        self.ca = Some(ca.into());
        self.cert = Some(cert.into());
        self.key = Some(key.into());
        self
    }

    /// `connect=10s`: how long opening waits for the cluster.
    pub fn connect(mut self, deadline: Duration) -> Self {
        self.connect = deadline;
        self
    }

    /// `timeout=10s`: how long one request may take.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// `retry=30s`: how long a read or a commit goes on, over all its requests, before it is given up. Locks of a client
    /// that died live for up to 20 s.
    pub fn retry(mut self, budget: Duration) -> Self {
        self.retry = budget;
        self
    }

    /// `decode=64MB`: the largest answer that is taken, in bytes.
    pub fn decode(mut self, bytes: usize) -> Self {
        self.decode = bytes;
        self
    }

    /// `verify-commits=on`: reads back what a commit wrote before it is answered, since the client can lose writes and
    /// report success. Off saves a round trip a commit, at that risk.
    pub fn verify_commits(mut self, verify: bool) -> Self {
        self.verify_commits = verify;
        self
    }

    /// `gc=10m`: how long old states are kept; one process of those with this option moves the cluster's safepoint. None
    /// (`gc=off`) where TiDB or another program does it.
    ///
    /// It is the cluster's: every store in it must give the same.
    pub fn gc(mut self, keep: Option<Duration>) -> Self {
        self.gc = keep;
        self
    }

    /// `max-snapshot-age=24h`: older snapshots are refused, so that none holds up the collection of garbage for ever. With
    /// `gc=off` it must be less than what the cluster keeps; 5 minutes unless told.
    pub fn max_snapshot_age(mut self, age: Duration) -> Self {
        self.max_snapshot_age = Some(age);
        self
    }

    /// How long a snapshot may be read.
    pub(super) fn age(&self) -> Duration {
        let default = self.gc.map_or(AGE_WITHOUT_GC, |_| AGE);
        self.max_snapshot_age.unwrap_or(default)
    }

    /// What is missing, or does not fit together.
    pub(super) fn check(&self) -> Result<(), String> {
        if self.pd.iter().all(|pd| pd.trim().is_empty()) {
            return Err("no PD server is given; write `tikv://host:2379?prefix=app`".into());
        }
        if self.pd.iter().any(|pd| !has_port(pd)) {
            return Err(format!(
                "`{}` is not a list of PD servers with ports, as in `pd1:2379,pd2:2379`",
                self.pd.join(",")
            ));
        }
        match (&self.prefix, &self.keyspace) {
            (None, None) => {
                return Err(
                    "a store in a cluster needs a `prefix=`, as in `tikv://host:2379?prefix=app`, or a `keyspace=`".into(),
                );
            }
            (Some(prefix), None) if prefix.is_empty() => {
                return Err(
                    "the `prefix=` is empty; give the store a name, as in `prefix=app`".into(),
                );
            }
            (Some(prefix), _) if prefix.len() > super::limits::PREFIX => {
                return Err(format!(
                    "the `prefix=` takes {} bytes, at most {} are allowed",
                    prefix.len(),
                    super::limits::PREFIX
                ));
            }
            _ => {}
        }
        let tls = [&self.ca, &self.cert, &self.key];
        if tls.iter().any(|file| file.is_some()) && tls.iter().any(|file| file.is_none()) {
            return Err("TLS needs all three of `ca=`, `cert=` and `key=`".into());
        }
        if self.gc.is_some_and(|keep| keep < LEAST_GC) {
            return Err("`gc=` must be at least `10s`, or `off`".into());
        }
        if [self.connect, self.timeout, self.retry].contains(&Duration::ZERO) {
            return Err("`connect=`, `timeout=` and `retry=` must be longer than nothing".into());
        }
        Ok(())
    }
}

fn has_port(pd: &str) -> bool {
    pd.rsplit_once(':')
        .is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok())
}
