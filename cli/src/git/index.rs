//! Reads git's index, the list of the files that git tracks; the format is gitformat-index(5).
//!
//! The index may come from an attacker. `gix-index` and git recurse as deep as the file says, and expand
//! names without a limit. This reader does not recurse, and limits its memory.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::fmt;
use std::io;
use std::path::{Component, Path};

use gix_bitmap::ewah;

use super::files;

/// How many bytes all indexes together may have, with their expanded names. The largest public repositories
/// need a third of it.
pub(super) const MAX_BYTES: usize = 256 * 1024 * 1024;

/// The lengths of the hashes that a repository can use: SHA-1 and SHA-256.
const HASH_LENGTHS: [usize; 2] = [20, 32];

/// The bits of an entry's mode that tell its kind, and the possible kinds.
const KIND: u32 = 0o170_000;
const FOLDER: u32 = 0o040_000;
const KINDS: [u32; 4] = [FOLDER, 0o100_000, 0o120_000, 0o160_000];

/// The names that git tracks, relative to the work tree, with slashes.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Index {
    /// Files, links and submodules.
    pub(super) files: BTreeSet<Vec<u8>>,
    /// The folders of a sparse index, whose files are not listed.
    pub(super) folders: BTreeSet<Vec<u8>>,
}

/// Why the index cannot be read.
#[derive(Debug)]
pub(crate) enum IndexError {
    Io(io::Error),
    Damaged,
    TooLong,
}

impl fmt::Display for IndexError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => write!(formatter, "git's index cannot be read ({error})"),
            Self::Damaged => {
                formatter.write_str("git's index is damaged, or has an unknown format")
            }
            Self::TooLong => formatter.write_str("git's index is too large to be read here"),
        }
    }
}

type Result<T> = std::result::Result<T, IndexError>;

impl Index {
    /// Reads the index of a repository. A new repository has no index, and tracks no files.
    pub(super) fn read(git_folder: &Path, bytes_left: &Cell<usize>) -> Result<Self> {
        let decoded = |name: &str| {
            let file = content(&git_folder.join(name), bytes_left)?;
            file.map(|file| Decoded::new(&file, bytes_left)).transpose()
        };
        let Some(Decoded { entries, link }) = decoded("index")? else {
            return Ok(Self::default());
        };
        let Some(link) = link.filter(Link::has_shared_index) else { return Self::of(entries) };
        let shared = decoded(&link.file_name())?.ok_or(IndexError::Damaged)?;
        if shared.link.is_some_and(|link| link.has_shared_index()) {
            return Err(IndexError::Damaged);
        }
        Self::of(link.merge(shared.entries, entries).ok_or(IndexError::Damaged)?)
    }

    /// Collects the names. A name that leads out of the work tree is an error.
    fn of(entries: Vec<Entry>) -> Result<Self> {
        let mut index = Self::default();
        for Entry { name, is_folder } in entries {
            let name =
                if is_folder { name.strip_suffix(b"/").unwrap_or(&name).into() } else { name };
            if !name.split(|byte| *byte == b'/').all(is_file_name) {
                return Err(IndexError::Damaged);
            }
            let names = if is_folder { &mut index.folders } else { &mut index.files };
            names.insert(name);
        }
        Ok(index)
    }
}

/// Tells whether this is the name of one file or folder, not a path to another place.
fn is_file_name(name: &[u8]) -> bool {
    let path = files::path_of(name);
    let mut parts = path.components();
    matches!((parts.next(), parts.next()), (Some(Component::Normal(_)), None))
}

