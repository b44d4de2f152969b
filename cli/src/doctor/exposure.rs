//! Searches the build output and git's files for secrets, and checks that git ignores `.env` files.

use std::fs;
use std::path::{Path, PathBuf};

use deskseal::Secret;

use super::files::Root;
use super::finding::{Finding, counted};
use super::projects::Project;
use super::settings::{self, KnownSecret, Settings, VariableNames};
use super::variables::{self, shown_name};
use crate::git::{IndexError, Repositories};
use crate::scan::{Form, Hit, Scanner};

/// How many of git's files are searched at most, and the largest file that is searched.
const MAX_FILES: usize = 20_000;
const MAX_BYTES: u64 = 8 * 1024 * 1024;

/// How many files the scanner gets at once. It compares each path with all others of the same call.
const FILES_AT_ONCE: usize = 256;

/// The search of git's files stops after this number of hits.
const MAX_HITS: usize = 100_000;

/// How many places one finding names.
const MAX_PLACES: usize = 5;

/// Searches for the project's secrets, and for the names of their variables.
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
        known: &[KnownSecret],
        names: &VariableNames,
        is_token: fn(&str) -> bool,
    ) -> Self {
        let secrets: Vec<_> =
            known.iter().map(|known| (known.label(), known.variable.value.as_str())).collect();
        let labelled: Vec<_> =
            names.all().map(|name| (shown_name(name).to_owned(), name)).collect();
        let public: Vec<String> = Secret::PUBLIC_PREFIXES
            .into_iter()
            .flat_map(|prefix| names.all().map(move |name| format!("{prefix}{name}")))
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

    /// Searches the build output of a project's frameworks.
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
            let message = format!("Code for browsers reads the variable of a secret: {places}.");
            let fix =
                "Move that code to the server. In the browser, fetch `/deskseal/identity` instead.";
            findings.push(at(project, Finding::warning("secret_name_in_bundle", message, fix)));
        }
    }

    /// Reports whether these folders contain a secret, and whether all of them could be read.
    fn secret_findings(&self, built: &[PathBuf]) -> impl Iterator<Item = Finding> {
        let scanned = self.secrets.scan(built, None);
        // Next.js copies .env files beside its server, where they belong.
        let is_hit = |hit: &Hit| !is_environment_file(hit);
        let hits: Vec<Hit> = scanned.hits.into_iter().filter(is_hit).collect();
        let unread = scanned.skipped.iter().filter(|skipped| skipped.is_failure).count();
        let found = (!hits.is_empty()).then(|| {
            let message = format!("The build output contains a secret: {}.", self.places(&hits));
            let fix = "Replace that secret in the help desk now. Then find the code that passes it to the \
                       page, sign on the server instead, and build again.";
            Finding::problem("secret_in_bundle", message, fix)
        });
        let unreadable = (unread > 0).then(|| {
            let message =
                format!("{} of the build output could not be read.", counted(unread, "path"));
            let fix = "Run `deskseal scan` on the build output to see which, and run the doctor as the user \
                       who built it.";
            Finding::warning("bundle_unread", message, fix)
        });
        let clean = (hits.is_empty() && unread == 0).then(|| {
            let folders: Vec<_> = built.iter().map(|path| self.root.shown(path)).collect();
            Finding::ok("bundle_searched", format!("No secret is in {}.", folders.join(", ")))
        });
        [found, unreadable, clean].into_iter().flatten()
    }

    /// Searches the files that git tracks.
    pub(super) fn check_tracked(&self, findings: &mut Vec<Finding>) {
        let folder = self.root.path();
        let Some(repository) = self.repositories.of(folder) else {
            let message = "No git repository was found here, so committed files were not searched for secrets.";
            let fix = "Run the doctor in the checkout, at the latest before the first commit.";
            findings.push(Finding::note("git_unknown", message, fix));
            return;
        };
        match repository.files_below(folder) {
            Ok(tracked) => self.check_files(&tracked, findings),
            Err(error) => findings.push(unreadable(error)),
        }
        findings.extend(self.unlisted_finding(&repository.unlisted_folders(folder)));
    }

    /// Reports the folders whose files git's sparse index does not list.
    fn unlisted_finding(&self, folders: &[PathBuf]) -> Option<Finding> {
        let shown = folders.iter().take(MAX_PLACES).map(|folder| self.root.shown(folder));
        let mut shown: Vec<String> = shown.collect();
        if folders.len() > MAX_PLACES {
            shown.push(format!("and {} more", folders.len() - MAX_PLACES));
        }
        let message = format!(
            "git's sparse index does not list the files in {}, so those files were not searched.",
            shown.join(", ")
        );
        let fix = "Run `git sparse-checkout reapply --no-sparse-index`, then the doctor again.";
        (!folders.is_empty()).then(|| Finding::note("git_sparse", message, fix))
    }

    /// Searches these files for secrets, tokens and public variables.
    fn check_files(&self, tracked: &[PathBuf], findings: &mut Vec<Finding>) {
        let (files, left_out) = self.searchable(tracked);
        let (hits, left_out_of_files) = scan_in_parts(&self.secrets, &files);
        let left_out = left_out.max(left_out_of_files);
        let (tokens, secrets): (Vec<Hit>, Vec<Hit>) =
            hits.into_iter().partition(|hit| hit.form == Form::Token);
        let is_clean = secrets.is_empty() && tokens.is_empty();
        if !secrets.is_empty() {
            let message = format!("A secret is committed to git: {}.", self.places(&secrets));
            let fix = "Replace that secret in the help desk now: everyone who has the repository has it. \
                       Then remove it from the files, and keep the new one in a file that git ignores.";
            findings.push(Finding::problem("secret_committed", message, fix));
        }
        if !tokens.is_empty() {
            let message = format!(
                "A token that may be a secret is committed to git: {}.",
                self.places(&tokens)
            );
            let fix = "If a help desk issued it, replace it there and remove it from the files.";
            findings.push(Finding::warning("token_committed", message, fix));
        }
        self.check_source(&files, findings);
        if is_clean {
            let message =
                format!("No secret is in the {} that git tracks.", counted(files.len(), "file"));
            findings.push(Finding::ok("git_searched", message));
        }
        if left_out > 0 {
            let verb = if left_out == 1 { "was" } else { "were" };
            let message = format!(
                "{} in git {verb} not searched: there were too many files or hits, or a file is larger than \
                 8 MiB.",
                counted(left_out, "file")
            );
            let fix = "Search the whole folder with `deskseal scan`.";
            findings.push(Finding::note("git_cut", message, fix));
        }
    }

    /// Searches for code that reads a secret from a public variable.
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
        let fix = "Read the secret on the server, from the variable without the public prefix. If the secret \
                   ever was in a public variable, replace it.";
        findings.push(Finding::problem("secret_in_public_variable", message, fix));
    }

    /// Reports whether git tracks or ignores a project's `.env` files.
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

    /// Returns the paths that exist and do not lead out of the examined folder.
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

    /// Lists the first places, each line of a file once, and the number of the others.
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

