//! The process of a cluster.

use crate::{Admin, Error, Result, build::build};
use serde::Deserialize;
use std::{
    io::{BufRead, BufReader},
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::Duration,
};

/// How a cluster is started.
#[derive(Debug, Clone)]
pub struct Options {
    /// Number of stores.
    pub stores: usize,
    /// Where the data is kept; none keeps it in memory, where a kill loses it.
    pub folder: Option<PathBuf>,
    /// How long the regions of a stopped store are without a leader.
    pub election: Duration,
    /// Folder of `ca.pem`, `client.pem` and `client.key`, which are made if it is empty; the cluster then speaks TLS only.
    pub tls: Option<PathBuf>,
    /// Address of PD; a free port of this machine unless told.
    pub pd: Option<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            stores: 3,
            folder: None,
            election: Duration::from_millis(300),
            tls: None,
            pd: None,
        }
    }
}

/// A running cluster; dropping it ends it.
#[derive(Debug)]
pub struct Cluster {
    child: Child,
    options: Options,
    addresses: Addresses,
    admin: Admin,
}

/// What the process prints when it is ready.
#[derive(Debug, Deserialize)]
struct Addresses {
    pd: String,
    admin: String,
    stores: Vec<Store>,
}

#[derive(Debug, Deserialize)]
struct Store {
    addr: String,
}

const FREE: &str = "127.0.0.1:0";

impl Cluster {
    /// Builds the program, and starts it with three stores in memory.
    pub fn start() -> Result<Self> {
        Self::start_with(Options::default())
    }

    /// Builds the program, and starts it.
    pub fn start_with(options: Options) -> Result<Self> {
        let pd = options.pd.as_deref().unwrap_or(FREE).to_owned();
        let stores = vec![FREE; options.stores].join(",");
        let (child, addresses) = spawn(&options, &pd, &stores, FREE)?;
        let admin = Admin::new(&addresses.admin);
        Ok(Self {
            child,
            options,
            addresses,
            admin,
        })
    }

    /// Address of PD, as in a store's `tikv://` address.
    #[must_use]
    pub fn pd(&self) -> &str {
        &self.addresses.pd
    }

    /// Says what the cluster shall do; clones of it may go to other threads, its address to other processes.
    #[must_use]
    pub const fn admin(&self) -> &Admin {
        &self.admin
    }

    /// Kills the whole cluster at once (SIGKILL).
    pub fn kill(&mut self) -> Result<()> {
        self.child
            .kill()
            .and_then(|()| self.child.wait())
            .map(drop)
            .map_err(|error| Error(format!("the cluster cannot be killed: {error}")))
    }

    /// Starts a killed cluster again, at the same addresses and over the same folder.
    pub fn restart(&mut self) -> Result<()> {
        let stores: Vec<&str> = self.addresses.stores.iter().map(|it| &*it.addr).collect();
        let (child, addresses) = spawn(
            &self.options,
            &self.addresses.pd,
            &stores.join(","),
            &self.addresses.admin,
        )?;
        self.child = child;
        self.addresses = addresses;
        Ok(())
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // It may have been killed already, or have killed itself.
        let _ = self.kill();
    }
}

fn spawn(options: &Options, pd: &str, stores: &str, admin: &str) -> Result<(Child, Addresses)> {
    let mut command = Command::new(build()?);
    command
        .args(["-until-stdin-ends", "-pd", pd, "-stores", stores])
        .args(["-admin", admin])
        .args(["-election", &format!("{}ms", options.election.as_millis())])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    if let Some(folder) = &options.folder {
        command.arg("-data").arg(folder);
    }
    if let Some(folder) = &options.tls {
        command.arg("-tls").arg(folder);
    }
    // What it prints is for a person who looks for a fault of the cluster itself.
    if std::env::var_os("KEYLOOM_TEST_CLUSTER_LOG").is_none() {
        command.stderr(Stdio::null());
    }
    let failed = |what: String| {
        Error(format!(
            "the TiKV test cluster {what}; KEYLOOM_TEST_CLUSTER_LOG=1 shows what it prints"
        ))
    };
    let mut child = command
        .spawn()
        .map_err(|error| failed(format!("could not be started: {error}")))?;
    let mut line = String::new();
    if let Some(output) = child.stdout.take() {
        BufReader::new(output)
            .read_line(&mut line)
            .map_err(|error| failed(format!("cannot be read: {error}")))?;
    }
    if let Ok(addresses) = serde_json::from_str(&line) {
        return Ok((child, addresses));
    }
    // It ended, or is of no use.
    let _ = child.kill().and_then(|()| child.wait());
    Err(failed(format!("did not start, on {pd} and {stores}")))
}
