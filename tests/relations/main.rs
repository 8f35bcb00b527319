//! Relations: what they load, what they cost, what a delete does to what refers, and counts.
//!
//! Every case of `cases!` runs on each engine, those of `local_cases!` on the engines of this machine.

mod actions;
mod costs;
mod counts;
mod loading;
mod races;
mod truth;

/// Runs every case on a store of each engine.
macro_rules! cases {
    ($($module:ident: { $($case:ident,)* })*) => {
        cases!(@on memory as memory $($module: { $($case,)* })*);
        cases!(@on durable as durable $($module: { $($case,)* })*);
        #[cfg(feature = "tikv")]
        cases!(@on tikv as tikv $($module: { $($case,)* })*);
    };
    (@on $engine:ident as $name:ident $($module:ident: { $($case:ident,)* })*) => {
        mod $name {
            $(mod $module {
                $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $case() -> keyloom::Result<()> {
                    let world = keyloom_tests::presses::$engine().await;
                    crate::$module::$case(&world.press).await
                })*
            })*
        }
    };
}

/// Runs every case on the engines of this machine.
macro_rules! local_cases {
    ($($module:ident: { $($case:ident,)* })*) => {
        cases!(@on memory as memory_load $($module: { $($case,)* })*);
        cases!(@on durable as durable_load $($module: { $($case,)* })*);
    };
}

cases! {
    loading: {
        a_reference_loads_its_target_and_none_where_there_is_none,
        strict_makes_a_missing_target_an_error,
        a_list_of_references_keeps_its_order_and_repeats,
        the_other_side_loads_in_the_order_of_its_index_with_a_limit_each,
        the_other_side_of_a_list_of_references,
        one_record_that_refers_is_loaded_by_key_or_index,
        a_join_is_passed_through_in_both_directions,
        a_composite_key_is_referred_to_whole_or_not_at_all,
        relations_nest_and_stand_in_tuples,
        every_way_to_run_a_query_brings_relations,
        relations_of_records_at_hand,
        a_transaction_loads_its_own_writes,
        a_limit_of_zero_is_refused,
    }
    actions: {
        what_a_record_refers_to_must_exist,
        references_are_checked_as_they_are_at_commit,
        restrict_refuses_the_delete,
        cascade_takes_all_levels_and_each_record_once,
        a_circle_of_references_goes_as_a_whole,
        clear_is_an_update_like_any_other,
        a_clear_that_breaks_a_unique_index_refuses_the_delete,
        delete_by_obeys_actions,
        what_a_transaction_wrote_goes_with_its_parent_too,
    }
    counts: {
        counts_follow_every_kind_of_write,
        counts_follow_cascades,
        a_transaction_counts_its_own_writes,
    }
    races: {
        of_two_that_overlap_the_first_to_commit_wins,
    }
}

// Thousands of transactions, or of records in one: too much for a test cluster beside everything else.
local_cases! {
    actions: {
        a_cascade_over_the_bound_names_the_call_that_takes_any_number,
        a_batched_delete_takes_wide_deep_and_circular_references,
    }
    counts: {
        counts_are_exact_under_many_writers,
    }
    races: {
        restrict_leaves_the_parent_or_the_child_never_the_child_alone,
        cascade_leaves_no_child_behind,
        clear_leaves_no_reference_behind,
        many_children_at_once_do_not_conflict,
    }
}
