//! `belongs-to`, `has-one`, `has-many` and `references-many`.

use crate::diagnostics::{Code, Diagnostic, did_you_mean};
use crate::language::{self, Kind, Place, Statement as Language};

use super::indexes::unknown;
use super::kdl::Node;
use super::statement::{Faults, Statement};
use super::tree::{Name, RelationTree, RelationWord};

/// A relation statement.
pub(super) fn relation(
    node: &Node,
    stated: &'static Language,
    kind: RelationWord,
    faults: &mut Faults,
) -> Option<RelationTree> {
    let known = stated.properties;
    let form = stated.form.split(", or ").next().unwrap_or(stated.form);
    let form = form.replace("ACTION", "restrict");
    let word = stated.name;
    let mut statement = Statement::with(node, word, known, faults);
    let name = statement.name(faults, &form)?;
    let target = if statement.arguments.is_empty()
        && name.text.starts_with(|c: char| c.is_ascii_uppercase())
    {
        // `has-many Post`: the name was left out.
        let plural = if kind == RelationWord::HasMany {
            "s"
        } else {
            ""
        };
        let help = format!(
            "write `{word} {}{plural} {}`",
            name.text.to_lowercase(),
            name.text
        );
        faults.error(
            Code::S006,
            node.header,
            format!("`{word}` needs a name before the model"),
            help,
        );
        return None;
    } else {
        statement.name(faults, &form)?
    };
    let mut take = |key: &str, faults: &mut Faults| statement.property_name(key, faults);
    let mut by: Vec<Name> = take("by", faults).into_iter().collect();
    let via = take("via", faults);
    let to = take("to", faults);
    let through = take("through", faults);
    let on_delete = take("on-delete", faults).map(|action| on_delete(action, faults));
    // A property that is no name has been reported, or will be below.
    let broken = node.entries.iter().any(|entry| {
        let wanted = entry
            .key
            .as_ref()
            .is_some_and(|key| stated.property(&key.text).is_some());
        wanted && entry.value.as_str().is_none()
    });
    let given = match stated.block {
        None => {
            statement.finish_line(faults);
            false
        }
        Some(place) => {
            statement.finish(faults);
            by_block(node, place, &mut by, faults)
        }
    };
    if stated.property("by").is_some() && by.is_empty() {
        if !broken && !given {
            let action = match on_delete {
                None if stated.property("on-delete").is_some() => " on-delete=restrict",
                _ => "",
            };
            let help = format!(
                "write `by=FIELD`: `{word} {0} {1} by={0}_id{action}`",
                name.text, target.text
            );
            faults.error(
                Code::S006,
                node.header,
                format!("relation `{}` does not say by which field", name.text),
                help,
            );
        }
        return None;
    }
    if broken {
        return None;
    }
    Some(RelationTree {
        word: kind,
        name,
        docs: node.docs.lines.clone(),
        target,
        by,
        via,
        to,
        through,
        on_delete,
        span: node.header,
    })
}

/// `by F G` in the block of a relation; says whether the fields are given, here or before.
fn by_block(node: &Node, place: Place, by: &mut Vec<Name>, faults: &mut Faults) -> bool {
    let mut given = !by.is_empty();
    for child in node.block.iter().flat_map(|block| &block.nodes) {
        let Some(word) = faults.name(&child.name) else {
            continue;
        };
        if place.find(&word.text).is_some_and(|it| it.kind == Kind::By) {
            let mut statement = Statement::new(child, "by", faults);
            let names = statement.names(faults);
            statement.finish_line(faults);
            if given {
                faults.error(
                    Code::S002,
                    word.span,
                    "`by` is given twice",
                    "keep one of them",
                );
            } else {
                *by = names;
                given = true;
            }
        } else {
            unknown(&word, "a relation", place, faults);
        }
    }
    given
}

/// The word after `on-delete=`, or the nearest one if it is none.
fn on_delete(action: Name, faults: &mut Faults) -> Name {
    if language::word(language::ON_DELETE, &action.text).is_some() {
        return action;
    }
    let meant = match action
        .text
        .to_lowercase()
        .replace(['-', '_', ' '], "")
        .as_str()
    {
        "setnull" | "null" | "nullify" => Some("clear"),
        "noaction" | "none" | "ignore" | "donothing" => Some("unchecked"),
        "deny" | "forbid" | "protect" => Some("restrict"),
        "delete" => Some("cascade"),
        _ => did_you_mean(&action.text, language::names(language::ON_DELETE)),
    };
    let help = match meant {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => "write `restrict`, `cascade`, `clear` or `unchecked`".to_owned(),
    };
    faults.push(
        Diagnostic::error(
            Code::S001,
            action.span,
            format!("unknown `on-delete={}`", action.text),
        )
        .help(help),
    );
    // `unchecked` asks for nothing else, so that one fault stays one.
    Name {
        text: "unchecked".to_owned(),
        span: action.span,
    }
}
