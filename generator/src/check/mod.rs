//! Statements to a checked schema: every name looked up, every rule of the language asked.
//!
//! **Invariant:** one mistake is one fault. What depends on something that has been reported is not looked at: a field
//! of an unknown type is still a field, and an index of it is silent.

mod conditions;
mod enums;
mod events;
mod fields;
mod foreign_types;
mod guesses;
mod indexes;
mod keys;
mod layouts;
mod models;
mod names;
mod paths;
mod relations;
mod structs;
mod types;
mod values;
mod world;

use crate::diagnostics::Diagnostic;
use crate::model::{Docs, Schema};
use crate::syntax::tree::Tree;

use guesses::Search;
use world::World;

/// Checks a tree. The schema is there if nothing is an error; `faults` are those of reading it.
pub(crate) fn check(tree: &Tree, faults: Vec<Diagnostic>) -> (Option<Schema>, Vec<Diagnostic>) {
    check_with(tree, faults, &mut Search::default())
}

fn check_with(
    tree: &Tree,
    faults: Vec<Diagnostic>,
    search: &mut Search,
) -> (Option<Schema>, Vec<Diagnostic>) {
    let mut world = World::new(tree, faults);
    names::check(&mut world);
    let enums = enums::check(&mut world);
    fields::resolve(&mut world);
    structs::check_layouts(&mut world);
    keys::check(&mut world);
    let structs = structs::check(&mut world);
    let models = models::check(&mut world);

    let faults = world.into_faults(search);
    let clean = !faults.iter().any(Diagnostic::is_error);
    let schema = tree.schema.as_ref().filter(|_| clean).map(|schema| Schema {
        name: schema.name.text.clone(),
        docs: Docs(schema.docs.clone()),
        enums,
        structs,
        models,
    });
    (schema, faults)
}
