//! Turns credentials into a [`Customer`]; only this module does.

use std::sync::Arc;

use axum::http::StatusCode;
use deskseal::CanonicalEmail;

use super::body::{Credentials, Proof, SessionRequest};
use super::caller::Caller;
use super::error::{contact_blocked, helpdesk_unknown, session_ended};
use crate::app_state::AppState;
use crate::clock::Moment;
use crate::contacts::{self, Contact, Customer, Identity};
use crate::customer_sessions::{self, CustomerSession, Exchanged, ProvedByToken};
use crate::ids::DeskId;
use crate::open_desks::{DeskVerifier, OpenDesk};
use crate::secrets::Purpose;
use crate::sessions::Token;
use crate::spent_tokens::TokenKey;
use crate::web::JsonError;

/// How the rate limits count a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operation {
    /// Verifying, which every open widget repeats all the time.
    Verify,
    /// Other reads, and changes that cost as little.
    Read,
    /// Sending a message.
    Send,
}

/// A call with a valid proof.
#[derive(Debug)]
pub(super) struct Authorized {
    pub(super) customer: Customer,
    pub(super) email: Option<String>,
    pub(super) contact: Contact,
    pub(super) desk: Arc<OpenDesk>,
    /// When the session ends; `None` without one.
    pub(super) session_expires_at: Option<Moment>,
}

/// The desk that a call named, and the contact with the claimed e-mail, if there is one.
pub(super) struct Visited {
    pub(super) id: DeskId,
    desk: Arc<OpenDesk>,
    contact: Option<Contact>,
}

/// Checks the origin, the proof, the block and the rate limit, in this order, against the current data.
pub(super) async fn authorize(
    app: &AppState,
    caller: &Caller,
    Credentials { helpdesk_id, proof }: Credentials<'_>,
    operation: Operation,
) -> Result<Authorized, JsonError> {
    let unproved = |error| unproved(app, caller, error);
    // An invalid e-mail has no contact; the verifier returns the reason.
    let claimed = match proof {
        Proof::Signature { email, .. } => deskseal::canonical_email(email).ok(),
        Proof::Session(_) => None,
    };
    let claimed = claimed.as_ref().map_or("", CanonicalEmail::as_str);
    let Visited { id, desk, contact } = visited(app, caller, helpdesk_id, claimed).await?;
    let (contact, email, session_expires_at) = match proof {
        Proof::Signature { email, signature } => {
            let email = verified_email(app, &desk, email, signature).map_err(unproved)?;
            let contact = if let Some(contact) = contact {
                contact
            } else {
                let identity = Identity::Email(email.clone());
                contacts::find_or_create(&app.store, &id, &identity, app.clock.now()).await?
            };
            (contact, Some(email.into_string()), None)
        }
        Proof::Session(text) => {
            check_accepts_tokens(&desk).map_err(unproved)?;
            let is_use = operation != Operation::Verify;
            let session = session(app, &id, text, is_use).await?;
            let CustomerSession { contact, email, expires_at } =
                session.ok_or_else(|| unproved(session_ended()))?;
            (contact, email, Some(expires_at))
        }
    };
    if contact.is_blocked {
        return Err(contact_blocked());
    }
    match operation {
        Operation::Verify => app.limits.count_verify(&contact.id)?,
        Operation::Read => app.limits.count_read(&contact.id)?,
        Operation::Send => app.limits.count_message(&contact.id)?,
    }
    let customer = Customer::proved(id, contact.id.clone());
    Ok(Authorized { customer, email, contact, desk, session_expires_at })
}

/// Checks the origin and the identity token, and opens or renews a session of its contact.
pub(super) async fn exchanged(
    app: &AppState,
    caller: &Caller,
    request: &SessionRequest,
) -> Result<Exchanged, JsonError> {
    let unproved = |error| unproved(app, caller, error);
    let Visited { id, desk, .. } = visited(app, caller, &request.helpdesk_id, "").await?;
    check_accepts_tokens(&desk).map_err(unproved)?;
    let (audience, token, now) = (id.as_str(), &request.identity, app.clock.now());
    let (identity, secret) = verifier_for(&desk, Purpose::Identity)
        .and_then(|verifier| Ok(verifier.verify_identity_token(audience, token, now)?))
        .map_err(unproved)?;
    let renewed = match &request.session {
        Some(text) => Some(Token::parse(text).ok_or_else(|| unproved(session_ended()))?),
        None => None,
    };
    let key = TokenKey::of(&id, audience, token, &identity);
    let proved = ProvedByToken { desk: &id, identity: &identity, secret: &secret, key: &key };
    let exchanged = customer_sessions::exchange(&app.store, proved, renewed.as_ref(), now).await;
    let exchanged = exchanged.map_err(|error| unproved(error.into()))?;
    app.limits.count_read(&exchanged.contact)?;
    Ok(exchanged)
}