/// Returns a regular file's content, or `None` if the file does not exist.
fn content(path: &Path, bytes_left: &Cell<usize>) -> Result<Option<Vec<u8>>> {
    match files::regular_file_content(path, bytes_left.get() as u64) {
        Ok(content) => {
            let content = content.ok_or(IndexError::TooLong)?;
            bytes_left.set(bytes_left.get() - content.len());
            Ok(Some(content))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(IndexError::Io(error)),
    }
}

/// One name in the index.
struct Entry {
    name: Vec<u8>,
    is_folder: bool,
}

/// One file of an index.
struct Decoded {
    entries: Vec<Entry>,
    link: Option<Link>,
}

impl Decoded {
    /// Decodes a file. It does not say which hash it uses; decoding succeeds with the right one only.
    fn new(file: &[u8], bytes_left: &Cell<usize>) -> Result<Self> {
        let mut all = HASH_LENGTHS.iter().map(|length| Self::with_hash(file, *length, bytes_left));
        all.find(|decoded| !matches!(decoded, Err(IndexError::Damaged)))
            .unwrap_or(Err(IndexError::Damaged))
    }

    fn with_hash(file: &[u8], hash_length: usize, bytes_left: &Cell<usize>) -> Result<Self> {
        let end = file.len().checked_sub(hash_length).ok_or(IndexError::Damaged)?;
        let mut bytes = Bytes(&file[..end]);
        let (version, count) = header(&mut bytes).ok_or(IndexError::Damaged)?;
        let mut entries = Vec::new();
        let mut name = Vec::new();
        let mut left = bytes_left.get();
        for _ in 0..count {
            let is_folder = next_entry(&mut bytes, version, hash_length, &mut name)
                .ok_or(IndexError::Damaged)?;
            left = left.checked_sub(name.len()).ok_or(IndexError::TooLong)?;
            entries.push(Entry { name: name.clone(), is_folder });
        }
        let link = extensions(bytes, hash_length)?;
        bytes_left.set(left);
        Ok(Self { entries, link })
    }
}

/// Reads the version and the number of entries.
fn header(bytes: &mut Bytes<'_>) -> Option<(u32, u32)> {
    let is_index = bytes.take(4)? == b"DIRC";
    let (version, count) = (bytes.number()?, bytes.number()?);
    (is_index && (2..=4).contains(&version)).then_some((version, count))
}

/// Reads an entry, changes `name` from the previous entry's name to this one's, and tells whether the entry
/// is a folder.
fn next_entry(
    bytes: &mut Bytes<'_>,
    version: u32,
    hash_length: usize,
    name: &mut Vec<u8>,
) -> Option<bool> {
    let length_before = bytes.0.len();
    bytes.take(24)?;
    let kind = bytes.number()? & KIND;
    bytes.take(12 + hash_length)?;
    let flags = bytes.half_number()?;
    if flags & 0x4000 != 0 {
        bytes.take(2)?;
    }
    let kept = if version == 4 { name.len().checked_sub(bytes.variable_number()?)? } else { 0 };
    name.truncate(kept);
    name.extend_from_slice(bytes.until_zero()?);
    if version != 4 {
        // Zeros pad the entry to a multiple of eight bytes. The first one has ended the name.
        let length = length_before - bytes.0.len();
        let padding = bytes.take(length.next_multiple_of(8) - length)?;
        if padding.iter().any(|byte| *byte != 0) {
            return None;
        }
    }
    let is_entry = KINDS.contains(&kind) && usize::from(flags & 0xFFF) == name.len().min(0xFFF);
    is_entry.then_some(kind == FOLDER)
}

/// Reads the extensions up to the end. A program must know those whose names are in lowercase.
fn extensions(mut bytes: Bytes<'_>, hash_length: usize) -> Result<Option<Link>> {
    let mut link = None;
    while !bytes.0.is_empty() {
        let (signature, content) = extension(&mut bytes).ok_or(IndexError::Damaged)?;
        match signature {
            b"link" => link = Some(Link::new(content, hash_length).ok_or(IndexError::Damaged)?),
            // Marks a sparse index; its entries say which ones are folders.
            b"sdir" => {}
            _ if signature[0].is_ascii_uppercase() => {}
            _ => return Err(IndexError::Damaged),
        }
    }
    Ok(link)
}

fn extension<'file>(bytes: &mut Bytes<'file>) -> Option<(&'file [u8], &'file [u8])> {
    let signature = bytes.take(4)?;
    let length = usize::try_from(bytes.number()?).ok()?;
    Some((signature, bytes.take(length)?))
}

/// The extension of a split index: it names the shared index that this one changes.
struct Link {
    shared: Vec<u8>,
    deleted: Option<ewah::Vec>,
    replaced: Option<ewah::Vec>,
}

impl Link {
    fn new(content: &[u8], hash_length: usize) -> Option<Self> {
        let (shared, bitmaps) = content.split_at_checked(hash_length)?;
        let mut link = Self { shared: shared.to_owned(), deleted: None, replaced: None };
        if !bitmaps.is_empty() {
            let (deleted, bitmaps) = ewah::decode(bitmaps).ok()?;
            let (replaced, _) = ewah::decode(bitmaps).ok()?;
            (link.deleted, link.replaced) = (Some(deleted), Some(replaced));
        }
        Some(link)
    }

    /// Tells whether there is a shared index: a hash of zeros means no.
    fn has_shared_index(&self) -> bool {
        self.shared.iter().any(|byte| *byte != 0)
    }

    fn file_name(&self) -> String {
        format!("sharedindex.{}", base16ct::lower::encode_string(&self.shared))
    }

    /// Returns the shared entries with this index's changes, then this index's own entries.
    fn merge(&self, shared: Vec<Entry>, own: Vec<Entry>) -> Option<Vec<Entry>> {
        let mut shared: Vec<Option<Entry>> = shared.into_iter().map(Some).collect();
        let mut own = own.into_iter();
        if let Some(replaced) = &self.replaced {
            // The replacements are this index's first entries, and have no names.
            replaced.for_each_set_bit(|position| {
                let entry = shared.get_mut(position)?.as_mut()?;
                entry.is_folder = own.next()?.is_folder;
                Some(())
            })?;
        }
        if let Some(deleted) = &self.deleted {
            deleted.for_each_set_bit(|position| shared.get_mut(position)?.take().map(drop))?;
        }
        Some(shared.into_iter().flatten().chain(own).collect())
    }
}

/// The bytes that are not read yet.
struct Bytes<'file>(&'file [u8]);

impl<'file> Bytes<'file> {
    fn take(&mut self, length: usize) -> Option<&'file [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn number(&mut self) -> Option<u32> {
        Some(u32::from_be_bytes(self.take(4)?.try_into().ok()?))
    }

    fn half_number(&mut self) -> Option<u16> {
        Some(u16::from_be_bytes(self.take(2)?.try_into().ok()?))
    }

    /// Reads a number with seven bits in each byte, in the encoding of offsets in packs.
    fn variable_number(&mut self) -> Option<usize> {
        let mut number = 0_usize;
        loop {
            let byte = self.take(1)?[0];
            number = number.checked_shl(7)?.checked_add(usize::from(byte & 0x7F))?;
            if byte & 0x80 == 0 {
                return Some(number);
            }
            number = number.checked_add(1).filter(|number| *number < MAX_BYTES)?;
        }
    }

    fn until_zero(&mut self) -> Option<&'file [u8]> {
        let text = self.take(memchr::memchr(0, self.0)?)?;
        self.take(1)?;
        Some(text)
    }
}
