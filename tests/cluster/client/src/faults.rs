//! Faults, and which requests they hit.

use data_encoding::HEXLOWER;
use std::time::Duration;

/// What happens to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Refused; nothing is done.
    Unavailable,
    /// Done; the answer is an error.
    AfterUnavailable,
    /// Not done, and not answered until the fault is cleared.
    Hang,
    /// Done, and not answered until the fault is cleared.
    AfterHang,
    /// Done after a pause.
    Delay(Duration),
    /// Refused at once, and done after a pause all the same.
    Late(Duration),
    /// The whole cluster ends, as by SIGKILL; nothing is done.
    Exit,
    /// Done; then the whole cluster ends.
    AfterExit,
    /// Every store stops and PD goes on; nothing is done.
    StoresDown,
}

/// Which requests are hit, and how.
#[derive(Debug, Clone)]
#[must_use = "a fault does nothing until it is given to `Admin::fail`"]
pub struct Fault {
    method: String,
    kind: Kind,
    region: Option<u64>,
    key: Option<Vec<u8>>,
    skip: u64,
    count: Option<u64>,
}

/// A fault that stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FaultId(pub(crate) u64);

impl Fault {
    /// Hits the next request of a method, such as `KvCommit`, `GetRegion` or `Tso`; `*` is any.
    pub fn new(method: &str, kind: Kind) -> Self {
        Self {
            method: method.to_owned(),
            kind,
            region: None,
            key: None,
            skip: 0,
            count: Some(1),
        }
    }

    /// Only requests of the region with this number.
    pub const fn region(mut self, region: u64) -> Self {
        self.region = Some(region);
        self
    }

    /// Only requests of the region that holds this key at that time.
    pub fn key(mut self, key: impl Into<Vec<u8>>) -> Self {
        self.key = Some(key.into());
        self
    }

    /// The first `requests` pass.
    pub const fn skip(mut self, requests: u64) -> Self {
        self.skip = requests;
        self
    }

    /// Hits so many requests instead of one.
    pub const fn times(mut self, requests: u64) -> Self {
        self.count = Some(requests);
        self
    }

    /// Hits every request until it is cleared.
    pub const fn always(mut self) -> Self {
        self.count = None;
        self
    }

    pub(crate) fn query(&self) -> Vec<(&'static str, String)> {
        let mut query = vec![
            ("method", self.method.clone()),
            ("kind", self.kind.text()),
            ("skip", self.skip.to_string()),
            ("n", self.count.map_or("-1".to_owned(), |it| it.to_string())),
        ];
        query.extend(self.region.map(|it| ("region", it.to_string())));
        query.extend(self.key.as_ref().map(|it| ("key", HEXLOWER.encode(it))));
        query
    }
}

impl Kind {
    fn text(self) -> String {
        match self {
            Self::Unavailable => "unavailable".to_owned(),
            Self::AfterUnavailable => "after-unavailable".to_owned(),
            Self::Hang => "hang".to_owned(),
            Self::AfterHang => "after-hang".to_owned(),
            Self::Delay(pause) => format!("delay:{}", pause.as_millis()),
            Self::Late(pause) => format!("late:{}", pause.as_millis()),
            Self::Exit => "exit".to_owned(),
            Self::AfterExit => "after-exit".to_owned(),
            Self::StoresDown => "stores-down".to_owned(),
        }
    }
}
