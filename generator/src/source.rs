//! Schema files in memory, and places in them.

use std::path::Path;
use std::{fs, io};

/// The text of a file; an error that says where it is not UTF-8.
///
/// # Errors
///
/// The file cannot be read, or is no UTF-8.
pub fn read(file: impl AsRef<Path>) -> io::Result<String> {
    decode(fs::read(file)?)
}

/// The text of bytes; an error that says where they are not UTF-8.
///
/// # Errors
///
/// They are no UTF-8.
pub fn decode(bytes: Vec<u8>) -> io::Result<String> {
    String::from_utf8(bytes).map_err(|error| {
        let bytes = error.as_bytes();
        let reason = match *bytes {
            [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => "it is UTF-16; save it as UTF-8".to_owned(),
            _ => {
                let at = error.utf8_error().valid_up_to();
                let line = bytes[..at].split(|&byte| byte == b'\n').count();
                format!(
                    "line {line} is not UTF-8: it has the byte {:#04x}",
                    bytes[at]
                )
            }
        };
        io::Error::new(io::ErrorKind::InvalidData, reason)
    })
}

/// A file's place in [`Sources`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileId(pub usize);

/// A run of bytes of one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Span {
    /// The span of `start..end` in a file.
    #[must_use]
    pub fn new(file: FileId, start: usize, end: usize) -> Self {
        Self { file, start, end }
    }

    /// From the start of this span to the end of another one of the same file.
    #[must_use]
    pub fn to(self, end: Self) -> Self {
        Self::new(self.file, self.start, end.end.max(self.end))
    }
}

/// A schema file: its name and its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The name as messages show it: the path that the loader was asked for.
    pub name: String,
    /// The whole text.
    pub text: String,
    /// Offset of the first byte of each line.
    lines: Vec<usize>,
}

/// A place as people count: from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The column, in characters.
    pub column: usize,
}

impl Source {
    /// A file of this name and text.
    #[must_use]
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        let text = text.into();
        let mut lines = vec![0];
        lines.extend(
            text.bytes()
                .enumerate()
                .filter(|&(_, byte)| byte == b'\n')
                .map(|(at, _)| at + 1),
        );
        Self {
            name: name.into(),
            text,
            lines,
        }
    }

    /// Line and column of a byte.
    #[must_use]
    pub fn position(&self, offset: usize) -> Position {
        let line = self.lines.partition_point(|&start| start <= offset).max(1);
        let start = self.lines[line - 1];
        let column = self
            .text
            .get(start..offset)
            .map_or(0, |before| before.chars().count())
            + 1;
        Position { line, column }
    }

    /// The text of a line (from 1), without its end.
    #[must_use]
    pub fn line(&self, line: usize) -> &str {
        let Some(&start) = line.checked_sub(1).and_then(|at| self.lines.get(at)) else {
            return "";
        };
        let end = self.lines.get(line).copied().unwrap_or(self.text.len());
        self.text[start..end].trim_end_matches(['\n', '\r'])
    }

    /// Offset of the first byte of a line (from 1).
    #[must_use]
    pub fn line_start(&self, line: usize) -> usize {
        line.checked_sub(1)
            .and_then(|at| self.lines.get(at))
            .copied()
            .unwrap_or(self.text.len())
    }
}

/// All files of a schema, in the order in which they were first named.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sources {
    files: Vec<Source>,
}

impl Sources {
    /// Adds a file.
    pub fn add(&mut self, source: Source) -> FileId {
        self.files.push(source);
        FileId(self.files.len() - 1)
    }

    /// Gives every file the name that `name` makes of its name.
    pub fn rename(&mut self, name: impl Fn(&str) -> String) {
        for file in &mut self.files {
            file.name = name(&file.name);
        }
    }

    /// The file of an id.
    #[must_use]
    pub fn get(&self, id: FileId) -> &Source {
        &self.files[id.0]
    }

    /// All files.
    pub fn iter(&self) -> impl Iterator<Item = &Source> {
        self.files.iter()
    }

    /// The text of a span; empty if the span is not of this text.
    #[must_use]
    pub fn text(&self, span: Span) -> &str {
        self.get(span.file)
            .text
            .get(span.start..span.end)
            .unwrap_or("")
    }
}
