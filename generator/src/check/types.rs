//! Types: names looked up, spellings of other languages answered.

use crate::diagnostics::{Code, Diagnostic};
use crate::language;
use crate::model::{EnumId, FieldType, Item, ModelId, Scalar, StructId, TypeKind};
use crate::source::Span;
use crate::syntax::tree::Name;
use crate::syntax::{self, Shape, shape};

use super::foreign_types;
use super::guesses::{Among, Guess};
use super::world::World;

/// The type that a text names; reports what is wrong with it.
pub(super) fn resolve(world: &mut World<'_>, text: &Name) -> Option<FieldType> {
    let Some(shape) = shape(&text.text) else {
        unknown(world, text, None);
        return None;
    };
    let kind = kind(world, &shape, text)?;
    if shape.optional
        && matches!(
            kind,
            TypeKind::List(_) | TypeKind::Map(_) | TypeKind::Version
        )
    {
        let plain = text.text.trim_end_matches('?');
        let why = if kind == TypeKind::Version {
            "a version is always there"
        } else {
            "an empty one is the default"
        };
        world.error(
            Code::S004,
            text.span,
            format!("`{plain}` cannot be optional"),
            format!("write `{plain}`: {why}"),
        );
        return Some(FieldType {
            kind,
            optional: false,
        });
    }
    Some(FieldType {
        kind,
        optional: shape.optional,
    })
}

/// The type of a computed part: one value, always there.
pub(super) fn scalar(world: &mut World<'_>, text: &Name) -> Option<Scalar> {
    let ty = resolve(world, text)?;
    match ty.kind {
        TypeKind::Scalar(scalar) if !ty.optional => Some(scalar),
        _ => {
            let help = "the function may return none, one or several values: write the type of one";
            world.error(
                Code::S004,
                text.span,
                format!("`{}` cannot be the type of a computed part", text.text),
                help,
            );
            None
        }
    }
}

fn kind(world: &mut World<'_>, shape: &Shape, text: &Name) -> Option<TypeKind> {
    match (shape.head.as_str(), shape.arguments.as_slice()) {
        (head, []) if language::kind(head).is_some() => language::kind(head),
        ("id", [target]) if target.arguments.is_empty() && !target.optional => {
            id(world, &target.head, text)
        }
        ("list", [of]) => item(world, of, text, "list").map(TypeKind::List),
        ("map", [key, of]) if key.head == "string" && key.arguments.is_empty() && !key.optional => {
            item(world, of, text, "map").map(TypeKind::Map)
        }
        ("map", arguments) => {
            let of = match arguments {
                [_, of] if of.arguments.is_empty() => of.head.as_str(),
                _ => "i64",
            };
            world.error(
                Code::S003,
                text.span,
                format!("unknown type `{}`", text.text),
                format!("the keys of a map are strings: `map<string,{of}>`"),
            );
            None
        }
        (head, []) => {
            if let Some(&id) = world.enums.get(head) {
                return Some(TypeKind::Scalar(Scalar::Enum(EnumId(id))));
            }
            if let Some(&id) = world.structs.get(head) {
                return Some(TypeKind::Struct(StructId(id)));
            }
            unknown(world, text, Some(shape));
            None
        }
        _ => {
            unknown(world, text, Some(shape));
            None
        }
    }
}

fn id(world: &mut World<'_>, target: &str, text: &Name) -> Option<TypeKind> {
    let Some(&model) = world.models.get(target) else {
        if !world.tree.incomplete {
            let (written, unknown) = (text.text.clone(), format!("id<{target}>"));
            world.push_with(
                Diagnostic::error(Code::R001, text.span, format!("unknown model `{target}`")).help(
                    format!(
                        "declare `model {target} table={} {{ … }}`",
                        syntax::plural(target)
                    ),
                ),
                Guess::new(target).or(Among::Models, move |meant| {
                    let right = written.replace(&unknown, &format!("id<{meant}>"));
                    format!("did you mean `{right}`?")
                }),
            );
        }
        return None;
    };
    let tree = world.model_tree(model);
    let key = tree.key.as_ref()?;
    if key.fields.len() > 1 {
        let names: Vec<&str> = key.fields.iter().map(|name| name.text.as_str()).collect();
        world.push(
            Diagnostic::error(Code::R002, text.span, format!("the key of `{target}` has {} fields", names.len()))
                .and(key.span, "its key")
                .help(format!("write a field for each of them, and `belongs-to NAME {target} on-delete=… {{ by {} }}`", names.join(" "))),
        );
        return None;
    }
    Some(TypeKind::Scalar(Scalar::Id(ModelId(model))))
}

