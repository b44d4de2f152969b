//! Identity tokens: JSON Web Tokens that name a customer (SPEC 12).

mod audience;
mod claims;
mod json;
mod received;
mod write;

use std::collections::BTreeMap;

use crate::email::CanonicalEmail;
use crate::user::UserId;

pub(crate) use audience::Audience;
pub(crate) use received::Received;
pub use write::token_id_from_entropy;
#[cfg(feature = "explain")]
pub(crate) use {
    json::{Json, Members},
    received::{ALGORITHM, Payload, decoded, is_header_member},
};

/// The parameter of a link with an identity token (SPEC 12.7).
pub const TOKEN_PARAMETER: &str = "identity";

/// For how many seconds an identity token is valid unless another number is given (SPEC 12.5).
pub const DEFAULT_TOKEN_LIFETIME: i64 = 600;

/// For how many seconds an identity token in a link is valid unless another number is given (SPEC 12.7).
pub const DEFAULT_LINK_TOKEN_LIFETIME: i64 = 300;

/// The greatest length of a token in bytes (SPEC 12.6).
pub(crate) const MAX_BYTES: usize = 8192;

/// The greatest length in bytes of a token in a link (SPEC 12.7).
pub(crate) const MAX_LINK_BYTES: usize = 2048;

/// The value of a customer's attribute (SPEC 12.4).
///
/// ```
/// use deskseal::AttributeValue;
///
/// assert_eq!(AttributeValue::from("pro"), AttributeValue::Text("pro".to_owned()));
/// assert_eq!(AttributeValue::from(5), AttributeValue::Integer(5));
/// assert_eq!(AttributeValue::from(true), AttributeValue::Flag(true));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(untagged)]
pub enum AttributeValue {
    /// A text of at most 255 bytes.
    Text(String),
    /// A whole number from -(2^53 - 1) to 2^53 - 1.
    Integer(i64),
    /// True or false.
    Flag(bool),
}

impl From<&str> for AttributeValue {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for AttributeValue {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for AttributeValue {
    fn from(integer: i64) -> Self {
        Self::Integer(integer)
    }
}

impl From<bool> for AttributeValue {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

/// What an identity token says about the customer (SPEC 12.4). A user id or a proved e-mail is required.
///
/// ```
/// use deskseal::IdentityClaims;
///
/// let claims = IdentityClaims {
///     user_id: Some("user-42"),
///     email: Some("ada@example.com"),
///     attributes: [("plan".to_owned(), "pro".into())].into(),
///     ..IdentityClaims::default()
/// };
/// assert!(claims.email_verified);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdentityClaims<'text> {
    /// The customer's address as stored.
    pub email: Option<&'text str>,
    /// Whether the product has proved that the customer receives mail at `email`; `true` by default. An unproved
    /// address identifies no customer.
    pub email_verified: bool,
    /// The customer's permanent id in the product.
    pub user_id: Option<&'text str>,
    /// The customer's name, 1 to 100 characters.
    pub name: Option<&'text str>,
    /// What agents see beside the customer: at most 20 values by names that match `[a-z][a-z0-9_]{0,39}`.
    pub attributes: BTreeMap<String, AttributeValue>,
    /// The token's id, 1 to 128 visible ASCII characters; random by default.
    pub token_id: Option<&'text str>,
    /// For how many seconds the token is valid, 1 to 86 400; 600 by default.
    pub expires_in: Option<i64>,
}

impl Default for IdentityClaims<'_> {
    fn default() -> Self {
        Self {
            email: None,
            email_verified: true,
            user_id: None,
            name: None,
            attributes: BTreeMap::new(),
            token_id: None,
            expires_in: None,
        }
    }
}

/// What the identity token in a link says about the customer (SPEC 12.7). Links are logged, so it has no name and
/// no attributes.
///
/// ```
/// use deskseal::LinkClaims;
///
/// let claims = LinkClaims { user_id: Some("user-42"), ..LinkClaims::default() };
/// assert_eq!(claims.expires_in, None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LinkClaims<'text> {
    /// The customer's address as stored.
    pub email: Option<&'text str>,
    /// Whether the product has proved that the customer receives mail at `email`; `true` by default.
    pub email_verified: bool,
    /// The customer's permanent id in the product.
    pub user_id: Option<&'text str>,
    /// The token's id, 1 to 128 visible ASCII characters; random by default.
    pub token_id: Option<&'text str>,
    /// For how many seconds the token is valid, 1 to 300; 300 by default.
    pub expires_in: Option<i64>,
}

impl Default for LinkClaims<'_> {
    fn default() -> Self {
        Self { email: None, email_verified: true, user_id: None, token_id: None, expires_in: None }
    }
}

/// A customer whose identity token was verified (SPEC 12.6). There is a user id or an e-mail, or both.
///
/// ```
/// # use deskseal::{IdentityClaims, Secret, Signer, Verifier, VerifierOptions};
/// # let secret = || Secret::new("example-secret-for-documentation");
/// # let signer = Signer::new(secret()?);
/// # let verifier = Verifier::new(secret()?, VerifierOptions::default());
/// let claims = IdentityClaims { user_id: Some("user-42"), ..IdentityClaims::default() };
/// let token = signer.identity_token("desk-1", &claims, 1_767_225_600)?;
/// let verified = verifier.verify_identity_token("desk-1", &token, 1_767_225_600)?;
/// assert_eq!(verified.user_id.map(|id| id.into_string()).as_deref(), Some("user-42"));
/// assert_eq!(verified.expires_at, 1_767_226_200);
/// # Ok::<(), deskseal::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct VerifiedIdentity {
    /// The canonical e-mail that the product has proved.
    pub email: Option<CanonicalEmail>,
    /// The canonical e-mail that the product has not proved. It identifies no customer.
    pub unverified_email: Option<CanonicalEmail>,
    /// The customer's id in the product.
    pub user_id: Option<UserId>,
    /// The customer's name.
    pub name: Option<String>,
    /// The customer's attributes by name.
    pub attributes: BTreeMap<String, AttributeValue>,
    /// The token's id.
    pub token_id: Option<String>,
    /// The time of signing, in Unix seconds.
    pub issued_at: i64,
    /// The time from which the token is expired, in Unix seconds.
    pub expires_at: i64,
    /// 0 for the current secret, 1 and up for the previous ones.
    pub secret_index: usize,
}
