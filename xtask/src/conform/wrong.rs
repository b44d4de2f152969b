//! Runs an adapter that is wrong on purpose: `tests/runner.rs` checks that the runner notices it.

use std::collections::BTreeMap;
use std::io::{self, BufRead as _, Write as _};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use clap::ValueEnum as _;
use serde_json::{Value, json};

use super::adapter;
use crate::cases::{Case, Outcome};
use crate::suite;

/// The number of cases for the wrong adapter: more than a pipe can hold.
const CASE_COUNT: usize = 5000;

/// The time limit of the wrong adapter: much more than it needs, and short enough for the mode that hangs.
const LIMIT: Duration = Duration::from_secs(5);

/// The mistake that the adapter makes at its second request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Mode {
    Right,
    WrongValue,
    WrongCode,
    WrongKind,
    MissingAnswer,
    ExtraAnswer,
    RepeatedAnswer,
    InvalidJson,
    NoOutcome,
    ExitsEarly,
    Fails,
    SwappedOrder,
    Hangs,
}

/// Responds to each request with its `args.answer`, except to one.
pub(crate) fn run(mode: Mode) -> Result<()> {
    let mut waiting: Option<Value> = None;
    for (number, line) in (1..).zip(io::stdin().lock().lines()) {
        let request: Value = serde_json::from_str(&line?).context("a request is not JSON")?;
        let mut answer = request["args"]["answer"].clone();
        answer["id"] = request["id"].clone();
        if number != 2 {
            say(&answer.to_string())?;
            if let Some(late) = waiting.take() {
                say(&late.to_string())?;
            }
            continue;
        }
        match mode {
            Mode::Right | Mode::Fails => (),
            Mode::WrongValue => answer["value"] = json!("another"),
            Mode::WrongCode => answer["error"]["code"] = json!("email_malformed"),
            Mode::WrongKind => answer["error"]["kind"] = json!("verification"),
            Mode::MissingAnswer => continue,
            Mode::ExtraAnswer => say(&json!({ "id": "not-asked", "value": 1 }).to_string())?,
            Mode::RepeatedAnswer => say(&answer.to_string())?,
            Mode::InvalidJson => {
                say("{ \"id\": ")?;
                continue;
            }
            Mode::NoOutcome => answer = json!({ "id": answer["id"] }),
            Mode::ExitsEarly => return Ok(()),
            Mode::SwappedOrder => {
                waiting = Some(answer);
                continue;
            }
            Mode::Hangs => loop {
                std::thread::park();
            },
        }
        say(&answer.to_string())?;
    }
    if mode == Mode::Fails {
        eprintln!("something broke");
        std::process::exit(3);
    }
    Ok(())
}

fn say(line: &str) -> Result<()> {
    let mut stdout = io::stdout().lock();
    writeln!(stdout, "{line}")?;
    Ok(stdout.flush()?)
}

/// Checks this adapter with the runner, and prints the failures.
pub(crate) fn judge(mode: Mode) -> Result<()> {
    let value = mode.to_possible_value().context("this mode has no name")?;
    let mut command = Command::new(std::env::current_exe().context("cannot find this program")?);
    command.args(["wrong-adapter", value.get_name()]);
    let verdict = adapter::verdict(&mut command, &cases(mode), LIMIT)?;
    for failure in &verdict.failures {
        println!("{failure}");
    }
    println!("{}", suite::closing_line("wrong", verdict.passed, verdict.failures.len()));
    ensure!(verdict.failures.is_empty(), "the adapter is wrong");
    Ok(())
}

/// Returns cases that contain their own response. The second one expects an error, if the mode needs that.
fn cases(mode: Mode) -> Vec<Case> {
    let is_error = matches!(mode, Mode::WrongCode | Mode::WrongKind);
    (1..=CASE_COUNT).map(|number| case(number, is_error && number == 2)).collect()
}

fn case(number: usize, is_error: bool) -> Case {
    let (kind, code) = ("input".to_owned(), "email_empty".to_owned());
    let (answer, expected) = if is_error {
        (json!({ "error": { "kind": kind, "code": code } }), Outcome::Error { kind, code })
    } else {
        let value = json!(format!("{number} {}", "long ".repeat(40)));
        (json!({ "value": value }), Outcome::Value(value))
    };
    let id = format!("case-{number}");
    Case {
        request: json!({ "id": id, "call": "answer", "args": { "answer": answer } }),
        comment: "carries its own answer".to_owned(),
        environment: BTreeMap::new(),
        id,
        expected,
    }
}
