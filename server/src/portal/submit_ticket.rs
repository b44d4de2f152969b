//! `GET` and `POST /submit-ticket`.

use std::sync::Arc;

use axum::extract::{Extension, Request, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Redirect, Response};
use deskseal::UserId;
use url::{Url, form_urlencoded};

use super::browser::Browser;
use super::form::{self, Problems, Typed};
use super::form_rejection::{
    FormRejection, RejectedForm, fresh_form, not_stored, reopened, too_many, used, with_problems,
};
use super::link_rejection::LinkRejection;
use super::pages::{self, FormPage, Notice, PortalError};
use super::token;
use super::{MAX_BYTES, SENT_PATH, Visitor};
use crate::app_state::AppState;
use crate::limits::Exceeded;
use crate::portal_hosts::PortalDesk;
use crate::secrets::Purpose;
use crate::tickets::{self, Sender, Ticket, TicketError};
use crate::web::{Error, body, is_same_origin, with_code};

/// Shows the form: a signed one for a signed link, and a public one if the URL contains no identity, whatever
/// the browser opened before.
pub(super) async fn show(
    State(app): State<Arc<AppState>>,
    Extension(Visitor { desk, .. }): Extension<Visitor>,
    headers: HeaderMap,
    uri: Uri,
) -> Response {
    if !desk.is_open {
        return PortalError::Closed.page(Some(&desk.name));
    }
    let shown = match proved_user(&app, &desk, &uri).await {
        Ok(Ok(Some(user))) => signed_form(&app, &desk, &headers, &user),
        Ok(Ok(None)) => fresh_form(&app, &desk, &Typed::default(), StatusCode::OK, None),
        Ok(Err(rejection)) => {
            tracing::info!(code = rejection.code(), "a signed link is rejected");
            Ok(pages::rejected(&desk.name, rejection))
        }
        Err(error) => Err(error),
    };
    shown.unwrap_or_else(|error| error.page(Some(&desk.name)))
}

/// Stores the ticket, or shows the form again with the typed text.
pub(super) async fn take(
    State(app): State<Arc<AppState>>,
    Extension(visitor): Extension<Visitor>,
    headers: HeaderMap,
    request: Request,
) -> Response {
    let desk = &visitor.desk;
    let typed = match typed(desk, request).await {
        Ok(typed) => typed,
        Err(error) => return error.page(Some(&desk.name)),
    };
    let response = match submitted(&app, &visitor, &headers, &typed).await {
        Ok(Taken::Ticket) => Ok(Redirect::to(SENT_PATH).into_response()),
        // The bot gets the usual page; the metrics count it.
        Ok(Taken::Trap) => {
            Ok(with_code(Redirect::to(SENT_PATH).into_response(), "ticket_of_a_machine"))
        }
        Err(FormRejection::Form(form)) => form.respond(&app, desk, &typed),
        Err(FormRejection::Error(error)) => Err(error),
    };
    response.unwrap_or_else(|error| error.page(Some(&desk.name)))
}

/// Returns the customer whom the URL proves; `None` for an anonymous visitor. The error says why the link is
/// rejected.
async fn proved_user(
    app: &AppState,
    desk: &PortalDesk,
    uri: &Uri,
) -> Result<Result<Option<UserId>, LinkRejection>, PortalError> {
    let url = uri.path_and_query().map_or("/", |url| url.as_str());
    if uri.query().is_none() {
        return Ok(Ok(None));
    }
    let open = app.desks.at(&desk.id, &desk.revision).await?;
    let Some(keys) = open.keys(Purpose::Portal) else {
        return Ok(if names_identity(uri) { Err(LinkRejection::SecretNotSet) } else { Ok(None) });
    };
    let now = app.clock.now();
    match keys.verifier().verify_link(desk.host.as_str(), url, now.unix_seconds()) {
        Ok(Some(verified)) => {
            keys.mark_used(verified.secret_index, now);
            Ok(Ok(Some(verified.user_id)))
        }
        Ok(None) => Ok(Ok(None)),
        Err(error) => Ok(Err(LinkRejection::Proof(error.code()))),
    }
}

