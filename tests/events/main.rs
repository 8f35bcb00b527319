//! Events: what is published with a transaction, and what workers promise of it.
//!
//! Another kind of store plugs in by one line in `cases!`.

#[cfg(feature = "tikv")]
mod cluster;
mod crash;
mod damage;
mod failures;
mod groups;
mod lagging;
mod lifetime;
mod metrics;
mod parked;
mod processes;
mod promises;
mod publishing;
mod ready;
mod removing;
mod spans;
mod tailing;
mod takeover;
mod trimming;
mod world;

/// Runs every case on a store of each kind.
macro_rules! cases {
    ($($module:ident: { $($case:ident,)* })*) => {
        cases!(@on memory crate::world::memory(); $($module: { $($case,)* })*);
        cases!(@on durable crate::world::durable(); $($module: { $($case,)* })*);
        cases!(@on relaxed crate::world::relaxed(); $($module: { $($case,)* })*);
        #[cfg(feature = "tikv")]
        cases!(@on tikv crate::cluster::tikv(); $($module: { $($case,)* })*);
    };
    (@on $store:ident $open:expr; $($module:ident: { $($case:ident,)* })*) => {
        mod $store {
            $(mod $module {
                $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $case() -> keyloom::Result<()> {
                    crate::$module::$case($open.await).await
                })*
            })*
        }
    };
}

cases! {
    promises: {
        every_event_has_its_effect_once_and_in_the_order_of_its_key,
        a_late_commit_is_not_passed_over,
        offsets_have_no_gaps_and_a_key_has_one_partition,
        what_a_failed_attempt_wrote_is_gone,
    }
    failures: {
        a_failed_event_holds_back_later_ones_of_its_key,
        a_failure_in_a_batch_undoes_no_finished_event,
        a_snooze_counts_as_no_attempt,
        a_panic_and_a_deadline_are_failed_attempts,
        a_dead_letter_is_recorded_and_driven_again,
        a_parked_event_holds_back_its_key_only,
        a_blocked_partition_goes_on_when_it_is_moved_past_the_event,
    }
    groups: {
        a_group_has_a_name_that_people_can_tell,
        a_paused_group_takes_nothing_until_it_is_resumed,
        a_group_is_sent_back_and_forward,
        a_group_replays_from_a_time_and_from_an_offset,
        a_group_begins_where_it_is_told,
        delayed_events_come_in_the_order_in_which_they_are_due,
        a_removed_group_begins_anew,
    }
}
