//! The page that asks before something that is hard to undo, and says what it will do.
//!
//! It stands at the path of the form that acts: the GET asks, the POST acts. Who has not given their
//! password lately is asked for that first.

use askama::Template;
use axum::response::Response;

use super::error::Result;
use super::page::{self, Layout, Section};
use super::signed_in::AtDesk;

/// What is asked.
#[derive(Template)]
#[template(path = "dashboard/ask.html")]
pub(super) struct ConfirmAction<'page> {
    layout: Layout,
    /// What will be done, as a heading.
    pub(super) title: String,
    /// What that means, a paragraph each.
    pub(super) sentences: Vec<String>,
    /// Where the form goes.
    pub(super) action: String,
    /// What the form carries.
    pub(super) fields: Vec<(&'static str, &'page str)>,
    /// The button that does it.
    pub(super) button: &'static str,
    /// Where the browser goes instead.
    pub(super) back: String,
}

impl<'page> ConfirmAction<'page> {
    /// Asks at a page of the desk; `action` and `back` are leaves of the desk's paths.
    pub(super) fn new(at_desk: &AtDesk, section: Section, action: &str, back: &str) -> Self {
        Self {
            layout: at_desk.layout(section),
            title: String::new(),
            sentences: Vec::new(),
            action: at_desk.path(action),
            fields: Vec::new(),
            button: "Continue",
            back: at_desk.path(back),
        }
    }

    /// Sets what is asked, and the button that does it.
    pub(super) fn about(mut self, title: String, button: &'static str) -> Self {
        self.title = title;
        self.button = button;
        self
    }

    /// Adds what it means.
    pub(super) fn says(mut self, sentence: impl Into<String>) -> Self {
        self.sentences.push(sentence.into());
        self
    }

    /// Adds what the form carries.
    pub(super) fn with(mut self, name: &'static str, value: &'page str) -> Self {
        self.fields.push((name, value));
        self
    }

    /// Returns the page.
    ///
    /// # Errors
    /// [`Error::INTERNAL`].
    pub(super) fn asked(&self) -> Result<Response> {
        page::render(self)
    }
}
