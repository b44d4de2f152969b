//! Checks which sites may embed a desk's Ticket Center, and explains the result.
//!
//! This setting prevents nuisance; it is not authentication, because only browsers send a true `Origin`. Only
//! hosts are compared. Subdomains are included; the scheme `http` or `https` and the port do not matter, so
//! that a test server on another port is the same site.

use std::fmt;

use deskseal::{HostRejection, PortalHost};
use url::{Host, Url};

use crate::dns;

/// A domain or address whose pages may embed the Ticket Center, in the form of SPEC 4.1.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, sqlx::Type)]
#[sqlx(transparent)]
pub struct AllowedDomain(String);

/// Why an entry cannot be an allowed domain.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum DomainError {
    /// It is a URL, or has a port or a path.
    #[error("Enter only the domain: `{0}`.")]
    NotBare(String),
    /// It is not a host name.
    #[error("This is not a domain. Enter one such as example.com, without scheme, port and path.")]
    NoHost,
    /// No name in DNS is like this.
    #[error(
        "`{0}` cannot be a domain. Each part between the dots must have 1 to 63 characters, and must not begin \
         or end with a hyphen. Check its spelling."
    )]
    NotInDns(String),
    /// It starts with `*.`.
    #[error("Subdomains are always included. Enter `{0}`.")]
    Wildcard(String),
    /// It is a public suffix: anyone can register a name under it.
    #[error(
        "`{0}` is a public suffix: anyone can register a name under it. Enter your own domain."
    )]
    PublicSuffix(String),
}

impl From<HostRejection> for DomainError {
    fn from(rejection: HostRejection) -> Self {
        match rejection {
            HostRejection::NotBare { host } => Self::NotBare(host),
            _ => Self::NoHost,
        }
    }
}

impl AllowedDomain {
    /// Reads an entry: a domain with its subdomains, or an IP address.
    ///
    /// # Errors
    /// [`DomainError`].
    pub fn parse(text: &str) -> Result<Self, DomainError> {
        let text = text.trim();
        if let Some(parent) = text.strip_prefix("*.") {
            return Err(DomainError::Wildcard(parent.to_owned()));
        }
        let host = read_host(text)?.into_string();
        if is_public_suffix(&host) {
            return Err(DomainError::PublicSuffix(host));
        }
        Ok(Self(host))
    }

    /// Returns the domain.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn includes(&self, host: &str) -> bool {
        host == self.0 || self.is_parent_of(host)
    }

    fn is_parent_of(&self, host: &str) -> bool {
        let is_name = matches!(Host::parse(host), Ok(Host::Domain(_)));
        is_name && host.strip_suffix(&self.0).is_some_and(|rest| rest.ends_with('.'))
    }
}

impl fmt::Display for AllowedDomain {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// A desk's list of allowed domains. An empty list allows every site.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AllowedDomains(Vec<AllowedDomain>);

impl FromIterator<AllowedDomain> for AllowedDomains {
    fn from_iter<T: IntoIterator<Item = AllowedDomain>>(domains: T) -> Self {
        Self(domains.into_iter().collect())
    }
}

impl AllowedDomains {
    /// Returns the entries.
    pub fn iter(&self) -> impl Iterator<Item = &AllowedDomain> {
        self.0.iter()
    }

    /// Decides whether a page of this origin may embed the Ticket Center, and explains why.
    ///
    /// `origin` is the `Origin` header; `None` if the request has none.
    ///
    /// ```
    /// use ticket_center::origin::{AllowedDomain, AllowedDomains};
    ///
    /// let domains: AllowedDomains = [AllowedDomain::parse("example.com")?].into_iter().collect();
    /// assert!(domains.verdict(Some("https://app.example.com:8443")).is_allowed());
    /// let verdict = domains.verdict(Some("https://evilexample.com"));
    /// assert!(!verdict.is_allowed());
    /// assert!(verdict.to_string().contains("another domain"));
    /// # Ok::<(), ticket_center::origin::DomainError>(())
    /// ```
    pub fn verdict(&self, origin: Option<&str>) -> Verdict {
        let Some(origin) = origin else { return Verdict::NoBrowser };
        if self.0.is_empty() {
            return Verdict::ListEmpty;
        }
        if origin == "null" {
            return Verdict::Opaque;
        }
        let Some(url) = origin_url(origin) else { return Verdict::Malformed };
        if !matches!(url.scheme(), "http" | "https") {
            return Verdict::NoWebPage;
        }
        let Some(host) = url.host_str().and_then(|host| deskseal::canonical_host(host).ok()) else {
            return Verdict::Malformed;
        };
        self.verdict_on(host.as_str())
    }

