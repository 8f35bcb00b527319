//! The shape of a type's text: `map<string,i64>`, `id<User>?`.

/// Types within types beyond this depth are not read.
const MOST_DEPTH: usize = 16;

/// A type as written, its names not looked up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Shape {
    pub(crate) head: String,
    pub(crate) arguments: Vec<Shape>,
    pub(crate) optional: bool,
}

/// Reads `HEAD[<ARGUMENT,…>][?]`; `None` if the text has another form.
pub(crate) fn shape(text: &str) -> Option<Shape> {
    let (shape, rest) = read(text, 0)?;
    rest.is_empty().then_some(shape)
}

fn read(text: &str, depth: usize) -> Option<(Shape, &str)> {
    if depth > MOST_DEPTH {
        return None;
    }
    let end = text.find(['<', '>', ',', '?']).unwrap_or(text.len());
    let head = text[..end].trim();
    if head.is_empty()
        || !head
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '_' | ':' | '-' | '.'))
    {
        return None;
    }
    let mut rest = &text[end..];
    let mut arguments = Vec::new();
    if let Some(inner) = rest.strip_prefix('<') {
        rest = inner;
        loop {
            let (argument, after) = read(rest, depth + 1)?;
            arguments.push(argument);
            let after = after.trim_start();
            if let Some(next) = after.strip_prefix(',') {
                rest = next;
            } else {
                rest = after.strip_prefix('>')?;
                break;
            }
        }
    }
    let optional = rest.starts_with('?');
    let rest = if optional { &rest[1..] } else { rest };
    Some((
        Shape {
            head: head.to_owned(),
            arguments,
            optional,
        },
        rest,
    ))
}
