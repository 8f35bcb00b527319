//! A store written by one schema, opened by the next: the runtime says what `keyloom breaking` said at review time.

mod large;
mod nested;
mod pairs;
mod together;
