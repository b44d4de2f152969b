//! Shows and changes a desk's secrets for one purpose, for the two pages that have secrets.

use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;

use super::confirm_action::ConfirmAction;
use super::error::{Error, Result};
use super::page::{Section, shown_time};
use super::signed_in::AtDesk;
use crate::app_state::AppState;
use crate::clock::Moment;
use crate::ids::{DeskId, SecretId};
use crate::secrets::{
    self, ActiveSecret, Grace, IssuedSecret, NewSecret, Purpose, Replaces, SecretRecord,
};

/// The data of `secrets.html`.
pub(super) struct SecretsView {
    /// The name of the secret in the documentation.
    pub(super) name: &'static str,
    /// The environment variable that the packages' examples read.
    pub(super) variable: &'static str,
    /// The current secret.
    pub(super) current: Option<SecretRow>,
    /// Replaced secrets that have not expired yet.
    pub(super) previous: Vec<SecretRow>,
    /// The secret that this request issued.
    pub(super) issued: Option<Issued>,
}

/// A secret as the page shows it.
pub(super) struct SecretRow {
    pub(super) id: String,
    pub(super) created: String,
    pub(super) last_used: Option<String>,
    pub(super) expires: Option<String>,
}

/// The text of a new secret, and when the previous one expires.
pub(super) struct Issued {
    pub(super) secret: IssuedSecret,
    pub(super) previous_expires: Option<String>,
}

/// The form that issues a secret.
#[derive(Debug, Deserialize)]
pub(super) struct Rotation {
    /// The id of the current secret when the page was shown, so that sending the form twice rotates once.
    replaces: String,
    grace: GraceChoice,
}

/// How long the previous secret stays active.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
enum GraceChoice {
    /// It is revoked at once, together with every older secret.
    #[serde(rename = "none")]
    Never,
    #[serde(rename = "hour")]
    Hour,
    #[serde(rename = "day")]
    Day,
    #[serde(rename = "week")]
    Week,
}

impl GraceChoice {
    fn grace(self) -> Result<Grace> {
        let hours = match self {
            Self::Never => 0,
            Self::Hour => 1,
            Self::Day => 24,
            Self::Week => 7 * 24,
        };
        Ok(Grace::new(std::time::Duration::from_hours(hours))?)
    }
}

/// The form that revokes a replaced secret.
#[derive(Debug, Deserialize)]
pub(super) struct Revocation {
    secret: String,
}

/// The secret that the page asks to revoke.
#[derive(Debug, Deserialize)]
pub(super) struct RevocationQuery {
    #[serde(default)]
    secret: String,
}

/// Asks for confirmation before a replaced secret is revoked. If there is no such secret, the page with the
/// secrets is shown.
///
/// # Errors
/// [`web::Error::Unavailable`], [`Error::INTERNAL`].
pub(super) async fn confirm_revoke(
    app: &AppState,
    at_desk: &AtDesk,
    leaf: &str,
    purpose: Purpose,
    asked: &RevocationQuery,
) -> Result<Response> {
    let records = active(app, at_desk.desk(), purpose).await?;
    let Some(record) = records.iter().find(|record| record.id.as_str() == asked.secret) else {
        return Ok(Redirect::to(&at_desk.path(leaf)).into_response());
    };
    let section = match purpose {
        Purpose::TicketCenter => Section::TicketCenter,
        Purpose::Portal => Section::Portal,
    };
    ConfirmAction::new(at_desk, section, &format!("{leaf}/revoke"), leaf)
        .about("Revoke a previous secret".to_owned(), "Revoke now")
        .says(format!(
            "This revokes the secret that was generated at {}.",
            shown_time(record.created_at)
        ))
        .says(
            "From then on, signatures that your server still makes with it are rejected. You cannot undo this.",
        )
        .with("secret", &asked.secret)
        .asked()
}

