//! Random schemas: their modules compile without a warning, and their stores open. `KEYLOOM_RANDOM_SEEDS=100..120` takes others.

#![deny(warnings)]
#![allow(
    dead_code,
    unused_imports,
    reason = "the tests call little of the modules"
)]
#![allow(
    clippy::nonminimal_bool,
    clippy::overly_complex_bool_expr,
    reason = "a random condition may hold for nothing, which the checker refuses in a schema's text"
)]

/// The module of each seed, and its store on each engine.
macro_rules! seeds {
    ($($seed:ident $file:literal;)*) => { $(
        mod $seed {
            include!($file);

            async fn open(address: &str) -> keyloom::Result<keyloom::Store> {
                let store = odd_store::OddStore::open(address).await?;
                Ok((*store).clone())
            }

            #[tokio::test]
            async fn opens_in_a_folder() -> keyloom::Result<()> {
                let folder = tempfile::tempdir().unwrap();
                let address = folder.path().display().to_string();
                crate::opened_again_it_is_unchanged(async || open(&address).await).await
            }

            #[cfg(feature = "tikv")]
            #[tokio::test]
            async fn opens_on_a_cluster() -> keyloom::Result<()> {
                let address = keyloom_tests::tikv_address();
                crate::opened_again_it_is_unchanged(async || open(&address).await).await
            }
        }
    )* };
}

include!(concat!(env!("OUT_DIR"), "/random.rs"));

/// The functions of computed parts.
mod domains {
    /// Of any model.
    pub fn of<T>(_: &T) -> Option<String> {
        None
    }
}

/// A store finds its schema as it left it: nothing is registered a second time.
async fn opened_again_it_is_unchanged(
    open: impl AsyncFn() -> keyloom::Result<keyloom::Store>,
) -> keyloom::Result<()> {
    let mut dumps = [Vec::new(), Vec::new()];
    for dump in &mut dumps {
        let store = open().await?;
        store.dump(dump, |_| {}).await?;
        store.close().await?;
    }
    let [first, second] = dumps;
    assert!(
        first == second,
        "{} bytes, then {}",
        first.len(),
        second.len()
    );
    Ok(())
}
