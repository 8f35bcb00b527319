//! Where the regions of a store on TiKV end.

use crate::cluster::Admin;

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
