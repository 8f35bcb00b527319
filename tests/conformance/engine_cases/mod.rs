//! What every engine promises, as small cases over the engine contract.
//!
//! An engine is added by one line: `engine_suite!(name, async { the engine, empty });`. Each case gets an engine of its
//! own.

pub mod appends;
pub mod commits;
pub mod concurrency;
pub mod conflicts;
pub mod lifecycle;
pub mod reads;
pub mod snapshots;

use keyloom::engine::{
    Changes, Engine, EngineError, KeyRange, Outcome, PageSize, Pair, ScanOptions, Snapshot,
};

/// Runs every case on the engine that `$open`, a future, makes for it.
#[macro_export]
macro_rules! engine_suite {
    ($name:ident, $open:expr) => {
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            $crate::engine_suite!(@cases $open;
                reads: {
                    a_key_never_written_is_missing,
                    an_empty_value_is_not_a_missing_one,
                    get_many_answers_in_the_order_asked_with_gaps_and_repeats,
                    a_scan_is_in_byte_order_and_its_end_is_not_in_it,
                    a_reverse_scan_begins_at_the_end,
                    a_limit_takes_the_first_of_the_direction,
                    a_limit_of_zero_and_an_empty_or_inverted_range_give_nothing,
                    a_scan_for_keys_leaves_values_empty,
                    bounds_of_all_ff_lose_no_key,
                    a_scan_without_an_end_reaches_the_last_key,
                    pages_concatenate_to_the_whole,
                    pages_by_weight_concatenate_to_the_whole,
                },
                commits: {
                    all_writes_of_a_transaction_appear_together,
                    a_delete_removes_and_a_delete_of_nothing_is_fine,
                    a_conflict_writes_nothing_at_all,
                    a_large_value_comes_back_whole,
                    a_transaction_of_many_writes_comes_back_whole,
                    commit_numbers_grow,
                    a_transaction_without_writes_commits,
                    what_is_past_the_limits_is_refused_and_nothing_written,
                },
                conflicts: {
                    the_first_committer_wins_and_the_other_hears_which_key,
                    no_update_is_lost,
                    transactions_on_different_keys_do_not_conflict,
                    a_delete_conflicts_like_a_put,
                    two_inserts_of_one_key_conflict,
                    guards_prevent_write_skew,
                    guards_do_not_conflict_with_each_other,
                    a_write_of_what_another_guarded_is_refused,
                    guards_without_writes_are_checked,
                    a_change_before_the_snapshot_is_no_conflict,
                    a_conflict_is_resolved_by_a_new_snapshot,
                },
                appends: {
                    offsets_are_counted_by_log_in_the_order_of_commits,
                    a_refused_transaction_takes_no_offset,
                    whoever_sees_an_entry_sees_all_before_it,
                    concurrent_appends_are_gapless_and_each_is_there_once,
                    a_ready_key_is_put_until_the_log_is_unlisted,
                    a_head_that_is_none_fails_its_transaction_and_no_other,
                    counters_add_up_and_vanish_at_zero,
                    a_refused_transaction_adds_nothing,
                    concurrent_adds_give_the_exact_sum,
                    what_is_durable_is_in_every_durable_snapshot,
                },
                snapshots: {
                    a_snapshot_does_not_see_later_commits,
                    a_snapshot_sees_every_commit_answered_before_it,
                    a_clone_sees_what_the_snapshot_sees,
                    an_old_snapshot_stays_whole_under_many_commits,
                },
                concurrency: {
                    concurrent_increments_give_the_exact_sum,
                    transfers_between_accounts_keep_their_sum_in_every_snapshot,
                    a_commit_whose_future_is_dropped_still_happens,
                },
                lifecycle: {
                    after_close_everything_answers_closed,
                },
            );
        }
    };
    (@cases $open:expr; $($module:ident: { $($case:ident,)* },)*) => {
        $(mod $module {
            #[allow(unused_imports)]
            use super::*;

            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() {
                let engine = $open.await;
                $crate::engine_cases::$module::$case(&engine).await;
            })*
        })*
    };
}

fn put<K: AsRef<[u8]>, V: AsRef<[u8]>>(pairs: &[(K, V)]) -> Changes {
    Changes {
        writes: pairs
            .iter()
            .map(|(key, value)| (key.as_ref().to_vec(), Some(value.as_ref().to_vec())))
            .collect(),
        ..Changes::default()
    }
}

fn delete(keys: &[&str]) -> Changes {
    Changes {
        writes: keys
            .iter()
            .map(|key| (key.as_bytes().to_vec(), None))
            .collect(),
        ..Changes::default()
    }
}

fn guard(mut changes: Changes, key: &str) -> Changes {
    changes.guards.insert(key.as_bytes().to_vec());
    changes
}

async fn commit(engine: &impl Engine, changes: Changes) -> Outcome {
    let base = engine.snapshot().await.unwrap();
    engine.commit(&base, changes).await
}

async fn written(engine: &impl Engine, changes: Changes) -> u64 {
    number(commit(engine, changes).await)
}

#[track_caller]
fn number(outcome: Outcome) -> u64 {
    match outcome {
        Outcome::Committed { number, .. } => number,
        other => panic!("expected a commit, found {other:?}"),
    }
}

/// The key of a conflict; an engine may not know it any more and leave it empty.
#[track_caller]
fn assert_conflict(outcome: &Outcome, expected: &str) {
    match outcome {
        Outcome::Conflict { key } if key.is_empty() || key == expected.as_bytes() => {}
        other => panic!("expected a conflict on {expected:?}, found {other:?}"),
    }
}

async fn get(engine: &impl Engine, key: &str) -> Option<String> {
    let value = engine.snapshot().await.unwrap().get(key.as_bytes()).await;
    value
        .unwrap()
        .map(|value| String::from_utf8_lossy(&value).into_owned())
}

const FORWARD: ScanOptions = ScanOptions {
    limit: usize::MAX,
    reverse: false,
    keys_only: false,
};

const REVERSE: ScanOptions = ScanOptions {
    reverse: true,
    ..FORWARD
};

fn range(start: &[u8], end: Option<&[u8]>) -> KeyRange {
    KeyRange {
        start: start.to_vec(),
        end: end.map(<[u8]>::to_vec),
    }
}

async fn scan(engine: &impl Engine, range: KeyRange, options: ScanOptions) -> Vec<Pair> {
    let snapshot = engine.snapshot().await.unwrap();
    snapshot.scan(&range, options).await.unwrap()
}

/// The keys of a scan, as text.
async fn keys(engine: &impl Engine, range: KeyRange, options: ScanOptions) -> Vec<String> {
    scan(engine, range, options)
        .await
        .into_iter()
        .map(|(key, _)| String::from_utf8_lossy(&key).into_owned())
        .collect()
}
