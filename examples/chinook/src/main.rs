//! The Chinook sample database in Keyloom: `cargo run -p chinook [-- --store FOLDER]`.
//!
//! Loads 15,607 rows through the generated code, asks for some of them through indexes, and compares every answer with one
//! computed from the JSON file by other means. Exits with a fault if one differs.

mod answers;
mod expected;
mod load;
mod related;
mod row;
mod show;

keyloom::include_schema!("chinook");

use chinook::Chinook;
use clap::Parser;
use row::Data;
use std::{error::Error, process::ExitCode};

/// The Chinook sample database in Keyloom
#[derive(Debug, Parser)]
struct Arguments {
    /// Where the store is: a folder, or `memory:`; a folder that goes away with the program unless given
    #[arg(long, value_name = "ADDRESS")]
    store: Option<String>,
}

#[tokio::main]
async fn main() -> Result<ExitCode, Box<dyn Error>> {
    let scratch = tempfile::tempdir()?;
    let address = Arguments::parse()
        .store
        .unwrap_or_else(|| scratch.path().display().to_string());
    let data = Data::read()?;
    let store = Chinook::open(&address).await?;
    println!("Opened the store `{address}`");
    load::everything(&store, &data).await?;
    let differing =
        answers::compare(&store, &data).await? + related::compare(&store, &data).await?;
    store.close().await?;
    if differing == 0 {
        println!("\nEvery answer is the one computed from the JSON file.");
        return Ok(ExitCode::SUCCESS);
    }
    eprintln!("\n{differing} answers differ from those computed from the JSON file.");
    Ok(ExitCode::FAILURE)
}
