//! Diagnostics for people: the line, what is wrong under it, and what to write.

use std::fmt::Write;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::source::{Source, Sources, Span};

use super::{Diagnostic, Label, SHOWN, Severity};

/// How the human form looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Human {
    /// Whether to use colours, as ANSI escapes.
    pub color: bool,
    /// Columns of the terminal.
    pub width: usize,
}

impl Default for Human {
    fn default() -> Self {
        Self {
            color: false,
            width: 100,
        }
    }
}

/// All diagnostics, at most [`SHOWN`], and a last line that counts them. Empty if there are none.
#[must_use]
pub fn human(sources: &Sources, diagnostics: &[Diagnostic], look: Human) -> String {
    let mut page = Page {
        out: String::new(),
        look: Human {
            width: look.width.max(40),
            ..look
        },
    };
    for diagnostic in diagnostics.iter().take(SHOWN) {
        page.diagnostic(sources, diagnostic);
        page.out.push('\n');
    }
    if !diagnostics.is_empty() {
        page.summary(diagnostics);
    }
    page.out
}

#[derive(Clone, Copy)]
enum Style {
    Error,
    Warning,
    Frame,
    Help,
    Bold,
}

struct Page {
    out: String,
    look: Human,
}

/// A label on one line: columns of the shown text.
struct Mark<'a> {
    from: usize,
    to: usize,
    main: bool,
    text: &'a str,
}

impl Page {
    fn styled(&mut self, style: Style, text: &str) {
        if !self.look.color {
            self.out.push_str(text);
            return;
        }
        let code = match style {
            Style::Error => "1;31",
            Style::Warning => "1;33",
            Style::Frame => "1;34",
            Style::Help => "1;36",
            Style::Bold => "1",
        };
        let _ = write!(self.out, "\u{1b}[{code}m{text}\u{1b}[0m");
    }

    fn diagnostic(&mut self, sources: &Sources, diagnostic: &Diagnostic) {
        let style = match diagnostic.severity {
            Severity::Error => Style::Error,
            Severity::Warning => Style::Warning,
            Severity::Note => Style::Help,
        };
        let head = format!("{}[{}]", diagnostic.severity.as_str(), diagnostic.code);
        self.styled(style, &head);
        let message = wrap(&diagnostic.message, self.look.width, head.len() + 2).join("\n    ");
        self.styled(Style::Bold, &format!(": {message}"));
        self.out.push('\n');

        let main = diagnostic.span();
        let last = diagnostic
            .labels
            .iter()
            .map(|label| {
                let source = sources.get(label.span.file);
                source.position(label.span.start).line
            })
            .max();
        let gutter = last.unwrap_or(1).to_string().len();
        self.place(sources, main, gutter, "-->");
        let here: Vec<(usize, &Label)> = diagnostic
            .labels
            .iter()
            .enumerate()
            .filter(|(_, label)| label.span.file == main.file)
            .collect();
        self.lines(sources.get(main.file), &here, style, gutter);
        for label in diagnostic
            .labels
            .iter()
            .filter(|label| label.span.file != main.file)
        {
            self.place(sources, label.span, gutter, ":::");
            self.lines(sources.get(label.span.file), &[(1, label)], style, gutter);
        }
        if let Some(category) = diagnostic.code.category() {
            self.styled(Style::Frame, &format!("{:gutter$} = ", ""));
            let _ = writeln!(self.out, "touches: {category}");
        }
        if !diagnostic.help.is_empty() {
            self.styled(Style::Frame, &format!("{:gutter$} = ", ""));
            self.styled(Style::Help, "help");
            let indent = gutter + 9;
            let text =
                wrap(&diagnostic.help, self.look.width, indent).join(&format!("\n{:indent$}", ""));
            let _ = writeln!(self.out, ": {text}");
        }
    }

    fn place(&mut self, sources: &Sources, span: Span, gutter: usize, arrow: &str) {
        let source = sources.get(span.file);
        let at = source.position(span.start);
        self.styled(Style::Frame, &format!("{:gutter$}{arrow} ", ""));
        let _ = writeln!(self.out, "{}:{}:{}", source.name, at.line, at.column);
        self.styled(Style::Frame, &format!("{:gutter$} |", ""));
        self.out.push('\n');
    }

    /// The lines that the labels are on, in order, each once.
    fn lines(&mut self, source: &Source, labels: &[(usize, &Label)], style: Style, gutter: usize) {
        let mut lines: Vec<usize> = labels
            .iter()
            .map(|(_, label)| source.position(label.span.start).line)
            .collect();
        lines.sort_unstable();
        lines.dedup();
        let mut before: Option<usize> = None;
        for line in lines {
            match before {
                Some(before) if line == before + 2 => {
                    self.line(source, before + 1, &[], style, gutter);
                }
                Some(before) if line > before + 2 => {
                    self.styled(Style::Frame, "...");
                    self.out.push('\n');
                }
                _ => {}
            }
            let on: Vec<&(usize, &Label)> = labels
                .iter()
                .filter(|(_, label)| source.position(label.span.start).line == line)
                .collect();
            self.line(source, line, &on, style, gutter);
            before = Some(line);
        }
    }

