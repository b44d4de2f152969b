//! What an examination found, for people and for programs.

use serde_json::{Value, json};

use crate::printed::printed_line;

/// The document that explains every finding, below the repository's root.
const PAGE: &str = "docs/ai-builder.md";

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Level {
    /// As it should be.
    Fine,
    /// Good to know, or not to be known from here.
    Note,
    /// Works, and should be looked at.
    Warning,
    /// Does not work, or is not safe.
    Problem,
}

impl Level {
    /// The level's stable name, for output.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Fine => "ok",
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Problem => "problem",
        }
    }
}

/// One thing that was looked at. None of its texts holds a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Finding {
    /// Stable; programs go by it.
    pub(super) code: &'static str,
    pub(super) level: Level,
    /// The project's folder below the examined one, or nothing where it is about all of them.
    pub(super) folder: Option<String>,
    /// What is so, as a sentence.
    pub(super) message: String,
    /// What to do about it.
    pub(super) fix: Option<String>,
    /// The section of the document.
    pub(super) section: &'static str,
}

impl Finding {
    pub(super) fn fine(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Level::Fine, code, message, None)
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

    /// Says which project it is about, and where its framework is explained.
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
        // Whatever it is about, it stays one line.
        let message = printed_line(&message.into());
        let fix = fix.map(|fix| printed_line(&fix));
        Self { code, level, folder: None, message, fix, section: "what-the-doctor-says" }
    }

    /// The finding's lines, without the last line break.
    pub(super) fn lines(&self) -> String {
        let level = self.level.name();
        let mut text = format!("  {level:7}  {}: {}", self.code, self.message);
        if let Some(fix) = &self.fix {
            text.push_str("\n           Do: ");
            text.push_str(fix);
        }
        if matches!(self.level, Level::Warning | Level::Problem) {
            text.push_str("\n           See ");
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

/// Returns a number of things, in words.
pub(super) fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}
