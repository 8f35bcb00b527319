//! The socket in a store's folder, and the lines on it.
//!
//! A request is a line of JSON, `{"version":1,"request":…}`; its answer is another, `{"version":1,"reply":…}` or
//! `{"version":1,"error":…}`. A connection may ask again and again.

use super::protocol::{Reply, Request};
use crate::Error;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// The socket's name in the folder.
const FILE: &str = "ADMIN";

/// The version of the lines.
pub(super) const VERSION: u32 = 1;

/// Longest line of a request, in bytes: names and a place are short.
pub(super) const LONGEST: u64 = 64 * 1024;

pub(super) fn path(folder: &Path) -> PathBuf {
    folder.join(FILE)
}

/// What a tool sends.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Asked {
    pub(super) version: u32,
    /// Read only if the version is known.
    pub(super) request: serde_json::Value,
}

/// What the owner sends back: one of the two.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Answered {
    pub(super) version: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reply: Option<Reply>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    error: Option<Told>,
}

/// An error, with its place if it is one of the request.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Told {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    place: Option<String>,
    reason: String,
}

impl Asked {
    pub(super) fn new(request: &Request) -> serde_json::Result<Self> {
        Ok(Self {
            version: VERSION,
            request: serde_json::to_value(request)?,
        })
    }
}

impl Answered {
    pub(super) fn new(outcome: crate::Result<Reply>) -> Self {
        let (reply, error) = match outcome {
            Ok(reply) => (Some(reply), None),
            Err(error) => (None, Some(Told::new(error))),
        };
        Self {
            version: VERSION,
            reply,
            error,
        }
    }

    pub(super) fn into_result(self) -> crate::Result<Reply> {
        match (self.reply, self.error) {
            (Some(reply), _) => Ok(reply),
            (
                None,
                Some(Told {
                    place: Some(place),
                    reason,
                }),
            ) => Err(Error::Invalid { place, reason }),
            (
                None,
                Some(Told {
                    place: None,
                    reason,
                }),
            ) => Err(Error::abort(reason)),
            (None, None) => Err(Error::abort("the store's owner answered nothing")),
        }
    }
}

impl Told {
    fn new(error: Error) -> Self {
        match error {
            Error::Invalid { place, reason } => Self {
                place: Some(place),
                reason,
            },
            other => Self {
                place: None,
                reason: other.to_string(),
            },
        }
    }
}
