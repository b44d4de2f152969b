//! The languages that are checked. A new one costs an adapter of at most 40 lines, and a row here.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Result, bail};

use crate::workspace::Workspace;

/// What starts a language's adapter. In `adapter`, `{target}` stands for cargo's target folder.
pub(crate) struct Language {
    pub(crate) name: &'static str,
    /// What to run with cargo first, so that the adapter exists and is current.
    cargo: &'static [&'static str],
    /// The program and its arguments.
    adapter: &'static [&'static str],
    /// Where the adapter runs, from the repository's root.
    folder: &'static str,
}

pub(crate) const LANGUAGES: &[Language] = &[Language {
    name: "command",
    cargo: &["build", "--package", "deskseal-cli"],
    adapter: &["{target}/debug/deskseal", "conform"],
    folder: ".",
}];

impl Language {
    /// Returns what has to run before the adapter.
    pub(crate) fn preparation(&self, workspace: &Workspace) -> Option<Command> {
        if self.cargo.is_empty() {
            return None;
        }
        let mut command = workspace.cargo();
        command.args(self.cargo);
        Some(command)
    }

    /// Returns the command that starts the adapter.
    pub(crate) fn adapter(&self, workspace: &Workspace) -> Result<Command> {
        let target = workspace.target.to_string_lossy();
        let words: Vec<String> =
            self.adapter.iter().map(|word| word.replace("{target}", &target)).collect();
        let [program, arguments @ ..] = words.as_slice() else {
            bail!("the row of {} has no adapter", self.name);
        };
        let mut command = Command::new(PathBuf::from(program));
        command.args(arguments).current_dir(workspace.path(self.folder));
        Ok(command)
    }
}
