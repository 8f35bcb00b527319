//! `model`.

use crate::diagnostics::{Code, Diagnostic, did_you_mean, or_list};
use crate::language::{self, Kind, Place, Statement as Language};

use super::events::events;
use super::fields::{fields, stray_field};
use super::indexes::{Once, computed, count, index};
use super::kdl::Node;
use super::relations::relation;
use super::statement::{Faults, Statement};
use super::tree::{EventsTree, Fields, KeyTree, ModelTree, Name, RelationWord};

/// `model NAME table=TABLE { … }`
pub(super) fn model(node: &Node, faults: &mut Faults) -> Option<ModelTree> {
    let mut statement = Statement::with(node, "model", language::MODEL.properties, faults);
    let name = statement.name(faults, "model NAME table=TABLE { … }")?;
    let given = statement.property("table");
    let table = given
        .as_ref()
        .and_then(|property| faults.name(&property.value));
    let was = statement.property_name("was", faults).into_iter().collect();
    let mut table_word = plural(&name.text);
    if let (None, [only]) = (&given, statement.arguments.make_contiguous())
        && let Some(word) = only.value.as_bare()
    {
        // `model User users { … }`
        word.clone_into(&mut table_word);
        statement.arguments.clear();
    }
    statement.finish(faults);
    if given.is_none() {
        let table = table_word;
        faults.push(
            Diagnostic::error(Code::M006, name.span, format!("model `{}` has no `table=`", name.text))
                .help(format!("write `model {} table={table}`; it is the name on disk, so renaming the model stays free", name.text)),
        );
    }
    let mut body = Body {
        tree: ModelTree {
            name,
            docs: node.docs.lines.clone(),
            table,
            was,
            fields: Fields::default(),
            key: None,
            computed: Vec::new(),
            indexes: Vec::new(),
            counts: Vec::new(),
            relations: Vec::new(),
            events: None,
            incomplete: false,
        },
        fields: Once::default(),
        key: Once::default(),
        events: Once::default(),
        stray: Fields::default(),
    };
    if let Some(block) = &node.block {
        for child in &block.nodes {
            body.statement(child, faults);
        }
    } else {
        let name = &body.tree.name.text;
        let help = format!(
            "write `model {name} table={} {{ … }}` with `fields` and a `key`",
            plural(name)
        );
        let message = format!("model `{name}` has no block");
        faults.error(Code::S006, node.header, message, help);
        body.tree.incomplete = true;
        body.tree.fields.incomplete = true;
    }
    Some(body.finish())
}

struct Body {
    tree: ModelTree,
    fields: Once<Fields>,
    key: Once<KeyTree>,
    events: Once<EventsTree>,
    /// Fields outside of `fields`: reported, and known so that nothing else is reported of them.
    stray: Fields,
}

impl Body {
    fn statement(&mut self, node: &Node, faults: &mut Faults) {
        let Some(word) = faults.name(&node.name) else {
            self.tree.incomplete = true;
            return;
        };
        let stated = Place::Model.find(&word.text);
        let kind = stated.map(|it| it.kind);
        if matches!(kind, Some(Kind::Fields | Kind::Key | Kind::Was)) {
            faults.no_docs(node, &word.text);
        }
        let before = faults.list.len();
        let read = match kind {
            Some(Kind::Fields) => {
                self.fields(node, &word, faults);
                true
            }
            Some(Kind::Key) => {
                let (node, rest) = &split_key(node, faults);
                if let Some(rest) = rest {
                    self.statement(rest, faults);
                }
                let mut statement = Statement::new(node, "key", faults);
                let fields = statement.names(faults);
                statement.finish_line(faults);
                if node.entries.is_empty() && faults.list.len() == before {
                    faults.error(
                        Code::S006,
                        node.header,
                        "`key` is not complete",
                        "write `key FIELD`",
                    );
                }
                self.key.set(
                    KeyTree {
                        fields,
                        span: node.header,
                    },
                    &word,
                    faults,
                );
                true
            }
            Some(Kind::Was) => {
                let mut statement = Statement::new(node, "was", faults);
                self.tree.was.extend(statement.names(faults));
                statement.finish_line(faults);
                true
            }
            Some(Kind::Computed) => computed(node, faults)
                .map(|computed| self.tree.computed.push(computed))
                .is_some(),
            Some(kind @ (Kind::Unique | Kind::Index)) => index(node, kind == Kind::Unique, faults)
                .map(|index| self.tree.indexes.push(index))
                .is_some(),
            Some(Kind::Count) => count(node, faults)
                .map(|count| self.tree.counts.push(count))
                .is_some(),
            Some(Kind::BelongsTo) => self.relation(node, stated, RelationWord::BelongsTo, faults),
            Some(Kind::HasOne) => self.relation(node, stated, RelationWord::HasOne, faults),
            Some(Kind::HasMany) => self.relation(node, stated, RelationWord::HasMany, faults),
            Some(Kind::ReferencesMany) => {
                self.relation(node, stated, RelationWord::ReferencesMany, faults)
            }
            Some(Kind::Events) => {
                let events = events(node, faults);
                self.events.set(events, &word, faults);
                true
            }
            _ => {
                self.unknown(node, &word, faults);
                false
            }
        };
        if !read {
            self.tree.incomplete = true;
        }
    }

