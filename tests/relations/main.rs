//! Relations: what they load, what they cost, what a delete does to what refers, and counts.
//!
//! Every case of `cases!` runs on each engine.

mod costs;
mod loading;

/// Runs every case on a store of each engine.
macro_rules! cases {
    ($($module:ident: { $($case:ident,)* })*) => {
        cases!(@on memory $($module: { $($case,)* })*);
        cases!(@on durable $($module: { $($case,)* })*);
    };
    (@on $engine:ident $($module:ident: { $($case:ident,)* })*) => {
        mod $engine {
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
}
