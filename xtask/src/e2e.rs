//! The examples in a real browser, each beside a real desk: what customers, agents and strangers see.

use std::fs::File;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use clap::ValueEnum as _;
use serde::Serialize;

use crate::browser;
use crate::demo;
use crate::desk::{self, Desk, Facts};
use crate::examples::{self, Example, Framework, Mode, Shop};
use crate::files;
use crate::process;
use crate::setup::{self, Node};
use crate::suite::{self, Suite};
use crate::workspace::Workspace;

/// The tests' folder.
const PACKAGE: &str = "tests/e2e";

/// Where everything made for the tests goes, in cargo's target folder.
const OUTPUT: &str = "e2e";

/// Replies that nobody has read are mailed soon.
const DESK_OPTIONS: [&str; 2] = ["--notify-after", "2"];

/// A log that has all that an operator might ask for, so that secrets are searched where they would be.
const DESK_LOG: &str = "debug,sqlx=warn,hyper=info";

/// The example whose demo is checked; all are started in the same way.
const DEMO: Framework = Framework::Express;

/// The running desk and examples, for the tests: see `tests/e2e/world.mjs`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct World<'a> {
    facts: &'a Facts,
    /// Where the tests put the pages that they have seen.
    pages: PathBuf,
    logs: &'a Path,
    /// The command that searches for secrets.
    command: &'a Path,
    examples: Vec<Opened<'a>>,
}

/// An example that runs twice.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Opened<'a> {
    name: &'a str,
    folder: &'a Path,
    url: &'a str,
    /// As its developers see it, without the help desk's id.
    broken_url: &'a str,
    broken_log: &'a Path,
}

/// What the tests need.
struct EndToEnd<'a> {
    workspace: &'a Workspace,
    node: Node,
    chromium: PathBuf,
    command: PathBuf,
    /// Where all logs are.
    logs: PathBuf,
    desk: Desk,
}

/// Installs, builds and opens every example, and visits them.
pub(crate) fn test(workspace: &Workspace) -> Result<()> {
    let server = demo::built_server(workspace)?;
    let tests = EndToEnd::new(workspace, &server)?;
    let mut opened = Vec::new();
    let (here, elsewhere): (Vec<Framework>, Vec<Framework>) =
        Framework::value_variants().iter().partition(|framework| framework.is_here());
    for framework in elsewhere {
        println!("   {} is left to Debian", framework.title());
    }
    let mut suites: Vec<Suite> = here
        .into_iter()
        .map(|framework| {
            Suite::run(framework.name(), || {
                opened.push(tests.open(framework)?);
                Ok(())
            })
        })
        .collect();
    let is_shown = |(example, _): &&(Example<'_>, _)| example.framework == DEMO;
    if let Some((example, _)) = opened.iter().find(is_shown) {
        suites.push(Suite::run("e2e: demo", || demo::shop::check(workspace, &server, example)));
    }
    suites.push(Suite::run("e2e: style", || tests.run("style", &[])));
    suites.push(Suite::run("e2e: tests", || tests.run("test", &opened)));
    drop(opened);
    tests.desk.end()?;
    suite::conclude("e2e", &suites)
}

/// Installs what drives the browser, once.
pub(crate) fn tools(workspace: &Workspace) -> Result<Node> {
    let node = browser::tools(workspace)?;
    setup::npm_packages(workspace, &node, PACKAGE)?;
    Ok(node)
}

impl<'a> EndToEnd<'a> {
    fn new(workspace: &'a Workspace, server: &Path) -> Result<Self> {
        let node = tools(workspace)?;
        let chromium = setup::chromium()?;
        process::run(workspace.cargo().args(["build", "--locked", "--package", "deskseal-cli"]))?;
        let command = workspace.target.join("debug/deskseal");
        let output = files::emptied(&workspace.target.join(OUTPUT))?;
        let logs = files::emptied(&output.join("logs"))?;
        let log = log_file(&logs.join("desk.log"))?;
        let mut demo = desk::command(server, &output);
        let desk = Desk::start(demo.args(DESK_OPTIONS).env("RUST_LOG", DESK_LOG).stderr(log))?;
        Ok(Self { workspace, node, chromium, command, logs, desk })
    }

    /// Returns an example with its two shops: one as its customers see it, one for its developers.
    fn open(&self, framework: Framework) -> Result<(Example<'a>, [Shop; 2])> {
        let example = Example::installed(self.workspace, framework)?;
        let facts = &self.desk.facts;
        example.build(facts)?;
        let start = |mode, name: &str| {
            let log = self.logs.join(format!("{}-{name}.log", framework.name()));
            example.start(facts, mode, examples::free_port()?, &log)
        };
        let mut shops = [start(Mode::Production, "production")?, start(Mode::Broken, "broken")?];
        for shop in &mut shops {
            shop.wait()?;
        }
        Ok((example, shops))
    }

    /// Runs one of the package's scripts.
    fn run(&self, script: &str, opened: &[(Example<'_>, [Shop; 2])]) -> Result<()> {
        let mut npm = self.node.program(self.workspace, "npm")?;
        npm.current_dir(self.workspace.path(PACKAGE)).env("CHROMIUM", &self.chromium);
        npm.env("DESKSEAL_E2E", serde_json::to_string(&self.world(opened)?)?);
        process::run_shown(npm.args(["run", script]))
    }

    fn world<'b>(&'b self, opened: &'b [(Example<'_>, [Shop; 2])]) -> Result<World<'b>> {
        let pages = files::emptied(&self.workspace.target.join(OUTPUT).join("pages"))?;
        let examples = opened.iter().map(|(example, [production, broken])| Opened {
            name: example.framework.name(),
            folder: &example.folder,
            url: &production.url,
            broken_url: &broken.url,
            broken_log: &broken.log,
        });
        Ok(World {
            facts: &self.desk.facts,
            pages,
            logs: &self.logs,
            command: &self.command,
            examples: examples.collect(),
        })
    }
}

fn log_file(path: &Path) -> Result<File> {
    File::create(path).with_context(|| format!("cannot write {}", path.display()))
}
