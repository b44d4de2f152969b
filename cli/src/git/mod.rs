//! Tells which files git tracks and which ones it ignores, by reading the repository's files.
//!
//! A checked-out repository may come from an attacker. Git itself is not started, since it would start
//! programs that the repository's configuration names. That configuration is not read, and neither are git's
//! environment variables such as `GIT_DIR`: only the examined folder counts.

mod files;
mod ignored;
mod index;

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs;
use std::ops::Bound;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use ignored::Patterns;
use index::Index;

pub(crate) use index::IndexError;

/// The largest file that is read as a path to a repository's folder.
const MAX_BYTES: u64 = 64 * 1024;

/// The repositories that were read, by the folders of their work trees.
pub(crate) struct Repositories {
    read: RefCell<BTreeMap<PathBuf, Rc<Repository>>>,
    bytes_left: Cell<usize>,
    patterns: Rc<Patterns>,
}

impl Repositories {
    pub(crate) fn new() -> Self {
        let read = RefCell::default();
        Self { read, bytes_left: Cell::new(index::MAX_BYTES), patterns: Rc::new(Patterns::new()) }
    }

    /// Returns the repository that contains the folder, if there is one.
    pub(crate) fn of(&self, folder: &Path) -> Option<Rc<Repository>> {
        let mut folders = folder.ancestors();
        folders.find_map(|folder| self.read_before(folder).or_else(|| self.read(folder)))
    }

    fn read_before(&self, work_tree: &Path) -> Option<Rc<Repository>> {
        self.read.borrow().get(work_tree).cloned()
    }

    fn read(&self, work_tree: &Path) -> Option<Rc<Repository>> {
        let git_folder = git_folder(work_tree)?;
        let repository = Rc::new(Repository {
            work_tree: work_tree.to_owned(),
            index: Index::read(&git_folder, &self.bytes_left),
            common: linked(&git_folder.join("commondir"), "", &git_folder).unwrap_or(git_folder),
            patterns: Rc::clone(&self.patterns),
        });
        self.read.borrow_mut().insert(work_tree.to_owned(), Rc::clone(&repository));
        Some(repository)
    }
}

/// A work tree, and the files in it that git tracks.
pub(crate) struct Repository {
    work_tree: PathBuf,
    /// The folder that all work trees of the repository share.
    common: PathBuf,
    index: Result<Index, IndexError>,
    patterns: Rc<Patterns>,
}

impl Repository {
    /// Returns the files that git tracks below the folder.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub(crate) fn files_below(&self, folder: &Path) -> Result<Vec<PathBuf>, &IndexError> {
        let index = self.index.as_ref()?;
        Ok(self.below(&index.files, folder).collect())
    }

    /// Returns the folders whose files a sparse index does not list, below this folder or above it.
    pub(crate) fn unlisted_folders(&self, folder: &Path) -> Vec<PathBuf> {
        let Ok(index) = &self.index else { return Vec::new() };
        let around = folder.ancestors().filter(|around| self.is_unlisted(around));
        around.map(Path::to_owned).chain(self.below(&index.folders, folder)).collect()
    }

    /// Tells whether git tracks the file, or `None` if the index does not say.
    pub(crate) fn has(&self, file: &Path) -> Option<bool> {
        let index = self.index.as_ref().ok()?;
        let is_listed = self.name_of(file).is_some_and(|name| index.files.contains(&name));
        let is_known = is_listed || !file.ancestors().any(|around| self.is_unlisted(around));
        is_known.then_some(is_listed)
    }

    /// Tells whether the ignore rules match the file. Git applies them only to files that it does not track.
    pub(crate) fn ignores(&self, file: &Path) -> bool {
        self.patterns.exclude(&self.work_tree, &self.common, file)
    }

    /// Tells whether the index lists the folder as a whole, without its files.
    fn is_unlisted(&self, folder: &Path) -> bool {
        let folders = self.index.as_ref().ok().map(|index| &index.folders);
        folders.zip(self.name_of(folder)).is_some_and(|(folders, name)| folders.contains(&name))
    }

    fn below<'all>(
        &'all self,
        names: &'all BTreeSet<Vec<u8>>,
        folder: &Path,
    ) -> impl Iterator<Item = PathBuf> + 'all {
        let prefix = self.name_of(folder).map(|name| [&name[..], b"/"].concat());
        let prefix = prefix.unwrap_or_default();
        let behind = names.range::<[u8], _>((Bound::Included(&prefix[..]), Bound::Unbounded));
        let below = behind.take_while(move |name| name.starts_with(&prefix));
        below.map(|name| self.work_tree.join(files::path_of(name)))
    }

    /// Returns a path's name in the index, or `None` for the work tree itself.
    fn name_of(&self, path: &Path) -> Option<Vec<u8>> {
        let below = path.strip_prefix(&self.work_tree).ok()?;
        let parts = below.iter().map(OsStr::as_encoded_bytes);
        let name = parts.collect::<Vec<_>>().join(&b'/');
        (!name.is_empty()).then_some(name)
    }
}

/// Returns git's own folder for a work tree, or `None` if this folder is not a work tree.
fn git_folder(work_tree: &Path) -> Option<PathBuf> {
    let path = work_tree.join(".git");
    let folder = if path.is_dir() { path } else { linked(&path, "gitdir: ", work_tree)? };
    let is_git = |folder: &Path| {
        let has = |name| fs::symlink_metadata(folder.join(name)).is_ok();
        has("HEAD") && (has("objects") || has("commondir"))
    };
    is_git(&folder).then_some(folder)
}

/// Returns the path that a small file contains after a prefix.
fn linked(file: &Path, prefix: &str, from: &Path) -> Option<PathBuf> {
    let content = files::regular_file_content(file, MAX_BYTES).ok()??;
    let path = content.strip_prefix(prefix.as_bytes())?.trim_ascii_end();
    Some(from.join(files::path_of(path)))
}

#[cfg(test)]
mod tests;
