//! `keyloom breaking`

use std::process::Command;

use crate::support::{Folder, Ran};

const OLD: &str = "schema blog\nimport \"tag.kdl\"\nmodel Post table=posts { fields { id uuid; tag Tag? }; key id }\n";
const TAG: &str = "struct Tag { fields { name string max=40 } }\n";

fn git(folder: &Folder, arguments: &[&str]) {
    let status = Command::new("git")
        .args(["-c", "user.name=test", "-c", "user.email=test@example.com"])
        .args(arguments)
        .current_dir(folder.path())
        .output()
        .expect("git is there");
    assert!(status.status.success(), "{status:?}");
}

/// A repository with a schema of two files, one of which has changed since it was committed.
fn repository() -> Folder {
    let folder = Folder::new([("db/blog.kdl", OLD), ("db/tag.kdl", TAG)]);
    git(&folder, &["init", "--quiet", "--initial-branch=main"]);
    git(&folder, &["add", "."]);
    git(&folder, &["commit", "--quiet", "--message=first"]);
    folder.write("db/tag.kdl", "struct Tag { fields { name u32 } }\n");
    folder
}

#[test]
fn two_files_are_compared_and_a_breaking_change_is_exit_code_1() {
    let folder = Folder::new([
        ("a.kdl", "schema blog\nenum E { a; b }\n"),
        ("b.kdl", "schema blog\nenum E { a }\n"),
    ]);
    let said = "error[B004]: the variant `b` of `E` was removed
 --> b.kdl:2:6
  |
2 | enum E { a }
  |      ^
 ::: a.kdl:2:13
  |
2 | enum E { a; b }
  |             - before
  = touches: stored data
  = help: keep it, or give it another name with `was=`

1 error; `keyloom explain B004` says more about the first
";
    assert_eq!(
        folder.run(&["breaking", "a.kdl", "b.kdl"]),
        Ran::new(1, "", said)
    );
}

#[test]
fn warnings_alone_are_exit_code_0() {
    let folder = Folder::new([
        ("a.kdl", "schema blog\nenum E { a }\n"),
        ("b.kdl", "schema blog\nenum E { a; b }\n"),
    ]);
    let ran = folder.run(&["breaking", "a.kdl", "b.kdl"]);
    assert_eq!(
        (ran.code, ran.out.as_str()),
        (0, "nothing that stored data cannot follow\n")
    );
    assert!(ran.err.starts_with("warning[B009]"), "{}", ran.err);
    let same = folder.run(&["breaking", "a.kdl", "a.kdl"]);
    assert_eq!(
        same,
        Ran::new(0, "nothing that stored data or callers would see\n", "")
    );
}

#[test]
fn a_revision_is_read_with_its_imports_and_a_change_is_shown_in_its_own_file() {
    let folder = repository();
    let ran = folder.run(&["breaking", "db/blog.kdl", "--against", "git:main"]);
    let said = "error[B001]: the type of `posts.tag.name` changed from `string` to `u32`, which cannot hold every
    old value
 --> db/tag.kdl:1:28
  |
1 | struct Tag { fields { name u32 } }
  |                            ^^^
 ::: main:db/tag.kdl:1:28
  |
1 | struct Tag { fields { name string max=40 } }
  |                            ------ before
  = touches: stored data
  = help: add a new field instead

1 error; `keyloom explain B001` says more about the first
";
    assert_eq!(ran, Ran::new(1, "", said));
    // From another folder, the same file at the same revision.
    let mut inside = folder.command(&["breaking", "blog.kdl", "--against", "git:HEAD"]);
    let output = inside
        .current_dir(folder.path().join("db"))
        .output()
        .expect("it runs");
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8(output.stderr).expect("the tool prints UTF-8");
    assert!(
        text.contains("--> tag.kdl:1:28") && text.contains("HEAD:tag.kdl:1:28"),
        "{text}"
    );
}

#[test]
fn annotations_are_in_the_files_of_the_pull_request() {
    let folder = repository();
    let ran = folder.run(&[
        "breaking",
        "db/blog.kdl",
        "--against=git:main",
        "--format=github",
    ]);
    let said = "::error file=db/tag.kdl,line=1,col=28,endLine=1,endColumn=31,title=B001 (stored data)::the type of \
                `posts.tag.name` changed from `string` to `u32`, which cannot hold every old value%0Ahelp: add a new \
                field instead\n";
    assert_eq!(ran, Ran::new(1, said, ""));
}

#[test]
fn what_is_not_there_is_misuse() {
    let folder = repository();
    for (arguments, said) in [
        (
            ["breaking", "db/blog.kdl", "--against", "main"],
            "`--against main` is no revision: write `--against git:main`",
        ),
        (
            ["breaking", "db/blog.kdl", "--against", "git:--all"],
            "`--against git:--all` is no revision: write `--against git:main`",
        ),
        (
            ["breaking", "db/blog.kdl", "--against", "git:nowhere"],
            "`db/blog.kdl` cannot be read at `nowhere`: ",
        ),
        (
            ["breaking", "db/new.kdl", "--against", "git:main"],
            "`db/new.kdl` cannot be read: ",
        ),
    ] {
        let ran = folder.run(&arguments);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{ran:?}");
        assert!(
            ran.err.starts_with(&format!("error: {said}")),
            "{}",
            ran.err
        );
    }
    assert_eq!(folder.run(&["breaking", "db/blog.kdl"]).code, 2);
}

#[test]
fn faults_of_either_schema_are_shown_first() {
    let folder = Folder::new([
        ("a.kdl", "schema blog\nenum E { a }\n"),
        ("b.kdl", "schema blog\nenm E { a }\n"),
    ]);
    for arguments in [
        ["breaking", "a.kdl", "b.kdl"],
        ["breaking", "b.kdl", "a.kdl"],
    ] {
        let ran = folder.run(&arguments);
        assert_eq!(ran.code, 1);
        assert!(
            ran.err.starts_with("error[S001]") && ran.err.contains("b.kdl:2:1"),
            "{}",
            ran.err
        );
    }
}
