//! `GET` and `POST /submit-ticket`.

use std::sync::Arc;

use axum::extract::{Extension, Request, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Redirect, Response};
use deskseal::TOKEN_PARAMETER;
use url::{Url, form_urlencoded};

use super::browser::Browser;
use super::form::{self, Problems, Typed};
use super::form_rejection::{
    FormRejection, RejectedForm, fresh_form, no_longer_accepted, not_stored, reopened, replayed,
    too_many, used, with_problems,
};
use super::link_rejection::LinkRejection;
use super::pages::{self, FormPage, Notice, PortalError};
use super::token::{self, Customer, SignedOpener, Visit};
use super::{MAX_BYTES, SENT_PATH, Visitor};
use crate::app_state::AppState;
use crate::contacts::TokenIdentity;
use crate::desks;
use crate::limits::Exceeded;
use crate::open_desks::OpenDesk;
use crate::portal_hosts::PortalDesk;
use crate::secrets::Purpose;
use crate::spent_tokens::{self, TokenKey};
use crate::tickets::{self, Sender, Ticket, TicketError, TokenProof};
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
    let shown = match proved_customer(&app, &desk, &uri).await {
        Ok(Ok(Some(customer))) => signed_form(&app, &desk, &headers, &customer),
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
async fn proved_customer(
    app: &AppState,
    desk: &PortalDesk,
    uri: &Uri,
) -> Result<Result<Option<Customer>, LinkRejection>, PortalError> {
    let url = uri.path_and_query().map_or("/", |url| url.as_str());
    if uri.query().is_none() {
        return Ok(Ok(None));
    }
    let open = app.desks.at(&desk.id, &desk.revision).await?;
    if names(uri, &[TOKEN_PARAMETER]) {
        return proved_by_token(app, desk, &open, url).await;
    }
    let names_identity = names(uri, &deskseal::LINK_PARAMETERS);
    if names_identity && let Some(rejection) = LinkRejection::of_signatures(open.accepted_proofs) {
        return Ok(Err(rejection));
    }
    let Some(desk_verifier) = open.verifier_for(Purpose::Portal) else {
        return Ok(if names_identity { Err(LinkRejection::SecretNotSet) } else { Ok(None) });
    };
    let now = app.clock.now();
    match desk_verifier.verifier().verify_link(desk.host.as_str(), url, now.unix_seconds()) {
        Ok(Some(verified)) => {
            desk_verifier.mark_used(verified.secret_index, now);
            Ok(Ok(Some(Customer::User(verified.user_id))))
        }
        Ok(None) => Ok(Ok(None)),
        Err(error) => Ok(Err(LinkRejection::Proof(error.code()))),
    }
}

/// Returns the customer whom the identity token in the URL proves. Nothing is spent: prefetches and scanners
/// open links, too.
async fn proved_by_token(
    app: &AppState,
    desk: &PortalDesk,
    open: &OpenDesk,
    url: &str,
) -> Result<Result<Option<Customer>, LinkRejection>, PortalError> {
    if let Some(rejection) = LinkRejection::of_tokens(open.accepted_proofs) {
        return Ok(Err(rejection));
    }
    let Some(desk_verifier) = open.verifier_for(Purpose::Identity) else {
        return Ok(Err(LinkRejection::SecretNotSet));
    };
    let verified = match desk_verifier.verify_token_link(desk.host.as_str(), url, app.clock.now()) {
        Ok(Some(verified)) => verified,
        Ok(None) => return Ok(Ok(None)),
        Err(error) => return Ok(Err(LinkRejection::Proof(error.code()))),
    };
    // The token of a link has an id (SPEC 12.7), so its text is not needed.
    let key = TokenKey::of(&desk.id, desk.host.as_str(), "", &verified);
    if spent_tokens::is_spent_in(&app.store, &key).await? {
        return Ok(Err(LinkRejection::Replayed));
    }
    let (identity, expires_at) = (TokenIdentity::from(&verified), verified.expires_at);
    Ok(Ok(Some(Customer::Token(TokenProof { identity, key, expires_at }))))
}

fn names(uri: &Uri, parameters: &[&str]) -> bool {
    let query = uri.query().unwrap_or_default();
    form_urlencoded::parse(query.as_bytes()).any(|(name, _)| parameters.contains(&name.as_ref()))
}

fn signed_form(
    app: &AppState,
    desk: &PortalDesk,
    headers: &HeaderMap,
    customer: &Customer,
) -> Result<Response, PortalError> {
    let is_secure = app.portal_root.is_secure();
    // A browser keeps its number, so that the forms in its other tabs stay valid.
    let browser = match Browser::of(headers, is_secure) {
        Some(browser) => browser,
        None => Browser::generate()?,
    };
    let now = app.clock.now();
    let opener = SignedOpener { customer, browser: &browser };
    let token = token::issue(&app.keyring, desk, Some(opener), now)?;
    let mut response = pages::page(
        StatusCode::OK,
        &FormPage {
            desk: &desk.name,
            user: Some(customer.shown()),
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
    if visit.customer.is_none() && !typed.trap.is_empty() {
        tracing::info!(
            desk = desk.id.as_str(),
            "a ticket was discarded because its hidden field was filled in"
        );
        return Ok(Taken::Trap);
    }
    let visit = with_accepted_proof(app, desk, visit).await?;
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
        Err(TicketError::Replayed) => Err(replayed(&desk.name)),
        Err(TicketError::FormUsed) => Err(used(&visit, &desk.name)),
        Err(TicketError::Store(error)) => Err(not_stored(visit, error)),
    }
}

/// Returns the visit if the desk still accepts the proof of the link that opened the form. An owner may have changed
/// the policy since.
async fn with_accepted_proof(
    app: &AppState,
    desk: &PortalDesk,
    visit: Visit,
) -> Result<Visit, FormRejection> {
    let Some(customer) = &visit.customer else { return Ok(visit) };
    let rejection = match (customer, desks::accepted_proofs(&app.store, &desk.id).await) {
        (_, Err(error)) => return Err(not_stored(visit, error)),
        (Customer::User(_), Ok(accepted)) => LinkRejection::of_signatures(accepted),
        (Customer::Token(_), Ok(accepted)) => LinkRejection::of_tokens(accepted),
    };
    rejection.map_or(Ok(visit), |rejection| Err(no_longer_accepted(rejection, &desk.name)))
}

fn count(app: &AppState, visitor: &Visitor, ticket: &Ticket) -> Result<(), Exceeded> {
    match &ticket.sender {
        Sender::Verified(user, _) => {
            app.limits.count_ticket_of_user(&visitor.desk.id, user.as_str())
        }
        Sender::Token(proof, _) => app.limits.count_ticket_of_user(&visitor.desk.id, proof.shown()),
        Sender::Public(_) => app.limits.count_ticket_from(visitor.client.address),
    }
}
