//! The loop: a message after the other.

use std::collections::{BTreeMap, BTreeSet};

use lsp_server::{Connection, ErrorCode, Message, Notification, ProtocolError, Request, Response};
use lsp_types::notification::{
    DidChangeTextDocument, DidCloseTextDocument, DidOpenTextDocument, Notification as _,
    PublishDiagnostics,
};
use lsp_types::request::{Completion, Formatting, GotoDefinition, HoverRequest, Request as _};
use lsp_types::{
    DidChangeTextDocumentParams, DidCloseTextDocumentParams, DidOpenTextDocumentParams,
    DocumentFormattingParams, PublishDiagnosticsParams, TextDocumentPositionParams,
};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::answers;
use super::documents::{Documents, Name, name_of};

pub(super) struct Server<'c> {
    connection: &'c Connection,
    documents: Documents,
    /// For each first file of a schema: the files whose diagnostics the editor shows because of it.
    published: BTreeMap<Name, BTreeSet<Name>>,
}

/// An answer, or why there is none.
type Answer = Result<Value, (ErrorCode, String)>;

fn parameters<P: DeserializeOwned>(value: Value) -> Result<P, (ErrorCode, String)> {
    serde_json::from_value(value).map_err(|error| (ErrorCode::InvalidParams, error.to_string()))
}

fn answer(value: impl serde::Serialize) -> Answer {
    serde_json::to_value(value).map_err(|error| (ErrorCode::InternalError, error.to_string()))
}

impl<'c> Server<'c> {
    pub(super) fn new(connection: &'c Connection) -> Self {
        Self {
            connection,
            documents: Documents::default(),
            published: BTreeMap::new(),
        }
    }

    pub(super) fn run(mut self) -> Result<(), ProtocolError> {
        for message in &self.connection.receiver {
            match message {
                Message::Request(request) => {
                    if self.connection.handle_shutdown(&request)? {
                        return Ok(());
                    }
                    let response = self.request(request);
                    self.send(response.into());
                }
                Message::Notification(notification) => self.notification(notification),
                // The server asks for nothing.
                Message::Response(_) => {}
            }
        }
        Ok(())
    }

    /// A closed connection ends the loop; there is nobody to tell.
    fn send(&self, message: Message) {
        let _ = self.connection.sender.send(message);
    }

    fn request(&mut self, request: Request) -> Response {
        match self.answer(&request.method, request.params) {
            Ok(value) => Response::new_ok(request.id, value),
            Err((code, message)) => Response::new_err(request.id, code as i32, message),
        }
    }

    fn answer(&mut self, method: &str, value: Value) -> Answer {
        if method == Formatting::METHOD {
            let wanted: DocumentFormattingParams = parameters(value)?;
            let name = name_of(&wanted.text_document.uri);
            return answer(answers::formatting(&self.documents, &name));
        }
        let place: fn(Value) -> Result<TextDocumentPositionParams, _> = parameters;
        match method {
            HoverRequest::METHOD => {
                let place = place(value)?;
                let name = name_of(&place.text_document.uri);
                answer(answers::hover(&mut self.documents, &name, place.position))
            }
            GotoDefinition::METHOD => {
                let place = place(value)?;
                let name = name_of(&place.text_document.uri);
                answer(answers::definition(
                    &mut self.documents,
                    &name,
                    place.position,
                ))
            }
            Completion::METHOD => {
                let place = place(value)?;
                let name = name_of(&place.text_document.uri);
                answer(answers::completions(
                    &mut self.documents,
                    &name,
                    place.position,
                ))
            }
            other => Err((
                ErrorCode::MethodNotFound,
                format!("`{other}` is not served"),
            )),
        }
    }

    fn notification(&mut self, notification: Notification) {
        let value = notification.params;
        // A notification that cannot be read is left out: the protocol has no answer to it.
        match notification.method.as_str() {
            DidOpenTextDocument::METHOD => {
                if let Ok(it) = parameters::<DidOpenTextDocumentParams>(value) {
                    let document = it.text_document;
                    let name = name_of(&document.uri);
                    self.documents
                        .set(name.clone(), document.uri, document.text);
                    self.changed(&name);
                }
            }
            DidChangeTextDocument::METHOD => {
                if let Ok(mut it) = parameters::<DidChangeTextDocumentParams>(value)
                    && let Some(change) = it.content_changes.pop()
                {
                    let name = name_of(&it.text_document.uri);
                    self.documents
                        .set(name.clone(), it.text_document.uri, change.text);
                    self.changed(&name);
                }
            }
            DidCloseTextDocument::METHOD => {
                if let Ok(it) = parameters::<DidCloseTextDocumentParams>(value) {
                    let name = name_of(&it.text_document.uri);
                    self.documents.close(&name);
                    self.closed(&name);
                }
            }
            _ => {}
        }
    }

    /// Publishes every schema that a file is part of.
    fn changed(&mut self, name: &Name) {
        let mut roots: BTreeSet<Name> = self
            .published
            .iter()
            .filter(|(_, files)| files.contains(name))
            .map(|(root, _)| root.clone())
            .collect();
        let root = self.documents.root(name);
        // A file that was a schema of its own is so no longer once another one imports it.
        if root != *name && roots.remove(name) {
            self.withdraw(name);
        }
        roots.insert(root);
        for root in roots {
            self.publish(&root);
        }
    }

    /// Publishes the schemas of a file that is closed as they are on disk, or withdraws those of which nothing is open.
    fn closed(&mut self, name: &Name) {
        let roots: Vec<Name> = self
            .published
            .iter()
            .filter(|(_, files)| files.contains(name))
            .map(|(root, _)| root.clone())
            .collect();
        for root in roots {
            let files = self.published.get(&root).cloned().unwrap_or_default();
            if files.iter().any(|file| self.documents.is_open(file)) {
                self.publish(&root);
            } else {
                self.withdraw(&root);
            }
        }
    }

    fn withdraw(&mut self, root: &str) {
        for file in self.published.remove(root).unwrap_or_default() {
            self.show(&file, Vec::new());
        }
    }

    fn publish(&mut self, root: &str) {
        let Some(analysis) = self.documents.analysis(root) else {
            self.withdraw(root);
            return;
        };
        let found = answers::diagnostics(&analysis, &self.documents);
        let files: BTreeSet<Name> = found.iter().map(|(name, _)| name.clone()).collect();
        let before = self.published.insert(root.to_owned(), files.clone());
        for (name, diagnostics) in found {
            self.show(&name, diagnostics);
        }
        for gone in before.unwrap_or_default().difference(&files) {
            self.show(gone, Vec::new());
        }
    }

    fn show(&self, name: &str, diagnostics: Vec<lsp_types::Diagnostic>) {
        let Some(uri) = self.documents.uri(name) else {
            return;
        };
        let parameters = PublishDiagnosticsParams {
            uri,
            diagnostics,
            version: None,
        };
        let method = PublishDiagnostics::METHOD.to_owned();
        self.send(Notification::new(method, parameters).into());
    }
}
