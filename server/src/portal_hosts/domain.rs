//! Checks the domains that owners enter for their portal.

use std::fmt;

use deskseal::PortalHost;

use super::root::{PortalRoot, is_name};
use crate::origin::{DomainError, is_public_suffix, read_host};
use crate::store::{StoreError, from_database_error};

/// A domain of a desk's portal, in the form of SPEC 4.1.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, sqlx::Type)]
#[sqlx(transparent)]
pub struct PortalDomain(String);

/// Why a domain cannot be used for a portal.
#[derive(Debug, thiserror::Error)]
pub enum PortalDomainError {
    /// It is not a domain, or contains more than a domain.
    #[error(transparent)]
    Malformed(#[from] DomainError),
    /// It is a wildcard.
    #[error("A portal does not support wildcards. Add each domain by its name, without `*`.")]
    Wildcard,
    /// It is an IP address.
    #[error("This is an IP address. Enter a domain name such as help.example.com.")]
    Address,
    /// It is a public suffix: anyone can register a name under it.
    #[error(
        "`{0}` is a public suffix: anyone can register a name under it. Enter your own domain."
    )]
    PublicSuffix(String),
    /// The server itself uses it.
    #[error("`{0}` is one of this server's own hosts. Enter a domain of yours.")]
    Reserved(String),
    /// This desk or another one already has it.
    #[error(
        "`{0}` is already in use by this desk or another desk on this server. Enter another domain."
    )]
    Taken(String),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

from_database_error!(PortalDomainError);

impl PortalDomain {
    /// Reads a domain that an owner enters for a portal.
    ///
    /// # Errors
    /// [`PortalDomainError`], except `Taken` and `Store`.
    pub fn parse(
        text: &str,
        root: &PortalRoot,
        public_host: &PortalHost,
    ) -> Result<Self, PortalDomainError> {
        let text = text.trim();
        if text.contains('*') {
            return Err(PortalDomainError::Wildcard);
        }
        let host = read_host(text)?;
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

#[cfg(test)]
mod tests {
    use url::Url;

    use super::{PortalDomain, PortalDomainError};
    use crate::portal_hosts::PortalRoot;

    fn root(url: &str) -> PortalRoot {
        PortalRoot::of(&Url::parse(url).expect("it is a URL")).expect("it is a root")
    }

    fn domain(text: &str) -> Result<String, PortalDomainError> {
        let public_host = deskseal::canonical_host("desk.example.com").expect("it is a host");
        let domain = PortalDomain::parse(text, &root("https://help.example.com"), &public_host)?;
        Ok(domain.0)
    }

    #[test]
    fn a_domain_is_a_bare_host_name_that_is_neither_public_nor_reserved() {
        assert_eq!(
            domain(" Hilfe.BÜCHER.example ").expect("it is good"),
            "hilfe.xn--bcher-kva.example"
        );
        for text in [
            "",
            "https://help.acme.example/submit-ticket",
            "help.acme.example:443",
            "help..acme.example",
            "-help.acme.example",
        ] {
            assert!(matches!(domain(text), Err(PortalDomainError::Malformed(_))), "{text}");
        }
        assert!(matches!(domain("*.acme.example"), Err(PortalDomainError::Wildcard)));
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
    fn the_error_for_a_rejected_domain_suggests_the_correct_one() {
        let error = domain("https://help.acme.example/submit-ticket").expect_err("it is a URL");
        assert!(error.to_string().contains("`help.acme.example`"), "{error}");
    }
}
