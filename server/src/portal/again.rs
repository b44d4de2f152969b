//! The form that comes back instead of a ticket: with everything that was typed, and what to do about it.

use std::borrow::Cow;

use axum::http::{StatusCode, header};
use axum::response::Response;
use deskseal::UserId;

use super::form::{Problems, Typed};
use super::pages::{self, Failure, FormPage, Notice};
use super::token::{self, TokenProblem, Visit};
use crate::center::Center;
use crate::limits::Exceeded;
use crate::portal_hosts::PortalDesk;
use crate::store::StoreError;

/// What comes back instead of a ticket.
pub(super) enum Again {
    /// The form, with what was typed.
    Form(Box<FormAgain>),
    /// A page without a form.
    Failure(Failure),
}

/// The form with what was typed, and what to do about it.
pub(super) struct FormAgain {
    status: StatusCode,
    notice: Notice,
    problems: Problems,
    retry_seconds: Option<u64>,
    /// The form that may still be sent; without it, a public one is opened.
    visit: Option<Visit>,
}

impl FormAgain {
    fn fresh(title: &'static str, text: impl Into<Cow<'static, str>>) -> Again {
        Self::with(StatusCode::UNPROCESSABLE_ENTITY, Notice::new(title, text), None)
    }

    /// Shows the form of the visit, or a public one.
    pub(super) fn with(status: StatusCode, notice: Notice, visit: Option<Visit>) -> Again {
        let problems = Problems::default();
        Again::Form(Box::new(Self { status, notice, problems, retry_seconds: None, visit }))
    }

    /// Returns the page.
    ///
    /// # Errors
    /// [`Failure::Internal`].
    pub(super) fn answer(
        self,
        center: &Center,
        desk: &PortalDesk,
        typed: &Typed,
    ) -> Result<Response, Failure> {
        let Some(visit) = &self.visit else {
            return fresh_form(center, desk, typed, self.status, Some(self.notice));
        };
        let template = FormPage {
            desk: &desk.name,
            user: visit.user.as_ref().map(UserId::as_str),
            notice: Some(self.notice),
            problems: self.problems,
            typed,
            token: &typed.token,
        };
        let mut response = pages::page(self.status, &template);
        if let Some(seconds) = self.retry_seconds {
            response = pages::with_code(response, "rate_limited");
            response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        }
        Ok(response)
    }
}

/// Returns a public form that is opened now.
///
/// # Errors
/// [`Failure::Internal`].
pub(super) fn fresh_form(
    center: &Center,
    desk: &PortalDesk,
    typed: &Typed,
    status: StatusCode,
    notice: Option<Notice>,
) -> Result<Response, Failure> {
    let token = token::issue(&center.keyring, desk, None, center.clock.now())?;
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

/// Names what is wrong with which field.
pub(super) fn with_problems(visit: Visit, problems: Problems) -> Again {
    Again::Form(Box::new(FormAgain {
        status: StatusCode::UNPROCESSABLE_ENTITY,
        notice: Notice::new("Please check what you entered", ""),
        problems,
        retry_seconds: None,
        visit: Some(visit),
    }))
}

/// Asks to wait.
pub(super) fn too_many(visit: Visit, exceeded: Exceeded) -> Again {
    let text = "Your text is still here. Please wait a while and send it again.";
    Again::Form(Box::new(FormAgain {
        status: StatusCode::TOO_MANY_REQUESTS,
        notice: Notice::new("Too many messages came from here", text),
        problems: Problems::default(),
        retry_seconds: Some(exceeded.seconds()),
        visit: Some(visit),
    }))
}

/// Says that nothing was stored.
pub(super) fn not_stored(visit: Visit, error: StoreError) -> Again {
    let status = match Failure::from(error) {
        Failure::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    };
    let text = "Your text is still here. Please send it again in a moment.";
    FormAgain::with(status, Notice::new("We could not save your message", text), Some(visit))
}

/// Says why a form is a new one, and that nothing typed is lost.
pub(super) fn reopened(problem: TokenProblem, desk: &str) -> Again {
    match problem {
        TokenProblem::Missing | TokenProblem::Public => FormAgain::fresh(
            "Please send it once more",
            "This page was open for a long time. Your text is still here.",
        ),
        TokenProblem::SignedExpired => FormAgain::fresh(
            "We no longer know who you are",
            unrecognised("was open for too long", desk),
        ),
        TokenProblem::SignedElsewhere => FormAgain::fresh(
            "We cannot tell who you are",
            unrecognised(
                "was opened in another browser or place, or your browser keeps no cookies",
                desk,
            ),
        ),
    }
}

fn unrecognised(reason: &str, desk: &str) -> String {
    format!(
        "The form {reason}. Your text is still here. To send it as a customer of {desk}, copy it, open \
         support again from there, and paste it. Or enter your e-mail address below and send it as anybody \
         can."
    )
}

/// Says that a form sends one ticket.
pub(super) fn used(visit: &Visit, desk: &str) -> Again {
    let title = "Your first message has arrived";
    let text = "This form has sent a message already.";
    if visit.user.is_none() {
        return FormAgain::fresh(
            title,
            format!("{text} If this is another one, send it once more."),
        );
    }
    FormAgain::fresh(
        title,
        format!(
            "{text} To send another one as a customer of {desk}, open support again from there. Or enter \
             your e-mail address below and send it as anybody can."
        ),
    )
}
