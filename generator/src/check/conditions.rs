//! `where`: types of values, and conditions that nothing can meet.

use std::cmp::Ordering;

use crate::diagnostics::{Code, Diagnostic};
use crate::model::{Comparison, Condition, Literal, Path, Scalar, TypeKind};
use crate::source::Span;
use crate::syntax::tree::{ConditionTree, Test, TestTree};

use super::paths::{self, Found};
use super::values::{Purpose, compare, literal};
use super::world::World;

/// The condition of an index or a count; `None` if something in it has been reported.
pub(super) fn check(
    world: &mut World<'_>,
    model: usize,
    tree: &ConditionTree,
    of: &str,
) -> Option<Condition> {
    let mut spans = Vec::new();
    let condition = condition(world, model, tree, of, &mut spans)?;
    never(world, &spans);
    Some(condition)
}

/// A test that must hold, with its place.
type Must = (Path, Tested, Span);

#[derive(Clone)]
enum Tested {
    Compare(Comparison, Literal),
    In(Vec<Literal>),
    Present,
    Absent,
}

/// `musts` collects the tests that all have to hold.
fn condition(
    world: &mut World<'_>,
    model: usize,
    tree: &ConditionTree,
    of: &str,
    musts: &mut Vec<Must>,
) -> Option<Condition> {
    match tree {
        ConditionTree::Reported => None,
        ConditionTree::All(list) => {
            // Not `?` in the loop: every line has its own faults.
            let all: Vec<Option<Condition>> = list
                .iter()
                .map(|it| condition(world, model, it, of, musts))
                .collect();
            let mut all: Vec<Condition> = all.into_iter().collect::<Option<_>>()?;
            if all.len() == 1 {
                all.pop()
            } else {
                Some(Condition::All(all))
            }
        }
        ConditionTree::Any(list) => {
            let any: Vec<Option<Condition>> = list
                .iter()
                .map(|it| {
                    let mut within = Vec::new();
                    let found = condition(world, model, it, of, &mut within);
                    never(world, &within);
                    found
                })
                .collect();
            any.into_iter().collect::<Option<_>>().map(Condition::Any)
        }
        ConditionTree::Test(test) => self::test(world, model, test, of, musts),
    }
}

fn test(
    world: &mut World<'_>,
    model: usize,
    tree: &TestTree,
    of: &str,
    musts: &mut Vec<Must>,
) -> Option<Condition> {
    let found = paths::find(world, model, &tree.path, &format!("`where` of {of}"))?;
    let path = found.path.clone();
    let tested = match &tree.test {
        Test::Present | Test::Absent => presence(world, tree, &found)?,
        Test::Compare(comparison, value) => {
            let scalar = comparable(world, tree, &found, Some(*comparison))?;
            let purpose = Purpose {
                code: Code::I004,
                key: comparison.word(),
                field: &tree.path.text,
            };
            Tested::Compare(*comparison, literal(world, value, scalar, &purpose)?)
        }
        Test::In(values) => {
            let scalar = comparable(world, tree, &found, None)?;
            let purpose = Purpose {
                code: Code::I004,
                key: "is",
                field: &tree.path.text,
            };
            let values: Vec<Option<Literal>> = values
                .iter()
                .map(|value| literal(world, value, scalar, &purpose))
                .collect();
            Tested::In(values.into_iter().collect::<Option<_>>()?)
        }
    };
    musts.push((path.clone(), tested.clone(), tree.span));
    Some(match tested {
        Tested::Present => Condition::Present(path),
        Tested::Absent => Condition::Absent(path),
        Tested::Compare(comparison, value) => Condition::Compare(path, comparison, value),
        Tested::In(values) => Condition::In(path, values),
    })
}

fn presence(world: &mut World<'_>, tree: &TestTree, found: &Found) -> Option<Tested> {
    let name = &tree.path.text;
    if !found.optional {
        let kind = world.kind_name(found.kind);
        if matches!(tree.test, Test::Present) {
            let help = "leave the condition out, or make the field optional with `?`";
            world.warning(
                Code::I004,
                tree.span,
                format!("`{name}` is `{kind}`: it is always present"),
                help,
            );
            return Some(Tested::Present);
        }
        let help = match found.kind {
            TypeKind::List(_) | TypeKind::Map(_) => "lists and maps are empty rather than absent",
            _ => "leave the condition out, or make the field optional with `?`",
        };
        world.error(
            Code::I004,
            tree.span,
            format!("`{name}` is `{kind}`: it is never absent"),
            help,
        );
        return None;
    }
    Some(if matches!(tree.test, Test::Present) {
        Tested::Present
    } else {
        Tested::Absent
    })
}

