//! The tests of the generator, as one program.

mod diagnostics;
mod golden;
mod language;
mod mutations;
mod random;