fn item(world: &mut World<'_>, shape: &Shape, text: &Name, of: &str) -> Option<Item> {
    if shape.optional {
        world.error(
            Code::S003,
            text.span,
            format!("a {of} holds no optional items"),
            "leave the inner `?` out",
        );
        return None;
    }
    match kind(world, shape, text)? {
        TypeKind::Scalar(scalar) => Some(Item::Scalar(scalar)),
        TypeKind::Struct(id) => Some(Item::Struct(id)),
        TypeKind::Json => {
            world.error(
                Code::S003,
                text.span,
                format!("a {of} holds no `json`"),
                "write `json`: it may be a list or an object",
            );
            None
        }
        TypeKind::Version => {
            world.error(
                Code::S003,
                text.span,
                format!("a {of} holds no `version`"),
                "a version is a field of its own",
            );
            None
        }
        TypeKind::List(_) | TypeKind::Map(_) => {
            let help = format!(
                "declare a struct with a field of the inner type, and write `{of}<…>` of the struct"
            );
            world.error(
                Code::S003,
                text.span,
                format!("a {of} does not hold lists or maps"),
                help,
            );
            None
        }
    }
}

fn unknown(world: &mut World<'_>, text: &Name, shape: Option<&Shape>) {
    let written = text.text.trim_end_matches('?');
    let optional = if written.len() < text.text.len() {
        "?"
    } else {
        ""
    };
    if let Some(help) = foreign_types::translation(written, shape) {
        world.error(
            Code::S003,
            text.span,
            format!("unknown type `{written}`"),
            help,
        );
        return;
    }
    let head = shape.map_or(written, |shape| shape.head.as_str());
    if let Some(&model) = world.models.get(head) {
        let name = &world.model_tree(model).name.text;
        let help =
            format!("write `id<{name}>{optional}` to refer to one, or make it a struct to hold it");
        world.error(
            Code::S003,
            text.span,
            format!("`{written}` is a model, not a type"),
            help,
        );
        return;
    }
    if let Some((_, fault)) = syntax::punctuated(text.span, &text.text) {
        world.push(fault);
        return;
    }
    let plain = shape.is_some_and(|shape| shape.arguments.is_empty());
    if world.tree.incomplete && plain && head.starts_with(char::is_uppercase) {
        return;
    }
    let help = if head.starts_with(char::is_uppercase) && plain {
        format!("declare `enum {head} {{ … }}` or `struct {head} {{ … }}`")
    } else {
        format!(
            "types are {}, `id<Model>`, `list<T>`, `map<string,T>`",
            language::words().collect::<Vec<_>>().join(", ")
        )
    };
    let fault =
        Diagnostic::error(Code::S003, text.span, format!("unknown type `{written}`")).help(help);
    if plain {
        let guess = Guess::new(head)
            .or(Among::Types, move |meant| {
                format!("did you mean `{meant}{optional}`?")
            })
            .or(Among::Models, move |meant| {
                format!("did you mean `id<{meant}>{optional}`?")
            });
        world.push_with(fault, guess);
    } else {
        world.push(fault);
    }
}

/// Where a field's type stands, for labels.
pub(super) fn span_of(field: &crate::syntax::tree::FieldTree) -> Span {
    field.ty.as_ref().map_or(field.name.span, |ty| ty.span)
}
