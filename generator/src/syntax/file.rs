//! Statements of a file.

use crate::diagnostics::{Code, Diagnostic, did_you_mean, or_list};
use crate::language::{self, Kind, Place};
use crate::source::{FileId, Span};

use super::fields::fields;
use super::foreign_statement::ForeignStatement;
use super::kdl::{self, Node, ValueKind};
use super::lines::split_at_commas;
use super::models::model;
use super::statement::{Faults, Statement, shown};
use super::tree::{EnumTree, Fields, Name, StructTree, Titled, Tree, VariantTree};

/// What a file says, into the tree; its imports come back.
pub(super) fn file(
    id: FileId,
    text: &str,
    root: bool,
    tree: &mut Tree,
    faults: &mut Faults,
) -> Vec<Name> {
    let read = kdl::read(id, text);
    let start = faults.list.len();
    let mut foreign: Vec<Span> = Vec::new();
    let mut imports = Vec::new();
    let mut first = true;
    let mut nodes = read.nodes.as_slice();
    while let Some((node, after)) = nodes.split_first() {
        if let Some(statement) = ForeignStatement::read(text, nodes) {
            nodes = &nodes[statement.nodes..];
            faults.push(statement.fault);
            tree.incomplete |= statement.import.is_none();
            imports.extend(statement.import);
            foreign.push(statement.span);
            continue;
        }
        nodes = after;
        let Some(word) = faults.name(&node.name) else {
            tree.incomplete = true;
            continue;
        };
        let complete = match Place::File.find(&word.text).map(|it| it.kind) {
            Some(Kind::Schema) => {
                schema(node, &word, root, first, tree, faults);
                true
            }
            Some(Kind::Import) => {
                faults.no_docs(node, "import");
                let mut statement = Statement::new(node, "import", faults);
                let path = statement.name(faults, "import \"FILE.kdl\"");
                statement.finish_line(faults);
                let complete = path.is_some();
                imports.extend(path);
                complete
            }
            Some(Kind::Enum) => enumeration(node, faults)
                .map(|it| tree.enums.push(it))
                .is_some(),
            Some(Kind::Struct) => structure(node, faults)
                .map(|it| tree.structs.push(it))
                .is_some(),
            Some(Kind::Model) => model(node, faults).map(|it| tree.models.push(it)).is_some(),
            _ => {
                unknown(&word, faults);
                false
            }
        };
        // What could not be read may have been meant to come first.
        first &= Place::File.find(&word.text).is_none();
        tree.incomplete |= !complete || holds_declarations(node);
    }
    let understood = read.nodes.first().is_none_or(|node| {
        node.name
            .as_str()
            .is_some_and(|word| Place::File.find(word).is_some())
    });
    let answered = |fault: &Diagnostic| {
        let start = fault.span().start;
        let before = foreign.partition_point(|it| it.start <= start);
        before > 0 && start < foreign[before - 1].end
    };
    let reading = read.faults.into_iter().filter(|fault| !answered(fault));
    faults.list.splice(start..start, reading);
    if root
        && understood
        && tree.schema.is_none()
        && !read
            .nodes
            .iter()
            .any(|node| node.name.as_str() == Some("schema"))
    {
        let fault = Diagnostic::error(Code::S006, Span::new(id, 0, 0), "the schema has no name")
            .help("start the file with `schema NAME`: it names the store, as in `schema blog`");
        faults.push(fault);
    }
    imports
}

/// Whether an enum, struct or model was written within a model, where it is reported.
fn holds_declarations(node: &Node) -> bool {
    let children = node.block.iter().flat_map(|block| &block.nodes);
    let mut words = children.filter_map(|child| child.name.as_str());
    words.any(|word| matches!(word, "enum" | "struct" | "model"))
}

