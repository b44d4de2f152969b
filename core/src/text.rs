//! Decodes text parameters (SPEC 1.1), and defines the trim set and whitespace (SPEC 1.2).

use crate::error::{Error, ErrorCode};

/// A text parameter of the API, for callers whose language can hold ill-formed text.
///
/// Rust's `str` is always well-formed. Strings of other languages, environment variables and files may be
/// ill-formed. [`Parameter::decode`] makes them text, before any other check and without repair.
///
/// ```
/// use deskseal::{ErrorCode, Parameter};
///
/// assert_eq!(Parameter::Email.decode(b"ada@example.com")?, "ada@example.com");
/// let error = Parameter::Email.decode(b"ada\xFF@example.com").unwrap_err();
/// assert_eq!(error.code(), ErrorCode::EmailMalformed);
/// # Ok::<(), deskseal::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Parameter {
    /// A current, previous or other secret, or the name of the variable that holds it.
    Secret,
    /// An e-mail to sign or explain.
    Email,
    /// A portal host.
    Host,
    /// The portal's URL.
    PortalUrl,
    /// A user id.
    UserId,
    /// A timestamp as text.
    Timestamp,
    /// A signature.
    Signature,
    /// A helpdesk id.
    HelpdeskId,
    /// One of the embed's options.
    EmbedOption,
    /// A helpdesk id or portal host for which an identity token is.
    Audience,
    /// A customer's name, an attribute, or the id of a token.
    Claim,
    /// An identity token.
    Token,
    /// An e-mail that the visitor sent, to verify.
    ReceivedEmail,
    /// The URL of the visitor's request.
    ReceivedUrl,
    /// A user id that the visitor sent, to verify.
    ReceivedUserId,
    /// A timestamp that the visitor sent, to verify.
    ReceivedTimestamp,
}

impl Parameter {
    /// Returns the bytes as text.
    ///
    /// # Errors
    /// The parameter's `…_malformed` code when `bytes` are not valid UTF-8 (SPEC 7.2).
    pub fn decode(self, bytes: &[u8]) -> Result<&str, Error> {
        std::str::from_utf8(bytes).map_err(|_| self.ill_formed())
    }

    /// Returns the error of ill-formed text, for languages that detect it while converting.
    ///
    /// For a parameter that the visitor sent, the kind is verification (SPEC 7.1).
    ///
    /// ```
    /// use deskseal::{ErrorKind, Parameter};
    ///
    /// assert_eq!(Parameter::Email.ill_formed().kind(), ErrorKind::Input);
    /// assert_eq!(Parameter::ReceivedEmail.ill_formed().kind(), ErrorKind::Verification);
    /// ```
    pub fn ill_formed(self) -> Error {
        let (code, name) = match self {
            Self::ReceivedEmail => return Self::Email.ill_formed().attributed_to_visitor(),
            Self::ReceivedUrl => return Self::PortalUrl.ill_formed().attributed_to_visitor(),
            Self::ReceivedUserId => return Self::UserId.ill_formed().attributed_to_visitor(),
            Self::ReceivedTimestamp => return Self::Timestamp.ill_formed().attributed_to_visitor(),
            Self::Secret => (ErrorCode::SecretMalformed, "secret"),
            Self::Email => (ErrorCode::EmailMalformed, "e-mail"),
            Self::Host => (ErrorCode::HostMalformed, "portal host"),
            Self::PortalUrl => (ErrorCode::PortalUrlMalformed, "URL"),
            Self::UserId => (ErrorCode::UserIdMalformed, "user id"),
            Self::Timestamp => (ErrorCode::TimestampMalformed, "timestamp"),
            Self::Signature => (ErrorCode::SignatureMalformed, "signature"),
            Self::HelpdeskId => (ErrorCode::HelpdeskIdMalformed, "helpdesk id"),
            Self::EmbedOption => (ErrorCode::EmbedOptionMalformed, "embed option"),
            Self::Audience => (ErrorCode::HostMalformed, "audience"),
            Self::Claim => (ErrorCode::IdentityTokenClaim, "name, attribute or token id"),
            Self::Token => (ErrorCode::IdentityTokenMalformed, "identity token"),
        };
        Error::new(
            code,
            format!(
                "The {name} is not well-formed Unicode. Pass the text as it was entered, in UTF-8."
            ),
        )
    }
}

/// Tells whether ECMAScript's `trim` removes the character (SPEC 1.2, trim set).
pub(crate) const fn is_trimmed(character: char) -> bool {
    is_whitespace(character) && character != '\u{85}'
}

/// Tells whether the character has the property `White_Space` or is U+FEFF (SPEC 1.2, whitespace).
pub(crate) const fn is_whitespace(character: char) -> bool {
    matches!(
        character,
        '\t'..='\r'
            | ' '
            | '\u{85}'
            | '\u{A0}'
            | '\u{1680}'
            | '\u{2000}'..='\u{200A}'
            | '\u{2028}'
            | '\u{2029}'
            | '\u{202F}'
            | '\u{205F}'
            | '\u{3000}'
            | '\u{FEFF}'
    )
}
