//! `where`.

use crate::diagnostics::{Code, Diagnostic, or_list};
use crate::language;
use crate::model::Comparison;
use crate::source::Span;

use super::habits;
use super::indexes::shown_entry;
use super::kdl::{Entry, Node, ValueKind};
use super::properties::unknown_property;
use super::statement::{Faults, Statement, shown};
use super::tree::{ConditionTree, Name, Test, TestTree};

/// `where { … }` or `where PATH CONDITION`.
pub(super) fn where_statement(node: &Node, faults: &mut Faults) -> ConditionTree {
    let Some(block) = &node.block else {
        let Some((path, rest)) = node
            .entries
            .split_first()
            .filter(|(path, _)| path.key.is_none())
        else {
            if let [only] = node.entries.as_slice()
                && let Some(key) = only.key.as_ref().filter(|key| !key.text.is_empty())
            {
                // `where status=published`
                let help = format!("write `where {} is={}`", key.text, shown(&only.value));
                faults.error(
                    Code::S001,
                    only.span,
                    format!("`{}=` is not a condition", key.text),
                    help,
                );
            } else {
                let help = "write `where FIELD is=VALUE`, or `where { … }`";
                faults.error(Code::I004, node.header, "`where` has no condition", help);
            }
            return ConditionTree::Reported;
        };
        let Some(name) = faults.name(&path.value) else {
            return ConditionTree::Reported;
        };
        let line = Node {
            name: path.value.clone(),
            entries: rest.to_vec(),
            header: node.header,
            ..node.clone()
        };
        return tests(&line, &name, true, faults);
    };
    let statement = Statement::new(node, "where", faults);
    statement.finish(faults);
    all_of(&block.nodes, block.span, "where", faults)
}

fn all_of(nodes: &[Node], span: Span, word: &str, faults: &mut Faults) -> ConditionTree {
    let conditions = lines(nodes, faults);
    if nodes.is_empty() {
        let help = format!("leave `{word}` out, or write a condition: `status is=published`");
        faults.error(
            Code::I004,
            span,
            format!("the block of `{word}` is empty"),
            help,
        );
        return ConditionTree::Reported;
    }
    ConditionTree::All(conditions)
}

fn lines(nodes: &[Node], faults: &mut Faults) -> Vec<ConditionTree> {
    nodes.iter().map(|node| line(node, faults)).collect()
}

fn line(node: &Node, faults: &mut Faults) -> ConditionTree {
    let Some(name) = faults.name(&node.name) else {
        return ConditionTree::Reported;
    };
    faults.no_docs(node, &name.text);
    let Some(block) = &node.block else {
        return tests(node, &name, false, faults);
    };
    let empty = node.entries.is_empty();
    match name.text.as_str() {
        "all" if empty => all_of(&block.nodes, block.span, "all", faults),
        "any" if empty => {
            if block.nodes.is_empty() {
                faults.error(
                    Code::I004,
                    block.span,
                    "the block of `any` is empty",
                    "write conditions, of which one is enough",
                );
                return ConditionTree::Reported;
            }
            ConditionTree::Any(lines(&block.nodes, faults))
        }
        _ => {
            let span = Span::new(block.span.file, block.span.start, block.span.start + 1);
            let help = "conditions are joined by `any { … }` and `all { … }`";
            faults.error(
                Code::S001,
                span,
                format!("`{}` has no block", name.text),
                help,
            );
            ConditionTree::Reported
        }
    }
}

/// `a is=1 and b is=2`
fn joined(node: &Node, path: &Name, alone: bool) -> Option<Diagnostic> {
    let joins = |entry: &Entry| match entry.value.as_bare().filter(|_| entry.key.is_none()) {
        Some("and" | "AND" | "And" | "&&") => Some(false),
        Some("or" | "OR" | "Or" | "||") => Some(true),
        _ => None,
    };
    let (entry, is_or) = node
        .entries
        .iter()
        .find_map(|entry| Some((entry, joins(entry)?)))?;
    let word = shown(&entry.value);
    let mut line = path.text.clone();
    for entry in &node.entries {
        line += &match joins(entry) {
            Some(_) => ";".to_owned(),
            None => format!(" {}", shown_entry(entry)),
        };
    }
    let mixed = node.entries.iter().filter_map(joins).any(|it| it != is_or);
    let help = match (is_or, alone) {
        _ if mixed => "write `all { …; … }` and `any { …; … }`, one within the other".to_owned(),
        (true, true) => format!("write `where {{ any {{ {line} }} }}`"),
        (true, false) => format!("write `any {{ {line} }}`"),
        (false, true) => format!("write `where {{ {line} }}`: the lines of a block mean and"),
        (false, false) => format!("write `{line}`: the lines of a block mean and"),
    };
    let message = format!("`{word}` joins no conditions");
    Some(Diagnostic::error(Code::S008, entry.span, message).help(help))
}

