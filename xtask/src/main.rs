//! Runs the project's scripts: see `cargo xtask --help`.

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
mod go;
mod http;
mod jvm;
mod lanes;
mod licences;
mod node;
mod one_version;
mod package;
mod php;
mod process;
mod python;
mod ruby;
mod sanitizer;
mod server;
mod setup;
mod snippets;
mod suite;
mod test;
mod tools;
mod vectors;
mod wasm;
mod workspace;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use workspace::Workspace;

/// Build, test, measure and try out the project.
///
/// The machine needs a Rust toolchain and a C linker. `cargo xtask demo` shows what the project does.
/// `cargo xtask test` installs the tools that the tests need, and runs all tests.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Show signing and five usual mistakes, then start a desk and open it in a browser.
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

    /// Check that every language gives the specified results for the vectors and for random identities.
    #[command(after_help = "\
Examples:
  cargo xtask conform
  cargo xtask conform command python --seed 7 --random 100000")]
    Conform(conform::Arguments),

    /// Generate the test vectors and the Unicode tables, or check that they are up to date.
    #[command(after_help = "\
Examples:
  cargo xtask vectors
  cargo xtask vectors --check")]
    Vectors(vectors::Arguments),

    /// Generate the files that repeat the API contract, or check that they are up to date.
    #[command(after_help = "\
Examples:
  cargo xtask generate
  cargo xtask generate --check")]
    Generate(generate::Arguments),

    /// Build the core as WebAssembly and Go, or check that the committed files are what their sources give.
    #[command(after_help = "\
Examples:
  cargo xtask wasm
  cargo xtask wasm --check")]
    Wasm(wasm::Arguments),

    /// Build the packages for publication into a folder, and print how to install them.
    #[command(after_help = "\
Examples:
  cargo xtask package
  cargo xtask package python node --output /tmp/packages")]
    Package(package::Arguments),

    /// Run the benchmarks of the core, the server and the packages.
    #[command(after_help = "\
Examples:
  cargo xtask bench
  cargo xtask bench python")]
    Bench(bench::Arguments),

    /// Measure how the usual code of each language differs, and print the README's table.
    #[command(after_help = "Example:\n  cargo xtask snippets")]
    Snippets,

    /// Install the missing tools for the tests.
    #[command(after_help = "Example:\n  cargo xtask setup")]
    Setup,

    /// Print the API contract, tests/api.toml, as JSON, for tests in languages without a TOML reader.
    #[command(after_help = "Example:\n  cargo xtask api | jq '.call[].name'")]
    Api,

    /// Run a conformance adapter that is wrong on purpose, or the check of it.
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
        Command::Wasm(arguments) => wasm::run(&Workspace::find()?, arguments),
        Command::Package(arguments) => package::run(&Workspace::find()?, arguments),
        Command::Bench(arguments) => bench::run(&Workspace::find()?, arguments),
        Command::Snippets => snippets::run(&Workspace::find()?),
        Command::Setup => setup::run(&Workspace::find()?),
        Command::Api => api::run(&Workspace::find()?),
    }
}
