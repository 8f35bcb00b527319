//! The bytes of a dump; `docs/format.md` draws them.

use crate::{
    Error, Result,
    engine::Pair,
    value::{Input, put_varint},
};
use serde::{Deserialize, Serialize};
use std::io::{self, Read, Write};

/// The first line of a dump.
const MAGIC: &[u8] = b"keyloom dump 1\n";
/// Bytes of keys and values that a block holds, more or less.
const BLOCK: usize = 256 * 1024;
/// No block is longer: what says so is damaged.
const LONGEST: u32 = 256 * 1024 * 1024;

const DATA: u8 = b'b';
const END: u8 = b'e';

/// The second line of a dump, as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Header {
    /// Version of the byte formats of keys and values.
    pub(super) format: u32,
    /// The schema that the store gives itself.
    pub(super) schema: String,
}

/// What stands behind the last block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct End {
    pub(super) pairs: u64,
    pub(super) checksum: blake3::Hash,
}

/// Counts pairs and hashes them, in order.
#[derive(Debug, Clone, Default)]
pub(super) struct Tally {
    pub(super) pairs: u64,
    pub(super) bytes: u64,
    hasher: blake3::Hasher,
    encoded: Vec<u8>,
}

impl Tally {
    /// Adds a pair, and gives its bytes as they stand in a block.
    pub(super) fn add(&mut self, key: &[u8], value: &[u8]) -> &[u8] {
        self.encoded.clear();
        for bytes in [key, value] {
            put_varint(&mut self.encoded, bytes.len() as u64);
            self.encoded.extend_from_slice(bytes);
        }
        self.hasher.update(&self.encoded);
        self.pairs += 1;
        self.bytes += (key.len() + value.len()) as u64;
        &self.encoded
    }

    pub(super) fn checksum(&self) -> blake3::Hash {
        self.hasher.finalize()
    }

    pub(super) fn end(&self) -> End {
        End {
            pairs: self.pairs,
            checksum: self.checksum(),
        }
    }
}

/// Writes a dump.
pub(super) struct Writer<W> {
    out: W,
    block: Vec<u8>,
    pub(super) tally: Tally,
}

impl<W: Write> Writer<W> {
    pub(super) fn new(mut out: W, header: &Header) -> Result<Self> {
        let mut text = serde_json::to_vec(header).map_err(|error| refused(error.to_string()))?;
        text.push(b'\n');
        out.write_all(MAGIC).map_err(unwritten)?;
        out.write_all(&text).map_err(unwritten)?;
        Ok(Self {
            out,
            block: Vec::with_capacity(BLOCK),
            tally: Tally::default(),
        })
    }

    pub(super) fn pair(&mut self, key: &[u8], value: &[u8]) -> Result<()> {
        let encoded = self.tally.add(key, value);
        self.block.extend_from_slice(encoded);
        if self.block.len() >= BLOCK {
            self.flush()?;
        }
        Ok(())
    }

    pub(super) fn finish(mut self) -> Result<Tally> {
        if !self.block.is_empty() {
            self.flush()?;
        }
        let end = self.tally.end();
        let mut frame = vec![END];
        frame.extend_from_slice(&end.pairs.to_be_bytes());
        frame.extend_from_slice(end.checksum.as_bytes());
        self.out.write_all(&frame).map_err(unwritten)?;
        self.out.flush().map_err(unwritten)?;
        Ok(self.tally)
    }

    fn flush(&mut self) -> Result<()> {
        let length = u32::try_from(self.block.len())
            .ok()
            .filter(|length| *length <= LONGEST)
            .ok_or_else(|| refused("a value is too long for a dump"))?;
        let mut head = vec![DATA];
        head.extend_from_slice(&length.to_be_bytes());
        head.extend_from_slice(&crc32c::crc32c(&self.block).to_be_bytes());
        self.out.write_all(&head).map_err(unwritten)?;
        self.out.write_all(&self.block).map_err(unwritten)?;
        self.block.clear();
        Ok(())
    }
}

