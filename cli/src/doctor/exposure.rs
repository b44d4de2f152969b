//! Looks for the secrets where others can read them: in what is built, and in what git has.

use std::fs;
use std::path::{Path, PathBuf};

use deskseal::Secret;

use super::files::Root;
use super::finding::{Finding, counted};
use super::projects::Project;
use super::settings::{self, Known, Names, Product, Settings};
use super::variables::{self, shown_name};
use crate::git::{Fault, Repositories};
use crate::scan::{Form, Hit, Scanner};

/// How many of git's files are searched, and how long each may be.
const MAX_FILES: usize = 20_000;
const MAX_BYTES: u64 = 8 * 1024 * 1024;

/// How many files the scanner takes at once: it compares each with all others.
const FILES_AT_ONCE: usize = 256;

/// The search of git's files ends when more places than this were found.
const MAX_HITS: usize = 100_000;

/// How many places of one kind are named.
const MAX_PLACES: usize = 5;

/// Searches for the secrets that are known, and for names of public variables.
pub(super) struct Search<'all> {
    root: &'all Root,
    repositories: Repositories,
    secrets: Scanner,
    names: Scanner,
    public_names: Scanner,
}

impl<'all> Search<'all> {
    pub(super) fn new(
        root: &'all Root,
        known: &[Known],
        names: &Names,
        is_token: fn(&str) -> bool,
    ) -> Self {
        let secrets: Vec<_> =
            known.iter().map(|known| (known.label(), known.variable.value.as_str())).collect();
        let of_products = Product::ALL.map(|product| names.of(product));
        let labelled = of_products.map(|name| (shown_name(name).to_owned(), name));
        let public: Vec<String> = Secret::PUBLIC_PREFIXES
            .into_iter()
            .flat_map(|prefix| of_products.map(|name| format!("{prefix}{name}")))
            .collect();
        let public: Vec<_> =
            public.iter().map(|name| (public_label(name), name.as_str())).collect();
        Self {
            root,
            repositories: Repositories::new(),
            secrets: Scanner::new(&secrets, is_token),
            names: Scanner::new(&labelled, |_| false),
            public_names: Scanner::new(&public, |_| false),
        }
    }

    /// Looks into what a project's frameworks have built.
    pub(super) fn check_built(&self, project: &Project, findings: &mut Vec<Finding>) {
        let outputs = project.frameworks.iter().flat_map(|framework| framework.outputs);
        let built = self.existing(project, outputs);
        if !built.is_empty() {
            findings.extend(self.secret_findings(&built).map(|finding| at(project, finding)));
        }
        let outputs = project.frameworks.iter().flat_map(|framework| framework.browser_outputs);
        let hits = self.names.scan(&self.existing(project, outputs), None).hits;
        if !hits.is_empty() {
            let places = self.places(&hits);
            let message = format!("Code for browsers names a secret's variable: {places}.");
            let fix = "Move the code that reads it to the server; browsers fetch \
                       `/deskseal/identity` instead.";
            findings.push(at(project, Finding::warning("secret_name_in_bundle", message, fix)));
        }
    }

    /// Says whether a secret is in these folders, and whether all of them could be read.
    fn secret_findings(&self, built: &[PathBuf]) -> impl Iterator<Item = Finding> {
        let scanned = self.secrets.scan(built, None);
        // Next.js copies the files of variables beside its server, where they belong.
        let is_hit = |hit: &Hit| !is_environment_file(hit);
        let hits: Vec<Hit> = scanned.hits.into_iter().filter(is_hit).collect();
        let unread = scanned.skipped.iter().filter(|skipped| skipped.is_failure).count();
        let found = (!hits.is_empty()).then(|| {
            let message = format!("A secret is in what was built: {}.", self.places(&hits));
            let fix = "Replace that secret in the help desk now; then find the code that passes it to \
                       the page, sign on the server instead, and build again.";
            Finding::problem("secret_in_bundle", message, fix)
        });
        let cut = (unread > 0).then(|| {
            let message = format!("What was built cannot be read in {}.", counted(unread, "place"));
            let fix = "See where with `deskseal scan`, and run this as whoever built it.";
            Finding::warning("bundle_unread", message, fix)
        });
        let clean = (hits.is_empty() && unread == 0).then(|| {
            let folders: Vec<_> = built.iter().map(|path| self.root.shown(path)).collect();
            Finding::fine("bundle_searched", format!("No secret is in {}.", folders.join(", ")))
        });
        [found, cut, clean].into_iter().flatten()
    }

