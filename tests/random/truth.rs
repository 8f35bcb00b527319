//! What a store must tell: records as plain values, and what a schema makes of them, computed anew each time.

use crate::plain::{Plain, Row, order};
use keyloom_generator::model::{
    Comparison, Condition, Count, Index, Model, OnDelete, Part, PartSource, Path, Relation,
    RelationKind, Schema, TypeKind,
};
use std::cmp::Ordering;

/// What the function of every computed part gives.
pub const COMPUTED: &str = "computed";

/// Why a write is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    Exists,
    Taken,
    Referred,
}

/// The records of each model.
#[derive(Debug, Clone)]
pub struct Truth<'a> {
    pub schema: &'a Schema,
    pub rows: Vec<Vec<Row>>,
}

impl<'a> Truth<'a> {
    pub fn new(schema: &'a Schema) -> Self {
        let rows = vec![Vec::new(); schema.models.len()];
        Self { schema, rows }
    }

    /// What a write of a record would meet; `own` is the place of the record that it replaces.
    pub fn refuses(&self, model: usize, row: &Row, own: Option<usize>) -> Option<Refusal> {
        let is = &self.schema.models[model];
        let others = self.rows[model].iter().enumerate();
        let others = others.filter(|&(at, _)| Some(at) != own).map(|(_, it)| it);
        let unique: Vec<&Index> = is.indexes.iter().filter(|it| it.unique).collect();
        let mut refusal = None;
        for other in others {
            if order(&key_of(is, row), &key_of(is, other)).is_eq() {
                return Some(Refusal::Exists);
            }
            let taken = unique.iter().any(|index| {
                let theirs = claims(index, other);
                claims(index, row).iter().any(|own| theirs.contains(own))
            });
            if taken {
                refusal = Some(Refusal::Taken);
            }
        }
        refusal
    }

    /// Puts a record in its place.
    pub fn put(&mut self, model: usize, row: Row) {
        let is = &self.schema.models[model];
        let same = |it: &Row| order(&key_of(is, it), &key_of(is, &row)).is_eq();
        self.rows[model].retain(|it| !same(it));
        self.rows[model].push(row);
        self.rows[model].sort_by(|a, b| order(&key_of(is, a), &key_of(is, b)));
    }

    /// Deletes a record with what follows, or nothing at all.
    pub fn delete(&mut self, model: usize, at: usize) -> Result<(), Refusal> {
        let mut after = self.clone();
        let mut gone = vec![(model, after.rows[model].remove(at))];
        while let Some((target, row)) = gone.pop() {
            let key = key_of(&self.schema.models[target], &row);
            for (place, by, action) in references(self.schema, target) {
                let refers = |row: &Row| reference(by, row).is_some_and(|it| it == key);
                match action {
                    OnDelete::Cascade => {
                        let (go, stay) = after.rows[place].drain(..).partition(refers);
                        let go: Vec<Row> = go;
                        after.rows[place] = stay;
                        gone.extend(go.into_iter().map(|row| (place, row)));
                    }
                    OnDelete::Clear => {
                        let rows = after.rows[place].iter_mut();
                        for row in rows.filter(|row| refers(row)) {
                            by.iter().for_each(|&at| row[at] = Plain::Absent);
                        }
                    }
                    OnDelete::Restrict | OnDelete::Unchecked => {}
                }
            }
        }
        if after.all_lead_somewhere() {
            *self = after;
            Ok(())
        } else {
            Err(Refusal::Referred)
        }
    }

    /// Whether every reference with an action leads to a record.
    fn all_lead_somewhere(&self) -> bool {
        let targets = self.schema.models.iter().enumerate();
        targets.into_iter().all(|(target, model)| {
            let keys: Vec<Row> = self.rows[target]
                .iter()
                .map(|it| key_of(model, it))
                .collect();
            let checked = references(self.schema, target);
            let mut checked = checked.filter(|(.., action)| *action != OnDelete::Unchecked);
            checked.all(|(place, by, _)| {
                let mut named = self.rows[place].iter().filter_map(|it| reference(by, it));
                named.all(|key| keys.contains(&key))
            })
        })
    }

    /// The records of a model in the order of an index, each as often as it has entries.
    pub fn by_index(&self, model: usize, index: &Index) -> Vec<Row> {
        let is = &self.schema.models[model];
        let rows = self.rows[model].iter();
        let mut found: Vec<(Row, &Row)> = rows
            .flat_map(|row| {
                entries(index, row)
                    .into_iter()
                    .map(move |entry| (entry, row))
            })
            .collect();
        found.sort_by(|(a, row), (b, other)| {
            let parts = index.parts.iter().zip(a.iter().zip(b));
            let by_parts = parts.fold(Ordering::Equal, |before, (part, (a, b))| {
                let this = a.order(b);
                before.then(if part.desc { this.reverse() } else { this })
            });
            by_parts.then_with(|| order(&key_of(is, row), &key_of(is, other)))
        });
        found.into_iter().map(|(_, row)| row.clone()).collect()
    }

