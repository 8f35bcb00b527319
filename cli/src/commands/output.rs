//! What commands share: how they print diagnostics, and what they exit with.

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use clap::ValueEnum;
use keyloom_generator::Checked;
use keyloom_generator::diagnostics::{self, Diagnostic, Human};
use keyloom_generator::source::Sources;

/// Faults were found: in the schema, or between what is and what should be.
pub(crate) const FAULTS: u8 = 1;

/// The command was used wrongly.
pub(crate) const MISUSE: u8 = 2;

/// A form of diagnostics.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people: source lines, labels, help
    Human,
    /// One JSON object
    Json,
    /// Annotations of a pull request on GitHub
    Github,
}

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal, unless `NO_COLOR` is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

impl Color {
    /// Whether this stream gets colours.
    pub(crate) fn on(self, terminal: bool) -> bool {
        match self {
            Self::Auto => {
                terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
            }
            Self::Always => true,
            Self::Never => false,
        }
    }
}

/// Prints the diagnostics of a schema.
pub(crate) fn print(checked: &Checked, format: Format, color: Color) -> io::Result<()> {
    print_list(&checked.sources, &checked.diagnostics, format, color)
}

/// Prints diagnostics: the human form to standard error, the others to standard output.
pub(crate) fn print_list(
    sources: &Sources,
    list: &[Diagnostic],
    format: Format,
    color: Color,
) -> io::Result<()> {
    match format {
        Format::Human => {
            let look = Human {
                color: color.on(io::stderr().is_terminal()),
                width: width(),
            };
            io::stderr().write_all(diagnostics::human(sources, list, look).as_bytes())
        }
        Format::Json => io::stdout().write_all(diagnostics::json(sources, list).as_bytes()),
        Format::Github => io::stdout().write_all(diagnostics::github(sources, list).as_bytes()),
    }
}

/// Columns to fill: `COLUMNS` if the shell exports it, else a hundred.
fn width() -> usize {
    std::env::var("COLUMNS")
        .ok()
        .and_then(|columns| columns.parse().ok())
        .unwrap_or(Human::default().width)
}

/// Prints what a command is for.
pub(crate) fn write(text: &str) -> ExitCode {
    match put(text) {
        Ok(()) => ExitCode::SUCCESS,
        Err(code) => code,
    }
}

/// Prints a part of what a command is for; the exit code if that cannot be done.
pub(crate) fn put(text: &str) -> Result<(), ExitCode> {
    let mut out = io::stdout();
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .map_err(|error| unwritten(&error))
}

/// The exit code when standard output cannot be written. A reader that has gone needs no message.
pub(crate) fn unwritten(error: &io::Error) -> ExitCode {
    if error.kind() == io::ErrorKind::BrokenPipe {
        return ExitCode::from(FAULTS);
    }
    misuse(&format!("standard output cannot be written: {error}"))
}

/// Prints why a command cannot do its work.
pub(crate) fn misuse(message: &str) -> ExitCode {
    // Nobody is left to tell if standard error is closed.
    let _ = writeln!(io::stderr(), "error: {message}");
    ExitCode::from(MISUSE)
}
