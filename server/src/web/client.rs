//! The client of a request: its address, also behind proxies.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName};

use crate::config::Config;
use crate::limits::ClientNetwork;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

const UNKNOWN: IpAddr = IpAddr::V4(Ipv4Addr::UNSPECIFIED);

/// The client of a request. Handlers of a guarded router can extract it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Client {
    pub(crate) address: IpAddr,
}

impl Client {
    /// Returns the client. Behind trusted proxies it is the last address in `X-Forwarded-For` that is not a
    /// trusted proxy; a client can forge everything before that.
    pub(super) fn of(config: &Config, request: &Request) -> Self {
        let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
        let peer = peer.map_or(UNKNOWN, |ConnectInfo(peer)| peer.ip().to_canonical());
        let is_trusted = |address: &IpAddr| {
            config.trusted_proxies.iter().any(|network| network.contains(address))
        };
        if !is_trusted(&peer) {
            return Self { address: peer };
        }
        let found = elements(request.headers()).rev().find_map(|element| match address(element) {
            // The proxy hides its client. The client may have forged the elements before it.
            None => Some(peer),
            Some(address) => (!is_trusted(&address)).then_some(address),
        });
        Self { address: found.unwrap_or(peer) }
    }

    /// Returns the network by which limits count.
    pub(crate) fn network(&self) -> ClientNetwork {
        ClientNetwork::of(self.address)
    }
}

impl<S: Sync> FromRequestParts<S> for Client {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get().copied().unwrap_or(Self { address: UNKNOWN }))
    }
}

/// Returns the elements of all lines of the header, in order.
///
/// Empty elements are ignored (RFC 9110, 5.6.1). Proxies write only ASCII: an element with another byte is
/// left out, and only that one.
fn elements(headers: &HeaderMap) -> impl DoubleEndedIterator<Item = &str> {
    headers
        .get_all(FORWARDED_FOR)
        .iter()
        .flat_map(|value| value.as_bytes().split(|byte| *byte == b','))
        .filter(|element| element.is_ascii())
        .filter_map(|element| std::str::from_utf8(element).ok())
        .map(str::trim)
        .filter(|element| !element.is_empty())
}

/// Reads an address, with or without a port, in brackets or quotes, as proxies write it.
fn address(element: &str) -> Option<IpAddr> {
    let element = element.strip_prefix('"').and_then(|it| it.strip_suffix('"')).unwrap_or(element);
    let bare = element.strip_prefix('[').and_then(|it| it.strip_suffix(']')).unwrap_or(element);
    let address = bare.parse().or_else(|_| element.parse().map(|socket: SocketAddr| socket.ip()));
    Some(address.ok()?.to_canonical())
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use axum::body::Body;
    use axum::extract::{ConnectInfo, Request};

    use super::Client;
    use crate::config::Config;

    fn config() -> Config {
        let proxies = ["10.0.0.0/8", "::1/128"];
        let trusted_proxies =
            proxies.iter().map(|text| text.parse().expect("it is a network")).collect();
        Config { trusted_proxies, ..Config::default() }
    }

    fn address_of(peer: &str, forwarded: &[&[u8]]) -> String {
        let mut request = Request::builder().uri("/");
        for value in forwarded {
            request = request.header("x-forwarded-for", *value);
        }
        let mut request = request.body(Body::empty()).expect("it is a request");
        let peer: SocketAddr = peer.parse().expect("it is an address");
        request.extensions_mut().insert(ConnectInfo(peer));
        Client::of(&config(), &request).address.to_string()
    }

    fn address(peer: &str, forwarded: &[&str]) -> String {
        let forwarded: Vec<_> = forwarded.iter().map(|value| value.as_bytes()).collect();
        address_of(peer, &forwarded)
    }

    #[test]
    fn only_trusted_proxies_may_name_the_client() {
        assert_eq!(address("192.0.2.1:1", &["198.51.100.1"]), "192.0.2.1");
        assert_eq!(address("10.0.0.1:1", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(address("[::1]:1", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(address("[::ffff:10.0.0.1]:1", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(address("[::ffff:192.0.2.1]:1", &["198.51.100.1"]), "192.0.2.1");
    }

    #[test]
    fn addresses_that_a_client_forges_are_ignored() {
        assert_eq!(address("10.0.0.1:1", &["1.1.1.1, 198.51.100.1, 10.2.2.2"]), "198.51.100.1");
        assert_eq!(address("10.0.0.1:1", &["1.1.1.1", "198.51.100.1"]), "198.51.100.1");
        assert_eq!(address("10.0.0.1:1", &["nonsense", "198.51.100.1, 10.2.2.2"]), "198.51.100.1");
        assert_eq!(address("10.0.0.1:1", &["10.3.3.3"]), "10.0.0.1");
    }

    #[test]
    fn a_proxy_that_hides_its_client_is_the_client() {
        for hidden in
            ["nonsense", "unknown", "_hidden", "unix:", "1.2.3", "1.2.3.4:x", "[::1", "::1]:80"]
        {
            assert_eq!(address("10.0.0.1:1", &["198.51.100.1", hidden]), "10.0.0.1", "{hidden}");
        }
    }

    #[test]
    fn only_the_element_with_a_byte_that_is_not_ascii_is_left_out() {
        for forwarded in [
            &b"\xff, 198.51.100.1"[..],
            b"198.51.100.1, \xff",
            b"1.1.1.1\xff, 198.51.100.1, 10.2.2.2",
            b"\xc3\xa4,\xff,198.51.100.1,\xff",
        ] {
            assert_eq!(address_of("10.0.0.1:1", &[forwarded]), "198.51.100.1", "{forwarded:?}");
        }
        assert_eq!(address_of("10.0.0.1:1", &[b"\xff", b"198.51.100.1"]), "198.51.100.1");
        assert_eq!(address_of("10.0.0.1:1", &[b"\xff"]), "10.0.0.1");
    }

    #[test]
    fn an_address_is_read_as_proxies_write_it() {
        for (element, expected) in [
            ("198.51.100.1:5678", "198.51.100.1"),
            ("[2001:db8::1]:80", "2001:db8::1"),
            ("[2001:db8::1]", "2001:db8::1"),
            ("2001:DB8::1", "2001:db8::1"),
            ("\"[2001:db8::1]:80\"", "2001:db8::1"),
            ("\"198.51.100.1\"", "198.51.100.1"),
            ("::ffff:198.51.100.1", "198.51.100.1"),
            ("[::ffff:198.51.100.1]:80", "198.51.100.1"),
            (" ,198.51.100.1, ,", "198.51.100.1"),
            ("198.51.100.1, ::ffff:10.2.2.2", "198.51.100.1"),
            ("198.51.100.1, [::1]:80, 10.2.2.2:443", "198.51.100.1"),
        ] {
            assert_eq!(address("10.0.0.1:1", &[element]), expected, "{element}");
        }
    }
}
