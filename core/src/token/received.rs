//! Reads tokens that a visitor sent (SPEC 12.6).

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::audience::Audience;
use super::json::{Json, Members};
use super::{AttributeValue, MAX_BYTES, MAX_LINK_BYTES, VerifiedIdentity, claims, write};
use crate::email::CanonicalEmail;
use crate::error::{Error, ErrorCode};
use crate::signature::Signature;
use crate::timestamp::Timestamp;
use crate::user::UserId;

/// The only algorithm of a token, HMAC-SHA256 (RFC 7518, section 3.2).
pub(crate) const ALGORITHM: &str = "HS256";

/// A token whose form and header are as specified. Nothing in it is known to be true.
pub(crate) struct Received<'token> {
    /// The message that is signed: header and payload, with the dot between them.
    pub(crate) message: &'token str,
    pub(crate) signature: Signature,
    payload: Vec<u8>,
}

/// The payload of a token whose signature was verified.
pub(crate) struct Payload<'text>(Members<'text>);

impl<'token> Received<'token> {
    /// Reads a token (SPEC 12.6, steps 2 and 3).
    pub(crate) fn parse(token: &'token str) -> Result<Self, Error> {
        if token.len() > MAX_BYTES {
            return Err(malformed("has more than 8192 bytes"));
        }
        let parts = token.rsplit_once('.').and_then(|(message, signature)| {
            let (header, payload) = message.split_once('.')?;
            (!payload.contains('.')).then_some((message, header, payload, signature))
        });
        let Some((message, header, payload, signature)) = parts else {
            return Err(malformed("does not have three parts, with two dots between them"));
        };
        let not_base64url = || malformed("is not written in base64url without padding");
        let decoded_header = decoded(header).ok_or_else(not_base64url)?;
        let payload = decoded(payload).ok_or_else(not_base64url)?;
        let signature = decoded(signature).ok_or_else(not_base64url)?;
        let Ok(signature) = <[u8; 32]>::try_from(signature) else {
            return Err(malformed("has a signature that is not 32 bytes long"));
        };
        if !message.starts_with(write::HEADER) && !is_header(&decoded_header) {
            return Err(malformed(
                "has a header other than the algorithm HS256 (alg), the type JWT (typ) and a key id (kid)",
            ));
        }
        Ok(Self { message, signature: Signature::from_bytes(signature), payload })
    }

    /// Reads the token of a link (SPEC 12.7).
    pub(crate) fn parse_of_link(token: &'token str) -> Result<Self, Error> {
        if token.len() > MAX_LINK_BYTES {
            return Err(malformed("has more than 2048 bytes, the most in a link"));
        }
        Self::parse(token)
    }

    /// Reads the payload (SPEC 12.6, step 5). To be called when the signature was verified.
    pub(crate) fn payload(&self) -> Result<Payload<'_>, Error> {
        let text = std::str::from_utf8(&self.payload).ok();
        text.and_then(Members::read).map(Payload::new).ok_or_else(|| {
            malformed("has a payload that is not a JSON object with each member once")
        })
    }
}

/// When a token was signed, and when it is valid.
pub(crate) struct Times {
    issued_at: i64,
    expires_at: i64,
    not_before: Option<i64>,
}

impl Times {
    fn check(&self, lifetime: &RangeInclusive<i64>, now: Timestamp) -> Result<(), Error> {
        claims::check_lifetime(self.expires_at - self.issued_at, lifetime)?;
        self.check_window(now)
    }

    /// Checks for how long the token is valid, as one that is not in a link.
    #[cfg(feature = "explain")]
    pub(crate) fn check_length(&self) -> Result<(), Error> {
        claims::check_lifetime(self.expires_at - self.issued_at, &claims::LIFETIME)
    }

    /// Checks that the token is valid at `now`.
    pub(crate) fn check_window(&self, now: Timestamp) -> Result<(), Error> {
        claims::check_window(self.issued_at, self.expires_at, self.not_before, now)
    }
}

impl<'text> Payload<'text> {
    pub(crate) const fn new(members: Members<'text>) -> Self {
        Self(members)
    }

