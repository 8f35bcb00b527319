//! Indexes and counts of a table.

/// The static of an index: how it is made, its place, name and definition, its parts, and what else there is to say.
#[doc(hidden)]
#[macro_export]
macro_rules! __index {
    (
        $name:ident = $made:ident $place:literal $index:literal $definition:literal
        [$($part:literal $type:ident $(($of:expr))? $($is:ident)*),*]
        $(, $call:ident($($argument:expr),*))*
    ) => {
        static $name: $crate::__codegen::Index = $crate::__codegen::Index::$made(
            $place,
            $index,
            $definition,
            &[$(
                $crate::__codegen::part($part, $crate::__codegen::Type::$type $(($of))?)
                    $(.$is())*
            ),*],
        )$(.$call($($argument),*))*;
    };
}
