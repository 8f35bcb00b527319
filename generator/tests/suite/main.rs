//! The tests of the generator, as one program.

mod random;
