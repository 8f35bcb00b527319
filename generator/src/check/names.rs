//! Names: what Rust can take, what is declared twice, what would generate one name.

use std::collections::HashMap;

use heck::{ToShoutySnakeCase, ToUpperCamelCase};

use crate::diagnostics::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::tree::{FieldTree, ModelTree, Name};

use super::world::World;

/// Functions of a table's module.
const FUNCTIONS: &[&str] = &[
    "get",
    "get_many",
    "all",
    "insert",
    "insert_many",
    "update",
    "put",
    "modify",
    "delete",
    "delete_by",
    "publish",
    "new",
    "by_key",
];

/// Names that a module cannot have beside the names that generated code writes, or that are files of every crate.
const TABLES: &[&str] = &[
    "std", "core", "alloc", "keyloom", "bool", "char", "str", "i8", "i16", "i32", "i64", "i128",
    "isize", "u8", "u16", "u32", "u64", "u128", "usize", "f32", "f64", "lib", "main", "mod",
];

/// How a name is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Case {
    /// Fields, tables, indexes …
    Snake,
    /// Models, structs, enums.
    Pascal,
    /// Variants.
    Either,
}

/// Checks all names.
pub(super) fn check(world: &mut World<'_>) {
    let tree = world.tree;
    if let Some(schema) = &tree.schema {
        valid(world, &schema.name, "schema", Case::Snake);
    }
    types(world);
    tables(world);
    for it in &tree.enums {
        variants(world, it);
    }
    for it in &tree.structs {
        fields(
            world,
            &it.fields.list,
            &format!("struct `{}`", it.name.text),
            Case::Snake,
        );
    }
    for model in &tree.models {
        let owner = format!("model `{}`", model.name.text);
        fields(world, &model.fields.list, &owner, Case::Snake);
        members(world, model);
        events(world, model);
    }
    root(world);
}

/// Reports a name that Rust, or the language, cannot take; says whether it is fine.
fn valid(world: &mut World<'_>, name: &Name, what: &str, case: Case) -> bool {
    let text = name.text.as_str();
    let help = if let Some(plain) = text.strip_prefix("r#") {
        Some(format!("write `{plain}`: a Rust keyword is a fine name"))
    } else if matches!(text, "self" | "super" | "crate" | "Self" | "_") {
        let other = match (case, text) {
            (Case::Snake, "_") => "rest",
            (Case::Snake, _) => "self_",
            _ => "Own",
        };
        Some(format!(
            "Rust keeps `{text}` for itself even as `r#{text}`: write another word, as in `{other}`"
        ))
    } else if text.starts_with("__") {
        Some("names that start with `__` belong to the generated code".to_owned())
    } else if case == Case::Either && text.to_upper_camel_case() == "Self" {
        Some("it would be the variant `Self`, which Rust keeps for itself".to_owned())
    } else {
        match (case, is_identifier(text)) {
            (_, false) => Some(suggestion(text, case)),
            (Case::Snake, true) => {
                let first = text.trim_start_matches('_').chars().next();
                let snake =
                    !text.chars().any(char::is_uppercase) && first.is_some_and(char::is_alphabetic);
                (!snake).then(|| suggestion(text, case))
            }
            (Case::Pascal, true) => {
                let pascal = text.starts_with(char::is_uppercase) && !text.contains('_');
                (!pascal).then(|| suggestion(text, case))
            }
            (Case::Either, true) => {
                let first = text.trim_start_matches('_').chars().next();
                (!first.is_some_and(char::is_alphabetic)).then(|| suggestion(text, case))
            }
        }
    };
    let Some(help) = help else { return true };
    let reason = match case {
        _ if !is_identifier(text) || help.starts_with("Rust") => "is not a name that Rust can take",
        _ if text.starts_with("__") || case == Case::Either => "is reserved",
        Case::Snake => "is not in snake_case",
        _ => "is not in PascalCase",
    };
    world.error(
        Code::M003,
        name.span,
        format!("{what} name `{text}` {reason}"),
        help,
    );
    false
}

/// Whether it is an identifier, or a keyword that `r#` makes one.
fn is_identifier(text: &str) -> bool {
    let plain = text
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    // Rare enough to ask the library that knows Unicode's tables.
    plain
        || (!text.is_ascii()
            && !text.contains(|c: char| c.is_whitespace())
            && syn::parse_str::<syn::Ident>(text).is_ok())
}

