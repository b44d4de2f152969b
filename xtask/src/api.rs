//! `cargo xtask api`: the API contract for readers without TOML.

use anyhow::{Context as _, Result};

use crate::workspace::Workspace;

/// The API contract.
pub(crate) const FILE: &str = "tests/api.toml";

/// Returns the contract.
pub(crate) fn contract(workspace: &Workspace) -> Result<toml::Table> {
    workspace.read(FILE)?.parse().with_context(|| format!("{FILE} is not TOML"))
}

/// Prints the contract as JSON.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    println!("{}", serde_json::to_string_pretty(&contract(workspace)?)?);
    Ok(())
}
