//! Defines a finding of the doctor, and writes it as text and as JSON.

use serde_json::{Value, json};

use crate::escape::escaped_line;

/// The document that explains every finding, as a path in the repository.
const PAGE: &str = "docs/ai-builder.md";

/// The severity of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Level {
    /// Nothing to do.
    Ok,
    /// Information, or something that the doctor cannot check.
    Note,
    /// Works, but should be checked.
    Warning,
    /// Does not work, or is insecure.
    Problem,
}

impl Level {
    /// Returns the level's stable name, for output.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Problem => "problem",
        }
    }
}

/// The result of one check. None of its texts contains a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Finding {
    /// A stable code, for programs.
    pub(super) code: &'static str,
    pub(super) level: Level,
    /// The project's folder below the examined one, or `None` if the finding is about all projects.
    pub(super) folder: Option<String>,
    /// The result, as a sentence.
    pub(super) message: String,
    /// How to fix it.
    pub(super) fix: Option<String>,
    /// The section of the document that explains it.
    pub(super) section: &'static str,
}

impl Finding {
    pub(super) fn ok(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Level::Ok, code, message, None)
    }

    pub(super) fn note(
        code: &'static str,
        message: impl Into<String>,
        fix: impl Into<String>,
    ) -> Self {
        Self::new(Level::Note, code, message, Some(fix.into()))
    }

    pub(super) fn warning(
        code: &'static str,
        message: impl Into<String>,
        fix: impl Into<String>,
    ) -> Self {
        Self::new(Level::Warning, code, message, Some(fix.into()))
    }

    pub(super) fn problem(
        code: &'static str,
        message: impl Into<String>,
        fix: impl Into<String>,
    ) -> Self {
        Self::new(Level::Problem, code, message, Some(fix.into()))
    }

    /// Sets the project's folder, and the section about its framework.
    pub(super) fn in_project(mut self, folder: &str, section: &'static str) -> Self {
        self.folder = Some(folder.to_owned());
        self.section = section;
        self
    }

    fn new(
        level: Level,
        code: &'static str,
        message: impl Into<String>,
        fix: Option<String>,
    ) -> Self {
        // A name in a text must not break the line.
        let message = escaped_line(&message.into());
        let fix = fix.map(|fix| escaped_line(&fix));
        Self { code, level, folder: None, message, fix, section: "what-the-doctor-says" }
    }

    /// Returns the finding as text, without a final line break.
    pub(super) fn lines(&self) -> String {
        let level = self.level.name();
        let mut text = format!("  {level:7}  {}: {}", self.code, self.message);
        if let Some(fix) = &self.fix {
            text.push_str("\n           Fix: ");
            text.push_str(fix);
        }
        if matches!(self.level, Level::Warning | Level::Problem) {
            text.push_str("\n           See: ");
            text.push_str(&self.page());
        }
        text
    }

    pub(super) fn json(&self) -> Value {
        json!({
            "code": self.code,
            "level": self.level.name(),
            "folder": self.folder,
            "message": self.message,
            "fix": self.fix,
            "page": self.page(),
        })
    }

    fn page(&self) -> String {
        format!("{PAGE}#{}", self.section)
    }
}

/// Returns a number with its noun: `1 file`, `2 files`.
pub(super) fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}
