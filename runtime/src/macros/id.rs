//! Newtypes of keys.

/// An id: a newtype over the type of a model's single-field key.
#[doc(hidden)]
#[macro_export]
macro_rules! __id {
    ($id:ident($inner:ty)) => {
        impl $crate::KeyPart for $id {
            fn put(&self, out: &mut $crate::__codegen::KeyWriter<'_>) {
                $crate::KeyPart::put(&self.0, out);
            }
        }

        impl $crate::KeyValue for $id {
            fn take(
                from: &mut $crate::__codegen::KeyReader<'_>,
            ) -> $crate::__codegen::ReadResult<Self> {
                $crate::__codegen::std::result::Result::Ok(Self($crate::KeyValue::take(from)?))
            }
        }

        impl $crate::FieldValue for $id {
            fn write(&self, out: &mut $crate::__codegen::Encoder<'_>) {
                $crate::FieldValue::write(&self.0, out);
            }

            fn read(
                from: &mut $crate::__codegen::Decoder<'_>,
            ) -> $crate::__codegen::ReadResult<Self> {
                $crate::__codegen::std::result::Result::Ok(Self($crate::FieldValue::read(from)?))
            }

            fn check(
                &self,
                field: &$crate::__codegen::Field,
            ) -> $crate::__codegen::std::result::Result<(), $crate::__codegen::std::string::String>
            {
                $crate::FieldValue::check(&self.0, field)
            }

            fn item_length(&self) -> $crate::__codegen::std::option::Option<(usize, &'static str)> {
                $crate::FieldValue::item_length(&self.0)
            }
        }

        impl $crate::__codegen::std::convert::From<$inner> for $id {
            fn from(key: $inner) -> Self {
                Self(key)
            }
        }

        impl $crate::__codegen::std::fmt::Display for $id {
            fn fmt(
                &self,
                f: &mut $crate::__codegen::std::fmt::Formatter<'_>,
            ) -> $crate::__codegen::std::fmt::Result {
                $crate::__codegen::IdText::show(&self.0, f)
            }
        }

        impl $crate::__codegen::std::str::FromStr for $id {
            type Err = <$inner as $crate::__codegen::IdText>::Error;

            fn from_str(text: &str) -> $crate::__codegen::std::result::Result<Self, Self::Err> {
                $crate::__codegen::IdText::parse(text).map(Self)
            }
        }

        impl $crate::__codegen::serde::Serialize for $id {
            fn serialize<S: $crate::__codegen::serde::Serializer>(
                &self,
                serializer: S,
            ) -> $crate::__codegen::std::result::Result<S::Ok, S::Error> {
                $crate::__codegen::serde::Serialize::serialize(&self.0, serializer)
            }
        }

        impl<'de> $crate::__codegen::serde::Deserialize<'de> for $id {
            fn deserialize<D: $crate::__codegen::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> $crate::__codegen::std::result::Result<Self, D::Error> {
                $crate::__codegen::serde::Deserialize::deserialize(deserializer).map(Self)
            }
        }
    };
}

/// What only an id over a UUID has.
#[doc(hidden)]
#[macro_export]
macro_rules! __uuid_id {
    ($id:ident) => {
        impl $id {
            /// A new key: a UUID of version 7, which starts with the time.
            #[expect(clippy::new_without_default, reason = "a new key is not a default")]
            #[must_use]
            pub fn new() -> Self {
                Self($crate::Uuid::now_v7())
            }
        }
    };
}

/// What only an id over a string has: texts stand for it in queries.
#[doc(hidden)]
#[macro_export]
macro_rules! __text_id {
    ($id:ident) => {
        impl $crate::__codegen::std::convert::From<&str> for $id {
            fn from(text: &str) -> Self {
                Self($crate::__codegen::std::string::String::from(text))
            }
        }

        impl $crate::Exact<$id> for &str {
            fn put_value(&self, out: &mut $crate::__codegen::KeyWriter<'_>) {
                $crate::KeyPart::put(*self, out);
            }
        }

        impl $crate::Span<$id> for &str {
            type Kind = $crate::__codegen::Value;

            fn span(self) -> $crate::__codegen::PartSpan {
                $crate::Span::<$id>::span($id::from(self))
            }
        }

        impl $crate::Span<$id> for $crate::StartsWith {
            type Kind = $crate::__codegen::Several;

            fn span(self) -> $crate::__codegen::PartSpan {
                $crate::__codegen::text_prefix(&self)
            }
        }
    };
}
