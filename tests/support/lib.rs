//! What the suites share: the generated modules of the test schemas, and ways to open them.

pub mod below;
pub mod cluster;
pub mod engines;
pub mod faulty;
pub mod folder;
pub mod fuzz;
pub mod gates;
pub mod killed;
pub mod logged;
pub mod presses;
pub mod regions;

keyloom::include_schema!("desk");
keyloom::include_schema!("shop");
keyloom::include_schema!("queue");
keyloom::include_schema!("wide");
keyloom::include_schema!("press");
keyloom::include_schema!("till");

/// The functions of computed parts.
pub mod domains {
    use crate::shop::Person;

    /// The part of the address behind the `@`; none if there is none.
    pub fn of_person(person: &Person) -> Option<String> {
        person
            .email
            .split_once('@')
            .map(|(_, domain)| domain.to_owned())
    }
}

/// The functions of computed parts of the schema `press`.
pub mod press_parts {
    use crate::press::Article;

    /// The first letter of the title; none of an empty one.
    pub fn initial(article: &Article) -> Option<String> {
        article.title.chars().next().map(String::from)
    }
}

macro_rules! versions {
    ($($name:ident $folder:literal;)*) => { $(
        /// A version of the schema `ledger`.
        pub mod $name {
            include!(concat!(env!("OUT_DIR"), "/", $folder, "/ledger.rs"));
        }
    )* };
}
versions! {
    v1 "v1";
    v2 "v2";
    plus "plus";
    counted "counted";
}

use shop::{NewPerson, Person, Shop};

/// A later version of the schema `queue`.
pub mod queue2 {
    include!(concat!(env!("OUT_DIR"), "/v2_queue/queue.rs"));
}

/// A version of the schema `queue` that stores of another are refused by.
pub mod b005 {
    include!(concat!(env!("OUT_DIR"), "/bad_b005/queue.rs"));
}

/// A store in memory.
pub async fn memory() -> Shop {
    Shop::open("memory:").await.expect("memory opens")
}

async fn in_folder(options: &str) -> Shop {
    let address = format!("{}{options}", folder::fresh().display());
    Shop::open(address).await.expect("an empty folder opens")
}

/// A durable store in a folder.
pub async fn durable() -> Shop {
    in_folder("").await
}

/// A relaxed store in a folder.
pub async fn relaxed() -> Shop {
    in_folder("?durability=relaxed&flush=50ms").await
}

/// The address of an empty store in the shared [`cluster`]. Others may use that, so it collects no garbage;
/// and many cases at once may be slow on it, so it waits long before it gives a commit up.
#[cfg(feature = "tikv")]
pub fn tikv_address() -> String {
    address_of(&cluster::prefix("t"))
}

#[cfg(feature = "tikv")]
fn address_of(prefix: &str) -> String {
    format!("tikv://{}?prefix={prefix}&gc=off&retry=120s", cluster::pd())
}

/// [`tikv_address`] of a store with a region that begins at each of the keys. A real cluster splits where it likes.
#[cfg(feature = "tikv")]
pub fn tikv_split_address(keys: &[Vec<u8>]) -> String {
    let prefix = cluster::prefix("s");
    if let Some(admin) = cluster::admin() {
        regions::split(&admin, &prefix, keys);
    }
    address_of(&prefix)
}

/// A store in a cluster.
#[cfg(feature = "tikv")]
pub async fn tikv() -> Shop {
    on_tikv(tikv_address()).await
}

/// A store in a cluster, in many regions, which end in the middle of what the cases of `conformance` write.
#[cfg(feature = "tikv")]
pub async fn tikv_split() -> Shop {
    tikv_split_at(&regions::everywhere()).await
}

/// A store in a cluster, with a region that begins at each of the keys.
#[cfg(feature = "tikv")]
pub async fn tikv_split_at(keys: &[Vec<u8>]) -> Shop {
    on_tikv(tikv_split_address(keys)).await
}

#[cfg(feature = "tikv")]
async fn on_tikv(address: String) -> Shop {
    Shop::open(address).await.expect("the cluster opens")
}

/// A person with a name, and an address made of it.
pub fn person(name: &str) -> Person {
    Person::new(NewPerson {
        email: format!("{name}@example.com"),
        name: name.to_owned(),
    })
}