fn schema(node: &Node, word: &Name, root: bool, first: bool, tree: &mut Tree, faults: &mut Faults) {
    let mut statement = Statement::new(node, "schema", faults);
    let Some(name) = statement.name(faults, "schema NAME") else {
        return;
    };
    if node.block.is_some() {
        let help = format!(
            "write `schema {}` on a line of its own, and everything else below it",
            name.text
        );
        faults.error(Code::S001, node.header, "`schema` has no block", help);
        tree.incomplete = true;
        statement.finish(faults);
    } else {
        statement.finish_line(faults);
    }
    if !root {
        let help = "remove it: an imported file has no `schema`";
        faults.error(
            Code::S001,
            node.header,
            "`schema` in an imported file",
            help,
        );
        return;
    }
    if let Some(first) = &tree.schema {
        faults.push(
            Diagnostic::error(Code::S002, word.span, "`schema` is given twice")
                .label("again")
                .and(first.name.span, "first")
                .help("keep one of them"),
        );
        return;
    }
    if !first {
        faults.error(
            Code::S001,
            node.header,
            "`schema` is not the first statement",
            "move it to the top of the file",
        );
    }
    tree.schema = Some(Titled {
        name,
        docs: node.docs.lines.clone(),
    });
}

fn unknown(word: &Name, faults: &mut Faults) {
    let text = word.text.as_str();
    let meant = match text.to_lowercase().as_str() {
        "table" | "entity" | "class" | "record" | "collection" | "message" | "interface"
        | "create_table" => Some("model"),
        "type" => Some("struct"),
        "include" | "use" | "mod" => Some("import"),
        "database" | "datasource" | "namespace" | "package" => Some("schema"),
        _ => did_you_mean(text, Place::File.words()),
    };
    let help = match meant {
        Some(meant) => format!("did you mean `{meant}`?"),
        None if Place::Model.find(text).is_some() => {
            "write it in the block of its model".to_owned()
        }
        None => format!("a file has {}", or_list(Place::File.words(), 10)),
    };
    let message = if Place::Model.find(text).is_some() {
        format!("`{text}` is a statement of a model, not of the file")
    } else {
        format!("unknown statement `{text}`")
    };
    faults.push(Diagnostic::error(Code::S001, word.span, message).help(help));
}

/// `enum NAME [ordered] [open] { VARIANT [was=]; … }`
fn enumeration(node: &Node, faults: &mut Faults) -> Option<EnumTree> {
    let mut statement = Statement::new(node, "enum", faults);
    let name = statement.name(faults, "enum NAME { VARIANT; VARIANT }")?;
    let mut flag =
        |word: &str| language::word(language::ENUM.flags, word).is_some() && statement.flag(word);
    let (ordered, open) = (flag("ordered"), flag("open"));
    if node.block.is_none() && !statement.arguments.is_empty() {
        let words: Vec<String> = statement
            .arguments
            .iter()
            .flat_map(|entry| {
                let text = shown(&entry.value);
                let words = text.split(['[', ']', '(', ')', ',', '|', ' ']);
                words.map(str::to_owned).collect::<Vec<_>>()
            })
            .filter(|word| !word.is_empty())
            .collect();
        let help = format!("write `enum {} {{ {} }}`", name.text, words.join("; "));
        let message = format!("enum `{}` has no block", name.text);
        faults.error(Code::S006, node.header, message, help);
        return Some(EnumTree {
            name,
            docs: node.docs.lines.clone(),
            ordered,
            open,
            variants: Vec::new(),
            incomplete: true,
        });
    }
    statement.finish(faults);
    let mut variants = Vec::new();
    let mut incomplete = false;
    for child in node.block.iter().flat_map(|block| &block.nodes) {
        for line in split_at_commas(child, "variants", faults) {
            let Some(variant) = faults.name(&line.name) else {
                incomplete = true;
                continue;
            };
            variants.extend(variant_line(&line, &variant, &name, faults));
        }
    }
    if variants.is_empty() && !incomplete {
        let help = format!("write `enum {} {{ first; second }}`", name.text);
        faults.error(
            Code::S006,
            node.header,
            format!("enum `{}` has no variants", name.text),
            help,
        );
        incomplete = true;
    }
    Some(EnumTree {
        name,
        docs: node.docs.lines.clone(),
        ordered,
        open,
        variants,
        incomplete,
    })
}