/// Reads a dump.
pub(super) struct Reader<R> {
    input: R,
    pub(super) header: Header,
    last: Option<Vec<u8>>,
}

/// A part of a dump.
pub(super) enum Frame {
    Block(Vec<Pair>),
    End(End),
}

impl<R: Read> Reader<R> {
    pub(super) fn new(mut input: R) -> Result<Self> {
        let mut magic = vec![0; MAGIC.len()];
        let read = input.read_exact(&mut magic);
        if read.is_err() || magic != MAGIC {
            return Err(refused(
                "this is not a dump that this build can read; `keyloom dump` writes one",
            ));
        }
        let header = header_line(&mut input)?;
        Ok(Self {
            input,
            header,
            last: None,
        })
    }

    /// The next part. A damaged block is an error, never wrong pairs.
    pub(super) fn next(&mut self) -> Result<Frame> {
        let [kind] = self.bytes()?;
        match kind {
            DATA => self.block().map(Frame::Block),
            END => {
                let pairs = u64::from_be_bytes(self.bytes()?);
                let checksum = blake3::Hash::from_bytes(self.bytes()?);
                match self.input.read(&mut [0]) {
                    Ok(0) => Ok(Frame::End(End { pairs, checksum })),
                    Ok(_) => Err(refused("the dump is damaged: bytes follow its end")),
                    Err(error) => Err(unread(error)),
                }
            }
            other => Err(refused(format!(
                "the dump is damaged: {other:#04x} begins no block"
            ))),
        }
    }

    fn block(&mut self) -> Result<Vec<Pair>> {
        let length = u32::from_be_bytes(self.bytes()?);
        let checksum = u32::from_be_bytes(self.bytes()?);
        if length > LONGEST {
            return Err(refused("the dump is damaged: a block is too long"));
        }
        // Not allocated at once: a damaged length must not take the memory.
        let mut block = Vec::new();
        let read = (&mut self.input)
            .take(u64::from(length))
            .read_to_end(&mut block)
            .map_err(unread)?;
        if read < length as usize {
            return Err(cut_short());
        }
        if crc32c::crc32c(&block) != checksum {
            return Err(refused(
                "the dump is damaged: the checksum of a block is wrong",
            ));
        }
        let pairs =
            pairs(&block).ok_or_else(|| refused("the dump is damaged: a block has no pairs"))?;
        for (key, _) in &pairs {
            if self.last.as_ref().is_some_and(|last| last >= key) {
                return Err(refused("the dump is damaged: its keys are out of order"));
            }
            self.last = Some(key.clone());
        }
        Ok(pairs)
    }

    fn bytes<const N: usize>(&mut self) -> Result<[u8; N]> {
        let mut bytes = [0; N];
        match self.input.read_exact(&mut bytes) {
            Ok(()) => Ok(bytes),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Err(cut_short()),
            Err(error) => Err(unread(error)),
        }
    }
}

/// Headers are short: what goes on longer is none.
const HEADER: usize = 4096;

fn header_line(input: &mut impl Read) -> Result<Header> {
    let mut line = Vec::new();
    let mut byte = [0];
    while line.len() < HEADER {
        input.read_exact(&mut byte).map_err(|_| cut_short())?;
        if byte == *b"\n" {
            return serde_json::from_slice(&line).map_err(|error| {
                refused(format!(
                    "the dump is damaged: its header is not one: {error}"
                ))
            });
        }
        line.push(byte[0]);
    }
    Err(refused("the dump is damaged: its header has no end"))
}

fn pairs(block: &[u8]) -> Option<Vec<Pair>> {
    let mut input = Input(block);
    let mut pairs = Vec::new();
    while !input.0.is_empty() {
        let key = input.sized().ok()?.to_vec();
        pairs.push((key, input.sized().ok()?.to_vec()));
    }
    Some(pairs)
}

