//! The cases of the shared vectors.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

/// Returns the cases that need no environment of their own: `cargo xtask conform` tests `from_env`, in a process
/// whose environment is that of the cases.
pub(crate) fn without_environment() -> Vec<Value> {
    let cases: Vec<Value> = files().iter().flat_map(|file| cases(file)).collect();
    let (here, elsewhere): (Vec<_>, Vec<_>) =
        cases.into_iter().partition(|case| case["new"]["name"].is_null());
    assert!(here.len() >= 400, "{} vectors are too few", here.len());
    assert!(!elsewhere.is_empty());
    here
}

/// Returns the files of vectors, without the schema.
fn files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/vectors");
    let entries = fs::read_dir(folder).expect("the vectors lie in the repository");
    let is_vectors = |path: &PathBuf| {
        path.extension().is_some_and(|extension| extension == "json")
            && !path.ends_with("schema.json")
    };
    entries.map(|entry| entry.expect("an entry").path()).filter(is_vectors).collect()
}

fn cases(file: &Path) -> Vec<Value> {
    let text = fs::read_to_string(file).expect("the file can be read");
    let mut vectors: Value = serde_json::from_str(&text).expect("vectors are JSON");
    match vectors["cases"].take() {
        Value::Array(cases) => cases,
        _ => panic!("{} has no cases", file.display()),
    }
}
