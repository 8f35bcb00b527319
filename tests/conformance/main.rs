//! What every engine promises, and what the generated code promises on every engine.
//!
//! Another engine plugs in by one line in `engines`, and one in `contract`.

mod bad_input;
mod engine_cases;
mod evolution;
mod indexes;
mod options;
mod pages;
mod reads;
mod transactions;
mod writes;

/// Runs every case on a store of each engine.
macro_rules! cases {
    ($($module:ident: { $($case:ident,)* })*) => {
        cases!(@on memory $($module: { $($case,)* })*);
        cases!(@on durable $($module: { $($case,)* })*);
        cases!(@on relaxed $($module: { $($case,)* })*);
        #[cfg(feature = "tikv")]
        cases!(@on tikv $($module: { $($case,)* })*);
        #[cfg(feature = "tikv")]
        cases!(@on tikv_split $($module: { $($case,)* })*);
    };
    (@on $engine:ident $($module:ident: { $($case:ident,)* })*) => {
        mod $engine {
            $(mod $module {
                $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $case() -> keyloom::Result<()> {
                    let shop = keyloom_tests::$engine().await;
                    crate::$module::$case(&shop).await
                })*
            })*
        }
    };
}

cases! {
    reads: {
        a_record_comes_back_exactly_as_it_was_written,
        get_many_keeps_the_order_and_shows_what_is_missing,
        keys_are_exact,
        order_is_byte_order_of_text_and_value_order_of_numbers,
        ranges_take_both_bounds_and_none,
        starts_with_finds_prefixes_of_several_bytes,
        optional_parts_tell_absent_from_present,
        an_enum_is_found_by_value_and_an_ordered_one_by_range,
        a_composite_key_is_read_by_a_prefix,
        exists_count_first_and_filter_agree,
        a_snapshot_does_not_move,
        a_stream_gives_every_row_of_one_snapshot,
    }
    pages: {
        pages_concatenate_to_the_whole_at_every_size_both_ways,
        equal_values_are_ordered_by_key,
        a_page_neither_skips_nor_repeats_while_others_write,
        cursors_of_another_query_or_store_are_refused,
        a_cursor_survives_the_delete_of_its_entry,
        a_filter_fills_pages,
        distinct_gives_each_record_once_across_pages,
    }
    writes: {
        insert_refuses_and_put_replaces,
        update_and_modify_need_the_record,
        a_version_counts_and_guards,
        on_update_fires_only_if_something_else_changed,
        created_at_stays,
        numbers_are_handed_out_and_rise,
        insert_many_is_all_or_nothing,
        delete_by_deletes_what_the_query_finds,
        a_secret_is_not_shown,
        an_open_variant_round_trips_only_if_the_store_knows_it,
    }
    indexes: {
        a_unique_value_is_taken_once_whatever_its_case,
        absent_is_not_unique_unless_nulls_are_equal,
        a_unique_value_moves_with_its_record,
        a_conditional_index_follows_all_four_transitions,
        each_element_has_one_entry_and_duplicates_none,
        a_computed_part_follows_the_record,
        covering_entries_follow_included_fields,
        a_whole_record_is_read_from_the_index,
        decimals_compare_by_value,
        times_before_1970_sort_first,
        descending_parts_take_natural_ranges,
        a_key_of_text_is_folded_in_an_index,
    }
    transactions: {
        a_transaction_sees_its_own_writes_in_gets_and_scans,
        an_error_rolls_back_and_is_returned,
        a_conflict_runs_the_closure_again,
        concurrent_increments_are_all_counted,
        two_inserts_of_one_unique_value_leave_one,
        a_handle_after_the_end_is_an_error,
        begin_commit_and_drop,
        a_guard_prevents_write_skew,
        the_callers_own_error_comes_out,
        two_writes_side_by_side_check_each_other,
        modifies_of_one_record_side_by_side_all_count,
        deletes_of_one_query_side_by_side_take_each_record_once,
    }
    bad_input: {
        a_value_over_its_limits_is_refused_with_its_field,
        nan_has_no_place_in_a_key,
        a_key_over_the_engines_limit_is_refused,
        a_query_with_a_limit_of_zero_is_refused,
        modify_must_not_change_the_key,
    }
}

/// The engine contract itself.
mod contract {
    #[cfg(feature = "tikv")]
    use keyloom::engine::tikv::{TikvEngine, TikvOptions};
    use keyloom::engine::{
        boxed::BoxedEngine,
        embedded::{Durability, EmbeddedEngine, EmbeddedOptions, Location},
    };
    use std::time::Duration;

    async fn open(location: Location, durability: Durability) -> EmbeddedEngine {
        let options = EmbeddedOptions {
            durability,
            ..EmbeddedOptions::default()
        };
        EmbeddedEngine::open(location, options).await.unwrap()
    }

    fn folder() -> Location {
        Location::Folder(keyloom_tests::folder::fresh())
    }

    const RELAXED: Durability = Durability::Relaxed {
        flush: Duration::from_millis(20),
    };

    crate::engine_suite!(memory, async {
        open(Location::Memory, Durability::Durable).await
    });
    crate::engine_suite!(durable, async { open(folder(), Durability::Durable).await });
    crate::engine_suite!(relaxed, async { open(folder(), RELAXED).await });
    #[cfg(feature = "tikv")]
    async fn tikv(address: String) -> TikvEngine {
        let options = TikvOptions::parse(&address["tikv://".len()..]).unwrap();
        TikvEngine::open(options).await.unwrap()
    }

    #[cfg(feature = "tikv")]
    crate::engine_suite!(tikv, async { tikv(keyloom_tests::tikv_address()).await });
    #[cfg(feature = "tikv")]
    crate::engine_suite!(tikv_split, async {
        let keys = keyloom_tests::regions::everywhere();
        tikv(keyloom_tests::tikv_split_address(&keys)).await
    });
    crate::engine_suite!(boxed, async {
        BoxedEngine::new(open(Location::Memory, Durability::Durable).await)
    });
}
