//! Rules for the text of files.

use super::File;

/// Lines that a source file has at most.
const MOST_LINES: usize = 400;

pub(super) fn faults(files: &[File]) -> Vec<String> {
    files.iter().flat_map(of_file).collect()
}

fn of_file(file: &File) -> Vec<String> {
    let mut faults: Vec<String> = length(file).into_iter().collect();
    if is_pinned(file) {
        return faults;
    }
    for (at, line) in file.text.lines().enumerate() {
        let mut fault = |what: &str| faults.push(format!("{}:{}: {what}", file.path, at + 1));
        if unfinished().iter().any(|mark| line.contains(mark.as_str())) {
            fault("work that is not finished");
        }
        if homes().iter().any(|home| line.contains(home.as_str())) {
            fault("a path of somebody's machine");
        }
    }
    faults
}

fn length(file: &File) -> Option<String> {
    let source = file.is("rs") || file.is("go");
    // What is generated is as long as its schema.
    if !source || file.path.starts_with("tests/golden/") {
        return None;
    }
    let lines = file.text.lines().count();
    (lines > MOST_LINES).then(|| {
        format!(
            "{} has {lines} lines: split it by idea, {MOST_LINES} are the most",
            file.path
        )
    })
}

/// What a compiler or a tool printed, and schemas that are wrong on purpose.
fn is_pinned(file: &File) -> bool {
    file.path.contains("/fixtures/") || file.is("stderr")
}

// Put together, so that this file keeps the rules that it holds.

fn unfinished() -> [String; 4] {
    [
        ["TO", "DO"],
        ["FIX", "ME"],
        ["todo", "!("],
        ["unimple", "mented!("],
    ]
    .map(|it| it.concat())
}

fn homes() -> [String; 3] {
    [["/ho", "me/"], ["/Us", "ers/"], ["/ro", "ot/"]].map(|it| it.concat())
}
