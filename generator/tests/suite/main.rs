//! The tests of the generator, as one program.

mod diagnostics;
mod mutations;
mod random;
