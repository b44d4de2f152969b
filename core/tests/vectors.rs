//! Compares this crate with the shared vectors, by the code with which the command answers conformance requests.

#[path = "../../cli/src/conform.rs"]
mod conform;

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

#[test]
fn the_crate_answers_every_vector_as_expected() {
    let cases: Vec<Value> = files().iter().flat_map(|file| cases(file)).collect();
    // `cargo xtask conform` tests `from_env`, in a process whose environment is that of the cases.
    let (here, elsewhere): (Vec<_>, Vec<_>) =
        cases.into_iter().partition(|case| case["new"]["name"].is_null());
    assert!(here.len() >= 400, "{} vectors are too few", here.len());
    assert!(!elsewhere.is_empty());

    let differences: Vec<_> = here
        .iter()
        .zip(answers(&here))
        .filter_map(|(case, answer)| difference(case, &answer))
        .collect();
    assert!(differences.is_empty(), "{}", differences.join("\n"));
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

fn answers(cases: &[Value]) -> Vec<Value> {
    let requests: Vec<_> = cases.iter().map(Value::to_string).collect();
    let mut answers = Vec::new();
    conform::serve(requests.join("\n").as_bytes(), &mut answers).expect("memory does not fail");
    let answers = String::from_utf8(answers).expect("answers are text");
    answers.lines().map(|line| serde_json::from_str(line).expect("answers are JSON")).collect()
}

fn difference(case: &Value, answer: &Value) -> Option<String> {
    let expected = match case.get("error") {
        Some(code) => serde_json::json!({ "kind": case["kind"], "code": code }),
        None => case["expect"].clone(),
    };
    let mut outcome = answer.get("error").or(answer.get("value")).cloned().unwrap_or_default();
    keep_codes_of_findings(&mut outcome);
    let holds = answer["id"] == case["id"] && outcome == expected;
    (!holds).then(|| {
        format!("{} ({}): expected {expected}, got {outcome}", case["id"], case["comment"])
    })
}

/// Keeps only the codes of findings, since messages may change.
fn keep_codes_of_findings(outcome: &mut Value) {
    if let Some(findings) = outcome.get_mut("findings").and_then(Value::as_array_mut) {
        for finding in findings {
            *finding = finding["code"].take();
        }
    }
}
