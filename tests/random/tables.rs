//! Requests as calls of generated functions.

use crate::{
    plain::{Plain, Row, Value},
    program::Answer,
};

/// Records as an answer.
pub fn rows<T: Value>(records: impl IntoIterator<Item = T>) -> Answer {
    let rows = records.into_iter().map(|record| match record.plain() {
        Plain::Struct(row) => row,
        other => panic!("{other:?} is no record"),
    });
    Answer::Rows(rows.collect())
}

/// The record of generated code.
pub fn record<T: Value>(row: Row) -> T {
    T::of(Plain::Struct(row))
}

/// The functions `Type::ask` of each model, and `ask`, which finds it by the model's place.
macro_rules! tables {
    ($($place:literal $name:ident in $table:ident {
        indexes { $($index:literal $by:ident($($part:tt)*);)* }
        covered { $($covering:literal $by_covered:ident($($covered:tt)*);)* }
        counts { $($count:literal $group:ident($($field:ident)*);)* }
    })*) => {
        $(
            impl odd_store::$name {
                async fn ask(
                    tx: &keyloom::Transaction,
                    request: crate::program::Request,
                ) -> keyloom::Result<crate::program::Answer> {
                    use crate::{program::{ALL, Answer, Request}, tables::{record, rows}};
                    use odd_store::$table as table;
                    let key = |row| keyloom::Model::key(&record::<Self>(row));
                    Ok(match request {
                        Request::Insert(row) => rows([table::insert(tx, &record(row)).await?]),
                        Request::Update(row) => rows([table::update(tx, &record(row)).await?]),
                        Request::Delete(row) => {
                            Answer::Number(table::delete(tx, key(row)).await?.into())
                        }
                        Request::Get(row) => rows(table::get(tx, key(row)).await?),
                        Request::All => rows(table::all().all(tx, ALL).await?),
                        Request::Index(name) => match name.as_str() {
                            $($index => rows(table::$by($($part)*).all(tx, ALL).await?),)*
                            other => panic!("no index `{other}`"),
                        },
                        Request::Covered(name) => match name.as_str() {
                            $($covering => {
                                let query = table::$by_covered($($covered)*);
                                rows(query.covered().all(tx, ALL).await?)
                            })*
                            other => panic!("no covering index `{other}`"),
                        },
                        Request::Count(name, row) => {
                            let it: Self = record(row);
                            match name.as_str() {
                                $($count => {
                                    Answer::Number(table::$group($(&it.$field),*).get(tx).await?)
                                })*
                                other => panic!("no count `{other}` of {it:?}"),
                            }
                        }
                    })
                }
            }
        )*

        async fn ask(
            tx: &keyloom::Transaction,
            model: usize,
            request: crate::program::Request,
        ) -> keyloom::Result<crate::program::Answer> {
            match model {
                $($place => odd_store::$name::ask(tx, request).await,)*
                other => panic!("no model {other}"),
            }
        }
    };
}
