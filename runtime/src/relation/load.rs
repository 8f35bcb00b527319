//! Loading, without the types of the relation functions.

use super::{Children, Include, Loading, include::with};
use crate::{
    Error, Model, Result,
    descriptor::{Reference, Table},
    engine::{Pair, ScanOptions},
    record::{ReferenceKeys, decode, record_key},
    transaction::Reader,
};
use futures_util::future::{BoxFuture, try_join_all};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

/// Parents whose children are looked up side by side.
const SIDE_BY_SIDE: usize = 64;
/// Children of each parent unless a limit is given.
const CHILDREN: usize = 50;

/// A relation from any source to rows `T`.
pub(super) struct Relation<T> {
    way: Way,
    target: &'static Table,
    finish: Finish<T>,
    strict: bool,
}

/// How the targets of a source are found.
#[derive(Debug, Clone, Copy)]
pub(super) enum Way {
    /// Their keys are on the source.
    Out(&'static Reference),
    /// They refer to the source.
    Back(&'static Reference, Window),
    /// Records of a join refer to the source, and to the targets.
    Through(&'static Reference, &'static Reference, Window),
}

/// Which of the children.
#[derive(Debug, Clone, Copy)]
pub(super) struct Window {
    limit: usize,
    reverse: bool,
}

impl Default for Window {
    fn default() -> Self {
        Self {
            limit: CHILDREN,
            reverse: false,
        }
    }
}

/// A record as it is stored.
pub(super) struct Found {
    key: Vec<u8>,
    stored: Vec<u8>,
}

/// Turns records into rows, all at once, so that nested relations load in one batch a level.
type Finish<T> =
    Arc<dyn for<'a> Fn(&'a Loading, Vec<Found>) -> BoxFuture<'a, Result<Vec<T>>> + Send + Sync>;

/// The whole keys of the targets of each source, and the records that were met on the way.
#[derive(Default)]
struct Wanted {
    keys: Vec<Vec<Vec<u8>>>,
    records: HashMap<Vec<u8>, Vec<u8>>,
}

impl<M: Model> Relation<M> {
    pub(super) fn new(way: Way) -> Self {
        Self {
            way,
            target: M::TABLE,
            finish: Arc::new(|at, found| Box::pin(async { decoded(at, found) })),
            strict: false,
        }
    }

    /// The same relation, with relations of its targets.
    pub(super) fn including<I: Include<M>>(self, relations: I) -> Relation<(M, I::Output)> {
        let (finish, relations) = (self.finish, Arc::new(relations));
        Relation {
            way: self.way,
            target: self.target,
            finish: Arc::new(move |at, found| {
                let (finish, relations) = (finish.clone(), relations.clone());
                Box::pin(async move {
                    let rows = finish(at, found).await?;
                    with(at, rows, &*relations).await
                })
            }),
            strict: self.strict,
        }
    }
}

fn decoded<M: Model>(at: &Loading, found: Vec<Found>) -> Result<Vec<M>> {
    let binding = at.0.store.binding();
    let table = binding.table(M::TABLE)?;
    let decode = |it: Found| decode(binding, table, &it.key, &it.stored);
    found.into_iter().map(decode).collect()
}

impl<T: Clone> Relation<T> {
    pub(super) fn strict(self) -> Self {
        Self {
            strict: true,
            ..self
        }
    }

    pub(super) fn window(mut self, change: impl FnOnce(&mut Window)) -> Self {
        match &mut self.way {
            Way::Out(_) => {}
            Way::Back(_, window) | Way::Through(_, _, window) => change(window),
        }
        self
    }

    /// The whole keys that lead on from each source: of its targets, or its own.
    pub(super) fn keys<S: Model>(&self, at: &Loading, sources: &[S]) -> Result<Vec<Vec<Vec<u8>>>> {
        let binding = at.0.store.binding();
        let table = binding.table(S::TABLE)?;
        let keys = |source: &S| match self.way {
            Way::Out(reference) => {
                let mut out = ReferenceKeys::new(binding, Some(reference));
                source.references(&mut out);
                Ok(out.finish()?.into_iter().map(|it| it.key).collect())
            }
            Way::Back(..) | Way::Through(..) => {
                record_key::<S>(binding, table, &source.key()).map(|key| vec![key])
            }
        };
        sources.iter().map(keys).collect()
    }