fn suggestion(text: &str, case: Case) -> String {
    use heck::ToSnakeCase;
    let converted = match case {
        Case::Pascal => text.to_upper_camel_case(),
        Case::Snake | Case::Either => text.to_snake_case(),
    };
    let fine = is_identifier(&converted)
        && !matches!(
            converted.as_str(),
            "self" | "super" | "crate" | "Self" | "_"
        );
    match case {
        _ if fine && converted != text => format!("write `{converted}`"),
        Case::Pascal => "write a capital letter, then letters and digits: `BlogPost`".to_owned(),
        _ => "write a small letter, then letters, digits and `_`: `created_at`".to_owned(),
    }
}

fn twice(again: &Name, first: Span, what: &str, help: &str) -> Diagnostic {
    Diagnostic::error(
        Code::M001,
        again.span,
        format!("{what} `{}` is declared twice", again.text),
    )
    .label("again")
    .and(first, "first")
    .help(help)
}

/// Models, structs and enums share one space of names.
fn types(world: &mut World<'_>) {
    let tree = world.tree;
    let names = tree
        .enums
        .iter()
        .map(|it| (&it.name, "enum"))
        .chain(tree.structs.iter().map(|it| (&it.name, "struct")))
        .chain(tree.models.iter().map(|it| (&it.name, "model")));
    let mut names: Vec<_> = names.collect();
    names.sort_by_key(|(name, _)| (name.span.file, name.span.start));
    let mut seen: HashMap<&str, Span> = HashMap::new();
    for (name, what) in names {
        valid(world, name, what, Case::Pascal);
        match seen.get(name.text.as_str()) {
            Some(&first) => world.push(twice(
                name,
                first,
                what,
                "models, structs and enums need different names",
            )),
            None => drop(seen.insert(&name.text, name.span)),
        }
    }
}

fn tables(world: &mut World<'_>) {
    let tree = world.tree;
    let mut seen: HashMap<&str, Span> = HashMap::new();
    for model in &tree.models {
        let Some(table) = &model.table else { continue };
        if valid(world, table, "table", Case::Snake) && TABLES.contains(&table.text.as_str()) {
            let help = format!(
                "write another one: `table={}`",
                other_table(model, &table.text)
            );
            world.error(
                Code::M004,
                table.span,
                format!("table name `{}` is reserved", table.text),
                help,
            );
        }
        match seen.get(table.text.as_str()) {
            Some(&first) => world.push(twice(
                table,
                first,
                "table",
                "every model needs a table of its own",
            )),
            None => drop(seen.insert(&table.text, table.span)),
        }
    }
    for model in &tree.models {
        was(world, &model.was, |old| seen.get(old).copied(), "table");
    }
}

fn other_table(model: &ModelTree, taken: &str) -> String {
    let plural = crate::syntax::plural(&model.name.text);
    if plural == taken {
        format!("{plural}_table")
    } else {
        plural
    }
}

/// `was=` names what is gone; a name that is still declared is refused.
fn was(world: &mut World<'_>, was: &[Name], declared: impl Fn(&str) -> Option<Span>, what: &str) {
    for old in was {
        if let Some(first) = declared(&old.text) {
            world.push(
                Diagnostic::error(
                    Code::M001,
                    old.span,
                    format!(
                        "`was={}` names a {what} that the schema still declares",
                        old.text
                    ),
                )
                .and(first, "declared here")
                .help("rename in one release and use the old name again in a later one"),
            );
        }
    }
}