    fn relation(
        &mut self,
        node: &Node,
        stated: Option<&'static Language>,
        kind: RelationWord,
        faults: &mut Faults,
    ) -> bool {
        stated
            .and_then(|stated| relation(node, stated, kind, faults))
            .map(|relation| self.tree.relations.push(relation))
            .is_some()
    }

    fn fields(&mut self, node: &Node, word: &Name, faults: &mut Faults) {
        let statement = Statement::new(node, "fields", faults);
        statement.finish(faults);
        if let Some(block) = &node.block {
            self.fields.set(fields(block, faults), word, faults);
        } else {
            let help = "write `fields { id uuid default=uuid-v7 }`";
            faults.error(Code::S006, node.header, "`fields` has no block", help);
            self.tree.fields.incomplete = true;
        }
    }

    fn unknown(&mut self, node: &Node, word: &Name, faults: &mut Faults) {
        let text = word.text.as_str();
        let fault = |message: String, help: String| {
            Diagnostic::error(Code::S001, word.span, message).help(help)
        };
        if Place::File.find(text).is_some() {
            let help = format!(
                "write it outside of `model {} {{ … }}`",
                self.tree.name.text
            );
            faults.push(fault(
                format!("`{text}` is a statement of the file, not of a model"),
                help,
            ));
            return;
        }
        if matches!(text, "where" | "include") {
            faults.push(fault(
                format!("`{text}` is a statement of an index, not of a model"),
                format!("write it in the block of its index: `index by_NAME FIELD {{ {text} … }}`"),
            ));
            return;
        }
        let meant = match text
            .to_lowercase()
            .replace(['_', '@'], "-")
            .trim_matches('-')
        {
            "primary-key" | "primary" | "pk" | "primarykey" => Some("key"),
            "belongs" | "references" | "foreign-key" | "relation" | "many-to-one" => {
                Some("belongs-to")
            }
            "one-to-many" => Some("has-many"),
            "one-to-one" => Some("has-one"),
            "many-to-many" => Some("references-many"),
            "unique-index" | "uniqueindex" => Some("unique"),
            "columns" | "properties" | "attributes" => Some("fields"),
            _ => did_you_mean(text, Place::Model.words()),
        };
        if meant.is_none()
            && !matches!(text, "field" | "column")
            && let Some(field) = stray_field(node, text, faults)
        {
            self.stray.list.push(field);
            return;
        }
        let help = match (meant, text) {
            (Some(meant), _) => format!("did you mean `{meant}`?"),
            (None, "field" | "column") => {
                "fields are lines of `fields { … }`, written NAME TYPE".to_owned()
            }
            (None, _) => format!("a model has {}", or_list(Place::Model.words(), 12)),
        };
        if meant == Some("fields") || text == "field" || text == "column" {
            self.tree.fields.incomplete = true;
        }
        faults.push(fault(
            format!("unknown statement `{text}` of a model"),
            help,
        ));
    }

    fn finish(self) -> ModelTree {
        let mut tree = self.tree;
        if let Some(fields) = self.fields.value {
            tree.fields.incomplete |= fields.incomplete;
            tree.fields.list = fields.list;
        }
        tree.fields.list.extend(self.stray.list);
        tree.key = self.key.value;
        tree.events = self.events.value;
        tree
    }
}

/// `key id index by_title title`: the key, and the statement that its `;` is missing before.
fn split_key(node: &Node, faults: &mut Faults) -> (Node, Option<Node>) {
    let starts = |entry: &super::kdl::Entry| {
        entry.key.is_none()
            && entry
                .value
                .as_bare()
                .is_some_and(|word| Place::Model.find(word).is_some())
    };
    let at = node
        .entries
        .iter()
        .skip(1)
        .position(starts)
        .map(|at| at + 1);
    // A field may have that name too; a statement goes on after it.
    let Some(at) = at.filter(|at| node.entries.len() > at + 2 || node.block.is_some()) else {
        return (node.clone(), None);
    };
    let word = &node.entries[at];
    let text = word.value.as_bare().unwrap_or_default();
    let help = format!("put `;` before `{text}`: two statements are on one line");
    faults.error(
        Code::S006,
        word.span,
        format!("`;` is missing before `{text}`"),
        help,
    );
    let rest = Node {
        name: word.value.clone(),
        entries: node.entries[at + 1..].to_vec(),
        header: word.span.to(node.header),
        docs: super::kdl::Docs::default(),
        ..node.clone()
    };
    (
        Node {
            entries: node.entries[..at].to_vec(),
            block: None,
            ..node.clone()
        },
        Some(rest),
    )
}

/// A table's name for a model: `BlogPost` gives `blog_posts`.
pub(crate) fn plural(model: &str) -> String {
    let name = heck::ToSnakeCase::to_snake_case(model);
    match name.as_bytes() {
        [.., b's' | b'x' | b'z'] | [.., b'c' | b's', b'h'] => format!("{name}es"),
        [.., before, b'y'] if !b"aeiou".contains(before) => {
            format!("{}ies", &name[..name.len() - 1])
        }
        _ => format!("{name}s"),
    }
}