    /// The rows of each source, in order; `None` is a target that is missing.
    pub(super) async fn load(
        &self,
        at: &Loading,
        sources: Vec<Vec<Vec<u8>>>,
    ) -> Result<Vec<Vec<Option<T>>>> {
        let reader = &at.0;
        let mut wanted = match self.way {
            Way::Out(_) => Wanted {
                keys: sources,
                ..Wanted::default()
            },
            Way::Back(by, window) => back(reader, by, window, sources).await?,
            Way::Through(by, to, window) => through(reader, by, to, window, sources).await?,
        };
        let distinct: BTreeSet<&Vec<u8>> = wanted.keys.iter().flatten().collect();
        let distinct: Vec<Vec<u8>> = distinct.into_iter().cloned().collect();
        let unread = distinct
            .iter()
            .filter(|key| !wanted.records.contains_key(*key));
        let unread: Vec<Vec<u8>> = unread.cloned().collect();
        if !unread.is_empty() {
            let stored = reader.get_many(&unread).await?;
            for (key, stored) in unread.into_iter().zip(stored) {
                match stored {
                    Some(stored) => drop(wanted.records.insert(key, stored)),
                    None => self.missing(reader, &key)?,
                }
            }
        }
        let mut found = Vec::with_capacity(distinct.len());
        let mut keys = Vec::with_capacity(distinct.len());
        for key in distinct {
            if let Some(stored) = wanted.records.remove(&key) {
                keys.push(key.clone());
                found.push(Found { key, stored });
            }
        }
        let rows = (self.finish)(at, found).await?;
        let rows: HashMap<Vec<u8>, T> = keys.into_iter().zip(rows).collect();
        let row = |key: &Vec<u8>| rows.get(key).cloned();
        Ok(wanted
            .keys
            .iter()
            .map(|keys| keys.iter().map(row).collect())
            .collect())
    }

    /// What a missing target means.
    fn missing(&self, reader: &Reader, key: &[u8]) -> Result<()> {
        let binding = reader.store.binding();
        let table = binding.table(self.target)?;
        match self.way {
            Way::Back(..) => Err(binding.corrupt(key, &"an index entry has no record")),
            Way::Out(_) | Way::Through(..) if self.strict => Err(Error::NotFound {
                model: self.target.model,
                key: table.describe_key(binding, key),
            }),
            Way::Out(_) | Way::Through(..) => Ok(()),
        }
    }

    /// The error of a source without the one target that it must have.
    pub(super) fn absent(&self) -> Error {
        Error::NotFound {
            model: self.target.model,
            key: match self.way {
                Way::Out(by) => format!("of an absent `{}`", by.name),
                Way::Back(by, _) | Way::Through(by, ..) => format!("whose `{}` it is", by.name),
            },
        }
    }
}

impl Window {
    pub(super) const fn limit(&mut self, limit: usize) {
        self.limit = limit;
    }

    pub(super) const fn turn(&mut self) {
        self.reverse = !self.reverse;
    }

