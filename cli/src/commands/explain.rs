//! `keyloom explain`

use std::process::ExitCode;

use clap::Args;
use keyloom_generator::diagnostics::{self, Code};

use super::output::{misuse, write};

/// Explains the code of a fault: what it means, a wrong and a right schema
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  keyloom explain S003\n  keyloom explain        # all codes")]
pub(crate) struct Explain {
    /// The code, as in `S003`; none lists all
    code: Option<String>,
}

impl Explain {
    pub(crate) fn run(self) -> ExitCode {
        let text = match &self.code {
            None => {
                let lines = Code::ALL
                    .iter()
                    .map(|code| format!("{code}  {}", code.title()));
                lines.collect::<Vec<_>>().join("\n") + "\n"
            }
            Some(code) => match diagnostics::explain(code) {
                Some(page) => page.to_owned(),
                None => {
                    return misuse(&format!(
                        "there is no code `{code}`; `keyloom explain` lists all"
                    ));
                }
            },
        };
        write(&text)
    }
}