    /// How many records count together with one.
    pub fn count(&self, model: usize, count: &Count, of: &Row) -> usize {
        let group = |row: &Row| -> Row {
            let parts = count.parts.iter();
            parts.flat_map(|part| values(part, row)).collect()
        };
        let wanted = group(of);
        let counted = |row: &&Row| {
            let condition = count.condition.as_ref();
            order(&group(row), &wanted).is_eq() && condition.is_none_or(|it| holds(it, row))
        };
        self.rows[model].iter().filter(counted).count()
    }
}

/// The key of a record.
pub fn key_of(model: &Model, row: &[Plain]) -> Row {
    model.key.iter().map(|&at| row[at].clone()).collect()
}

/// A record without what the store alone sets when it writes.
pub fn own(model: &Model, row: &Row) -> Row {
    let fields = model.fields.iter().zip(row);
    fields
        .map(|(field, value)| {
            let is_set = field.on_update_now || field.ty.kind == TypeKind::Version;
            if is_set { Plain::Absent } else { value.clone() }
        })
        .collect()
}

/// The references to a model: whose, by which fields, and what a delete does.
fn references(schema: &Schema, target: usize) -> impl Iterator<Item = (usize, &[usize], OnDelete)> {
    let models = schema.models.iter().enumerate();
    let all = models.flat_map(|(place, model)| model.relations.iter().map(move |it| (place, it)));
    all.filter_map(move |(place, relation)| match relation {
        Relation {
            target: to,
            kind: RelationKind::BelongsTo { by, on_delete },
            ..
        } if to.0 == target => Some((place, by.as_slice(), *on_delete)),
        _ => None,
    })
}

/// The key that a record refers to.
fn reference(by: &[usize], row: &[Plain]) -> Option<Row> {
    let key: Row = by.iter().map(|&at| row[at].clone()).collect();
    (!key.contains(&Plain::Absent)).then_some(key)
}

/// The entries of a record that no other may have.
fn claims(index: &Index, row: &Row) -> Vec<Row> {
    let mut claims = entries(index, row);
    claims.retain(|entry| index.nulls_equal || !entry.contains(&Plain::Absent));
    claims
}

/// The different entries of a record in an index.
fn entries(index: &Index, row: &Row) -> Vec<Row> {
    let holds = index.condition.as_ref().is_none_or(|it| holds(it, row));
    let mut entries: Vec<Row> = holds.then(Row::new).into_iter().collect();
    for part in &index.parts {
        let values = values(part, row);
        let longer = |entry: &Row| -> Vec<Row> {
            let each = values.iter();
            each.map(|value| [entry.as_slice(), std::slice::from_ref(value)].concat())
                .collect()
        };
        entries = entries.iter().flat_map(longer).collect();
    }
    entries.sort_by(|a, b| order(a, b));
    entries.dedup_by(|a, b| order(a, b).is_eq());
    entries
}

/// The values of a part: one, or those of each element.
fn values(part: &Part, row: &Row) -> Vec<Plain> {
    let found = match &part.source {
        PartSource::Computed(_) => vec![Plain::Text(COMPUTED.to_owned())],
        PartSource::Path(path) => match at(path, row) {
            Plain::List(items) => items.clone(),
            one => vec![one.clone()],
        },
    };
    let folded = |value| match value {
        Plain::Text(text) if part.lower => {
            Plain::Text(text.chars().flat_map(char::to_lowercase).collect())
        }
        other => other,
    };
    found.into_iter().map(folded).collect()
}

/// What a path leads to; it ends at an absent struct.
fn at<'r>(path: &Path, row: &'r Row) -> &'r Plain {
    let mut value = &row[path.field];
    for &(_, field) in &path.steps {
        let Plain::Struct(fields) = value else {
            return value;
        };
        value = &fields[field];
    }
    value
}

fn holds(condition: &Condition, row: &Row) -> bool {
    match condition {
        Condition::All(all) => all.iter().all(|it| holds(it, row)),
        Condition::Any(any) => any.iter().any(|it| holds(it, row)),
        Condition::Present(path) => *at(path, row) != Plain::Absent,
        Condition::Absent(path) => *at(path, row) == Plain::Absent,
        Condition::In(path, literals) => {
            let value = at(path, row);
            let mut literals = literals.iter().map(Plain::of_literal);
            *value != Plain::Absent && literals.any(|literal| value.order(&literal).is_eq())
        }
        Condition::Compare(path, comparison, literal) => {
            let value = at(path, row);
            if *value == Plain::Absent {
                return *comparison == Comparison::Not;
            }
            let order = value.order(&Plain::of_literal(literal));
            match comparison {
                Comparison::Is => order.is_eq(),
                Comparison::Not => order.is_ne(),
                Comparison::Less => order.is_lt(),
                Comparison::LessOrEqual => order.is_le(),
                Comparison::Greater => order.is_gt(),
                Comparison::GreaterOrEqual => order.is_ge(),
            }
        }
    }
}
