//! The host and the origin of a request. Only this module reads `Host` and `:authority`.

use axum::http::uri::Authority;
use axum::http::{HeaderMap, Request, Version, header};
use deskseal::PortalHost;
use url::Url;

/// Returns the requested host, without its port.
pub(crate) fn requested_host<B>(request: &Request<B>) -> Option<PortalHost> {
    canonical_host(&requested_authority(request)?)
}

/// Returns the origin of the page that a browser shows for the request, if it reaches the server by this
/// scheme.
pub(crate) fn requested_origin<B>(request: &Request<B>, scheme: &str) -> Option<url::Origin> {
    let authority = requested_authority(request)?;
    let port = authority.port_u16().map(|port| format!(":{port}")).unwrap_or_default();
    let url = Url::parse(&format!("{scheme}://{}{port}", canonical_host(&authority)?)).ok()?;
    Some(url.origin())
}

/// Returns the requested host and port.
///
/// HTTP/2 has them in the request's target (`:authority`), and HTTP/1.1 too if the target is a whole URL;
/// otherwise they are in `Host`. On HTTP/2, a `Host` that names another host makes the request malformed (RFC
/// 9113, 8.3.1). On HTTP/1.1 it is ignored (RFC 9112, 3.2.2).
fn requested_authority<B>(request: &Request<B>) -> Option<Authority> {
    let Some(target) = request.uri().authority() else {
        return host_header(request.headers()).ok()?;
    };
    if request.version() < Version::HTTP_2 {
        return Some(target.clone());
    }
    match host_header(request.headers()).ok()? {
        Some(host) if !is_same(&host, target) => None,
        _ => Some(target.clone()),
    }
}

/// `Host` is repeated or invalid: the proxy that forwarded the request may have read another one.
struct HostMalformed;

/// Returns the host and port in `Host`, if there is one.
fn host_header(headers: &HeaderMap) -> Result<Option<Authority>, HostMalformed> {
    let mut hosts = headers.get_all(header::HOST).iter();
    match (hosts.next(), hosts.next()) {
        (None, _) => Ok(None),
        (Some(host), None) => {
            let host = host.to_str().ok().and_then(|host| host.parse().ok());
            host.map(Some).ok_or(HostMalformed)
        }
        (Some(_), Some(_)) => Err(HostMalformed),
    }
}

/// Tells whether both are the same host and port, where a missing port matches any.
fn is_same(one: &Authority, other: &Authority) -> bool {
    let is_same_port = match (one.port_u16(), other.port_u16()) {
        (Some(one), Some(other)) => one == other,
        _ => true,
    };
    let host = canonical_host(one);
    is_same_port && host.is_some() && host == canonical_host(other)
}

fn canonical_host(authority: &Authority) -> Option<PortalHost> {
    deskseal::canonical_host(authority.host()).ok()
}

#[cfg(test)]
mod tests {
    use axum::http::{Request, Version};

    use super::{requested_host, requested_origin};

    fn request(version: Version, uri: &str, hosts: &[&str]) -> Request<()> {
        let mut request = Request::builder().version(version).uri(uri);
        for host in hosts {
            request = request.header("host", *host);
        }
        request.body(()).expect("it is a request")
    }

    fn host(version: Version, uri: &str, hosts: &[&str]) -> Option<String> {
        requested_host(&request(version, uri, hosts)).map(|host| host.to_string())
    }

    #[test]
    fn the_host_is_compared_without_port_and_case() {
        let host = |value: &str| host(Version::HTTP_11, "/", &[value]);
        assert_eq!(host("Desk.Example.com:8080").as_deref(), Some("desk.example.com"));
        assert_eq!(host("[::1]:8080").as_deref(), Some("[::1]"));
        assert_eq!(host("desk.example.com/evil"), None);
        assert_eq!(host("desk.example.com@evil.net").as_deref(), Some("evil.net"));
    }

    #[test]
    fn on_http2_the_authority_names_the_host_and_another_one_beside_it_is_malformed() {
        let host = |hosts: &[&str]| host(Version::HTTP_2, "http://desk.example.com/", hosts);
        for hosts in [&[][..], &["desk.example.com"], &["DESK.example.com:443"]] {
            assert_eq!(host(hosts).as_deref(), Some("desk.example.com"), "{hosts:?}");
        }
        for hosts in [&["evil.example"][..], &["", ""], &["desk.example.com"; 2], &["a b"], &[""]] {
            assert_eq!(host(hosts), None, "{hosts:?}");
        }
        let ports = request(Version::HTTP_2, "http://desk.example.com:1/", &["desk.example.com:2"]);
        assert_eq!(requested_host(&ports), None);
    }

    #[test]
    fn on_http1_a_whole_url_names_the_host_and_the_header_is_ignored() {
        let named = host(Version::HTTP_11, "http://desk.example.com/", &["evil.example"]);
        assert_eq!(named.as_deref(), Some("desk.example.com"));
        assert_eq!(host(Version::HTTP_11, "/", &["desk.example.com"; 2]), None);
        assert_eq!(host(Version::HTTP_11, "/", &[]), None);
    }

    #[test]
    fn the_origin_has_the_port_unless_it_is_the_schemes_own() {
        let origin = |uri: &str, hosts: &[&str]| {
            let request = request(Version::HTTP_2, uri, hosts);
            requested_origin(&request, "https").map(|origin| origin.ascii_serialization())
        };
        for uri in ["http://desk.example.com/", "http://desk.example.com:443/"] {
            assert_eq!(origin(uri, &[]).as_deref(), Some("https://desk.example.com"));
        }
        let with_port = origin("http://desk.example.com:8443/", &[]);
        assert_eq!(with_port.as_deref(), Some("https://desk.example.com:8443"));
        assert_eq!(origin("/", &[]), None);
    }
}
