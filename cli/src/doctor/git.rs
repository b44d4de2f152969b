//! Asks git which files it has, and which ones it ignores.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// How much of git's list is read.
const MAX_BYTES: u64 = 16 * 1024 * 1024;

/// Tells whether the folder is in a repository that git reads.
pub(super) fn is_repository(folder: &Path) -> bool {
    let mut command = git(folder);
    command.args(["rev-parse", "--is-inside-work-tree"]);
    command.stdout(Stdio::null()).status().is_ok_and(|status| status.success())
}

/// Returns the files below the folder that git has, or nothing where it cannot say.
pub(super) fn tracked(folder: &Path) -> Option<Vec<PathBuf>> {
    let mut command = git(folder);
    command.args(["ls-files", "-z", "--cached", "--", "."]);
    let mut child = command.stdout(Stdio::piped()).spawn().ok()?;
    let mut listed = Vec::new();
    let read = child.stdout.take()?.take(MAX_BYTES).read_to_end(&mut listed);
    // A list that is longer than this is cut, and git stops when nobody reads on.
    let status = child.wait().ok()?;
    let is_whole = read.is_ok() && (status.success() || listed.len() as u64 == MAX_BYTES);
    let text = String::from_utf8_lossy(&listed);
    let names = text.split('\0').filter(|name| !name.is_empty());
    is_whole.then(|| names.map(|name| folder.join(name)).collect())
}

/// Tells whether git ignores a file, were it not tracked.
pub(super) fn ignores(folder: &Path, name: &str) -> bool {
    let mut command = git(folder);
    command.args(["check-ignore", "--quiet", "--no-index", "--", name]);
    command.status().is_ok_and(|status| status.success())
}

/// A repository's own configuration can name programs to run: this one is switched off.
fn git(folder: &Path) -> Command {
    let mut command = Command::new("git");
    command.arg("-C").arg(folder).args(["-c", "core.fsmonitor=false"]);
    command.env("GIT_OPTIONAL_LOCKS", "0").stdin(Stdio::null()).stderr(Stdio::null());
    command
}