fn variants(world: &mut World<'_>, it: &crate::syntax::tree::EnumTree) {
    let mut seen: HashMap<&str, Span> = HashMap::new();
    let mut generated: HashMap<String, &Name> = HashMap::new();
    for variant in &it.variants {
        let name = &variant.name;
        if let Some(&first) = seen.get(name.text.as_str()) {
            world.push(twice(name, first, "variant", "keep one of them"));
            continue;
        }
        seen.insert(&name.text, name.span);
        if !valid(world, name, "variant", Case::Either) {
            continue;
        }
        let rust = name.text.to_upper_camel_case();
        if it.open && rust == "Other" {
            let help = "an `open` enum has a variant `Other` of its own: write another word";
            world.error(
                Code::M004,
                name.span,
                format!("variant `{}` is reserved in an `open` enum", name.text),
                help,
            );
        }
        if let Some(first) = generated.get(&rust) {
            let message = format!(
                "variants `{}` and `{}` are both `{rust}` in Rust",
                first.text, name.text
            );
            world.push(
                Diagnostic::error(Code::M004, name.span, message)
                    .and(first.span, "the other one")
                    .help("write one of them differently"),
            );
        } else {
            generated.insert(rust, name);
        }
    }
    for variant in &it.variants {
        was(world, &variant.was, |old| seen.get(old).copied(), "variant");
    }
}

fn fields(world: &mut World<'_>, list: &[FieldTree], owner: &str, case: Case) {
    let mut seen: HashMap<&str, Span> = HashMap::new();
    for field in list {
        let name = &field.name;
        valid(world, name, "field", case);
        match seen.get(name.text.as_str()) {
            Some(&first) => world.push(twice(
                name,
                first,
                "field",
                &format!("the fields of {owner} need different names"),
            )),
            None => drop(seen.insert(&name.text, name.span)),
        }
    }
    for field in list {
        was(world, &field.was, |old| seen.get(old).copied(), "field");
    }
}

/// Indexes, counts and relations are functions of one module; computed parts share names with fields.
fn members(world: &mut World<'_>, model: &ModelTree) {
    let indexes = model.indexes.iter().map(|it| (&it.name, "index"));
    let counts = model.counts.iter().map(|it| (&it.name, "count"));
    let relations = model.relations.iter().map(|it| (&it.name, "relation"));
    let mut all: Vec<_> = indexes.chain(counts).chain(relations).collect();
    all.sort_by_key(|(name, _)| (name.span.file, name.span.start));
    let mut seen: HashMap<&str, (Span, &str)> = HashMap::new();
    for (name, what) in all {
        if valid(world, name, what, Case::Snake) && FUNCTIONS.contains(&name.text.as_str()) {
            let help = format!(
                "every table has a function `{}`: write another name",
                name.text
            );
            world.error(
                Code::M004,
                name.span,
                format!("{what} name `{}` is reserved", name.text),
                help,
            );
        }
        match seen.get(name.text.as_str()) {
            Some(&(first, other)) if other == what => {
                world.push(twice(
                    name,
                    first,
                    what,
                    "write another name for one of them",
                ));
            }
            Some(&(first, other)) => world.push(
                Diagnostic::error(
                    Code::M004,
                    name.span,
                    format!(
                        "{what} and {other} would both be the function `{}`",
                        name.text
                    ),
                )
                .and(first, format!("the {other}"))
                .help("write another name for one of them"),
            ),
            None => drop(seen.insert(&name.text, (name.span, what))),
        }
    }
    for index in &model.indexes {
        was(
            world,
            &index.was,
            |old| {
                model
                    .indexes
                    .iter()
                    .find(|it| it.name.text == old)
                    .map(|it| it.name.span)
            },
            "index",
        );
    }
    let mut parts: HashMap<&str, Span> = model
        .fields
        .list
        .iter()
        .map(|it| (it.name.text.as_str(), it.name.span))
        .collect();
    for computed in &model.computed {
        valid(world, &computed.name, "computed", Case::Snake);
        match parts.get(computed.name.text.as_str()) {
            Some(&first) => world.push(twice(
                &computed.name,
                first,
                "part",
                "fields and computed parts need different names",
            )),
            None => drop(parts.insert(&computed.name.text, computed.name.span)),
        }
    }
}

fn events(world: &mut World<'_>, model: &ModelTree) {
    let Some(events) = &model.events else { return };
    for event in &events.own {
        valid(world, &event.name, "event", Case::Snake);
        fields(
            world,
            &event.fields.list,
            &format!("event `{}`", event.name.text),
            Case::Snake,
        );
        was(
            world,
            &event.was,
            |old| {
                events
                    .own
                    .iter()
                    .find(|it| it.name.text == old)
                    .map(|it| it.name.span)
            },
            "event",
        );
    }
}

