//! Random writes against the truth, on a store of any random schema.

use crate::{
    plain::Row,
    sample::Sampler,
    truth::{Refusal, Truth, key_of, own},
};
use keyloom::{Error, Result, Store, Transaction};
use keyloom_generator::model::{DefaultValue, Include, Schema, TypeKind};
use std::collections::BTreeSet;

/// How much a program does.
#[derive(Debug, Clone, Copy)]
pub struct Load {
    /// Writes.
    pub steps: usize,
    /// So many steps lie between two looks at every index and count.
    pub pause: usize,
}

/// What is asked of a table.
#[derive(Debug)]
pub enum Request {
    Insert(Row),
    Update(Row),
    /// Deletes the record of this one's key.
    Delete(Row),
    /// The record of this one's key.
    Get(Row),
    All,
    /// Every record by an index, by its name.
    Index(String),
    /// The same from the entries alone.
    Covered(String),
    /// How many records count together with this one.
    Count(String, Row),
}

/// What it answers.
#[derive(Debug, PartialEq)]
pub enum Answer {
    Rows(Vec<Row>),
    Number(u64),
}

/// More records than a program writes.
pub const ALL: usize = 10_000;

/// Generated code behind a request to the table of a model.
pub trait Tables: AsyncFn(&Transaction, usize, Request) -> Result<Answer> {}
impl<T: AsyncFn(&Transaction, usize, Request) -> Result<Answer>> Tables for T {}

/// A store, and what it must tell.
struct Program<'a, T> {
    store: Store,
    tables: T,
    truth: Truth<'a>,
    /// The models that got a record.
    written: BTreeSet<usize>,
}

/// Runs a program on an empty store, opens it anew, and deletes everything.
pub async fn run(
    seed: u64,
    schema: &Schema,
    load: Load,
    open: impl AsyncFn() -> Result<Store>,
    tables: impl Tables,
) -> Result<()> {
    let mut sampler = Sampler::new(schema, seed);
    let mut program = Program {
        store: open().await?,
        tables,
        truth: Truth::new(schema),
        written: BTreeSet::new(),
    };
    for number in 0..load.steps {
        let at = format!("seed {seed}, step {number}");
        program.step(&mut sampler, &at).await?;
        if number % load.pause == 0 {
            program.compare(&at).await?;
        }
    }
    program.store.close().await?;
    program.store = open().await?;
    program
        .compare(&format!("seed {seed}, opened anew"))
        .await?;
    let models: BTreeSet<usize> = (0..schema.models.len()).collect();
    assert_eq!(
        program.written, models,
        "seed {seed}: models that got a record"
    );
    program.delete_everything().await?;
    program.compare(&format!("seed {seed}, in the end")).await?;
    program.store.close().await
}

