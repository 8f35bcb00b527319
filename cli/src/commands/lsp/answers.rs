//! What the server answers, in the protocol's words.

use keyloom_generator::diagnostics::{Diagnostic, Severity};
use keyloom_generator::editor::{Analysis, Completion, CompletionKind};
use keyloom_generator::format;
use keyloom_generator::source::{FileId, Span};
use lsp_types::{
    CompletionItem, CompletionItemKind, CompletionTextEdit, DiagnosticRelatedInformation,
    DiagnosticSeverity, Documentation, Hover, HoverContents, Location, MarkupContent, MarkupKind,
    NumberOrString, Position, Range, TextEdit,
};

use super::documents::{Documents, Name};
use super::positions::Lines;

/// The number and the text of a file.
fn file_of<'a>(analysis: &'a Analysis, name: &str) -> Option<(FileId, &'a str)> {
    let mut sources = analysis.checked.sources.iter().enumerate();
    let (at, source) = sources.find(|(_, source)| source.name == name)?;
    Some((FileId(at), source.text.as_str()))
}

fn markdown(value: String) -> MarkupContent {
    MarkupContent {
        kind: MarkupKind::Markdown,
        value,
    }
}

/// A place in a file of the schema.
fn location(analysis: &Analysis, span: Span, documents: &Documents) -> Option<Location> {
    let source = analysis.checked.sources.get(span.file);
    Some(Location {
        uri: documents.uri(&source.name)?,
        range: Lines::new(&source.text).range(span),
    })
}

pub(super) fn hover(documents: &mut Documents, name: &Name, at: Position) -> Option<Hover> {
    let root = documents.root(name);
    let analysis = documents.analysis(&root)?;
    let (file, text) = file_of(&analysis, name)?;
    let lines = Lines::new(text);
    let hover = analysis.hover(file, lines.offset(at))?;
    Some(Hover {
        contents: HoverContents::Markup(markdown(hover.text)),
        range: Some(lines.range(hover.span)),
    })
}

pub(super) fn definition(documents: &mut Documents, name: &Name, at: Position) -> Option<Location> {
    let root = documents.root(name);
    let analysis = documents.analysis(&root)?;
    let (file, text) = file_of(&analysis, name)?;
    let span = analysis.definition(file, Lines::new(text).offset(at))?;
    location(&analysis, span, documents)
}

pub(super) fn completions(
    documents: &mut Documents,
    name: &Name,
    at: Position,
) -> Vec<CompletionItem> {
    let root = documents.root(name);
    let found = documents.analysis(&root).and_then(|analysis| {
        let (file, text) = file_of(&analysis, name)?;
        let lines = Lines::new(text);
        let items = analysis.completions(file, lines.offset(at));
        Some(
            items
                .into_iter()
                .enumerate()
                .map(|(place, item)| completion(place, item, &lines))
                .collect(),
        )
    });
    found.unwrap_or_default()
}

fn completion(place: usize, item: Completion, lines: &Lines<'_>) -> CompletionItem {
    let kind = match item.kind {
        CompletionKind::Statement | CompletionKind::Word => CompletionItemKind::KEYWORD,
        CompletionKind::Property => CompletionItemKind::PROPERTY,
        CompletionKind::Enum => CompletionItemKind::ENUM,
        CompletionKind::Struct => CompletionItemKind::STRUCT,
        CompletionKind::Variant => CompletionItemKind::ENUM_MEMBER,
        CompletionKind::Field => CompletionItemKind::FIELD,
        CompletionKind::Relation => CompletionItemKind::REFERENCE,
        _ => CompletionItemKind::CLASS,
    };
    let some = |text: String| (!text.is_empty()).then_some(text);
    CompletionItem {
        label: item.label,
        kind: Some(kind),
        detail: some(item.detail),
        documentation: some(item.docs).map(|docs| Documentation::MarkupContent(markdown(docs))),
        // Editors sort by this; the order is meant.
        sort_text: Some(format!("{place:04}")),
        text_edit: Some(CompletionTextEdit::Edit(TextEdit {
            range: lines.range(item.span),
            new_text: item.insert,
        })),
        ..CompletionItem::default()
    }
}

/// The edit that formats a document; `None` if it is no KDL, which its diagnostics say.
pub(super) fn formatting(documents: &Documents, name: &Name) -> Option<Vec<TextEdit>> {
    let text = documents.text(name)?;
    let formatted = format(name, text).ok()?;
    if formatted == text {
        return Some(Vec::new());
    }
    let end = Lines::new(text).position(text.len());
    Some(vec![TextEdit {
        range: Range::new(Position::new(0, 0), end),
        new_text: formatted,
    }])
}

/// The diagnostics of each file of a schema, also of those that have none.
pub(super) fn diagnostics(
    analysis: &Analysis,
    documents: &Documents,
) -> Vec<(Name, Vec<lsp_types::Diagnostic>)> {
    let sources = analysis.checked.sources.iter().enumerate();
    sources
        .map(|(at, source)| {
            let lines = Lines::new(&source.text);
            let here = analysis.checked.diagnostics.iter();
            let here = here
                .filter(|it| it.span().file == FileId(at))
                .map(|it| diagnostic(it, analysis, &lines, documents));
            (source.name.clone(), here.collect())
        })
        .collect()
}

fn diagnostic(
    it: &Diagnostic,
    analysis: &Analysis,
    lines: &Lines<'_>,
    documents: &Documents,
) -> lsp_types::Diagnostic {
    let others = it.labels.iter().skip(1).filter_map(|label| {
        Some(DiagnosticRelatedInformation {
            location: location(analysis, label.span, documents)?,
            message: label.text.clone(),
        })
    });
    let others: Vec<_> = others.collect();
    lsp_types::Diagnostic {
        range: lines.range(it.span()),
        severity: Some(match it.severity {
            Severity::Error => DiagnosticSeverity::ERROR,
            Severity::Warning => DiagnosticSeverity::WARNING,
            Severity::Note => DiagnosticSeverity::INFORMATION,
        }),
        code: Some(NumberOrString::String(it.code.to_string())),
        source: Some("keyloom".to_owned()),
        message: format!("{}\nhelp: {}", it.message, it.help),
        related_information: (!others.is_empty()).then_some(others),
        ..lsp_types::Diagnostic::default()
    }
}
