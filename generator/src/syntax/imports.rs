//! A schema of several files.

use std::collections::HashMap;
use std::io;

use crate::diagnostics::{Code, Diagnostic};
use crate::source::{FileId, Source, Sources, Span};

use super::file::file;
use super::statement::Faults;
use super::tree::{Name, Tree};

/// All files of a schema, read.
pub(crate) struct Loaded {
    pub(crate) sources: Sources,
    pub(crate) tree: Tree,
    pub(crate) faults: Vec<Diagnostic>,
    /// Each `import` that was read, and its file.
    pub(crate) imports: Vec<(Span, FileId)>,
}

/// Reads a text and what it imports, each file once. `read` is asked for the text of a file by its name; a file that it cannot
/// give is a diagnostic.
pub(crate) fn load(
    root: &str,
    text: String,
    read: &mut dyn FnMut(&str) -> io::Result<String>,
) -> Loaded {
    let mut loading = Loading {
        read,
        sources: Sources::default(),
        tree: Tree::default(),
        faults: Faults::default(),
        known: HashMap::new(),
        imports: Vec::new(),
    };
    let id = loading.sources.add(Source::new(root, text));
    loading.known.insert(normal(root), State::Open);
    loading.file(id);
    let files: HashMap<String, FileId> = loading
        .sources
        .iter()
        .enumerate()
        .map(|(at, source)| (normal(&source.name), FileId(at)))
        .collect();
    let named = loading.imports.iter();
    let imports = named
        .filter_map(|(span, name)| Some((*span, *files.get(name)?)))
        .collect();
    Loaded {
        sources: loading.sources,
        tree: loading.tree,
        faults: loading.faults.list,
        imports,
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// Being read: an import of it is a cycle.
    Open,
    Read,
}

struct Loading<'a> {
    read: &'a mut dyn FnMut(&str) -> io::Result<String>,
    sources: Sources,
    tree: Tree,
    faults: Faults,
    known: HashMap<String, State>,
    /// Each `import`, and the name of its file.
    imports: Vec<(Span, String)>,
}

/// What is still to do, on a stack of its own: a chain of imports may be longer than the thread's stack is deep.
struct Frame {
    name: String,
    imports: std::vec::IntoIter<Name>,
}

impl Loading<'_> {
    fn file(&mut self, root: FileId) {
        let mut stack = vec![self.frame(root, true)];
        while let Some(frame) = stack.last_mut() {
            let Some(import) = frame.imports.next() else {
                self.known.insert(normal(&frame.name), State::Read);
                stack.pop();
                continue;
            };
            let name = beside(&frame.name, &import.text);
            self.imports.push((import.span, normal(&name)));
            match self.known.get(&normal(&name)) {
                Some(State::Read) => {}
                Some(State::Open) => {
                    let importer = frame.name.clone();
                    let message = format!("`{name}` is imported in a cycle");
                    let help = format!(
                        "remove this import, or move what `{importer}` needs into a third file"
                    );
                    self.faults.error(Code::S010, import.span, message, help);
                }
                None => match (self.read)(&name) {
                    Ok(text) => {
                        self.known.insert(normal(&name), State::Open);
                        let id = self.sources.add(Source::new(name, text));
                        let next = self.frame(id, false);
                        stack.push(next);
                    }
                    Err(error) => {
                        self.known.insert(normal(&name), State::Read);
                        self.tree.incomplete = true;
                        let help = format!(
                            "an import is relative to the file it stands in: this one is `{name}`"
                        );
                        self.faults.push(
                            Diagnostic::error(
                                Code::S010,
                                import.span,
                                format!("`{}` cannot be read: {error}", import.text),
                            )
                            .help(help),
                        );
                    }
                },
            }
        }
    }

    fn frame(&mut self, id: FileId, root: bool) -> Frame {
        let source = self.sources.get(id);
        let imports = file(id, &source.text, root, &mut self.tree, &mut self.faults);
        Frame {
            name: source.name.clone(),
            imports: imports.into_iter(),
        }
    }
}

/// The name of a file that `importer` calls `path`.
fn beside(importer: &str, path: &str) -> String {
    let path = path.replace('\\', "/");
    if path.starts_with('/') {
        return path;
    }
    let importer = importer.replace('\\', "/");
    match importer.rsplit_once('/') {
        Some((folder, _)) => normal(&format!("{folder}/{path}")),
        None => normal(&path),
    }
}

/// A path without `.` and, as far as it can be, without `..`.
fn normal(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "." => {}
            "" if !parts.is_empty() => {}
            ".." if parts.last().is_some_and(|last| !matches!(*last, ".." | "")) => {
                parts.pop();
            }
            _ => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::beside;

    #[test]
    fn an_import_is_relative_to_its_importer() {
        assert_eq!(
            beside("schemas/main.kdl", "../shared/./users.kdl"),
            "shared/users.kdl"
        );
        assert_eq!(beside("main.kdl", "users.kdl"), "users.kdl");
        assert_eq!(beside("../main.kdl", "../users.kdl"), "../../users.kdl");
        assert_eq!(beside("/a/main.kdl", "b.kdl"), "/a/b.kdl");
    }
}