    fn verdict_on(&self, host: &str) -> Verdict {
        if let Some(domain) = self.0.iter().find(|domain| domain.as_str() == host) {
            return Verdict::Listed(domain.clone());
        }
        if let Some(domain) = self.0.iter().find(|domain| domain.includes(host)) {
            return Verdict::Subdomain { host: host.to_owned(), domain: domain.clone() };
        }
        let resembles = |domain: &&AllowedDomain| host.contains(domain.as_str());
        match self.0.iter().find(resembles) {
            Some(domain) => Verdict::Lookalike { host: host.to_owned(), domain: domain.clone() },
            None => Verdict::NotListed { host: host.to_owned() },
        }
    }
}

/// Whether an origin is allowed, and why. `Display` is the sentence for the desk's owner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// There is no `Origin`: the call does not come from a web page.
    NoBrowser,
    /// The list is empty.
    ListEmpty,
    /// The host is in the list.
    Listed(AllowedDomain),
    /// The host is below one in the list.
    Subdomain {
        /// The origin's host.
        host: String,
        /// The entry above it.
        domain: AllowedDomain,
    },
    /// The origin is `null`.
    Opaque,
    /// The origin is not `scheme://host` or `scheme://host:port`.
    Malformed,
    /// The scheme is neither `http` nor `https`.
    NoWebPage,
    /// The host contains an entry, but is not below it.
    Lookalike {
        /// The origin's host.
        host: String,
        /// The entry that it resembles.
        domain: AllowedDomain,
    },
    /// The host is neither in the list nor below an entry.
    NotListed {
        /// The origin's host.
        host: String,
    },
}

impl Verdict {
    /// Tells whether the origin is allowed.
    pub const fn is_allowed(&self) -> bool {
        matches!(self, Self::NoBrowser | Self::ListEmpty | Self::Listed(_) | Self::Subdomain { .. })
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoBrowser => formatter.write_str(
                "Allowed: the request has no Origin header, so it does not come from a web page.",
            ),
            Self::ListEmpty => {
                formatter.write_str("Allowed: the list is empty, which allows every site.")
            }
            Self::Listed(domain) => write!(formatter, "Allowed: `{domain}` is in the list."),
            Self::Subdomain { host, domain } => {
                write!(formatter, "Allowed: `{host}` is a subdomain of `{domain}`.")
            }
            Self::Opaque => formatter.write_str(
                "Not allowed: the origin is `null`, as in sandboxed frames and local files. While the list \
                 has entries, a page needs a domain.",
            ),
            Self::Malformed => formatter.write_str(
                "Not allowed: this is not an origin. Enter one such as https://example.com or \
                 https://example.com:8443.",
            ),
            Self::NoWebPage => formatter
                .write_str("Not allowed: only http and https pages can be allowed by domain."),
            Self::Lookalike { host, domain } => write!(
                formatter,
                "Not allowed: `{host}` contains `{domain}`, but is another domain. A subdomain ends in \
                 `.{domain}`."
            ),
            Self::NotListed { host } => write!(
                formatter,
                "Not allowed: `{host}` is neither in the list nor a subdomain of an entry."
            ),
        }
    }
}

/// Returns the origin as a URL, unless it has a part that origins do not have.
fn origin_url(origin: &str) -> Option<Url> {
    let (_, authority) = origin.split_once("://")?;
    // URL parsers skip whitespace and control characters, and accept much after the host.
    let is_bare = !authority.is_empty()
        && !authority.contains(['/', '\\', '?', '#', '@', '%'])
        && !origin.contains(|character: char| character.is_whitespace() || character.is_control());
    Url::parse(origin).ok().filter(|_| is_bare)
}

/// Reads a host name that DNS can have, or an IP address.
///
/// # Errors
/// [`DomainError::NotBare`], [`DomainError::NoHost`], [`DomainError::NotInDns`].
pub(crate) fn read_host(text: &str) -> Result<PortalHost, DomainError> {
    let host = PortalHost::read(text)?;
    if dns::is_host(host.as_str()) {
        Ok(host)
    } else {
        Err(DomainError::NotInDns(host.into_string()))
    }
}

