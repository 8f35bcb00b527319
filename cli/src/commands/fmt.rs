//! `keyloom fmt`

use std::io::{self, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use keyloom_generator::{format, source};

use super::output::{Color, FAULTS, Format, MISUSE, misuse, print_list, put};
use super::replace::replace;
use super::unified::unified;

/// Formats schema files: indentation, spaces and columns; comments stay
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  keyloom fmt schema.kdl             # in place\n  \
                  keyloom fmt --check schema/*.kdl   # in CI: shows what would change, exit code 1\n  \
                  keyloom fmt - < schema.kdl         # from an editor: the text to standard output"
)]
pub(crate) struct Fmt {
    /// The files; `-` is standard input, which goes to standard output
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Change nothing; show what would change, and exit with 1 if anything would
    #[arg(long)]
    check: bool,
    /// Whether to use colours
    #[arg(long, value_enum, default_value_t = Color::Auto)]
    color: Color,
}

/// What became of a file; each is worse than the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum End {
    Fine,
    Faults,
    Misuse,
}

impl Fmt {
    pub(crate) fn run(self) -> ExitCode {
        let worst = self.files.iter().map(|file| self.file(file)).max();
        match worst {
            None | Some(End::Fine) => ExitCode::SUCCESS,
            Some(End::Faults) => ExitCode::from(FAULTS),
            Some(End::Misuse) => ExitCode::from(MISUSE),
        }
    }

    fn file(&self, file: &Path) -> End {
        let standard = file == Path::new("-");
        let name = if standard {
            "<stdin>".to_owned()
        } else {
            file.display().to_string()
        };
        let read = if standard {
            let mut bytes = Vec::new();
            let all = io::stdin().read_to_end(&mut bytes);
            all.and_then(|_| source::decode(bytes))
        } else {
            source::read(file)
        };
        let text = match read {
            Ok(text) => text,
            Err(error) => {
                misuse(&format!("`{name}` cannot be read: {error}"));
                return End::Misuse;
            }
        };
        let formatted = match format(&name, &text) {
            Ok(formatted) => formatted,
            Err(refused) => {
                // Nobody is left to tell if standard error is closed.
                let _ = print_list(
                    &refused.sources,
                    &refused.diagnostics,
                    Format::Human,
                    self.color,
                );
                return End::Faults;
            }
        };
        let mut out = io::stdout();
        if self.check {
            let color = self.color.on(out.is_terminal());
            let names = (name.as_str(), "formatted");
            let _ = out.write_all(unified(&text, &formatted, names, color).as_bytes());
            return if text == formatted {
                End::Fine
            } else {
                End::Faults
            };
        }
        if standard {
            return match put(&formatted) {
                Ok(()) => End::Fine,
                Err(_) => End::Faults,
            };
        }
        if text != formatted {
            if let Err(error) = replace(file, &formatted) {
                misuse(&format!("`{name}` cannot be written: {error}"));
                return End::Misuse;
            }
            let _ = writeln!(out, "formatted {name}");
        }
        End::Fine
    }
}
