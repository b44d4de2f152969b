//! Reads the files of a repository, and its spelling of paths.

use std::borrow::Cow;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::Path;

/// Returns the content of a regular file that is no link, or nothing when it is too long.
///
/// # Errors
/// The system's, and `InvalidInput` for what is no regular file.
pub(super) fn own_content(path: &Path, max_bytes: u64) -> io::Result<Option<Vec<u8>>> {
    // Opening a pipe would wait for a writer, and a link could lead to one that looks like a file.
    if !fs::symlink_metadata(path)?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no regular file"));
    }
    let mut content = Vec::new();
    File::open(path)?.take(max_bytes + 1).read_to_end(&mut content)?;
    let is_short = content.len() as u64 <= max_bytes;
    Ok(is_short.then_some(content))
}

/// Returns the path that git writes with these bytes and slashes.
#[cfg(unix)]
pub(super) fn path_of(bytes: &[u8]) -> Cow<'_, Path> {
    use std::os::unix::ffi::OsStrExt as _;

    Cow::Borrowed(Path::new(std::ffi::OsStr::from_bytes(bytes)))
}

/// Returns the path that git writes with these bytes and slashes.
#[cfg(not(unix))]
pub(super) fn path_of(bytes: &[u8]) -> Cow<'_, Path> {
    Cow::Owned(String::from_utf8_lossy(bytes).split('/').collect())
}
