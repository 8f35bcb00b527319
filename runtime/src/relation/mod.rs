//! Relations as values: what to load with a row.
//!
//! A few small types instead of one type a relation: the generator writes a one-line function for each relation, and its
//! signature says what one gets. The second parameter is the *row* that is loaded, so that nesting reads
//! `HasMany<User, (Post, Vec<Tag>)>`.
//!
//! **Invariant:** each relation and level costs one batch, and reads each target once. All of it reads one state.

mod children;
mod include;
mod kinds;
mod load;

pub use include::Include;
pub use kinds::{
    BelongsTo, HasMany, HasOne, References, Required, belongs_to, has_many, has_one,
    references_many, through,
};

pub(crate) use children::Children;
pub(crate) use include::{Loading, with};
