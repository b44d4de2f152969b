//! The project's script runner: `cargo xtask --help`.

#![forbid(unsafe_code)]

mod api;
mod bench;
mod browser;
mod cases;
mod conform;
mod debian;
mod demo;
mod desk;
mod e2e;
mod embed;
mod environment;
mod examples;
mod files;
mod generate;
mod git;
mod http;
mod lanes;
mod licences;
mod node;
mod one_version;
mod package;
mod php;
mod process;
mod python;
mod ruby;
mod server;
mod setup;
mod snippets;
mod suite;
mod test;
mod tools;
mod vectors;
mod workspace;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use workspace::Workspace;

/// Build, test, measure and try out the project.
///
/// On a fresh machine with a Rust toolchain and a C linker, `cargo xtask demo` shows what the project
/// does and `cargo xtask test` installs what the tests need and runs all of them.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Sign a customer, break it in five ways, then be customer, agent and owner in a browser.
    #[command(after_help = "\
Examples:
  cargo xtask demo
  cargo xtask demo --no-open
  cargo xtask demo --framework django")]
    Demo(demo::Arguments),

    /// Run every check and every test, and print a table at the end.
    #[command(after_help = "\
Examples:
  cargo xtask test
  cargo xtask test vectors conformance")]
    Test(test::Arguments),

    /// Check that every language answers the vectors and random identities as specified.
    #[command(after_help = "\
Examples:
  cargo xtask conform
  cargo xtask conform command python --seed 7 --random 100000")]
    Conform(conform::Arguments),

    /// Make the test vectors and the Unicode tables again, or check that they are up to date.
    #[command(after_help = "\
Examples:
  cargo xtask vectors
  cargo xtask vectors --check")]
    Vectors(vectors::Arguments),

    /// Make the files again that repeat the API contract, or check that they are up to date.
    #[command(after_help = "\
Examples:
  cargo xtask generate
  cargo xtask generate --check")]
    Generate(generate::Arguments),

    /// Build the packages as they are published into a folder, and print how to install from it.
    #[command(after_help = "\
Examples:
  cargo xtask package
  cargo xtask package python node --output /tmp/packages")]
    Package(package::Arguments),

    /// Measure the core and the packages, and print ratios to what a user would write instead.
    #[command(after_help = "\
Examples:
  cargo xtask bench
  cargo xtask bench python")]
    Bench(bench::Arguments),

    /// Measure how the usual snippets of each language disagree, as the README's table.
    #[command(after_help = "Example:\n  cargo xtask snippets")]
    Snippets,

    /// Install what the tests need; does nothing when everything is there.
    #[command(after_help = "Example:\n  cargo xtask setup")]
    Setup,

    /// Print the API contract, tests/api.toml, as JSON, for tests in languages without a TOML reader.
    #[command(after_help = "Example:\n  cargo xtask api | jq '.call[].name'")]
    Api,

    /// Answer conformance requests wrongly, or judge oneself doing so.
    #[command(hide = true)]
    WrongAdapter {
        mode: conform::wrong::Mode,
        #[arg(long)]
        judge: bool,
    },
}

fn main() -> ExitCode {
    match run(&Arguments::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: &Command) -> Result<()> {
    process::end_children_when_interrupted()?;
    match command {
        Command::WrongAdapter { mode, judge: false } => conform::wrong::run(*mode),
        Command::WrongAdapter { mode, judge: true } => conform::wrong::judge(*mode),
        Command::Demo(arguments) => demo::run(&Workspace::find()?, arguments),
        Command::Test(arguments) => test::run(&Workspace::find()?, arguments),
        Command::Conform(arguments) => conform::run(&Workspace::find()?, arguments),
        Command::Vectors(arguments) => vectors::run(&Workspace::find()?, arguments),
        Command::Generate(arguments) => generate::run(&Workspace::find()?, arguments),
        Command::Package(arguments) => package::run(&Workspace::find()?, arguments),
        Command::Bench(arguments) => bench::run(&Workspace::find()?, arguments),
        Command::Snippets => snippets::run(&Workspace::find()?),
        Command::Setup => setup::run(&Workspace::find()?),
        Command::Api => api::run(&Workspace::find()?),
    }
}
