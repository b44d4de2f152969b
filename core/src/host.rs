//! The portal's host, and the URL it stands in (SPEC 4.1, 4.2).

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

use idna::{AsciiDenyList, domain_to_ascii_cow};
use url::{Host, Position, Url};

use crate::error::{Error, ErrorCode};
use crate::text::is_blank;

/// A portal's host as the WHATWG host parser writes it: no scheme, port or path (SPEC 4.1).
///
/// ```
/// use deskseal::PortalHost;
///
/// let host = PortalHost::parse("HELP.Bücher.example")?;
/// assert_eq!(host.as_str(), "help.xn--bcher-kva.example");
/// assert_eq!(host.into_string(), "help.xn--bcher-kva.example");
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
        Ok(Self::read(host)?)
    }

    /// Parses a bare host, for callers that have their own word for it: a domain, an origin's host.
    ///
    /// # Errors
    /// The reason, as a value to make a sentence of.
    ///
    /// ```
    /// use deskseal::{HostRejection, PortalHost};
    ///
    /// let refusal = PortalHost::read("https://help.company.com/").unwrap_err();
    /// assert_eq!(refusal, HostRejection::NotBare { host: "help.company.com".to_owned() });
    /// assert_eq!(PortalHost::read("help company").unwrap_err(), HostRejection::NoHost);
    /// ```
    pub fn read(host: &str) -> Result<Self, HostRejection> {
        bare_host(host).map(Self).ok_or_else(|| match intended_host(host) {
            Some(host) => HostRejection::NotBare { host },
            None => HostRejection::NoHost,
        })
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

/// Why a text is no bare host (SPEC 4.1).
///
/// ```
/// use deskseal::{Error, ErrorCode, HostRejection};
///
/// assert_eq!(Error::from(HostRejection::NoHost).code(), ErrorCode::HostMalformed);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum HostRejection {
    /// It is a URL, or has a port, a path or a trailing dot.
    NotBare {
        /// The host that is meant.
        host: String,
    },
    /// It cannot be a host.
    NoHost,
}

impl From<HostRejection> for Error {
    fn from(refusal: HostRejection) -> Self {
        let message = match refusal {
            HostRejection::NotBare { host } => format!(
                "The portal host is not a bare host; without scheme, port and path it is `{host}`."
            ),
            HostRejection::NoHost => {
                "The portal host is not a host such as help.company.com; pass the \
                                    name that customers visit, without scheme, port and path."
                    .to_owned()
            }
        };
        Self::new(ErrorCode::HostMalformed, message)
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

/// A URL that is safe to send a credential to: `https`, or `http` on a host of the developer's own machine
/// (SPEC 4.2).
pub(crate) struct SecureUrl {
    /// As the URL parser writes it.
    text: String,
    /// How much of it scheme, host and port are.
    origin: usize,
    host: PortalHost,
}

impl SecureUrl {
    /// Parses the URL.
    pub(crate) fn parse(text: &str) -> Result<Self, UrlRefusal> {
        if let Some(url) = Self::plain(text) {
            return Ok(url);
        }
        let url = Url::parse(text).map_err(|_| UrlRefusal::NotAbsolute)?;
        if !url.username().is_empty() || url.password().is_some_and(|password| !password.is_empty())
        {
            return Err(UrlRefusal::HasCredentials);
        }
        let Some(host) = url.host_str().filter(|host| !host.is_empty()) else {
            return Err(UrlRefusal::HasNoHost);
        };
        let host = PortalHost::read(host).map_err(|_| UrlRefusal::HasUnsignableHost)?;
        let is_secure = match url.scheme() {
            "https" => true,
            "http" => is_local(host.as_str()),
            _ => false,
        };
        if !is_secure {
            return Err(UrlRefusal::Insecure);
        }
        let origin = url[..Position::BeforePath].len();
        Ok(Self { text: url.into(), origin, host })
    }

    /// Reads a URL that the parser would give back as it is, as nearly every one is: it costs a tenth of the
    /// parser, and a page or a link needs one each time.
    fn plain(text: &str) -> Option<Self> {
        const SCHEME: &str = "https://";

        let rest = text.strip_prefix(SCHEME)?;
        let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        if !is_canonical(host) || !is_plain_path(path) {
            return None;
        }
        let mut text = text.to_owned();
        if path.is_empty() {
            text.push('/');
        }
        Some(Self { text, origin: SCHEME.len() + host.len(), host: PortalHost(host.to_owned()) })
    }

    /// Returns the host.
    pub(crate) const fn host(&self) -> &PortalHost {
        &self.host
    }

    /// Returns the host alone.
    pub(crate) fn into_host(self) -> PortalHost {
        self.host
    }

    /// Returns the URL.
    pub(crate) fn into_string(self) -> String {
        self.text
    }

    /// Returns scheme, host and port, without a slash behind them.
    pub(crate) fn into_origin(mut self) -> String {
        self.text.truncate(self.origin);
        self.text
    }
}

/// Tells whether the parser leaves the path alone: nothing to encode in it, and no dot segment.
fn is_plain_path(path: &str) -> bool {
    let is_plain =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-' | b'_' | b'.');
    path.bytes().all(is_plain) && !path.split('/').any(|segment| matches!(segment, "." | ".."))
}

/// Why [`SecureUrl::parse`] refuses.
pub(crate) enum UrlRefusal {
    NotAbsolute,
    HasCredentials,
    HasNoHost,
    HasUnsignableHost,
    Insecure,
}

impl UrlRefusal {
    /// Returns what is said of the URL: the rest of a sentence that begins with its name.
    pub(crate) const fn predicate(&self) -> &'static str {
        match self {
            Self::NotAbsolute => "is not an absolute URL such as https://help.company.com",
            Self::HasCredentials => "contains a user name or password; remove it",
            Self::HasNoHost => "has no host",
            Self::HasUnsignableHost => "has a host that cannot be signed, or that ends in a dot",
            Self::Insecure => {
                "is not https; anyone on the way could read or change what it carries. Plain http is \
                 for loopback hosts and names under .test"
            }
        }
    }
}

/// Tells whether the host is the developer's own machine: a loopback host, or a name under `.test`, which
/// RFC 6761 (section 6.2) keeps out of the public DNS.
fn is_local(host: &str) -> bool {
    host == "localhost"
        || host.ends_with(".localhost")
        || host.strip_suffix(".test").is_some()
        || host == "[::1]"
        || host.parse().is_ok_and(|address: Ipv4Addr| address.is_loopback())
}

/// Tells whether the parser would give the host back as it is, as it does with nearly every one: lower case
/// ASCII labels, none of them Punycode, and the last one no number, which would make an IPv4 address.
fn is_canonical(host: &str) -> bool {
    let is_label = |label: &str| {
        !label.is_empty()
            && !label.starts_with("xn--")
            && label.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
    };
    let last = host.rsplit('.').next();
    host.split('.').all(is_label)
        && last.is_some_and(|last| last.starts_with(|first: char| first.is_ascii_lowercase()))
}

fn bare_host(host: &str) -> Option<String> {
    let is_refused = |character: char| {
        character.is_control()
            || is_blank(character)
            || matches!(character, '%' | '@' | '/' | '\\' | '?' | '#')
    };
    if is_canonical(host) {
        return Some(host.to_owned());
    }
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
