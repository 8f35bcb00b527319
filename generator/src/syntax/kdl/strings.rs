//! Quoted strings: escapes, and the indentation of multi-line strings.

use super::lexer::{is_newline, is_space};

/// Why a string cannot be read: bytes of the fault in the body, a message, a help.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct BadString {
    pub(super) at: usize,
    pub(super) len: usize,
    pub(super) message: String,
    pub(super) help: &'static str,
}

const ESCAPES: &str =
    r##"escapes are \n \r \t \s \\ \" \b \f and \u{1F600}; a raw string `#"…"#` has none"##;

/// The value of the body of a quoted string, `raw` without escapes, `multi` between `"""`.
pub(super) fn value(body: &str, raw: bool, multi: bool) -> Result<String, BadString> {
    match (raw, multi) {
        (true, false) => Ok(body.to_owned()),
        (false, false) => unescape(body),
        (true, true) => dedent(body),
        (false, true) => dedent(&remove_escaped_space(body)).and_then(|text| unescape(&text)),
    }
}

fn unescape(body: &str) -> Result<String, BadString> {
    if !body.contains('\\') {
        return Ok(body.to_owned());
    }
    let mut out = String::with_capacity(body.len());
    let mut rest = body;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        let here = body.len() - rest.len() + at;
        let after = &rest[at + 1..];
        let mut chars = after.chars();
        let bad = |len: usize| BadString {
            at: here,
            len,
            message: format!(
                "unknown escape `{}`",
                &body[here..(here + len).min(body.len())]
            ),
            help: ESCAPES,
        };
        let Some(escape) = chars.next() else {
            return Err(bad(1));
        };
        rest = chars.as_str();
        match escape {
            'n' => out.push('\n'),
            'r' => out.push('\r'),
            't' => out.push('\t'),
            's' => out.push(' '),
            'b' => out.push('\u{8}'),
            'f' => out.push('\u{c}'),
            '\\' | '"' => out.push(escape),
            'u' => {
                let digits = rest.strip_prefix('{').and_then(|rest| rest.split_once('}'));
                let character = digits.and_then(|(digits, _)| {
                    let hexadecimal = (1..=6).contains(&digits.len())
                        && digits.bytes().all(|b| b.is_ascii_hexdigit());
                    hexadecimal
                        .then(|| {
                            u32::from_str_radix(digits, 16)
                                .ok()
                                .and_then(char::from_u32)
                        })
                        .flatten()
                });
                let (Some((_, after)), Some(character)) = (digits, character) else {
                    return Err(bad(2));
                };
                out.push(character);
                rest = after;
            }
            space if is_space(space) || is_newline(space) => {
                rest = rest.trim_start_matches(|c| is_space(c) || is_newline(c));
            }
            other => return Err(bad(1 + other.len_utf8())),
        }
    }
    out.push_str(rest);
    Ok(out)
}

/// A multi-line string without `\` and the white space after it; other escapes stay for later.
fn remove_escaped_space(body: &str) -> String {
    let mut out = String::with_capacity(body.len());
    let mut rest = body;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        let after = &rest[at + 1..];
        match after.chars().next() {
            Some(c) if is_space(c) || is_newline(c) => {
                rest = after.trim_start_matches(|c| is_space(c) || is_newline(c));
            }
            Some(c) => {
                out.push('\\');
                out.push(c);
                rest = &after[c.len_utf8()..];
            }
            None => {
                out.push('\\');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

/// Lines of a multi-line string without the indentation of its last line.
fn dedent(body: &str) -> Result<String, BadString> {
    let body = body.replace("\r\n", "\n");
    let mut lines: Vec<&str> = body.split(is_newline).collect();
    let prefix = lines.pop().unwrap_or("");
    let bad = |message: &str| BadString {
        at: 0,
        len: body.len().min(1),
        message: message.to_owned(),
        help: "the lines of a `\"\"\"` string start below the quotes, each with the white space of the closing `\"\"\"`",
    };
    if !prefix.chars().all(is_space) || lines.is_empty() {
        return Err(bad("the closing `\"\"\"` is not on a line of its own"));
    }
    let mut out = Vec::with_capacity(lines.len());
    // The first line holds the opening quotes.
    for line in &lines[1..] {
        if line.chars().all(is_space) {
            out.push("");
        } else {
            out.push(
                line.strip_prefix(prefix)
                    .ok_or_else(|| bad("a line of the string is not indented like its end"))?,
            );
        }
    }
    Ok(out.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::value;

    #[test]
    fn escapes_are_those_of_kdl() {
        assert_eq!(
            value(r#"a\tb\u{e9}\"\s\   c"#, false, false),
            Ok("a\tbé\" c".to_owned())
        );
        assert_eq!(
            value(r"a\qb", false, false).map_err(|bad| (bad.at, bad.message)),
            Err((1, r"unknown escape `\q`".to_owned()))
        );
    }

    #[test]
    fn multi_line_strings_lose_the_indentation_of_their_end() {
        assert_eq!(
            value("\n  a\n\n    b\n  ", false, true),
            Ok("a\n\n  b".to_owned())
        );
        assert!(value("\n a\n  ", false, true).is_err());
    }
}
