//! From the parts of a query to a range of keys.

use super::{KeyWriter, PartSpan, span::Edge, writer::arrange};
use crate::{catalogue::Binding, descriptor::Part, engine::KeyRange};

/// The first key past all that start with `prefix`; `None` if there is none (the prefix is empty or all `ff`).
pub(crate) fn successor(mut prefix: Vec<u8>) -> Option<Vec<u8>> {
    while let Some(last) = prefix.pop() {
        if last < 0xff {
            prefix.push(last + 1);
            return Some(prefix);
        }
    }
    None
}

/// Every key that starts with `prefix`.
pub(crate) fn prefix_range(prefix: Vec<u8>) -> KeyRange {
    KeyRange {
        end: successor(prefix.clone()),
        start: prefix,
    }
}

/// The range of keys behind `prefix` whose parts lie in `spans`. `Err` says which value cannot stand in a key.
pub(crate) fn part_bounds(
    binding: &Binding,
    parts: &[Part],
    spans: &[PartSpan],
    mut prefix: Vec<u8>,
) -> Result<KeyRange, String> {
    for (part, span) in parts.iter().zip(spans) {
        let fix = |bytes: &Vec<u8>| {
            KeyWriter::localize(binding, part, bytes.clone())
                .map_err(|fault| format!("`{}`: {fault}", part.name))
        };
        match span {
            PartSpan::Refused(fault) => return Err(format!("`{}`: {fault}", part.name)),
            PartSpan::Point(bytes) => {
                let start = prefix.len();
                prefix.extend(fix(bytes)?);
                arrange(&mut prefix, start, part);
            }
            PartSpan::Prefix(bytes) => {
                let start = prefix.len();
                prefix.extend(fix(bytes)?);
                arrange(&mut prefix, start, part);
                break;
            }
            PartSpan::All => break,
            PartSpan::Range { low, high } => {
                let mut edges = [low, high].map(|edge| {
                    fix(&edge.bytes).map(|mut bytes| {
                        arrange(&mut bytes, 0, part);
                        (bytes, edge.before)
                    })
                });
                if part.desc {
                    edges.swap(0, 1);
                    // Inverted order: what lay before all that start so now lies behind them.
                    edges = edges.map(|edge| edge.map(|(bytes, before)| (bytes, !before)));
                }
                let [low, high] = edges;
                return Ok(KeyRange {
                    start: place(&prefix, low?).unwrap_or_else(|| vec![0xff; prefix.len() + 1]),
                    end: place(&prefix, high?),
                });
            }
        }
    }
    Ok(prefix_range(prefix))
}

/// The key at an edge; `None` lies past every key.
fn place(prefix: &[u8], (bytes, before): (Vec<u8>, bool)) -> Option<Vec<u8>> {
    let full = [prefix, &bytes].concat();
    if before { Some(full) } else { successor(full) }
}

impl Edge {
    /// Before everything that starts with `bytes`.
    pub(super) const fn before(bytes: Vec<u8>) -> Self {
        Self {
            bytes,
            before: true,
        }
    }

    /// Behind everything that starts with `bytes`.
    pub(super) const fn behind(bytes: Vec<u8>) -> Self {
        Self {
            bytes,
            before: false,
        }
    }
}
