//! Open documents, files on disk, and which file is the first one of whose schema.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::Path;
use std::rc::Rc;

use keyloom_generator::editor::Analysis;
use lsp_types::Uri;
use url::Url;

use super::super::package::slashes;

/// A file as the generator calls it: a path with `/`, or the whole URI of what is no file.
pub(super) type Name = String;

/// How far above a file the first file of its schema is looked for.
const FOLDERS: usize = 3;

/// What editors have open, and what has been found of it.
#[derive(Default)]
pub(super) struct Documents {
    open: BTreeMap<Name, (Uri, String)>,
    /// For each first file: its schema, until something changes.
    analyses: BTreeMap<Name, Rc<Analysis>>,
}

/// The name of the file that a URI stands for.
pub(super) fn name_of(uri: &Uri) -> Name {
    let path = Url::parse(uri.as_str())
        .ok()
        .and_then(|url| url.to_file_path().ok());
    path.map_or_else(|| uri.as_str().to_owned(), |path| slashes(&path))
}

impl Documents {
    /// The URI of a file: the editor's own if it is open.
    pub(super) fn uri(&self, name: &str) -> Option<Uri> {
        if let Some((uri, _)) = self.open.get(name) {
            return Some(uri.clone());
        }
        match Url::from_file_path(name) {
            Ok(url) => url.as_str().parse().ok(),
            Err(()) => name.parse().ok(),
        }
    }

    /// The text of a document; `None` if it is not open.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.open.get(name).map(|(_, text)| text.as_str())
    }

    pub(super) fn set(&mut self, name: Name, uri: Uri, text: String) {
        self.open.insert(name, (uri, text));
        self.analyses.clear();
    }

    pub(super) fn close(&mut self, name: &str) {
        self.open.remove(name);
        self.analyses.clear();
    }

    pub(super) fn is_open(&self, name: &str) -> bool {
        self.open.contains_key(name)
    }

    /// The text of a file as the editor has it, else as it is on disk.
    fn read(&self, name: &str) -> io::Result<String> {
        match self.text(name) {
            Some(text) => Ok(text.to_owned()),
            None => fs::read_to_string(name),
        }
    }

    /// The schema that starts with a file; `None` if that cannot be read.
    pub(super) fn analysis(&mut self, root: &str) -> Option<Rc<Analysis>> {
        if let Some(known) = self.analyses.get(root) {
            return Some(Rc::clone(known));
        }
        let checked = keyloom_generator::check(root, |file| self.read(file)).ok()?;
        let analysis = Rc::new(Analysis::new(checked));
        self.analyses.insert(root.to_owned(), Rc::clone(&analysis));
        Some(analysis)
    }

    /// The first file of the schema that a file belongs to: itself, if it has a `schema` or if none imports it.
    pub(super) fn root(&mut self, name: &str) -> Name {
        if self.read(name).is_ok_and(|text| is_root(&text)) {
            return name.to_owned();
        }
        let importer = self
            .candidates(name)
            .into_iter()
            .find(|candidate| self.files(candidate).contains(name));
        importer.unwrap_or_else(|| name.to_owned())
    }

    /// The files of the schema that starts with a file.
    pub(super) fn files(&mut self, root: &str) -> BTreeSet<Name> {
        let Some(analysis) = self.analysis(root) else {
            return BTreeSet::new();
        };
        let sources = analysis.checked.sources.iter();
        sources.map(|source| source.name.clone()).collect()
    }

    /// First files that may import a file: those that are open, then those in its folder and above it.
    fn candidates(&self, name: &str) -> Vec<Name> {
        let mut found: Vec<Name> = self
            .open
            .iter()
            .filter(|(_, (_, text))| is_root(text))
            .map(|(name, _)| name.clone())
            .collect();
        let folders = Path::new(name).ancestors().skip(1).take(FOLDERS);
        for folder in folders {
            let Ok(entries) = fs::read_dir(folder) else {
                continue;
            };
            let mut files: Vec<Name> = entries
                .filter_map(|entry| Some(slashes(&entry.ok()?.path())))
                .filter(|file| Path::new(file).extension().is_some_and(|it| it == "kdl"))
                .filter(|file| !self.is_open(file))
                .filter(|file| fs::read_to_string(file).is_ok_and(|text| is_root(&text)))
                .collect();
            files.sort();
            found.extend(files);
        }
        found
    }
}

/// Whether a text has a `schema` statement: that of a first file, and of no other.
fn is_root(text: &str) -> bool {
    text.split(['\n', ';'])
        .any(|line| line.split_whitespace().next() == Some("schema"))
}
