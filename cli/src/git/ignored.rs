//! Tells whether git ignores a file, by the rules of gitignore(5).

use std::path::Path;

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::files;

/// No list of patterns is longer; a longer one is not read, so that its files count as not ignored. A
/// compiled pattern takes much more memory than its text.
const MAX_BYTES: u64 = 64 * 1024;

/// Tells whether a pattern excludes the file, or a folder that it is in: what is in an excluded folder
/// cannot be included again.
pub(super) fn is_ignored(work_tree: &Path, common: &Path, file: &Path) -> bool {
    let Ok(below) = file.strip_prefix(work_tree) else { return false };
    let of_user = GitignoreBuilder::new(work_tree).build_global().0;
    let of_repository = patterns(work_tree, &common.join("info").join("exclude"));
    let mut lists = vec![of_user, of_repository];
    let mut path = work_tree.to_owned();
    for part in below {
        lists.push(patterns(&path, &path.join(".gitignore")));
        path.push(part);
        // The list that is nearest to the file decides.
        let decided = lists.iter().rev().map(|list| list.matched(&path, path != file));
        match decided.into_iter().find(|decided| !decided.is_none()) {
            Some(Match::Ignore(_)) => return true,
            _ => {}
        }
    }
    false
}

/// Reads a list of patterns for what is below a folder. Git itself follows no link to one.
fn patterns(folder: &Path, file: &Path) -> Gitignore {
    let content = files::own_content(file, MAX_BYTES).ok().flatten().unwrap_or_default();
    let text = String::from_utf8_lossy(&content);
    let mut builder = GitignoreBuilder::new(folder);
    for line in text.trim_start_matches('\u{FEFF}').lines() {
        // A pattern that is none excludes nothing.
        let _ = builder.add_line(None, line);
    }
    builder.build().unwrap_or_else(|_| Gitignore::empty())
}
