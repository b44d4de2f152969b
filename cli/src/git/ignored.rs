//! Applies git's ignore rules to a file, as gitignore(5) describes them.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::files;

/// The largest list of patterns that is read, and the limit for all lists together. A compiled pattern takes
/// much more memory than its text. A list that is not read ignores no file: a warning too many is safer than
/// one too few.
const MAX_BYTES: usize = 64 * 1024;
const MAX_BYTES_TOGETHER: usize = 1024 * 1024;

/// The lists of ignore patterns. Each one is read once.
pub(super) struct Patterns {
    /// The keys are the folder that the patterns apply to, and the file that lists them.
    read: RefCell<BTreeMap<[PathBuf; 2], Rc<Gitignore>>>,
    bytes_left: Cell<usize>,
}

impl Patterns {
    pub(super) fn new() -> Self {
        Self { read: RefCell::default(), bytes_left: Cell::new(MAX_BYTES_TOGETHER) }
    }

    /// Tells whether a pattern excludes the file, or a folder that contains it: a file in an excluded folder
    /// cannot be included again.
    pub(super) fn exclude(&self, work_tree: &Path, common: &Path, file: &Path) -> bool {
        let Ok(below) = file.strip_prefix(work_tree) else { return false };
        // The list in the user's configuration. The repository's configuration is not read.
        let user_list = Rc::new(GitignoreBuilder::new(work_tree).build_global().0);
        let mut lists = vec![user_list, self.list(work_tree, common.join("info").join("exclude"))];
        let mut path = work_tree.to_owned();
        for part in below {
            lists.push(self.list(&path, path.join(".gitignore")));
            path.push(part);
            // The list nearest to the file decides.
            let decided = lists.iter().rev().map(|list| list.matched(&path, path != file));
            let decided = decided.into_iter().find(|decided| !decided.is_none());
            if let Some(Match::Ignore(_)) = decided {
                return true;
            }
        }
        false
    }

    /// Returns the patterns of a file, which apply below the folder.
    fn list(&self, folder: &Path, file: PathBuf) -> Rc<Gitignore> {
        let mut read = self.read.borrow_mut();
        let list = read.entry([folder.to_owned(), file]);
        Rc::clone(list.or_insert_with_key(|[folder, file]| Rc::new(self.compiled(folder, file))))
    }

    fn compiled(&self, folder: &Path, file: &Path) -> Gitignore {
        let most = MAX_BYTES.min(self.bytes_left.get());
        // Git follows no link to a list either.
        let content =
            files::regular_file_content(file, most as u64).ok().flatten().unwrap_or_default();
        self.bytes_left.set(self.bytes_left.get() - content.len());
        let text = String::from_utf8_lossy(&content);
        let mut builder = GitignoreBuilder::new(folder);
        for line in text.trim_start_matches('\u{FEFF}').lines() {
            // An invalid pattern excludes nothing.
            let _ = builder.add_line(None, line);
        }
        builder.build().unwrap_or_else(|_| Gitignore::empty())
    }
}
