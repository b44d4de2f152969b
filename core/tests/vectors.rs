//! The shared vectors against this crate, through the dispatch that the command answers conformance
//! requests with.

#[path = "../../cli/src/conform.rs"]
mod conform;
#[path = "../../cli/src/json.rs"]
mod json;

use std::fs;
use std::path::Path;

use serde_json::Value;

const FILES: [&str; 8] =
    ["canonical_email", "click", "email_seal", "embed", "explain", "host", "link_seal", "secret"];

#[test]
fn every_vector_holds() {
    let cases: Vec<Value> = FILES.into_iter().flat_map(cases).collect();
    // `from_env` is answered in a process of its own, whose environment the cases describe.
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

fn cases(file: &str) -> Vec<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../tests/vectors/{file}.json"));
    let text = fs::read_to_string(path).expect("the vectors lie in the repository");
    let mut vectors: Value = serde_json::from_str(&text).expect("vectors are JSON");
    match vectors["cases"].take() {
        Value::Array(cases) => cases,
        _ => panic!("{file} has no cases"),
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

/// Sentences may change; the vectors pin codes.
fn keep_codes_of_findings(outcome: &mut Value) {
    if let Some(findings) = outcome.get_mut("findings").and_then(Value::as_array_mut) {
        for finding in findings {
            *finding = finding["code"].take();
        }
    }
}
