//! A member's keys and values by hand: as many bytes as Keyloom's, under a prefix of their own.

use crate::bench::Member;
use keyloom::{Uuid, engine::Pair};

/// As long as that of Keyloom's store, with the area and the numbers of the table and the index behind it.
const RECORD: &[u8] = b"plain\0\x01r\x01";
const EMAIL: &[u8] = b"plain\0\x01i\x01\x01";
const TEAM: &[u8] = b"plain\0\x01i\x01\x02";
const JOINED: &[u8] = b"plain\0\x01i\x01\x03";
/// What ends a text.
const END: &[u8] = b"\0\x01";

/// The four pairs of a member: the record, then its entries.
pub(super) fn pairs(member: &Member) -> [Pair; 4] {
    let id = member.id.0.as_bytes();
    let joined = member.joined_at.as_microsecond().cast_unsigned() ^ (1 << 63);
    let mut included = Vec::new();
    text(&mut included, &member.name);
    zigzag(&mut included, member.score);
    [
        (record_key(member.id.0), record(member)),
        (email_key(&member.email), [&[16], &id[..]].concat()),
        (team_key(member.team, member.id.0), included),
        ([JOINED, &joined.to_be_bytes(), id].concat(), Vec::new()),
    ]
}

pub(super) fn record_key(id: Uuid) -> Vec<u8> {
    [RECORD, id.as_bytes()].concat()
}

pub(super) fn email_key(email: &str) -> Vec<u8> {
    [EMAIL, email.as_bytes(), END].concat()
}

pub(super) fn team_key(team: u32, id: Uuid) -> Vec<u8> {
    [TEAM, &team.to_be_bytes(), id.as_bytes()].concat()
}

/// Before all entries of a team.
pub(super) fn team_start(team: u32) -> Vec<u8> {
    [TEAM, &team.to_be_bytes()].concat()
}

/// The key of the record that an entry ends with.
pub(super) fn record_of(entry: &[u8]) -> Option<Vec<u8>> {
    Some([RECORD, entry.last_chunk::<16>()?].concat())
}

/// What `core::decode` reads.
pub(super) fn record(member: &Member) -> Vec<u8> {
    let mut out = vec![1];
    out.extend_from_slice(member.id.0.as_bytes());
    text(&mut out, &member.email);
    text(&mut out, &member.name);
    varint(&mut out, member.team.into());
    zigzag(&mut out, member.joined_at.as_microsecond());
    zigzag(&mut out, member.score);
    text(&mut out, &member.bio);
    out
}

fn text(out: &mut Vec<u8>, text: &str) {
    varint(out, text.len() as u64);
    out.extend_from_slice(text.as_bytes());
}

fn zigzag(out: &mut Vec<u8>, number: i64) {
    varint(
        out,
        (number.cast_unsigned() << 1) ^ (number >> 63).cast_unsigned(),
    );
}

fn varint(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
    }
    out.push(number.to_le_bytes()[0]);
}
