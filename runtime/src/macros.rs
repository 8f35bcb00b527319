//! What is the same for every model, struct, enum and id of generated code, written once.
//!
//! Exported hidden and reached through `keyloom::__codegen` only. Doc comments are given here, so that the items are
//! documented like any other.

/// The bytes of a struct's or model's fields, in layout order.
#[doc(hidden)]
#[macro_export]
macro_rules! __record {
    ($name:ty, $descriptor:path, { $($field:ident),* $(,)? }) => {
        impl $crate::__codegen::Record for $name {
            fn encode(&self, out: &mut $crate::__codegen::Encoder<'_>) {
                let outer = out.open($descriptor.fields);
                $(out.field(&self.$field);)*
                out.close(outer);
            }

            fn decode(
                from: &mut $crate::__codegen::Decoder<'_>,
            ) -> $crate::__codegen::ReadResult<Self> {
                let outer = from.open($descriptor.fields)?;
                let record = Self { $($field: from.field()?),* };
                from.close(outer);
                $crate::__codegen::std::result::Result::Ok(record)
            }
        }

        impl $crate::FieldValue for $name {
            fn write(&self, out: &mut $crate::__codegen::Encoder<'_>) {
                $crate::__codegen::Record::encode(self, out);
            }

            fn read(
                from: &mut $crate::__codegen::Decoder<'_>,
            ) -> $crate::__codegen::ReadResult<Self> {
                $crate::__codegen::Record::decode(from)
            }
        }
    };
}

/// A model that an index includes as a whole.
#[doc(hidden)]
#[macro_export]
macro_rules! __covered_record {
    ($name:ty) => {
        impl $crate::__codegen::Covered for $name {
            fn read(
                row: &mut $crate::__codegen::CoveredRow<'_>,
            ) -> $crate::__codegen::ReadResult<Self> {
                row.record()
            }
        }
    };
}

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

        impl $crate::KeyPart for $name {
            fn put(&self, out: &mut $crate::__codegen::KeyWriter<'_>) {
                out.variant($descriptor.place, match self { $(Self::$variant => $place),* });
            }
        }

        impl $crate::KeyValue for $name {
            fn take(
                from: &mut $crate::__codegen::KeyReader<'_>,
            ) -> $crate::__codegen::ReadResult<Self> {
                let stored = from.variant($descriptor.place)?;
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

        impl $crate::FieldValue for $name {
            fn write(&self, out: &mut $crate::__codegen::Encoder<'_>) {
                out.variant($descriptor.place, match self { $(Self::$variant => $place),* });
            }

            fn read(
                from: &mut $crate::__codegen::Decoder<'_>,
            ) -> $crate::__codegen::ReadResult<Self> {
                let stored = from.variant($descriptor.place)?;
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

        impl $crate::KeyPart for $name {
            fn put(&self, out: &mut $crate::__codegen::KeyWriter<'_>) {
                match self {
                    $(Self::$variant => out.variant($descriptor.place, $place),)*
                    Self::Other(name) => out.other_variant($descriptor.place, name),
                }
            }
        }

        impl $crate::KeyValue for $name {
            fn take(
                from: &mut $crate::__codegen::KeyReader<'_>,
            ) -> $crate::__codegen::ReadResult<Self> {
                $crate::__codegen::std::result::Result::Ok(match from.variant($descriptor.place)? {
                    $($crate::__codegen::VariantOf::Known($place, _) => Self::$variant,)*
                    other => Self::Other($crate::__codegen::std::string::String::from(other.name())),
                })
            }
        }

        impl $crate::FieldValue for $name {
            fn write(&self, out: &mut $crate::__codegen::Encoder<'_>) {
                match self {
                    $(Self::$variant => out.variant($descriptor.place, $place),)*
                    Self::Other(name) => out.other_variant($descriptor.place, name),
                }
            }

            fn read(
                from: &mut $crate::__codegen::Decoder<'_>,
            ) -> $crate::__codegen::ReadResult<Self> {
                $crate::__codegen::std::result::Result::Ok(match from.variant($descriptor.place)? {
                    $($crate::__codegen::VariantOf::Known($place, _) => Self::$variant,)*
                    other => Self::Other($crate::__codegen::std::string::String::from(other.name())),
                })
            }
        }

        $crate::__enumeration_text!($name);
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

/// The store of a schema.
#[doc(hidden)]
#[macro_export]
macro_rules! __store {
    ($store:ident, $schema:path) => {
        impl $store {
            /// Opens the store at an address: a folder, or `memory:`; options stand behind `?`, as in
            /// `data?durability=relaxed`.
            ///
            /// Registers what is new in the schema, and fills new indexes. `Error::Schema` if the store holds another
            /// schema, or records that this one cannot follow.
            pub async fn open(
                address: impl $crate::__codegen::std::convert::AsRef<str>,
            ) -> $crate::Result<Self> {
                Self::open_with($crate::OpenOptions::new(address)?).await
            }

            /// Opens the store with options.
            pub async fn open_with(options: $crate::OpenOptions) -> $crate::Result<Self> {
                options.open_schema(&$schema).await.map(Self)
            }

            /// Opens the store on an engine of the caller's own.
            pub async fn open_on(engine: impl $crate::engine::Engine) -> $crate::Result<Self> {
                $crate::Store::over(engine, &$schema).await.map(Self)
            }
        }

        impl $crate::__codegen::std::ops::Deref for $store {
            type Target = $crate::Store;

            fn deref(&self) -> &$crate::Store {
                &self.0
            }
        }

        impl $crate::__codegen::Sealed for $store {}

        impl $crate::Read for $store {
            fn view(&self) -> $crate::__codegen::View {
                $crate::Read::view(&self.0)
            }
        }

        impl $crate::Write for $store {
            fn target(&self) -> $crate::__codegen::Target {
                $crate::Write::target(&self.0)
            }
        }
    };
}

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
