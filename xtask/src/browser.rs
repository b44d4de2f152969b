//! Tests the server in a real browser: the widget, the portal, the dashboard and the e-mails.

use std::path::PathBuf;

use anyhow::Result;

use crate::demo;
use crate::process;
use crate::setup::{self, Node};
use crate::suite;
use crate::workspace::Workspace;

/// The tests' folder.
const PACKAGE: &str = "server/tests/browser";

/// A check: its name and its function.
type Check = (&'static str, fn(&Browser<'_>) -> Result<()>);

const CHECKS: &[Check] = &[
    ("browser: demo", |browser| demo::shows_everything(&browser.demo)),
    ("browser: style", |browser| browser.run("style")),
    ("browser: tests", |browser| browser.run("test")),
];

/// The built demo, and the browser that visits it.
struct Browser<'a> {
    workspace: &'a Workspace,
    node: Node,
    chromium: PathBuf,
    demo: PathBuf,
}

impl Browser<'_> {
    /// Runs one of the package's scripts.
    fn run(&self, script: &str) -> Result<()> {
        let mut npm = self.node.program(self.workspace, "npm")?;
        npm.current_dir(self.workspace.path(PACKAGE)).env("CHROMIUM", &self.chromium);
        npm.env("DESKSEAL_DEMO", &self.demo);
        process::run_shown(npm.args(["run", script]))
    }
}

/// Builds the server with its demo and runs all its checks in a browser, even if one fails.
pub(crate) fn test(workspace: &Workspace) -> Result<()> {
    let node = tools(workspace)?;
    let chromium = setup::chromium()?;
    let demo = demo::built(workspace)?;
    suite::run_checks("browser", CHECKS, &Browser { workspace, node, chromium, demo })
}

/// Installs the packages that control the browser, if they are missing.
pub(crate) fn tools(workspace: &Workspace) -> Result<Node> {
    let node = setup::node(workspace)?;
    setup::npm_packages(workspace, &node, PACKAGE)?;
    Ok(node)
}
