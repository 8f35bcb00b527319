//! The keys of one store in a cluster that it shares with others.
//!
//! A prefix is written like a string in a key: each zero byte as `00 ff`, and an end. The end says what follows, and no
//! prefix with its end is the beginning of another, so that stores `app` and `appr` cannot meet:
//!
//! | key | what it is |
//! | --- | --- |
//! | prefix `00 00` name | a row of the engine's own: see [`Prefix::own`] |
//! | prefix `00 01` key | a key of the store |

use crate::engine::KeyRange;

const OWN: [u8; 2] = [0, 0];
const DATA: [u8; 2] = [0, 1];
const END: [u8; 2] = [0, 2];

/// A mode and the keyspace's number.
const KEYSPACE: usize = 4;

/// Where the keys of a store stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Prefix {
    escaped: Vec<u8>,
    data: Vec<u8>,
}

impl Prefix {
    /// The prefix of this name; an empty name is for stores that have a keyspace of their own.
    pub(super) fn new(name: &str) -> Self {
        let mut escaped = Vec::with_capacity(name.len());
        for &byte in name.as_bytes() {
            escaped.push(byte);
            if byte == 0 {
                escaped.push(0xff);
            }
        }
        let data = [escaped.as_slice(), &DATA].concat();
        Self { escaped, data }
    }

    /// A key of the store, as the cluster sees it.
    pub(super) fn key(&self, key: &[u8]) -> Vec<u8> {
        [self.data.as_slice(), key].concat()
    }

    /// What the store calls a key of the cluster; none if it is another store's.
    pub(super) fn strip<'a>(&self, key: &'a [u8]) -> Option<&'a [u8]> {
        key.strip_prefix(self.data.as_slice())
    }

    /// The cluster's key in a key of an error, which has the keyspace's four bytes before it if there is one.
    pub(super) fn locate<'a>(&self, key: &'a [u8]) -> Option<&'a [u8]> {
        let bare = [Some(key), key.get(KEYSPACE..)];
        bare.into_iter()
            .flatten()
            .find(|key| key.starts_with(&self.data))
    }

    /// What the store calls a key of an error.
    pub(super) fn find<'a>(&self, key: &'a [u8]) -> Option<&'a [u8]> {
        self.locate(key).and_then(|key| self.strip(key))
    }

    /// A range of the store, as the cluster sees it.
    pub(super) fn range(&self, range: &KeyRange) -> (Vec<u8>, Vec<u8>) {
        let end = match &range.end {
            Some(end) => self.key(end),
            None => [self.escaped.as_slice(), &END].concat(),
        };
        (self.key(&range.start), end)
    }

    /// A row that the engine keeps for itself, out of sight of the store.
    pub(super) fn own(&self, name: &[u8]) -> Vec<u8> {
        [self.escaped.as_slice(), &OWN, name].concat()
    }

    /// Everything that a store of this prefix may ever write.
    pub(super) fn whole(&self) -> (Vec<u8>, Vec<u8>) {
        (self.own(b""), [self.escaped.as_slice(), &END].concat())
    }

    /// The prefix's part of each key, in bytes.
    pub(super) fn len(&self) -> usize {
        self.data.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(start: &[u8], end: Option<&[u8]>) -> KeyRange {
        KeyRange {
            start: start.to_vec(),
            end: end.map(<[u8]>::to_vec),
        }
    }

    #[test]
    fn golden_bytes() {
        let app = Prefix::new("app");
        assert_eq!(app.key(b"k"), b"app\x00\x01k");
        assert_eq!(app.own(b"format"), b"app\x00\x00format");
        assert_eq!(Prefix::new("a\0b").key(b""), b"a\x00\xffb\x00\x01");
        assert_eq!(Prefix::new("").key(b"k"), b"\x00\x01k");
        assert_eq!(
            app.range(&whole(b"a", Some(b"b"))),
            (b"app\x00\x01a".to_vec(), b"app\x00\x01b".to_vec())
        );
        assert_eq!(
            app.range(&whole(b"", None)),
            (b"app\x00\x01".to_vec(), b"app\x00\x02".to_vec())
        );
    }

    #[test]
    fn no_store_sees_the_keys_of_another() {
        let names = [
            "",
            "a",
            "app",
            "appr",
            "app\0",
            "app\0\u{1}",
            "app\u{1}",
            "\0",
        ];
        for one in names {
            let (start, end) = Prefix::new(one).whole();
            for other in names.into_iter().filter(|other| *other != one) {
                let other = Prefix::new(other);
                for key in [other.key(b""), other.key(&[0xff; 4]), other.own(b"x")] {
                    assert!(key < start || key >= end, "{one:?} sees {key:?}");
                    assert_eq!(Prefix::new(one).strip(&key), None);
                }
            }
        }
    }

    #[test]
    fn keys_of_errors_are_found_with_and_without_a_keyspace() {
        let app = Prefix::new("app");
        assert_eq!(app.find(b"app\x00\x01k"), Some(&b"k"[..]));
        assert_eq!(app.find(b"x\x00\x00\x07app\x00\x01k"), Some(&b"k"[..]));
        assert_eq!(app.find(b"other"), None);
        assert_eq!(app.find(b""), None);
    }

    #[test]
    fn a_key_comes_back_as_the_store_wrote_it() {
        let prefix = Prefix::new("app");
        for key in [&b""[..], b"k", &[0], &[0xff; 3]] {
            assert_eq!(prefix.strip(&prefix.key(key)), Some(key));
            let (start, end) = prefix.range(&whole(b"", None));
            assert!(prefix.key(key) >= start && prefix.key(key) < end);
        }
    }
}
