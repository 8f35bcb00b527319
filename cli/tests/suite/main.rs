//! The binary `keyloom`, run as a person runs it: whole output and exit code of each command.

#![forbid(unsafe_code)]

mod check;
mod fmt;
mod support;