/// What stands at the root of the generated code.
fn root(world: &mut World<'_>) {
    let tree = world.tree;
    let mut names: Vec<(String, Span, String)> = Vec::new();
    if let Some(schema) = &tree.schema {
        names.push((
            schema.name.text.to_upper_camel_case(),
            schema.name.span,
            "the store".to_owned(),
        ));
    }
    for it in &tree.enums {
        names.push((
            it.name.text.clone(),
            it.name.span,
            format!("enum `{}`", it.name.text),
        ));
    }
    for it in &tree.structs {
        names.push((
            it.name.text.clone(),
            it.name.span,
            format!("struct `{}`", it.name.text),
        ));
    }
    for model in &tree.models {
        let (name, span) = (&model.name.text, model.name.span);
        names.push((name.clone(), span, format!("model `{name}`")));
        names.push((format!("{name}Id"), span, format!("the key of `{name}`")));
        names.push((
            format!("New{name}"),
            span,
            format!("what makes a new `{name}`"),
        ));
        names.push((
            format!("{name}Event"),
            span,
            format!("the events of `{name}`"),
        ));
        names.push((
            format!("{name}EventHandler"),
            span,
            format!("the handler of the events of `{name}`"),
        ));
        for event in model.events.iter().flat_map(|events| &events.own) {
            let rust = format!("{name}{}", event.name.text.to_upper_camel_case());
            names.push((
                rust,
                event.name.span,
                format!("event `{}` of `{name}`", event.name.text),
            ));
        }
        covered(world, model);
    }
    let mut seen: HashMap<&str, (Span, &str)> = HashMap::new();
    for (rust, span, what) in &names {
        match seen.get(rust.as_str()) {
            // The same declaration twice has been reported.
            Some((first, other))
                if !(other.ends_with(&format!("`{rust}`"))
                    && what.ends_with(&format!("`{rust}`"))) =>
            {
                world.push(
                    Diagnostic::error(
                        Code::M004,
                        *span,
                        format!("{what} and {other} would both be `{rust}` in Rust"),
                    )
                    .label(what.clone())
                    .and(*first, (*other).to_owned())
                    .help("write another name for one of them"),
                );
            }
            Some(_) => {}
            None => drop(seen.insert(rust, (*span, what))),
        }
    }
    let enums = tree.enums.iter().map(|it| &it.name);
    statics(world, enums, "enums");
    statics(world, tree.structs.iter().map(|it| &it.name), "structs");
}

/// Covering indexes generate a struct in the module of the table.
fn covered(world: &mut World<'_>, model: &ModelTree) {
    let name = &model.name.text;
    let mut seen: HashMap<String, Span> = HashMap::new();
    for taken in [name.clone(), format!("{name}Id"), format!("New{name}")] {
        seen.insert(taken, model.name.span);
    }
    for index in model.indexes.iter().filter(|index| {
        index
            .include
            .as_ref()
            .is_some_and(|include| !include.fields.is_empty())
    }) {
        let rust = index.name.text.to_upper_camel_case();
        if let Some(&first) = seen.get(&rust) {
            if model
                .indexes
                .iter()
                .any(|other| other.name.text == index.name.text && other.name.span == first)
            {
                continue;
            }
            world.push(
                Diagnostic::error(
                    Code::M004,
                    index.name.span,
                    format!(
                        "what index `{}` holds would be a second `{rust}` in Rust",
                        index.name.text
                    ),
                )
                .and(first, "the other one")
                .help("write another name for the index"),
            );
        } else {
            seen.insert(rust, index.name.span);
        }
    }
}

/// Each enum and struct has a static whose name is in capitals: `HttpCode` and `HTTPCode` would share it.
fn statics<'n>(world: &mut World<'_>, names: impl Iterator<Item = &'n Name>, what: &str) {
    let mut seen: HashMap<String, &Name> = HashMap::new();
    for name in names {
        let key = name.text.to_shouty_snake_case();
        match seen.get(&key) {
            Some(first) if first.text != name.text => world.push(
                Diagnostic::error(
                    Code::M004,
                    name.span,
                    format!(
                        "{what} `{}` and `{}` differ in capitals only",
                        first.text, name.text
                    ),
                )
                .and(first.span, "the other one")
                .help("write another name for one of them"),
            ),
            Some(_) => {}
            None => drop(seen.insert(key, name)),
        }
    }
}
