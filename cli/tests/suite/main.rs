//! The binary `keyloom`, run as a person runs it: whole output and exit code of each command.

#![forbid(unsafe_code)]

mod breaking;
mod check;
mod describe;
mod events;
mod fmt;
mod generate;
mod graph;
mod lsp;
mod new;
mod support;
mod transfer;