/// `PATH CONDITION…`, in a block or `alone` behind `where`.
fn tests(node: &Node, path: &Name, alone: bool, faults: &mut Faults) -> ConditionTree {
    if let Some(fault) = joined(node, path, alone) {
        faults.push(fault);
        return ConditionTree::Reported;
    }
    let mut statement = Statement::with(node, "where", language::CONDITIONS, faults);
    let mut found: Vec<ConditionTree> = Vec::new();
    let condition = |test: Test, span: Span| {
        ConditionTree::Test(TestTree {
            path: path.clone(),
            test,
            span,
        })
    };
    for comparison in Comparison::ALL {
        if let Some(property) = statement.property(comparison.word()) {
            found.push(condition(
                Test::Compare(*comparison, property.value),
                property.span,
            ));
        }
    }
    let first = statement.arguments.pop_front();
    let mut reported = false;
    match first.and_then(|entry| entry.value.as_bare()) {
        Some("present") => found.push(condition(Test::Present, node.header)),
        Some("absent") => found.push(condition(Test::Absent, node.header)),
        Some("in") => {
            let values: Vec<_> = statement
                .arguments
                .drain(..)
                .map(|entry| entry.value.clone())
                .collect();
            if values.is_empty() {
                faults.error(
                    Code::I004,
                    node.header,
                    "`in` has no values",
                    format!("write `{} in VALUE VALUE`", path.text),
                );
                reported = true;
            } else {
                found.push(condition(Test::In(values), node.header));
            }
        }
        _ => {
            if let Some(entry) = first {
                faults.push(not_a_condition(path, entry, &mut statement));
                reported = true;
            }
        }
    }
    reported |= unknown_properties(path, &statement, faults);
    if !reported && !statement.arguments.is_empty() {
        statement.finish(faults);
        reported = true;
    }
    if found.is_empty() && !reported {
        let help = format!("write `{} is=VALUE`, or `{0} present`", path.text);
        faults.error(
            Code::I004,
            node.header,
            format!("`{}` alone is not a condition", path.text),
            help,
        );
        reported = true;
    }
    if reported {
        found.push(ConditionTree::Reported);
    }
    ConditionTree::All(found)
}

/// Reports the properties that are no comparisons; whether there are any.
fn unknown_properties(path: &Name, statement: &Statement<'_>, faults: &mut Faults) -> bool {
    let mut reported = false;
    for entry in statement.properties() {
        let Some(key) = &entry.key else { continue };
        let fault = if key.text.is_empty()
            && !matches!(&entry.value.kind, ValueKind::Malformed(text) if text.starts_with('='))
        {
            Diagnostic::error(Code::S006, key.span, "`=` has nothing before it").help(format!(
                "write `{} is={}`",
                path.text,
                shown(&entry.value)
            ))
        } else {
            let fault = unknown_property(
                "where",
                &key.text,
                key.span,
                &entry.value,
                language::CONDITIONS,
            );
            let help = fault
                .help
                .replace("FIELD", &path.text)
                .replace("VALUE", &shown(&entry.value));
            fault.help(help)
        };
        faults.push(fault);
        reported = true;
    }
    reported
}

/// `status published`, `a > 5`, `x is null` …
fn not_a_condition(path: &Name, entry: &Entry, statement: &mut Statement<'_>) -> Diagnostic {
    let text = match &entry.value.kind {
        ValueKind::Malformed(text) => return habits::malformed(entry.value.span, text),
        _ => shown(&entry.value),
    };
    let rest = statement
        .arguments
        .drain(..)
        .map(|entry| shown(&entry.value))
        .collect::<Vec<_>>()
        .join(" ");
    let operator = match text.as_str() {
        "<" => "lt",
        "<=" => "le",
        ">" => "gt",
        ">=" => "ge",
        "!=" | "<>" => "not",
        "is" if matches!(rest.as_str(), "null" | "absent") => {
            return Diagnostic::error(Code::I004, entry.span, "`is null` is not a condition")
                .help(format!("write `{} absent`", path.text));
        }
        "is" | "not" | "lt" | "le" | "gt" | "ge" => {
            return Diagnostic::error(Code::S006, entry.span, format!("`{text}` has no `=`"))
                .help(format!("write `{} {text}={rest}`", path.text));
        }
        "null" => {
            return Diagnostic::error(Code::I004, entry.span, "`null` is not a condition")
                .help(format!("write `{} absent`", path.text));
        }
        _ => {
            let known = language::names(language::TESTS);
            let synonym = match text.to_lowercase().as_str() {
                "exists" | "some" | "set" | "not-null" | "notnull" => Some("present"),
                "missing" | "none" | "empty" | "unset" => Some("absent"),
                _ => crate::diagnostics::did_you_mean(&text, known.clone()),
            };
            let help = match synonym {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => format!(
                    "write `{} is={text}`; conditions are {}",
                    path.text,
                    or_list(
                        language::CONDITIONS.iter().map(|it| it.name).chain(known),
                        10
                    )
                ),
            };
            return Diagnostic::error(
                Code::S001,
                entry.span,
                format!("`{text}` is not a condition"),
            )
            .help(help);
        }
    };
    Diagnostic::error(
        Code::S008,
        entry.span,
        format!("`{text}` is not an operator here"),
    )
    .help(format!("write `{} {operator}={rest}`", path.text))
}
