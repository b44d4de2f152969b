//! The confirmation page for actions that are hard to undo. It explains what the action will do.
//!
//! It has the path of the form: a GET shows the page, a POST acts. An agent who has not entered the password
//! in the last ten minutes is asked for it first.

use askama::Template;
use axum::response::Response;

use super::error::Result;
use super::page::{self, Layout, Section};
use super::signed_in::AtDesk;

/// The content of the page.
#[derive(Template)]
#[template(path = "dashboard/ask.html")]
pub(super) struct ConfirmAction<'page> {
    layout: Layout,
    /// The action, as a heading.
    pub(super) title: String,
    /// What the action does, one paragraph each.
    pub(super) sentences: Vec<String>,
    /// The path that the form posts to.
    pub(super) action: String,
    /// The hidden fields of the form.
    pub(super) fields: Vec<HiddenField<'page>>,
    /// The label of the button that acts.
    pub(super) button: &'static str,
    /// The path of the link that cancels.
    pub(super) back: String,
}

/// A hidden field of the form.
pub(super) struct HiddenField<'page> {
    name: &'static str,
    value: &'page str,
}

impl<'page> ConfirmAction<'page> {
    /// Creates a page of the desk. `action` and `back` are relative to the desk's path.
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

    /// Sets the heading and the button.
    pub(super) fn about(mut self, title: String, button: &'static str) -> Self {
        self.title = title;
        self.button = button;
        self
    }

    /// Adds a paragraph.
    pub(super) fn says(mut self, sentence: impl Into<String>) -> Self {
        self.sentences.push(sentence.into());
        self
    }

    /// Adds a hidden field.
    pub(super) fn with(mut self, name: &'static str, value: &'page str) -> Self {
        self.fields.push(HiddenField { name, value });
        self
    }

    /// Renders the page.
    ///
    /// # Errors
    /// [`Error::INTERNAL`].
    pub(super) fn asked(&self) -> Result<Response> {
        page::render(self)
    }
}
