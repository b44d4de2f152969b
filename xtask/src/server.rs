//! The Ticket Center's server: its tests, on SQLite and on a PostgreSQL of their own.

use anyhow::Result;

use crate::process;
use crate::setup;
use crate::suite::{self, Check};
use crate::workspace::Workspace;

/// The server's package.
const PACKAGE: &str = "ticket-center";

const CHECKS: &[Check<Workspace>] = &[("server: tests", tests)];

/// Runs every check of the server, also after one that fails.
pub(crate) fn test(workspace: &Workspace) -> Result<()> {
    setup::postgresql()?;
    suite::run_checks("server", CHECKS, workspace)
}

/// Measures what the server promises, beside the least that a server has to do.
pub(crate) fn bench(workspace: &Workspace) -> Result<()> {
    setup::postgresql()?;
    suite::header("the server");
    process::run(workspace.cargo().args(["bench", "--package", PACKAGE, "--bench", "verify"]))
}

fn tests(workspace: &Workspace) -> Result<()> {
    process::run(workspace.cargo().args([
        "test",
        "--quiet",
        "--package",
        PACKAGE,
        "--all-features",
        "--locked",
        "--no-fail-fast",
    ]))
}
