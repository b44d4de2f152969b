//! `GET` and `POST /submit-ticket`.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Extension, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Redirect, Response};
use deskseal::UserId;
use url::form_urlencoded;

use super::again::{
    Again, FormAgain, fresh_form, not_stored, reopened, too_many, used, with_problems,
};
use super::browser::Browser;
use super::form::{self, Problems, Typed};
use super::pages::{self, Failure, FormPage, Notice};
use super::refusal::Refusal;
use super::token;
use super::{SENT_PATH, Visitor, origin};
use crate::center::Center;
use crate::limits::Exceeded;
use crate::portal_hosts::PortalDesk;
use crate::secrets::Purpose;
use crate::tickets::{self, Sender, Ticket, TicketError};

/// Shows the form: a signed one for a signed link, and a public one without identity in the URL, whoever
/// was here before.
pub(super) async fn show(
    State(center): State<Arc<Center>>,
    Extension(Visitor { desk, .. }): Extension<Visitor>,
    headers: HeaderMap,
    uri: Uri,
) -> Response {
    if !desk.is_open {
        return Failure::Closed.page(Some(&desk.name));
    }
    let shown = match proved_user(&center, &desk, &uri).await {
        Ok(Ok(Some(user))) => signed_form(&center, &desk, &headers, &user),
        Ok(Ok(None)) => fresh_form(&center, &desk, &Typed::default(), StatusCode::OK, None),
        Ok(Err(refusal)) => {
            tracing::info!(code = refusal.code(), "a signed link is refused");
            Ok(pages::refused(&desk.name, refusal))
        }
        Err(failure) => Err(failure),
    };
    shown.unwrap_or_else(|failure| failure.page(Some(&desk.name)))
}

/// Takes what somebody wrote, or shows the form again with all of it.
pub(super) async fn take(
    State(center): State<Arc<Center>>,
    Extension(visitor): Extension<Visitor>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let desk = &visitor.desk;
    let typed = match typed(desk, &headers, body) {
        Ok(typed) => typed,
        Err(failure) => return failure.page(Some(&desk.name)),
    };
    let answer = match submitted(&center, &visitor, &headers, &typed).await {
        Ok(Taken::Ticket) => Ok(Redirect::to(SENT_PATH).into_response()),
        // Whoever fills in what nobody sees is told nothing; it is only counted.
        Ok(Taken::Trap) => {
            Ok(pages::with_code(Redirect::to(SENT_PATH).into_response(), "ticket_of_a_machine"))
        }
        Err(Again::Form(again)) => again.answer(&center, desk, &typed),
        Err(Again::Failure(failure)) => Err(failure),
    };
    answer.unwrap_or_else(|failure| failure.page(Some(&desk.name)))
}

/// Returns the customer whom the URL proves, none for a public visitor, or why it proves nobody.
async fn proved_user(
    center: &Center,
    desk: &PortalDesk,
    uri: &Uri,
) -> Result<Result<Option<UserId>, Refusal>, Failure> {
    let url = uri.path_and_query().map_or("/", |url| url.as_str());
    if uri.query().is_none() {
        return Ok(Ok(None));
    }
    let open = center.desks.at(&desk.id, &desk.revision).await?;
    let Some(keys) = open.keys(Purpose::Portal) else {
        return Ok(if names_identity(uri) { Err(Refusal::SecretNotSet) } else { Ok(None) });
    };
    let now = center.clock.now();
    match keys.verifier().verify_link(desk.host.as_str(), url, now.unix_seconds()) {
        Ok(Some(verified)) => {
            keys.mark_used(verified.secret_index, now);
            Ok(Ok(Some(verified.user_id)))
        }
        Ok(None) => Ok(Ok(None)),
        Err(error) => Ok(Err(Refusal::Proof(error.code()))),
    }
}

fn names_identity(uri: &Uri) -> bool {
    let query = uri.query().unwrap_or_default();
    form_urlencoded::parse(query.as_bytes())
        .any(|(name, _)| deskseal::LINK_PARAMETERS.contains(&name.as_ref()))
}

