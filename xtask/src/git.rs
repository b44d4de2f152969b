//! Runs git on the checkout, so that it starts no program that the repository's configuration names, except
//! filters.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};
use fs_err as fs;

use crate::files;
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

/// The checkout's files as a commit would have them now: those that git has or would add.
pub(crate) struct Snapshot {
    checkout: PathBuf,
    /// Where its index and its objects are, which are not the checkout's.
    folder: PathBuf,
    /// The id of the files' tree, which is another one for other files.
    pub(crate) tree: String,
}

impl Snapshot {
    /// Takes the snapshot of a checkout, with an index and objects in a folder of its own.
    pub(crate) fn taken(checkout: &Path, folder: &Path) -> Result<Self> {
        files::emptied(&folder.join("objects"))?;
        let index = folder.join("index");
        if index.exists() {
            fs::remove_file(&index)?;
        }
        let (checkout, folder) = (checkout.to_owned(), folder.to_owned());
        let mut snapshot = Self { checkout, folder, tree: String::new() };
        process::run(snapshot.git()?.args(["add", "--all"]))?;
        snapshot.tree = process::answer(snapshot.git()?.arg("write-tree"))?;
        Ok(snapshot)
    }

    /// Writes the files into an archive.
    pub(crate) fn archive(&self, file: &Path) -> Result<()> {
        let mut git = self.git()?;
        process::run(git.args(["archive", "--output"]).arg(file).arg(&self.tree))
    }

    /// Returns what is not as in the snapshot in a folder with its files, but for what git ignores.
    pub(crate) fn changes(&self, folder: &Path) -> Result<String> {
        let mut git = self.git()?;
        git.env("GIT_WORK_TREE", folder).current_dir(folder).arg("ls-files");
        process::answer(git.args(["--modified", "--deleted", "--others", "--exclude-standard"]))
    }

    /// Returns a git that changes nothing in the repository.
    fn git(&self) -> Result<Command> {
        let mut ask = git(&self.checkout);
        ask.args(["rev-parse", "--absolute-git-dir", "--git-common-dir"]);
        let answer = process::answer(&mut ask)
            .context("git cannot list the files; run this in a checkout")?;
        let (folder, common) = answer.split_once('\n').context("git names no folder")?;
        let mut git = git(&self.checkout);
        git.env("GIT_DIR", folder);
        git.env("GIT_INDEX_FILE", self.folder.join("index"));
        git.env("GIT_OBJECT_DIRECTORY", self.folder.join("objects"));
        let objects = self.checkout.join(common).join("objects");
        git.env("GIT_ALTERNATE_OBJECT_DIRECTORIES", objects);
        Ok(git)
    }
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
