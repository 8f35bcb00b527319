//! Whatever the seed, the generator gives Rust.

use std::collections::BTreeSet;

use keyloom_generator::model::RelationKind;
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

#[test]
fn random_schemas_hold_every_kind_of_relation_counts_and_events() {
    let models = (0..60).flat_map(|seed| Random::new(seed).schema().models);
    let (mut kinds, mut counts, mut events) = (BTreeSet::new(), 0, 0);
    for model in models {
        counts += model.counts.len();
        events += model.events.map_or(0, |events| events.own.len());
        kinds.extend(model.relations.iter().map(|it| match it.kind {
            RelationKind::BelongsTo { .. } => "belongs-to",
            RelationKind::HasOne { .. } => "has-one",
            RelationKind::HasMany { .. } => "has-many",
            RelationKind::HasManyThrough { .. } => "through",
            RelationKind::ReferencesMany { .. } => "references-many",
        }));
    }
    assert_eq!(kinds.len(), 5, "{kinds:?}");
    assert!(
        counts > 60 && events > 60,
        "{counts} counts, {events} events"
    );
}
