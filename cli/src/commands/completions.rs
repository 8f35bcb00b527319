//! `keyloom completions`

use std::process::ExitCode;

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::output::write;

/// Prints a script that completes `keyloom` in a shell
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  keyloom completions bash > ~/.local/share/bash-completion/completions/keyloom\n  \
                  keyloom completions zsh  > ~/.zfunc/_keyloom\n  \
                  keyloom completions fish > ~/.config/fish/completions/keyloom.fish"
)]
pub(crate) struct Completions {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

impl Completions {
    pub(crate) fn run(self) -> ExitCode {
        let mut script = Vec::new();
        let mut command = crate::Arguments::command();
        clap_complete::generate(self.shell, &mut command, "keyloom", &mut script);
        write(&String::from_utf8_lossy(&script))
    }
}
