//! The command line: `keyloom check`, `keyloom explain`, `keyloom generate` …

#![forbid(unsafe_code)]

mod commands;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Tools for Keyloom schemas.
#[derive(Debug, Parser)]
#[command(name = "keyloom", version, about, arg_required_else_help = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

/// One file of `commands` each, which says what the command is for.
#[derive(Debug, Subcommand)]
enum Command {
    New(commands::new::New),
    Check(commands::check::Check),
    Explain(commands::explain::Explain),
    Fmt(commands::fmt::Fmt),
    Graph(commands::graph::Graph),
    Breaking(commands::breaking::Breaking),
    Generate(commands::generate::Generate),
    Diff(commands::diff::Diff),
    Schema(commands::schema::Schema),
    Language(commands::language::Language),
    Lsp(commands::lsp::Lsp),
    Dump(commands::transfer::Dump),
    Load(commands::transfer::Load),
    Events(commands::events::Events),
    Completions(commands::completions::Completions),
}

fn main() -> ExitCode {
    match Arguments::parse().command {
        Command::New(command) => command.run(),
        Command::Check(command) => command.run(),
        Command::Explain(command) => command.run(),
        Command::Fmt(command) => command.run(),
        Command::Graph(command) => command.run(),
        Command::Breaking(command) => command.run(),
        Command::Generate(command) => command.run(),
        Command::Diff(command) => command.run(),
        Command::Schema(command) => command.run(),
        Command::Language(command) => command.run(),
        Command::Lsp(command) => command.run(),
        Command::Dump(command) => command.run(),
        Command::Load(command) => command.run(),
        Command::Events(command) => command.run(),
        Command::Completions(command) => command.run(),
    }
}
