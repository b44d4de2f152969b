//! Runs `deskseal scan`: searches files, such as built bundles, for secrets.
//!
//! [`Scanner::scan`] searches the given paths on all cores. It reads every regular file, whatever its name
//! or content, and reports every known secret in any of its usual encodings, and every Deskseal token. It
//! also reports what it could not read.
//!
//! No secret and no token is stored in a [`Hit`], a reason or a `Debug` output.

mod holes;
mod patterns;
mod search;

use std::fmt;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use ignore::{
    DirEntry, ParallelVisitor, ParallelVisitorBuilder, WalkBuilder, WalkParallel, WalkState,
};
use indicatif::ProgressBar;
use zeroize::Zeroizing;

use crate::escape::escaped;

use holes::WithoutHoles;
use search::{Found, Place, Searcher, Target};

/// How many bytes a thread reads at once: few enough for a core's second-level cache, many enough that the
/// cost of system calls does not matter.
const CHUNK: usize = 256 * 1024;

/// The search stops after this number of hits, so that no folder can fill the memory.
const MAX_HITS: usize = 100_000;

/// The encoding in which a secret was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Form {
    /// The secret's own bytes.
    Plain,
    /// Base64 of the secret, alone or inside a longer text, in either alphabet.
    Base64,
    /// Hexadecimal digits, all lowercase or all uppercase.
    Hex,
    /// Percent-encoded for a URL or a form.
    UrlEncoded,
    /// Escaped as in a JSON or JavaScript string.
    JsonEscaped,
    /// Not a known secret, but a token that Deskseal would accept as one.
    Token,
}

impl Form {
    /// Returns the form's stable name, for output.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Base64 => "base64",
            Self::Hex => "hex",
            Self::UrlEncoded => "url_encoded",
            Self::JsonEscaped => "json_escaped",
            Self::Token => "token",
        }
    }
}

/// A place where a secret was found.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Hit {
    /// The file, below the path that was given.
    pub(crate) path: PathBuf,
    /// The number of bytes before it.
    pub(crate) offset: u64,
    /// Its line: the number of newlines before it, plus one.
    pub(crate) line: u64,
    /// Its column: the number of bytes since the line's start, plus one.
    pub(crate) column: u64,
    /// The label of the known secret, or a token's prefix.
    pub(crate) what: String,
    /// How the secret is encoded there.
    pub(crate) form: Form,
}

/// A path that was not searched, or not completely, and why.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Skipped {
    /// The file or directory.
    pub(crate) path: PathBuf,
    /// Why it was not searched, escaped for printing.
    pub(crate) reason: String,
    /// Whether that is an error: the path was given as an argument, or reading it failed. Links and pipes
    /// inside a directory are skipped on purpose.
    pub(crate) is_failure: bool,
}

impl Skipped {
    fn failed(path: impl Into<PathBuf>, reason: &impl ToString) -> Self {
        Self { path: path.into(), reason: reason.to_string(), is_failure: true }
    }
}

/// The result of a scan.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Report {
    /// Every hit once, sorted by path and offset.
    pub(crate) hits: Vec<Hit>,
    /// What was not searched, or not completely; sorted by path.
    pub(crate) skipped: Vec<Skipped>,
    /// The number of files that were searched completely.
    pub(crate) files: u64,
    /// The number of bytes read.
    pub(crate) bytes: u64,
}

impl Report {
    /// Adds the content of another report.
    fn add(&mut self, mut other: Self) {
        self.hits.append(&mut other.hits);
        self.skipped.append(&mut other.skipped);
        self.files += other.files;
        self.bytes += other.bytes;
    }

    /// Sorts the report, so that it does not depend on the timing of threads.
    fn sorted(mut self) -> Self {
        self.hits.sort();
        self.skipped.sort();
        self
    }
}

/// Searches files and directories for secrets.
pub(crate) struct Scanner {
    labels: Vec<String>,
    searcher: Searcher,
}

impl Scanner {
    /// Returns a scanner for these secrets, each with a label such as its variable's name, and for every
    /// token that `is_token` accepts as a secret.
    ///
    /// An empty secret is never found. The same secret with two labels is reported with both.
    pub(crate) fn new(secrets: &[(String, &str)], is_token: fn(&str) -> bool) -> Self {
        let labels = secrets.iter().map(|(label, _)| label.clone()).collect();
        let texts: Vec<&str> = secrets.iter().map(|(_, text)| *text).collect();
        Self { labels, searcher: Searcher::new(&texts, is_token) }
    }

