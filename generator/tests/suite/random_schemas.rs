//! Whatever the seed, the generator gives Rust.

use keyloom_generator::{Options, generate_module};

use crate::random::Random;

#[test]
fn a_random_schema_gives_text_that_parses() {
    for seed in 0..60 {
        let schema = Random::new(seed).schema();
        let text = generate_module(&schema, Options::default())
            .unwrap_or_else(|fault| panic!("seed {seed}: {fault}\n{schema:#?}"));
        assert!(syn::parse_file(&text).is_ok(), "seed {seed}");
    }
}

#[test]
fn the_same_schema_gives_the_same_bytes() {
    for seed in 0..10 {
        let texts = [(); 2].map(|()| {
            generate_module(
                &Random::new(seed).schema(),
                Options {
                    serde: seed % 2 == 0,
                },
            )
        });
        assert_eq!(texts[0], texts[1], "seed {seed}");
    }
}