/// Tells whether the host is a public suffix, under which anyone can register a name.
pub(crate) fn is_public_suffix(host: &str) -> bool {
    psl::suffix(host.as_bytes())
        .is_some_and(|suffix| suffix.is_known() && suffix == host.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::{AllowedDomain, AllowedDomains, DomainError, Verdict};

    fn domains(entries: &[&str]) -> AllowedDomains {
        entries.iter().map(|entry| AllowedDomain::parse(entry).expect("it is a domain")).collect()
    }

    fn is_allowed(entries: &[&str], origin: &str) -> bool {
        domains(entries).verdict(Some(origin)).is_allowed()
    }

    #[test]
    fn a_host_and_its_subdomains_are_allowed_on_any_port_and_in_any_case() {
        for origin in [
            "https://example.com",
            "http://example.com",
            "https://example.com:8443",
            "https://app.example.com",
            "https://a.b.example.com:1",
            "HTTPS://APP.EXAMPLE.COM",
        ] {
            assert!(is_allowed(&["Example.COM"], origin), "{origin}");
        }
    }

    #[test]
    fn origins_that_only_resemble_an_entry_are_rejected() {
        for origin in [
            "https://evilexample.com",
            "https://example.com.evil.net",
            "https://example.com.",
            "https://example.com@evil.net",
            "https://evil.net/example.com",
            "https://evil.net#.example.com",
            "https://evil.net?.example.com",
            "https://evil.net\\.example.com",
            "https://evil.net%2eexample.com",
            "https://xn--example-.com",
            "https://.example.com.evil.net",
            "https://example.co",
            "https://com",
            "example.com",
            "https:example.com",
            "https://",
            "",
            " https://example.com",
            "https://example.com https://example.com",
            "file://example.com",
            "chrome-extension://example.com",
        ] {
            assert!(!is_allowed(&["example.com"], origin), "{origin}");
        }
    }

    #[test]
    fn a_list_rejects_a_null_origin_and_an_empty_list_allows_it() {
        assert_eq!(domains(&["example.com"]).verdict(Some("null")), Verdict::Opaque);
        assert!(AllowedDomains::default().verdict(Some("null")).is_allowed());
        assert!(AllowedDomains::default().verdict(Some("https://anything.example")).is_allowed());
    }

    #[test]
    fn a_call_without_an_origin_does_not_come_from_a_browser_and_is_allowed() {
        assert!(domains(&["example.com"]).verdict(None).is_allowed());
    }

    #[test]
    fn international_names_are_compared_as_browsers_send_them() {
        assert!(is_allowed(&["Bücher.example"], "https://shop.xn--bcher-kva.example"));
        assert!(is_allowed(&["xn--bcher-kva.example"], "https://bücher.example"));
        assert!(!is_allowed(&["bucher.example"], "https://xn--bcher-kva.example"));
    }

    #[test]
    fn ip_addresses_are_compared_as_a_whole() {
        assert!(is_allowed(&["127.0.0.1"], "http://127.0.0.1:3000"));
        assert!(is_allowed(&["[::1]"], "http://[0:0::1]:3000"));
        assert!(is_allowed(&["192.0.2.1"], "http://0xc0000201"));
        assert!(!is_allowed(&["2.0.0.1"], "http://127.2.0.0.1"));
        assert!(!is_allowed(&["0.0.0.1"], "http://1.0.0.0.1"));
        assert!(!is_allowed(&["0.2.1"], "http://192.0.2.1"));
    }

    #[test]
    fn public_suffixes_are_rejected_as_entries() {
        for entry in ["com", "co.uk", "github.io", "CO.UK"] {
            let error = AllowedDomain::parse(entry).expect_err("it is public");
            assert_eq!(error, DomainError::PublicSuffix(entry.to_ascii_lowercase()));
        }
        for entry in ["localhost", "intranet", "example.com", "someone.github.io"] {
            assert!(AllowedDomain::parse(entry).is_ok(), "{entry}");
        }
    }

    #[test]
    fn an_entry_that_no_name_in_dns_is_like_is_rejected() {
        let long = format!("{}.com", "a".repeat(64));
        for entry in ["app..com", ".com", "-a.com", "a-.com", &long] {
            let error = AllowedDomain::parse(entry).expect_err("DNS has no such name");
            assert_eq!(error, DomainError::NotInDns(entry.to_owned()));
            assert!(
                error.to_string().starts_with(&format!("`{entry}` cannot be a domain.")),
                "{error}"
            );
        }
    }

    #[test]
    fn the_error_for_a_rejected_entry_suggests_the_correct_one() {
        for entry in ["https://example.com/path", "example.com:8443"] {
            let error = AllowedDomain::parse(entry).expect_err("it is no host").to_string();
            assert!(error.contains("`example.com`"), "{error}");
        }
        let error = AllowedDomain::parse("*.example.com").expect_err("subdomains are included");
        assert_eq!(error, DomainError::Wildcard("example.com".to_owned()));
    }

    #[test]
    fn a_rejected_origin_is_explained() {
        let list = domains(&["example.com"]);
        let sentence = |origin| list.verdict(Some(origin)).to_string();
        assert!(sentence("https://evilexample.com").contains("another domain"));
        assert!(sentence("https://example.com.evil.net").contains("another domain"));
        assert!(sentence("https://else.example").contains("neither in the list"));
        assert!(sentence("null").contains("sandboxed"));
    }
}
