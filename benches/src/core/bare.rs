//! The work by hand on redb: the same keys, values, checksums, durability and quick repair as the embedded engine's.

use super::{
    decode,
    input::{Input, Layout},
    work::{DEPTH, ROWS, TASKS, Work},
};
use crate::{Fault, bench::Member};
use keyloom::engine::{Pair, embedded::DATA_FILE};
use redb::{Builder, Database, Durability, ReadOnlyTable, ReadableDatabase, TableDefinition};
use std::{
    fs,
    hint::black_box,
    ops::Bound,
    path::Path,
    sync::{Mutex, PoisonError},
    thread,
    time::{Duration, Instant},
};

const DATA: TableDefinition<&'static [u8], &'static [u8]> = TableDefinition::new("data");

type Table = ReadOnlyTable<&'static [u8], &'static [u8]>;

/// Memory for pages: what the embedded engine takes unless told.
const CACHE: usize = 256 * 1024 * 1024;

/// How long relaxed commits wait for the disk.
const FLUSH: Duration = Duration::from_millis(100);

const CHECKSUM: usize = 4;

/// Two copies of the loaded file.
pub(super) struct Bare {
    durable: Database,
    relaxed: Database,
    flushed: Mutex<Instant>,
    layout: Layout,
    /// The last entry of the 999th page.
    deep: Vec<u8>,
}

impl Bare {
    pub(super) fn open(folder: &Path, loaded: &Path, layout: Layout) -> Result<Self, Fault> {
        let copy = |name: &str| -> Result<Database, Fault> {
            let file = folder.join(name);
            fs::copy(loaded.join(DATA_FILE), &file)?;
            Ok(Builder::new().set_cache_size(CACHE).open(file)?)
        };
        let durable = copy("bare.redb")?;
        let deep = entry_before(&durable, &layout.joined)?;
        Ok(Self {
            relaxed: copy("bare-relaxed.redb")?,
            durable,
            flushed: Mutex::new(Instant::now()),
            layout,
            deep,
        })
    }

    /// How long the calls of a round took, together.
    pub(super) fn run(&self, work: Work, input: &Input) -> Result<Duration, Fault> {
        // Opened once: the embedded engine too shares an open table among all reads between two commits.
        let table = self.durable.begin_read()?.open_table(DATA)?;
        let start = Instant::now();
        self.flush_from(start);
        match work {
            Work::Insert | Work::InsertRelaxed => {
                for pairs in &input.pairs {
                    self.write(work, pairs)?;
                }
            }
            Work::InsertTasks | Work::InsertRelaxedTasks => self.write_in_threads(work, input)?,
            Work::UpdateUnindexed => {
                for pairs in &input.pairs {
                    for (key, _) in pairs {
                        let newest = self.durable.begin_read()?.open_table(DATA)?;
                        black_box(read(&newest, key)?);
                    }
                    self.write(work, pairs)?;
                }
            }
            Work::Get => {
                for member in &input.members {
                    let key = [&self.layout.record, &member.id.0.as_bytes()[..]].concat();
                    black_box(record(&table, &key)?);
                }
            }
            Work::Page => {
                for member in &input.members {
                    let time = member.joined_at.as_microsecond().cast_unsigned() ^ (1 << 63);
                    let from = [&self.layout.joined, &time.to_be_bytes()[..]].concat();
                    black_box(self.page(&table, Bound::Included(&from))?);
                }
            }
            Work::PageDeep => {
                for _ in &input.members {
                    black_box(self.page(&table, Bound::Excluded(&self.deep))?);
                }
            }
            Work::PageCovering => {
                for member in &input.members {
                    black_box(self.entries(&table, member.team)?);
                }
            }
        }
        Ok(start.elapsed())
    }

    /// How long it takes one thread that is handed the records of all tasks, and writes them in groups: what no program of
    /// many tasks has, and the least that the engine can take for these bytes.
    pub(super) fn run_grouped(&self, work: Work, input: &Input) -> Result<Duration, Fault> {
        let start = Instant::now();
        self.flush_from(start);
        for group in input.pairs.chunks(TASKS) {
            self.write(work, group.iter().flatten())?;
        }
        Ok(start.elapsed())
    }

    /// Each thread has a share of the records and writes each in a transaction of its own.
    fn write_in_threads(&self, work: Work, input: &Input) -> Result<(), Fault> {
        let shares = input.pairs.chunks(input.calls().div_ceil(TASKS));
        thread::scope(|scope| {
            let threads: Vec<_> = shares
                .map(|share| {
                    scope.spawn(move || {
                        let written = share.iter().try_for_each(|pairs| self.write(work, pairs));
                        written.map_err(|fault| fault.to_string())
                    })
                })
                .collect();
            for thread in threads {
                thread.join().map_err(|_| "a writing thread panicked")??;
            }
            Ok(())
        })
    }

