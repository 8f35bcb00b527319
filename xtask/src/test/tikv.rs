//! The cluster that the suites on TiKV run on.

use super::summary::Summary;
use crate::cluster::environment;
use keyloom_cluster::Cluster;
use std::process::Command;

/// The suites that run on TiKV too.
const SUITES: [&str; 10] = [
    "conformance",
    "events",
    "histories",
    "model",
    "parity",
    "random",
    "relations",
    "tikv",
    "cluster",
    "transfer",
];

/// Where suites find a cluster, by its PD.
const PD: &str = "KEYLOOM_TEST_PD";

/// What the suites on TiKV have.
#[derive(Debug)]
pub(crate) enum Tikv {
    /// A cluster that `KEYLOOM_TEST_PD` names; the suites inherit the variable.
    Named,
    /// A test cluster of ours, as long as this value lives.
    Ours(Box<Cluster>),
    /// None, or none is needed.
    None,
}

impl Tikv {
    /// Takes the cluster of `KEYLOOM_TEST_PD`, or starts one at free ports; `wanted` are the suites, all if it is empty.
    pub(crate) fn start(wanted: &[String], summary: &mut Summary) -> Self {
        let is_wanted =
            |suite: &str| wanted.is_empty() || wanted.iter().any(|wanted| wanted == suite);
        if !SUITES.into_iter().any(is_wanted) {
            return Self::None;
        }
        if std::env::var_os(PD).is_some() {
            return Self::Named;
        }
        match Cluster::start() {
            Ok(cluster) => Self::Ours(Box::new(cluster)),
            Err(error) => {
                for suite in SUITES.into_iter().filter(|suite| is_wanted(suite)) {
                    summary.is_missing(&format!("{suite} on TiKV"), error.to_string());
                }
                Self::None
            }
        }
    }

    /// The address of PD; none if there is no cluster.
    pub(crate) fn pd(&self) -> Option<String> {
        match self {
            Self::Named => std::env::var(PD).ok(),
            Self::Ours(cluster) => Some(cluster.pd().to_owned()),
            Self::None => None,
        }
    }

    /// Switches the tests on TiKV on in a `cargo test`, and tells them where the cluster is.
    pub(crate) fn tell(&self, command: &mut Command) {
        if !matches!(self, Self::None) {
            command.args(["--features", "keyloom-tests/tikv"]);
        }
        if let Self::Ours(cluster) = self {
            command.envs(environment(cluster));
        }
    }
}