    fn line(
        &mut self,
        source: &Source,
        line: usize,
        labels: &[&(usize, &Label)],
        style: Style,
        gutter: usize,
    ) {
        let text = source.line(line);
        let start = source.line_start(line);
        let room = self.look.width.saturating_sub(gutter + 3).max(20);
        let bounds: Vec<(usize, usize)> = labels
            .iter()
            .map(|(_, label)| {
                let from = label.span.start.saturating_sub(start).min(text.len());
                (
                    from,
                    label.span.end.saturating_sub(start).clamp(from, text.len()),
                )
            })
            .collect();
        let window = Window::around(text, &bounds, room);
        self.styled(Style::Frame, &format!("{line:>gutter$} | "));
        let _ = writeln!(self.out, "{}", window.text.trim_end());
        let mut marks: Vec<Mark<'_>> = labels
            .iter()
            .zip(&bounds)
            .map(|((at, label), (from, to))| {
                let from = window.column(*from);
                Mark {
                    from,
                    to: window.column(*to).max(from + 1),
                    main: *at == 0,
                    text: &label.text,
                }
            })
            .collect();
        marks.sort_by_key(|mark| mark.from);
        // One row a label, so that their texts never meet; the rightmost first.
        for mark in marks.iter().rev() {
            let sign = if mark.main { "^" } else { "-" };
            let underline = sign.repeat(mark.to - mark.from);
            self.styled(Style::Frame, &format!("{:gutter$} | ", ""));
            let _ = write!(self.out, "{:width$}", "", width = mark.from);
            let text = if mark.text.is_empty() {
                underline
            } else {
                format!("{underline} {}", mark.text)
            };
            self.styled(if mark.main { style } else { Style::Frame }, &text);
            self.out.push('\n');
        }
    }

    fn summary(&mut self, diagnostics: &[Diagnostic]) {
        let of = |severity| {
            let list = diagnostics.iter();
            list.filter(|it| it.severity == severity).count()
        };
        let (errors, warnings) = (of(Severity::Error), of(Severity::Warning));
        let count = |number: usize, word: &str| match number {
            0 => None,
            1 => Some(format!("1 {word}")),
            _ => Some(format!("{number} {word}s")),
        };
        let counts = [
            count(errors, "error"),
            count(warnings, "warning"),
            count(of(Severity::Note), "note"),
        ];
        let counts: Vec<String> = counts.into_iter().flatten().collect();
        let hidden = diagnostics.len().saturating_sub(SHOWN);
        let more = if hidden > 0 {
            format!(", {hidden} of them not shown")
        } else {
            String::new()
        };
        let style = if errors > 0 {
            Style::Error
        } else {
            Style::Warning
        };
        let Some(first) = diagnostics
            .iter()
            .find(|it| it.is_error())
            .or(diagnostics.first())
        else {
            return;
        };
        self.styled(style, &format!("{}{more}", counts.join(", ")));
        let _ = writeln!(
            self.out,
            "; `keyloom explain {}` says more about the first",
            first.code
        );
    }
}

/// The part of a line that is shown: all of it if there is room, else what is around the labels.
struct Window {
    text: String,
    /// Byte of the line and column, for each character shown, and the end.
    columns: Vec<(usize, usize)>,
}

impl Window {
    fn around(line: &str, bounds: &[(usize, usize)], room: usize) -> Self {
        let mut cells: Vec<(usize, String, usize)> = Vec::new();
        for (at, c) in line.char_indices() {
            match c {
                '\t' => cells.push((at, "    ".to_owned(), 4)),
                c if c.is_control() => cells.push((at, "\u{fffd}".to_owned(), 1)),
                c => cells.push((at, c.to_string(), c.width().unwrap_or(0))),
            }
        }
        let total: usize = cells.iter().map(|cell| cell.2).sum();
        let first = bounds.iter().map(|(from, _)| *from).min().unwrap_or(0);
        let mut skip = 0;
        if total > room {
            let before: usize = cells
                .iter()
                .take_while(|cell| cell.0 < first)
                .map(|cell| cell.2)
                .sum();
            skip = before.saturating_sub(room / 3).min(total - room);
        }
        let mut window = Self {
            text: String::new(),
            columns: Vec::new(),
        };
        let (mut passed, mut column) = (0, 0);
        if skip > 0 {
            window.text.push('…');
            column = 1;
        }
        for (at, text, width) in cells {
            passed += width;
            if passed <= skip {
                continue;
            }
            if total > room && column + width >= room {
                window.text.push('…');
                window.columns.push((at, column));
                return window;
            }
            window.columns.push((at, column));
            window.text.push_str(&text);
            column += width;
        }
        window.columns.push((line.len(), column));
        window
    }

    fn column(&self, byte: usize) -> usize {
        let at = self.columns.partition_point(|(start, _)| *start < byte);
        self.columns
            .get(at)
            .or(self.columns.last())
            .map_or(0, |(_, column)| *column)
    }
}

/// Breaks a text between words.
fn wrap(text: &str, width: usize, indent: usize) -> Vec<String> {
    let room = width.saturating_sub(indent).max(24);
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let line = lines.last_mut().map(|line| line.width());
        let needed = word.width() + 1;
        match (line, lines.last_mut()) {
            (Some(0), Some(last)) => last.push_str(word),
            (Some(length), Some(last)) if length + needed <= room => {
                last.push(' ');
                last.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}
