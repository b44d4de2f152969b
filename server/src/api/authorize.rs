//! Turns credentials into a [`Customer`]; only this module does.

use std::sync::Arc;

use axum::http::StatusCode;
use deskseal::CanonicalEmail;

use super::body::Credentials;
use super::caller::Caller;
use super::error::helpdesk_unknown;
use crate::app_state::AppState;
use crate::contacts::{self, Contact, Customer, Identity};
use crate::ids::DeskId;
use crate::open_desks::OpenDesk;
use crate::secrets::Purpose;
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

/// A call with a valid signature.
#[derive(Debug)]
pub(super) struct Authorized {
    pub(super) customer: Customer,
    pub(super) email: CanonicalEmail,
    pub(super) contact: Contact,
    pub(super) desk: Arc<OpenDesk>,
}

/// Checks the origin, the signature, the block and the rate limit, in this order, against the current data.
pub(super) async fn authorize(
    app: &AppState,
    caller: &Caller,
    credentials: Credentials<'_>,
    operation: Operation,
) -> Result<Authorized, JsonError> {
    let unproved = |error| unproved(app, caller, error);
    let unknown = || unproved(helpdesk_unknown());
    let id = DeskId::parse(credentials.helpdesk_id).ok_or_else(unknown)?;
    // An invalid e-mail has no contact; the verifier returns the reason.
    let claimed = deskseal::canonical_email(credentials.email).ok();
    let claimed = claimed.as_ref().map_or("", CanonicalEmail::as_str);
    let admission = app.contact_lookup.of(&id, claimed).await?;
    let admission = admission.ok_or_else(unknown)?;
    let desk = app.desks.at(&id, &admission.desk_revision).await?;
    check_origin(&desk, caller)?;
    let email = verified_email(app, &desk, credentials).map_err(unproved)?;
    let contact = if let Some(contact) = admission.contact {
        contact
    } else {
        let identity = Identity::Sealed(email.clone());
        contacts::find_or_create(&app.store, &id, &identity, app.clock.now()).await?
    };
    if contact.is_blocked {
        let message =
            "The help desk has blocked this contact. An owner can unblock it in the dashboard.";
        return Err(JsonError::new(StatusCode::FORBIDDEN, "contact_blocked", message));
    }
    match operation {
        Operation::Verify => app.limits.count_verify(&contact.id)?,
        Operation::Read => app.limits.count_read(&contact.id)?,
        Operation::Send => app.limits.count_message(&contact.id)?,
    }
    let customer = Customer::proved(id, contact.id.clone());
    Ok(Authorized { customer, email, contact, desk })
}

/// Counts a call without a valid signature. Beyond the limit of its address, the error is `rate_limited`.
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

fn verified_email(
    app: &AppState,
    desk: &OpenDesk,
    credentials: Credentials<'_>,
) -> Result<CanonicalEmail, JsonError> {
    let keys = desk.keys(Purpose::TicketCenter).ok_or_else(|| {
        let message = "The help desk has no HMAC secret. An owner can generate one on the \
            dashboard's Ticket Center page.";
        JsonError::new(StatusCode::UNAUTHORIZED, "secret_not_set", message)
    })?;
    let Credentials { email, signature, .. } = credentials;
    let now = app.clock.now();
    Ok(keys.verify_email(email, signature, desk.accepts_as_typed, now)?.email)
}
