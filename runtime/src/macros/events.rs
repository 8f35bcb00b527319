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

        pub(crate) async fn __dispatch<__Handler: $handler>(
            handler: $crate::__codegen::std::sync::Arc<__Handler>,
            cx: $crate::__codegen::std::sync::Arc<$crate::EventContext>,
            change: $crate::__codegen::Change,
        ) -> $crate::HandlerResult {
            match <$event as $crate::__codegen::Event>::decode(&change)? {
                $($event::$created(record) => handler.created(&cx, record).await,)?
                $($event::$updated { before, after } => {
                    handler.updated(&cx, before, after).await
                })?
                $($event::$deleted(record) => handler.deleted(&cx, record).await,)?
                $($event::$own(key, event) => handler.$method(&cx, key, event).await,)*
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

        /// Publishes an event about a record once a time has passed. Among delayed events, order is by the time when they
        /// are due.
        pub async fn publish_after(
            writer: &impl $crate::Write,
            of: &impl $crate::__codegen::Subject<$model>,
            event: impl $crate::__codegen::Payload<$model>,
            pause: $crate::__codegen::std::time::Duration,
        ) -> $crate::Result<()> {
            $crate::__codegen::publish_after(writer, of, &event, pause).await
        }
    };
}

/// The typed builder of workers.
#[doc(hidden)]
#[macro_export]
macro_rules! __workers {
    ($store:ident, $workers:ident) => {
        impl $store {
            /// Sets up workers of the consumer group `group`. All workers of a group handle the same topics.
            pub fn workers(
                &self,
                group: impl $crate::__codegen::std::convert::Into<
                    $crate::__codegen::std::string::String,
                >,
            ) -> $workers {
                $workers($crate::__codegen::WorkerBuilder::new(&self.0, group))
            }
        }

        impl $workers {
            /// How many partitions are handled at once; 8 unless told.
            pub fn concurrency(self, partitions: usize) -> Self {
                Self(self.0.concurrency(partitions))
            }

            /// How many events of a partition share a transaction while none fails; 32 unless told.
            pub fn batch(self, events: usize) -> Self {
                Self(self.0.batch(events))
            }

            /// Where the group begins if the store does not know it yet; at the earliest event unless told.
            pub fn start_at(self, start: $crate::Start) -> Self {
                Self(self.0.start_at(start))
            }

            /// How often an event is tried before the policy of `poison` applies; 20 times unless told.
            pub fn max_attempts(self, attempts: u32) -> Self {
                Self(self.0.max_attempts(attempts))
            }

            /// The longest pause after a first failed attempt, doubled after each further one, and the longest of all;
            /// 100 ms and one minute unless told.
            pub fn backoff(
                self,
                first: $crate::__codegen::std::time::Duration,
                longest: $crate::__codegen::std::time::Duration,
            ) -> Self {
                Self(self.0.backoff(first, longest))
            }

            /// What happens to an event whose attempts are used up; it blocks its partition unless told.
            pub fn poison(self, policy: $crate::Poison) -> Self {
                Self(self.0.poison(policy))
            }

            /// How long a handler may take; for ever unless told.
            pub fn deadline(self, deadline: $crate::__codegen::std::time::Duration) -> Self {
                Self(self.0.deadline(deadline))
            }

            /// How long a worker may be silent before others take over; 10 s unless told.
            pub fn lease(self, lease: $crate::__codegen::std::time::Duration) -> Self {
                Self(self.0.lease(lease))
            }

            /// Handles these partitions, and takes them from whoever has them; without it, the workers of the group share
            /// all of them. A group uses one way or the other.
            pub fn partitions(self, partitions: $crate::__codegen::std::ops::Range<u16>) -> Self {
                Self(self.0.partitions(partitions))
            }

            /// Registers the group if the store does not know it yet, and starts its workers.
            pub async fn start(self) -> $crate::Result<$crate::Worker> {
                self.0.start().await
            }
        }

        impl $crate::__codegen::std::convert::From<$workers> for $crate::__codegen::WorkerBuilder {
            fn from(workers: $workers) -> Self {
                workers.0
            }
        }
    };
}
