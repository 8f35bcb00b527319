//! Everything that the first layer's README promised, a test a promise, on the embedded engine and on TiKV.

mod events;
mod queries;
mod records;

keyloom::include_schema!("parity");

use parity::{NewPost, NewTag, NewUser, Parity, Post, Tag, User, UserId};

/// The part of an address behind the `@`: the function of a computed index.
pub(crate) fn domain_of(user: &User) -> Option<String> {
    let (_, domain) = user.email.split_once('@')?;
    Some(domain.to_owned())
}

/// A user with a name, and an address made of it.
fn user(name: &str) -> User {
    User::new(NewUser {
        name: name.to_owned(),
        email: format!("{}@example.com", name.to_lowercase()),
    })
}

fn post(author: UserId, title: &str) -> Post {
    Post::new(NewPost {
        author_id: author,
        title: title.to_owned(),
    })
}

fn tag(name: &str) -> Tag {
    Tag::new(NewTag {
        name: name.to_owned(),
    })
}

fn names(users: &[User]) -> Vec<&str> {
    users.iter().map(|user| user.name.as_str()).collect()
}

async fn open(address: &str) -> Parity {
    let store = Parity::open(address).await;
    store.unwrap_or_else(|error| panic!("`{address}`: {error}"))
}

/// Runs every case on a store of each engine.
macro_rules! cases {
    ($($module:ident: { $($case:ident,)* })*) => {
        cases!(@on memory ("memory:".to_owned()) $($module: { $($case,)* })*);
        cases!(@on durable (crate::folder()) $($module: { $($case,)* })*);
        #[cfg(feature = "tikv")]
        cases!(@on tikv (keyloom_tests::tikv_address()) $($module: { $($case,)* })*);
    };
    (@on $engine:ident ($address:expr) $($module:ident: { $($case:ident,)* })*) => {
        mod $engine {
            $(mod $module {
                $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $case() -> keyloom::Result<()> {
                    let store = crate::open(&$address).await;
                    crate::$module::$case(&store).await
                })*
            })*
        }
    };
}

fn folder() -> String {
    keyloom_tests::folder::fresh().display().to_string()
}

cases! {
    records: {
        a_record_is_created_found_updated_and_deleted,
        a_transaction_writes_everything_or_nothing,
        a_transaction_that_meets_another_runs_again,
        a_value_of_a_unique_index_is_taken_once,
    }
    queries: {
        a_query_finds_by_value,
        a_query_finds_by_several_fields,
        a_query_takes_a_limit_and_goes_on_at_a_cursor,
        a_query_runs_in_reverse,
        a_query_runs_inside_a_transaction_and_sees_its_writes,
        a_conditional_index_holds_what_its_condition_says,
        a_custom_index_holds_what_a_function_says,
        embedded_relationships_come_with_their_records,
    }
    events: {
        every_write_is_an_event_of_its_type,
        events_of_a_partition_key_come_in_their_order,
        a_topic_has_1024_partitions,
        each_group_has_a_checkpoint_of_its_own,
        workers_handle_several_events_at_a_time,
        several_workers_share_the_events_and_each_is_handled_once,
        partitions_can_be_given_out_by_hand,
        a_shutdown_finishes_what_runs,
        an_event_of_the_applications_own_has_its_payload,
    }
}

/// Several endpoints of PD, of which one answers.
#[cfg(feature = "tikv")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_connects_through_any_of_several_endpoints() -> keyloom::Result<()> {
    let address = keyloom_tests::tikv_address();
    let several = address.replacen("tikv://", "tikv://127.0.0.1:1,", 1);
    let store = open(&several).await;
    parity::users::insert(&store, &user("Ada")).await?;
    assert_eq!(parity::users::all().count(&open(&address).await).await?, 1);
    Ok(())
}

#[test]
fn every_case_has_a_page_that_shows_it() {
    let page = include_str!("../../docs/coming-from-tito.md");
    for call in [
        "users::insert(",
        "users::get(",
        "users::update(",
        "users::delete(",
        "users::by_email(",
        ".include((posts::tags()",
        ".limit(",
        ".after(",
        ".reverse()",
        "posts::publish(",
        ".workers(",
        ".concurrency(",
        ".partitions(",
        ".shutdown(",
    ] {
        assert!(page.contains(call), "the page shows no `{call}`");
    }
}
