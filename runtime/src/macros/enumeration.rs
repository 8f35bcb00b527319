//! Enums: names, and their place in records and keys.

/// The names of a closed enum's variants, and its place in records and keys.
#[doc(hidden)]
#[macro_export]
macro_rules! __enumeration {
    ($name:ident, $descriptor:path, { $($variant:ident = $place:literal $text:literal),* $(,)? }) => {
        impl $name {
            /// Every value, in the order of the schema.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// Its name in the schema.
            #[must_use]
            pub const fn as_str(&self) -> &'static str {
                match self { $(Self::$variant => $text),* }
            }
        }

        impl $crate::__codegen::std::str::FromStr for $name {
            type Err = $crate::__codegen::UnknownVariant;

            fn from_str(
                text: &str,
            ) -> $crate::__codegen::std::result::Result<Self, Self::Err> {
                match text {
                    $($text => $crate::__codegen::std::result::Result::Ok(Self::$variant),)*
                    _ => $crate::__codegen::std::result::Result::Err(
                        $crate::__codegen::unknown_variant(&$descriptor, text),
                    ),
                }
            }
        }

        impl $crate::__codegen::Variants for $name {
            fn stored(&self) -> $crate::__codegen::VariantOf<'_> {
                match self {
                    $(Self::$variant => $crate::__codegen::VariantOf::Known($place, $text)),*
                }
            }

            fn of(stored: $crate::__codegen::VariantOf<'_>) -> $crate::__codegen::ReadResult<Self> {
                match stored {
                    $($crate::__codegen::VariantOf::Known($place, _) => {
                        $crate::__codegen::std::result::Result::Ok(Self::$variant)
                    })*
                    other => $crate::__codegen::std::result::Result::Err(
                        $crate::__codegen::foreign_variant(&$descriptor, other),
                    ),
                }
            }
        }

        $crate::__enumeration_value!($name, $descriptor);
        $crate::__enumeration_text!($name);
    };
}

/// The names of an open enum's variants, and its place in records and keys.
#[doc(hidden)]
#[macro_export]
macro_rules! __open_enumeration {
    ($name:ident, $descriptor:path, { $($variant:ident = $place:literal $text:literal),* $(,)? }) => {
        impl $name {
            /// Every value that this build knows, in the order of the schema.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// Its name in the schema, or in the catalogue for one that this build does not know.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)*
                    Self::Other(name) => name,
                }
            }
        }

        /// A name that this build does not know becomes `Other`; the store refuses it if it does not know it either.
        impl $crate::__codegen::std::str::FromStr for $name {
            type Err = $crate::__codegen::UnknownVariant;

            fn from_str(
                text: &str,
            ) -> $crate::__codegen::std::result::Result<Self, Self::Err> {
                $crate::__codegen::std::result::Result::Ok(match text {
                    $($text => Self::$variant,)*
                    other => Self::Other($crate::__codegen::std::string::String::from(other)),
                })
            }
        }

        impl $crate::__codegen::Variants for $name {
            fn stored(&self) -> $crate::__codegen::VariantOf<'_> {
                match self {
                    $(Self::$variant => $crate::__codegen::VariantOf::Known($place, $text),)*
                    Self::Other(name) => $crate::__codegen::VariantOf::Other(name),
                }
            }

            fn of(stored: $crate::__codegen::VariantOf<'_>) -> $crate::__codegen::ReadResult<Self> {
                $crate::__codegen::std::result::Result::Ok(match stored {
                    $($crate::__codegen::VariantOf::Known($place, _) => Self::$variant,)*
                    other => Self::Other($crate::__codegen::std::string::String::from(other.name())),
                })
            }
        }

        $crate::__enumeration_value!($name, $descriptor);
        $crate::__enumeration_text!($name);
    };
}

/// An enum in records and keys.
#[doc(hidden)]
#[macro_export]
macro_rules! __enumeration_value {
    ($name:ident, $descriptor:path) => {
        impl $crate::KeyPart for $name {
            fn put(&self, out: &mut $crate::__codegen::KeyWriter<'_>) {
                let stored = $crate::__codegen::Variants::stored(self);
                out.variant($descriptor.place, stored);
            }
        }

        impl $crate::KeyValue for $name {
            fn take(
                from: &mut $crate::__codegen::KeyReader<'_>,
            ) -> $crate::__codegen::ReadResult<Self> {
                $crate::__codegen::Variants::of(from.variant($descriptor.place)?)
            }
        }

        impl $crate::FieldValue for $name {
            fn write(&self, out: &mut $crate::__codegen::Encoder<'_>) {
                let stored = $crate::__codegen::Variants::stored(self);
                out.variant($descriptor.place, stored);
            }

            fn read(
                from: &mut $crate::__codegen::Decoder<'_>,
            ) -> $crate::__codegen::ReadResult<Self> {
                $crate::__codegen::Variants::of(from.variant($descriptor.place)?)
            }
        }
    };
}

/// An enum as text: `Display`, and serde as its name.
#[doc(hidden)]
#[macro_export]
macro_rules! __enumeration_text {
    ($name:ident) => {
        impl $crate::__codegen::std::fmt::Display for $name {
            fn fmt(
                &self,
                f: &mut $crate::__codegen::std::fmt::Formatter<'_>,
            ) -> $crate::__codegen::std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl $crate::__codegen::IdText for $name {
            type Error = <Self as $crate::__codegen::std::str::FromStr>::Err;

            fn show(
                &self,
                f: &mut $crate::__codegen::std::fmt::Formatter<'_>,
            ) -> $crate::__codegen::std::fmt::Result {
                f.write_str(self.as_str())
            }

            fn parse(text: &str) -> $crate::__codegen::std::result::Result<Self, Self::Error> {
                text.parse()
            }
        }

        impl $crate::__codegen::serde::Serialize for $name {
            fn serialize<S: $crate::__codegen::serde::Serializer>(
                &self,
                serializer: S,
            ) -> $crate::__codegen::std::result::Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> $crate::__codegen::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::__codegen::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> $crate::__codegen::std::result::Result<Self, D::Error> {
                let text: $crate::__codegen::std::string::String =
                    $crate::__codegen::serde::Deserialize::deserialize(deserializer)?;
                text.parse()
                    .map_err($crate::__codegen::serde::de::Error::custom)
            }
        }
    };
}
