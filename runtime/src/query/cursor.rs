//! Page cursors: opaque, authenticated, bound to their query.
//!
//! A cursor is a gap between two entries. Its bytes are a format byte, a tag of 16 bytes, and the encrypted rest: the
//! query's fingerprint (8 bytes), the side (1 byte), and the entry's key behind the index's prefix. The tag is a keyed BLAKE3
//! hash of the rest before encryption, and the key stream is BLAKE3's output keyed with the same secret over the tag: a
//! deterministic authenticated encryption of the SIV kind (RFC 5297 gives the construction). The text is base64url.

use crate::{CursorFault, Error, Result};
use data_encoding::BASE64URL_NOPAD;
use std::{convert::Infallible, fmt, str::FromStr};

const FORMAT: u8 = 1;
const TAG: usize = 16;
/// Bytes of a query's fingerprint.
pub(super) const FINGERPRINT: usize = 8;

/// A place in a query's result: opaque, and safe to hand out. It tells nothing of the data, and only the store that gave it,
/// with the same query, takes it back.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Cursor(String);

impl Cursor {
    /// Its text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Any text is taken; the query checks it.
impl FromStr for Cursor {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self(text.to_owned()))
    }
}

impl From<Cursor> for String {
    fn from(cursor: Cursor) -> Self {
        cursor.0
    }
}

impl serde::Serialize for Cursor {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> serde::Deserialize<'de> for Cursor {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self)
    }
}

/// A cursor as it comes: `&Cursor`, `Cursor`, `&str` or `String` from a request, or an `Option` of these, where `None` is
/// the first page.
#[derive(Debug, Clone)]
pub struct Position(pub(super) Option<Cursor>);

impl From<Cursor> for Position {
    fn from(cursor: Cursor) -> Self {
        Self(Some(cursor))
    }
}

impl From<&Cursor> for Position {
    fn from(cursor: &Cursor) -> Self {
        Self(Some(cursor.clone()))
    }
}

impl From<&str> for Position {
    fn from(cursor: &str) -> Self {
        Self(Some(Cursor(cursor.to_owned())))
    }
}

impl From<String> for Position {
    fn from(cursor: String) -> Self {
        Self(Some(Cursor(cursor)))
    }
}

impl From<&String> for Position {
    fn from(cursor: &String) -> Self {
        Self(Some(Cursor(cursor.clone())))
    }
}

/// One by one and not for every `P: Into<Position>`: the compiler must be able to wait for the type of a `None` that is
/// assigned later.
macro_rules! optional_positions {
    ($($optional:ty),* $(,)?) => { $(
        impl From<$optional> for Position {
            fn from(cursor: $optional) -> Self {
                Self(cursor.and_then(|cursor| Self::from(cursor).0))
            }
        }
    )* };
}
optional_positions!(
    Option<Cursor>,
    Option<&Cursor>,
    Option<String>,
    Option<&String>,
    Option<&str>,
);

impl From<&Option<Cursor>> for Position {
    fn from(cursor: &Option<Cursor>) -> Self {
        Self(cursor.clone())
    }
}

impl From<&Option<String>> for Position {
    fn from(cursor: &Option<String>) -> Self {
        cursor.as_ref().into()
    }
}

/// A gap in byte order: just before a key, or just behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Gap {
    pub(super) key: Vec<u8>,
    pub(super) behind: bool,
}

impl Gap {
    /// The first key that lies behind the gap.
    pub(super) fn boundary(&self) -> Vec<u8> {
        let mut boundary = self.key.clone();
        if self.behind {
            boundary.push(0);
        }
        boundary
    }

    /// The cursor of this gap in the query of `fingerprint`; `prefix` bytes of the key are known from the query.
    pub(super) fn seal(
        &self,
        secret: &[u8; 32],
        fingerprint: [u8; FINGERPRINT],
        prefix: usize,
    ) -> Cursor {
        let mut body = Vec::with_capacity(FINGERPRINT + 1 + self.key.len());
        body.extend(fingerprint);
        body.push(u8::from(self.behind));
        body.extend_from_slice(self.key.get(prefix..).unwrap_or_default());
        let tag = tag(secret, &body);
        mask(secret, &tag, &mut body);
        let mut bytes = vec![FORMAT];
        bytes.extend(tag);
        bytes.extend(body);
        Cursor(BASE64URL_NOPAD.encode(&bytes))
    }

    /// The gap of a cursor, if it was given by this store for this query.
    pub(super) fn open(
        cursor: &Cursor,
        secret: &[u8; 32],
        fingerprint: [u8; FINGERPRINT],
        prefix: &[u8],
    ) -> Result<Self> {
        let malformed = Error::Cursor(CursorFault::Malformed);
        let Ok(bytes) = BASE64URL_NOPAD.decode(cursor.0.as_bytes()) else {
            return Err(malformed);
        };
        let Some((head, body)) = bytes.split_at_checked(1 + TAG) else {
            return Err(malformed);
        };
        if head[0] != FORMAT || body.len() <= FINGERPRINT {
            return Err(malformed);
        }
        let mut body = body.to_vec();
        mask(secret, &head[1..], &mut body);
        // In constant time: the comparison of `blake3::Hash` would be too, but the tag is half a hash.
        let differ = tag(secret, &body)
            .iter()
            .zip(&head[1..])
            .fold(0, |differ, (left, right)| differ | (left ^ right));
        if differ != 0 {
            return Err(Error::Cursor(CursorFault::Foreign));
        }
        if body[..FINGERPRINT] != fingerprint {
            return Err(Error::Cursor(CursorFault::OtherQuery));
        }
        Ok(Self {
            key: [prefix, &body[FINGERPRINT + 1..]].concat(),
            behind: body[FINGERPRINT] == 1,
        })
    }
}

fn tag(secret: &[u8; 32], body: &[u8]) -> [u8; TAG] {
    let hash = blake3::keyed_hash(secret, body);
    let mut tag = [0; TAG];
    tag.copy_from_slice(&hash.as_bytes()[..TAG]);
    tag
}

/// Encrypts or decrypts: the same operation.
fn mask(secret: &[u8; 32], tag: &[u8], body: &mut [u8]) {
    let mut stream = vec![0; body.len()];
    // A position that no tag reads keeps the stream apart from the tags of short bodies.
    let mut output = blake3::Hasher::new_keyed(secret).update(tag).finalize_xof();
    output.set_position(1 << 32);
    output.fill(&mut stream);
    for (byte, mask) in body.iter_mut().zip(stream) {
        *byte ^= mask;
    }
}
