//! The tests of the generator, as one program.

mod diagnostics;
mod golden;
mod mutations;
mod random;
