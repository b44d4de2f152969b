//! The `deskseal` command: signs, verifies and explains customer identities for embedded help desks.

#![forbid(unsafe_code)]

mod arguments;
mod commands;
mod conform;
mod doctor;
mod escape;
mod git;
mod output;
mod scan;
mod secrets;

use std::process::ExitCode;

use arguments::Arguments;
use clap::Parser;
use escape::escaped;
use output::{Failure, Format};

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return usage_exit(&with_escaped_arguments(error)),
    };
    let format = arguments.format;
    match commands::run(arguments) {
        Ok(report) => report.print(format),
        Err(failure) => failure.print(format),
    }
}

/// Prints what clap says to `--help`, `--version` or wrong arguments, and returns the exit code.
fn usage_exit(error: &clap::Error) -> ExitCode {
    if error.use_stderr() && Format::was_asked_to_be_json(std::env::args_os()) {
        let text = error.to_string();
        let sentence = text.split("\n\nUsage:").next().unwrap_or_default();
        let words: Vec<_> = sentence.trim_start_matches("error: ").split_whitespace().collect();
        return Failure::Usage(words.join(" ")).print(Format::Json);
    }
    // The reader may have closed the pipe; that error cannot be reported.
    let _ = error.print();
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(output::WRONG_INPUT))
}

/// Parses the arguments again with control characters escaped, since clap's error repeats them. Arguments
/// that are wrong stay wrong with escapes.
fn with_escaped_arguments(error: clap::Error) -> clap::Error {
    Arguments::try_parse_from(std::env::args_os().map(escaped)).err().unwrap_or(error)
}
