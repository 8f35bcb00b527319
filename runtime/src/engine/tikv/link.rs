//! The connection to a cluster: made within a deadline, tried again, and made anew when the client cannot recover.
//!
//! The client keeps a region's leader until a request to it fails in the right way; a store that refuses the first
//! connection is not such a way, and a stream of timestamps that stops without a word never ends. Both leave it failing
//! for as long as it lives, so the link throws such a client away.

use super::{
    TikvOptions,
    fault::{self, Kind},
    pause::{self, Pause, Waiting},
    pd::Pd,
    prefix::Prefix,
    regions::Regions,
};
use crate::engine::EngineError;
use std::{
    pin::pin,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tikv_client::{
    Backoff, CheckLevel, Config, RetryOptions, Transaction, TransactionClient, TransactionOptions,
    transaction::HeartbeatOption,
};
use tokio::time::{Instant, sleep, timeout, timeout_at};

/// How long PD may take for a timestamp before it counts as gone.
const PROBE: Duration = Duration::from_secs(2);
/// A lock lives for 3 s at first, the client's own first heartbeat comes after 10.
const HEARTBEAT: Duration = Duration::from_secs(1);

/// A client and its number.
#[derive(Clone)]
pub(super) struct Client {
    pub(super) generation: u64,
    pub(super) tikv: TransactionClient,
}

pub(super) struct Link {
    pub(super) prefix: Prefix,
    pub(super) regions: Arc<Regions>,
    pd: Vec<String>,
    config: Config,
    timeout: Duration,
    retry: Duration,
    current: Mutex<Client>,
    /// When the client was last made anew; held while it is.
    renewed: tokio::sync::Mutex<Instant>,
    closed: AtomicBool,
}

impl Link {
    /// Connects, or says what was tried.
    pub(super) async fn connect(
        options: &TikvOptions,
        prefix: Prefix,
    ) -> Result<Self, EngineError> {
        readable(options)?;
        let config = config(options);
        let deadline = Instant::now() + options.connect;
        let mut pause = Pause::default();
        let tikv = loop {
            let attempt = TransactionClient::new_with_config(options.pd.clone(), config.clone());
            let failed = match timeout_at(deadline, attempt).await {
                Ok(Ok(tikv)) => break tikv,
                Ok(Err(error)) if fault::is_missing_keyspace(&error) => {
                    return Err(fault::unavailable(format!(
                        "the cluster has no keyspace `{}`; create it with pd-ctl, or leave `keyspace=` out",
                        options.keyspace.as_deref().unwrap_or_default()
                    )));
                }
                Ok(Err(error)) => fault::describe(&error),
                Err(_) => "no answer".to_owned(),
            };
            let next = pause.next();
            if Instant::now() + next >= deadline {
                let trouble = timeout(PROBE, Pd::new(options).trouble()).await;
                let how = match options.ca {
                    Some(_) => "over TLS, with the files of `ca=`, `cert=` and `key=`",
                    None => "without TLS",
                };
                return Err(fault::unavailable(format!(
                    "no PD server answered within {:?} (tried {}): {}; asked {how}",
                    options.connect,
                    options.pd.join(", "),
                    trouble.ok().flatten().unwrap_or(failed)
                )));
            }
            sleep(next).await;
        };
        Ok(Self {
            prefix,
            regions: Regions::new(Pd::new(options)),
            pd: options.pd.clone(),
            config,
            timeout: options.timeout,
            retry: options.retry,
            current: Mutex::new(Client {
                generation: 0,
                tikv,
            }),
            renewed: tokio::sync::Mutex::new(Instant::now()),
            closed: AtomicBool::new(false),
        })
    }

    pub(super) fn client(&self) -> Client {
        let current = self.current.lock();
        current.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// When an operation that begins now is given up.
    pub(super) fn deadline(&self) -> Instant {
        Instant::now() + self.retry
    }

    /// How long one request may take.
    pub(super) fn timeout(&self) -> Duration {
        self.timeout
    }

    /// Whether the link was open until now.
    pub(super) fn close(&self) -> bool {
        !self.closed.swap(true, Ordering::AcqRel)
    }

    pub(super) fn check_open(&self) -> Result<(), EngineError> {
        if self.closed.load(Ordering::Acquire) {
            return Err(EngineError::Closed);
        }
        Ok(())
    }

    /// Calls the cluster until it answers, `what` being what is done, for the error. A call that reads does so with the options
    /// that it gets.
    ///
    /// The client asks ten times for an answer that is larger than it takes, for seconds; so it tries again by itself only
    /// from the second attempt on.
    pub(super) async fn call<T, F>(
        &self,
        what: &str,
        deadline: Instant,
        call: impl Fn(TransactionClient, TransactionOptions) -> F + Send + Sync,
    ) -> Result<T, Failure>
    where
        F: Future<Output = tikv_client::Result<T>> + Send,
    {
        let mut pause = Pause::default();
        let mut waiting = Waiting::default();
        let mut backoff = Backoff::no_backoff();
        loop {
            let client = self.client();
            let options = reading(backoff.clone());
            let attempt = self.watched(&client, call(client.tikv.clone(), options));
            let error = match timeout_at(deadline, attempt).await {
                Ok(Some(Ok(answer))) => return Ok(answer),
                Ok(Some(Err(error))) => error,
                Ok(None) => {
                    self.renew(client.generation).await;
                    continue;
                }
                Err(_) => return Err(self.given_up(what, "no answer").into()),
            };
            let lock = fault::lock(&error);
            let next = lock.map_or_else(|| pause.next(), |version| waiting.next(version));
            match fault::kind(&error) {
                Kind::TooLarge => return Err(Failure::TooLarge),
                Kind::Definite => {
                    return Err(self.given_up(what, &fault::describe(&error)).into());
                }
                Kind::Passing | Kind::Connection if Instant::now() + next >= deadline => {
                    return Err(self.given_up(what, &fault::describe(&error)).into());
                }
                Kind::Passing => self.free_orphans(&error, deadline).await,
                // It has not looked for another store yet.
                Kind::Connection if backoff.is_none() => {}
                Kind::Connection => self.renew(client.generation).await,
            }
            if lock.is_none() {
                backoff = region_backoff();
            }
            tracing::debug!(what, error = fault::describe(&error), "trying again");
            sleep(next).await;
        }
    }

    /// Waits for an answer as long as timestamps come. Whoever meets a lock asks for one, and the client waits for it for
    /// ever; then there is no answer.
    async fn watched<T>(&self, client: &Client, attempt: impl Future<Output = T>) -> Option<T> {
        let mut attempt = pin!(attempt);
        loop {
            if let Ok(answer) = timeout(self.timeout, &mut attempt).await {
                return Some(answer);
            }
            let probe = timeout(self.timeout.min(PROBE), client.tikv.current_timestamp());
            tokio::select! {
                answer = &mut attempt => return Some(answer),
                probed = probe => if probed.is_err() {
                    return None;
                },
            }
        }
    }

    /// Begins a transaction: a timestamp, and what commits at it.
    pub(super) async fn begin(&self) -> Result<(Client, Transaction), EngineError> {
        let deadline = self.deadline();
        let mut pause = Pause::default();
        loop {
            let client = self.client();
            let attempt = client.tikv.begin_with_options(committing());
            let within = deadline.min(Instant::now() + self.timeout);
            let failed = match timeout_at(within, attempt).await {
                Ok(Ok(transaction)) => return Ok((client, transaction)),
                Ok(Err(error)) => {
                    if fault::kind(&error) == Kind::Connection {
                        self.renew(client.generation).await;
                    }
                    fault::describe(&error)
                }
                // The stream of timestamps stands still, and would for ever.
                Err(_) => {
                    self.renew(client.generation).await;
                    "no answer".to_owned()
                }
            };
            let next = pause.next();
            if Instant::now() + next >= deadline {
                return Err(self.given_up("taking a timestamp from PD", &failed));
            }
            sleep(next).await;
        }
    }

    /// Makes the client anew, unless that was done meanwhile or just before.
    async fn renew(&self, generation: u64) {
        let mut renewed = self.renewed.lock().await;
        if self.client().generation != generation || renewed.elapsed() < pause::LONGEST {
            return;
        }
        *renewed = Instant::now();
        let attempt = TransactionClient::new_with_config(self.pd.clone(), self.config.clone());
        let Ok(Ok(tikv)) = timeout(self.timeout, attempt).await else {
            return;
        };
        tracing::info!("connected to TiKV anew");
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        *current = Client {
            generation: generation + 1,
            tikv,
        };
    }

    fn given_up(&self, what: &str, error: &str) -> EngineError {
        fault::unavailable(format!(
            "{what} failed ({error}); the stores and PD ({}) must be reachable, and it was tried for at most {:?}",
            self.pd.join(", "),
            self.retry
        ))
    }
}

/// Why a call gave no answer.
#[derive(Debug)]
pub(super) enum Failure {
    /// The answer would be larger than the client takes: ask for less.
    TooLarge,
    Engine(EngineError),
}

impl From<EngineError> for Failure {
    fn from(error: EngineError) -> Self {
        Self::Engine(error)
    }
}

impl From<Failure> for EngineError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::TooLarge => fault::unavailable(
                "one value is larger than the client takes; raise `decode=`".to_owned(),
            ),
            Failure::Engine(error) => error,
        }
    }
}