/// The type of a path that is compared with values; `None` and a fault if it cannot be.
fn comparable(
    world: &mut World<'_>,
    tree: &TestTree,
    found: &Found,
    comparison: Option<Comparison>,
) -> Option<Scalar> {
    let kind = world.kind_name(found.kind);
    let name = &tree.path.text;
    let TypeKind::Scalar(scalar) = found.kind else {
        let help = match found.kind {
            TypeKind::Struct(_) => format!("write a field of it: `{name}.FIELD`"),
            TypeKind::Json if found.optional => {
                format!("write `{name} present` or `{name} absent`")
            }
            _ => "conditions are on single values: leave this one out".to_owned(),
        };
        world.error(
            Code::I004,
            tree.span,
            format!("`{name}` is `{kind}`, which has no such condition"),
            help,
        );
        return None;
    };
    let range = comparison.is_some_and(|it| !matches!(it, Comparison::Is | Comparison::Not));
    let refused = match (scalar, range) {
        (Scalar::F64, false) => {
            Some("a float is rarely equal: write a range, `ge=` and `lt=`".to_owned())
        }
        (Scalar::Bool, true) => Some("write `is=#true` or `is=#false`".to_owned()),
        (Scalar::Uuid | Scalar::Id(_), true) => {
            Some("ids have no order that means something: write `is=` or `in`".to_owned())
        }
        (Scalar::Enum(id), true) if !world.enum_tree(id.0).ordered => {
            let text = &world.enum_tree(id.0).name.text;
            Some(format!(
                "write `enum {text} ordered {{ … }}`, or list the variants: `{name} in A B`"
            ))
        }
        _ => None,
    };
    if let Some(help) = refused {
        let what = if range { "no ranges" } else { "no equality" };
        world.error(
            Code::I004,
            tree.span,
            format!("`{name}` is `{kind}`, which has {what}"),
            help,
        );
        return None;
    }
    Some(scalar)
}

/// Reports tests that cannot hold together.
fn never(world: &mut World<'_>, musts: &[Must]) {
    for (at, (path, tested, span)) in musts.iter().enumerate() {
        let against = musts[..at]
            .iter()
            .find(|(other, earlier, _)| other == path && excludes(earlier, tested));
        if let Some((_, _, first)) = against {
            world.push(
                Diagnostic::error(Code::I004, *span, "this condition is never true")
                    .and(*first, "together with this one")
                    .help("all lines of `where` have to hold; write `any { … }` if one is enough"),
            );
            return;
        }
    }
}

/// Whether no value meets both.
fn excludes(a: &Tested, b: &Tested) -> bool {
    match (a, b) {
        (Tested::Absent, Tested::Absent | Tested::Compare(Comparison::Not, _))
        | (Tested::Compare(Comparison::Not, _), Tested::Absent) => false,
        (Tested::Absent, _) | (_, Tested::Absent) => true,
        (Tested::Present, _) | (_, Tested::Present) => false,
        (Tested::In(values), other) | (other, Tested::In(values)) => match other {
            Tested::In(others) => !values.iter().any(|value| others.contains(value)),
            Tested::Compare(comparison, limit) => {
                !values.iter().any(|value| meets(value, *comparison, limit))
            }
            _ => false,
        },
        (Tested::Compare(a, x), Tested::Compare(b, y)) => {
            use Comparison::{Greater, GreaterOrEqual, Is, Less, LessOrEqual};
            match (a, b) {
                (Is, _) => !meets(x, *b, y),
                (_, Is) => !meets(y, *a, x),
                (Less | LessOrEqual, Greater | GreaterOrEqual) => {
                    apart(x, y, *a == Less || *b == Greater)
                }
                (Greater | GreaterOrEqual, Less | LessOrEqual) => {
                    apart(y, x, *a == Greater || *b == Less)
                }
                _ => false,
            }
        }
    }
}

/// Whether nothing lies at or under `high` and at or over `low`.
fn apart(high: &Literal, low: &Literal, open: bool) -> bool {
    match compare(high, low) {
        Some(Ordering::Less) => true,
        Some(Ordering::Equal) => open,
        _ => false,
    }
}

/// Whether a value stands so to a limit; what has no order is left to the reader.
fn meets(value: &Literal, comparison: Comparison, limit: &Literal) -> bool {
    let Some(order) = compare(value, limit) else {
        return true;
    };
    match comparison {
        Comparison::Is => order == Ordering::Equal,
        Comparison::Not => order != Ordering::Equal,
        Comparison::Less => order == Ordering::Less,
        Comparison::LessOrEqual => order != Ordering::Greater,
        Comparison::Greater => order == Ordering::Greater,
        Comparison::GreaterOrEqual => order != Ordering::Less,
    }
}