    /// Searches every file at and below `paths`, hidden and ignored ones too.
    ///
    /// A symbolic link is followed only if it is one of `paths`. Another link is reported as skipped, unless
    /// its target is inside `paths` and so is searched anyway. A path inside another given path is not
    /// searched twice.
    ///
    /// `progress` gets the total number of bytes as its length, and the number of bytes read as its
    /// position.
    pub(crate) fn scan(&self, paths: &[PathBuf], progress: Option<&ProgressBar>) -> Report {
        let mut report = Report::default();
        let roots = Roots::new(paths, &mut report.skipped);
        if let Some(progress) = progress {
            progress.set_length(roots.total_bytes());
        }
        let report = Mutex::new(report);
        let scan =
            Scan { scanner: self, roots: &roots, progress, found: AtomicUsize::new(0), report };
        if let Some(walker) = roots.walker() {
            walker.visit(&mut &scan);
        }
        if scan.found.load(Ordering::Relaxed) > MAX_HITS {
            scan.note_limit();
        }
        scan.report.into_inner().unwrap_or_else(PoisonError::into_inner).sorted()
    }

    /// Returns the label of a hit.
    fn label(&self, what: Target) -> String {
        match what {
            Target::Secret(number) => self.labels.get(number).cloned().unwrap_or_default(),
            Target::Token(prefix) => prefix.to_owned(),
        }
    }
}

impl fmt::Debug for Scanner {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Scanner").field("labels", &self.labels).finish_non_exhaustive()
    }
}

/// The places where a scan begins.
struct Roots {
    /// The paths as given, without those that are inside another one.
    paths: Vec<PathBuf>,
    /// The same paths without symbolic links.
    real_paths: Vec<PathBuf>,
}

impl Roots {
    /// Collects the paths that exist; the others go to `skipped`.
    fn new(paths: &[PathBuf], skipped: &mut Vec<Skipped>) -> Self {
        let mut existing = Vec::new();
        for path in paths {
            match fs::canonicalize(path) {
                Ok(real_path) => existing.push((for_walker(path), real_path)),
                Err(error) => skipped.push(Skipped::failed(path, &error)),
            }
        }
        let is_covered = |index: usize, real_path: &Path| {
            existing.iter().enumerate().any(|(other_index, (_, other))| {
                real_path.starts_with(other) && (real_path != other || other_index < index)
            })
        };
        let (paths, real_paths) = existing
            .iter()
            .enumerate()
            .filter(|(index, (_, real_path))| !is_covered(*index, real_path))
            .map(|(_, root)| root.clone())
            .unzip();
        Self { paths, real_paths }
    }

    /// Tells whether a path without symbolic links is searched.
    fn contain(&self, real_path: &Path) -> bool {
        self.real_paths.iter().any(|root| real_path.starts_with(root))
    }

    /// Returns a walker over everything at and below the paths, if there are any.
    fn walker(&self) -> Option<WalkParallel> {
        let (first, others) = self.paths.split_first()?;
        let mut builder = WalkBuilder::new(first);
        for path in others {
            builder.add(path);
        }
        let threads = thread::available_parallelism().map_or(1, usize::from);
        Some(builder.standard_filters(false).threads(threads).build_parallel())
    }

    /// Returns the size of all files together.
    fn total_bytes(&self) -> u64 {
        let total = AtomicU64::new(0);
        if let Some(walker) = self.walker() {
            walker.run(|| {
                Box::new(|entry| {
                    total.fetch_add(entry.map_or(0, |entry| size_of(&entry)), Ordering::Relaxed);
                    WalkState::Continue
                })
            });
        }
        total.into_inner()
    }
}

/// Returns the path as the walker needs it, which takes the path `-` for standard input.
fn for_walker(path: &Path) -> PathBuf {
    if path == Path::new("-") { Path::new(".").join(path) } else { path.to_owned() }
}

/// Returns the number of bytes that searching this entry will read.
fn size_of(entry: &DirEntry) -> u64 {
    if !is_regular_file(entry) {
        return 0;
    }
    // The entry's own metadata would describe the link, if a given path is a link.
    fs::metadata(entry.path()).map_or(0, |metadata| metadata.len())
}

/// Tells whether an entry is a regular file, which has an end.
fn is_regular_file(entry: &DirEntry) -> bool {
    entry.file_type().is_some_and(|kind| kind.is_file())
}

/// One run of a scanner.
struct Scan<'run> {
    scanner: &'run Scanner,
    roots: &'run Roots,
    progress: Option<&'run ProgressBar>,
    /// How many places were found by all threads.
    found: AtomicUsize,
    report: Mutex<Report>,
}

impl<'run> ParallelVisitorBuilder<'run> for &'run Scan<'run> {
    fn build(&mut self) -> Box<dyn ParallelVisitor + 'run> {
        let buffer_length = self.scanner.searcher.buffer_length(CHUNK);
        Box::new(Worker {
            scan: self,
            buffer: Zeroizing::new(vec![0; buffer_length]),
            report: Report::default(),
        })
    }
}

impl Scan<'_> {
    /// Notes that the search stopped at the limit of hits.
    fn note_limit(&self) {
        let mut report = self.report.lock().unwrap_or_else(PoisonError::into_inner);
        let reason = format!("search stopped: there are more than {MAX_HITS} hits");
        report.skipped.extend(self.roots.paths.iter().map(|root| Skipped::failed(root, &reason)));
    }
}

