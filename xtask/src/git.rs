//! Runs git on the checkout, so that it starts no program that the repository's configuration names, except
//! filters.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use crate::process;

/// Settings that override those of the repository.
const SETTINGS: [&str; 3] =
    ["core.fsmonitor=false", "core.hooksPath=/dev/null", "safe.bareRepository=explicit"];

/// Returns the command git for a folder. It runs no hook and no file monitor, uses no bare repository that is
/// committed in another one, and fetches nothing.
pub(crate) fn git(folder: &Path) -> Command {
    let mut git = Command::new("git");
    git.current_dir(folder).arg("--no-pager");
    for setting in SETTINGS {
        git.args(["-c", setting]);
    }
    git.env("GIT_NO_LAZY_FETCH", "1").env("GIT_ALLOW_PROTOCOL", "none");
    git.env("GIT_TERMINAL_PROMPT", "0");
    git
}

/// Returns the id of the checked-out commit, or `None` if the checkout has changes.
pub(crate) fn clean_commit(folder: &Path) -> Result<Option<String>> {
    let changes = process::answer(git(folder).args(["status", "--porcelain"]))?;
    if !changes.is_empty() {
        return Ok(None);
    }
    process::answer(git(folder).args(["rev-parse", "HEAD"])).map(Some)
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn git_starts_no_program_that_a_repository_names() {
        let folder = tempfile::tempdir().expect("a folder");
        let marker = folder.path().join("started");
        let run = |arguments: &[&str]| {
            let output = git(folder.path()).args(arguments).output().expect("git runs");
            String::from_utf8_lossy(&output.stderr).into_owned()
        };
        run(&["init", "--quiet"]);
        let hook = folder.path().join(".git/hooks/post-index-change");
        fs::write(&hook, format!("#!/bin/sh\necho >> {}\n", marker.display())).expect("a hook");
        fs::set_permissions(&hook, fs::Permissions::from_mode(0o755)).expect("a mode");
        let hook = hook.to_str().expect("UTF-8");
        let remote = format!("ext::{hook}");
        for (name, value) in [
            ("core.fsmonitor", hook),
            ("core.pager", hook),
            ("core.hooksPath", ".git/hooks"),
            ("remote.origin.url", &remote),
            ("remote.origin.promisor", "true"),
            ("extensions.partialClone", "origin"),
            ("protocol.ext.allow", "always"),
        ] {
            run(&["config", name, value]);
        }
        fs::write(folder.path().join("a"), "text").expect("a file");
        run(&["add", "--all"]);
        run(&["ls-files", "-z", "--cached", "--others", "--modified", "--exclude-standard"]);
        let missing = run(&["cat-file", "-p", &"1".repeat(40)]);
        assert!(!missing.is_empty(), "there is no such object");
        run(&["write-tree"]);
        assert!(!marker.exists(), "a program was started");
        // Without these settings, git starts the program.
        let mut usual = Command::new("git");
        usual.current_dir(folder.path()).args(["ls-files", "--others"]);
        assert!(usual.output().expect("git runs").status.success() && marker.exists());
    }
}
