//! Desks: their name, allowed domains and settings.

use sqlx::AnyConnection;
use sqlx::FromRow;
use url::Url;
use uuid::Uuid;

use crate::clock::Moment;
use crate::dns;
use crate::ids::DeskId;
use crate::origin::{AllowedDomain, AllowedDomains};
use crate::portal_hosts;
use crate::store::{Flag, Store, StoreError, stored_as_text};

/// The longest name of a desk, in characters.
const MAX_NAME: usize = 100;

/// The longest URL of a support page, in bytes.
const MAX_URL: usize = 2000;

/// A desk's name, as its customers see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeskName(String);

impl DeskName {
    /// Reads a name of 1 to 100 characters, without surrounding whitespace and control characters.
    pub fn parse(text: &str) -> Option<Self> {
        let name = text.trim();
        let is_name =
            (1..=MAX_NAME).contains(&name.chars().count()) && !name.contains(char::is_control);
        is_name.then(|| Self(name.to_owned()))
    }

    /// Returns the name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Which proofs of an identity a desk accepts. No request chooses a weaker one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AcceptedProofs {
    /// E-mail signatures and link signatures.
    Signatures,
    /// Signatures and identity tokens.
    #[default]
    SignaturesAndTokens,
    /// Identity tokens.
    Tokens,
}

impl AcceptedProofs {
    /// All of them, in the order in which pages show them.
    pub const ALL: [Self; 3] = [Self::Signatures, Self::SignaturesAndTokens, Self::Tokens];

    /// Returns the stable name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Signatures => "signatures",
            Self::SignaturesAndTokens => "signatures_and_tokens",
            Self::Tokens => "tokens",
        }
    }

    /// Reads a name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|proofs| proofs.as_str() == text)
    }

    /// Tells whether signatures are accepted.
    pub const fn has_signatures(self) -> bool {
        !matches!(self, Self::Tokens)
    }

    /// Tells whether identity tokens are accepted.
    pub const fn has_tokens(self) -> bool {
        !matches!(self, Self::Signatures)
    }
}

stored_as_text!(AcceptedProofs, "policy of accepted proofs");

/// Creates a desk and its portal. It has no secrets, and any site may embed its Ticket Center.
///
/// # Errors
/// [`StoreError`].
pub async fn create(store: &Store, name: &DeskName, now: Moment) -> Result<DeskId, StoreError> {
    let id = DeskId::generate();
    let mut transaction = store.begin().await?;
    sqlx::query(
        "INSERT INTO desks (id, name, revision, accepts_as_typed, created_at) \
         VALUES ($1, $2, $3, 0, $4)",
    )
    .bind(id.as_str())
    .bind(name.as_str())
    .bind(new_revision())
    .bind(now)
    .execute(&mut *transaction)
    .await?;
    portal_hosts::give_label(&mut transaction, &id, name.as_str()).await?;
    transaction.commit().await?;
    Ok(id)
}

/// A desk's id and name.
#[derive(Debug, FromRow)]
pub struct NamedDesk {
    /// The id, which the embed contains.
    pub id: DeskId,
    /// The name that customers see.
    pub name: String,
}

/// Returns all desks, the oldest first.
///
/// # Errors
/// [`StoreError`].
pub async fn list(store: &Store) -> Result<Vec<NamedDesk>, StoreError> {
    let desks = sqlx::query_as("SELECT id, name FROM desks ORDER BY created_at, id")
        .fetch_all(store.readers())
        .await?;
    Ok(desks)
}

/// Tells whether there is such a desk.
///
/// # Errors
/// [`StoreError`].
pub async fn exists(store: &Store, desk: &DeskId) -> Result<bool, StoreError> {
    let found = sqlx::query("SELECT id FROM desks WHERE id = $1")
        .bind(desk.as_str())
        .fetch_optional(store.readers())
        .await?;
    Ok(found.is_some())
}

