//! `keyloom fmt`

use crate::support::{Folder, Ran};

const MESSY: &str = "schema blog\nmodel Tag table=tags {\n  fields {\n  id uuid default=uuid-v7 // made here\n  title string  max=40\n  }\n  key id;\n}\n";

const TIDY: &str = "schema blog

model Tag table=tags {
    fields {
        id    uuid   default=uuid-v7  // made here
        title string max=40
    }
    key id
}
";

const DIFF: &str = "--- a.kdl
+++ formatted
@@ -1,8 +1,9 @@
 schema blog
+
 model Tag table=tags {
-  fields {
-  id uuid default=uuid-v7 // made here
-  title string  max=40
-  }
-  key id;
+    fields {
+        id    uuid   default=uuid-v7  // made here
+        title string max=40
+    }
+    key id
 }
";

#[test]
fn files_are_formatted_in_place_and_those_that_changed_are_named() {
    let folder = Folder::new([("a.kdl", MESSY), ("b.kdl", TIDY)]);
    let ran = folder.run(&["fmt", "a.kdl", "b.kdl"]);
    assert_eq!(ran, Ran::new(0, "formatted a.kdl\n", ""));
    assert_eq!(folder.read("a.kdl"), TIDY);
    assert_eq!(folder.run(&["fmt", "a.kdl", "b.kdl"]), Ran::new(0, "", ""));
}

#[test]
fn check_shows_the_difference_and_changes_nothing() {
    let folder = Folder::new([("a.kdl", MESSY), ("b.kdl", TIDY)]);
    let ran = folder.run(&["fmt", "--check", "a.kdl", "b.kdl"]);
    assert_eq!(ran, Ran::new(1, DIFF, ""));
    assert_eq!(folder.read("a.kdl"), MESSY);
    assert_eq!(
        folder.run(&["fmt", "--check", "b.kdl"]),
        Ran::new(0, "", "")
    );
}

#[test]
fn colours_come_when_they_are_asked_for() {
    let folder = Folder::new([("a.kdl", "schema  blog\n")]);
    let ran = folder.run(&["fmt", "--check", "--color", "always", "a.kdl"]);
    let wanted = "\u{1b}[1m--- a.kdl\u{1b}[0m\n\u{1b}[1m+++ formatted\u{1b}[0m\n\u{1b}[36m@@ -1 +1 @@\u{1b}[0m\n\
                  \u{1b}[31m-schema  blog\u{1b}[0m\n\u{1b}[32m+schema blog\u{1b}[0m\n";
    assert_eq!(ran, Ran::new(1, wanted, ""));
}

#[test]
fn standard_input_goes_to_standard_output() {
    let folder = Folder::new([]);
    assert_eq!(
        folder.run_with_input(&["fmt", "-"], MESSY),
        Ran::new(0, TIDY, "")
    );
}

#[test]
fn a_file_that_is_no_kdl_is_left_alone_and_its_faults_are_shown() {
    let text = "schema blog\nmodel Tag table=tags {\n  fields { id varchar(20) }\n  key id\n}\n";
    let folder = Folder::new([("a.kdl", text), ("b.kdl", "schema  b\n")]);
    let ran = folder.run(&["fmt", "a.kdl", "b.kdl"]);
    let wanted = "error[S003]: unknown type `varchar(20)`
 --> a.kdl:3:15
  |
3 |   fields { id varchar(20) }
  |               ^^^^^^^^^^^
  = help: write `string max=20`

1 error; `keyloom explain S003` says more about the first
";
    assert_eq!(ran, Ran::new(1, "formatted b.kdl\n", wanted));
    assert_eq!(folder.read("a.kdl"), text);
}

#[test]
fn a_file_that_cannot_be_read_is_misuse() {
    let folder = Folder::new([]);
    let wanted = "error: `gone.kdl` cannot be read: No such file or directory (os error 2)\n";
    assert_eq!(folder.run(&["fmt", "gone.kdl"]), Ran::new(2, "", wanted));
}

#[test]
fn a_file_that_is_not_utf_8_is_misuse_and_the_line_is_named() {
    let folder = Folder::new([]);
    let latin = b"schema blog\n// na\xEFve\n";
    let utf_16 = b"\xFF\xFEs\0c\0";
    let cases = [
        (
            "latin.kdl",
            &latin[..],
            "line 2 is not UTF-8: it has the byte 0xef",
        ),
        ("wide.kdl", utf_16, "it is UTF-16; save it as UTF-8"),
    ];
    for (name, bytes, reason) in cases {
        std::fs::write(folder.path().join(name), bytes).expect("it can be written");
        let wanted = Ran::new(2, "", format!("error: `{name}` cannot be read: {reason}\n"));
        assert_eq!(folder.run(&["fmt", name]), wanted);
        assert_eq!(folder.run(&["check", name]), wanted);
    }
}

#[cfg(unix)]
#[test]
fn a_file_that_cannot_be_written_to_its_end_stays_as_it_was() {
    let folder = Folder::new([("a.kdl", MESSY)]);
    let binary = folder.command(&[]).get_program().to_owned();
    let ran = std::process::Command::new("sh")
        .args(["-c", "trap '' XFSZ; ulimit -f 0; exec \"$0\" fmt a.kdl"])
        .arg(binary)
        .current_dir(folder.path())
        .output()
        .expect("a shell");
    let told = String::from_utf8_lossy(&ran.stderr);
    assert_eq!(ran.status.code(), Some(2), "{told}");
    assert!(
        told.starts_with("error: `a.kdl` cannot be written: "),
        "{told}"
    );
    assert_eq!(folder.read("a.kdl"), MESSY);
    assert!(!folder.path().join("a.kdl.unfinished").exists());
}

#[cfg(unix)]
#[test]
fn formatting_keeps_links_and_permissions() {
    use std::fs::{Permissions, metadata, set_permissions, symlink_metadata};
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = Folder::new([("a.kdl", MESSY)]);
    let path = |name| folder.path().join(name);
    set_permissions(path("a.kdl"), Permissions::from_mode(0o640)).expect("ours");
    symlink("a.kdl", path("link.kdl")).expect("a link");
    let ran = folder.run(&["fmt", "link.kdl"]);
    assert_eq!(ran, Ran::new(0, "formatted link.kdl\n", ""));
    assert_eq!(folder.read("a.kdl"), TIDY);
    assert!(
        symlink_metadata(path("link.kdl"))
            .expect("there")
            .is_symlink()
    );
    let mode = metadata(path("a.kdl")).expect("there").permissions().mode();
    assert_eq!(mode & 0o777, 0o640);
}
