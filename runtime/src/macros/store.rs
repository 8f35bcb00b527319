//! The store of a schema.

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
