//! Finds the project's folders and crates, and returns its files and cargo.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;
use cargo_metadata::{MetadataCommand, Package};
use fs_err as fs;

/// The project's folders.
pub(crate) struct Workspace {
    /// The repository's root.
    pub(crate) root: PathBuf,
    /// Cargo's target folder, where everything that a check creates goes.
    pub(crate) target: PathBuf,
    /// The repository's own crates.
    pub(crate) packages: Vec<Package>,
}

impl Workspace {
    /// Asks cargo for the folders. It uses the crate's folder that `cargo run` sets, so that it works from any
    /// working folder. The folder at build time may be another one, since target folders are shared and moved.
    pub(crate) fn find() -> Result<Self> {
        let folder =
            std::env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| ".".into(), PathBuf::from);
        let metadata = MetadataCommand::new().current_dir(folder).no_deps().exec()?;
        Ok(Self {
            root: metadata.workspace_root.into(),
            target: metadata.target_directory.into(),
            packages: metadata.packages,
        })
    }

    /// Returns a file or folder of the repository.
    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    /// Returns a file's text.
    pub(crate) fn read(&self, relative: &str) -> Result<String> {
        Ok(fs::read_to_string(self.path(relative))?)
    }

    /// Returns the command cargo, which runs in the root.
    pub(crate) fn cargo(&self) -> Command {
        let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command.current_dir(&self.root);
        command
    }
}
