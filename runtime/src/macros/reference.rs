//! References to other tables.

/// The static of a reference to another table.
#[doc(hidden)]
#[macro_export]
macro_rules! __reference {
    (
        $name:ident = $relation:literal by [$($field:literal $($optional:tt)?),*] to $target:path
        $(, $call:ident($($argument:path)?))*
    ) => {
        pub(crate) static $name: $crate::__codegen::Reference = $crate::__codegen::Reference::new(
            $relation,
            &__TABLE,
            &[$($crate::__codegen::By {
                name: $field,
                optional: $crate::__is_there!($($optional)?),
            }),*],
            &$target,
        )$(.$call($(&$argument)?))*;
    };
}

/// Whether a token stands there.
#[doc(hidden)]
#[macro_export]
macro_rules! __is_there {
    () => {
        false
    };
    ($token:tt) => {
        true
    };
}
