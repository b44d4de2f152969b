//! Shows and changes a desk's secrets for one purpose, for the pages that have secrets.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;

use super::confirm_action::ConfirmAction;
use super::error::{Error, Result};
use super::form::Form;
use super::notice::{Notice, redirect_with};
use super::page::{Section, shown_time};
use super::signed_in::{AtDesk, RecentOwner};
use crate::app_state::AppState;
use crate::clock::Moment;
use crate::ids::{DeskId, SecretId};
use crate::secrets::{
    self, ActiveSecret, Grace, IssuedSecret, NewSecret, Purpose, Replaces, SecretRecord,
};

/// A page with a secret, which [`issue`] and [`revoke`] change.
pub(super) trait SecretPage: 'static {
    /// The last part of the page's path.
    const LEAF: &'static str;
    /// What the secret is for.
    const PURPOSE: Purpose;
    /// The page's place in the navigation.
    const SECTION: Section;

    /// Returns the page with the secret that this request issued.
    fn with_issued(
        app: &AppState,
        at_desk: &AtDesk,
        issued: Issued,
    ) -> impl Future<Output = Result<Response>> + Send;
}

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

/// Issues a secret; the current one expires after the chosen grace.
///
/// # Errors
/// [`Error::Impossible`] if the page shows an older secret than the current one.
pub(super) async fn issue<Page: SecretPage>(
    State(app): State<Arc<AppState>>,
    RecentOwner(at_desk): RecentOwner,
    Form(rotation): Form<Rotation>,
) -> Result<Response> {
    let (desk, now) = (at_desk.desk(), app.clock.now());
    let expected = Some(rotation.replaces.as_str()).filter(|id| !id.is_empty());
    let (replaces, grace) = (Replaces::Exactly(expected), rotation.grace.grace()?);
    let purpose = Page::PURPOSE;
    let new = secrets::Rotation { desk, purpose, new: NewSecret::Generated, replaces, grace };
    let secret = secrets::rotate(&app.store, &app.keyring, new, now).await?;
    let agent = at_desk.signed_in.agent();
    tracing::info!(%desk, %agent, purpose = purpose.as_str(), "a secret was issued");
    let expires_at = secret.previous_expires_at.filter(|_| rotation.grace != GraceChoice::Never);
    let issued = Issued { previous_expires: expires_at.map(shown_second), secret };
    Page::with_issued(&app, &at_desk, issued).await
}

/// Revokes a replaced secret.
///
/// # Errors
/// [`Error::NOT_FOUND`], [`Error::Impossible`] for the current one.
pub(super) async fn revoke<Page: SecretPage>(
    State(app): State<Arc<AppState>>,
    RecentOwner(at_desk): RecentOwner,
    Form(revocation): Form<Revocation>,
) -> Result<Response> {
    let (desk, purpose) = (at_desk.desk(), Page::PURPOSE);
    let secret = SecretId::parse(&revocation.secret).ok_or(Error::NOT_FOUND)?;
    secrets::revoke(&app.store, desk, Some(purpose), &secret, app.clock.now()).await?;
    let agent = at_desk.signed_in.agent();
    tracing::info!(%desk, %agent, purpose = purpose.as_str(), "a secret was revoked");
    Ok(redirect_with(&app.config, &at_desk.path(Page::LEAF), Notice::SecretRevoked))
}

/// Asks for confirmation before a replaced secret is revoked. If there is no such secret, the page with the
/// secrets is shown.
///
/// # Errors
/// [`web::Error::Unavailable`], [`Error::INTERNAL`].
pub(super) async fn confirm_revoke<Page: SecretPage>(
    State(app): State<Arc<AppState>>,
    RecentOwner(at_desk): RecentOwner,
    Query(asked): Query<RevocationQuery>,
) -> Result<Response> {
    let records = active(&app, at_desk.desk(), Page::PURPOSE).await?;
    let Some(record) = records.iter().find(|record| record.id.as_str() == asked.secret) else {
        return Ok(Redirect::to(&at_desk.path(Page::LEAF)).into_response());
    };
    let what = match Page::PURPOSE {
        Purpose::TicketCenter | Purpose::Portal => "signatures",
        Purpose::Identity => "identity tokens",
    };
    ConfirmAction::new(&at_desk, Page::SECTION, &format!("{}/revoke", Page::LEAF), Page::LEAF)
        .about("Revoke a previous secret".to_owned(), "Revoke now")
        .says(format!(
            "This revokes the secret that was generated at {}.",
            shown_time(record.created_at)
        ))
        .says(format!(
            "From then on, {what} that your server still makes with it are rejected. You cannot undo this."
        ))
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
    let (name, variable) = (name(purpose), variable(purpose));
    Ok(SecretsView { name, variable, current, previous, issued })
}

/// The active secrets of a desk.
pub(super) struct ActiveSecrets {
    /// The secrets of the page's purpose, the current one first.
    pub(super) own: Vec<ActiveSecret>,
    /// The secrets of the other purposes.
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
    records.retain(|record| record.purpose == purpose && record.state(now).is_active());
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

/// Returns the name of the secret on the pages.
const fn name(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::TicketCenter => "HMAC Secret",
        Purpose::Portal => "Portal Ticket Auth Secret",
        Purpose::Identity => "Identity Secret",
    }
}

/// Returns the environment variable in which the product expects the secret.
const fn variable(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::TicketCenter => "HELPDESKY_HMAC_SECRET",
        Purpose::Portal => "LETTERBOOK_PORTAL_TICKET_SECRET",
        Purpose::Identity => "DESKSEAL_IDENTITY_SECRET",
    }
}
