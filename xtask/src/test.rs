//! Runs `cargo xtask test`: all checks and tests of the project.

use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context as _, Result};
use clap::builder::PossibleValuesParser;
use fs_err as fs;

use crate::browser;
use crate::conform;
use crate::debian;
use crate::e2e;
use crate::embed;
use crate::generate;
use crate::git;
use crate::go;
use crate::jvm;
use crate::lanes::{self, Shared, Step};
use crate::licences;
use crate::node;
use crate::one_version;
use crate::package;
use crate::php;
use crate::process;
use crate::python;
use crate::ruby;
use crate::sanitizer;
use crate::server;
use crate::setup;
use crate::suite::{self, Suite};
use crate::vectors;
use crate::wasm;
use crate::workspace::Workspace;

/// All suites, in the order in which they start. Long suites, which wait for browsers, start early, at the same
/// time as suites that compile.
static STEPS: &[Step] = &[
    Step::new(SETUP, setup::run),
    Step::new("format", format),
    Step::new("lints", lints).sharing(&[Shared::Compiler]),
    Step::new("documentation", documentation).sharing(&[Shared::Compiler]),
    Step::new("rust-tests", rust_tests).sharing(&[Shared::Compiler, Shared::Command]),
    Step::new("features", features).sharing(&[Shared::Compiler]),
    Step::new("server", server::test).sharing(&[Shared::Compiler, Shared::Server]),
    Step::new("embed", embed::test),
    Step::new("node", node::test).sharing(&[Shared::Node, Shared::Command]),
    Step::new("browser", browser::test).sharing(&[Shared::Server]),
    Step::new("vectors", vectors::check),
    Step::new("generated", generate::check),
    Step::new("python", python::test).sharing(&[Shared::Python]),
    Step::new("ruby", ruby::test).sharing(&[Shared::Ruby]),
    Step::new("php", php::test).sharing(&[Shared::Php]),
    Step::new("go", go::test).sharing(&[Shared::Go]),
    Step::new("e2e", e2e::test).sharing(&[
        Shared::Server,
        Shared::Command,
        Shared::Python,
        Shared::Node,
        Shared::Ruby,
        Shared::Php,
        Shared::Go,
    ]),
    Step::new("conformance", conformance).sharing(&[
        Shared::Command,
        Shared::Python,
        Shared::Node,
        Shared::Ruby,
        Shared::Php,
        Shared::Go,
    ]),
    Step::new("packages", package::test).sharing(&[
        Shared::Command,
        Shared::Python,
        Shared::Node,
        Shared::Ruby,
        Shared::Php,
        Shared::Go,
    ]),
    Step::new("licences", licences::check),
    Step::new("one-version", one_version::check),
    Step::new("workflows", workflows),
    Step::new("wasm", wasm::check).slow(),
    Step::new("sanitizer", sanitizer::test).slow(),
    Step::new("node-frameworks", node::test_slowly)
        .sharing(&[Shared::Node, Shared::Command])
        .slow(),
    Step::new("go-platforms", go::test_slowly).sharing(&[Shared::Go]).slow(),
    Step::new("jvm", jvm::test).sharing(&[Shared::Compiler, Shared::Jvm]).slow(),
    Step::new("debian-13", debian::test).sharing(&[Shared::Python]).slow(),
    Step::new("benches", benches).sharing(&[Shared::Compiler]).slow(),
];

/// The folder, in cargo's target folder, that records for which commit a suite has passed.
const PASSED: &str = "test/passed";

/// The suite that installs tools. It runs before all others.
const SETUP: &str = "setup";

/// The suites that need nothing but Rust.
const WITHOUT_SETUP: [&str; 4] = ["format", "features", "generated", "one-version"];

/// The arguments of `cargo xtask test`.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The suites to run [default: all except the slow ones]
    #[arg(value_name = "SUITE", value_parser = names())]
    suites: Vec<String>,

    /// Also run the slow suites, and skip those that have already passed for this commit
    #[arg(long)]
    all: bool,

    /// With --all, also run the suites that have already passed for this commit
    #[arg(long, requires = "all")]
    again: bool,

    /// How many suites run at the same time. With 1, output is shown immediately
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..))]
    lanes: Option<u8>,

    /// Run one suite in this process; used by the runner itself.
    #[arg(long, hide = true, value_name = "SUITE", value_parser = names())]
    alone: Option<String>,
}

fn names() -> PossibleValuesParser {
    PossibleValuesParser::new(STEPS.iter().map(|step| step.name))
}