/// Returns the hits in the files, and how many files were left out because there were too many hits.
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

/// A `.env` file, and whether git tracks or ignores it.
struct PrivateFile<'name> {
    name: &'name str,
    shown: String,
    has_secret: bool,
    /// `None` if git's index does not say.
    is_tracked: Option<bool>,
    is_ignored: bool,
}

impl PrivateFile<'_> {
    /// Reports a file with a secret that git does not ignore. Without a secret, a `.env` file may be
    /// committed, as some frameworks do.
    fn finding(&self) -> Option<Finding> {
        let Self { shown, has_secret, is_tracked, is_ignored, .. } = self;
        if is_tracked.is_none() && *has_secret {
            let message = format!(
                "{shown} contains a secret, and git's index does not say whether it is committed."
            );
            let fix = "Fix the finding about git's index below, then run the doctor again.";
            return Some(Finding::warning("env_file_unknown", message, fix));
        }
        if *is_tracked == Some(true) {
            let message = format!("{shown} contains a secret and is committed to git.");
            let command = in_command(shown)
                .map_or("Remove it from git with `git rm --cached`".to_owned(), |name| {
                    format!("Run `git rm --cached -- {name}`")
                });
            let fix = format!(
                "{command}, add {} to .gitignore, and replace the secrets in the help desk.",
                self.pattern()
            );
            return has_secret.then(|| Finding::problem("env_file_committed", message, fix));
        }
        if *is_ignored {
            return Some(Finding::ok("env_file_ignored", format!("git ignores {shown}.")));
        }
        let message = format!("git does not ignore {shown}, so the next commit may include it.");
        let fix = format!("Add {} to .gitignore.", self.pattern());
        if *has_secret {
            return Some(Finding::problem("env_file_not_ignored", message, fix));
        }
        let is_private = matches!(self.name, ".env" | ".env.local" | ".dev.vars");
        is_private.then(|| Finding::warning("env_file_not_ignored", message, fix))
    }

    /// Returns what to write into .gitignore.
    fn pattern(&self) -> String {
        in_command(self.name).map_or("its name".to_owned(), |name| format!("`{name}`"))
    }
}

/// Returns the name if it is safe in a command that a developer copies. Other names could start a program
/// in a shell.
fn in_command(name: &str) -> Option<&str> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-/".contains(&byte);
    name.bytes().all(is_plain).then_some(name)
}

/// Reports that git's index cannot be read.
fn unreadable(error: &IndexError) -> Finding {
    let message = format!("{error}, so committed files were not searched for secrets.");
    let fix = "Repair the repository, or run the doctor as its owner. Search the files with \
               `deskseal scan`.";
    Finding::warning("git_unreadable", message, fix)
}

fn is_environment_file(hit: &Hit) -> bool {
    let name = hit.path.file_name().unwrap_or_default().to_string_lossy();
    settings::is_environment_file(&name)
}

fn at(project: &Project, finding: Finding) -> Finding {
    finding.in_project(&project.shown, project.section())
}
