//! Finds the project's folders, and returns its files and cargo.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};
use serde::Deserialize;

use crate::files;
use crate::process;

/// The project's folders.
#[derive(Deserialize)]
pub(crate) struct Workspace {
    /// The repository's root.
    #[serde(rename = "workspace_root")]
    pub(crate) root: PathBuf,
    /// Cargo's target folder, where everything that a check creates goes.
    #[serde(rename = "target_directory")]
    pub(crate) target: PathBuf,
}

impl Workspace {
    /// Asks cargo for the folders. It uses the crate's folder that `cargo run` sets, so that it works from any
    /// working folder. The folder at build time may be another one, since target folders are shared and moved.
    pub(crate) fn find() -> Result<Self> {
        let folder =
            std::env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| ".".into(), PathBuf::from);
        let mut command = cargo(&folder);
        command.args(["metadata", "--format-version=1", "--no-deps"]);
        let metadata = process::answer(&mut command)?;
        serde_json::from_str(&metadata).context("cannot read the output of cargo metadata")
    }

    /// Returns a file or folder of the repository.
    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    /// Returns a file's text.
    pub(crate) fn read(&self, relative: &str) -> Result<String> {
        files::read(&self.path(relative))
    }

    /// Returns the command cargo, which runs in the root.
    pub(crate) fn cargo(&self) -> Command {
        cargo(&self.root)
    }
}

fn cargo(folder: &Path) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(folder);
    command
}
