//! Where a call comes from, as far as that counts.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr};

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};

/// The address of the client, which the limits found out.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ClientAddress(pub(crate) IpAddr);

/// Where a call comes from.
#[derive(Debug)]
pub(super) struct Caller {
    /// The address of the client.
    pub(super) address: IpAddr,
    origin: Option<HeaderValue>,
}

impl Caller {
    /// Returns the origin of the page: `None` where there is none, and an empty text for what is no
    /// origin.
    pub(super) fn origin(&self) -> Option<&str> {
        self.origin.as_ref().map(|origin| origin.to_str().unwrap_or(""))
    }
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let address = parts
            .extensions
            .get::<ClientAddress>()
            .map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |ClientAddress(address)| *address);
        Ok(Self { address, origin: origin(&parts.headers) })
    }
}

/// What is there twice is no origin.
fn origin(headers: &HeaderMap) -> Option<HeaderValue> {
    let mut origins = headers.get_all(header::ORIGIN).iter();
    let first = origins.next()?;
    let is_alone = origins.next().is_none();
    Some(if is_alone { first.clone() } else { HeaderValue::from_static("") })
}
