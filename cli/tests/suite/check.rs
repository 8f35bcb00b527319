//! `keyloom check` and `keyloom explain`

use crate::support::{Folder, Ran};

const RIGHT: &str = "schema blog\nmodel Tag table=tags { fields { id uuid }; key id }\n";

const WRONG: &str = "schema blog\nmodel Tag table=tags { fields { id uid }; key id }\n";

#[test]
fn a_right_schema_is_counted() {
    let folder = Folder::new([("blog.kdl", RIGHT)]);
    let wanted = "blog.kdl: schema `blog` is fine: 1 model, 1 field, 0 indexes\n";
    assert_eq!(folder.run(&["check", "blog.kdl"]), Ran::new(0, wanted, ""));
}

#[test]
fn a_wrong_schema_ends_with_one_and_its_faults_in_three_forms() {
    let folder = Folder::new([("blog.kdl", WRONG)]);
    let human = "error[S003]: unknown type `uid`
 --> blog.kdl:2:36
  |
2 | model Tag table=tags { fields { id uid }; key id }
  |                                    ^^^
  = help: did you mean `uuid`?

1 error; `keyloom explain S003` says more about the first
";
    assert_eq!(folder.run(&["check", "blog.kdl"]), Ran::new(1, "", human));
    let github = "::error file=blog.kdl,line=2,col=36,endLine=2,endColumn=39,title=S003::unknown type `uid`%0Ahelp: did you mean `uuid`?\n";
    assert_eq!(
        folder.run(&["check", "blog.kdl", "--format", "github"]),
        Ran::new(1, github, "")
    );
    let json = folder.run(&["check", "blog.kdl", "--format", "json"]);
    assert_eq!((json.code, json.err.as_str()), (1, ""));
    assert!(json.out.contains("\"code\": \"S003\""), "{}", json.out);
}

#[test]
fn colours_obey_the_option_and_the_environment() {
    let folder = Folder::new([("blog.kdl", WRONG)]);
    let plain = folder.run(&["check", "blog.kdl"]);
    assert!(!plain.err.contains('\u{1b}'));
    let colored = folder.run(&["check", "blog.kdl", "--color", "always"]);
    assert!(colored.err.starts_with('\u{1b}'), "{}", colored.err);
    let mut command = folder.command(&["check", "blog.kdl", "--color", "never"]);
    let output = command
        .env("CLICOLOR_FORCE", "1")
        .output()
        .expect("it runs");
    assert_eq!(String::from_utf8_lossy(&output.stderr), plain.err);
}

#[test]
fn wrong_use_ends_with_two() {
    let folder = Folder::new([]);
    assert_eq!(folder.run(&["check"]).code, 2);
    assert_eq!(folder.run(&["chek", "a.kdl"]).code, 2);
    assert_eq!(folder.run(&["check", "a.kdl", "--color", "pink"]).code, 2);
    let wanted = "error: `a.kdl` cannot be read: No such file or directory (os error 2)\n";
    assert_eq!(folder.run(&["check", "a.kdl"]), Ran::new(2, "", wanted));
    let wanted = "error: there is no code `S999`; `keyloom explain` lists all\n";
    assert_eq!(folder.run(&["explain", "S999"]), Ran::new(2, "", wanted));
}

#[test]
fn a_code_is_explained_by_its_page() {
    let folder = Folder::new([]);
    let page = include_str!("../../../docs/errors/S003.md");
    assert_eq!(folder.run(&["explain", "s003"]), Ran::new(0, page, ""));
}
