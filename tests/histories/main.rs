//! Histories under faults: what many tasks did on a store whose commits go wrong, checked against what they were told.

mod bank;
mod tokens;
