//! Shows the form again when a ticket is rejected, with the typed text and what to do next.

use std::borrow::Cow;

use axum::http::{StatusCode, header};
use axum::response::Response;

use super::form::{Problems, Typed};
use super::link_rejection::LinkRejection;
use super::pages::{self, FormPage, Notice, PortalError};
use super::token::{self, Customer, TokenProblem, Visit};
use crate::app_state::AppState;
use crate::limits::Exceeded;
use crate::portal_hosts::PortalDesk;
use crate::store::StoreError;
use crate::web::{Error, with_code};

/// The response to a rejected ticket.
pub(super) enum FormRejection {
    /// The form, with the typed text.
    Form(Box<RejectedForm>),
    /// A page without a form.
    Error(PortalError),
}

/// The form with the typed text, and what to do next.
pub(super) struct RejectedForm {
    status: StatusCode,
    notice: Notice,
    problems: Problems,
    retry_seconds: Option<u64>,
    /// The code of the rejection, where it has one.
    code: Option<&'static str>,
    /// The visit of the form, if it can still be sent; otherwise a public form is opened.
    visit: Option<Visit>,
}

impl RejectedForm {
    fn fresh(title: &'static str, text: impl Into<Cow<'static, str>>) -> FormRejection {
        Self::with(StatusCode::UNPROCESSABLE_ENTITY, Notice::new(title, text), None)
    }

    /// Shows the form of the visit, or a public one without it.
    pub(super) fn with(status: StatusCode, notice: Notice, visit: Option<Visit>) -> FormRejection {
        let problems = Problems::default();
        FormRejection::Form(Box::new(Self {
            status,
            notice,
            problems,
            retry_seconds: None,
            code: None,
            visit,
        }))
    }

    /// Returns the page.
    ///
    /// # Errors
    /// [`Error::Internal`].
    pub(super) fn respond(
        self,
        app: &AppState,
        desk: &PortalDesk,
        typed: &Typed,
    ) -> Result<Response, PortalError> {
        let Some(visit) = &self.visit else {
            let response = fresh_form(app, desk, typed, self.status, Some(self.notice))?;
            return Ok(match self.code {
                Some(code) => with_code(response, code),
                None => response,
            });
        };
        let template = FormPage {
            desk: &desk.name,
            user: visit.customer.as_ref().map(Customer::shown),
            notice: Some(self.notice),
            problems: self.problems,
            typed,
            token: &typed.token,
        };
        let mut response = pages::page(self.status, &template);
        if let Some(code) = self.code {
            response = with_code(response, code);
        }
        if let Some(seconds) = self.retry_seconds {
            response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        }
        Ok(response)
    }
}

/// Returns a new public form.
///
/// # Errors
/// [`Error::Internal`].
pub(super) fn fresh_form(
    app: &AppState,
    desk: &PortalDesk,
    typed: &Typed,
    status: StatusCode,
    notice: Option<Notice>,
) -> Result<Response, PortalError> {
    let token = token::issue(&app.keyring, desk, None, app.clock.now())?;
    let template = FormPage {
        desk: &desk.name,
        user: None,
        notice,
        problems: Problems::default(),
        typed,
        token: &token,
    };
    Ok(pages::page(status, &template))
}

/// Shows which fields are invalid, and why.
pub(super) fn with_problems(visit: Visit, problems: Problems) -> FormRejection {
    FormRejection::Form(Box::new(RejectedForm {
        status: StatusCode::UNPROCESSABLE_ENTITY,
        notice: Notice::new("Please check what you entered", ""),
        problems,
        retry_seconds: None,
        code: None,
        visit: Some(visit),
    }))
}

/// Asks the visitor to wait.
pub(super) fn too_many(visit: Visit, exceeded: Exceeded) -> FormRejection {
    let text = "Your text is still here. Please wait a while and send it again.";
    FormRejection::Form(Box::new(RejectedForm {
        status: StatusCode::TOO_MANY_REQUESTS,
        notice: Notice::new("Too many messages were sent", text),
        problems: Problems::default(),
        retry_seconds: Some(exceeded.seconds()),
        code: Some("rate_limited"),
        visit: Some(visit),
    }))
}

/// Says that nothing was stored.
pub(super) fn not_stored(visit: Visit, error: StoreError) -> FormRejection {
    let status = Error::from(error).status();
    let text = "Your text is still here. Please send it again in a minute.";
    RejectedForm::with(status, Notice::new("We could not save your message", text), Some(visit))
}

/// Explains why the form is a new one, and that the typed text is kept.
pub(super) fn reopened(problem: TokenProblem, desk: &str) -> FormRejection {
    match problem {
        TokenProblem::Missing | TokenProblem::Public => RejectedForm::fresh(
            "Please send your message again",
            "This page was open for a long time. Your text is still here.",
        ),
        TokenProblem::SignedExpired => RejectedForm::fresh(
            "We can no longer confirm who you are",
            unrecognised("was open for too long", desk),
        ),
        TokenProblem::SignedElsewhere => RejectedForm::fresh(
            "We cannot confirm who you are",
            unrecognised(
                "was opened in another browser or place, or your browser keeps no cookies",
                desk,
            ),
        ),
    }
}

fn unrecognised(reason: &str, desk: &str) -> String {
    format!("The form {reason}. {}", ways_to_send(desk))
}

/// Says how to send the typed text, in a form that no longer knows the customer.
fn ways_to_send(desk: &str) -> String {
    format!(
        "Your text is still here. To send it as a customer of {desk}, copy it, open support again from there, and \
         paste it. Or enter your e-mail address below and send it without a confirmed identity."
    )
}

/// Explains that a link with an identity token sends only one ticket.
pub(super) fn replayed(desk: &str) -> FormRejection {
    let text = format!(
        "A message was already sent with it, perhaps in another tab. {}",
        ways_to_send(desk)
    );
    link_rejected(LinkRejection::Replayed, Notice::new(LinkRejection::Replayed.title(), text))
}

/// Explains that an owner changed which links the desk accepts after the form was opened.
pub(super) fn no_longer_accepted(rejection: LinkRejection, desk: &str) -> FormRejection {
    let text = unrecognised("was opened with a kind of link that we no longer accept", desk);
    link_rejected(rejection, Notice::new("We can no longer confirm who you are", text))
}

/// Shows a public form in place of the one that the link opened.
fn link_rejected(rejection: LinkRejection, notice: Notice) -> FormRejection {
    FormRejection::Form(Box::new(RejectedForm {
        status: StatusCode::FORBIDDEN,
        notice,
        problems: Problems::default(),
        retry_seconds: None,
        code: Some(rejection.code()),
        visit: None,
    }))
}

/// Explains that a form sends only one ticket.
pub(super) fn used(visit: &Visit, desk: &str) -> FormRejection {
    let title = "Your first message has arrived";
    let text = "This form was already used to send a message.";
    if visit.customer.is_none() {
        return RejectedForm::fresh(
            title,
            format!("{text} If this is a different message, send it again."),
        );
    }
    RejectedForm::fresh(
        title,
        format!(
            "{text} To send another one as a customer of {desk}, open support again from there. Or enter \
             your e-mail address below and send it without a confirmed identity."
        ),
    )
}
