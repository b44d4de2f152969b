//! Prints results, notes and errors, as text or JSON, and sets the exit code.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::process::ExitCode;

use anstyle::{AnsiColor, Style};
use clap::ValueEnum;
use deskseal::{Error, ErrorKind};
use serde_json::{Value, json};

use crate::escape::{escaped, escaped_json, escaped_line};

/// Exit code: a signature was rejected, or `scan` or `doctor` found something.
pub(crate) const FAILED_CHECK: u8 = 1;

/// Exit code: the input, the secret or the usage is wrong.
pub(crate) const WRONG_INPUT: u8 = 2;

const ERROR: Style = AnsiColor::Red.on_default().bold();
const NOTE: Style = AnsiColor::Cyan.on_default().bold();

/// The format of results and errors.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    #[default]
    Text,
    /// One JSON object, with the API's field names
    Json,
}

impl Format {
    /// Tells whether the raw arguments ask for JSON, for errors in the arguments themselves.
    pub(crate) fn was_asked_to_be_json(arguments: impl Iterator<Item = OsString>) -> bool {
        let arguments: Vec<_> = arguments.collect();
        arguments.iter().any(|argument| argument == "--format=json")
            || arguments.windows(2).any(|pair| pair[0] == "--format" && pair[1] == "json")
    }
}

/// The result of a command that has succeeded.
pub(crate) struct Report {
    text: String,
    /// Whether the text is for copying or running, so that it is printed without escapes.
    is_exact: bool,
    json: Value,
    notes: Vec<String>,
    exit_code: u8,
}

impl Report {
    /// Takes the result as text without a final line break, and as JSON.
    pub(crate) fn new(text: impl Into<String>, json: Value) -> Self {
        Self { text: text.into(), is_exact: false, json, notes: Vec::new(), exit_code: 0 }
    }

    /// Takes a result for copying or running, which is printed without escapes.
    pub(crate) fn exact(text: impl Into<String>, json: Value) -> Self {
        Self { is_exact: true, ..Self::new(text, json) }
    }

    /// Returns an empty report, for a command that has printed its result itself.
    pub(crate) fn silent() -> Self {
        Self::new("", Value::Null)
    }

    /// Adds notes that are not part of the result.
    pub(crate) fn with_notes(mut self, notes: impl IntoIterator<Item = String>) -> Self {
        self.notes.extend(notes);
        self
    }

    /// Sets the exit code.
    pub(crate) fn with_exit_code(mut self, exit_code: u8) -> Self {
        self.exit_code = exit_code;
        self
    }

    /// Prints the result on standard output, and the notes on standard error.
    pub(crate) fn print(self, format: Format) -> ExitCode {
        let result = match format {
            Format::Text if self.is_exact => self.text,
            Format::Text => self.text.split('\n').map(escaped_line).collect::<Vec<_>>().join("\n"),
            Format::Json => escaped_json(&self.json),
        };
        for note in self.notes {
            print_label("note", NOTE, &note);
        }
        if self.json.is_null() {
            return ExitCode::from(self.exit_code);
        }
        match print_line(&result) {
            Ok(()) => ExitCode::from(self.exit_code),
            // The reader closed the pipe, as `head` does: that is no error of this command.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                ExitCode::from(self.exit_code)
            }
            Err(error) => Failure::io("cannot write to standard output", &error).print(format),
        }
    }
}

/// Why a command failed.
#[derive(Debug)]
pub(crate) enum Failure {
    /// An error of the crate `deskseal`: an invalid secret or input, or a rejected signature.
    Core(Error),
    /// The arguments are wrong or contradict each other.
    Usage(String),
    /// A file or stream could not be read or written.
    Io(String),
}

impl Failure {
    /// Takes what failed, and the system's reason.
    pub(crate) fn io(what: impl std::fmt::Display, error: &io::Error) -> Self {
        Self::Io(format!("{what}: {error}"))
    }

    /// Prints the failure on standard error.
    pub(crate) fn print(&self, format: Format) -> ExitCode {
        match format {
            Format::Text => print_label(&format!("error[{}]", self.code()), ERROR, &self.message()),
            Format::Json => {
                let error = json!({ "error": { "code": self.code(), "message": self.message() } });
                let _ = writeln!(io::stderr(), "{}", escaped_json(&error));
            }
        }
        ExitCode::from(self.exit_code())
    }

    fn code(&self) -> &str {
        match self {
            Self::Core(error) => error.code().as_str(),
            Self::Usage(_) => "usage",
            Self::Io(_) => "io",
        }
    }

    fn message(&self) -> String {
        match self {
            Self::Core(error) => error.message().to_owned(),
            Self::Usage(message) | Self::Io(message) => message.clone(),
        }
    }

    fn exit_code(&self) -> u8 {
        match self {
            Self::Core(error) if error.kind() == ErrorKind::Verification => FAILED_CHECK,
            _ => WRONG_INPUT,
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Core(error)
    }
}

/// Returns a table of names and escaped values, one pair a line.
pub(crate) fn table(rows: &[(&str, &str)]) -> String {
    let width = rows.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
    let mut table = String::new();
    for (name, value) in rows {
        let separator = if table.is_empty() { "" } else { "\n" };
        let _ = write!(table, "{separator}{name:width$}  {}", escaped(value));
    }
    table
}

fn print_line(text: &str) -> io::Result<()> {
    let mut stdout = anstream::stdout().lock();
    writeln!(stdout, "{text}")?;
    stdout.flush()
}

fn print_label(label: &str, style: Style, message: &str) {
    // An error while writing to standard error cannot be reported anywhere.
    let _ = writeln!(anstream::stderr(), "{style}{label}{style:#}: {}", escaped_line(message));
}
