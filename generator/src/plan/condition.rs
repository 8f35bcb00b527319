//! Conditions of `where` as Rust expressions.
//!
//! Two-valued: a comparison with an absent value is false, and `not` is exactly the opposite of `is`.

use super::{
    context::{Context, Scope},
    names::ident,
    paths::Walk,
};
use crate::model::{Comparison, Condition, Field, Literal, Model, Path, Scalar, TypeKind};

/// What is asked of the value at the end of a path.
enum Test<'a> {
    Compare(Comparison, &'a Literal),
    In(&'a [Literal]),
    Present,
    Absent,
}

impl Test<'_> {
    /// Whether an absent value passes.
    fn passes_absent(&self) -> bool {
        matches!(self, Self::Absent | Self::Compare(Comparison::Not, _))
    }
}

impl Context<'_> {
    /// A condition on `self` as an expression of type `bool`.
    pub(super) fn condition(&self, scope: Scope, model: &Model, condition: &Condition) -> String {
        match condition {
            Condition::All(all) => self.joined(scope, model, all, " && ", "true"),
            Condition::Any(any) => self.joined(scope, model, any, " || ", "false"),
            Condition::Compare(path, comparison, literal) => {
                self.test(scope, model, path, &Test::Compare(*comparison, literal))
            }
            Condition::In(path, literals) => match literals.as_slice() {
                [only] => self.test(scope, model, path, &Test::Compare(Comparison::Is, only)),
                several => self.test(scope, model, path, &Test::In(several)),
            },
            Condition::Present(path) => self.test(scope, model, path, &Test::Present),
            Condition::Absent(path) => self.test(scope, model, path, &Test::Absent),
        }
    }

    fn joined(
        &self,
        scope: Scope,
        model: &Model,
        parts: &[Condition],
        operator: &str,
        none: &str,
    ) -> String {
        let texts: Vec<String> = parts
            .iter()
            .map(|part| {
                let text = self.condition(scope, model, part);
                if parts.len() > 1 && binds_loosely(part) {
                    format!("({text})")
                } else {
                    text
                }
            })
            .collect();
        if texts.is_empty() {
            none.to_owned()
        } else {
            texts.join(operator)
        }
    }

    fn test(&self, scope: Scope, model: &Model, path: &Path, test: &Test<'_>) -> String {
        let mut fields = Walk::new(self.schema, model, path).0;
        if matches!(test, Test::Present | Test::Absent) {
            // A required value is present exactly if the struct that holds it is.
            while fields.last().is_some_and(|field| !field.ty.optional) {
                fields.pop();
            }
        }
        match fields.as_slice() {
            // The key's own newtype has neither the operators nor the methods of what it holds.
            [key] if self.is_own_key(scope, model, key) => {
                self.leaf(scope, &format!("self.{}.0", ident(&key.name)), key, test)
            }
            fields => self.step(scope, "self", fields, test),
        }
    }

    /// Tests the value that fields lead to from a place, one closure for each optional field on the way.
    fn step(&self, scope: Scope, place: &str, fields: &[&Field], test: &Test<'_>) -> String {
        let Some(crossing) = fields.iter().position(|field| field.ty.optional) else {
            return self.required(scope, place, fields, test);
        };
        let (now, later) = fields.split_at(crossing + 1);
        let names: Vec<String> = now.iter().map(|field| ident(&field.name)).collect();
        let place = format!("{place}.{}", names.join("."));
        let optional = now[crossing];
        match (later.is_empty(), test) {
            (true, Test::Present) => return format!("{place}.is_some()"),
            (true, Test::Absent) => return format!("{place}.is_none()"),
            (
                true,
                Test::Compare(
                    comparison @ (Comparison::Is | Comparison::Not),
                    Literal::Bool(value),
                ),
            ) => return format!("{place} {} Some({value})", operator(*comparison)),
            _ => {}
        }
        let quantifier = if test.passes_absent() {
            "is_none_or"
        } else {
            "is_some_and"
        };
        let inner = if later.is_empty() {
            let value = if self.is_copy(optional.ty) {
                "it"
            } else {
                "*it"
            };
            self.leaf(scope, value, optional, test)
        } else {
            self.step(scope, "it", later, test)
        };
        let borrow = if self.is_copy(optional.ty) {
            ""
        } else {
            ".as_ref()"
        };
        format!("{place}{borrow}.{quantifier}(|it| {inner})")
    }

    fn required(&self, scope: Scope, place: &str, fields: &[&Field], test: &Test<'_>) -> String {
        let names: Vec<String> = fields.iter().map(|field| ident(&field.name)).collect();
        match fields.last() {
            Some(last) => self.leaf(scope, &format!("{place}.{}", names.join(".")), last, test),
            // Presence of a value that is always there.
            None => matches!(test, Test::Present).to_string(),
        }
    }

    /// Tests the value at a place; `*it` is a value behind a reference.
    fn leaf(&self, scope: Scope, place: &str, field: &Field, test: &Test<'_>) -> String {
        let TypeKind::Scalar(scalar) = field.ty.kind else {
            return matches!(test, Test::Present).to_string();
        };
        match test {
            Test::Compare(comparison, literal) => {
                self.comparison(scope, place, scalar, *comparison, literal)
            }
            Test::In(literals) => self.one_of(scope, place, scalar, literals),
            Test::Present => "true".to_owned(),
            Test::Absent => "false".to_owned(),
        }
    }

    fn comparison(
        &self,
        scope: Scope,
        place: &str,
        scalar: Scalar,
        comparison: Comparison,
        literal: &Literal,
    ) -> String {
        if let Literal::Bool(wanted) = literal {
            let positive = *wanted == (comparison == Comparison::Is);
            return if positive {
                place.to_owned()
            } else {
                format!("!{place}")
            };
        }
        let value = self.comparable(scope, scalar, literal);
        let operator = operator(comparison);
        let is_order = !matches!(comparison, Comparison::Is | Comparison::Not);
        let left = match scalar {
            // Text and bytes compare as what they borrow as.
            Scalar::String if is_order => format!("{}.as_str()", place.trim_start_matches('*')),
            Scalar::Bytes => format!("{}.as_slice()", place.trim_start_matches('*')),
            Scalar::String => place.trim_start_matches('*').to_owned(),
            _ => place.to_owned(),
        };
        let right = if scalar == Scalar::Bytes && is_order {
            format!("{value}.as_slice()")
        } else {
            value
        };
        format!("{left} {operator} {right}")
    }

    fn one_of(&self, scope: Scope, place: &str, scalar: Scalar, literals: &[Literal]) -> String {
        let mut values: Vec<String> = Vec::new();
        for literal in literals {
            let value = self.comparable(scope, scalar, literal);
            if !values.contains(&value) {
                values.push(value);
            }
        }
        let behind = place.trim_start_matches('*');
        let subject = match scalar {
            Scalar::String => format!("{behind}.as_str()"),
            Scalar::Bytes => format!("{behind}.as_slice()"),
            _ => place.to_owned(),
        };
        match scalar {
            Scalar::Bool
            | Scalar::I32
            | Scalar::I64
            | Scalar::U32
            | Scalar::U64
            | Scalar::String
            | Scalar::Enum(_)
            | Scalar::Bytes => format!("::std::matches!({subject}, {})", values.join(" | ")),
            _ => {
                let borrow = if behind == place { "&" } else { "" };
                format!("[{}].contains({borrow}{behind})", values.join(", "))
            }
        }
    }
}

/// Whether the text of a condition needs parentheses beside another operator.
fn binds_loosely(condition: &Condition) -> bool {
    matches!(condition, Condition::All(parts) | Condition::Any(parts) if parts.len() > 1)
}

fn operator(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::Is => "==",
        Comparison::Not => "!=",
        Comparison::Less => "<",
        Comparison::LessOrEqual => "<=",
        Comparison::Greater => ">",
        Comparison::GreaterOrEqual => ">=",
    }
}