/// A variant, or several that stand on one line without `;` and are reported.
fn variant_line(node: &Node, variant: &Name, of: &Name, faults: &mut Faults) -> Vec<VariantTree> {
    let numbered = node.entries.iter().find(|entry| {
        let number = matches!(&entry.value.kind, ValueKind::Number(_));
        number && entry.key.as_ref().is_none_or(|key| key.text.is_empty())
    });
    if let Some(entry) = numbered {
        faults.error(
            Code::S001,
            node.header.to(entry.span),
            format!("variant `{}` has a number", variant.text),
            format!(
                "write `{}`: the store numbers variants itself",
                variant.text
            ),
        );
        return vec![VariantTree {
            name: variant.clone(),
            docs: node.docs.lines.clone(),
            was: Vec::new(),
        }];
    }
    let mut statement = Statement::with(node, &variant.text, language::VARIANT.properties, faults);
    let mut was: Vec<Name> = statement.property_name("was", faults).into_iter().collect();
    was.extend(super::fields::was_block(node, "variant", faults));
    let mut all = vec![VariantTree {
        name: variant.clone(),
        docs: node.docs.lines.clone(),
        was,
    }];
    if !statement.arguments.is_empty() {
        statement
            .arguments
            .retain(|entry| entry.value.as_bare() != Some("|"));
        let rest = statement.names(faults);
        let names: Vec<&str> = std::iter::once(variant)
            .chain(&rest)
            .map(|name| name.text.as_str())
            .collect();
        let help = format!("write `enum {} {{ {} }}`", of.text, names.join("; "));
        let span = rest.first().map_or(node.header, |first| {
            first.span.to(rest[rest.len() - 1].span)
        });
        faults.push(
            Diagnostic::error(
                Code::S001,
                span,
                format!(
                    "variant `{}` has arguments; one variant a line",
                    variant.text
                ),
            )
            .help(help),
        );
        all.extend(rest.into_iter().map(|name| VariantTree {
            name,
            docs: Vec::new(),
            was: Vec::new(),
        }));
    }
    statement.finish(faults);
    all
}

/// `struct NAME { fields { … } }`
fn structure(node: &Node, faults: &mut Faults) -> Option<StructTree> {
    let mut statement = Statement::new(node, "struct", faults);
    let name = statement.name(faults, "struct NAME { fields { … } }")?;
    statement.finish(faults);
    let mut all: Option<Fields> = None;
    for child in node.block.iter().flat_map(|block| &block.nodes) {
        let Some(word) = faults.name(&child.name) else {
            continue;
        };
        match (
            Place::Struct.find(&word.text).map(|it| it.kind),
            &child.block,
        ) {
            (Some(Kind::Fields), Some(block)) => {
                faults.no_docs(child, "fields");
                let statement = Statement::new(child, "fields", faults);
                statement.finish(faults);
                if all.is_some() {
                    faults.error(
                        Code::S002,
                        word.span,
                        "`fields` is given twice",
                        "keep one of them, or join them",
                    );
                } else {
                    all = Some(fields(block, faults));
                }
            }
            _ => {
                if let Some(field) = super::fields::stray_field(child, &word.text, faults) {
                    all.get_or_insert_default().list.push(field);
                } else {
                    super::indexes::unknown(&word, "a struct", Place::Struct, faults);
                    all.get_or_insert_default().incomplete = true;
                }
            }
        }
    }
    let (found, what) = match &all {
        None => (false, "no `fields`"),
        // A list of such a thing would take no bytes, and have any length.
        Some(fields) => (!fields.list.is_empty() || fields.incomplete, "no field"),
    };
    if !found {
        let help = format!(
            "write `struct {} {{ fields {{ city string }} }}`",
            name.text
        );
        let message = format!("struct `{}` has {what}", name.text);
        faults.error(Code::S006, node.header, message, help);
    }
    let mut fields = all.unwrap_or_default();
    fields.incomplete |= !found;
    Some(StructTree {
        name,
        docs: node.docs.lines.clone(),
        fields,
    })
}
