//! Checks that the conformance runner notices every mistake of an adapter.

use std::process::Command;

/// Returns whether the runner accepts the adapter, and what it prints.
fn judged(mode: &str) -> (bool, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    let output = command.args(["wrong-adapter", mode, "--judge"]).output().expect("xtask runs");
    let printed = String::from_utf8(output.stdout).expect("xtask prints UTF-8");
    (output.status.success(), printed)
}

/// Checks that the runner reports `fault` and nothing else, and that it counts correctly.
fn assert_noticed(mode: &str, fault: &str, closing_line: &str) {
    let (is_accepted, printed) = judged(mode);
    assert!(!is_accepted, "{mode} is not noticed");
    assert!(printed.contains(fault), "{mode} is not reported as such:\n{printed}");
    assert_eq!(printed.lines().last(), Some(closing_line), "{mode} is not counted correctly");
}

#[test]
fn a_correct_adapter_passes_with_more_cases_than_a_pipe_holds() {
    let (is_accepted, printed) = judged("right");
    assert!(is_accepted, "{printed}");
    assert_eq!(printed, "wrong: 5000 passed, 0 failed\n");
}

#[test]
fn a_wrong_value_is_shown_with_the_expected_one() {
    assert_noticed("wrong-value", "got:      value \"another\"", "wrong: 4999 passed, 1 failed");
    let (_, printed) = judged("wrong-value");
    assert!(printed.contains("case-2: carries its own answer"));
    assert!(printed.contains("expected: value \"2 long"));
}

#[test]
fn a_wrong_code_is_noticed() {
    let fault = "got:      error email_malformed, kind input";
    assert_noticed("wrong-code", fault, "wrong: 4999 passed, 1 failed");
}

#[test]
fn a_wrong_kind_is_noticed() {
    let fault = "got:      error email_empty, kind verification";
    assert_noticed("wrong-kind", fault, "wrong: 4999 passed, 1 failed");
}

#[test]
fn a_missing_response_is_noticed() {
    assert_noticed("missing-answer", "got:      no response", "wrong: 4999 passed, 1 failed");
}

#[test]
fn a_response_that_was_not_requested_is_noticed() {
    let fault = "line 2 responds to not-asked, which was not requested";
    assert_noticed("extra-answer", fault, "wrong: 5000 passed, 1 failed");
}

#[test]
fn a_repeated_response_is_noticed() {
    assert_noticed(
        "repeated-answer",
        "line 3 responds to case-2 again",
        "wrong: 5000 passed, 1 failed",
    );
}

#[test]
fn invalid_json_is_noticed_and_its_case_counts_as_failed() {
    let fault = r#"line 2 is not a response: "{ \"id\": ""#;
    assert_noticed("invalid-json", fault, "wrong: 4999 passed, 2 failed");
}

#[test]
fn a_response_without_a_value_or_an_error_is_noticed() {
    assert_noticed("no-outcome", r#"got:      {"id":"case-2"}"#, "wrong: 4999 passed, 1 failed");
}

#[test]
fn all_cases_after_an_early_exit_of_the_adapter_fail() {
    assert_noticed("exits-early", "case-5000: ", "wrong: 1 passed, 4999 failed");
}

#[test]
fn an_adapter_that_fails_after_correct_responses_is_noticed() {
    let fault = r#"the adapter failed: exit status: 3; it wrote: "something broke""#;
    assert_noticed("fails", fault, "wrong: 5000 passed, 1 failed");
}

#[test]
fn responses_in_another_order_are_noticed() {
    let fault = "line 3 responds to case-2 out of order";
    assert_noticed("swapped-order", fault, "wrong: 5000 passed, 1 failed");
}

#[test]
fn an_adapter_that_hangs_is_ended() {
    let fault = "the adapter exceeded the time limit, and was ended";
    assert_noticed("hangs", fault, "wrong: 1 passed, 5000 failed");
}
