//! Reads small, regular files inside the examined folder, and no others.

use std::cell::Cell;
use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::escape::escaped;

/// The largest manifest or `.env` file that is read; a larger one is ignored.
const MAX_BYTES: u64 = 1024 * 1024;

/// How much of all files together is read.
const MAX_BYTES_TOGETHER: u64 = 64 * 1024 * 1024;

/// The examined folder without symbolic links, and how many bytes may still be read.
pub(super) struct Root {
    path: PathBuf,
    bytes_left: Cell<u64>,
}

impl Root {
    /// Takes the folder.
    ///
    /// # Errors
    /// The system's, when the folder does not exist or cannot be listed.
    pub(super) fn new(folder: &Path) -> std::io::Result<Self> {
        let real = fs::canonicalize(folder)?;
        fs::read_dir(&real)?;
        Ok(Self { path: real, bytes_left: Cell::new(MAX_BYTES_TOGETHER) })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Tells whether the path exists and does not lead out of the examined folder.
    pub(super) fn has(&self, path: &Path) -> bool {
        fs::canonicalize(path).is_ok_and(|real| real.starts_with(&self.path))
    }

    /// Returns the text of a small regular file. Bytes that are not UTF-8 are replaced.
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

    /// Returns the path below the examined folder, escaped for printing.
    pub(super) fn shown(&self, path: &Path) -> String {
        let below = path.strip_prefix(&self.path).unwrap_or(path);
        if below == Path::new("") { ".".to_owned() } else { escaped(below) }
    }
}
