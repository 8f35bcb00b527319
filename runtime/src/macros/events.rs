//! The events of a model, and the workers of a store.

/// How the events of a model are read, and which method of a handler takes which.
#[doc(hidden)]
#[macro_export]
macro_rules! __events {
    (
        $event:ident, $handler:ident, $model:ident, $key:ty,
        { $(created $created:ident)? $(updated $updated:ident)? $(deleted $deleted:ident)? },
        { $($own:ident $method:ident $payload:ident $statik:ident),* $(,)? }
    ) => {
        impl $crate::__codegen::Event for $event {
            type Model = $model;

            fn decode(change: &$crate::__codegen::Change) -> $crate::Result<Self> {
                match change.happened::<$model>()? {
                    $($crate::__codegen::Happened::Created => {
                        change.after().map(Self::$created)
                    })?
                    $($crate::__codegen::Happened::Updated => {
                        $crate::__codegen::std::result::Result::Ok(Self::$updated {
                            before: change.before()?,
                            after: change.after()?,
                        })
                    })?
                    $($crate::__codegen::Happened::Deleted => {
                        change.before().map(Self::$deleted)
                    })?
                    $($crate::__codegen::Happened::Own(place) if place == $statik.place => {
                        change.own::<$model, $payload>().map(|(key, event)| Self::$own(key, event))
                    })*
                    _ => $crate::__codegen::std::result::Result::Err(change.unknown::<$model>()),
                }
            }
        }

        $(impl $crate::__codegen::Payload<$model> for $payload {
            const EVENT: &'static $crate::__codegen::OwnEvent = &$statik;
        })*
    };
}

/// The function that publishes a model's events of the application's own.
#[doc(hidden)]
#[macro_export]
macro_rules! __publish {
    ($model:ident, $key:ty) => {
        impl $crate::__codegen::Subject<$model> for $model {
            fn key(&self) -> $key {
                $crate::Model::key(self)
            }

            fn record(&self) -> $crate::__codegen::std::option::Option<&$model> {
                $crate::__codegen::std::option::Option::Some(self)
            }
        }

        impl $crate::__codegen::Subject<$model> for $key {
            fn key(&self) -> $key {
                $crate::__codegen::std::clone::Clone::clone(self)
            }
        }

        /// Publishes an event about a record, given itself or by its key, in order with its changes.
        pub async fn publish(
            writer: &impl $crate::Write,
            of: &impl $crate::__codegen::Subject<$model>,
            event: impl $crate::__codegen::Payload<$model>,
        ) -> $crate::Result<()> {
            $crate::__codegen::publish(writer, of, &event).await
        }
    };
}