pub(super) fn refused(reason: impl Into<String>) -> Error {
    Error::Transfer(reason.into())
}

fn cut_short() -> Error {
    refused("the dump ends before its end: it was interrupted, or is not whole; dump again")
}

fn unread(error: io::Error) -> Error {
    refused(format!("the dump cannot be read: {error}"))
}

fn unwritten(error: io::Error) -> Error {
    refused(format!("the dump cannot be written: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs() -> Vec<Pair> {
        let keys = [&b""[..], b"a", b"a\0", &[0xff; 300]];
        keys.iter()
            .map(|key| (key.to_vec(), key.repeat(2)))
            .collect()
    }

    fn written() -> Vec<u8> {
        let header = Header {
            format: 1,
            schema: "shop".to_owned(),
        };
        let mut bytes = Vec::new();
        let mut writer = Writer::new(&mut bytes, &header).unwrap();
        for (key, value) in pairs() {
            writer.pair(&key, &value).unwrap();
        }
        writer.finish().unwrap();
        bytes
    }

    /// What a dump holds, if it is whole.
    fn read(bytes: &[u8]) -> Result<Vec<Pair>> {
        let mut reader = Reader::new(bytes)?;
        let (mut all, mut tally) = (Vec::new(), Tally::default());
        loop {
            match reader.next()? {
                Frame::Block(pairs) => {
                    for (key, value) in pairs {
                        tally.add(&key, &value);
                        all.push((key, value));
                    }
                }
                Frame::End(end) if end == tally.end() => return Ok(all),
                Frame::End(_) => return Err(refused("another end")),
            }
        }
    }

    #[test]
    fn golden_bytes() {
        let header = Header {
            format: 1,
            schema: "blog".to_owned(),
        };
        let mut bytes = Vec::new();
        let mut writer = Writer::new(&mut bytes, &header).unwrap();
        writer.pair(b"k", b"value").unwrap();
        let tally = writer.finish().unwrap();
        let checksum = blake3::hash(b"\x01k\x05value");
        let expected = [
            &b"keyloom dump 1\n{\"format\":1,\"schema\":\"blog\"}\n"[..],
            b"b\0\0\0\x08",
            &crc32c::crc32c(b"\x01k\x05value").to_be_bytes(),
            b"\x01k\x05value",
            b"e\0\0\0\0\0\0\0\x01",
            checksum.as_bytes(),
        ];
        assert_eq!(bytes, expected.concat());
        assert_eq!((tally.pairs, tally.bytes), (1, 6));
    }

    #[test]
    fn what_was_written_is_read() {
        assert_eq!(read(&written()).unwrap(), pairs());
    }

    #[test]
    fn no_flipped_bit_behind_the_header_goes_unnoticed() {
        let whole = written();
        let body = whole.iter().position(|byte| *byte == b'}').unwrap() + 1;
        for at in (0..MAGIC.len()).chain(body..whole.len()) {
            for bit in 0..8 {
                let mut damaged = whole.clone();
                damaged[at] ^= 1 << bit;
                assert!(read(&damaged).is_err(), "bit {bit} of byte {at}");
            }
        }
    }

    #[test]
    fn no_cut_and_no_addition_goes_unnoticed() {
        let whole = written();
        for length in 0..whole.len() {
            assert!(read(&whole[..length]).is_err(), "{length} bytes");
        }
        assert!(read(&[&whole[..], b"x"].concat()).is_err());
    }

    #[test]
    fn keys_out_of_order_are_damage() {
        let header = Header {
            format: 1,
            schema: "shop".to_owned(),
        };
        for second in [&b"b"[..], b"a"] {
            let mut bytes = Vec::new();
            let mut writer = Writer::new(&mut bytes, &header).unwrap();
            writer.pair(b"b", b"").unwrap();
            writer.pair(second, b"").unwrap();
            writer.finish().unwrap();
            let error = read(&bytes).unwrap_err().to_string();
            assert!(error.contains("out of order"), "{error}");
        }
    }
}
