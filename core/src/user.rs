//! The customer's id in the product's own system (SPEC 4.3).

use std::fmt;

use crate::error::{Error, ErrorCode};

/// The width of the usual database column.
const MAX_BYTES: usize = 255;

/// A user id: opaque, and used exactly as given (SPEC 4.3).
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
    /// Takes a user id of 1 to 255 bytes without control characters.
    ///
    /// # Errors
    /// `user_id_empty`, `user_id_too_long`, `user_id_malformed`, in this order.
    pub fn parse(user_id: &str) -> Result<Self, Error> {
        if user_id.is_empty() {
            return Err(Error::new(
                ErrorCode::UserIdEmpty,
                "The user id is empty; pass the signed-in customer's stable id.",
            ));
        }
        if user_id.len() > MAX_BYTES {
            return Err(Error::new(
                ErrorCode::UserIdTooLong,
                "The user id has more than 255 bytes; pass the customer's id, not a token.",
            ));
        }
        if user_id.contains(char::is_control) {
            return Err(Error::new(
                ErrorCode::UserIdMalformed,
                "The user id contains a control character; pass the customer's id as stored.",
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
