//! Copies, lists and digests files and folders. `fs_err` is the standard library's `fs`, with errors that name the path.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use fs_err as fs;
use sha2::{Digest as _, Sha256};

/// Copies a file. An older copy is removed first: macOS can reject a program whose checked file was overwritten.
pub(crate) fn copy(from: &Path, to: &Path) -> Result<()> {
    if to.exists() {
        fs::remove_file(to)?;
    }
    fs::copy(from, to)?;
    Ok(())
}

/// Copies a file, or a folder with everything in it.
pub(crate) fn copy_all(from: &Path, to: &Path) -> Result<()> {
    if !from.is_dir() {
        return copy(from, to);
    }
    for file in all(from)? {
        let target = to.join(file.strip_prefix(from)?);
        if let Some(folder) = target.parent() {
            fs::create_dir_all(folder)?;
        }
        copy(&file, &target)?;
    }
    Ok(())
}

/// Creates an empty folder, after removing an existing one, and returns its path.
pub(crate) fn emptied(folder: &Path) -> Result<PathBuf> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    fs::create_dir_all(folder)?;
    Ok(folder.to_owned())
}

/// Returns the paths in a folder, sorted.
pub(crate) fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder)?.map(|entry| Ok(entry?.path()));
    let mut entries = entries.collect::<Result<Vec<_>>>()?;
    entries.sort();
    Ok(entries)
}

/// Returns the files in a folder with this extension, sorted.
pub(crate) fn with_extension(folder: &Path, extension: &str) -> Result<Vec<PathBuf>> {
    let has_extension = |path: &PathBuf| path.extension().is_some_and(|found| found == extension);
    Ok(entries(folder)?.into_iter().filter(has_extension).collect())
}

/// Returns the only file in a folder with this extension.
pub(crate) fn only(folder: &Path, extension: &str) -> Result<PathBuf> {
    match with_extension(folder, extension)?.as_slice() {
        [file] => Ok(file.clone()),
        files => {
            bail!("expected 1 file .{extension} in {}, found {}", folder.display(), files.len())
        }
    }
}

/// Returns the files in a folder and its subfolders, without installed packages of npm.
pub(crate) fn all(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for path in entries(folder)? {
        if !path.is_dir() {
            files.push(path);
        } else if !path.ends_with("node_modules") {
            files.extend(all(&path)?);
        }
    }
    Ok(files)
}

/// Returns a digest of the files' paths and contents.
pub(crate) fn digest(files: &[PathBuf]) -> Result<String> {
    // A path that is joined with an absolute one is that one.
    digest_in(Path::new(""), files)
}

/// Returns a digest of the files' contents and of their paths in the folder, which is the same wherever that is.
pub(crate) fn digest_in(folder: &Path, files: &[PathBuf]) -> Result<String> {
    let mut digest = Sha256::new();
    for file in files {
        let content = fs::read(folder.join(file))?;
        digest.update(format!("{} {}\n", file.display(), content.len()));
        digest.update(content);
    }
    Ok(base16ct::lower::encode_string(&digest.finalize()))
}

/// Checks that a file is not larger than its limit, in bytes.
pub(crate) fn assert_length(file: &Path, longest: u64) -> Result<()> {
    let length = fs::metadata(file)?.len();
    println!("   {}: {length} bytes, limit {longest}", name(file));
    if length > longest {
        bail!("{} has {length} bytes, which is more than its limit of {longest}", name(file));
    }
    Ok(())
}

/// Returns the last part of a path.
pub(crate) fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
