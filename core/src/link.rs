//! Writes and reads signed links (SPEC 4.5 to 4.7).

use std::borrow::Cow;

use form_urlencoded::Serializer;
use percent_encoding::percent_decode;

use crate::error::{Error, ErrorCode};
use crate::host::{PortalHost, SecureUrl, UrlRejection};
use crate::signer::SignedUser;
use crate::text::Parameter;
use crate::token::TOKEN_PARAMETER;
use crate::verifier::UserClaim;

/// The path of a portal's ticket form (SPEC 4.5).
pub const PORTAL_FORM_PATH: &str = "/submit-ticket";

/// The names of a signed link's parameters: user id, timestamp and signature (SPEC 4.5).
pub const LINK_PARAMETERS: [&str; 3] = [USER_ID, TIMESTAMP, SIGNATURE];

const USER_ID: &str = "user_id";
const TIMESTAMP: &str = "user_id_timestamp";
const SIGNATURE: &str = "user_id_signature";

/// Returns the URL of a portal's form for anonymous visitors (SPEC 4.5).
///
/// `portal_url` is the portal's absolute URL; its path, query and fragment are replaced.
///
/// # Errors
/// `portal_url_malformed`, `portal_url_insecure`.
///
/// ```
/// let url = deskseal::public_form_url("https://help.company.com")?;
/// assert_eq!(url, "https://help.company.com/submit-ticket");
/// # Ok::<(), deskseal::Error>(())
/// ```
pub fn public_form_url(portal_url: &str) -> Result<String, Error> {
    Ok(PortalUrl::parse(portal_url)?.form())
}

/// Returns the canonical host of a portal's URL, which its verifier needs (SPEC 4.2).
///
/// `portal_url` is the portal's absolute URL.
///
/// # Errors
/// `portal_url_malformed`, `portal_url_insecure`.
///
/// ```
/// let host = deskseal::portal_host("https://HELP.company.com:8443/submit-ticket")?;
/// assert_eq!(host.as_str(), "help.company.com");
/// # Ok::<(), deskseal::Error>(())
/// ```
pub fn portal_host(portal_url: &str) -> Result<PortalHost, Error> {
    Ok(PortalUrl::parse(portal_url)?.0.into_host())
}

/// The greatest length of a link's query without the user id, in bytes.
const QUERY_BYTES: usize = USER_ID.len() + TIMESTAMP.len() + SIGNATURE.len() + 6 + 11 + 64;

/// The portal's URL, of which links are made (SPEC 4.2).
pub(crate) struct PortalUrl(SecureUrl);

impl PortalUrl {
    pub(crate) fn parse(text: &str) -> Result<Self, Error> {
        SecureUrl::parse(text).map(Self).map_err(|rejection| {
            let code = match rejection {
                UrlRejection::Insecure => ErrorCode::PortalUrlInsecure,
                _ => ErrorCode::PortalUrlMalformed,
            };
            Error::new(code, format!("The portal URL {}", rejection.predicate()))
        })
    }

    pub(crate) const fn host(&self) -> &PortalHost {
        self.0.host()
    }

    /// Returns the URL of the form (SPEC 4.5).
    fn form(self) -> String {
        let mut form = self.0.into_origin();
        form.push_str(PORTAL_FORM_PATH);
        form
    }

    /// Returns the link with the signed user in its query (SPEC 4.5).
    pub(crate) fn link(self, user: &SignedUser) -> String {
        self.form_with_query(QUERY_BYTES + user.user_id.as_str().len())
            .append_pair(USER_ID, user.user_id.as_str())
            .append_pair(TIMESTAMP, itoa::Buffer::new().format(user.timestamp.seconds()))
            .append_pair(SIGNATURE, user.signature.write_hex(&mut [0; 64]))
            .finish()
    }

    /// Returns the link with an identity token in its query (SPEC 12.7).
    pub(crate) fn link_with_token(self, token: &str) -> String {
        let length = 2 + TOKEN_PARAMETER.len() + token.len();
        self.form_with_query(length).append_pair(TOKEN_PARAMETER, token).finish()
    }

    /// Returns the URL of the form, to which a query of about `length` bytes is to be written.
    fn form_with_query(self, length: usize) -> Serializer<'static, String> {
        let mut link = self.form();
        link.reserve(length);
        link.push('?');
        let query = link.len();
        Serializer::for_suffix(link, query)
    }
}

/// The three parameters in the query of a link, decoded and otherwise as received (SPEC 4.7).
pub(crate) struct Claim<'url> {
    user_id: Cow<'url, [u8]>,
    timestamp: Cow<'url, [u8]>,
    signature: Cow<'url, [u8]>,
}