    /// Looks into what git has.
    pub(super) fn check_tracked(&self, findings: &mut Vec<Finding>) {
        let folder = self.root.path();
        let Some(repository) = self.repositories.of(folder) else {
            let message =
                "Here is no git repository that can be read, so it is not known what is committed.";
            let fix = "Run this in the checkout, before the first commit at the latest.";
            findings.push(Finding::note("git_unknown", message, fix));
            return;
        };
        match repository.files_below(folder) {
            Ok(tracked) => self.check_files(&tracked, findings),
            Err(fault) => findings.push(unreadable(fault)),
        }
        findings.extend(self.unlisted_finding(&repository.unlisted(folder)));
    }

    /// Says of which folders git's index does not say what is in them.
    fn unlisted_finding(&self, folders: &[PathBuf]) -> Option<Finding> {
        let shown = folders.iter().take(MAX_PLACES).map(|folder| self.root.shown(folder));
        let mut shown: Vec<String> = shown.collect();
        if folders.len() > MAX_PLACES {
            shown.push(format!("and {} more", folders.len() - MAX_PLACES));
        }
        let message = format!(
            "git's sparse index does not list the files in {}, so those were not searched.",
            shown.join(", ")
        );
        let fix = "Run `git sparse-checkout reapply --no-sparse-index`, and this again.";
        (!folders.is_empty()).then(|| Finding::note("git_sparse", message, fix))
    }

    /// Looks into the files that git has.
    fn check_files(&self, tracked: &[PathBuf], findings: &mut Vec<Finding>) {
        let (files, left_out) = self.searchable(tracked);
        let (hits, left_out_of_files) = scan_in_parts(&self.secrets, &files);
        let left_out = left_out.max(left_out_of_files);
        let (tokens, secrets): (Vec<Hit>, Vec<Hit>) =
            hits.into_iter().partition(|hit| hit.form == Form::Token);
        let is_clean = secrets.is_empty() && tokens.is_empty();
        if !secrets.is_empty() {
            let message = format!("git has a secret: {}.", self.places(&secrets));
            let fix = "Replace that secret in the help desk now, since everybody with the repository \
                       has it; then remove it from the files, and put the new one where git does not see it.";
            findings.push(Finding::problem("secret_committed", message, fix));
        }
        if !tokens.is_empty() {
            let message = format!("git has what looks like a secret: {}.", self.places(&tokens));
            let fix = "If a help desk ever issued it, replace it there, and remove it here.";
            findings.push(Finding::warning("token_committed", message, fix));
        }
        self.check_source(&files, findings);
        if is_clean {
            let message =
                format!("No secret is in the {} that git has.", counted(files.len(), "file"));
            findings.push(Finding::fine("git_searched", message));
        }
        if left_out > 0 {
            let message = format!(
                "Of what git has, {} not searched: there are too many, they are too long, or too much was found before.",
                if left_out == 1 {
                    "1 file is".to_owned()
                } else {
                    format!("{left_out} files are")
                }
            );
            let fix = "Search them with `deskseal scan`.";
            findings.push(Finding::note("git_cut", message, fix));
        }
    }

    /// Looks for code that reads a secret from a public variable.
    fn check_source(&self, files: &[PathBuf], findings: &mut Vec<Finding>) {
        let is_text = |path: &Path| {
            path.extension().is_some_and(|extension| {
                ["md", "mdx", "rst", "txt", "html"].iter().any(|text| extension == *text)
            })
        };
        let code: Vec<PathBuf> = files.iter().filter(|path| !is_text(path)).cloned().collect();
        let (hits, _) = scan_in_parts(&self.public_names, &code);
        if hits.is_empty() {
            return;
        }
        let message =
            format!("Code reads a secret from a public variable: {}.", self.places(&hits));
        let fix = "Read it on the server, from the name without the prefix, and replace the secret if \
                   it ever was in a public variable.";
        findings.push(Finding::problem("secret_in_public_variable", message, fix));
    }

    /// Says of a project's files of variables whether git keeps them out.
    pub(super) fn check_ignored(
        &self,
        project: &Project,
        settings: &Settings<'_>,
        findings: &mut Vec<Finding>,
    ) {
        let Some(repository) = self.repositories.of(&project.folder) else { return };
        for name in settings.files_to_keep_private() {
            let path = project.folder.join(name);
            let file = PrivateFile {
                name,
                shown: self.root.shown(&path),
                has_secret: settings.has_secret(name),
                is_tracked: repository.has(&path),
                is_ignored: repository.ignores(&path),
            };
            findings.extend(file.finding().map(|finding| at(project, finding)));
        }
    }

