//! Running a query: pages, counts, single rows.

use super::{
    cursor::Gap,
    row::Row,
    scan::{PAGE, Place, Scan},
};
use crate::{
    Error, Result,
    engine::{KeyRange, Pair, ScanOptions},
    query::Page,
    record::Entries,
    transaction::Reader,
    value::Decoder,
};

/// Entries read at once where nobody knows how many will match.
const CHUNK: usize = 256;

/// What a run does with each row; `None` leaves the row out.
pub(super) struct Each<'f, R> {
    pub(super) map: &'f (dyn Fn(&Row<'_>) -> Result<Option<R>> + Send + Sync),
    /// Whether rows need their record.
    pub(super) records: bool,
    /// Whether rows may be left out, so that more must be read to fill a page.
    pub(super) selective: bool,
}

/// Rows in the order they were walked.
struct Found<R> {
    rows: Vec<R>,
    /// The keys of the first row's entry and of the last's.
    ends: Option<(Vec<u8>, Vec<u8>)>,
    /// Whether there is at least one more.
    more: bool,
}

impl<R> Found<R> {
    fn push(&mut self, key: &[u8], row: R) {
        match &mut self.ends {
            None => self.ends = Some((key.to_vec(), key.to_vec())),
            Some((_, last)) => {
                last.clear();
                last.extend_from_slice(key);
            }
        }
        self.rows.push(row);
    }
}

impl Scan {
    /// One page.
    pub(super) async fn page<R: Send>(
        &self,
        reader: &Reader,
        each: Each<'_, R>,
    ) -> Result<Page<R>> {
        let limit = self.limit.unwrap_or(PAGE);
        if limit == 0 {
            return Err(Error::invalid("limit", "0 rows; ask for at least 1"));
        }
        let place = self.place(reader.store.binding())?;
        let after = place.gap(self.after.as_ref())?;
        let before = place.gap(self.before.as_ref())?;
        let backwards = before.is_some() && after.is_none();
        let range = self.between(&place, after.as_ref(), before.as_ref());
        let walk_reverse = self.reverse != backwards;
        let found = self
            .walk(reader, &place, range, walk_reverse, limit, &each)
            .await?;
        let Found {
            mut rows,
            mut ends,
            more,
        } = found;
        if backwards {
            rows.reverse();
            ends = ends.map(|(first, last)| (last, first));
        }
        let cursor = |gap: Option<Gap>| gap.map(|gap| place.cursor(&gap));
        let (ahead, behind) = ends
            .map(|(first, last)| (self.gap(first, false), self.gap(last, true)))
            .unzip();
        let (next, previous) = if backwards {
            let follows = self
                .anything_behind(reader, &place, before.as_ref())
                .await?;
            let next = if follows { behind.or(before) } else { None };
            (next, if more { ahead } else { None })
        } else {
            let previous = if after.is_some() {
                ahead.or(after)
            } else {
                None
            };
            (if more { behind } else { None }, previous)
        };
        Ok(Page {
            next: cursor(next),
            previous: cursor(previous),
            items: rows,
        })
    }

    /// Up to `limit` rows of the whole range from a boundary on, and the boundary behind the last: a step of a stream.
    pub(super) async fn step<R: Send>(
        &self,
        reader: &Reader,
        from: Option<&[u8]>,
        limit: usize,
        each: Each<'_, R>,
    ) -> Result<(Vec<R>, Option<Vec<u8>>)> {
        let place = self.place(reader.store.binding())?;
        let after = place.gap(self.after.as_ref())?;
        let before = place.gap(self.before.as_ref())?;
        let mut range = self.between(&place, after.as_ref(), before.as_ref());
        if let Some(from) = from {
            if self.reverse {
                range.end = Some(from.to_vec());
            } else {
                range.start = from.to_vec();
            }
        }
        let found = self
            .walk(reader, &place, range, self.reverse, limit, &each)
            .await?;
        let last = found.ends.filter(|_| found.more);
        let next = last.map(|(_, last)| self.gap(last, true).boundary());
        Ok((found.rows, next))
    }

    /// How many rows there are; reads keys only where no row needs a look.
    pub(super) async fn count<R: Send>(&self, reader: &Reader, each: Each<'_, R>) -> Result<u64> {
        let limit = self.limit.unwrap_or(usize::MAX);
        let place = self.place(reader.store.binding())?;
        let after = place.gap(self.after.as_ref())?;
        let before = place.gap(self.before.as_ref())?;
        let mut range = self.between(&place, after.as_ref(), before.as_ref());
        if each.selective || self.distinct {
            let found = self
                .walk(reader, &place, range, self.reverse, limit, &each)
                .await?;
            return Ok(found.rows.len() as u64);
        }
        let mut count = 0;
        while count < limit {
            let options = ScanOptions {
                limit: CHUNK.min(limit - count),
                reverse: self.reverse,
                keys_only: true,
            };
            let pairs = reader.scan(&range, options).await?;
            count += pairs.len();
            let Some((last, _)) = pairs.last().filter(|_| pairs.len() == options.limit) else {
                break;
            };
            go_on(&mut range, last, self.reverse);
        }
        Ok(count as u64)
    }

    /// What lies behind one gap and ahead of another, in the query's order.
    fn between(&self, place: &Place<'_>, after: Option<&Gap>, before: Option<&Gap>) -> KeyRange {
        let mut range = place.range.clone();
        if let Some(gap) = after {
            self.cut(&mut range, gap, true);
        }
        if let Some(gap) = before {
            self.cut(&mut range, gap, false);
        }
        range
    }