/// Runs the suites, even if one fails, and prints a table.
pub(crate) fn run(workspace: &Workspace, arguments: &Arguments) -> Result<()> {
    if let Some(name) = &arguments.alone {
        let step = STEPS.iter().find(|step| step.name == name);
        return lanes::run_alone(workspace, step.context("this suite is not known")?);
    }
    let start = Instant::now();
    let lanes = arguments.lanes.map_or_else(lanes::usual_number, usize::from);
    let record = Record::of(workspace, arguments)?;
    let steps = chosen(arguments, lanes);
    let (passed, steps): (Vec<&Step>, Vec<&Step>) =
        steps.into_iter().partition(|step| step.name != SETUP && record.has(step.name));
    for step in passed {
        println!("{}: has passed for this commit; to run it again, pass --again", step.name);
    }
    println!(
        "Suites to run: {}. The first run builds everything, which takes minutes.",
        steps.len()
    );
    let (alone, beside): (Vec<&Step>, Vec<&Step>) = steps
        .iter()
        .copied()
        .partition(|step| lanes == 1 || steps.len() == 1 || step.name == SETUP);
    let mut suites = Vec::new();
    for step in alone {
        let suite = Suite::run(step.name, || (step.run)(workspace));
        record.add(&suite)?;
        suites.push(suite);
    }
    suites.extend(lanes::run(workspace, &beside, lanes, |suite| record.add(suite))?);
    suite::print_table(&suites, start.elapsed());
    suite::conclude("suites", &suites)
}

/// Returns the suites to run. If several of them could install the same tools at the same time, the suite that
/// installs tools is the first.
fn chosen(arguments: &Arguments, lanes: usize) -> Vec<&'static Step> {
    let Arguments { suites: names, all, .. } = arguments;
    let is_named = |step: &Step| names.iter().any(|name| step.name == name);
    let is_chosen =
        |step: &Step| if names.is_empty() { *all || !step.is_slow } else { is_named(step) };
    let needs_setup = |name: &&String| !WITHOUT_SETUP.contains(&name.as_str());
    let needs_setup = lanes > 1 && names.iter().filter(needs_setup).count() > 1;
    STEPS.iter().filter(|step| is_chosen(step) || (needs_setup && step.name == SETUP)).collect()
}

/// Records which suites have passed for a commit, so that an interrupted run can continue.
struct Record {
    folder: PathBuf,
    /// `None` if nothing is recorded, because the checkout has changes.
    commit: Option<String>,
    is_read: bool,
}

impl Record {
    fn of(workspace: &Workspace, arguments: &Arguments) -> Result<Self> {
        let folder = workspace.target.join(PASSED);
        let commit = if arguments.all { git::clean_commit(&workspace.root)? } else { None };
        if arguments.all && commit.is_none() {
            println!("The checkout has changes, so this run does not record which suites pass.");
        }
        Ok(Self { folder, commit, is_read: !arguments.again })
    }

    /// Tells whether the suite has already passed and need not run again.
    fn has(&self, name: &str) -> bool {
        let is_this = |commit: &String| {
            fs::read_to_string(self.folder.join(name)).is_ok_and(|passed| passed == *commit)
        };
        self.is_read && self.commit.as_ref().is_some_and(is_this)
    }

    fn add(&self, suite: &Suite) -> Result<()> {
        let Some(commit) = self.commit.as_ref().filter(|_| suite.is_passed()) else {
            return Ok(());
        };
        fs::create_dir_all(&self.folder)?;
        Ok(fs::write(self.folder.join(suite.name()), commit)?)
    }
}

fn format(workspace: &Workspace) -> Result<()> {
    process::run(workspace.cargo().args(["fmt", "--all", "--check"]))
        .context("the code is not formatted; run `cargo fmt --all`")
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

/// Runs the Rust tests, except those of the bindings, which can run only inside their language's process, and
/// of the server and its demo, which need databases.
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
        "--exclude=ticket-center-demo",
        "--all-features",
        "--locked",
        "--no-fail-fast",
    ]))
}

/// Checks that the core builds without features, and with each feature alone. Clippy denies warnings; compiler
/// flags would do so too, but would also compile all dependencies again.
fn features(workspace: &Workspace) -> Result<()> {
    let features = features_of_core(workspace)?;
    let alone = features.iter().map(|feature| vec!["--features", feature]);
    for arguments in std::iter::once(Vec::new()).chain(alone) {
        let mut command = workspace.cargo();
        command.args(["clippy", "--quiet", "--locked", "--package", "deskseal"]);
        command.arg("--no-default-features").args(arguments);
        process::run_shown(command.args(["--", "--deny=warnings"]))?;
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

/// Runs every benchmark of the core once, without measuring.
fn benches(workspace: &Workspace) -> Result<()> {
    process::run(workspace.cargo().args([
        "test",
        "--quiet",
        "--locked",
        "--package=deskseal",
        "--all-features",
        "--benches",
    ]))
}

fn conformance(workspace: &Workspace) -> Result<()> {
    conform::run(workspace, &conform::Arguments::default())
}

fn workflows(workspace: &Workspace) -> Result<()> {
    let node = setup::oracle(workspace)?;
    process::run(node.command(workspace)?.arg("tests/oracle/workflows.mjs"))
}
