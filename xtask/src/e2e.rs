//! Tests the examples in a real browser with a real desk, as customers, agents and anonymous visitors.

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::ValueEnum as _;
use fs_err::File;
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

/// The folder for everything that the tests create, in cargo's target folder.
const OUTPUT: &str = "e2e";

/// The desk sends e-mails for unread replies after two seconds.
const DESK_OPTIONS: [&str; 2] = ["--notify-after", "2"];

/// A verbose log, so that the search for secrets covers everything that an operator could log.
const DESK_LOG: &str = "debug,sqlx=warn,hyper=info";

/// The example whose demo is checked. All demos start in the same way.
const DEMO: Framework = Framework::Express;

/// The running desk and examples, for the tests: see `tests/e2e/world.mjs`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct World<'a> {
    facts: &'a Facts,
    /// The folder where the tests save the pages that they have visited.
    pages: PathBuf,
    logs: &'a Path,
    /// The command that searches for secrets.
    command: &'a Path,
    examples: Vec<Opened<'a>>,
}

/// An example, which runs twice.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Opened<'a> {
    name: &'a str,
    folder: &'a Path,
    url: &'a str,
    /// The shop in development mode, without the help desk's id.
    broken_url: &'a str,
    broken_log: &'a Path,
}

/// The tools and folders of the tests.
struct EndToEnd<'a> {
    workspace: &'a Workspace,
    node: Node,
    chromium: PathBuf,
    demo: PathBuf,
    command: PathBuf,
    /// The folder for everything that the tests create, and its folder of logs.
    output: PathBuf,
    logs: PathBuf,
}

/// An example with its two shops: one in production mode, and one in development mode without the desk's id.
type Open<'a> = (Example<'a>, [Shop; 2]);

/// Installs, builds and starts every example, tests them, and searches everything that they wrote for secrets.
pub(crate) fn test(workspace: &Workspace) -> Result<()> {
    let tests = EndToEnd::new(workspace)?;
    let desk = tests.desk()?;
    let (mut suites, opened) = tests.open_all(&desk.facts);
    let world = tests.world(&desk.facts, &opened)?;
    if let Some((example, _)) = opened.iter().find(|(example, _)| example.framework == DEMO) {
        let program = &tests.demo;
        suites.push(Suite::run("e2e: demo", || demo::shop::check(workspace, program, example)));
    }
    suites.push(Suite::run("e2e: style", || tests.run("style", &world)));
    suites.push(Suite::run("e2e: tests", || tests.run("test", &world)));
    // Running shops would go on writing to their logs.
    drop(opened);
    desk.end()?;
    suites.push(Suite::run("e2e: secrets", || tests.run("secrets", &world)));
    suite::conclude("e2e", &suites)
}

/// Installs the packages that control the browser, if they are missing.
pub(crate) fn tools(workspace: &Workspace) -> Result<Node> {
    let node = browser::tools(workspace)?;
    setup::npm_packages(workspace, &node, PACKAGE)?;
    Ok(node)
}

impl<'a> EndToEnd<'a> {
    fn new(workspace: &'a Workspace) -> Result<Self> {
        let node = tools(workspace)?;
        let chromium = setup::chromium()?;
        let demo = demo::built(workspace)?;
        process::run(workspace.cargo().args(["build", "--locked", "--package", "deskseal-cli"]))?;
        let command = workspace.target.join("debug/deskseal");
        let output = files::emptied(&workspace.target.join(OUTPUT))?;
        let logs = files::emptied(&output.join("logs"))?;
        Ok(Self { workspace, node, chromium, demo, command, output, logs })
    }

    fn desk(&self) -> Result<Desk> {
        let mut demo = desk::command(&self.demo, &self.output);
        demo.args(DESK_OPTIONS).env("RUST_LOG", DESK_LOG);
        Desk::start(demo.stderr(log_file(&self.logs.join("desk.log"))?))
    }

    /// Starts every example whose framework is available on this system, even if one fails.
    fn open_all(&self, facts: &Facts) -> (Vec<Suite>, Vec<Open<'a>>) {
        let (here, elsewhere): (Vec<Framework>, Vec<Framework>) =
            Framework::value_variants().iter().partition(|framework| framework.is_here());
        for framework in elsewhere {
            println!("   {}: skipped, it is tested on Debian only", framework.title());
        }
        let mut opened = Vec::new();
        let mut open = |framework| {
            opened.push(self.open(facts, framework)?);
            Ok(())
        };
        let run = |framework: Framework| Suite::run(framework.name(), || open(framework));
        let suites = here.into_iter().map(run).collect();
        (suites, opened)
    }

    fn open(&self, facts: &Facts, framework: Framework) -> Result<Open<'a>> {
        let example = Example::installed(self.workspace, framework)?;
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
    fn run(&self, script: &str, world: &str) -> Result<()> {
        let mut npm = self.node.program(self.workspace, "npm")?;
        npm.current_dir(self.workspace.path(PACKAGE)).env("CHROMIUM", &self.chromium);
        process::run_shown(npm.env("DESKSEAL_E2E", world).args(["run", script]))
    }

    /// Returns the description of desk and examples for the tests, as JSON.
    fn world(&self, facts: &Facts, opened: &[Open<'_>]) -> Result<String> {
        let examples = opened.iter().map(|(example, [production, broken])| Opened {
            name: example.framework.name(),
            folder: &example.folder,
            url: &production.url,
            broken_url: &broken.url,
            broken_log: &broken.log,
        });
        let world = World {
            facts,
            pages: files::emptied(&self.output.join("pages"))?,
            logs: &self.logs,
            command: &self.command,
            examples: examples.collect(),
        };
        Ok(serde_json::to_string(&world)?)
    }
}

fn log_file(path: &Path) -> Result<std::fs::File> {
    Ok(File::create(path)?.into_file())
}
