//! Hovers, definitions and completions, on texts with a `|` where the cursor is.

use std::io;

use crate::source::FileId;

use crate::{check, check_text};

use super::Analysis;

const BLOG: &str = r#"schema blog

/// What a person may do.
enum Role { reader; author }

struct Address { fields { city string; country string max=2 } }

/// A person.
model User table=users {
    fields { id uuid default=uuid-v7; email string max=254; role Role default=reader; address Address? }
    key id
    computed domain string "crate::domains::of_user"
    unique by_email (lower)email
    index by_city address.city { where { role is=author; address present } }
    index by_domain domain
    has-many posts Post via=author
}

model Post table=posts {
    fields { id uuid default=uuid-v7; author_id id<User>; title string? max=200 }
    key id
    belongs-to author User by=author_id on-delete=cascade
    index by_author author_id (desc)title
    events partitions=256 {
        partition-by author_id
        updated title
        published { url string }
    }
}
"#;

/// The schema with what is after `|` put in the place of the first `at`.
fn with(at: &str, text: &str) -> (Analysis, usize) {
    let place = BLOG.find(at).expect("the place is in the schema");
    let cursor = text.find('|').expect("a cursor");
    let text = BLOG.replacen(at, &text.replace('|', ""), 1);
    (analysis(&text), place + cursor)
}

fn analysis(text: &str) -> Analysis {
    Analysis::new(check_text("blog.kdl", text))
}

fn completions(at: &str, text: &str) -> Vec<String> {
    let (analysis, offset) = with(at, text);
    let found = analysis.completions(FileId(0), offset);
    found.into_iter().map(|it| it.label).collect()
}

#[test]
fn a_name_leads_to_its_declaration() {
    for (at, text, wanted) in [
        ("role Role", "role Ro|le", "Role { reader"),
        ("id<User>; title", "id<Us|er>; title", "User table="),
        (
            "by_city address.city",
            "by_city addr|ess.city",
            "address Address?",
        ),
        (
            "by_city address.city",
            "by_city address.|city",
            "city string;",
        ),
        ("role is=author", "role is=|author", "author }"),
        ("default=reader", "default=reader|", "reader; author"),
        (
            "index by_domain domain",
            "index by_domain dom|ain",
            "domain string",
        ),
        ("Post via=author", "Po|st via=author", "Post table="),
        ("Post via=author", "Post via=|author", "author User by="),
        ("by=author_id", "by=|author_id", "author_id id<User>"),
        ("(lower)email", "(lower)em|ail", "email string"),
        (
            "partition-by author_id",
            "partition-by a|uthor_id",
            "author_id id<User>",
        ),
        ("updated title", "updated |title", "title string?"),
        ("key id", "key i|d", "id uuid"),
        ("model User", "model |User", "User table="),
    ] {
        let (analysis, offset) = with(at, text);
        let found = analysis.definition(FileId(0), offset);
        let there = found.map(|span| &BLOG[span.start..]);
        let wanted = &BLOG[BLOG.find(wanted).expect("it is in the schema")..];
        assert_eq!(there, Some(wanted), "{text}");
    }
    let (analysis, offset) = with("key id", "k|ey id");
    assert_eq!(analysis.definition(FileId(0), offset), None);
}

#[test]
fn an_import_leads_to_the_start_of_its_file() {
    let read = |name: &str| match name {
        "a/main.kdl" => Ok("schema a\nimport \"../b.kdl\"\n".to_owned()),
        "b.kdl" => Ok("enum E { x }\n".to_owned()),
        _ => Err(io::Error::from(io::ErrorKind::NotFound)),
    };
    let analysis = Analysis::new(check("a/main.kdl", read).expect("it can be read"));
    let found = analysis.definition(FileId(0), "schema a\nimport \"..".len());
    assert_eq!(
        found.map(|span| analysis.checked.sources.get(span.file).name.clone()),
        Some("b.kdl".to_owned())
    );
}

#[test]
fn a_hover_shows_the_line_its_text_and_what_it_is() {
    for (at, text, wanted) in [
        (
            "id<User>; title",
            "id<Us|er>; title",
            "```kdl\nmodel User table=users\n```\n\nA person.\n\nA model.",
        ),
        (
            "role Role",
            "role Ro|le",
            "```kdl\nenum Role\n```\n\nWhat a person may do.\n\nVariants: `reader`, `author`.",
        ),
        (
            "(desc)title",
            "(desc)t|itle",
            "```kdl\ntitle string? max=200\n```\n\nField of `Post`, in Rust `Option<String>`.",
        ),
        (
            "Post via=author",
            "Post via=|author",
            "```kdl\nbelongs-to author User by=author_id on-delete=cascade\n```\n\nRelation of `Post` to `User`.",
        ),
        (
            "(desc)title",
            "(de|sc)title",
            "```kdl\ndesc\n```\n\nFrom the greatest value to the least.",
        ),
        (
            "max=254",
            "m|ax=254",
            "```kdl\nmax=N\n```\n\nThe greatest value of a number, or the greatest length of text (characters), bytes, a list or a map; checked at every write.",
        ),
        (
            "on-delete=cascade",
            "on-delete=cas|cade",
            "```kdl\ncascade\n```\n\nThe records that refer to the target are deleted in the same transaction.",
        ),
        (
            "address present",
            "address pre|sent",
            "```kdl\npresent\n```\n\nThere is a value.",
        ),
        (
            "key id",
            "k|ey id",
            "```kdl\nkey FIELD…\n```\n\nThe fields that tell one record from all others, in the order in which records are stored.",
        ),
        (
            "id uuid default",
            "id uu|id default",
            "```kdl\nuuid\n```\n\nA UUID; `default=uuid-v7` makes one.\n\nIn Rust `keyloom::Uuid`. In a key: yes; in an index: yes; unique: yes; conditions: no ranges.",
        ),
    ] {
        let (analysis, offset) = with(at, text);
        let found = analysis.hover(FileId(0), offset);
        assert_eq!(found.map(|it| it.text), Some(wanted.to_owned()), "{text}");
    }
    let (analysis, offset) = with("key id", "key id // k|ey");
    assert_eq!(analysis.hover(FileId(0), offset), None);
}