    fn flush_from(&self, time: Instant) {
        *self.flushed.lock().unwrap_or_else(PoisonError::into_inner) = time;
    }

    fn flush_is_due(&self) -> bool {
        let flushed = self.flushed.lock().unwrap_or_else(PoisonError::into_inner);
        flushed.elapsed() >= FLUSH
    }

    fn write<'a>(
        &self,
        work: Work,
        pairs: impl IntoIterator<Item = &'a Pair>,
    ) -> Result<(), Fault> {
        let database = if work.relaxed() {
            &self.relaxed
        } else {
            &self.durable
        };
        let mut transaction = database.begin_write()?;
        if work.relaxed() && !self.flush_is_due() {
            transaction.set_durability(Durability::None)?;
        } else {
            transaction.set_quick_repair(true);
            self.flush_from(Instant::now());
        }
        {
            let mut table = transaction.open_table(DATA)?;
            let mut stored = Vec::new();
            for (key, value) in pairs {
                stored.clear();
                stored.extend_from_slice(value);
                stored.extend_from_slice(&checksum(key, value).to_le_bytes());
                table.insert(key.as_slice(), stored.as_slice())?;
            }
        }
        transaction.commit()?;
        Ok(())
    }

    /// The records of a page of `by_joined`, and whether there is another entry.
    fn page(&self, table: &Table, from: Bound<&Vec<u8>>) -> Result<(Vec<Member>, bool), Fault> {
        let from = from.map(Vec::as_slice);
        let end = successor(&self.layout.joined);
        let mut rows = Vec::with_capacity(ROWS);
        for entry in table.range::<&[u8]>((from, Bound::Excluded(end.as_slice())))? {
            let (entry, value) = entry?;
            if rows.len() == ROWS {
                return Ok((rows, true));
            }
            let entry = entry.value();
            sound(entry, value.value())?;
            let key = [&self.layout.record, &entry[entry.len() - 16..]].concat();
            rows.push(record(table, &key)?);
        }
        Ok((rows, false))
    }

    /// The first entries of a team in `by_team`, with what they hold.
    fn entries(&self, table: &Table, team: u32) -> Result<Vec<Pair>, Fault> {
        let start = [&self.layout.team, &team.to_be_bytes()[..]].concat();
        let end = successor(&start);
        let mut rows = Vec::with_capacity(ROWS + 1);
        for entry in table
            .range::<&[u8]>(start.as_slice()..end.as_slice())?
            .take(ROWS + 1)
        {
            let (key, value) = entry?;
            let value = sound(key.value(), value.value())?.to_vec();
            rows.push((key.value().to_vec(), value));
        }
        Ok(rows)
    }
}

/// The entry that ends the 999th page.
fn entry_before(database: &Database, prefix: &[u8]) -> Result<Vec<u8>, Fault> {
    let table = database.begin_read()?.open_table(DATA)?;
    let end = successor(prefix);
    let (key, _) = table
        .range::<&[u8]>(prefix..end.as_slice())?
        .nth(DEPTH * ROWS - 1)
        .ok_or("there are no thousand pages")??;
    Ok(key.value().to_vec())
}

/// A record, read without a copy of its bytes.
fn record(table: &Table, key: &[u8]) -> Result<Member, Fault> {
    let value = table.get(key)?.ok_or("a loaded record is gone")?;
    decode::member(sound(key, value.value())?)
}

fn read(table: &Table, key: &[u8]) -> Result<Vec<u8>, Fault> {
    let value = table.get(key)?.ok_or("a loaded record is gone")?;
    Ok(sound(key, value.value())?.to_vec())
}

/// The value without its checksum, if that is right.
fn sound<'a>(key: &[u8], stored: &'a [u8]) -> Result<&'a [u8], Fault> {
    let (value, sum) = stored
        .split_last_chunk::<CHECKSUM>()
        .ok_or("a value is too short")?;
    if u32::from_le_bytes(*sum) == checksum(key, value) {
        Ok(value)
    } else {
        Err("a value is damaged".into())
    }
}

fn checksum(key: &[u8], value: &[u8]) -> u32 {
    crc32c::crc32c_append(crc32c::crc32c(key), value)
}

/// The first key past all that start with `prefix`, which is not all `ff`.
fn successor(prefix: &[u8]) -> Vec<u8> {
    let mut end = prefix.to_vec();
    while let Some(last) = end.pop() {
        if let Some(next) = last.checked_add(1) {
            end.push(next);
            break;
        }
    }
    end
}
