//! Reads the files in git's folder, and converts git's paths.

use std::borrow::Cow;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::Path;

/// Returns the content of a regular file, without following a link, or `None` if it is too large.
///
/// # Errors
/// The system's, and `InvalidInput` for anything but a regular file.
pub(super) fn regular_file_content(path: &Path, max_bytes: u64) -> io::Result<Option<Vec<u8>>> {
    // Opening a pipe would wait for a writer, and a link could lead to a pipe.
    if !fs::symlink_metadata(path)?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file"));
    }
    let mut content = Vec::new();
    File::open(path)?.take(max_bytes + 1).read_to_end(&mut content)?;
    let is_short = content.len() as u64 <= max_bytes;
    Ok(is_short.then_some(content))
}

/// Converts a path in git's form, bytes with slashes, to the system's form.
#[cfg(unix)]
pub(super) fn path_of(bytes: &[u8]) -> Cow<'_, Path> {
    use std::os::unix::ffi::OsStrExt as _;

    Cow::Borrowed(Path::new(std::ffi::OsStr::from_bytes(bytes)))
}

/// Converts a path in git's form, bytes with slashes, to the system's form.
#[cfg(not(unix))]
pub(super) fn path_of(bytes: &[u8]) -> Cow<'_, Path> {
    Cow::Owned(String::from_utf8_lossy(bytes).split('/').collect())
}