fn names_identity(uri: &Uri) -> bool {
    let query = uri.query().unwrap_or_default();
    form_urlencoded::parse(query.as_bytes())
        .any(|(name, _)| deskseal::LINK_PARAMETERS.contains(&name.as_ref()))
}

fn signed_form(
    app: &AppState,
    desk: &PortalDesk,
    headers: &HeaderMap,
    user: &UserId,
) -> Result<Response, PortalError> {
    let is_secure = app.portal_root.is_secure();
    // A browser keeps its number, so that the forms in its other tabs stay valid.
    let browser = match Browser::of(headers, is_secure) {
        Some(browser) => browser,
        None => Browser::generate()?,
    };
    let now = app.clock.now();
    let token = token::issue(&app.keyring, desk, Some((user, &browser)), now)?;
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
    browser.remember(response.headers_mut(), is_secure);
    Ok(response)
}

/// Returns the typed fields, if a page of the portal sent the form.
async fn typed(desk: &PortalDesk, request: Request) -> Result<Typed, PortalError> {
    if !desk.is_open {
        return Err(PortalError::Closed);
    }
    let is_own = |origin: &Url| {
        let host = origin.host_str().and_then(|host| deskseal::canonical_host(host).ok());
        host.as_ref() == Some(&desk.host)
    };
    if !is_same_origin(request.headers(), true, is_own) {
        return Err(PortalError::Web(Error::CrossSite));
    }
    Ok(Typed::read(&body::read(request, body::FORM, MAX_BYTES).await?))
}

/// The result of a form that is not shown again.
enum Taken {
    /// A stored ticket.
    Ticket,
    /// No ticket: a bot filled in the hidden field.
    Trap,
}

/// Stores the ticket. The error is the response to a rejected one.
async fn submitted(
    app: &AppState,
    visitor: &Visitor,
    headers: &HeaderMap,
    typed: &Typed,
) -> Result<Taken, FormRejection> {
    let desk = &*visitor.desk;
    let now = app.clock.now();
    let browser = Browser::of(headers, app.portal_root.is_secure());
    let visit = token::read(&app.keyring, desk, browser.as_ref(), &typed.token, now)
        .map_err(|problem| reopened(problem, &desk.name))?;
    if visit.user.is_none() && !typed.trap.is_empty() {
        tracing::info!(
            desk = desk.id.as_str(),
            "a ticket was discarded because its hidden field was filled in"
        );
        return Ok(Taken::Trap);
    }
    let ticket = match form::ticket(typed, &visit, desk) {
        Ok(ticket) => ticket,
        Err(problems) => return Err(with_problems(visit, problems)),
    };
    if visit.is_hasty(now) {
        let notice = Notice::new(
            "Please send your message again",
            "It was sent very soon after the form was opened. Your text is still here.",
        );
        return Err(RejectedForm::with(StatusCode::UNPROCESSABLE_ENTITY, notice, Some(visit)));
    }
    if let Err(exceeded) = count(app, visitor, &ticket) {
        return Err(too_many(visit, exceeded));
    }
    match tickets::submit(&app.store, &desk.id, &ticket, now).await {
        Ok(_) => Ok(Taken::Ticket),
        Err(TicketError::Blocked) => Err(FormRejection::Error(PortalError::Blocked)),
        Err(TicketError::FormUsed) => Err(used(&visit, &desk.name)),
        Err(TicketError::Store(error)) => Err(not_stored(visit, error)),
    }
}

fn count(app: &AppState, visitor: &Visitor, ticket: &Ticket) -> Result<(), Exceeded> {
    match &ticket.sender {
        Sender::Verified(user, _) => {
            app.limits.count_ticket_of_user(&visitor.desk.id, user.as_str())
        }
        Sender::Public(_) => app.limits.count_ticket_from(visitor.client.address),
    }
}
