//! What the command prints, where, and with which exit code.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::process::ExitCode;

use anstyle::{AnsiColor, Style};
use clap::ValueEnum;
use deskseal::{Error, ErrorKind};
use serde_json::{Value, json};

use crate::printed::{printed, printed_json, printed_line};

/// Refused by verification, or found by scan or doctor.
pub(crate) const REFUSED: u8 = 1;

/// Wrong input, secret or usage.
pub(crate) const WRONG_INPUT: u8 = 2;

const ERROR: Style = AnsiColor::Red.on_default().bold();
const NOTE: Style = AnsiColor::Cyan.on_default().bold();

/// How results and errors are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    #[default]
    Text,
    /// One JSON object, with the API's field names.
    Json,
}

impl Format {
    /// Tells whether the raw arguments ask for JSON, for errors that come before they are parsed.
    pub(crate) fn was_asked_to_be_json(arguments: impl Iterator<Item = OsString>) -> bool {
        let arguments: Vec<_> = arguments.collect();
        arguments.iter().any(|argument| argument == "--format=json")
            || arguments.windows(2).any(|pair| pair[0] == "--format" && pair[1] == "json")
    }
}

/// What a command has to say when it is done.
pub(crate) struct Report {
    text: String,
    /// Whether the text is to be copied or run, so that each of its characters counts.
    is_exact: bool,
    json: Value,
    notes: Vec<String>,
    exit_code: u8,
}

impl Report {
    /// Takes the result for people, without the last line break, and for programs.
    pub(crate) fn new(text: impl Into<String>, json: Value) -> Self {
        Self { text: text.into(), is_exact: false, json, notes: Vec::new(), exit_code: 0 }
    }

    /// Takes a result that is to be copied or run, and printed as it is.
    pub(crate) fn exact(text: impl Into<String>, json: Value) -> Self {
        Self { is_exact: true, ..Self::new(text, json) }
    }

    /// A report of a command that has printed its result itself.
    pub(crate) fn silent() -> Self {
        Self::new("", Value::Null)
    }

    /// Adds remarks that are not part of the result.
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
            Format::Text => self.text.split('\n').map(printed_line).collect::<Vec<_>>().join("\n"),
            Format::Json => printed_json(&self.json),
        };
        for note in self.notes {
            print_label("note", NOTE, &note);
        }
        if self.json.is_null() {
            return ExitCode::from(self.exit_code);
        }
        match print_line(&result) {
            Ok(()) => ExitCode::from(self.exit_code),
            // The reader has gone, as `head` does: nobody to tell, and nothing went wrong here.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                ExitCode::from(self.exit_code)
            }
            Err(error) => Failure::io("standard output cannot be written", &error).print(format),
        }
    }
}

/// Why a command is not done.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The core refused.
    Refused(Error),
    /// The arguments do not fit together.
    Usage(String),
    /// A file or stream could not be read or written.
    Io(String),
}

impl Failure {
    /// Takes what could not be done, and the system's reason.
    pub(crate) fn io(what: impl std::fmt::Display, error: &io::Error) -> Self {
        Self::Io(format!("{what}: {error}"))
    }

    /// Prints the failure on standard error.
    pub(crate) fn print(&self, format: Format) -> ExitCode {
        match format {
            Format::Text => print_label(&format!("error[{}]", self.code()), ERROR, &self.message()),
            Format::Json => {
                let error = json!({ "error": { "code": self.code(), "message": self.message() } });
                let _ = writeln!(io::stderr(), "{}", printed_json(&error));
            }
        }
        ExitCode::from(self.exit_code())
    }

    fn code(&self) -> &str {
        match self {
            Self::Refused(error) => error.code().as_str(),
            Self::Usage(_) => "usage",
            Self::Io(_) => "io",
        }
    }

    fn message(&self) -> String {
        match self {
            Self::Refused(error) => error.message().to_owned(),
            Self::Usage(message) | Self::Io(message) => message.clone(),
        }
    }

    fn exit_code(&self) -> u8 {
        match self {
            Self::Refused(error) if error.kind() == ErrorKind::Verification => REFUSED,
            _ => WRONG_INPUT,
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Refused(error)
    }
}

/// Returns one line for each name and value, the values as they are printed, with the values below each other.
pub(crate) fn table(rows: &[(&str, &str)]) -> String {
    let width = rows.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
    let mut table = String::new();
    for (name, value) in rows {
        let separator = if table.is_empty() { "" } else { "\n" };
        let _ = write!(table, "{separator}{name:width$}  {}", printed(value));
    }
    table
}

fn print_line(text: &str) -> io::Result<()> {
    let mut stdout = anstream::stdout().lock();
    writeln!(stdout, "{text}")?;
    stdout.flush()
}

fn print_label(label: &str, style: Style, message: &str) {
    // Standard error is where failures are told; a failure of its own has nowhere to go.
    let _ = writeln!(anstream::stderr(), "{style}{label}{style:#}: {}", printed_line(message));
}
