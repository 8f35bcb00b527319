//! Two texts as a unified diff, as `diff -u` and `git diff` write it.

use std::fmt::Write;

use similar::TextDiff;

/// A name as `patch` takes it: a tab ends one that has spaces.
fn ended(name: &str) -> String {
    let end = if name.contains(' ') { "\t" } else { "" };
    format!("{name}{end}")
}

/// The difference of two texts, with a head of two file names; empty if there is none.
pub(crate) fn unified(old: &str, new: &str, names: (&str, &str), color: bool) -> String {
    let diff = TextDiff::from_lines(old, new);
    let plain = diff
        .unified_diff()
        .context_radius(3)
        .header(&ended(names.0), &ended(names.1))
        .to_string();
    if !color {
        return plain;
    }
    let mut out = String::with_capacity(plain.len());
    for line in plain.lines() {
        let style = match line.as_bytes() {
            [b'-', b'-', b'-', b' ', ..] | [b'+', b'+', b'+', b' ', ..] => "1",
            [b'@', ..] => "36",
            [b'-', ..] => "31",
            [b'+', ..] => "32",
            _ => {
                out.push_str(line);
                out.push('\n');
                continue;
            }
        };
        // A string takes all.
        let _ = writeln!(out, "\u{1b}[{style}m{line}\u{1b}[0m");
    }
    out
}
