//! The signed link: how it is written and how it is read (SPEC 4.5 to 4.7).

use std::borrow::Cow;

use form_urlencoded::Serializer;
use percent_encoding::percent_decode;

use crate::error::{Error, ErrorCode};
use crate::host::{PortalHost, SecureUrl, UrlRefusal};
use crate::signer::SignedUser;
use crate::text::Parameter;
use crate::verifier::UserClaim;

/// Where a portal serves its ticket form.
pub(crate) const PATH: &str = "/submit-ticket";
const USER_ID: &str = "user_id";
const TIMESTAMP: &str = "user_id_timestamp";
const SIGNATURE: &str = "user_id_signature";

/// How long the query is, with any timestamp and without the user id.
const QUERY_BYTES: usize = USER_ID.len() + TIMESTAMP.len() + SIGNATURE.len() + 6 + 11 + 64;

/// The portal's URL, ready to become a link (SPEC 4.2).
pub(crate) struct PortalUrl(SecureUrl);

impl PortalUrl {
    pub(crate) fn parse(text: &str) -> Result<Self, Error> {
        match SecureUrl::parse(text) {
            Ok(url) => Ok(Self(url)),
            Err(UrlRefusal::Malformed(reason)) => {
                Err(Error::new(ErrorCode::PortalUrlMalformed, format!("The portal URL {reason}.")))
            }
            Err(UrlRefusal::Insecure) => Err(Error::new(
                ErrorCode::PortalUrlInsecure,
                "The portal URL is not https; anyone on the way could use the link. Plain http is \
                 for loopback hosts.",
            )),
        }
    }

    pub(crate) const fn host(&self) -> &PortalHost {
        self.0.host()
    }

    /// Returns the link that carries the signed user (SPEC 4.5).
    pub(crate) fn link(self, user: &SignedUser) -> String {
        let mut link = self.0.into_origin();
        link.reserve(PATH.len() + QUERY_BYTES + user.user_id.as_str().len());
        link.push_str(PATH);
        link.push('?');
        let query = link.len();
        Serializer::for_suffix(link, query)
            .append_pair(USER_ID, user.user_id.as_str())
            .append_pair(TIMESTAMP, itoa::Buffer::new().format(user.timestamp.seconds()))
            .append_pair(SIGNATURE, user.signature.write_hex(&mut [0; 64]))
            .finish()
    }
}

/// What the query of a link says about the visitor, decoded and otherwise as received (SPEC 4.7).
pub(crate) struct Claim<'url> {
    user_id: Cow<'url, [u8]>,
    timestamp: Cow<'url, [u8]>,
    signature: Cow<'url, [u8]>,
}

impl<'url> Claim<'url> {
    /// Reads the URL of a request; `None` for a public visitor.
    pub(crate) fn read(url: &'url str) -> Result<Option<Self>, Error> {
        let [user_id, timestamp, signature] = identity_parameters(query(url)?)?;
        match (user_id, timestamp, signature) {
            (None, None, None) => Ok(None),
            (Some(user_id), Some(timestamp), Some(signature)) => {
                Ok(Some(Self { user_id, timestamp, signature }))
            }
            (user_id, timestamp, signature) => {
                let missing = [(USER_ID, user_id), (TIMESTAMP, timestamp), (SIGNATURE, signature)]
                    .into_iter()
                    .filter_map(|(name, value)| value.is_none().then_some(name))
                    .collect::<Vec<_>>()
                    .join(" and ");
                Err(Error::new(
                    ErrorCode::IdentityIncomplete,
                    format!(
                        "The link lacks {missing}; pass on all three parameters as signed, or none."
                    ),
                ))
            }
        }
    }

    /// Returns user id, timestamp and signature, unless one is ill-formed.
    pub(crate) fn texts(&self) -> Result<(&str, &str, &str), Error> {
        Ok((self.user_id()?, self.timestamp()?, self.signature()?))
    }

    /// Returns the user id, unless it is ill-formed.
    pub(crate) fn user_id(&self) -> Result<&str, Error> {
        Parameter::UserId.decode(&self.user_id)
    }

    /// Returns the timestamp, unless it is ill-formed.
    pub(crate) fn timestamp(&self) -> Result<&str, Error> {
        Parameter::Timestamp.decode(&self.timestamp)
    }

    /// Returns the signature, unless it is ill-formed.
    pub(crate) fn signature(&self) -> Result<&str, Error> {
        Parameter::Signature.decode(&self.signature)
    }
}

impl<'text> From<&UserClaim<'text>> for Claim<'text> {
    fn from(claim: &UserClaim<'text>) -> Self {
        Self {
            user_id: claim.user_id.as_bytes().into(),
            timestamp: claim.timestamp.as_bytes().into(),
            signature: claim.signature.as_bytes().into(),
        }
    }
}

/// Returns the query of an absolute URL or of one that begins with `/`.
fn query(url: &str) -> Result<&str, Error> {
    if !(url.is_empty() || url.starts_with('/') || has_scheme(url)) {
        return Err(Error::new(
            ErrorCode::PortalUrlMalformed,
            "The URL is neither absolute nor begins with a slash; pass the request's URL as received.",
        ));
    }
    let before_fragment = url.split_once('#').map_or(url, |(before, _)| before);
    Ok(before_fragment.split_once('?').map_or("", |(_, query)| query))
}

fn has_scheme(url: &str) -> bool {
    url.split_once("://").is_some_and(|(scheme, _)| {
        scheme.starts_with(|first: char| first.is_ascii_alphabetic())
            && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+.-".contains(&byte))
    })
}

/// Returns the values of user id, timestamp and signature where the query has them.
fn identity_parameters(query: &str) -> Result<[Option<Cow<'_, [u8]>>; 3], Error> {
    let mut values = [None, None, None];
    for part in query.split('&') {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        let name = decoded(name);
        let Some(index) =
            [USER_ID, TIMESTAMP, SIGNATURE].iter().position(|known| known.as_bytes() == &*name)
        else {
            continue;
        };
        if values[index].replace(decoded(value)).is_some() {
            return Err(Error::new(
                ErrorCode::IdentityRepeated,
                "The link has one of its parameters more than once; pass it on as signed.",
            ));
        }
    }
    Ok(values)
}

/// Decodes a name or value of `application/x-www-form-urlencoded`, without repairing bad UTF-8.
fn decoded(text: &str) -> Cow<'_, [u8]> {
    if !text.contains('+') {
        return percent_decode(text.as_bytes()).into();
    }
    let spaced = text.replace('+', " ");
    Cow::Owned(percent_decode(spaced.as_bytes()).collect())
}
