//! Writes tokens. Their bytes are reproducible (SPEC 12.5).

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::audience::Audience;
use super::{
    AttributeValue, DEFAULT_LINK_TOKEN_LIFETIME, DEFAULT_TOKEN_LIFETIME, IdentityClaims,
    LinkClaims, MAX_BYTES, MAX_LINK_BYTES, claims,
};
use crate::email::CanonicalEmail;
use crate::error::Error;
use crate::signature::Key;
use crate::timestamp::Timestamp;
use crate::user::UserId;

/// `{"alg":"HS256","typ":"JWT"}` in base64url, and the dot after it.
pub(super) const HEADER: &str = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.";

/// The payload, in the order in which its members are written.
#[derive(serde::Serialize)]
struct Payload<'claims> {
    aud: &'claims str,
    #[serde(skip_serializing_if = "Option::is_none")]
    sub: Option<&'claims str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<&'claims str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email_verified: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'claims str>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    attributes: &'claims BTreeMap<String, AttributeValue>,
    iat: i64,
    exp: i64,
    jti: &'claims str,
}

/// What a kind of token may be: its lifetimes in seconds, and its greatest length in bytes.
struct Limits {
    lifetime: RangeInclusive<i64>,
    usual_lifetime: i64,
    bytes: usize,
}

impl Key {
    /// Returns the token that the claims describe.
    pub(crate) fn token(
        &self,
        audience: &Audience,
        claims: &IdentityClaims<'_>,
        now: i64,
    ) -> Result<String, Error> {
        let limits = Limits {
            lifetime: claims::LIFETIME,
            usual_lifetime: DEFAULT_TOKEN_LIFETIME,
            bytes: MAX_BYTES,
        };
        self.limited_token(audience, claims, &limits, now)
    }

    /// Returns the token of a link (SPEC 12.7).
    pub(crate) fn link_token(
        &self,
        audience: &Audience,
        claims: &LinkClaims<'_>,
        now: i64,
    ) -> Result<String, Error> {
        let LinkClaims { email, email_verified, user_id, token_id, expires_in } = *claims;
        let claims = IdentityClaims {
            email,
            email_verified,
            user_id,
            token_id,
            expires_in,
            ..IdentityClaims::default()
        };
        let limits = Limits {
            lifetime: claims::LINK_LIFETIME,
            usual_lifetime: DEFAULT_LINK_TOKEN_LIFETIME,
            bytes: MAX_LINK_BYTES,
        };
        self.limited_token(audience, &claims, &limits, now)
    }

    fn limited_token(
        &self,
        audience: &Audience,
        claims: &IdentityClaims<'_>,
        limits: &Limits,
        now: i64,
    ) -> Result<String, Error> {
        let email = claims.email.map(CanonicalEmail::parse).transpose()?;
        let user_id = claims.user_id.map(UserId::parse).transpose()?;
        if user_id.is_none() && !(email.is_some() && claims.email_verified) {
            return Err(claims::no_identity());
        }
        claims.name.map(claims::check_name).transpose()?;
        claims::check_attributes(&claims.attributes)?;
        let given_id = claims.token_id.map(Cow::Borrowed);
        let token_id = given_id.map_or_else(random_token_id, Ok)?;
        claims::check_token_id(&token_id)?;
        let lifetime = claims.expires_in.unwrap_or(limits.usual_lifetime);
        claims::check_lifetime(lifetime, &limits.lifetime)?;
        let issued_at = Timestamp::new(now)?.seconds();
        let token = self.written(&Payload {
            aud: audience.as_str(),
            sub: user_id.as_ref().map(UserId::as_str),
            email: email.as_ref().map(CanonicalEmail::as_str),
            email_verified: (email.is_some() && !claims.email_verified).then_some(false),
            name: claims.name,
            attributes: &claims.attributes,
            iat: issued_at,
            exp: issued_at + lifetime,
            jti: &token_id,
        });
        if token.len() > limits.bytes {
            return Err(claims::invalid(format!(
                "The token would have more than {} bytes. Pass fewer or shorter attributes, or a shorter id.",
                limits.bytes
            )));
        }
        Ok(token)
    }

    fn written(&self, payload: &Payload<'_>) -> String {
        let payload =
            serde_json::to_vec(payload).expect("texts and numbers can be written as JSON");
        let mut token = String::with_capacity(HEADER.len() + 4 * payload.len() / 3 + 48);
        token.push_str(HEADER);
        URL_SAFE_NO_PAD.encode_string(payload, &mut token);
        let signature = self.sign(&[token.as_bytes()]);
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(signature.as_bytes(), &mut token);
        token
    }
}

/// Returns the token id made of 16 random bytes, for programs with a random source of their own (SPEC 12.5).
///
/// ```
/// assert_eq!(deskseal::token_id_from_entropy(&[0xA5; 16]), "paWlpaWlpaWlpaWlpaWlpQ");
/// ```
pub fn token_id_from_entropy(entropy: &[u8; 16]) -> String {
    URL_SAFE_NO_PAD.encode(entropy)
}

#[cfg(feature = "random")]
fn random_token_id<'id>() -> Result<Cow<'id, str>, Error> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|_| {
        claims::invalid(
            "The operating system's random source cannot be read, so no token id was made. Pass a token id.",
        )
    })?;
    Ok(token_id_from_entropy(&bytes).into())
}

#[cfg(not(feature = "random"))]
fn random_token_id<'id>() -> Result<Cow<'id, str>, Error> {
    Err(claims::invalid(
        "There is no token id, and deskseal was built without a random source. Pass a token id.",
    ))
}