    /// Cuts a range at a gap: keeps what lies behind it in the query's order, or what lies ahead.
    fn cut(&self, range: &mut KeyRange, gap: &Gap, keep_behind: bool) {
        let boundary = gap.boundary();
        if keep_behind == self.reverse {
            let end = range.end.get_or_insert_with(|| boundary.clone());
            if boundary < *end {
                *end = boundary;
            }
        } else if boundary > range.start {
            range.start = boundary;
        }
    }

    /// The gap before or behind an entry, in the query's order.
    fn gap(&self, key: Vec<u8>, behind: bool) -> Gap {
        Gap {
            key,
            behind: behind != self.reverse,
        }
    }

    /// Whether any entry lies behind the gap.
    async fn anything_behind(
        &self,
        reader: &Reader,
        place: &Place<'_>,
        gap: Option<&Gap>,
    ) -> Result<bool> {
        let range = self.between(place, gap, None);
        let options = ScanOptions {
            limit: 1,
            reverse: self.reverse,
            keys_only: true,
        };
        Ok(!reader.scan(&range, options).await?.is_empty())
    }

    /// Walks a range until `limit` rows are found and one more is seen, or the range ends.
    async fn walk<R: Send>(
        &self,
        reader: &Reader,
        place: &Place<'_>,
        mut range: KeyRange,
        reverse: bool,
        limit: usize,
        each: &Each<'_, R>,
    ) -> Result<Found<R>> {
        let selective = each.selective || self.distinct;
        let records = each.records || self.distinct;
        let mut found = Found {
            rows: Vec::new(),
            ends: None,
            more: false,
        };
        loop {
            let wanted = limit.saturating_add(1) - found.rows.len();
            let chunk = if selective { wanted.max(CHUNK) } else { wanted };
            let options = ScanOptions {
                limit: chunk.min(4 * CHUNK),
                reverse,
                keys_only: false,
            };
            let pairs = reader.scan(&range, options).await?;
            let ended = pairs.len() < options.limit;
            if let Some((last, _)) = pairs.last() {
                go_on(&mut range, last, reverse);
            }
            // Without a filter the row past the limit only has to exist.
            let room = if selective {
                pairs.len()
            } else {
                limit - found.rows.len()
            };
            found.more = pairs.len() > room;
            let pairs = &pairs[..room.min(pairs.len())];
            let fetched = if records && place.index.is_some() {
                let keys: Result<Vec<_>> = pairs.iter().map(|it| place.record_key(it)).collect();
                reader.get_many(&keys?).await?
            } else {
                Vec::new()
            };
            found.rows.reserve(pairs.len().min(wanted));
            for (at, pair) in pairs.iter().enumerate() {
                let record = match place.index {
                    None => Some(pair.1.as_slice()),
                    Some(_) => fetched.get(at).and_then(Option::as_deref),
                };
                let row = Row {
                    place,
                    pair,
                    record_parts: place.record_parts(pair)?,
                    record,
                };
                if self.distinct && !self.is_first_entry(&row)? {
                    continue;
                }
                if let Some(value) = (each.map)(&row)? {
                    if found.rows.len() == limit {
                        found.more = true;
                        return Ok(found);
                    }
                    found.push(&pair.0, value);
                }
            }
            if ended || found.more {
                return Ok(found);
            }
        }
    }

    /// Whether the entry is the first of its record's that the query asks for.
    ///
    /// Told from the record alone, so that a page needs no memory of the pages before.
    fn is_first_entry(&self, row: &Row<'_>) -> Result<bool> {
        let place = row.place;
        let (Some(index), Some(stored)) = (place.index, row.record) else {
            return Ok(true);
        };
        let corrupt = |error| place.binding.corrupt(&row.record_key(), &error);
        let fields = place
            .table
            .current(place.binding, stored)
            .map_err(corrupt)?;
        let mut out = Entries::new(place.binding, place.table, row.record_parts, &fields);
        let mut from = Decoder::new(place.binding, &fields);
        (place.table.table.erased.entries)(&mut from, &mut out).map_err(corrupt)?;
        let entries = out.finish()?;
        let mut asked = entries
            .iter()
            .filter(|entry| entry.place == index.index.place)
            .map(|entry| &entry.key)
            .filter(|key| {
                **key >= place.range.start && place.range.end.as_ref().is_none_or(|end| *key < end)
            });
        let first = if self.reverse {
            asked.next_back()
        } else {
            asked.next()
        };
        Ok(first.is_none_or(|first| *first == row.pair.0))
    }

    /// The row of a query that names one value of a unique index or key.
    pub(super) async fn single<R: Send>(
        &self,
        reader: &Reader,
        each: Each<'_, R>,
    ) -> Result<Option<R>> {
        let place = self.place(reader.store.binding())?;
        // With a value for every part, the range starts at the very key of an exclusive entry or record.
        let Some(value) = reader.get(&place.range.start).await? else {
            return if place.index.is_some_and(|bound| {
                bound.index.parts.iter().any(|part| part.optional) && !bound.index.nulls_equal
            }) {
                // A value that is absent has entries that are not exclusive.
                let step = self.step(reader, None, 1, each).await?;
                Ok(step.0.into_iter().next())
            } else {
                Ok(None)
            };
        };
        let pair: Pair = (place.range.start.clone(), value);
        let fetched = match place.index {
            Some(_) if each.records => reader.get(&place.record_key(&pair)?).await?,
            _ => None,
        };
        let record = match place.index {
            None => Some(pair.1.as_slice()),
            Some(_) => fetched.as_deref(),
        };
        (each.map)(&Row {
            place: &place,
            pair: &pair,
            record_parts: place.record_parts(&pair)?,
            record,
        })
    }
}

/// Goes on behind the last key that was read.
fn go_on(range: &mut KeyRange, last: &[u8], reverse: bool) {
    if reverse {
        range.end = Some(last.to_vec());
    } else {
        range.start = [last, &[0]].concat();
    }
}