impl<'url> Claim<'url> {
    /// Reads the URL of a request; `None` for an anonymous visitor.
    pub(crate) fn read(url: &'url str) -> Result<Option<Self>, Error> {
        let [user_id, timestamp, signature, _] = identity_parameters(query(url)?)?;
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
                        "The link lacks {missing}. Pass on all three parameters as signed, or none of them."
                    ),
                ))
            }
        }
    }

    #[cfg(feature = "explain")]
    /// Returns user id, timestamp and signature, or the error of the first one that is ill-formed.
    pub(crate) fn texts(&self) -> Result<(&str, &str, &str), Error> {
        Ok((self.user_id()?, self.timestamp()?, self.signature()?))
    }

    /// Returns the user id; an error if it is ill-formed.
    pub(crate) fn user_id(&self) -> Result<&str, Error> {
        Parameter::UserId.decode(&self.user_id)
    }

    /// Returns the timestamp; an error if it is ill-formed.
    pub(crate) fn timestamp(&self) -> Result<&str, Error> {
        Parameter::Timestamp.decode(&self.timestamp)
    }

    /// Returns the signature; an error if it is ill-formed.
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

/// Returns the query of an absolute URL, or of a path that starts with `/`.
fn query(url: &str) -> Result<&str, Error> {
    if !(url.is_empty() || url.starts_with('/') || has_scheme(url)) {
        return Err(Error::new(
            ErrorCode::PortalUrlMalformed,
            "The URL is neither absolute nor a path that starts with a slash. Pass the URL of the \
             request as received.",
        ));
    }
    let before_fragment = url.split_once('#').map_or(url, |(before, _)| before);
    Ok(before_fragment.split_once('?').map_or("", |(_, query)| query))
}

fn has_scheme(url: &str) -> bool {
    let is_of_scheme =
        |character: char| character.is_ascii_alphanumeric() || matches!(character, '+' | '.' | '-');
    url.starts_with(|first: char| first.is_ascii_alphabetic())
        && url.trim_start_matches(is_of_scheme).starts_with("://")
}

/// Returns the identity token in the query of a URL, decoded and otherwise as received; `None` without one.
pub(crate) fn token(url: &str) -> Result<Option<Cow<'_, [u8]>>, Error> {
    let [.., token] = identity_parameters(query(url)?)?;
    Ok(token)
}

/// The parameters with an identity: those of a signature, and the token.
const IDENTITY_PARAMETERS: [&str; 4] = [USER_ID, TIMESTAMP, SIGNATURE, TOKEN_PARAMETER];

/// Returns the values of [`IDENTITY_PARAMETERS`]; `None` for each that the query lacks.
fn identity_parameters(query: &str) -> Result<[Option<Cow<'_, [u8]>>; 4], Error> {
    let mut values = [None, None, None, None];
    for part in query.split('&') {
        // Not `split_once`: its search is made for long texts, and names are short.
        let equals = part.bytes().position(|byte| byte == b'=');
        let (name, value) = equals.map_or((part, ""), |at| (&part[..at], &part[at + 1..]));
        let Some(index) = index_of(name) else { continue };
        if values[index].replace(decoded(value)).is_some() {
            return Err(Error::new(
                ErrorCode::IdentityRepeated,
                "The link contains one of its parameters more than once. Pass on each parameter once, \
                 as signed.",
            ));
        }
    }
    if let [.., Some(_)] = values
        && values[..LINK_PARAMETERS.len()].iter().any(Option::is_some)
    {
        return Err(Error::new(
            ErrorCode::IdentityRepeated,
            "The link contains an identity token and a link signature. Pass on only one of them.",
        ));
    }
    Ok(values)
}

/// Returns the index in [`IDENTITY_PARAMETERS`] of a name, which may be percent-encoded.
fn index_of(name: &str) -> Option<usize> {
    let index = |name: &[u8]| IDENTITY_PARAMETERS.iter().position(|known| known.as_bytes() == name);
    index(name.as_bytes()).or_else(|| index(&decoded(name)))
}

/// Decodes a name or value of `application/x-www-form-urlencoded`, without repairing bad UTF-8.
fn decoded(text: &str) -> Cow<'_, [u8]> {
    // Not `any`: without an early exit, the loop is done in a few vector instructions.
    let is_plain = |is_plain, byte| is_plain & !matches!(byte, b'%' | b'+');
    if text.bytes().fold(true, is_plain) {
        return Cow::Borrowed(text.as_bytes());
    }
    let spaced = text.replace('+', " ");
    Cow::Owned(percent_decode(spaced.as_bytes()).collect())
}
