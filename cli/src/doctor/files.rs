//! Reads a project's files: small ones, regular ones, and none outside of it.

use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

/// No manifest and no file of variables is longer; a longer one is not read at all.
const MAX_BYTES: u64 = 1024 * 1024;

/// The examined folder, and what it really is.
pub(super) struct Root(PathBuf);

impl Root {
    /// Takes the folder.
    ///
    /// # Errors
    /// The system's, when there is none, or it cannot be listed.
    pub(super) fn new(folder: &Path) -> std::io::Result<Self> {
        let real = fs::canonicalize(folder)?;
        fs::read_dir(&real)?;
        Ok(Self(real))
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }

    /// Tells whether there is a regular file, or a folder, at a path that does not lead out.
    pub(super) fn has(&self, path: &Path) -> bool {
        fs::canonicalize(path).is_ok_and(|real| real.starts_with(&self.0))
    }

    /// Returns the text of a small regular file, with what is not UTF-8 replaced.
    pub(super) fn text(&self, path: &Path) -> Option<Zeroizing<String>> {
        // Opening a pipe would wait for a writer.
        let is_file = fs::metadata(path).is_ok_and(|metadata| metadata.is_file());
        if !is_file || !self.has(path) {
            return None;
        }
        let mut bytes = Zeroizing::new(Vec::new());
        File::open(path).ok()?.take(MAX_BYTES + 1).read_to_end(&mut bytes).ok()?;
        let is_small = bytes.len() as u64 <= MAX_BYTES;
        is_small.then(|| Zeroizing::new(String::from_utf8_lossy(&bytes).into_owned()))
    }

    /// Returns the path below the examined folder, fit to be printed.
    pub(super) fn shown(&self, path: &Path) -> String {
        let below = path.strip_prefix(&self.0).unwrap_or(path);
        if below == Path::new("") { ".".to_owned() } else { printable(&below.to_string_lossy()) }
    }
}

/// Returns the text without what could steer a terminal.
pub(super) fn printable(text: &str) -> String {
    text.chars().map(|character| if character.is_control() { '?' } else { character }).collect()
}
