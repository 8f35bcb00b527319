//! KDL 2, read so that one fault does not hide the next.
//!
//! A KDL library stops at the first bad value and names what its grammar wanted there. A schema is written by people who
//! know SQL, Prisma or Rust, and wants an answer in those terms, for every fault at once; so the text is read here. What
//! is accepted, and as what, is KDL 2.0: the tests compare both with the `kdl` crate.
//!
//! **Invariant:** time and memory are linear in the text, and nesting is bounded: no text overflows the stack.

#[cfg(test)]
mod against_kdl;
mod blocks;
mod lexer;
mod node;
mod reader;
mod strings;

pub(crate) use lexer::{Token, TokenKind, is_newline, is_space, tokens};
pub(crate) use node::{Block, Docs, Entry, Node, Value, ValueKind};
pub(crate) use reader::read;
