//! Relations: what they load, what they cost, what a delete does to what refers, and counts.
//!
//! Every case of `cases!` and of `load_cases!` runs on each engine; the latter do less on a cluster.

mod actions;
mod costs;
mod counts;
mod loading;
mod races;
mod truth;

/// How much a case does that takes long.
#[derive(Debug, Clone, Copy)]
pub struct Load {
    /// Races of a kind.
    rounds: i64,
    /// Tasks that write at once.
    writers: i64,
    /// Records that refer to one; more than a step of a batched delete takes.
    children: i64,
    /// Random programs.
    programs: u64,
    /// Writes of a random program; every index and count is read after each.
    steps: u32,
}

impl Load {
    const LOCAL: Self = Self {
        rounds: 1_000,
        writers: 32,
        children: 5_000,
        programs: 12,
        steps: 80,
    };

    const DURABLE: Self = Self {
        programs: 4,
        ..Self::LOCAL
    };

    /// A race takes some thirty requests, and so does a look at every index and count.
    #[cfg(feature = "tikv")]
    const CLUSTER: Self = Self {
        rounds: 200,
        writers: 32,
        children: 2_100,
        programs: 2,
        steps: 40,
    };
}

/// Runs every case on a store of each engine.
macro_rules! cases {
    ($($module:ident: { $($case:ident,)* })*) => {
        cases!(@on memory as memory() $($module: { $($case,)* })*);
        cases!(@on durable as durable() $($module: { $($case,)* })*);
        #[cfg(feature = "tikv")]
        cases!(@on tikv as tikv() $($module: { $($case,)* })*);
    };
    (@on $engine:ident as $name:ident($($load:expr)?) $($module:ident: { $($case:ident,)* })*) => {
        cases!(@each $engine $name ($($load)?) $($module: { $($case,)* })*);
    };
    (@each $engine:ident $name:ident $load:tt $($module:ident: { $($case:ident,)* })*) => {
        mod $name {
            $(mod $module {
                $(cases!(@case $engine $module $case $load);)*
            })*
        }
    };
    (@case $engine:ident $module:ident $case:ident ($($load:expr)?)) => {
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $case() -> keyloom::Result<()> {
            let press = keyloom_tests::presses::$engine().await;
            crate::$module::$case(&press $(, $load)?).await
        }
    };
}

/// Runs every case on a store of each engine, with as much to do as suits it.
macro_rules! load_cases {
    ($($module:ident: { $($case:ident,)* })*) => {
        cases!(@on memory as memory_load(crate::Load::LOCAL) $($module: { $($case,)* })*);
        cases!(@on durable as durable_load(crate::Load::DURABLE) $($module: { $($case,)* })*);
        #[cfg(feature = "tikv")]
        cases!(@on tikv as tikv_load(crate::Load::CLUSTER) $($module: { $($case,)* })*);
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
        many_children_at_once_do_not_conflict,
    }
}

load_cases! {
    actions: {
        a_batched_delete_takes_wide_deep_and_circular_references,
    }
    counts: {
        counts_are_exact_under_many_writers,
    }
    races: {
        restrict_leaves_the_parent_or_the_child_never_the_child_alone,
        cascade_leaves_no_child_behind,
        clear_leaves_no_reference_behind,
    }
    truth: {
        every_index_and_count_follows_the_records_also_through_cascades,
    }
}

/// More records than one transaction deletes take a minute to write on a test cluster, and no engine knows the bound.
mod bound {
    use keyloom::Result;

    #[tokio::test]
    async fn on_a_store_in_memory() -> Result<()> {
        let press = keyloom_tests::presses::memory().await;
        crate::actions::a_cascade_over_the_bound_names_the_call_that_takes_any_number(&press).await
    }

    #[tokio::test]
    async fn on_a_durable_store() -> Result<()> {
        let press = keyloom_tests::presses::durable().await;
        crate::actions::a_cascade_over_the_bound_names_the_call_that_takes_any_number(&press).await
    }
}
