//! Checks that all files state the version and the minimum Rust version of the root's Cargo.toml. The server
//! has its own minimum, which applies to its folder.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use cargo_metadata::Package;
use fs_err as fs;
use regex::Regex;
use serde_json::Value;
use toml::Table;

use crate::api;
use crate::git::git;
use crate::process;
use crate::suite;
use crate::workspace::Workspace;

/// The crate whose versions all others must have.
const CORE: &str = "deskseal";

/// The server, a program without dependents, which may need a newer Rust, and its folder.
const SERVER: &str = "ticket-center";
const SERVER_FOLDER: &str = "server";

/// The version, and the minimum version of Rust.
struct Versions {
    version: String,
    rust_version: String,
}

/// A place that states one of them, and the stated version.
struct Statement {
    place: String,
    stated: String,
    right: String,
}

/// Checks the manifests, the API contract, the changelog and the documents.
pub(crate) fn check(workspace: &Workspace) -> Result<()> {
    let core = Versions::of(workspace, CORE)?;
    let server = Versions { version: core.version.clone(), ..Versions::of(workspace, SERVER)? };
    let versions_in = |path: &Path| if path.starts_with(SERVER_FOLDER) { &server } else { &core };
    let mut statements = vec![contract(workspace, &core)?];
    for package in &workspace.packages {
        let path = package.manifest_path.as_std_path();
        let path = path.strip_prefix(&workspace.root).unwrap_or(path);
        statements.extend(stated_by(package, path, versions_in(path)));
    }
    for path in files(workspace)? {
        statements.extend(stated_in(workspace, &path, versions_in(&path))?);
    }
    let wrong: Vec<&Statement> =
        statements.iter().filter(|statement| statement.stated != statement.right).collect();
    for Statement { place, stated, right } in &wrong {
        println!("{place} says {stated}; it should say {right}");
    }
    println!("{}", suite::closing_line("versions", statements.len() - wrong.len(), wrong.len()));
    if wrong.is_empty() { Ok(()) } else { bail!("correct the versions that are listed above") }
}

impl Versions {
    fn of(workspace: &Workspace, name: &str) -> Result<Self> {
        let package = workspace.packages.iter().find(|package| *package.name == name);
        let package = package.with_context(|| format!("there is no crate {name}"))?;
        let rust_version =
            rust_version(package).with_context(|| format!("{name} has no rust-version"))?;
        Ok(Self { version: package.version.to_string(), rust_version })
    }
}

/// Returns the minimum version of Rust as documents write it: `1.88`.
fn rust_version(package: &Package) -> Option<String> {
    package.rust_version.as_ref().map(|version| format!("{}.{}", version.major, version.minor))
}

fn contract(workspace: &Workspace, versions: &Versions) -> Result<Statement> {
    let contract = api::contract(workspace)?;
    let stated = contract.get("version").and_then(toml::Value::as_str).unwrap_or("nothing");
    Ok(Statement {
        place: api::FILE.to_owned(),
        stated: stated.to_owned(),
        right: versions.version.clone(),
    })
}

/// Returns the repository's files that git tracks or does not ignore.
fn files(workspace: &Workspace) -> Result<Vec<PathBuf>> {
    let mut git = git(&workspace.root);
    git.args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
    let listed = process::answer(&mut git)
        .context("git cannot list the files; run this in a git checkout")?;
    let files = listed.split('\0').filter(|path| !path.is_empty()).map(PathBuf::from);
    Ok(files.filter(|path| workspace.root.join(path).is_file()).collect())
}

fn stated_in(workspace: &Workspace, path: &Path, versions: &Versions) -> Result<Vec<Statement>> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let extension = path.extension().unwrap_or_default().to_string_lossy();
    let read = || fs::read_to_string(workspace.root.join(path));
    match (&*name, &*extension) {
        ("pyproject.toml", _) => {
            Ok(python_manifest(path, &read()?.parse()?, versions).into_iter().collect())
        }
        ("package.json", _) => node_manifest(path, &read()?, versions),
        ("CHANGELOG.md", _) => newest_entry(path, &read()?, versions),
        ("go.mod", _) => in_text(path, &read()?, &[(GO_MODULE, &versions.version)]),
        ("pom.xml", _) => maven_manifest(path, &read()?, versions),
        ("version.rb", _) => in_text(path, &read()?, &[(GEM_VERSION, &versions.version)]),
        (_, "md" | "txt" | "yml" | "yaml") => {
            let patterns = [
                (OR_NEWER, versions.rust_version.as_str()),
                (MINIMUM_RUST, &versions.rust_version),
                (RUST_BADGE, &versions.rust_version),
                (DEPENDENCY, &versions.version),
                (GO_MODULE, &versions.version),
                (JAR, &versions.version),
            ];
            let text = read()?;
            let mut statements = in_text(path, &text, &patterns)?;
            statements.extend(maven_manifest(path, &text, versions)?);
            Ok(statements)
        }
        _ => Ok(Vec::new()),
    }
}

/// `1.88 or newer`, `1.88+`. A version of Rust in other words may be there for other reasons.
const OR_NEWER: &str = r"\b(1\.[0-9]+)(?:\.[0-9]+)?(?:`?,? (?:or|and) (?:newer|later|above|up)|\+)";

/// `rust-version = "1.88"`, `MSRV 1.88`, `toolchain: 1.88`, `minimum Rust version is 1.88`.
const MINIMUM_RUST: &str = r#"(?i)\b(?:rust-version|msrv|toolchain|minimum rust(?: version)?)(?: is)?[ :="`]+(1\.[0-9]+)\b"#;

