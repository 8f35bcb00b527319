//! `events`.

use std::collections::HashMap;

use crate::diagnostics::{Code, Diagnostic, did_you_mean};
use crate::language::{self, Kind, Place};
use crate::source::Span;

use super::fields::fields;
use super::kdl::Node;
use super::lines::split_at_commas;
use super::statement::{Faults, Statement};
use super::tree::{EventsTree, Name, OwnEventTree};

/// `events [partitions=] [retain=] [retain-max=] { … }`, or `events created updated deleted`.
pub(super) fn events(node: &Node, faults: &mut Faults) -> EventsTree {
    let mut statement = Statement::with(node, "events", language::EVENTS.properties, faults);
    let mut events = Reading {
        tree: EventsTree {
            partitions: statement.property("partitions"),
            retain: statement.property("retain"),
            retain_max: statement.property("retain-max"),
            partition_by: None,
            created: false,
            updated: None,
            deleted: false,
            own: Vec::new(),
        },
        seen: HashMap::new(),
    };
    for name in statement.names(faults) {
        events.inline(&name, faults);
    }
    statement.finish(faults);
    for child in node.block.iter().flat_map(|block| &block.nodes) {
        for line in split_at_commas(child, "events", faults) {
            events.line(&line, faults);
        }
    }
    if events.seen.is_empty()
        && node.entries.is_empty()
        && node
            .block
            .as_ref()
            .is_none_or(|block| block.nodes.is_empty())
    {
        let help = "write `events created updated deleted`";
        faults.error(Code::S006, node.header, "`events` names no event", help);
    }
    events.tree
}

struct Reading {
    tree: EventsTree,
    /// Each event and setting, and where it stands first.
    seen: HashMap<String, Span>,
}

impl Reading {
    /// Whether this is the first of its name; if not, it is reported.
    fn first(&mut self, name: &Name, faults: &mut Faults) -> bool {
        if let Some(first) = self.seen.get(&name.text) {
            faults.push(
                Diagnostic::error(
                    Code::S002,
                    name.span,
                    format!("`{}` is given twice", name.text),
                )
                .label("again")
                .and(*first, "first")
                .help("keep one of them"),
            );
            return false;
        }
        self.seen.insert(name.text.clone(), name.span);
        true
    }

    fn inline(&mut self, name: &Name, faults: &mut Faults) {
        match name.text.as_str() {
            "created" if self.first(name, faults) => self.tree.created = true,
            "updated" if self.first(name, faults) => self.tree.updated = Some(Vec::new()),
            "deleted" if self.first(name, faults) => self.tree.deleted = true,
            "created" | "updated" | "deleted" => {}
            _ => unknown_event(name, faults),
        }
    }

    fn line(&mut self, node: &Node, faults: &mut Faults) {
        let Some(word) = faults.name(&node.name) else {
            return;
        };
        match Place::Events.find(&word.text).map(|it| it.kind) {
            Some(Kind::PartitionBy) => {
                faults.no_docs(node, "partition-by");
                let mut statement = Statement::new(node, "partition-by", faults);
                let field = statement.name(faults, "partition-by FIELD");
                statement.finish_line(faults);
                if self.first(&word, faults) {
                    self.tree.partition_by = field;
                }
            }
            Some(Kind::Created | Kind::Deleted) => {
                let statement = Statement::new(node, &word.text, faults);
                statement.finish_line(faults);
                self.inline(&word, faults);
            }
            Some(Kind::Updated) => {
                let mut statement = Statement::new(node, "updated", faults);
                let fields = statement.names(faults);
                statement.finish_line(faults);
                if self.first(&word, faults) {
                    self.tree.updated = Some(fields);
                }
            }
            _ => self.own(node, word, faults),
        }
    }

    /// `NAME [was=OLD] { fields }`
    fn own(&mut self, node: &Node, name: Name, faults: &mut Faults) {
        let Some(block) = &node.block else {
            unknown_event(&name, faults);
            return;
        };
        let mut statement = Statement::with(node, "event", language::OWN_EVENT.properties, faults);
        let was = statement.property_name("was", faults).into_iter().collect();
        statement.finish(faults);
        let wrapped = match block.nodes.as_slice() {
            [only] if only.name.as_str() == Some("fields") && only.entries.is_empty() => {
                only.block.as_ref()
            }
            _ => None,
        };
        if wrapped.is_some() {
            let help = "leave `fields` out: the block of an event holds its fields";
            faults.error(
                Code::S001,
                block.nodes[0].name.span,
                "`fields` is not a field",
                help,
            );
        }
        let fields = fields(wrapped.unwrap_or(block), faults);
        if self.first(&name, faults) {
            self.tree.own.push(OwnEventTree {
                name,
                docs: node.docs.lines.clone(),
                fields,
                was,
            });
        }
    }
}

/// A bare word that is none of the events that every model can have.
fn unknown_event(name: &Name, faults: &mut Faults) {
    let synonym = match name.text.as_str() {
        "inserted" | "added" | "new" | "create" | "insert" => Some("created"),
        "changed" | "modified" | "saved" | "update" => Some("updated"),
        "removed" | "destroyed" | "delete" | "remove" => Some("deleted"),
        _ => did_you_mean(&name.text, Place::Events.words()),
    };
    let help = match synonym {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => format!(
            "an event of your own has a block, even an empty one: `{} {{ }}`",
            name.text
        ),
    };
    faults.push(
        Diagnostic::error(
            Code::S001,
            name.span,
            format!("unknown event `{}`", name.text),
        )
        .help(help),
    );
}
