//! What may be loaded with a row.

use crate::{Result, transaction::Reader};
use futures_util::future::BoxFuture;

/// The state that relations are loaded from: the one that their source rows were read from.
#[doc(hidden)]
#[derive(Debug)]
pub struct Loading(pub(crate) Reader);

/// What can be loaded with rows of `S`: a relation of `S`, or a tuple of up to four.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a relation of `{S}`",
    label = "expected a relation function of `{S}`'s module, or a tuple of two to four of them",
    note = "to load a relation of what is loaded, nest it: `users::posts().include(posts::tags())`"
)]
pub trait Include<S>: Send + Sync + 'static {
    /// What comes with each row.
    type Output: Clone + Send + Sync + 'static;

    /// What comes with each of the rows, in their order.
    #[doc(hidden)]
    fn load_for<'a>(
        &'a self,
        at: &'a Loading,
        sources: &'a [S],
    ) -> BoxFuture<'a, Result<Vec<Self::Output>>>;
}

/// Rows with what comes with each.
pub(crate) async fn with<S, I: Include<S>>(
    at: &Loading,
    rows: Vec<S>,
    relations: &I,
) -> Result<Vec<(S, I::Output)>> {
    let loaded = relations.load_for(at, &rows).await?;
    Ok(rows.into_iter().zip(loaded).collect())
}

macro_rules! tuples {
    ($(($($name:ident $at:tt),*))*) => { $(
        impl<S: Sync + 'static, $($name: Include<S>),*> Include<S> for ($($name,)*) {
            type Output = ($($name::Output,)*);

            fn load_for<'a>(
                &'a self,
                at: &'a Loading,
                sources: &'a [S],
            ) -> BoxFuture<'a, Result<Vec<Self::Output>>> {
                Box::pin(async move {
                    let mut loaded = tokio::try_join!($(self.$at.load_for(at, sources)),*)
                        .map(|loaded| ($(loaded.$at.into_iter(),)*))?;
                    let row = || Some(($(loaded.$at.next()?,)*));
                    Ok(std::iter::from_fn(row).collect())
                })
            }
        }
    )* };
}
tuples! {
    (A 0, B 1)
    (A 0, B 1, C 2)
    (A 0, B 1, C 2, D 3)
}
