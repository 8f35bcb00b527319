//! Output: a call on the left, what it gave on the right.

/// A heading.
pub(crate) fn title(text: &str) {
    println!("\n{text}");
}

/// A call and its answer.
pub(crate) fn line(call: &str, answer: impl std::fmt::Display) {
    println!("  {call:<58} {answer}");
}

/// Names with commas.
pub(crate) fn list<T>(items: &[T], name: impl Fn(&T) -> &str) -> String {
    items.iter().map(name).collect::<Vec<_>>().join(", ")
}
