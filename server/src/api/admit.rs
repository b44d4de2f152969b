//! Who may call: the one place that turns credentials into a [`Customer`].

use std::sync::Arc;

use axum::http::{HeaderMap, StatusCode, header};
use deskseal::CanonicalEmail;

use super::body::Credentials;
use super::error::ApiError;
use crate::center::Center;
use crate::contacts::{self, Contact, Customer, Identity};
use crate::desks::OpenDesk;
use crate::ids::DeskId;
use crate::secrets::Purpose;

/// What the call is counted as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Act {
    /// Reading, and changes that cost as little.
    Read,
    /// Sending a message.
    Send,
}

/// A call whose proof holds.
#[derive(Debug)]
pub(super) struct Admitted {
    pub(super) customer: Customer,
    pub(super) email: CanonicalEmail,
    pub(super) contact: Contact,
    pub(super) desk: Arc<OpenDesk>,
}

/// Checks origin, proof, block and limit, in this order, against what the database says now.
pub(super) async fn admit(
    center: &Center,
    headers: &HeaderMap,
    credentials: Credentials<'_>,
    act: Act,
) -> Result<Admitted, ApiError> {
    let id = DeskId::parse(credentials.helpdesk_id).ok_or_else(ApiError::helpdesk_unknown)?;
    // Of an e-mail that is refused there is no contact; the verifier will say why.
    let claimed = deskseal::canonical_email(credentials.email).ok();
    let claimed = claimed.as_ref().map_or("", CanonicalEmail::as_str);
    let admission = center.admissions.of(&id, claimed).await?;
    let admission = admission.ok_or_else(ApiError::helpdesk_unknown)?;
    let desk = center.desks.at(&id, &admission.desk_revision).await?;
    check_origin(&desk, headers)?;
    let email = verified_email(center, &desk, credentials)?;
    let contact = if let Some(contact) = admission.contact {
        contact
    } else {
        let identity = Identity::Sealed(email.clone());
        contacts::find_or_create(&center.store, &id, &identity, center.clock.now()).await?
    };
    if contact.is_blocked {
        let message = "The helpdesk has blocked this contact.";
        return Err(ApiError::new(StatusCode::FORBIDDEN, "contact_blocked", message));
    }
    match act {
        Act::Read => center.limits.count_read(&contact.id)?,
        Act::Send => center.limits.count_message(&contact.id)?,
    }
    let customer = Customer::proved(id, contact.id.clone());
    Ok(Admitted { customer, email, contact, desk })
}

fn check_origin(desk: &OpenDesk, headers: &HeaderMap) -> Result<(), ApiError> {
    let mut origins = headers.get_all(header::ORIGIN).iter();
    let verdict = match (origins.next(), origins.next()) {
        (None, _) => desk.allowed_domains.verdict(None),
        // What is no text, or there twice, is no origin.
        (Some(origin), None) => desk.allowed_domains.verdict(Some(origin.to_str().unwrap_or(""))),
        (Some(_), Some(_)) => desk.allowed_domains.verdict(Some("")),
    };
    if verdict.is_allowed() {
        return Ok(());
    }
    let message = "This site is not among the helpdesk's allowed embed domains; its owner can add it \
                   under Settings > Messages.";
    Err(ApiError::new(StatusCode::FORBIDDEN, "origin_not_allowed", message))
}

fn verified_email(
    center: &Center,
    desk: &OpenDesk,
    credentials: Credentials<'_>,
) -> Result<CanonicalEmail, ApiError> {
    let keys = desk.keys(Purpose::TicketCenter).ok_or_else(|| {
        let message = "The helpdesk has no HMAC secret yet; its owner can generate one.";
        ApiError::new(StatusCode::UNAUTHORIZED, "secret_not_set", message)
    })?;
    let Credentials { email, signature, .. } = credentials;
    let now = center.clock.now();
    Ok(keys.verify_email(email, signature, desk.accepts_as_typed, now)?.email)
}