/// Returns the desk that the call names, if the page's origin may embed it.
pub(super) async fn visited(
    app: &AppState,
    caller: &Caller,
    helpdesk_id: &str,
    claimed: &str,
) -> Result<Visited, JsonError> {
    let unknown = || unproved(app, caller, helpdesk_unknown());
    let id = DeskId::parse(helpdesk_id).ok_or_else(unknown)?;
    let admission = app.contact_lookup.of(&id, claimed).await?;
    let admission = admission.ok_or_else(unknown)?;
    let desk = app.desks.at(&id, &admission.desk_revision).await?;
    check_origin(&desk, caller)?;
    Ok(Visited { id, desk, contact: admission.contact })
}

/// Counts a call without a valid proof. Beyond the limit of its address, the error is `rate_limited`.
fn unproved(app: &AppState, caller: &Caller, error: JsonError) -> JsonError {
    app.limits.count_rejection(caller.client.address).map_or_else(JsonError::from, |()| error)
}

fn check_origin(desk: &OpenDesk, caller: &Caller) -> Result<(), JsonError> {
    if desk.allowed_domains.verdict(caller.origin()).is_allowed() {
        return Ok(());
    }
    let message = "This site is not in the help desk's allowed domains. An owner can add it in the dashboard \
                   under Allowed domains (in the vendor's guide: Settings > Messages).";
    Err(JsonError::new(StatusCode::FORBIDDEN, "origin_not_allowed", message))
}

fn check_accepts_tokens(desk: &OpenDesk) -> Result<(), JsonError> {
    if desk.accepted_proofs.has_tokens() {
        return Ok(());
    }
    let message = "The help desk accepts no identity tokens. Send email and signature, or ask an owner to accept \
                   tokens on the dashboard's Identity tokens page.";
    Err(JsonError::new(StatusCode::UNAUTHORIZED, "tokens_not_accepted", message))
}

fn verified_email(
    app: &AppState,
    desk: &OpenDesk,
    email: &str,
    signature: &str,
) -> Result<CanonicalEmail, JsonError> {
    if !desk.accepted_proofs.has_signatures() {
        let message = "The help desk accepts identity tokens only, and no e-mail signatures. Exchange a token for \
                       a session, or ask an owner to accept signatures on the dashboard's Identity tokens page.";
        return Err(JsonError::new(StatusCode::UNAUTHORIZED, "signatures_not_accepted", message));
    }
    let (verifier, now) = (verifier_for(desk, Purpose::TicketCenter)?, app.clock.now());
    Ok(verifier.verify_email(email, signature, desk.accepts_as_typed, now)?.email)
}

fn verifier_for(desk: &OpenDesk, purpose: Purpose) -> Result<&DeskVerifier, JsonError> {
    desk.verifier_for(purpose).ok_or_else(|| {
        let message = match purpose {
            Purpose::Identity => {
                "The help desk has no Identity Secret. An owner can generate one on the dashboard's Identity \
                 tokens page."
            }
            Purpose::TicketCenter | Purpose::Portal => {
                "The help desk has no HMAC secret. An owner can generate one on the dashboard's Ticket Center \
                 page."
            }
        };
        JsonError::new(StatusCode::UNAUTHORIZED, "secret_not_set", message)
    })
}

async fn session(
    app: &AppState,
    desk: &DeskId,
    text: &str,
    is_use: bool,
) -> Result<Option<CustomerSession>, JsonError> {
    let Some(session) = Token::parse(text) else { return Ok(None) };
    Ok(customer_sessions::find(&app.store, desk, &session, is_use, app.clock.now()).await?)
}
