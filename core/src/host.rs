//! The portal's host and URL (SPEC 4.1, 4.2).

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

use idna::{AsciiDenyList, domain_to_ascii_cow};
use url::{Host, Position, Url};

use crate::error::{Error, ErrorCode};
use crate::text::is_whitespace;

/// A portal's host in canonical form, without scheme, port and path (SPEC 4.1).
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
    /// Parses a host name or IP address.
    ///
    /// # Errors
    /// `host_malformed`. If the text is a URL or has a port, the message says which host to pass.
    pub fn parse(host: &str) -> Result<Self, Error> {
        Ok(Self::read(host)?)
    }

    /// Parses a host name or IP address, for callers that call it by another name, such as a domain.
    ///
    /// # Errors
    /// The reason, for a message of the caller's own.
    ///
    /// ```
    /// use deskseal::{HostRejection, PortalHost};
    ///
    /// let rejection = PortalHost::read("https://help.company.com/").unwrap_err();
    /// assert_eq!(rejection, HostRejection::NotBare { host: "help.company.com".to_owned() });
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

/// Why a text is rejected as a host (SPEC 4.1).
///
/// ```
/// use deskseal::{Error, ErrorCode, HostRejection};
///
/// assert_eq!(Error::from(HostRejection::NoHost).code(), ErrorCode::HostMalformed);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum HostRejection {
    /// The text is a URL, or a host with a port, a path or a trailing dot.
    NotBare {
        /// The host that it contains.
        host: String,
    },
    /// The text contains no host.
    NoHost,
}

impl From<HostRejection> for Error {
    fn from(rejection: HostRejection) -> Self {
        let message = match rejection {
            HostRejection::NotBare { host } => format!(
                "The portal host has a scheme, a port, a path or a trailing dot. Pass only `{host}`."
            ),
            HostRejection::NoHost => {
                "The portal host is not a host name such as help.company.com. \
                                      Pass the host that customers visit, without scheme, port \
                                      and path."
                    .to_owned()
            }
        };
        Self::new(ErrorCode::HostMalformed, message)
    }
}

/// Returns the canonical form of a portal host (SPEC 4.1).
///
/// # Errors
/// `host_malformed`. If the text is a URL or has a port, the message says which host to pass.
///
/// ```
/// assert_eq!(deskseal::canonical_host("HELP.company.com")?.as_str(), "help.company.com");
/// # Ok::<(), deskseal::Error>(())
/// ```
pub fn canonical_host(host: &str) -> Result<PortalHost, Error> {
    PortalHost::parse(host)
}

/// A URL to which a credential may be sent: `https`, or `http` on a local host (SPEC 4.2).
pub(crate) struct SecureUrl {
    /// The URL as the URL parser serialises it.
    text: String,
    /// The length in bytes of scheme, host and port.
    origin: usize,
    host: PortalHost,
}

impl SecureUrl {
    /// Parses the URL.
    pub(crate) fn parse(text: &str) -> Result<Self, UrlRejection> {
        if let Some(url) = Self::plain(text) {
            return Ok(url);
        }
        let url = Url::parse(text).map_err(|_| UrlRejection::NotAbsolute)?;
        if !url.username().is_empty() || url.password().is_some_and(|password| !password.is_empty())
        {
            return Err(UrlRejection::HasCredentials);
        }
        let Some(host) = url.host_str().filter(|host| !host.is_empty()) else {
            return Err(UrlRejection::HasNoHost);
        };
        let host = PortalHost::read(host).map_err(|_| UrlRejection::HasInvalidHost)?;
        let is_secure = match url.scheme() {
            "https" => true,
            "http" => is_local(host.as_str()),
            _ => false,
        };
        if !is_secure {
            return Err(UrlRejection::Insecure);
        }
        let origin = url[..Position::BeforePath].len();
        Ok(Self { text: url.into(), origin, host })
    }

    /// Parses a URL that the URL parser would not change, as nearly every URL is. This takes a tenth of the URL
    /// parser's time, and every page and link needs it.
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

    /// Returns the host.
    pub(crate) fn into_host(self) -> PortalHost {
        self.host
    }

