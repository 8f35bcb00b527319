//! The Rust blocks of a page.

/// Code that a page shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Block {
    /// The line of its first line in the page.
    pub(crate) line: usize,
    pub(crate) text: String,
    /// The page says that it is no code of ours.
    pub(crate) ignored: bool,
}

impl Block {
    /// Whether something of it is Rust that must compile.
    pub(crate) fn is_compiled(&self) -> bool {
        !self.ignored && !self.text.trim().is_empty()
    }
}

/// Blocks fenced by `rust`, and by `rust,ignore`. Of one that compares, what stands below `// Keyloom` is ours.
pub(crate) fn blocks(page: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut lines = page.lines().enumerate();
    while let Some((at, fence)) = lines.next() {
        if fence != "```rust" && fence != "```rust,ignore" {
            continue;
        }
        let inner: Vec<&str> = lines
            .by_ref()
            .map(|(_, line)| line)
            .take_while(|line| *line != "```")
            .collect();
        let theirs = match inner.first() {
            Some(first) if first.starts_with("// Tito") => inner
                .iter()
                .position(|line| line.starts_with("// Keyloom"))
                .unwrap_or(inner.len()),
            _ => 0,
        };
        blocks.push(Block {
            line: at + 2 + theirs,
            text: inner[theirs..].join("\n"),
            ignored: fence.ends_with("ignore"),
        });
    }
    blocks
}