/// A badge such as `rust-1.88%2B-blue`.
const RUST_BADGE: &str = r"(?i)\brust(?:c)?-v?(1\.[0-9]+)(?:%2B|\+)?-";

/// `deskseal = "0.1.0"`, `deskseal@0.1.0`, `deskseal==0.1.0`, `deskseal[django]==0.1.0`.
const DEPENDENCY: &str =
    r#"\bdeskseal(?:-cli|\[\w+\])?"?(?:@| ?==? ?"?|": "[\^~]?)v?([0-9]+\.[0-9]+\.[0-9]+)"#;

/// `deskseal/bindings/go v0.1.0`, `deskseal/bindings/go@v0.1.0`.
const GO_MODULE: &str = r"\bdeskseal/bindings/go[ @]v([0-9]+\.[0-9]+\.[0-9]+)";

/// `com.deskseal:deskseal:0.1.0`.
const JAR: &str = r"\bcom\.deskseal:deskseal:([0-9]+\.[0-9]+\.[0-9]+)";

/// `<artifactId>deskseal</artifactId> <version>0.1.0</version>`.
const MAVEN: &str = r"<artifactId>deskseal(?:-\w+)?</artifactId>\s*<version>([^<]*)</version>";

/// `VERSION = "0.1.0"`, which the gem's specification reads.
const GEM_VERSION: &str = r#"\bVERSION = "([^"]+)""#;

fn in_text(path: &Path, text: &str, patterns: &[(&str, &str)]) -> Result<Vec<Statement>> {
    let mut statements = Vec::new();
    for (pattern, right) in patterns {
        let pattern = Regex::new(pattern)?;
        for (number, line) in (1..).zip(text.lines()) {
            let stated = pattern.captures_iter(line).filter_map(|found| found.get(1));
            statements.extend(stated.map(|stated| Statement {
                place: format!("{}:{number}", path.display()),
                stated: stated.as_str().to_owned(),
                right: (*right).to_owned(),
            }));
        }
    }
    Ok(statements)
}

/// Returns what a Cargo.toml states about its package and about dependencies on our own crates.
fn stated_by(package: &Package, path: &Path, versions: &Versions) -> Vec<Statement> {
    let statement = |what: &str, stated: String, right: &str| Statement {
        place: format!("{}, {what}", path.display()),
        stated,
        right: right.to_owned(),
    };
    let rust_version = rust_version(package).unwrap_or_else(|| "nothing".to_owned());
    let mut statements = vec![
        statement("version", package.version.to_string(), &versions.version),
        statement("rust-version", rust_version, &versions.rust_version),
    ];
    let own = package.dependencies.iter().filter(|dependency| dependency.path.is_some());
    // A dependency without a version is on a crate that is never published.
    let own = own.filter(|dependency| !dependency.req.comparators.is_empty());
    statements.extend(own.map(|dependency| {
        let what = format!("dependency {}", dependency.name);
        statement(&what, dependency.req.to_string(), &format!("^{}", versions.version))
    }));
    statements
}

/// Returns what a pyproject.toml states. A package with a `dynamic` version states nothing.
fn python_manifest(path: &Path, manifest: &Table, versions: &Versions) -> Option<Statement> {
    let project = manifest.get("project")?;
    let dynamic = project.get("dynamic").and_then(toml::Value::as_array);
    let is_dynamic =
        dynamic.is_some_and(|names| names.iter().any(|name| name.as_str() == Some("version")));
    match project.get("version").and_then(toml::Value::as_str) {
        None if is_dynamic => None,
        stated => Some(of_package(path, stated.unwrap_or("nothing"), versions)),
    }
}

/// Returns what a package.json states. A private package may have no version.
fn node_manifest(path: &Path, text: &str, versions: &Versions) -> Result<Vec<Statement>> {
    let manifest: Value =
        serde_json::from_str(text).with_context(|| format!("in {}", path.display()))?;
    let is_private = manifest["private"] == true;
    let stated = manifest["version"].as_str();
    Ok(match stated {
        None if is_private => Vec::new(),
        None => vec![of_package(path, "nothing", versions)],
        Some(stated) => vec![of_package(path, stated, versions)],
    })
}

/// Returns what a pom.xml, or a part of one in a document, states about our own artifacts.
fn maven_manifest(path: &Path, text: &str, versions: &Versions) -> Result<Vec<Statement>> {
    let own = Regex::new(MAVEN)?;
    let stated = own.captures_iter(text).filter_map(|found| found.get(1));
    Ok(stated.map(|stated| of_package(path, stated.as_str(), versions)).collect())
}

fn of_package(path: &Path, stated: &str, versions: &Versions) -> Statement {
    Statement {
        place: path.display().to_string(),
        stated: stated.to_owned(),
        right: versions.version.clone(),
    }
}

/// Returns the version of the first heading that has one; the section Unreleased has none.
fn newest_entry(path: &Path, text: &str, versions: &Versions) -> Result<Vec<Statement>> {
    let heading = Regex::new(r"^## \[?v?([0-9]+\.[0-9]+\.[0-9]+[^\] ]*)")?;
    let newest = text.lines().find_map(|line| heading.captures(line)?.get(1));
    Ok(newest.map(|newest| of_package(path, newest.as_str(), versions)).into_iter().collect())
}
