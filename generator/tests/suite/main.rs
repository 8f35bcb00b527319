//! The tests of the generator, as one program.

mod breaking;
mod diagnostics;
mod golden;
mod language;
mod mutations;
mod random;
mod random_schemas;
mod samples;