/// Returns the desk's secrets for the purpose.
///
/// # Errors
/// [`web::Error::Unavailable`], [`Error::INTERNAL`].
pub(super) async fn view(
    app: &AppState,
    desk: &DeskId,
    purpose: Purpose,
    issued: Option<Issued>,
) -> Result<SecretsView> {
    let records = active(app, desk, purpose).await?;
    let (current, previous): (Vec<_>, Vec<_>) =
        records.iter().map(row).partition(|row| row.expires.is_none());
    let current = current.into_iter().next();
    let (name, variable) = names(purpose);
    Ok(SecretsView { name, variable, current, previous, issued })
}

/// Issues a secret; the current one expires after the chosen grace.
///
/// # Errors
/// [`Error::Impossible`] if the page shows an older secret than the current one.
pub(super) async fn issue(
    app: &AppState,
    at_desk: &AtDesk,
    purpose: Purpose,
    rotation: &Rotation,
) -> Result<Issued> {
    let (desk, now) = (at_desk.desk(), app.clock.now());
    let expected = Some(rotation.replaces.as_str()).filter(|id| !id.is_empty());
    let (replaces, grace) = (Replaces::Exactly(expected), rotation.grace.grace()?);
    let new = secrets::Rotation { desk, purpose, new: NewSecret::Generated, replaces, grace };
    let issued = secrets::rotate(&app.store, &app.keyring, new, now).await?;
    let agent = at_desk.signed_in.agent();
    tracing::info!(%desk, %agent, purpose = purpose.as_str(), "a secret was issued");
    let expires_at = issued.previous_expires_at.filter(|_| rotation.grace != GraceChoice::Never);
    Ok(Issued { previous_expires: expires_at.map(shown_second), secret: issued })
}

/// Revokes a replaced secret.
///
/// # Errors
/// [`Error::NOT_FOUND`], [`Error::Impossible`] for the current one.
pub(super) async fn revoke(
    app: &AppState,
    at_desk: &AtDesk,
    purpose: Purpose,
    revocation: &Revocation,
) -> Result<()> {
    let desk = at_desk.desk();
    let secret = SecretId::parse(&revocation.secret).ok_or(Error::NOT_FOUND)?;
    secrets::revoke(&app.store, desk, Some(purpose), &secret, app.clock.now()).await?;
    let agent = at_desk.signed_in.agent();
    tracing::info!(%desk, %agent, purpose = purpose.as_str(), "a secret was revoked");
    Ok(())
}

/// The active secrets of a desk.
pub(super) struct ActiveSecrets {
    /// The secrets of the page's purpose, the current one first.
    pub(super) own: Vec<ActiveSecret>,
    /// The secrets of the other purpose.
    pub(super) others: Vec<ActiveSecret>,
}

/// Returns the active secrets of the desk.
///
/// # Errors
/// [`web::Error::Unavailable`], [`Error::INTERNAL`].
pub(super) async fn active_secrets(
    app: &AppState,
    desk: &DeskId,
    purpose: Purpose,
) -> Result<ActiveSecrets> {
    let active = secrets::active(&app.store, &app.keyring, desk, app.clock.now()).await?;
    let (own, others) = active.into_iter().partition(|secret| secret.purpose == purpose);
    Ok(ActiveSecrets { own, others })
}

async fn active(app: &AppState, desk: &DeskId, purpose: Purpose) -> Result<Vec<SecretRecord>> {
    let now = app.clock.unix_seconds();
    let mut records = secrets::list(&app.store, desk).await?;
    records.retain(|record| record.purpose == purpose && record.state(now).holds());
    Ok(records)
}

fn row(record: &SecretRecord) -> SecretRow {
    SecretRow {
        id: record.id.to_string(),
        created: shown_time(record.created_at),
        last_used: record.last_used_at.map(shown_time),
        expires: record.expires_at.map(shown_second),
    }
}

fn shown_second(second: i64) -> String {
    shown_time(Moment::from_milliseconds(second.saturating_mul(1000)))
}

const fn names(purpose: Purpose) -> (&'static str, &'static str) {
    match purpose {
        Purpose::TicketCenter => ("HMAC Secret", "HELPDESKY_HMAC_SECRET"),
        Purpose::Portal => ("Portal Ticket Auth Secret", "LETTERBOOK_PORTAL_TICKET_SECRET"),
    }
}
