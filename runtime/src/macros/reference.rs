//! References to other tables.

/// The static of a reference to another table.
#[doc(hidden)]
#[macro_export]
macro_rules! __reference {
    (
        $name:ident = $relation:literal by [$($kind:ident $field:literal),*] to $target:path
        $(, $call:ident($($argument:path)?))*
    ) => {
        pub(crate) static $name: $crate::__codegen::Reference = $crate::__codegen::Reference::new(
            $relation,
            &__TABLE,
            &[$($crate::__codegen::By::$kind($field)),*],
            &$target,
        )$(.$call($(&$argument)?))*;
    };
}

/// The function that a table has if deletes of its records take others with them.
#[doc(hidden)]
#[macro_export]
macro_rules! __delete_cascade {
    ($model:ident, $key:ty) => {
        /// Removes a record with all that goes with it, in several transactions: run it with `.batched()`.
        pub fn delete_cascade(
            store: &$crate::Store,
            key: impl $crate::Exact<$key>,
        ) -> $crate::DeleteCascade<$model> {
            $crate::__codegen::delete_cascade(store, key)
        }
    };
}
