//! Where the regions of a store on TiKV end.

use crate::cluster::Admin;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A key of the store with this prefix, as the cluster has it. The prefix has no zero byte.
pub fn stored(prefix: &str, key: &[u8]) -> Vec<u8> {
    [prefix.as_bytes(), b"\0\x01", key].concat()
}

/// Begins a region at each of the keys.
pub fn split(admin: &Admin, prefix: &str, keys: &[Vec<u8>]) {
    for key in keys {
        let split = admin.split(&stored(prefix, key));
        split.unwrap_or_else(|error| panic!("{error}"));
    }
}

/// The start of an entry of an index.
pub fn entry(table: u8, index: u8, part: &[u8]) -> Vec<u8> {
    [&[b'i', table, index], part].concat()
}

/// The start of a record's key.
pub fn record(table: u8, part: &[u8]) -> Vec<u8> {
    [&[b'r', table], part].concat()
}

/// A number as a part of a key.
pub fn number(value: i64) -> [u8; 8] {
    (value.cast_unsigned() ^ (1 << 63)).to_be_bytes()
}

/// Keys in the middle of what the cases of `conformance` write: of the keys of the engine cases, of indexes of text and of
/// numbers, of a composite key, and between records that are inserted one after another.
#[must_use]
pub fn everywhere() -> Vec<Vec<u8>> {
    let mut keys = vec![b"b".to_vec(), b"key".to_vec(), b"n".to_vec()];
    keys.extend([entry(1, 1, b"b"), entry(1, 3, b"b"), entry(1, 3, b"p1")]);
    keys.push(entry(1, 15, &number(4)));
    keys.push(record(2, &[&number(1)[..], &[0, 0, 0, 2]].concat()));
    // Keys of people begin with the time at which they are made.
    keys.extend([20, 100, 400].map(|later| record(1, &time_in(Duration::from_millis(later)))));
    keys
}

/// The first six bytes of an id that is made after this time.
fn time_in(later: Duration) -> [u8; 6] {
    let then = SystemTime::now() + later;
    let since = then.duration_since(UNIX_EPOCH).unwrap_or_default();
    let milliseconds = u64::try_from(since.as_millis()).unwrap_or_default();
    let [_, _, rest @ ..] = milliseconds.to_be_bytes();
    rest
}
