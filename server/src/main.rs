//! The `ticket-center` command: see [`ticket_center::command`].

#![forbid(unsafe_code)]

use std::process::ExitCode;

use clap::Parser;
use mimalloc::MiMalloc;
use ticket_center::command::{self, Arguments};
use ticket_center::printed::{printed, printed_lines};

/// A call makes many small allocations, for which the system's allocator is slow.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => escaped(error).exit(),
    };
    match command::run(arguments).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {}", printed_lines(&error.to_string()));
            ExitCode::FAILURE
        }
    }
}

/// Returns the error about the arguments, escaped for printing: clap repeats the arguments in several
/// messages.
fn escaped(error: clap::Error) -> clap::Error {
    let arguments = std::env::args_os().map(|argument| printed(&argument.to_string_lossy()));
    Arguments::try_parse_from(arguments).err().unwrap_or(error)
}
