//! What a query gives on top of its rows, as types.

use crate::key::Value;
use std::marker::PhantomData;

/// The query of an index: rows, nothing more.
#[derive(Debug)]
pub enum Many {}

/// The query of a unique index; `Kind` says whether it names one value.
#[derive(Debug)]
pub struct Unique<Kind>(PhantomData<Kind>);

/// The query of an index with `include`: [`Query::covered`](super::Query::covered) reads `C` without the record.
#[derive(Debug)]
pub struct Covering<C, Next = Many>(PhantomData<(C, Next)>);

/// A query with a value for every part of a unique index.
#[diagnostic::on_unimplemented(
    message = "`.one` needs a unique index with a value for every part",
    label = "this query may give several rows",
    note = "use `.first` for the first of several"
)]
pub trait Single {}
impl Single for Unique<Value> {}
impl<C, Next: Single> Single for Covering<C, Next> {}