    fn options(self) -> Result<ScanOptions> {
        if self.limit == 0 {
            return Err(Error::invalid("limit", "0 rows; ask for at least 1"));
        }
        Ok(ScanOptions {
            limit: self.limit,
            reverse: self.reverse,
            keys_only: false,
        })
    }
}

/// The pairs of the records that refer to each of the sources; every source is asked for once.
async fn pairs(
    reader: &Reader,
    children: &Children<'_>,
    window: Window,
    sources: &[Vec<Vec<u8>>],
) -> Result<BTreeMap<Vec<u8>, Vec<Pair>>> {
    let options = window.options()?;
    let parents: BTreeSet<&Vec<u8>> = sources.iter().flatten().collect();
    let parents: Vec<&Vec<u8>> = parents.into_iter().collect();
    let mut found = BTreeMap::new();
    for some in parents.chunks(SIDE_BY_SIDE) {
        let ranges = some.iter().map(|parent| children.range(parent));
        let ranges = ranges.collect::<Result<Vec<_>>>()?;
        let scans = ranges.iter().map(|range| reader.scan(range, options));
        let pairs = try_join_all(scans).await?;
        found.extend(some.iter().map(|parent| (*parent).clone()).zip(pairs));
    }
    Ok(found)
}

/// For each source, what `f` makes of the pairs of its key.
fn listed(
    sources: &[Vec<Vec<u8>>],
    by_parent: &BTreeMap<Vec<u8>, Vec<Vec<u8>>>,
) -> Vec<Vec<Vec<u8>>> {
    let of = |parent: &Vec<u8>| by_parent.get(parent).cloned().unwrap_or_default();
    sources
        .iter()
        .map(|keys| keys.iter().flat_map(of).collect())
        .collect()
}

async fn back(
    reader: &Reader,
    by: &'static Reference,
    window: Window,
    sources: Vec<Vec<Vec<u8>>>,
) -> Result<Wanted> {
    let children = Children::of(reader.store.binding(), by)?;
    let mut records = HashMap::new();
    let mut by_parent = BTreeMap::new();
    for (parent, pairs) in pairs(reader, &children, window, &sources).await? {
        let keys = pairs.iter().map(|pair| children.record_key(pair));
        by_parent.insert(parent, keys.collect::<Result<Vec<_>>>()?);
        if children.are_records() {
            records.extend(pairs);
        }
    }
    Ok(Wanted {
        keys: listed(&sources, &by_parent),
        records,
    })
}

async fn through(
    reader: &Reader,
    by: &'static Reference,
    to: &'static Reference,
    window: Window,
    sources: Vec<Vec<Vec<u8>>>,
) -> Result<Wanted> {
    let children = Children::of(reader.store.binding(), by)?;
    let pairs = pairs(reader, &children, window, &sources).await?;
    let mut by_parent = BTreeMap::new();
    if children.carries(to) {
        for (parent, pairs) in pairs {
            let keys = pairs.iter().map(|pair| children.carried_key(to, pair));
            let keys = keys.collect::<Result<Vec<_>>>()?;
            by_parent.insert(parent, keys.into_iter().flatten().collect());
        }
    } else {
        let joins = joins(reader, &children, &pairs).await?;
        for (parent, pairs) in pairs {
            let mut keys = Vec::new();
            for pair in &pairs {
                let join = children.record_key(pair)?;
                let stored = joins.get(&join).ok_or_else(|| {
                    let binding = reader.store.binding();
                    binding.corrupt(&pair.0, &"the index entry has no record")
                })?;
                let binding = reader.store.binding();
                keys.extend(ReferenceKeys::stored(binding, to, &join, stored)?);
            }
            by_parent.insert(parent, keys);
        }
    }
    Ok(Wanted {
        keys: listed(&sources, &by_parent),
        records: HashMap::new(),
    })
}

/// The records of a join, each read once.
async fn joins(
    reader: &Reader,
    children: &Children<'_>,
    pairs: &BTreeMap<Vec<u8>, Vec<Pair>>,
) -> Result<HashMap<Vec<u8>, Vec<u8>>> {
    let pairs = pairs.values().flatten();
    if children.are_records() {
        return Ok(pairs.cloned().collect());
    }
    let keys = pairs.map(|pair| children.record_key(pair));
    let keys: Vec<_> = keys.collect::<Result<BTreeSet<_>>>()?.into_iter().collect();
    let stored = reader.get_many(&keys).await?;
    let found = keys.into_iter().zip(stored);
    Ok(found
        .filter_map(|(key, stored)| Some((key, stored?)))
        .collect())
}
