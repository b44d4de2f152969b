//! Compares this crate with the shared vectors, by the code with which the command answers conformance requests.

mod cases;
#[path = "../../cli/src/conform.rs"]
mod conform;

use serde_json::Value;

#[test]
fn the_crate_answers_every_vector_as_expected() {
    let cases = cases::without_environment();
    let differences: Vec<_> = cases
        .iter()
        .zip(answers(&cases))
        .filter_map(|(case, answer)| difference(case, &answer))
        .collect();
    assert!(differences.is_empty(), "{}", differences.join("\n"));
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