/// Sets the domains whose pages may embed the Ticket Center; an empty list allows all. Returns whether the
/// desk exists.
///
/// # Errors
/// [`StoreError`].
pub async fn set_allowed_domains(
    store: &Store,
    desk: &DeskId,
    domains: &[AllowedDomain],
) -> Result<bool, StoreError> {
    let mut transaction = store.begin().await?;
    if !mark_changed(&mut transaction, desk).await? {
        return Ok(false);
    }
    sqlx::query("DELETE FROM allowed_domains WHERE desk_id = $1")
        .bind(desk.as_str())
        .execute(&mut *transaction)
        .await?;
    for domain in domains {
        insert_domain(&mut transaction, desk, domain).await?;
    }
    transaction.commit().await?;
    Ok(true)
}

/// Adds a domain whose pages may embed the Ticket Center. Returns whether the desk exists.
///
/// # Errors
/// [`StoreError`].
pub async fn allow_domain(
    store: &Store,
    desk: &DeskId,
    domain: &AllowedDomain,
) -> Result<bool, StoreError> {
    let mut transaction = store.begin().await?;
    if !mark_changed(&mut transaction, desk).await? {
        return Ok(false);
    }
    insert_domain(&mut transaction, desk, domain).await?;
    transaction.commit().await?;
    Ok(true)
}

/// Removes a domain from the list. Returns whether it was in the list.
///
/// # Errors
/// [`StoreError`].
pub async fn disallow_domain(
    store: &Store,
    desk: &DeskId,
    domain: &str,
) -> Result<bool, StoreError> {
    let mut transaction = store.begin().await?;
    if !mark_changed(&mut transaction, desk).await? {
        return Ok(false);
    }
    let removed = sqlx::query("DELETE FROM allowed_domains WHERE desk_id = $1 AND domain = $2")
        .bind(desk.as_str())
        .bind(domain)
        .execute(&mut *transaction)
        .await?
        .rows_affected();
    transaction.commit().await?;
    Ok(removed == 1)
}

async fn insert_domain(
    connection: &mut AnyConnection,
    desk: &DeskId,
    domain: &AllowedDomain,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO allowed_domains (desk_id, domain) VALUES ($1, $2) \
         ON CONFLICT (desk_id, domain) DO NOTHING",
    )
    .bind(desk.as_str())
    .bind(domain.as_str())
    .execute(connection)
    .await?;
    Ok(())
}

/// Tells whether the desk accepts signatures of addresses as typed too.
///
/// # Errors
/// [`StoreError`].
pub async fn accepts_as_typed(store: &Store, desk: &DeskId) -> Result<bool, StoreError> {
    let accepts: Option<Flag> =
        sqlx::query_scalar("SELECT accepts_as_typed FROM desks WHERE id = $1")
            .bind(desk.as_str())
            .fetch_optional(store.readers())
            .await?;
    Ok(accepts.is_some_and(bool::from))
}

/// Sets whether the desk accepts signatures of addresses as typed too. Returns whether the desk exists.
///
/// # Errors
/// [`StoreError`].
pub async fn set_accepts_as_typed(
    store: &Store,
    desk: &DeskId,
    accepts_as_typed: bool,
) -> Result<bool, StoreError> {
    let mut transaction = store.begin().await?;
    if !mark_changed(&mut transaction, desk).await? {
        return Ok(false);
    }
    sqlx::query("UPDATE desks SET accepts_as_typed = $1 WHERE id = $2")
        .bind(i64::from(accepts_as_typed))
        .bind(desk.as_str())
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await?;
    Ok(true)
}

/// Returns which proofs the desk accepts; the default for an unknown desk.
///
/// # Errors
/// [`StoreError`].
pub async fn accepted_proofs(store: &Store, desk: &DeskId) -> Result<AcceptedProofs, StoreError> {
    let proofs: Option<String> =
        sqlx::query_scalar("SELECT accepted_proofs FROM desks WHERE id = $1")
            .bind(desk.as_str())
            .fetch_optional(store.readers())
            .await?;
    proofs.map_or_else(|| Ok(AcceptedProofs::default()), AcceptedProofs::try_from)
}