/// An error that names the option if a file for TLS cannot be read.
fn readable(options: &TikvOptions) -> Result<(), EngineError> {
    let files = [
        ("ca", &options.ca),
        ("cert", &options.cert),
        ("key", &options.key),
    ];
    for (option, file) in files {
        let Some(path) = file else { continue };
        std::fs::read(path).map_err(|error| {
            fault::unavailable(format!(
                "`{option}={}` cannot be read: {error}",
                path.display()
            ))
        })?;
    }
    Ok(())
}

fn config(options: &TikvOptions) -> Config {
    let mut config = Config::default()
        .with_timeout(options.timeout)
        .with_grpc_max_decoding_message_size(options.decode);
    if let (Some(ca), Some(cert), Some(key)) = (&options.ca, &options.cert, &options.key) {
        config = config.with_security(ca, cert, key);
    }
    if let Some(keyspace) = &options.keyspace {
        config = config.with_keyspace(keyspace);
    }
    config
}

/// How snapshots are read. Locks of others are looked into, and not waited for by the client.
fn reading(region_backoff: Backoff) -> TransactionOptions {
    TransactionOptions::new_optimistic()
        .retry_options(RetryOptions {
            region_backoff,
            lock_backoff: lock_backoff(),
        })
        .drop_check(CheckLevel::None)
}

/// How transactions are committed: in two phases, the locks kept alive. Whether locks of others are waited for is decided
/// where the commit is sent.
fn committing() -> TransactionOptions {
    TransactionOptions::new_optimistic()
        .retry_options(RetryOptions {
            region_backoff: region_backoff(),
            lock_backoff: lock_backoff(),
        })
        .drop_check(CheckLevel::None)
        .heartbeat_option(HeartbeatOption::FixedTime(HEARTBEAT))
}

/// A look at the lock's transaction, and no pause. None at all would leave the look out.
fn lock_backoff() -> Backoff {
    Backoff::equal_jitter_backoff(4, 4, 0)
}

fn region_backoff() -> Backoff {
    Backoff::equal_jitter_backoff(4, 500, 10)
}