/// One thread of a run. When it is dropped, its report is added to the run's.
struct Worker<'run> {
    scan: &'run Scan<'run>,
    buffer: Zeroizing<Vec<u8>>,
    report: Report,
}

impl ParallelVisitor for Worker<'_> {
    fn visit(&mut self, entry: Result<DirEntry, ignore::Error>) -> WalkState {
        match entry {
            Ok(entry) => self.visit_entry(entry),
            Err(error) => self.visit_error(&error),
        }
        let is_full = self.scan.found.load(Ordering::Relaxed) > MAX_HITS;
        if is_full { WalkState::Quit } else { WalkState::Continue }
    }
}

impl Drop for Worker<'_> {
    fn drop(&mut self) {
        let mut report = self.scan.report.lock().unwrap_or_else(PoisonError::into_inner);
        report.add(std::mem::take(&mut self.report));
    }
}

impl Worker<'_> {
    /// Searches a file, or notes why the entry is skipped.
    fn visit_entry(&mut self, entry: DirEntry) {
        if is_regular_file(&entry) {
            return self.visit_file(entry.path());
        }
        let Some(kind) = entry.file_type() else { return };
        if kind.is_dir() {
            return;
        }
        if kind.is_symlink() {
            return self.visit_link(entry.into_path());
        }
        // Opening a pipe would wait for a writer, and a device may have no end.
        let is_given_path = entry.depth() == 0;
        let reason = "it is a pipe, a socket or a device".to_owned();
        self.report.skipped.push(Skipped {
            path: entry.into_path(),
            reason,
            is_failure: is_given_path,
        });
    }

    /// Searches a file.
    fn visit_file(&mut self, path: &Path) {
        if let Err(error) = File::open(path).and_then(|file| self.search_file(path, &file)) {
            self.fail(path, &error);
        }
    }

    /// Searches an open file, from its start.
    fn search_file(&mut self, path: &Path, file: &File) -> io::Result<()> {
        let progress = self.scan.progress;
        let on_read = |bytes| {
            if let Some(progress) = progress {
                progress.inc(bytes);
            }
        };
        let mut stream = WithoutHoles::new(file)?;
        let searched = self.scan.scanner.searcher.search(&mut stream, &mut self.buffer, on_read);
        let bytes = stream.offset_in_file(searched.bytes);
        on_read(bytes - searched.bytes);
        self.report.bytes += bytes;
        self.scan.found.fetch_add(searched.found.len(), Ordering::Relaxed);
        let places = self.places(file, &searched.found);
        for (found, place) in searched.found.iter().zip(places) {
            let offset = stream.offset_in_file(found.start);
            let line_start = stream.offset_in_file(found.start + 1 - place.column);
            self.report.hits.push(Hit {
                path: path.to_owned(),
                offset,
                line: place.line,
                column: offset - line_start + 1,
                what: self.scan.scanner.label(found.what),
                form: found.form,
            });
        }
        match searched.end {
            Ok(()) => self.report.files += 1,
            Err(error) => self.fail(path, &format_args!("search stopped: {error}")),
        }
        Ok(())
    }

    /// Returns the lines and columns of what was found in a file.
    fn places(&mut self, file: &File, found: &[Found]) -> Vec<Place> {
        if found.is_empty() {
            return Vec::new();
        }
        let offsets = found.iter().map(|found| found.start);
        match WithoutHoles::new(file) {
            Ok(mut stream) => search::places(&mut stream, &mut self.buffer, offsets),
            // The file cannot be read a second time: offsets are still right, and all hits are on line 1.
            Err(_) => search::places(&mut io::empty(), &mut self.buffer, offsets),
        }
    }

    /// Notes a symbolic link inside a directory, unless its target is searched anyway.
    fn visit_link(&mut self, path: PathBuf) {
        let reason = match fs::canonicalize(&path) {
            Ok(target) if self.scan.roots.contain(&target) => return,
            Ok(target) => {
                format!("it is a symbolic link out of the given paths, to {}", escaped(target))
            }
            Err(error) => format!("it is a symbolic link that cannot be followed: {error}"),
        };
        self.report.skipped.push(Skipped { path, reason, is_failure: false });
    }

    /// Notes what the walker could not read.
    fn visit_error(&mut self, error: &ignore::Error) {
        // The walker's own text contains the path without escapes, so only the reason is taken.
        let reason =
            error.io_error().map_or_else(|| escaped(error.to_string()), ToString::to_string);
        if let Some(path) = path_of(error) {
            return self.fail(path, &reason);
        }
        // An error in the middle of a listing does not say which directory it was.
        for root in &self.scan.roots.paths {
            self.report.skipped.push(Skipped::failed(
                root,
                &format_args!("listing a directory stopped: {reason}"),
            ));
        }
    }

    /// Notes what could not be read, and why.
    fn fail(&mut self, path: &Path, reason: &impl ToString) {
        self.report.skipped.push(Skipped::failed(path, reason));
    }
}

/// Returns the path in an error of the walker.
fn path_of(error: &ignore::Error) -> Option<&Path> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => {
            path_of(err)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests;
