//! A record read by hand from the bytes that `docs/format.md` draws: what a get on the bare engine has to do as well.

use crate::{
    Fault,
    bench::{Member, MemberId},
};
use keyloom::{Timestamp, Uuid};

/// A record of the loaded layout.
pub(crate) fn member(stored: &[u8]) -> Result<Member, Fault> {
    let rest = &mut &stored[..];
    let _layout = varint(rest)?;
    Ok(Member {
        id: MemberId(Uuid::from_slice(take(rest, 16)?)?),
        email: text(rest)?,
        name: text(rest)?,
        team: u32::try_from(varint(rest)?)?,
        joined_at: Timestamp::from_microsecond(zigzag(rest)?)?,
        score: zigzag(rest)?,
        bio: text(rest)?,
    })
}

fn take<'a>(rest: &mut &'a [u8], count: usize) -> Result<&'a [u8], Fault> {
    let (taken, left) = rest
        .split_at_checked(count)
        .ok_or("a record is too short")?;
    *rest = left;
    Ok(taken)
}

fn varint(rest: &mut &[u8]) -> Result<u64, Fault> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let byte = take(rest, 1)?[0];
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            break;
        }
    }
    Ok(value)
}

fn zigzag(rest: &mut &[u8]) -> Result<i64, Fault> {
    let value = varint(rest)?;
    Ok((value >> 1).cast_signed() ^ -(value & 1).cast_signed())
}

fn text(rest: &mut &[u8]) -> Result<String, Fault> {
    let length = usize::try_from(varint(rest)?)?;
    Ok(str::from_utf8(take(rest, length)?)?.to_owned())
}
