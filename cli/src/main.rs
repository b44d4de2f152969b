//! The `deskseal` command: customer identities for embedded help desks, signed, verified and
//! explained at a prompt or in a script.

#![forbid(unsafe_code)]

mod arguments;
mod commands;
mod conform;
mod doctor;
mod git;
mod json;
mod output;
mod printed;
mod scan;
mod secrets;

use std::process::ExitCode;

use arguments::Arguments;
use clap::Parser;
use output::{Failure, Format};
use printed::printed;

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return usage_exit(&escaped(error)),
    };
    let format = arguments.format;
    match commands::run(arguments) {
        Ok(report) => report.print(format),
        Err(failure) => failure.print(format),
    }
}

/// Prints clap's answer to `--help`, `--version` or wrong usage.
fn usage_exit(error: &clap::Error) -> ExitCode {
    if error.use_stderr() && Format::was_asked_to_be_json(std::env::args_os()) {
        let text = error.to_string();
        let what = text.split("\n\nUsage:").next().unwrap_or_default();
        let words: Vec<_> = what.trim_start_matches("error: ").split_whitespace().collect();
        return Failure::Usage(words.join(" ")).print(Format::Json);
    }
    // A closed pipe leaves nobody to tell.
    let _ = error.print();
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(output::WRONG_INPUT))
}

/// Returns the error about the arguments as they are printed, since clap repeats them in several places.
/// What no argument may be, is none with escapes either.
fn escaped(error: clap::Error) -> clap::Error {
    Arguments::try_parse_from(std::env::args_os().map(printed)).err().unwrap_or(error)
}
