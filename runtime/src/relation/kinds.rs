//! The types that relation functions return.

use super::{
    Include, Loading,
    load::{Relation, Way, Window},
};
use crate::{Model, Read, Result, descriptor::Reference};
use futures_util::future::BoxFuture;
use std::{fmt, marker::PhantomData};

/// What all kinds have: nesting, loading, and being loaded with a row.
macro_rules! relation {
    ($(#[$doc:meta])* $name:ident<S, T> gives $output:ty, |$relation:ident, $rows:ident| $shape:expr) => {
        $(#[$doc])*
        #[must_use = "a relation does nothing until it is included in a query, or loaded for records"]
        pub struct $name<S, T> {
            relation: Relation<T>,
            source: PhantomData<fn(&S)>,
        }

        impl<S, T> fmt::Debug for $name<S, T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }

        impl<S, T> $name<S, T> {
            const fn new(relation: Relation<T>) -> Self {
                Self { relation, source: PhantomData }
            }
        }

        impl<S, M: Model> $name<S, M> {
            /// Loads relations of what is loaded with it: one more batch each.
            pub fn include<I: Include<M>>(self, relations: I) -> $name<S, (M, I::Output)> {
                $name::new(self.relation.including(relations))
            }
        }

        impl<S: Model, T: Clone + Send + Sync + 'static> $name<S, T> {
            /// Loads it for records that are at hand, in their order.
            pub async fn load(&self, reader: &impl Read, records: &[S]) -> Result<Vec<$output>> {
                let at = Loading(reader.view().open().await?);
                self.load_for(&at, records).await
            }
        }

        impl<S: Model, T: Clone + Send + Sync + 'static> Include<S> for $name<S, T> {
            type Output = $output;

            fn load_for<'a>(
                &'a self,
                at: &'a Loading,
                sources: &'a [S],
            ) -> BoxFuture<'a, Result<Vec<$output>>> {
                let $relation = &self.relation;
                let keys = $relation.keys(at, sources);
                Box::pin(async move {
                    let rows = $relation.load(at, keys?).await?.into_iter();
                    rows.map(|$rows| $shape).collect()
                })
            }
        }
    };
}

relation! {
    /// A reference to one `T`: loads an `Option<T>`, which is `None` where the reference is absent or its target missing.
    BelongsTo<S, T> gives Option<T>, |_relation, rows| Ok(rows.into_iter().flatten().next())
}

relation! {
    /// The one `T` that refers to the row, if there is one: loads an `Option<T>`.
    HasOne<S, T> gives Option<T>, |_relation, rows| Ok(rows.into_iter().flatten().next())
}

relation! {
    /// One `T` that must exist: loads a `T`; a row without one is [`Error::NotFound`](crate::Error::NotFound).
    Required<S, T> gives T, |relation, rows| {
        let row = rows.into_iter().flatten().next();
        row.ok_or_else(|| relation.absent())
    }
}

relation! {
    /// A list of references: loads a `Vec<T>` in the order of the list, without those that are missing.
    References<S, T> gives Vec<T>, |_relation, rows| Ok(rows.into_iter().flatten().collect())
}

relation! {
    /// The records that refer to the row: loads a `Vec<T>` in the order that the relation's function says, 50 for each row
    /// unless told.
    HasMany<S, T> gives Vec<T>, |_relation, rows| Ok(rows.into_iter().flatten().collect())
}

impl<S, T: Clone> BelongsTo<S, T> {
    /// Loads a `T` instead of an `Option<T>`; a row without one is [`Error::NotFound`](crate::Error::NotFound).
    pub fn strict(self) -> Required<S, T> {
        Required::new(self.relation.strict())
    }
}

impl<S, T: Clone> HasOne<S, T> {
    /// Loads a `T` instead of an `Option<T>`; a row without one is [`Error::NotFound`](crate::Error::NotFound).
    pub fn strict(self) -> Required<S, T> {
        Required::new(self.relation.strict())
    }
}

impl<S, T: Clone> References<S, T> {
    /// A target that is missing is [`Error::NotFound`](crate::Error::NotFound) instead of being left out.
    pub fn strict(self) -> Self {
        Self::new(self.relation.strict())
    }
}

impl<S, T: Clone> HasMany<S, T> {
    /// A target behind a join that is missing is [`Error::NotFound`](crate::Error::NotFound) instead of being left out.
    pub fn strict(self) -> Self {
        Self::new(self.relation.strict())
    }

    /// At most `n` for each row; 50 unless told.
    pub fn limit(self, n: usize) -> Self {
        Self::new(self.relation.window(|window| window.limit(n)))
    }

    /// From the last to the first.
    pub fn reverse(self) -> Self {
        Self::new(self.relation.window(Window::turn))
    }
}

/// The target of a reference.
#[doc(hidden)]
pub fn belongs_to<S: Model, T: Model>(reference: &'static Reference) -> BelongsTo<S, T> {
    BelongsTo::new(Relation::new(Way::Out(reference)))
}

/// The targets of a list of references.
#[doc(hidden)]
pub fn references_many<S: Model, T: Model>(reference: &'static Reference) -> References<S, T> {
    References::new(Relation::new(Way::Out(reference)))
}

/// The one record that refers by a reference of its own.
#[doc(hidden)]
pub fn has_one<S: Model, T: Model>(by: &'static Reference) -> HasOne<S, T> {
    HasOne::new(Relation::new(Way::Back(by, Window::default())))
}

/// The records that refer by a reference of theirs.
#[doc(hidden)]
pub fn has_many<S: Model, T: Model>(by: &'static Reference) -> HasMany<S, T> {
    HasMany::new(Relation::new(Way::Back(by, Window::default())))
}

/// The targets of the records of a join that refer by a reference of theirs.
#[doc(hidden)]
pub fn through<S: Model, T: Model>(
    by: &'static Reference,
    to: &'static Reference,
) -> HasMany<S, T> {
    HasMany::new(Relation::new(Way::Through(by, to, Window::default())))
}
