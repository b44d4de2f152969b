//! Checks the script that pages embed: that it is built from its sources, and works in a real browser.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use crate::process;
use crate::setup::{self, Node};
use crate::suite;
use crate::workspace::Workspace;

/// The script's folder.
const PACKAGE: &str = "server/embed";

/// A check: its name and its function.
type Check = (&'static str, fn(&Embed<'_>) -> Result<()>);

const CHECKS: &[Check] = &[
    ("embed: script", |embed| embed.run(&["build", "--", "--check"])),
    ("embed: types", |embed| embed.run(&["types"])),
    ("embed: style", |embed| embed.run(&["style"])),
    ("embed: tests", |embed| embed.run(&["test"])),
];

/// The script's package, with the tools that build it and visit its pages.
struct Embed<'a> {
    workspace: &'a Workspace,
    node: Node,
    chromium: PathBuf,
}

impl Embed<'_> {
    /// Runs one of the package's scripts.
    fn run(&self, arguments: &[&str]) -> Result<()> {
        process::run_shown(self.npm()?.arg("run").args(arguments))
    }

    fn npm(&self) -> Result<Command> {
        let mut npm = self.node.program(self.workspace, "npm")?;
        npm.current_dir(self.workspace.path(PACKAGE)).env("CHROMIUM", &self.chromium);
        Ok(npm)
    }
}

/// Runs all checks of the script, even if one fails.
pub(crate) fn test(workspace: &Workspace) -> Result<()> {
    let node = tools(workspace)?;
    let chromium = setup::chromium()?;
    suite::run_checks("embed", CHECKS, &Embed { workspace, node, chromium })
}

/// Installs the tools that build and check the script, if they are missing.
pub(crate) fn tools(workspace: &Workspace) -> Result<Node> {
    let node = setup::node(workspace)?;
    setup::npm_packages(workspace, &node, PACKAGE)?;
    Ok(node)
}
