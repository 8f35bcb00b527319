//! Structs and models as records.

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
