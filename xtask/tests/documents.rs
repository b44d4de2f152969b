//! Checks that the tests and files that the documents name exist.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use regex::Regex;

const DOCUMENTS: [&str; 3] = ["SECURITY.md", "CONTRIBUTING.md", "docs/design.md"];

/// The extensions of files that hold tests.
const SOURCES: [&str; 4] = ["rs", "mjs", "py", "rb"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the package is in the workspace")
}

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).expect("the file can be read")
}

/// Returns the files that git tracks.
fn files() -> Vec<String> {
    let output = Command::new("git").args(["ls-files"]).current_dir(root()).output();
    let list = String::from_utf8(output.expect("git runs").stdout).expect("paths are UTF-8");
    list.lines().map(str::to_owned).collect()
}

/// Returns the matches of the pattern's first group in all documents.
fn named(pattern: &str) -> BTreeSet<String> {
    let pattern = Regex::new(pattern).expect("the pattern is valid");
    let texts = DOCUMENTS.map(read).join("\n");
    pattern.captures_iter(&texts).map(|found| found[1].to_owned()).collect()
}

#[test]
fn every_test_that_a_document_names_exists() {
    let has_tests = |path: &&String| SOURCES.iter().any(|name| path.ends_with(&format!(".{name}")));
    let sources: Vec<_> = files().iter().filter(has_tests).map(|path| read(path)).collect();
    let names = named(r"\b([a-z]+(?:_[a-z0-9]+){4,})\b");
    assert!(names.len() > 20, "only {} names of tests were found", names.len());
    let definition = Regex::new(r"\b(?:fn|def) (\w+)").expect("the pattern is valid");
    let defined: BTreeSet<_> = sources
        .iter()
        .flat_map(|source| definition.captures_iter(source).map(|found| found[1].to_owned()))
        .collect();
    let missing: Vec<_> = names.difference(&defined).collect();
    assert!(missing.is_empty(), "no test has the name {missing:?}");
}

#[test]
fn every_source_file_that_a_document_names_exists() {
    let files = files();
    let paths = named(r"`([\w./-]+\.(?:rs|mjs|py|rb|php|toml|json|ts))`");
    assert!(paths.len() > 20, "only {} paths were found", paths.len());
    let is_missing = |path: &&String| {
        let is_at = |file: &String| {
            file.strip_suffix(path.as_str())
                .is_some_and(|start| start.is_empty() || start.ends_with('/'))
        };
        !files.iter().any(is_at)
    };
    // CONTRIBUTING's example of a new method is not in the repository.
    let is_example = |path: &&String| path.to_lowercase().contains("phone");
    let missing: Vec<_> =
        paths.iter().filter(is_missing).filter(|path| !is_example(path)).collect();
    assert!(missing.is_empty(), "no file has the path {missing:?}");
}
