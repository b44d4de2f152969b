//! The canonical form of an e-mail (SPEC 3.1).

use std::fmt;

use crate::error::{Error, ErrorCode};
use crate::text::{is_trimmed, is_whitespace};
use crate::unicode::{is_invisible, is_unassigned, push_lowercase};

/// RFC 5321: 64 bytes before the `@`, 255 after it.
const MAX_BYTES: usize = 320;

/// BRAILLE PATTERN BLANK, which looks like a space but is not whitespace in Unicode (SPEC 3.1, step 5).
const BRAILLE_BLANK: char = '\u{2800}';

/// The non-ASCII characters whose lower case contains an ASCII character (SPEC 3.1, step 6).
const BECOME_ASCII: [char; 2] = ['\u{130}', '\u{212A}'];

/// An e-mail in its canonical form, the only form that is signed (SPEC 3.1).
///
/// ```
/// use deskseal::CanonicalEmail;
///
/// let email = CanonicalEmail::parse("  Ada@Example.com ")?;
/// assert_eq!(email.as_str(), "ada@example.com");
/// # Ok::<(), deskseal::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CanonicalEmail(String);

impl CanonicalEmail {
    /// Trims and lowercases the e-mail as ECMAScript does, and rejects an e-mail that must not be signed (SPEC 3.1).
    ///
    /// `email` is the customer's address as stored or as received.
    ///
    /// # Errors
    /// `email_empty`, `email_too_long`, `email_malformed`, `email_ambiguous`, in this order.
    pub fn parse(email: &str) -> Result<Self, Error> {
        let trimmed = email.trim_matches(is_trimmed);
        if trimmed.is_empty() {
            return Err(Error::new(
                ErrorCode::EmailEmpty,
                "The e-mail is empty. Pass the signed-in customer's e-mail address.",
            ));
        }
        let is_plain = is_plain(trimmed);
        let canonical = lowercase(trimmed, is_plain).ok_or_else(|| {
            Error::new(
                ErrorCode::EmailTooLong,
                "The e-mail has more than 320 bytes, more than any e-mail address. Check which field \
                 is passed as the e-mail.",
            )
        })?;
        if let Some(reason) = reason_against(&canonical, is_plain) {
            return Err(Error::new(
                ErrorCode::EmailMalformed,
                format!("The e-mail {reason}. Pass the signed-in customer's e-mail address."),
            ));
        }
        if !is_plain && BECOME_ASCII.iter().any(|character| trimmed.contains(*character)) {
            return Err(Error::new(
                ErrorCode::EmailAmbiguous,
                "The e-mail contains KELVIN SIGN or I WITH DOT ABOVE, whose lower case is the address \
                 of another person. Ask the customer to type the address again.",
            ));
        }
        Ok(Self(canonical))
    }

    /// Returns the canonical e-mail.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the canonical e-mail as a `String`.
    pub fn into_string(self) -> String {
        self.0
    }
}

impl AsRef<str> for CanonicalEmail {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for CanonicalEmail {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Returns the canonical form of an e-mail: trimmed and in lower case (SPEC 3.1).
///
/// # Errors
/// `email_empty`, `email_too_long`, `email_malformed`, `email_ambiguous`, in this order.
///
/// ```
/// assert_eq!(deskseal::canonical_email("  Ada@Example.com ")?.as_str(), "ada@example.com");
/// # Ok::<(), deskseal::Error>(())
/// ```
pub fn canonical_email(email: &str) -> Result<CanonicalEmail, Error> {
    CanonicalEmail::parse(email)
}

/// Tells whether the text is ASCII without any character that may be rejected, as most e-mails are.
fn is_plain(text: &str) -> bool {
    // Not `all`: without an early exit, the loop is done in a few vector instructions.
    text.bytes().fold(true, |is_plain, byte| is_plain & matches!(byte, b'!'..=b'9' | b';'..=b'~'))
}

/// Returns the text in lower case, unless that has more than [`MAX_BYTES`] bytes.
fn lowercase(trimmed: &str, is_plain: bool) -> Option<String> {
    if is_plain {
        return (trimmed.len() <= MAX_BYTES).then(|| trimmed.to_ascii_lowercase());
    }
    let mut lower = String::with_capacity(trimmed.len().min(MAX_BYTES));
    push_lowercase(trimmed, MAX_BYTES, &mut lower);
    (lower.len() <= MAX_BYTES).then_some(lower)
}

/// Returns why the canonical form is malformed.
fn reason_against(canonical: &str, is_plain: bool) -> Option<&'static str> {
    if !is_plain && let Some(reason) = canonical.chars().find_map(reason_against_character) {
        return Some(reason);
    }
    // Not `rfind`: its search is made for long texts.
    match canonical.bytes().rposition(|byte| byte == b'@') {
        None => Some("has no @"),
        Some(0) => Some("has nothing before the @"),
        Some(at) if at + 1 == canonical.len() => Some("has nothing after the @"),
        Some(_) => None,
    }
}

fn reason_against_character(character: char) -> Option<&'static str> {
    match character {
        ':' => Some("contains a colon"),
        _ if character.is_control() => Some("contains a control character"),
        _ if is_whitespace(character) => Some("contains whitespace"),
        _ if character.is_ascii() => None,
        BRAILLE_BLANK => Some("contains an invisible character"),
        _ if is_invisible(character) => Some("contains an invisible character"),
        _ if is_unassigned(character) => {
            Some("contains a character that Unicode 17.0 does not define")
        }
        _ => None,
    }
}