    /// Returns the URL.
    pub(crate) fn into_string(self) -> String {
        self.text
    }

    /// Returns scheme, host and port, without a slash after them.
    pub(crate) fn into_origin(mut self) -> String {
        self.text.truncate(self.origin);
        self.text
    }
}

/// Tells whether the URL parser would not change the path: it has nothing to encode, and no dot segment.
fn is_plain_path(path: &str) -> bool {
    let is_plain =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-' | b'_' | b'.');
    path.bytes().all(is_plain) && !path.split('/').any(|segment| matches!(segment, "." | ".."))
}

/// Why [`SecureUrl::parse`] rejects a URL.
pub(crate) enum UrlRejection {
    NotAbsolute,
    HasCredentials,
    HasNoHost,
    HasInvalidHost,
    Insecure,
}

impl UrlRejection {
    /// Returns the message after its subject, which is the name of the parameter.
    pub(crate) const fn predicate(&self) -> &'static str {
        match self {
            Self::NotAbsolute => {
                "is not an absolute URL. Pass a URL such as https://help.company.com."
            }
            Self::HasCredentials => "contains a user name or a password. Remove it.",
            Self::HasNoHost => "has no host. Pass a URL such as https://help.company.com.",
            Self::HasInvalidHost => {
                "has an invalid host. Correct the host, and remove a dot at its end."
            }
            Self::Insecure => {
                "does not use https, so anyone on the network path could read or change the data. \
                 Use https. Plain http is accepted only for loopback hosts and names under .test."
            }
        }
    }
}

/// Tells whether the host is local: a loopback host, or a name under `.test`, which RFC 6761 (section 6.2)
/// reserves for tests.
fn is_local(host: &str) -> bool {
    host == "localhost"
        || host.ends_with(".localhost")
        || host.strip_suffix(".test").is_some()
        || host == "[::1]"
        || host.parse().is_ok_and(|address: Ipv4Addr| address.is_loopback())
}

/// Tells whether the host parser would not change the host, as it is with nearly every host: its labels are
/// lowercase ASCII and not Punycode, and the last label is not a number, which would make it an IPv4 address.
fn is_canonical(host: &str) -> bool {
    // Not `all`: without an early exit, the loop is done in a few vector instructions.
    let is_plain = host.bytes().fold(true, |is_plain, byte| {
        is_plain & matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.')
    });
    let mut labels = host.as_bytes().split(|byte| *byte == b'.');
    let is_label = |label: &[u8]| !label.is_empty() && !label.starts_with(b"xn--");
    let last = host.as_bytes().rsplit(|byte| *byte == b'.').next();
    is_plain
        && labels.all(is_label)
        && last.is_some_and(|last| last.first().is_some_and(u8::is_ascii_lowercase))
}

fn bare_host(host: &str) -> Option<String> {
    let is_forbidden = |character: char| {
        character.is_control()
            || is_whitespace(character)
            || matches!(character, '%' | '@' | '/' | '\\' | '?' | '#')
    };
    if is_canonical(host) {
        return Some(host.to_owned());
    }
    if host.is_empty() || host.contains(is_forbidden) {
        return None;
    }
    if host.starts_with('[') {
        return serialized(host);
    }
    if host.contains(':') || host.ends_with('.') {
        return None;
    }
    // The mapping to ASCII can produce a trailing dot, which the IPv4 parser would remove.
    let ascii = domain_to_ascii_cow(host.as_bytes(), AsciiDenyList::URL).ok()?;
    if ascii.ends_with('.') {
        return None;
    }
    serialized(&ascii)
}

fn serialized(host: &str) -> Option<String> {
    Host::parse(host).ok().map(|host| host.to_string())
}

/// Returns the host of a URL, of a host with a port, or of an IPv6 address without brackets.
fn intended_host(text: &str) -> Option<String> {
    let text = text.trim_matches(is_whitespace);
    if text.parse::<Ipv6Addr>().is_ok() {
        return serialized(&format!("[{text}]"));
    }
    let with_scheme =
        if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
    let url = Url::parse(&with_scheme).ok()?;
    bare_host(url.host_str()?.trim_end_matches('.'))
}