    /// Returns the identity (SPEC 12.6, steps 6 to 10).
    pub(crate) fn identity(
        &self,
        audience: &Audience,
        now: Timestamp,
        secret_index: usize,
    ) -> Result<VerifiedIdentity, Error> {
        self.limited_identity(audience, &claims::LIFETIME, now, secret_index)
    }

    /// Returns the identity in the token of a link (SPEC 12.7).
    pub(crate) fn identity_of_link(
        &self,
        audience: &Audience,
        now: Timestamp,
        secret_index: usize,
    ) -> Result<VerifiedIdentity, Error> {
        let identity =
            self.limited_identity(audience, &claims::LINK_LIFETIME, now, secret_index)?;
        if self.has("name") || self.has("attributes") {
            return Err(claims::invalid(
                "The token in a link has a name or attributes, which would be logged. Leave them out.",
            ));
        }
        if identity.token_id.is_none() {
            return Err(claims::invalid(
                "The token in a link has no id (jti), so it could be used twice. Give each token an id.",
            ));
        }
        Ok(identity)
    }

    fn limited_identity(
        &self,
        audience: &Audience,
        lifetime: &RangeInclusive<i64>,
        now: Timestamp,
        secret_index: usize,
    ) -> Result<VerifiedIdentity, Error> {
        self.check_audience(audience)?;
        let times = self.times()?;
        times.check(lifetime, now)?;
        let user_id = self.user_id()?;
        let Emails { proved, unproved } = self.emails()?;
        if user_id.is_none() && proved.is_none() {
            return Err(claims::no_identity());
        }
        Ok(VerifiedIdentity {
            email: proved,
            unverified_email: unproved,
            user_id,
            name: self.name()?.map(Cow::into_owned),
            attributes: self.attributes()?,
            token_id: self.token_id()?.map(Cow::into_owned),
            issued_at: times.issued_at,
            expires_at: times.expires_at,
            secret_index,
        })
    }

    /// Checks for whom the token is.
    pub(crate) fn check_audience(&self, audience: &Audience) -> Result<(), Error> {
        let stated = self.0.get("aud").and_then(|aud| aud.text().or_else(|| only_text(aud)));
        let Some(stated) = stated else { return Err(missing_or_of_wrong_type("aud", "one text")) };
        if stated == audience.as_str() {
            return Ok(());
        }
        Err(Error::new(
            ErrorCode::IdentityTokenAudience,
            "The token is for another desk or portal. Sign it for this helpdesk id, or for the portal's host.",
        ))
    }

    /// Returns the times, each an integer.
    pub(crate) fn times(&self) -> Result<Times, Error> {
        let time = |name| self.claim(name, Json::integer, SECONDS);
        let required = |name| time(name)?.ok_or_else(|| missing_or_of_wrong_type(name, SECONDS));
        Ok(Times {
            issued_at: required("iat")?,
            expires_at: required("exp")?,
            not_before: time("nbf")?,
        })
    }

    pub(crate) fn user_id(&self) -> Result<Option<UserId>, Error> {
        self.text("sub")?.as_deref().map(UserId::parse).transpose()
    }

    pub(crate) fn emails(&self) -> Result<Emails, Error> {
        let email = self.text("email")?.as_deref().map(CanonicalEmail::parse).transpose()?;
        let is_proved = self.claim("email_verified", Json::flag, "true or false")?.unwrap_or(true);
        let (proved, unproved) = if is_proved { (email, None) } else { (None, email) };
        Ok(Emails { proved, unproved })
    }

