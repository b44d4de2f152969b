//! User ids: a customer's id in the product's own system (SPEC 4.3).

use std::fmt;

use crate::error::{Error, ErrorCode};
use crate::text::is_whitespace;
use crate::unicode::is_invisible;

/// SAML name ids have up to 256 characters; two bytes for each are allowed.
const MAX_BYTES: usize = 512;

/// What languages print for a missing value, or for an object in place of its id.
const MISSING: [&str; 6] = ["undefined", "null", "None", "nil", "NaN", "[object Object]"];

/// A user id: an opaque text that is used exactly as given (SPEC 4.3).
///
/// ```
/// use deskseal::{ErrorCode, UserId};
///
/// assert_eq!(UserId::parse("user-42")?.as_str(), "user-42");
/// assert_eq!(UserId::parse("").unwrap_err().code(), ErrorCode::UserIdEmpty);
/// # Ok::<(), deskseal::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UserId(String);

impl UserId {
    /// Takes a user id of 1 to 512 bytes, without control and invisible characters, and without whitespace
    /// at its start and end.
    ///
    /// # Errors
    /// `user_id_empty`, `user_id_too_long`, `user_id_malformed`, in this order.
    pub fn parse(user_id: &str) -> Result<Self, Error> {
        if user_id.is_empty() {
            return Err(Error::new(
                ErrorCode::UserIdEmpty,
                "The user id is empty. Pass the signed-in customer's permanent id.",
            ));
        }
        if user_id.len() > MAX_BYTES {
            return Err(Error::new(
                ErrorCode::UserIdTooLong,
                "The user id has more than 512 bytes. Pass the customer's id, not a token.",
            ));
        }
        if let Some(reason) = reason_against(user_id) {
            return Err(Error::new(
                ErrorCode::UserIdMalformed,
                format!("The user id {reason}. Pass the customer's id exactly as it is stored."),
            ));
        }
        Ok(Self(user_id.to_owned()))
    }

    /// Returns the user id.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the user id as a `String`.
    pub fn into_string(self) -> String {
        self.0
    }
}

impl AsRef<str> for UserId {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for UserId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Returns why the user id is malformed.
fn reason_against(user_id: &str) -> Option<&'static str> {
    if MISSING.contains(&user_id) {
        return Some("is the text that a language prints for a missing value");
    }
    if user_id.starts_with(is_whitespace) || user_id.ends_with(is_whitespace) {
        return Some("starts or ends with whitespace");
    }
    // Not `all`: without an early exit, the loop is done in a few vector instructions.
    if user_id.bytes().fold(true, |is_plain, byte| is_plain & matches!(byte, b' '..=b'~')) {
        return None;
    }
    user_id.chars().find_map(|character| match character {
        _ if character.is_control() => Some("contains a control character"),
        _ if !character.is_ascii() && is_invisible(character) => {
            Some("contains an invisible character")
        }
        _ => None,
    })
}
