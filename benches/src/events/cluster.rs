//! The test cluster, with a store of ours and Tito's queue on it.

use super::{Scale, Times, drain, latency, publish, store, tito::Peer};
use crate::{Fault, queue::Queue, tikv::quiet};
use keyloom_cluster::{Admin, Cluster};
use tito::{TiKV, backend::tikv::TiKVBackend};

pub(super) struct OnCluster {
    cluster: Cluster,
    address: String,
    store: Queue,
    peer: Peer<TiKVBackend>,
}

impl OnCluster {
    pub(super) async fn start(scale: Scale) -> Result<Self, Fault> {
        let cluster = tokio::task::spawn_blocking(Cluster::start).await??;
        let address = format!("tikv://{}?prefix=bench&gc=off", cluster.pd());
        let store = Queue::open(&address).await?;
        eprintln!(
            "loading {} events of each kind on the cluster …",
            scale.events
        );
        store::fill(&store, scale.events).await?;
        let peer = Peer(TiKV::connect(vec![cluster.pd()]).await?);
        Ok(Self {
            cluster,
            address,
            store,
            peer,
        })
    }

    pub(super) async fn round(
        &self,
        round: usize,
        scale: Scale,
        times: &mut Times,
    ) -> Result<(), Fault> {
        let admin = self.cluster.admin();
        let requests = || requests(admin);
        drain::round(&self.store, round, scale.events, "", Some(&requests), times).await?;
        self.peer
            .round(round, scale, "", Some(&requests), times)
            .await?;
        publish::round(&self.store, round, scale.calls, "", times).await
    }

    pub(super) async fn end(&self, scale: Scale, times: &mut Times) -> Result<(), Fault> {
        latency::local(&self.store, scale.calls, "", times).await?;
        latency::far(&self.store, &self.address, scale.calls / 2, times).await?;
        self.store.close().await?;
        Ok(())
    }
}

/// Requests to stores and for timestamps so far, once nothing is under way.
fn requests(admin: &Admin) -> Result<u64, Fault> {
    let counts = quiet(admin)?;
    Ok(counts.to_stores() + counts.of("Tso"))
}
