//! The portal's host, and the URL it stands in (SPEC 4.1, 4.2).

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

use idna::{AsciiDenyList, domain_to_ascii_cow};
use url::{Host, Url};

use crate::error::{Error, ErrorCode};
use crate::text::is_blank;

/// A portal's host as the WHATWG host parser writes it: no scheme, port or path (SPEC 4.1).
///
/// ```
/// use deskseal::PortalHost;
///
/// assert_eq!(PortalHost::parse("HELP.Bücher.example")?.as_str(), "help.xn--bcher-kva.example");
/// let error = PortalHost::parse("https://help.company.com/submit-ticket").unwrap_err();
/// assert!(error.message().contains("`help.company.com`"));
/// # Ok::<(), deskseal::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PortalHost(String);

impl PortalHost {
    /// Parses a bare host.
    ///
    /// # Errors
    /// `host_malformed`, with the right value where the text is a URL or has a port.
    pub fn parse(host: &str) -> Result<Self, Error> {
        bare_host(host).map(Self).ok_or_else(|| malformed(host))
    }

    /// Returns the host.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the host as a `String`.
    pub fn into_string(self) -> String {
        self.0
    }
}

impl AsRef<str> for PortalHost {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PortalHost {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Returns the canonical form of a portal host (SPEC 4.1).
///
/// # Errors
/// `host_malformed`, with the right value where the text is a URL or has a port.
///
/// ```
/// assert_eq!(deskseal::canonical_host("HELP.company.com")?.as_str(), "help.company.com");
/// # Ok::<(), deskseal::Error>(())
/// ```
pub fn canonical_host(host: &str) -> Result<PortalHost, Error> {
    PortalHost::parse(host)
}

/// Parses a URL that is safe to send a credential to: `https`, or `http` on a loopback host.
///
/// The error is the reason, ready to follow "The portal URL".
pub(crate) fn parse_secure_url(text: &str) -> Result<(Url, PortalHost), UrlRefusal> {
    let url = Url::parse(text).map_err(|_| {
        UrlRefusal::Malformed("is not an absolute URL such as https://help.company.com")
    })?;
    if !url.username().is_empty() || url.password().is_some_and(|password| !password.is_empty()) {
        return Err(UrlRefusal::Malformed("contains a user name or password; remove it"));
    }
    let Some(host) = url.host_str().filter(|host| !host.is_empty()) else {
        return Err(UrlRefusal::Malformed("has no host"));
    };
    let host = PortalHost::parse(host).map_err(|_| {
        UrlRefusal::Malformed("has a host that cannot be signed, or that ends in a dot")
    })?;
    let is_secure = match url.scheme() {
        "https" => true,
        "http" => is_loopback(host.as_str()),
        _ => false,
    };
    if is_secure { Ok((url, host)) } else { Err(UrlRefusal::Insecure) }
}

/// Why [`parse_secure_url`] refuses.
pub(crate) enum UrlRefusal {
    Malformed(&'static str),
    Insecure,
}

fn is_loopback(host: &str) -> bool {
    host == "localhost"
        || host.ends_with(".localhost")
        || host == "[::1]"
        || host.parse().is_ok_and(|address: Ipv4Addr| address.is_loopback())
}

fn bare_host(host: &str) -> Option<String> {
    let is_refused = |character: char| {
        character.is_control()
            || is_blank(character)
            || matches!(character, '%' | '@' | '/' | '\\' | '?' | '#')
    };
    if host.is_empty() || host.contains(is_refused) {
        return None;
    }
    if host.starts_with('[') {
        return serialized(host);
    }
    if host.contains(':') || host.ends_with('.') {
        return None;
    }
    // The IPv4 parser drops a trailing dot that only the mapping to ASCII brings to light.
    let ascii = domain_to_ascii_cow(host.as_bytes(), AsciiDenyList::URL).ok()?;
    if ascii.ends_with('.') {
        return None;
    }
    serialized(&ascii)
}

fn serialized(host: &str) -> Option<String> {
    Host::parse(host).ok().map(|host| host.to_string())
}

fn malformed(host: &str) -> Error {
    let message = match intended_host(host) {
        Some(intended) => {
            format!(
                "The portal host is not a bare host; without scheme, port and path it is `{intended}`."
            )
        }
        None => "The portal host is not a host such as help.company.com; pass the name that \
                 customers visit, without scheme, port and path."
            .to_owned(),
    };
    Error::new(ErrorCode::HostMalformed, message)
}

/// Returns the host that a URL, a host with a port, or an address without brackets means.
fn intended_host(text: &str) -> Option<String> {
    let text = text.trim_matches(is_blank);
    if text.parse::<Ipv6Addr>().is_ok() {
        return serialized(&format!("[{text}]"));
    }
    let with_scheme =
        if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
    let url = Url::parse(&with_scheme).ok()?;
    bare_host(url.host_str()?.trim_end_matches('.'))
}
