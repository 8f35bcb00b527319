//! The TiKV test cluster: one that the cases of a test binary share, or one of their own to break.
//!
//! `Cluster::start()` is a cluster of one's own. [`pd`] is the shared one.

pub use keyloom_cluster::{
    Admin, Cluster, Count, Counts, Fault, FaultId, Kind, Options, Region, Server, Span, build,
};

use std::sync::{
    OnceLock,
    atomic::{AtomicU32, Ordering},
};

/// Where PD of the shared cluster is.
///
/// It is the one that `KEYLOOM_TEST_PD` names, which may be a real one, or a test cluster that ends with this process.
/// What a case writes lies under a [`prefix`] of its own.
pub fn pd() -> String {
    shared().0.clone()
}

/// The admin port of the shared cluster; none if it is a real one.
pub fn admin() -> Option<Admin> {
    shared().1.clone()
}

fn shared() -> &'static (String, Option<Admin>) {
    static SHARED: OnceLock<(String, Option<Admin>)> = OnceLock::new();
    SHARED.get_or_init(|| match std::env::var("KEYLOOM_TEST_PD") {
        Ok(pd) => {
            let admin = std::env::var("KEYLOOM_TEST_ADMIN");
            (pd, admin.ok().map(|address| Admin::new(&address)))
        }
        Err(_) => {
            let cluster = Cluster::start().unwrap_or_else(|error| panic!("{error}"));
            let found = (cluster.pd().to_owned(), Some(cluster.admin().clone()));
            // A static is never dropped; the cluster ends when this process closes its standard input.
            std::mem::forget(cluster);
            found
        }
    })
}

/// A prefix that no other case, run or process has used.
pub fn prefix(name: &str) -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    format!(
        "{name}-{}-{number}-{:x}",
        std::process::id(),
        fastrand::u64(..)
    )
}