    /// Returns the folders and files that there are, and that do not lead out.
    fn existing<'path>(
        &self,
        project: &Project,
        paths: impl Iterator<Item = &'path &'static str>,
    ) -> Vec<PathBuf> {
        let mut existing: Vec<PathBuf> = paths
            .map(|path| project.folder.join(path))
            .filter(|path| self.root.has(path))
            .collect();
        existing.sort();
        existing.dedup();
        existing
    }

    /// Returns the files to search, and how many are left out.
    fn searchable(&self, tracked: &[PathBuf]) -> (Vec<PathBuf>, usize) {
        let is_short = |path: &&PathBuf| {
            fs::symlink_metadata(path).is_ok_and(|data| data.is_file() && data.len() <= MAX_BYTES)
                && self.root.has(path)
        };
        let files: Vec<PathBuf> =
            tracked.iter().filter(is_short).take(MAX_FILES).cloned().collect();
        let is_left_out = |path: &&PathBuf| {
            fs::symlink_metadata(path).is_ok_and(|data| data.is_file() && data.len() > MAX_BYTES)
        };
        let too_long = tracked.iter().filter(is_left_out).count();
        let too_many = tracked.len().saturating_sub(MAX_FILES);
        (files, too_long.max(too_many))
    }

    /// Names the first places, each line once, and how many more there are.
    fn places(&self, hits: &[Hit]) -> String {
        let mut lines: Vec<&Hit> = hits.iter().collect();
        lines.dedup_by(|hit, before| hit.path == before.path && hit.line == before.line);
        let place =
            |hit: &&Hit| format!("{}:{} ({})", self.root.shown(&hit.path), hit.line, hit.what);
        let mut places: Vec<String> = lines.iter().take(MAX_PLACES).map(place).collect();
        if lines.len() > MAX_PLACES {
            places.push(format!("and {} more", lines.len() - MAX_PLACES));
        }
        places.join(", ")
    }
}

fn public_label(name: &str) -> String {
    let is_usual = variables::is_of_usual_name(name);
    if is_usual { name.to_owned() } else { "a public variable's name".to_owned() }
}

/// Returns what is found in the files, and how many of them were left out since there was too much before.
fn scan_in_parts(scanner: &Scanner, files: &[PathBuf]) -> (Vec<Hit>, usize) {
    let mut hits = Vec::new();
    let mut left_out = files.len();
    for part in files.chunks(FILES_AT_ONCE) {
        if hits.len() > MAX_HITS {
            break;
        }
        hits.append(&mut scanner.scan(part, None).hits);
        left_out -= part.len();
    }
    (hits, left_out)
}

/// A file of variables, and what git makes of it.
struct PrivateFile<'name> {
    name: &'name str,
    shown: String,
    has_secret: bool,
    /// Nothing where git's index does not say.
    is_tracked: Option<bool>,
    is_ignored: bool,
}

impl PrivateFile<'_> {
    /// Frameworks have files of variables that are committed: it is a secret that makes one private.
    fn finding(&self) -> Option<Finding> {
        let Self { shown, has_secret, is_tracked, is_ignored, .. } = self;
        if is_tracked.is_none() && *has_secret {
            let message =
                format!("{shown} has a secret in it, and it is not known whether git has it.");
            let fix = "Read below why git's index does not say so, and run this again then.";
            return Some(Finding::warning("env_file_unknown", message, fix));
        }
        if *is_tracked == Some(true) {
            let message = format!("git has {shown}, with a secret in it.");
            let command = in_command(shown).map_or("Use `git rm --cached`".to_owned(), |name| {
                format!("`git rm --cached -- {name}`")
            });
            let fix = format!(
                "{command}, add {} to .gitignore, and replace the secrets that it held.",
                self.pattern()
            );
            return has_secret.then(|| Finding::problem("env_file_committed", message, fix));
        }
        if *is_ignored {
            return Some(Finding::fine("env_file_ignored", format!("git ignores {shown}.")));
        }
        let message = format!("git does not ignore {shown}, so the next `git add` commits it.");
        let fix = format!("Add {} to .gitignore.", self.pattern());
        if *has_secret {
            return Some(Finding::problem("env_file_not_ignored", message, fix));
        }
        let is_private = matches!(self.name, ".env" | ".env.local");
        is_private.then(|| Finding::warning("env_file_not_ignored", message, fix))
    }

    /// What to write into .gitignore.
    fn pattern(&self) -> String {
        in_command(self.name).map_or("its name".to_owned(), |name| format!("`{name}`"))
    }
}

/// Returns a name that means the same in every shell. Any other could run a program when a developer
/// copies the command.
fn in_command(name: &str) -> Option<&str> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-/".contains(&byte);
    name.bytes().all(is_plain).then_some(name)
}

/// Says that it is not known what git has.
fn unreadable(fault: &Fault) -> Finding {
    let message = format!("{fault}, so it is not known what is committed.");
    let fix =
        "Repair the repository, or run this as its owner; search the files with `deskseal scan`.";
    Finding::warning("git_unreadable", message, fix)
}

fn is_environment_file(hit: &Hit) -> bool {
    let name = hit.path.file_name().unwrap_or_default().to_string_lossy();
    settings::is_environment_file(&name)
}

fn at(project: &Project, finding: Finding) -> Finding {
    finding.in_project(&project.shown, project.section())
}
