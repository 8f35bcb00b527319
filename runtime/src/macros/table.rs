//! What every table has.

/// The functions that every table's module has.
#[doc(hidden)]
#[macro_export]
macro_rules! __table {
    ($model:ident, $key:ty) => {
        /// The record of a key. One read.
        pub async fn get(
            reader: &impl $crate::Read,
            key: impl $crate::Exact<$key>,
        ) -> $crate::Result<$crate::__codegen::std::option::Option<$model>> {
            $crate::__codegen::get(reader, key).await
        }

        /// The records of many keys, in their order; a missing one is `None`. One batch.
        pub async fn get_many<__Key: $crate::Exact<$key>>(
            reader: &impl $crate::Read,
            keys: impl $crate::__codegen::std::iter::IntoIterator<Item = __Key>,
        ) -> $crate::Result<
            $crate::__codegen::std::vec::Vec<$crate::__codegen::std::option::Option<$model>>,
        > {
            $crate::__codegen::get_many(reader, keys).await
        }

        /// Every record, in key order.
        pub fn all() -> $crate::Query<$model> {
            $crate::__codegen::walk()
        }

        /// Adds a record and returns it as stored; `Error::AlreadyExists` if its key is taken.
        pub async fn insert(
            writer: &impl $crate::Write,
            record: &$model,
        ) -> $crate::Result<$model> {
            $crate::__codegen::insert(writer, record).await
        }

        /// Adds many records, all or none, and returns them as stored.
        pub async fn insert_many(
            writer: &impl $crate::Write,
            records: &[$model],
        ) -> $crate::Result<$crate::__codegen::std::vec::Vec<$model>> {
            $crate::__codegen::insert_many(writer, records).await
        }

        /// Replaces a record and returns it as stored; `Error::NotFound` if there is none.
        pub async fn update(
            writer: &impl $crate::Write,
            record: &$model,
        ) -> $crate::Result<$model> {
            $crate::__codegen::update(writer, record).await
        }

        /// Adds or replaces a record and returns it as stored.
        pub async fn put(writer: &impl $crate::Write, record: &$model) -> $crate::Result<$model> {
            $crate::__codegen::put(writer, record).await
        }

        /// Reads a record, changes it, writes it, and returns it as stored; `Error::NotFound` if there is none.
        pub async fn modify(
            writer: &impl $crate::Write,
            key: impl $crate::Exact<$key>,
            change: impl Fn(&mut $model) + Send + Sync,
        ) -> $crate::Result<$model> {
            $crate::__codegen::modify(writer, key, change).await
        }

        /// Removes a record; whether there was one.
        pub async fn delete(
            writer: &impl $crate::Write,
            key: impl $crate::Exact<$key>,
        ) -> $crate::Result<bool> {
            $crate::__codegen::delete::<$model>(writer, key).await
        }

        /// Removes every record of a query, in bounded batches; how many there were.
        pub async fn delete_by<__Kind: 'static>(
            writer: &impl $crate::Write,
            query: $crate::Query<$model, __Kind>,
        ) -> $crate::Result<u64> {
            $crate::__codegen::delete_by(writer, query).await
        }
    };
}
