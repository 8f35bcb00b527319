//! Processes killed in the middle of their work: what was acknowledged is there, whole.

mod counts;
mod engine;
mod records;