    pub(crate) fn name(&self) -> Result<Option<Cow<'text, str>>, Error> {
        self.checked_text("name", claims::check_name)
    }

    pub(crate) fn attributes(&self) -> Result<BTreeMap<String, AttributeValue>, Error> {
        let Some(members) = self.claim("attributes", Json::object, "an object")? else {
            return Ok(BTreeMap::new());
        };
        claims::check_attribute_count(members.iter().len())?;
        let attribute = |(name, value): (&str, Json<'_>)| {
            claims::check_attribute_name(name)?;
            let value = attribute_value(value).ok_or_else(|| {
                missing_or_of_wrong_type("attributes", "texts, integers and booleans")
            })?;
            claims::check_attribute_value(&value)?;
            Ok((name.to_owned(), value))
        };
        members.iter().map(attribute).collect()
    }

    pub(crate) fn token_id(&self) -> Result<Option<Cow<'text, str>>, Error> {
        self.checked_text("jti", claims::check_token_id)
    }

    pub(crate) fn has(&self, claim: &str) -> bool {
        self.0.get(claim).is_some()
    }

    fn checked_text(
        &self,
        name: &'static str,
        check: impl Fn(&str) -> Result<(), Error>,
    ) -> Result<Option<Cow<'text, str>>, Error> {
        let text = self.text(name)?;
        text.as_deref().map(check).transpose()?;
        Ok(text)
    }

    fn text(&self, name: &'static str) -> Result<Option<Cow<'text, str>>, Error> {
        self.claim(name, Json::text, "a text")
    }

    /// Returns the value of a claim; `None` if there is none, an error if it has another type.
    fn claim<T>(
        &self,
        name: &'static str,
        read: impl Fn(Json<'text>) -> Option<T>,
        expected: &str,
    ) -> Result<Option<T>, Error> {
        let Some(value) = self.0.get(name) else { return Ok(None) };
        read(value).map(Some).ok_or_else(|| missing_or_of_wrong_type(name, expected))
    }
}

#[cfg(feature = "explain")]
impl Payload<'_> {
    /// Checks that there is a user id or a proved e-mail.
    pub(crate) fn check_identified(&self) -> Result<(), Error> {
        let is_proved = self.0.get("email_verified").and_then(Json::flag).unwrap_or(true);
        if self.has("sub") || is_proved { Ok(()) } else { Err(claims::no_identity()) }
    }

    /// Returns a claim that is an integer.
    pub(crate) fn integer(&self, claim: &str) -> Option<i64> {
        self.0.get(claim).and_then(Json::integer)
    }
}

/// The e-mail of a token. At most one is given.
pub(crate) struct Emails {
    proved: Option<CanonicalEmail>,
    unproved: Option<CanonicalEmail>,
}

/// What a time must be.
const SECONDS: &str = "a whole number of Unix seconds";

/// Returns the text in an array of one text.
fn only_text(array: Json<'_>) -> Option<Cow<'_, str>> {
    match array.array()?.as_slice() {
        [one] => one.text(),
        _ => None,
    }
}

fn attribute_value(value: Json<'_>) -> Option<AttributeValue> {
    let text = value.text().map(|text| AttributeValue::Text(text.into_owned()));
    text.or_else(|| value.integer().map(AttributeValue::Integer))
        .or_else(|| value.flag().map(AttributeValue::Flag))
}

/// Returns the bytes of a part; `None` unless it is base64url without padding, the unused bits of its last
/// character being zero.
pub(crate) fn decoded(part: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(part).ok()
}

/// Tells whether a header is as specified (SPEC 12.6, step 3).
fn is_header(header: &[u8]) -> bool {
    let members = std::str::from_utf8(header).ok().and_then(Members::read);
    members.is_some_and(|members| {
        members.get("alg").is_some()
            && members.iter().all(|(name, value)| is_header_member(name, value))
    })
}

/// Tells whether a header may have this member.
pub(crate) fn is_header_member(name: &str, value: Json<'_>) -> bool {
    match name {
        "alg" => value.text().is_some_and(|alg| alg == ALGORITHM),
        "typ" => value.text().is_some_and(|typ| typ == "JWT"),
        "kid" => value.text().is_some(),
        _ => false,
    }
}

fn missing_or_of_wrong_type(claim: &str, expected: &str) -> Error {
    claims::invalid(format!("The token's claim {claim} is missing, or is not {expected}."))
}

fn malformed(predicate: &str) -> Error {
    Error::new(
        ErrorCode::IdentityTokenMalformed,
        format!("The identity token {predicate}. Pass the token as the signer returned it."),
    )
}
