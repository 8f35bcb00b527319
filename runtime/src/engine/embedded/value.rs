//! Stored values: the value, then four bytes of CRC32C over key and value, little-endian.
//!
//! redb checks its pages only when told to, and hands out flipped bytes without a word. The key is part of the sum, so
//! that a damaged key does not pass a sound value off as another key's.

use crate::engine::EngineError;

const SUM: usize = 4;

/// Replaces the content of `stored` by what is stored for `value` under `key`.
pub(super) fn seal(key: &[u8], value: &[u8], stored: &mut Vec<u8>) {
    stored.clear();
    stored.extend_from_slice(value);
    stored.extend_from_slice(&sum(key, value).to_le_bytes());
}

/// The value in `stored`, if it is what was written under `key`.
pub(super) fn open<'a>(key: &[u8], stored: &'a [u8]) -> Result<&'a [u8], EngineError> {
    let damaged = |reason: &str| EngineError::Corrupt {
        key: key.to_vec(),
        reason: reason.into(),
    };
    let (value, found) = stored
        .split_last_chunk::<SUM>()
        .ok_or_else(|| damaged("the value is shorter than its checksum"))?;
    if sum(key, value) == u32::from_le_bytes(*found) {
        Ok(value)
    } else {
        Err(damaged("key and value do not match their checksum"))
    }
}

fn sum(key: &[u8], value: &[u8]) -> u32 {
    crc32c::crc32c_append(crc32c::crc32c(key), value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sealed_value_opens_under_its_key() {
        let mut stored = b"left over".to_vec();
        seal(b"key", b"value", &mut stored);
        assert_eq!(open(b"key", &stored), Ok(&b"value"[..]));
    }

    #[test]
    fn every_flipped_bit_of_key_value_or_sum_is_found() {
        let mut sealed = Vec::new();
        seal(b"key", b"value", &mut sealed);
        for bit in 0..sealed.len() * 8 {
            let mut stored = sealed.clone();
            stored[bit / 8] ^= 1 << (bit % 8);
            assert!(open(b"key", &stored).is_err(), "bit {bit} of the value");
        }
        for bit in 0..3 * 8 {
            let mut key = *b"key";
            key[bit / 8] ^= 1 << (bit % 8);
            assert!(open(&key, &sealed).is_err(), "bit {bit} of the key");
        }
    }

    #[test]
    fn a_value_shorter_than_a_sum_is_damaged() {
        assert_eq!(
            open(b"key", b"abc"),
            Err(EngineError::Corrupt {
                key: b"key".to_vec(),
                reason: "the value is shorter than its checksum".into(),
            })
        );
    }
}