impl<T: Tables> Program<'_, T> {
    /// A request in a transaction of its own.
    async fn ask(&self, model: usize, request: Request) -> Result<Answer> {
        let tx = self.store.begin().await?;
        let answer = (self.tables)(&tx, model, request).await?;
        tx.commit().await?;
        Ok(answer)
    }

    async fn rows(&self, model: usize, request: Request) -> Result<Vec<Row>> {
        match self.ask(model, request).await? {
            Answer::Rows(rows) => Ok(rows),
            Answer::Number(number) => panic!("{number} is no record"),
        }
    }

    async fn step(&mut self, sampler: &mut Sampler<'_>, at: &str) -> Result<()> {
        let model = sampler.random.usize(..self.truth.schema.models.len());
        let place = (0..self.truth.rows[model].len()).collect::<Vec<_>>();
        match (sampler.random.u8(..8), sampler.random.choice(&place)) {
            (0, Some(&place)) => self.delete(model, place, at).await,
            (1..3, Some(&place)) => self.update(sampler, model, place, at).await,
            _ => self.insert(sampler, model, at).await,
        }
    }

    async fn insert(&mut self, sampler: &mut Sampler<'_>, model: usize, at: &str) -> Result<()> {
        let is = &self.truth.schema.models[model];
        let Some(mut row) = sampler.record(is, &self.truth.rows) else {
            return Ok(());
        };
        let expected = self.truth.refuses(model, &row, None);
        let outcome = self.rows(model, Request::Insert(row.clone())).await;
        let stored = written(outcome, expected, &format!("insert of {row:?}, {at}"))?;
        let Some(stored) = stored else {
            return Ok(());
        };
        let key = is.key[0];
        if is.fields[key].default == Some(DefaultValue::Next) {
            row[key] = stored[key].clone();
        }
        self.takes(model, &row, stored, at).await
    }

    async fn update(
        &mut self,
        sampler: &mut Sampler<'_>,
        model: usize,
        place: usize,
        at: &str,
    ) -> Result<()> {
        let is = &self.truth.schema.models[model];
        let Some(mut row) = sampler.record(is, &self.truth.rows) else {
            return Ok(());
        };
        let old = &self.truth.rows[model][place];
        for (at, field) in is.fields.iter().enumerate() {
            let is_lock = field.ty.kind == TypeKind::Version;
            if is.key.contains(&at) || is_lock {
                row[at] = old[at].clone();
            }
        }
        let expected = self.truth.refuses(model, &row, Some(place));
        let outcome = self.rows(model, Request::Update(row.clone())).await;
        match written(outcome, expected, &format!("update to {row:?}, {at}"))? {
            Some(stored) => self.takes(model, &row, stored, at).await,
            None => Ok(()),
        }
    }

    /// The store answered with a record as it stores it; it must be the one that was written, and be found.
    async fn takes(&mut self, model: usize, sent: &Row, stored: Row, at: &str) -> Result<()> {
        let is = &self.truth.schema.models[model];
        assert_eq!(
            own(is, &stored),
            own(is, sent),
            "{} as stored, {at}",
            is.name
        );
        let found = self.rows(model, Request::Get(stored.clone())).await?;
        assert_eq!(found.first(), Some(&stored), "{} by its key, {at}", is.name);
        self.truth.put(model, stored);
        self.written.insert(model);
        Ok(())
    }

    async fn delete(&mut self, model: usize, place: usize, at: &str) -> Result<()> {
        let row = self.truth.rows[model][place].clone();
        let at = &format!("delete of {row:?}, {at}");
        let expected = self.truth.delete(model, place);
        match self.ask(model, Request::Delete(row.clone())).await {
            Ok(answer) => assert_eq!((answer, expected), (Answer::Number(1), Ok(())), "{at}"),
            Err(Error::ReferenceViolation { .. }) => {
                assert_eq!(expected, Err(Refusal::Referred), "{at}");
                return Ok(());
            }
            Err(other) => return Err(other),
        }
        let found = self.rows(model, Request::Get(row)).await?;
        assert_eq!(found, Vec::<Row>::new(), "{at}");
        // A cleared reference is a write, with the stamps of one.
        for (model, is) in self.truth.schema.models.iter().enumerate() {
            let found = self.rows(model, Request::All).await?;
            let left = self.truth.rows[model].iter().map(|row| own(is, row));
            let found_own = found.iter().map(|row| own(is, row));
            let [found_own, left] = [found_own.collect::<Vec<_>>(), left.collect()];
            assert_eq!(found_own, left, "{} after {at}", is.name);
            self.truth.rows[model] = found;
        }
        Ok(())
    }

    /// In one transaction: what is in the way of one delete is gone at the end.
    async fn delete_everything(&mut self) -> Result<()> {
        let tx = self.store.begin().await?;
        for (model, rows) in self.truth.rows.iter_mut().enumerate() {
            for row in rows.drain(..) {
                // It may have gone with another.
                (self.tables)(&tx, model, Request::Delete(row)).await?;
            }
        }
        tx.commit().await
    }

    /// Every table, index and count against the truth, in one transaction.
    async fn compare(&self, at: &str) -> Result<()> {
        let tx = self.store.begin().await?;
        for (model, is) in self.truth.schema.models.iter().enumerate() {
            let rows = &self.truth.rows[model];
            let found = (self.tables)(&tx, model, Request::All).await?;
            assert_eq!(found, Answer::Rows(rows.clone()), "{}, {at}", is.name);
            for index in &is.indexes {
                let expected = Answer::Rows(self.truth.by_index(model, index));
                let mut ways = vec![Request::Index(index.name.clone())];
                if index.include == Include::Record {
                    ways.push(Request::Covered(index.name.clone()));
                }
                for way in ways {
                    let what = format!("{} of {}: {way:?}, {at}", index.name, is.name);
                    let found = (self.tables)(&tx, model, way).await?;
                    assert_eq!(found, expected, "{what}");
                }
            }
            for count in &is.counts {
                for row in rows {
                    let number = self.truth.count(model, count, row);
                    let expected = Answer::Number(number.try_into().expect("it is small"));
                    let request = Request::Count(count.name.clone(), row.clone());
                    let found = (self.tables)(&tx, model, request).await?;
                    let key = key_of(is, row);
                    assert_eq!(
                        found, expected,
                        "{} of {} {key:?}, {at}",
                        count.name, is.name
                    );
                }
            }
        }
        tx.commit().await
    }
}

/// The one record that was written, or none if the refusal is the expected one.
fn written(
    outcome: Result<Vec<Row>>,
    expected: Option<Refusal>,
    what: &str,
) -> Result<Option<Row>> {
    let (row, refusal) = match outcome {
        Ok(mut rows) => (rows.pop(), None),
        Err(Error::AlreadyExists { .. }) => (None, Some(Refusal::Exists)),
        Err(Error::UniqueViolation { .. }) => (None, Some(Refusal::Taken)),
        Err(other) => {
            println!("{what}");
            return Err(other);
        }
    };
    assert_eq!(refusal, expected, "{what}");
    Ok(row)
}
