//! The `ticket-center` command: see [`ticket_center::command`].

#![forbid(unsafe_code)]

use std::process::ExitCode;

use clap::Parser;
use ticket_center::command::{self, Arguments};

#[tokio::main]
async fn main() -> ExitCode {
    match command::run(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
