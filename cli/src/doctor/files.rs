//! Reads a project's files: small ones, regular ones, and none outside of it.

use std::cell::Cell;
use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::printed::printed;

/// No manifest and no file of variables is longer; a longer one is not read at all.
const MAX_BYTES: u64 = 1024 * 1024;

/// All of them together are not longer, either.
const MAX_BYTES_TOGETHER: u64 = 64 * 1024 * 1024;

/// The examined folder as it really is, and how much of it may still be read.
pub(super) struct Root {
    path: PathBuf,
    bytes_left: Cell<u64>,
}

impl Root {
    /// Takes the folder.
    ///
    /// # Errors
    /// The system's, when there is none, or it cannot be listed.
    pub(super) fn new(folder: &Path) -> std::io::Result<Self> {
        let real = fs::canonicalize(folder)?;
        fs::read_dir(&real)?;
        Ok(Self { path: real, bytes_left: Cell::new(MAX_BYTES_TOGETHER) })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Tells whether there is a regular file, or a folder, at a path that does not lead out.
    pub(super) fn has(&self, path: &Path) -> bool {
        fs::canonicalize(path).is_ok_and(|real| real.starts_with(&self.path))
    }

    /// Returns the text of a small regular file, with what is not UTF-8 replaced.
    pub(super) fn text(&self, path: &Path) -> Option<Zeroizing<String>> {
        // Opening a pipe would wait for a writer.
        let is_file = fs::metadata(path).is_ok_and(|metadata| metadata.is_file());
        if !is_file || !self.has(path) {
            return None;
        }
        let mut bytes = Zeroizing::new(Vec::new());
        let most = MAX_BYTES.min(self.bytes_left.get());
        File::open(path).ok()?.take(most + 1).read_to_end(&mut bytes).ok()?;
        let length = bytes.len() as u64;
        self.bytes_left.set(self.bytes_left.get().saturating_sub(length));
        let is_small = length <= most;
        is_small.then(|| Zeroizing::new(String::from_utf8_lossy(&bytes).into_owned()))
    }

    /// Returns the path below the examined folder, fit to be printed.
    pub(super) fn shown(&self, path: &Path) -> String {
        let below = path.strip_prefix(&self.path).unwrap_or(path);
        if below == Path::new("") { ".".to_owned() } else { printed(below) }
    }
}
