//! `keyloom graph`

use crate::support::{Folder, Ran, expected};

const LIBRARY: &str = include_str!("../expected/library.kdl");

#[test]
fn a_diagram_is_text_of_mermaid_unless_its_file_is_a_picture() {
    let folder = Folder::new([("library.kdl", LIBRARY)]);
    let text = folder.run(&["graph", "library.kdl"]);
    assert_eq!((text.code, text.err.as_str()), (0, ""));
    expected("library.mmd", &text.out);
    let picture = folder.run(&["graph", "library.kdl", "--format", "svg"]);
    assert_eq!((picture.code, picture.err.as_str()), (0, ""));
    expected("library.svg", &picture.out);

    let written = folder.run(&["graph", "library.kdl", "--out", "library.svg"]);
    assert_eq!(written, Ran::new(0, "", ""));
    assert_eq!(folder.read("library.svg"), picture.out);
    let written = folder.run(&["graph", "library.kdl", "--out", "library.md"]);
    assert_eq!(written, Ran::new(0, "", ""));
    assert_eq!(folder.read("library.md"), text.out);
}

#[test]
fn a_wrong_schema_is_not_drawn() {
    let folder = Folder::new([(
        "a.kdl",
        "schema a\nmodel M table=ms { fields { id uuid } }\n",
    )]);
    let ran = folder.run(&["graph", "a.kdl", "--out", "a.svg"]);
    assert!(
        ran.code == 1 && ran.err.starts_with("error[M002]"),
        "{ran:?}"
    );
    assert!(!folder.path().join("a.svg").exists());
    let wanted = "error: `no/a.svg` cannot be written: No such file or directory (os error 2)\n";
    let folder = Folder::new([(
        "b.kdl",
        "schema b\nmodel M table=ms { fields { id uuid }; key id }\n",
    )]);
    let ran = folder.run(&["graph", "b.kdl", "--out", "no/a.svg"]);
    assert_eq!(ran, Ran::new(2, "", wanted));
}
