//! Runs `cargo xtask api`: prints the API contract as JSON, for languages without a TOML reader.

use std::path::Path;

use anyhow::{Context as _, Result};
use fs_err as fs;

use crate::workspace::Workspace;

/// The API contract.
pub(crate) const FILE: &str = "tests/api.toml";

/// Returns the contract.
pub(crate) fn contract(workspace: &Workspace) -> Result<toml::Table> {
    workspace.read(FILE)?.parse().with_context(|| format!("{FILE} is not TOML"))
}

/// Writes the contract as JSON, for tests in languages without a TOML reader.
pub(crate) fn write(workspace: &Workspace, file: &Path) -> Result<()> {
    Ok(fs::write(file, serde_json::to_string(&contract(workspace)?)?)?)
}

/// Prints the contract as JSON.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    println!("{}", serde_json::to_string_pretty(&contract(workspace)?)?);
    Ok(())
}