fn signed_form(
    center: &Center,
    desk: &PortalDesk,
    headers: &HeaderMap,
    user: &UserId,
) -> Result<Response, Failure> {
    let is_secure = center.portal_root.is_secure();
    // A browser keeps its number, so that the forms in its other tabs still hold.
    let browser = match Browser::of(headers, is_secure) {
        Some(browser) => browser,
        None => Browser::generate()?,
    };
    let now = center.clock.now();
    let token = token::issue(&center.keyring, desk, Some((user, &browser)), now)?;
    let mut response = pages::page(
        StatusCode::OK,
        &FormPage {
            desk: &desk.name,
            user: Some(user.as_str()),
            notice: None,
            problems: Problems::default(),
            typed: &Typed::default(),
            token: &token,
        },
    );
    if let Some(cookie) = browser.cookie(is_secure) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// Returns what was typed, if a form of this page was sent.
fn typed(
    desk: &PortalDesk,
    headers: &HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Typed, Failure> {
    if !desk.is_open {
        return Err(Failure::Closed);
    }
    if !origin::is_own(headers, &desk.host) {
        return Err(Failure::SentFromElsewhere);
    }
    if !is_form(headers) {
        return Err(Failure::ContentTypeUnsupported);
    }
    match body {
        Ok(body) => Ok(Typed::read(&body)),
        Err(rejection) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => {
            Err(Failure::BodyTooLarge)
        }
        Err(_) => Err(Failure::BodyCut),
    }
}

fn is_form(headers: &HeaderMap) -> bool {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = value.and_then(|value| value.split(';').next()).map(str::trim);
    essence.is_some_and(|essence| essence.eq_ignore_ascii_case("application/x-www-form-urlencoded"))
}

/// What came of a form that is not shown again.
enum Taken {
    /// A ticket.
    Ticket,
    /// Nothing: a machine filled in what people do not see.
    Trap,
}

/// Stores the ticket, or says what comes back instead.
async fn submitted(
    center: &Center,
    visitor: &Visitor,
    headers: &HeaderMap,
    typed: &Typed,
) -> Result<Taken, Again> {
    let desk = &*visitor.desk;
    let now = center.clock.now();
    let browser = Browser::of(headers, center.portal_root.is_secure());
    let visit = token::read(&center.keyring, desk, browser.as_ref(), &typed.token, now)
        .map_err(|problem| reopened(problem, &desk.name))?;
    if visit.user.is_none() && !typed.trap.is_empty() {
        tracing::info!(desk = desk.id.as_str(), "a ticket of a machine is left out");
        return Ok(Taken::Trap);
    }
    let ticket = match form::ticket(typed, &visit, desk) {
        Ok(ticket) => ticket,
        Err(problems) => return Err(with_problems(visit, problems)),
    };
    if visit.is_hasty(now) {
        let notice = Notice::new("Please send it once more", "That was faster than we expected.");
        return Err(FormAgain::with(StatusCode::UNPROCESSABLE_ENTITY, notice, Some(visit)));
    }
    if let Err(exceeded) = count(center, visitor, &ticket) {
        return Err(too_many(visit, exceeded));
    }
    match tickets::submit(&center.store, &desk.id, &ticket, now).await {
        Ok(_) => Ok(Taken::Ticket),
        Err(TicketError::Blocked) => Err(Again::Failure(Failure::Blocked)),
        Err(TicketError::FormUsed) => Err(used(&visit, &desk.name)),
        Err(TicketError::Store(error)) => Err(not_stored(visit, error)),
    }
}

fn count(center: &Center, visitor: &Visitor, ticket: &Ticket) -> Result<(), Exceeded> {
    match &ticket.sender {
        Sender::Verified(user, _) => {
            center.limits.count_ticket_of_user(&visitor.desk.id, user.as_str())
        }
        Sender::Public(_) => center.limits.count_ticket_from(visitor.address),
    }
}
