//! One conversation with an adapter, and what is wrong with its answers.

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

/// How much of a line or of an error output is shown.
const SHOWN_CHARACTERS: usize = 400;

/// How an adapter did.
#[derive(Debug)]
pub(crate) struct Verdict {
    /// How many cases got the right answer.
    pub(crate) passed: usize,
    /// Every wrong or missing answer, and every breach of the protocol.
    pub(crate) failures: Vec<String>,
}

/// Sends every case to one process of the adapter, and judges its answers.
pub(crate) fn verdict(command: &mut Command, cases: &[Case], limit: Duration) -> Result<Verdict> {
    Ok(judged(cases, &conversation(command, cases, limit)?))
}

/// Everything an adapter said, and how it ended: `None` if it had to be ended.
struct Conversation {
    lines: Vec<Vec<u8>>,
    errors: String,
    status: Option<ExitStatus>,
}

enum Said {
    Line(Vec<u8>),
    Errors(String),
}

/// Writes and reads at the same time: a pipe that is full on one side must not block the other.
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
        // An adapter that stopped reading is known by the answers that are missing.
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
        // What could be read before a failure is still worth showing.
        let _ = stderr.read_to_end(&mut errors);
        let _ = error_sender.send(Said::Errors(String::from_utf8_lossy(&errors).into_owned()));
    });
    Ok(())
}

/// Returns lines and errors until the adapter closes both, or the deadline.
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
            None => failures.push(described(case, "no answer")),
        }
    }
    failures.extend(bad_end(conversation));
    Verdict { passed, failures }
}

/// Returns the answers by their ids, and adds every breach of the protocol to the failures.
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
            failures.push(format!("line {number} is no answer: {}", shown(line)));
            continue;
        };
        let Some(position) = positions.get(id.as_str()).copied() else {
            failures.push(format!("line {number} answers {id}, which was not asked"));
            continue;
        };
        if !seen.insert(position) {
            failures.push(format!("line {number} answers {id} again"));
            continue;
        }
        if last.is_some_and(|last| position < last) {
            failures.push(format!("line {number} answers {id} out of order"));
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
        None => "the adapter did not end in time, and was ended".to_owned(),
    };
    match conversation.errors.trim() {
        "" => Some(end),
        errors => Some(format!("{end}; it wrote: {}", shown(errors.as_bytes()))),
    }
}

/// Returns the text's start, with everything invisible escaped.
fn shown(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text);
    let start: String = text.chars().take(SHOWN_CHARACTERS).collect();
    format!("{start:?}")
}