/// Sets which proofs the desk accepts. Without tokens, the sessions that they opened end. Returns whether the desk
/// exists.
///
/// # Errors
/// [`StoreError`].
pub async fn set_accepted_proofs(
    store: &Store,
    desk: &DeskId,
    proofs: AcceptedProofs,
) -> Result<bool, StoreError> {
    let mut transaction = store.begin().await?;
    if !mark_changed(&mut transaction, desk).await? {
        return Ok(false);
    }
    sqlx::query("UPDATE desks SET accepted_proofs = $1 WHERE id = $2")
        .bind(proofs.as_str())
        .bind(desk.as_str())
        .execute(&mut *transaction)
        .await?;
    if !proofs.has_tokens() {
        sqlx::query(
            "DELETE FROM customer_sessions WHERE contact_id IN \
             (SELECT id FROM contacts WHERE desk_id = $1)",
        )
        .bind(desk.as_str())
        .execute(&mut *transaction)
        .await?;
    }
    transaction.commit().await?;
    Ok(true)
}

/// The page of the desk's own product where its customers find the Ticket Center.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SupportPage(Url);

impl SupportPage {
    /// Reads an http or https URL without a password.
    pub fn parse(text: &str) -> Option<Self> {
        let url = Url::parse(text.trim()).ok()?;
        let is_web = matches!(url.scheme(), "http" | "https")
            && url
                .host_str()
                .is_some_and(|host| dns::is_host(host.strip_suffix('.').unwrap_or(host)));
        let is_open = url.username().is_empty() && url.password().is_none();
        (is_web && is_open && url.as_str().len() <= MAX_URL).then_some(Self(url))
    }

    /// Returns the URL.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

/// Sets the page that mails link to; without it, mails say where to reply. Returns whether the desk exists.
///
/// # Errors
/// [`StoreError`].
pub async fn set_support_page(
    store: &Store,
    desk: &DeskId,
    page: Option<&SupportPage>,
) -> Result<bool, StoreError> {
    let statement = sqlx::query("UPDATE desks SET support_page_url = $1 WHERE id = $2")
        .bind(page.map(SupportPage::as_str))
        .bind(desk.as_str());
    let changed = store.execute(statement).await?;
    Ok(changed == 1)
}

/// Returns the page that mails link to, if it is set.
///
/// # Errors
/// [`StoreError`].
pub async fn support_page(store: &Store, desk: &DeskId) -> Result<Option<String>, StoreError> {
    let page = sqlx::query_scalar("SELECT support_page_url FROM desks WHERE id = $1")
        .bind(desk.as_str())
        .fetch_optional(store.readers())
        .await?;
    Ok(page.flatten())
}

/// Gives the desk a new revision, and locks its row until the transaction ends. Returns whether the desk
/// exists.
pub(crate) async fn mark_changed(
    connection: &mut AnyConnection,
    desk: &DeskId,
) -> Result<bool, sqlx::Error> {
    let changed = sqlx::query("UPDATE desks SET revision = $1 WHERE id = $2")
        .bind(new_revision())
        .bind(desk.as_str())
        .execute(connection)
        .await?;
    Ok(changed.rows_affected() == 1)
}

/// Returns a random revision. A counter could repeat a revision with another meaning after a backup is
/// restored.
fn new_revision() -> String {
    Uuid::now_v7().to_string()
}

/// Returns the domains whose pages may embed the desk's Ticket Center.
///
/// # Errors
/// [`StoreError`].
pub async fn allowed_domains(store: &Store, desk: &DeskId) -> Result<AllowedDomains, StoreError> {
    let domains: Vec<AllowedDomain> =
        sqlx::query_scalar("SELECT domain FROM allowed_domains WHERE desk_id = $1 ORDER BY domain")
            .bind(desk.as_str())
            .fetch_all(store.readers())
            .await?;
    Ok(domains.into_iter().collect())
}
