//! The hosts of a desk's portal: one below the server's portal URL, and its own domains.

mod domain;
mod root;

use deskseal::PortalHost;
use sqlx::{AnyConnection, FromRow};

pub use domain::{PortalDomain, PortalDomainError};
pub use root::PortalRoot;
pub(crate) use root::bare_host;

use crate::ids::DeskId;
use crate::store::{Flag, Store, StoreError};

/// The longest label made from a name. DNS allows 63 characters, and the end of an id may follow.
const MAX_LABEL: usize = 40;

/// How many characters of a desk's id distinguish its label from another one.
const ID_END: usize = 12;

/// A desk's portal, as its owner sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PortalSetup {
    /// Its host below the server's portal URL.
    pub default_host: String,
    /// The desk's own domains.
    pub domains: Vec<PortalDomain>,
    /// Whether it accepts tickets.
    pub is_open: bool,
}

/// The desk whose portal is at a host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PortalDesk {
    /// The desk.
    pub id: DeskId,
    /// Its name.
    pub name: String,
    /// Its revision, by which the cache of desks finds it.
    pub revision: String,
    /// The requested host.
    pub host: PortalHost,
    /// Whether it accepts tickets.
    pub is_open: bool,
}

#[derive(FromRow)]
struct DeskRow {
    id: DeskId,
    name: String,
    revision: String,
    #[sqlx(try_from = "Flag")]
    is_open: bool,
}

#[derive(FromRow)]
struct PortalRow {
    label: String,
    #[sqlx(try_from = "Flag")]
    is_open: bool,
}

/// Returns the desk whose portal is at the host.
///
/// # Errors
/// [`StoreError`].
pub async fn desk_at(
    store: &Store,
    root: &PortalRoot,
    host: PortalHost,
) -> Result<Option<PortalDesk>, StoreError> {
    let (statement, key) = match root.label_of(&host) {
        Some(label) => (BY_LABEL, label),
        None => (BY_DOMAIN, host.as_str()),
    };
    let row = sqlx::query_as(statement).bind(key).fetch_optional(store.readers()).await?;
    let Some(DeskRow { id, name, revision, is_open }) = row else { return Ok(None) };
    Ok(Some(PortalDesk { id, name, revision, host, is_open }))
}

const BY_LABEL: &str = "SELECT desks.id, desks.name, desks.revision, portals.is_open \
     FROM portals JOIN desks ON desks.id = portals.desk_id WHERE portals.label = $1";

const BY_DOMAIN: &str = "SELECT desks.id, desks.name, desks.revision, portals.is_open \
     FROM portal_domains JOIN desks ON desks.id = portal_domains.desk_id \
     JOIN portals ON portals.desk_id = desks.id WHERE portal_domains.domain = $1";

/// Returns the desk's portal; `None` without such a desk.
///
/// # Errors
/// [`StoreError`].
pub async fn setup(
    store: &Store,
    root: &PortalRoot,
    desk: &DeskId,
) -> Result<Option<PortalSetup>, StoreError> {
    let row = sqlx::query_as("SELECT label, is_open FROM portals WHERE desk_id = $1")
        .bind(desk.as_str())
        .fetch_optional(store.readers())
        .await?;
    let Some(PortalRow { label, is_open }) = row else { return Ok(None) };
    let domains =
        sqlx::query_scalar("SELECT domain FROM portal_domains WHERE desk_id = $1 ORDER BY domain")
            .bind(desk.as_str())
            .fetch_all(store.readers())
            .await?;
    Ok(Some(PortalSetup { default_host: format!("{label}.{}", root.host()), domains, is_open }))
}

/// Opens the desk's portal for tickets, or closes it. Returns whether there is such a desk.
///
/// # Errors
/// [`StoreError`].
pub async fn set_open(store: &Store, desk: &DeskId, is_open: bool) -> Result<bool, StoreError> {
    let statement = sqlx::query("UPDATE portals SET is_open = $1 WHERE desk_id = $2")
        .bind(i64::from(is_open))
        .bind(desk.as_str());
    let changed = store.execute(statement).await?;
    Ok(changed == 1)
}

/// Adds a domain to the desk's portal.
///
/// # Errors
/// [`PortalDomainError::Taken`], [`PortalDomainError::Store`].
pub async fn add_domain(
    store: &Store,
    desk: &DeskId,
    domain: &PortalDomain,
) -> Result<(), PortalDomainError> {
    let statement = sqlx::query(
        "INSERT INTO portal_domains (domain, desk_id) VALUES ($1, $2) \
         ON CONFLICT (domain) DO NOTHING",
    )
    .bind(domain.as_str())
    .bind(desk.as_str());
    let added = store.execute(statement).await?;
    if added == 1 { Ok(()) } else { Err(PortalDomainError::Taken(domain.as_str().to_owned())) }
}

/// Removes a domain from the desk's portal. Returns whether the portal had it.
///
/// # Errors
/// [`StoreError`].
pub async fn remove_domain(store: &Store, desk: &DeskId, domain: &str) -> Result<bool, StoreError> {
    let statement = sqlx::query("DELETE FROM portal_domains WHERE domain = $1 AND desk_id = $2")
        .bind(domain)
        .bind(desk.as_str());
    let removed = store.execute(statement).await?;
    Ok(removed == 1)
}

/// Sets the label of a new desk's default portal host.
pub(crate) async fn give_label(
    connection: &mut AnyConnection,
    desk: &DeskId,
    name: &str,
) -> Result<(), sqlx::Error> {
    let label = label(name);
    if insert_label(connection, desk, &label).await? {
        return Ok(());
    }
    let id = desk.as_str();
    let end = &id[id.len().saturating_sub(ID_END)..];
    insert_label(connection, desk, &format!("{label}-{end}")).await?;
    Ok(())
}

async fn insert_label(
    connection: &mut AnyConnection,
    desk: &DeskId,
    label: &str,
) -> Result<bool, sqlx::Error> {
    let inserted = sqlx::query(
        "INSERT INTO portals (desk_id, label, is_open) VALUES ($1, $2, 1) \
         ON CONFLICT (label) DO NOTHING",
    )
    .bind(desk.as_str())
    .bind(label)
    .execute(connection)
    .await?;
    Ok(inserted.rows_affected() == 1)
}

/// Returns a name as a DNS label: ASCII letters and digits, with one hyphen for everything between.
fn label(name: &str) -> String {
    let words: Vec<_> = name
        .split(|character: char| !character.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let mut label = words.join("-").to_ascii_lowercase();
    label.truncate(MAX_LABEL);
    match label.trim_end_matches('-') {
        "" => "desk".to_owned(),
        label => label.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::label;

    #[test]
    fn a_label_contains_only_characters_that_dns_allows() {
        for (name, expected) in [
            ("Example", "example"),
            ("Example & Söhne, Inc.", "example-s-hne-inc"),
            ("日本", "desk"),
            ("xn--evil", "xn-evil"),
            (&"a ".repeat(40), &format!("{}a", "a-".repeat(19))),
        ] {
            assert_eq!(label(name), expected);
        }
    }
}
