//! `keyloom lsp`

mod answers;
mod documents;
mod positions;
mod server;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Args;
use lsp_server::{Connection, ProtocolError};
use lsp_types::{
    CompletionOptions, HoverProviderCapability, OneOf, ServerCapabilities,
    TextDocumentSyncCapability, TextDocumentSyncKind,
};

use self::server::Server;
use super::output::FAULTS;

/// Serves editors over standard input and output: the language server protocol
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  keyloom lsp    # started by an editor, for files that end in `.kdl`\n\n\
                  It gives diagnostics, hovers, definitions, completions and formatting. docs/editors.md has the\n\
                  lines for Neovim, Helix, VS Code and Zed."
)]
pub(crate) struct Lsp {}

impl Lsp {
    #[expect(clippy::unused_self, reason = "every command is called the same way")]
    pub(crate) fn run(self) -> ExitCode {
        let (connection, threads) = Connection::stdio();
        let served = serve(&connection);
        // The threads end when nothing is left to send.
        drop(connection);
        match served {
            Ok(()) if threads.join().is_ok() => ExitCode::SUCCESS,
            Ok(()) => ExitCode::from(FAULTS),
            Err(error) => {
                // Nobody is left to tell if standard error is closed.
                let _ = writeln!(io::stderr(), "error: {error}");
                ExitCode::from(FAULTS)
            }
        }
    }
}

fn serve(connection: &Connection) -> Result<(), ProtocolError> {
    let capabilities = ServerCapabilities {
        text_document_sync: Some(TextDocumentSyncCapability::Kind(TextDocumentSyncKind::FULL)),
        hover_provider: Some(HoverProviderCapability::Simple(true)),
        definition_provider: Some(OneOf::Left(true)),
        document_formatting_provider: Some(OneOf::Left(true)),
        completion_provider: Some(CompletionOptions {
            trigger_characters: Some([" ", "=", "<", "(", ",", "."].map(str::to_owned).to_vec()),
            ..CompletionOptions::default()
        }),
        ..ServerCapabilities::default()
    };
    let (id, _) = connection.initialize_start()?;
    let answer = serde_json::json!({
        "capabilities": capabilities,
        "serverInfo": { "name": "keyloom", "version": env!("CARGO_PKG_VERSION") },
    });
    connection.initialize_finish(id, answer)?;
    Server::new(connection).run()
}