#[test]
fn the_start_of_a_statement_offers_what_the_block_takes() {
    assert_eq!(
        completions("schema blog", "schema blog\n|"),
        ["schema", "import", "enum", "struct", "model"]
    );
    assert_eq!(
        completions(
            "    key id\n    belongs",
            "    key id\n    be|\n    belongs"
        )[..2],
        ["fields", "key"]
    );
    assert_eq!(
        completions("updated title", "updated title\n|"),
        ["created", "updated", "deleted", "partition-by"]
    );
    assert_eq!(completions("key id", "key id // |"), Vec::<String>::new());
    assert_eq!(
        completions("enum Role { ", "enum Role { |"),
        Vec::<String>::new()
    );
}

#[test]
fn types_are_those_of_the_language_and_of_the_schema() {
    let all = completions("id uuid default=uuid-v7; email", "id |; email");
    assert_eq!(all.len(), 22, "{all:?}");
    assert_eq!(all[..3], ["bool", "i32", "i64"]);
    assert_eq!(
        all[15..],
        [
            "Role",
            "Address",
            "id<MODEL>",
            "list<TYPE>",
            "map<string,TYPE>",
            "id<User>",
            "id<Post>"
        ]
    );
    assert_eq!(
        completions("id uuid default=uuid-v7; email", "id id<|; email"),
        ["User", "Post"]
    );
    let within = completions("id uuid default=uuid-v7; email", "id list<|; email");
    assert!(!within.contains(&"list<TYPE>".to_owned()) && within.contains(&"Role".to_owned()));
}

#[test]
fn fields_models_relations_and_variants_are_offered_where_they_are_meant() {
    let fields = ["id", "email", "role", "address"];
    assert_eq!(completions("key id", "key |"), fields);
    assert_eq!(
        completions("(lower)email", "(lower)em| "),
        [&fields[..], &["domain", "nulls=", "was="]].concat()
    );
    assert_eq!(
        completions("address.city {", "address.| {"),
        ["city", "country", "domain", "was="]
    );
    assert_eq!(
        completions("posts Post via=author", "posts |"),
        ["User", "Post"]
    );
    assert_eq!(completions("Post via=author", "Post via=|"), ["author"]);
    assert_eq!(
        completions("Post via=author", "Post |"),
        ["via=", "through=", "to="]
    );
    assert_eq!(
        completions("by=author_id", "by=|"),
        ["id", "author_id", "title"]
    );
    assert_eq!(
        completions("on-delete=cascade", "on-delete=|"),
        ["restrict", "cascade", "clear", "unchecked"]
    );
    assert_eq!(
        completions("default=reader", "default=|")[..2],
        ["reader", "author"]
    );
    assert_eq!(
        completions("role is=author", "role is=|"),
        ["reader", "author"]
    );
    assert_eq!(
        completions("role is=author", "|"),
        [&fields[..], &["any", "all"]].concat()
    );
    assert_eq!(
        completions("role is=author", "role |"),
        [
            "present", "absent", "in", "is=", "not=", "lt=", "le=", "gt=", "ge="
        ]
    );
    assert_eq!(
        completions("(lower)email", "(|)email"),
        ["each", "lower", "desc"]
    );
    assert_eq!(
        completions("max=254", "max=254 |")[..2],
        ["default=", "min="]
    );
    assert_eq!(completions("table=users", "|"), ["table=", "was="]);
}

#[test]
fn of_any_text_and_any_byte_what_is_said_lies_in_the_text() {
    for text in [
        "",
        "}",
        "{ {",
        "model",
        "model A {",
        "\"",
        "fields { a b=",
        "/- x",
        "é|ü",
    ] {
        let analysis = analysis(text);
        // Also within characters, and past the end.
        for offset in 0..text.len() + 3 {
            let completions = analysis.completions(FileId(0), offset);
            let hover = analysis.hover(FileId(0), offset);
            let definition = analysis.definition(FileId(0), offset);
            let spans = completions.iter().map(|it| it.span);
            let spans = spans.chain(hover.map(|it| it.span)).chain(definition);
            for span in spans {
                assert!(text.get(span.start..span.end).is_some(), "{text}: {span:?}");
            }
        }
    }
}
