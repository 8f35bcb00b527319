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
