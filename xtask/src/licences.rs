//! Checks that every dependency comes from crates.io, and has a licence that deny.toml allows.
//!
//! `cargo deny` checks more, but must be installed and must download its advisories. This check works without
//! both.

use std::collections::BTreeSet;

use anyhow::{Context as _, Result, bail};
use serde::Deserialize;
use spdx::{Expression, ParseMode};

use crate::process;
use crate::suite;
use crate::workspace::Workspace;

/// Cargo's name for crates.io.
const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    version: String,
    license: Option<String>,
    source: Option<String>,
    manifest_path: std::path::PathBuf,
}

#[derive(Deserialize)]
struct Deny {
    licenses: Licenses,
}

#[derive(Deserialize)]
struct Licenses {
    allow: BTreeSet<String>,
}

/// Checks all packages of all features and platforms.
pub(crate) fn check(workspace: &Workspace) -> Result<()> {
    let deny: Deny =
        toml::from_str(&workspace.read("deny.toml")?).context("cannot read deny.toml")?;
    let mut command = workspace.cargo();
    command.args(["metadata", "--format-version=1", "--all-features", "--locked"]);
    let metadata: Metadata = serde_json::from_str(&process::answer(&mut command)?)
        .context("cannot read the output of cargo metadata")?;
    let violations: Vec<String> = metadata
        .packages
        .iter()
        .flat_map(|package| {
            [bad_source(workspace, package), bad_licence(&deny.licenses.allow, package)]
        })
        .flatten()
        .collect();
    for violation in &violations {
        println!("{violation}");
    }
    let passed = metadata.packages.len().saturating_sub(violations.len());
    println!("{}", suite::closing_line("packages", passed, violations.len()));
    if violations.is_empty() {
        return Ok(());
    }
    bail!(
        "the dependencies above are not allowed; use others, or allow their licence in deny.toml with a reason"
    )
}

fn bad_source(workspace: &Workspace, package: &Package) -> Option<String> {
    let Package { name, version, source, manifest_path, .. } = package;
    match source.as_deref() {
        Some(CRATES_IO) => None,
        Some(source) => Some(format!("{name} {version} comes from {source}")),
        None if manifest_path.starts_with(&workspace.root) => None,
        None => Some(format!("{name} {version} is a folder outside the repository")),
    }
}

fn bad_licence(allowed: &BTreeSet<String>, package: &Package) -> Option<String> {
    let Package { name, version, license, .. } = package;
    let Some(license) = license else {
        return Some(format!("{name} {version} names no licence"));
    };
    // Older packages write MIT/Apache-2.0.
    let mode = ParseMode { allow_slash_as_or_operator: true, ..ParseMode::STRICT };
    let Ok(expression) = Expression::parse_mode(license, mode) else {
        return Some(format!("{name} {version} has the licence {license}, which cannot be read"));
    };
    let is_allowed = expression.evaluate(|requirement| allowed.contains(&requirement.to_string()));
    (!is_allowed)
        .then(|| format!("{name} {version} has the licence {license}, which is not allowed"))
}
