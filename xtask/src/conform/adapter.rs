//! Sends the cases to an adapter, and checks its responses.

use std::collections::{HashMap, HashSet};
use std::io::{BufRead as _, BufReader, ErrorKind, Read, Write as _};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use serde_json::{Map, Value};

use crate::cases::{Case, Outcome};
use crate::process::Running;

/// How many characters of a line or of an error output are printed.
const SHOWN_CHARACTERS: usize = 400;

/// The result of checking an adapter.
#[derive(Debug)]
pub(crate) struct Verdict {
    /// The number of cases with the correct response.
    pub(crate) passed: usize,
    /// Every wrong or missing response, and every violation of the protocol.
    pub(crate) failures: Vec<String>,
}

/// Sends all cases to one process of the adapter, and checks its responses.
pub(crate) fn verdict(command: &mut Command, cases: &[Case], limit: Duration) -> Result<Verdict> {
    Ok(judged(cases, &conversation(command, cases, limit)?))
}

/// The output of an adapter, and its exit status: `None` if it exceeded the time limit and was ended.
struct Conversation {
    lines: Vec<Vec<u8>>,
    errors: String,
    status: Option<ExitStatus>,
}

enum Said {
    Line(Vec<u8>),
    Errors(String),
}

/// Runs the adapter. Writes and reads at the same time, so that a full pipe does not block both sides.
fn conversation(command: &mut Command, cases: &[Case], limit: Duration) -> Result<Conversation> {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut running = Running::start(command)?;
    let (sender, said) = mpsc::channel();
    start_writing(&mut running, requests(cases)?)?;
    start_reading(&mut running, sender)?;
    let deadline = Instant::now() + limit;
    let (lines, errors) = heard(&said, deadline);
    Ok(Conversation { lines, errors, status: running.end_by(deadline)? })
}

fn requests(cases: &[Case]) -> Result<Vec<u8>> {
    let mut requests = Vec::new();
    for case in cases {
        serde_json::to_writer(&mut requests, &case.request)?;
        requests.push(b'\n');
    }
    Ok(requests)
}

fn start_writing(child: &mut Child, requests: Vec<u8>) -> Result<()> {
    let mut stdin = child.stdin.take().context("the adapter has no standard input")?;
    thread::spawn(move || match stdin.write_all(&requests) {
        // If an adapter stops reading, its missing responses are reported.
        Err(error) if error.kind() != ErrorKind::BrokenPipe => eprintln!("cannot write: {error}"),
        _ => (),
    });
    Ok(())
}

fn start_reading(child: &mut Child, sender: Sender<Said>) -> Result<()> {
    let stdout = child.stdout.take().context("the adapter has no standard output")?;
    let mut stderr = child.stderr.take().context("the adapter has no standard error")?;
    let error_sender = sender.clone();
    thread::spawn(move || {
        for line in BufReader::new(stdout).split(b'\n').map_while(Result::ok) {
            if sender.send(Said::Line(line)).is_err() {
                return;
            }
        }
    });
    thread::spawn(move || {
        let mut errors = Vec::new();
        // If reading fails, the part before is still shown.
        let _ = stderr.read_to_end(&mut errors);
        let _ = error_sender.send(Said::Errors(String::from_utf8_lossy(&errors).into_owned()));
    });
    Ok(())
}

/// Returns the lines and errors that arrive until the adapter closes both streams, or until the deadline.
fn heard(said: &Receiver<Said>, deadline: Instant) -> (Vec<Vec<u8>>, String) {
    let mut lines = Vec::new();
    let mut all_errors = String::new();
    while let Ok(said) = said.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
        match said {
            Said::Line(line) => lines.push(line),
            Said::Errors(errors) => all_errors = errors,
        }
    }
    (lines, all_errors)
}

fn judged(cases: &[Case], conversation: &Conversation) -> Verdict {
    let mut failures = Vec::new();
    let answers = answers(cases, &conversation.lines, &mut failures);
    let mut passed = 0;
    for case in cases {
        match answers.get(case.id.as_str()) {
            Some(answer) => match difference(case, answer) {
                Some(difference) => failures.push(difference),
                None => passed += 1,
            },
            None => failures.push(described(case, "no response")),
        }
    }
    failures.extend(bad_end(conversation));
    Verdict { passed, failures }
}

/// Returns the responses by their ids, and adds every violation of the protocol to the failures.
fn answers(
    cases: &[Case],
    lines: &[Vec<u8>],
    failures: &mut Vec<String>,
) -> HashMap<String, Map<String, Value>> {
    let positions: HashMap<&str, usize> =
        cases.iter().enumerate().map(|(position, case)| (case.id.as_str(), position)).collect();
    let mut answers = HashMap::new();
    let mut seen = HashSet::new();
    let mut last = None;
    for (number, line) in (1..).zip(lines) {
        let Some((id, answer)) = answer(line) else {
            failures.push(format!("line {number} is not a response: {}", shown(line)));
            continue;
        };
        let Some(position) = positions.get(id.as_str()).copied() else {
            failures.push(format!("line {number} responds to {id}, which was not requested"));
            continue;
        };
        if !seen.insert(position) {
            failures.push(format!("line {number} responds to {id} again"));
            continue;
        }
        if last.is_some_and(|last| position < last) {
            failures.push(format!("line {number} responds to {id} out of order"));
        }
        last = Some(position);
        answers.insert(id, answer);
    }
    answers
}

fn answer(line: &[u8]) -> Option<(String, Map<String, Value>)> {
    let Ok(Value::Object(answer)) = serde_json::from_slice(line) else { return None };
    let id = answer.get("id")?.as_str()?.to_owned();
    Some((id, answer))
}

fn difference(case: &Case, answer: &Map<String, Value>) -> Option<String> {
    match Outcome::of_answer(answer) {
        Some(outcome) if outcome.is_same_as(&case.expected) => None,
        Some(outcome) => Some(described(case, &outcome.to_string())),
        None => Some(described(case, &Value::Object(answer.clone()).to_string())),
    }
}

fn described(case: &Case, got: &str) -> String {
    let Case { id, comment, expected, request, .. } = case;
    format!("{id}: {comment}\n  request:  {request}\n  expected: {expected}\n  got:      {got}")
}

fn bad_end(conversation: &Conversation) -> Option<String> {
    let end = match conversation.status {
        Some(status) if status.success() => return None,
        Some(status) => format!("the adapter failed: {status}"),
        None => "the adapter exceeded the time limit, and was ended".to_owned(),
    };
    match conversation.errors.trim() {
        "" => Some(end),
        errors => Some(format!("{end}; it wrote: {}", shown(errors.as_bytes()))),
    }
}

/// Returns the start of the text, with invisible characters escaped.
fn shown(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text);
    let start: String = text.chars().take(SHOWN_CHARACTERS).collect();
    format!("{start:?}")
}
