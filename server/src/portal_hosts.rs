//! At which hosts a desk has its portal: one below the server's portal URL, and domains of its own.

use std::fmt;

use deskseal::PortalHost;
use sqlx::{AnyConnection, Row};
use url::{Host, Url};

use crate::config::bare_host;
use crate::desks::DeskName;
use crate::ids::DeskId;
use crate::origin::is_public_suffix;
use crate::store::{Store, StoreError};

/// The longest label made of a name; DNS takes 63 characters, and an id's end may follow.
const MAX_LABEL: usize = 40;

/// How much of a desk's id tells its label from another one's.
const ID_END: usize = 12;

/// The host below which every desk has its default portal, and how portals are reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PortalRoot {
    host: PortalHost,
    is_secure: bool,
    port: Option<u16>,
}

impl PortalRoot {
    /// Reads a URL of a host name alone.
    pub fn of(url: &Url) -> Option<Self> {
        let host = bare_host(url).filter(is_name)?;
        Some(Self { host, is_secure: url.scheme() == "https", port: url.port() })
    }

    /// Returns the root beside a public URL: `help.` before its host, or a host of this machine where
    /// that is an address.
    pub fn beside(public_url: &Url, public_host: &PortalHost) -> Option<Self> {
        let name = if is_name(public_host) { public_host.as_str() } else { "localhost" };
        let host = deskseal::canonical_host(&format!("help.{name}")).ok()?;
        Some(Self { host, is_secure: public_url.scheme() == "https", port: public_url.port() })
    }

    /// Returns the host.
    pub const fn host(&self) -> &PortalHost {
        &self.host
    }

    /// Tells whether portals are reached by https.
    pub const fn is_secure(&self) -> bool {
        self.is_secure
    }

    /// Returns the label of a desk's default host, if this is one.
    pub fn label_of<'host>(&self, host: &'host PortalHost) -> Option<&'host str> {
        let label = host.as_str().strip_suffix(self.host.as_str())?.strip_suffix('.')?;
        (!label.is_empty() && !label.contains('.')).then_some(label)
    }

    /// Returns the URL at which browsers reach a portal's host.
    pub fn url_of(&self, host: &str) -> String {
        let scheme = if self.is_secure { "https" } else { "http" };
        match self.port {
            Some(port) => format!("{scheme}://{host}:{port}"),
            None => format!("{scheme}://{host}"),
        }
    }

    fn includes(&self, host: &PortalHost) -> bool {
        host == &self.host
            || host
                .as_str()
                .strip_suffix(self.host.as_str())
                .is_some_and(|rest| rest.ends_with('.'))
    }
}

/// A domain at which a desk has its portal, in the form of SPEC 4.1.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, sqlx::Type)]
#[sqlx(transparent)]
pub struct PortalDomain(String);

/// Why a domain cannot be a desk's.
#[derive(Debug, thiserror::Error)]
pub enum PortalDomainError {
    /// It is no bare host. The sentence shows the right value where there is one.
    #[error("{0}")]
    Malformed(String),
    /// It is an IP address.
    #[error("This is an IP address; enter a domain name such as help.example.com.")]
    Address,
    /// Strangers register names under it.
    #[error(
        "`{0}` is a public suffix, under which anybody can register a name; enter your own domain."
    )]
    PublicSuffix(String),
    /// The server uses it itself.
    #[error("`{0}` is one of this server's own hosts; enter a domain of yours.")]
    Reserved(String),
    /// This desk has it, or another one.
    #[error("`{0}` is set up already, for this desk or another one on this server.")]
    Taken(String),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for PortalDomainError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

impl PortalDomain {
    /// Reads a domain that an owner enters for a portal.
    ///
    /// # Errors
    /// [`PortalDomainError`], but for `Taken` and `Store`.
    pub fn parse(
        text: &str,
        root: &PortalRoot,
        public_host: &PortalHost,
    ) -> Result<Self, PortalDomainError> {
        let text = text.trim();
        if text.contains('*') {
            let message = "A portal needs each of its domains by name; enter it without `*`.";
            return Err(PortalDomainError::Malformed(message.to_owned()));
        }
        let host = deskseal::canonical_host(text).map_err(|error| {
            PortalDomainError::Malformed(error.message().replace("portal host", "domain"))
        })?;
        if !is_name(&host) {
            return Err(PortalDomainError::Address);
        }
        if is_public_suffix(host.as_str()) {
            return Err(PortalDomainError::PublicSuffix(host.into_string()));
        }
        if &host == public_host || root.includes(&host) {
            return Err(PortalDomainError::Reserved(host.into_string()));
        }
        Ok(Self(host.into_string()))
    }

    /// Returns the domain.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PortalDomain {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// A desk's portal, as its owner sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PortalSetup {
    /// Its host below the server's portal URL.
    pub default_host: String,
    /// The desk's own domains.
    pub domains: Vec<PortalDomain>,
    /// Whether it takes tickets.
    pub is_open: bool,
}

