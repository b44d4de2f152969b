//! `cargo xtask test`: everything that must hold, in one run.

use anyhow::{Context as _, Result, bail};
use clap::builder::PossibleValuesParser;

use crate::browser;
use crate::conform;
use crate::e2e;
use crate::embed;
use crate::generate;
use crate::licences;
use crate::node;
use crate::one_version;
use crate::php;
use crate::process;
use crate::python;
use crate::ruby;
use crate::server;
use crate::setup;
use crate::suite::{self, Suite};
use crate::vectors;
use crate::workspace::Workspace;

/// A name, and what it runs.
type Step = (&'static str, fn(&Workspace) -> Result<()>);

const STEPS: &[Step] = &[
    ("setup", setup::run),
    ("format", format),
    ("lints", lints),
    ("documentation", documentation),
    ("rust-tests", rust_tests),
    ("features", features),
    ("server", server::test),
    ("embed", embed::test),
    ("browser", browser::test),
    ("vectors", vectors::check),
    ("generated", generate::check),
    ("python", python::test),
    ("node", node::test),
    ("ruby", ruby::test),
    ("php", php::test),
    ("e2e", e2e::test),
    ("conformance", conformance),
    ("licences", licences::check),
    ("one-version", one_version::check),
    ("workflows", workflows),
];

/// What to run.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The suites to run, all by default.
    #[arg(value_name = "SUITE", value_parser = names())]
    suites: Vec<String>,
}

fn names() -> PossibleValuesParser {
    PossibleValuesParser::new(STEPS.iter().map(|(name, _)| *name))
}

/// Runs the steps, also after one that fails, and prints a table.
pub(crate) fn run(workspace: &Workspace, arguments: &Arguments) -> Result<()> {
    let Arguments { suites: chosen } = arguments;
    let is_chosen = |name| chosen.is_empty() || chosen.iter().any(|chosen| chosen == name);
    let steps: Vec<&Step> = STEPS.iter().filter(|(name, _)| is_chosen(*name)).collect();
    println!("Suites to run: {}. The first run builds everything, and takes minutes.", steps.len());
    let suites: Vec<Suite> =
        steps.iter().map(|(name, step)| Suite::run(name, || step(workspace))).collect();
    suite::print_table(&suites);
    let failed = suites.iter().filter(|suite| !suite.is_passed()).count();
    println!("{}", suite::closing_line("suites", suites.len() - failed, failed));
    if failed == 0 { Ok(()) } else { bail!("see the suites that failed above") }
}

fn format(workspace: &Workspace) -> Result<()> {
    process::run(workspace.cargo().args(["fmt", "--all", "--check"])).context("run `cargo fmt`")
}

fn lints(workspace: &Workspace) -> Result<()> {
    setup::for_build_scripts()?;
    process::run(workspace.cargo().args([
        "clippy",
        "--quiet",
        "--workspace",
        "--all-targets",
        "--all-features",
        "--locked",
        "--",
        "--deny=warnings",
    ]))
}

fn documentation(workspace: &Workspace) -> Result<()> {
    setup::for_build_scripts()?;
    let mut command = workspace.cargo();
    command.args(["doc", "--quiet", "--workspace", "--no-deps", "--all-features", "--locked"]);
    process::run(command.env("RUSTDOCFLAGS", "--deny=warnings"))
}

/// Tests without the bindings, which link against nothing but their language's own process, and without
/// the server, whose suite needs databases.
fn rust_tests(workspace: &Workspace) -> Result<()> {
    process::run(workspace.cargo().args([
        "test",
        "--quiet",
        "--workspace",
        "--exclude=deskseal-node",
        "--exclude=deskseal-php",
        "--exclude=deskseal-python",
        "--exclude=deskseal-ruby",
        "--exclude=ticket-center",
        "--all-features",
        "--locked",
        "--no-fail-fast",
    ]))
}

/// The core builds without its features, and with each one alone.
fn features(workspace: &Workspace) -> Result<()> {
    let features = features_of_core(workspace)?;
    let alone = features.iter().map(|feature| vec!["--features", feature]);
    for arguments in std::iter::once(Vec::new()).chain(alone) {
        let mut command = workspace.cargo();
        command.args(["check", "--quiet", "--locked", "--package", "deskseal"]);
        command.arg("--no-default-features").args(arguments);
        println!("   {}", process::shown(&command));
        process::run(command.env("RUSTFLAGS", "--deny=warnings"))?;
    }
    println!("{}", suite::closing_line("features", features.len() + 1, 0));
    Ok(())
}

fn features_of_core(workspace: &Workspace) -> Result<Vec<String>> {
    let manifest: toml::Table = workspace.read("core/Cargo.toml")?.parse()?;
    let features = manifest.get("features").and_then(toml::Value::as_table);
    let features = features.context("core/Cargo.toml has no features")?;
    Ok(features.keys().filter(|name| *name != "default").cloned().collect())
}

fn conformance(workspace: &Workspace) -> Result<()> {
    conform::run(workspace, &conform::Arguments::default())
}

fn workflows(workspace: &Workspace) -> Result<()> {
    let node = setup::oracle(workspace)?;
    process::run(node.command(workspace)?.arg("tests/oracle/workflows.mjs"))
}
