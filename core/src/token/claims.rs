//! What is valid in a claim, for signers and verifiers (SPEC 12.4).

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use super::AttributeValue;
use crate::error::{Error, ErrorCode};
use crate::timestamp::Timestamp;

/// The greatest integer of a claim, 2^53 - 1: the greatest that every JSON reader keeps exactly.
pub(super) const MAX_INTEGER: i64 = (1 << 53) - 1;

/// For how many seconds a token may be valid.
pub(super) const LIFETIME: RangeInclusive<i64> = 1..=86_400;

/// For how many seconds a token in a link may be valid (SPEC 12.7).
pub(super) const LINK_LIFETIME: RangeInclusive<i64> = 1..=300;

/// By how many seconds the signer's clock may be ahead of the verifier's (SPEC 12.6, step 8).
const LEEWAY: i64 = 60;

const MAX_NAME_CHARACTERS: usize = 100;
const MAX_ATTRIBUTES: usize = 20;
const MAX_ATTRIBUTE_NAME_BYTES: usize = 40;
const MAX_ATTRIBUTE_BYTES: usize = 255;
const MAX_TOKEN_ID_BYTES: usize = 128;

/// Returns the error of a claim that is not as SPEC 12.4 says.
pub(super) fn invalid(message: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::new(ErrorCode::IdentityTokenClaim, message)
}

/// Returns the error of a token that identifies no customer.
pub(super) fn no_identity() -> Error {
    invalid(
        "The token names no customer: it has neither a user id (sub) nor a proved e-mail. Pass the customer's \
         permanent id, an e-mail that the product has verified, or both.",
    )
}

pub(super) fn check_name(name: &str) -> Result<(), Error> {
    if !(1..=MAX_NAME_CHARACTERS).contains(&name.chars().take(MAX_NAME_CHARACTERS + 1).count()) {
        return Err(invalid(
            "The name does not have 1 to 100 characters. Shorten it, or leave it out.",
        ));
    }
    if name.contains(|character: char| character.is_control() || is_bidi_control(character)) {
        return Err(invalid(
            "The name contains a control character or a mark of text direction. Remove it.",
        ));
    }
    Ok(())
}

/// Tells whether the character has the property `Bidi_Control`. Unicode's stability policy does not fix this
/// set, SPEC 12.4 does.
const fn is_bidi_control(character: char) -> bool {
    matches!(
        character,
        '\u{61C}'
            | '\u{200E}'
            | '\u{200F}'
            | '\u{202A}'..='\u{202E}'
            | '\u{2066}'..='\u{2069}'
    )
}

pub(super) fn check_attributes(attributes: &BTreeMap<String, AttributeValue>) -> Result<(), Error> {
    check_attribute_count(attributes.len())?;
    attributes.iter().try_for_each(|(name, value)| {
        check_attribute_name(name)?;
        check_attribute_value(value)
    })
}

pub(super) fn check_attribute_count(count: usize) -> Result<(), Error> {
    if count <= MAX_ATTRIBUTES {
        return Ok(());
    }
    Err(invalid("There are more than 20 attributes. Pass only those that agents need."))
}

pub(super) fn check_attribute_name(name: &str) -> Result<(), Error> {
    let is_name_byte =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    let is_valid = name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.len() <= MAX_ATTRIBUTE_NAME_BYTES
        && name.bytes().all(is_name_byte);
    if is_valid {
        return Ok(());
    }
    Err(invalid(
        "The name of an attribute is not a lowercase letter and up to 39 lowercase letters, digits and _. \
         Rename the attribute.",
    ))
}

pub(super) fn check_attribute_value(value: &AttributeValue) -> Result<(), Error> {
    let is_valid = match value {
        AttributeValue::Text(text) => text.len() <= MAX_ATTRIBUTE_BYTES,
        AttributeValue::Integer(integer) => integer.unsigned_abs() <= MAX_INTEGER.unsigned_abs(),
        AttributeValue::Flag(_) => true,
    };
    if is_valid {
        return Ok(());
    }
    Err(invalid(
        "The value of an attribute is longer than 255 bytes, or a number beyond 2^53 - 1. Shorten the text, or \
         pass the number as a text.",
    ))
}

pub(super) fn check_token_id(token_id: &str) -> Result<(), Error> {
    let is_valid = (1..=MAX_TOKEN_ID_BYTES).contains(&token_id.len())
        && token_id.bytes().all(|byte| byte.is_ascii_graphic());
    if is_valid {
        return Ok(());
    }
    Err(invalid(
        "The token id (jti) does not have 1 to 128 visible ASCII characters. Leave it out to get a random one.",
    ))
}

/// Checks for how many seconds a token is valid.
pub(super) fn check_lifetime(seconds: i64, allowed: &RangeInclusive<i64>) -> Result<(), Error> {
    if allowed.contains(&seconds) {
        return Ok(());
    }
    Err(invalid(format!(
        "The token's lifetime (exp - iat) is not {} to {} seconds. Sign tokens when they are needed.",
        allowed.start(),
        allowed.end()
    )))
}

/// Checks that the token is valid at `now`. The times are claims, from -(2^53 - 1) to 2^53 - 1.
pub(super) fn check_window(
    issued_at: i64,
    expires_at: i64,
    not_before: Option<i64>,
    now: Timestamp,
) -> Result<(), Error> {
    let now = now.seconds();
    if now >= expires_at {
        return Err(Error::new(
            ErrorCode::IdentityTokenExpired,
            format!(
                "The token expired {} s ago. Sign a token when the page or link is made, and check the clocks of \
                 both servers.",
                now - expires_at
            ),
        ));
    }
    let earliest = issued_at.max(not_before.unwrap_or(issued_at));
    if now < earliest - LEEWAY {
        return Err(Error::new(
            ErrorCode::IdentityTokenInFuture,
            format!(
                "The token becomes valid in {} s. Check the clocks of both servers, and that iat and nbf are \
                 seconds.",
                earliest - now
            ),
        ));
    }
    Ok(())
}
