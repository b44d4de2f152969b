//! The host below which desks have their portals.

use deskseal::PortalHost;
use url::{Host, Url};

use crate::origin::read_host;

/// The host below which every desk has its default portal, and how portals are reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PortalRoot {
    host: PortalHost,
    is_secure: bool,
    port: Option<u16>,
}

impl PortalRoot {
    /// Returns the root of a URL that consists of a host name only.
    pub fn of(url: &Url) -> Option<Self> {
        let host = bare_host(url).filter(is_name)?;
        Some(Self { host, is_secure: url.scheme() == "https", port: url.port() })
    }

    /// Returns the default root for a public URL: `help.` before its host, or a loopback host name if that is
    /// an address.
    pub fn beside(public_url: &Url, public_host: &PortalHost) -> Option<Self> {
        let name = if is_name(public_host) { public_host.as_str() } else { "localhost" };
        let host = read_host(&format!("help.{name}")).ok()?;
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

    /// Returns the desk's label if the host is a desk's default host.
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

    pub(super) fn includes(&self, host: &PortalHost) -> bool {
        host == &self.host
            || host
                .as_str()
                .strip_suffix(self.host.as_str())
                .is_some_and(|rest| rest.ends_with('.'))
    }
}

/// Returns the URL's host, if the URL is http or https and names nothing else.
pub(crate) fn bare_host(url: &Url) -> Option<PortalHost> {
    let is_bare = matches!(url.scheme(), "http" | "https")
        && url.path() == "/"
        && url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none();
    url.host_str().filter(|_| is_bare).and_then(|host| read_host(host).ok())
}

/// Tells whether the host is a name and no IP address.
pub(super) fn is_name(host: &PortalHost) -> bool {
    matches!(Host::parse(host.as_str()), Ok(Host::Domain(_)))
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::{PortalRoot, bare_host};

    #[test]
    fn a_url_of_a_host_that_no_name_in_dns_is_like_is_rejected() {
        let host = |url: &str| bare_host(&Url::parse(url).expect("it is a URL"));
        assert!(
            host("https://desk.example.com").is_some() && host("http://127.0.0.1:8080").is_some()
        );
        for url in ["https://desk..example.com", "https://-desk.example.com", "https://.com"] {
            assert_eq!(host(url), None, "{url}");
        }
    }

    #[test]
    fn a_desks_host_is_one_label_below_the_root() {
        let url = Url::parse("https://help.example.com:8443").expect("it is a URL");
        let root = PortalRoot::of(&url).expect("it is a root");
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
}