/// The desk whose portal is at a host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PortalDesk {
    /// The desk.
    pub id: DeskId,
    /// Its name.
    pub name: String,
    /// Its revision, to be opened at.
    pub revision: String,
    /// The host that was asked for.
    pub host: PortalHost,
    /// Whether it takes tickets.
    pub is_open: bool,
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
    let row = sqlx::query(statement).bind(key).fetch_optional(store.readers()).await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(PortalDesk {
        id: row.try_get("id")?,
        name: row.try_get("name")?,
        revision: row.try_get("revision")?,
        is_open: row.try_get::<i64, _>("is_open")? != 0,
        host,
    }))
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
    let row = sqlx::query("SELECT label, is_open FROM portals WHERE desk_id = $1")
        .bind(desk.as_str())
        .fetch_optional(store.readers())
        .await?;
    let Some(row) = row else { return Ok(None) };
    let label: String = row.try_get("label")?;
    let domains =
        sqlx::query("SELECT domain FROM portal_domains WHERE desk_id = $1 ORDER BY domain")
            .bind(desk.as_str())
            .fetch_all(store.readers())
            .await?
            .iter()
            .map(|row| Ok(row.try_get("domain")?))
            .collect::<Result<_, StoreError>>()?;
    Ok(Some(PortalSetup {
        default_host: format!("{label}.{}", root.host()),
        domains,
        is_open: row.try_get::<i64, _>("is_open")? != 0,
    }))
}

/// Opens the desk's portal for tickets, or closes it. Returns whether there is such a desk.
///
/// # Errors
/// [`StoreError`].
pub async fn set_open(store: &Store, desk: &DeskId, is_open: bool) -> Result<bool, StoreError> {
    let mut transaction = store.begin().await?;
    let changed = sqlx::query("UPDATE portals SET is_open = $1 WHERE desk_id = $2")
        .bind(i64::from(is_open))
        .bind(desk.as_str())
        .execute(&mut *transaction)
        .await?
        .rows_affected();
    transaction.commit().await?;
    Ok(changed == 1)
}

/// Gives the desk's portal one more domain.
///
/// # Errors
/// [`PortalDomainError::Taken`], [`PortalDomainError::Store`].
pub async fn add_domain(
    store: &Store,
    desk: &DeskId,
    domain: &PortalDomain,
) -> Result<(), PortalDomainError> {
    let mut transaction = store.begin().await?;
    let added = sqlx::query(
        "INSERT INTO portal_domains (domain, desk_id) VALUES ($1, $2) \
         ON CONFLICT (domain) DO NOTHING",
    )
    .bind(domain.as_str())
    .bind(desk.as_str())
    .execute(&mut *transaction)
    .await?
    .rows_affected();
    transaction.commit().await?;
    if added == 1 { Ok(()) } else { Err(PortalDomainError::Taken(domain.0.clone())) }
}

/// Takes a domain from the desk's portal. Returns whether it had it.
///
/// # Errors
/// [`StoreError`].
pub async fn remove_domain(store: &Store, desk: &DeskId, domain: &str) -> Result<bool, StoreError> {
    let mut transaction = store.begin().await?;
    let removed = sqlx::query("DELETE FROM portal_domains WHERE domain = $1 AND desk_id = $2")
        .bind(domain)
        .bind(desk.as_str())
        .execute(&mut *transaction)
        .await?
        .rows_affected();
    transaction.commit().await?;
    Ok(removed == 1)
}

/// Gives a new desk the label of its portal's default host.
pub(crate) async fn give_label(
    connection: &mut AnyConnection,
    desk: &DeskId,
    name: &DeskName,
) -> Result<(), sqlx::Error> {
    let label = label(name.as_str());
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

/// Returns a name as a label of DNS: letters and digits of ASCII, one hyphen for what is between.
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

fn is_name(host: &PortalHost) -> bool {
    matches!(Host::parse(host.as_str()), Ok(Host::Domain(_)))
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::{PortalDomain, PortalDomainError, PortalRoot, label};

    fn root(url: &str) -> PortalRoot {
        PortalRoot::of(&Url::parse(url).expect("it is a URL")).expect("it is a root")
    }

    fn domain(text: &str) -> Result<String, PortalDomainError> {
        let public_host = deskseal::canonical_host("desk.example.com").expect("it is a host");
        let domain = PortalDomain::parse(text, &root("https://help.example.com"), &public_host)?;
        Ok(domain.0)
    }

    #[test]
    fn a_label_is_made_of_what_dns_takes() {
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

    #[test]
    fn a_desks_host_is_one_label_below_the_root() {
        let root = root("https://help.example.com:8443");
        let label = |host| {
            let host = deskseal::canonical_host(host).expect("it is a host");
            root.label_of(&host).map(str::to_owned)
        };
        assert_eq!(label("Example.HELP.example.com").as_deref(), Some("example"));
        for host in
            ["help.example.com", "a.b.help.example.com", "evilhelp.example.com", "example.com"]
        {
            assert_eq!(label(host), None, "{host}");
        }
        assert_eq!(root.url_of("a.example"), "https://a.example:8443");
    }

    #[test]
    fn a_domain_is_a_bare_host_name_of_ones_own() {
        assert_eq!(
            domain(" Hilfe.BÜCHER.example ").expect("it is good"),
            "hilfe.xn--bcher-kva.example"
        );
        for text in [
            "",
            "https://help.acme.example/submit-ticket",
            "help.acme.example:443",
            "*.acme.example",
        ] {
            assert!(matches!(domain(text), Err(PortalDomainError::Malformed(_))), "{text}");
        }
        for text in ["co.uk", "github.io"] {
            assert!(matches!(domain(text), Err(PortalDomainError::PublicSuffix(_))), "{text}");
        }
        for text in ["192.0.2.1", "[::1]"] {
            assert!(matches!(domain(text), Err(PortalDomainError::Address)), "{text}");
        }
        for text in ["desk.example.com", "help.example.com", "acme.help.example.com"] {
            assert!(matches!(domain(text), Err(PortalDomainError::Reserved(_))), "{text}");
        }
    }

    #[test]
    fn a_refused_domain_shows_the_right_one() {
        let error = domain("https://help.acme.example/submit-ticket").expect_err("it is a URL");
        assert!(error.to_string().contains("`help.acme.example`"), "{error}");
    }
}
