//! What went wrong, whose fault it is, and what to do next (SPEC 7).

use std::borrow::Cow;
use std::fmt;

/// Whose fault an [`Error`] is (SPEC 7.1).
///
/// ```
/// use deskseal::{ErrorCode, ErrorKind};
///
/// assert_eq!(ErrorCode::SecretMissing.kind(), ErrorKind::Secret);
/// assert_eq!(ErrorKind::Secret.as_str(), "secret");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The deployment is wrong: a secret is missing or unusable.
    Secret,
    /// The caller passed something that cannot be signed or compared with.
    Input,
    /// The visitor's proof does not hold.
    Verification,
}

impl ErrorKind {
    /// Returns the kind's stable name: `secret`, `input` or `verification`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Secret => "secret",
            Self::Input => "input",
            Self::Verification => "verification",
        }
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// Declares an enum of stable codes: the variants, their texts, and the list of all of them.
macro_rules! codes {
    (
        $(#[$attribute:meta])* $name:ident {
            $($(#[$variant_attribute:meta])* $variant:ident = $text:literal,)+
        }
    ) => {
        $(#[$attribute])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$variant_attribute])* $variant,)+
        }

        impl $name {
            /// Every code, in the order of the specification.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// Returns the stable text of the code, the same in every language.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)+
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str(self.as_str())
            }
        }
    };
}
#[cfg(feature = "explain")]
pub(crate) use codes;

codes! {
    /// The stable code of an [`Error`] (SPEC 7.1).
    ///
    /// ```
    /// use deskseal::ErrorCode;
    ///
    /// assert_eq!(ErrorCode::SecretEmpty.as_str(), "secret_empty");
    /// ```
    ErrorCode {
        /// The variable's name has a prefix that bundlers ship to browsers.
        SecretPublic = "secret_public",
        /// Two variables that mean the same secret hold different ones.
        SecretConflict = "secret_conflict",
        /// There is no secret.
        SecretMissing = "secret_missing",
        /// The secret has no characters.
        SecretEmpty = "secret_empty",
        /// The secret has a blank at an end, or quotes around it.
        SecretPadded = "secret_padded",
        /// The secret is ill-formed text or contains a control character.
        SecretMalformed = "secret_malformed",
        /// The secret is a placeholder.
        SecretPlaceholder = "secret_placeholder",
        /// The secret has fewer than 16 bytes.
        SecretTooShort = "secret_too_short",
        /// A previous secret's expiry is not a Unix time in seconds.
        SecretExpiryMalformed = "secret_expiry_malformed",
        /// The e-mail is empty after trimming.
        EmailEmpty = "email_empty",
        /// The e-mail is ill-formed, has no `@` between two parts, or contains a control
        /// character, a blank or a colon.
        EmailMalformed = "email_malformed",
        /// The canonical e-mail has more than 320 bytes.
        EmailTooLong = "email_too_long",
        /// The e-mail contains a non-ASCII character that lowercases into ASCII.
        EmailAmbiguous = "email_ambiguous",
        /// The portal host is not a bare host.
        HostMalformed = "host_malformed",
        /// The portal URL, or the URL of a request, cannot be read.
        PortalUrlMalformed = "portal_url_malformed",
        /// The portal URL is not `https`.
        PortalUrlInsecure = "portal_url_insecure",
        /// The user id is empty.
        UserIdEmpty = "user_id_empty",
        /// The user id is ill-formed or contains a control character.
        UserIdMalformed = "user_id_malformed",
        /// The user id has more than 512 bytes.
        UserIdTooLong = "user_id_too_long",
        /// The timestamp is not a Unix time in seconds.
        TimestampMalformed = "timestamp_malformed",
        /// The helpdesk id is outside its grammar, or a placeholder.
        HelpdeskIdMalformed = "helpdesk_id_malformed",
        /// An option of the embed is outside its grammar.
        EmbedOptionMalformed = "embed_option_malformed",
        /// The tolerance is not from 0 to 3600 seconds.
        ToleranceMalformed = "tolerance_malformed",
        /// The signature is not 64 hexadecimal digits.
        SignatureMalformed = "signature_malformed",
        /// No live secret made the signature.
        SignatureMismatch = "signature_mismatch",
        /// The link is older than the tolerance.
        TimestampExpired = "timestamp_expired",
        /// The link is from the future by more than the tolerance.
        TimestampInFuture = "timestamp_in_future",
        /// Some of the link's three parameters are missing.
        IdentityIncomplete = "identity_incomplete",
        /// One of the link's three parameters is there more than once.
        IdentityRepeated = "identity_repeated",
    }
}

impl ErrorCode {
    /// Returns the kind that the code belongs to (SPEC 7.1).
    pub const fn kind(self) -> ErrorKind {
        use ErrorCode as Code;
        match self {
            Code::SecretPublic
            | Code::SecretConflict
            | Code::SecretMissing
            | Code::SecretEmpty
            | Code::SecretPadded
            | Code::SecretMalformed
            | Code::SecretPlaceholder
            | Code::SecretTooShort
            | Code::SecretExpiryMalformed => ErrorKind::Secret,
            Code::EmailEmpty
            | Code::EmailMalformed
            | Code::EmailTooLong
            | Code::EmailAmbiguous
            | Code::HostMalformed
            | Code::PortalUrlMalformed
            | Code::PortalUrlInsecure
            | Code::UserIdEmpty
            | Code::UserIdMalformed
            | Code::UserIdTooLong
            | Code::TimestampMalformed
            | Code::HelpdeskIdMalformed
            | Code::EmbedOptionMalformed
            | Code::ToleranceMalformed => ErrorKind::Input,
            Code::SignatureMalformed
            | Code::SignatureMismatch
            | Code::TimestampExpired
            | Code::TimestampInFuture
            | Code::IdentityIncomplete
            | Code::IdentityRepeated => ErrorKind::Verification,
        }
    }

    /// Tells whether the customer's own data is at fault, and not the deployment (SPEC 7.1).
    ///
    /// A page answers such a refusal with HTTP's 422, and every other one with 503: the first needs another
    /// address or id of this customer, the second concerns all customers.
    ///
    /// ```
    /// use deskseal::ErrorCode;
    ///
    /// assert!(ErrorCode::EmailEmpty.is_about_customer());
    /// assert!(!ErrorCode::SecretMissing.is_about_customer());
    /// ```
    pub const fn is_about_customer(self) -> bool {
        use ErrorCode as Code;
        matches!(
            self,
            Code::EmailEmpty
                | Code::EmailMalformed
                | Code::EmailTooLong
                | Code::EmailAmbiguous
                | Code::UserIdEmpty
                | Code::UserIdMalformed
                | Code::UserIdTooLong
        )
    }
}

/// A refusal: a stable code, whose fault it is, and a sentence that says what to do next.
///
/// The sentence never contains a secret, an expected signature, or what a visitor sent.
///
/// ```
/// use deskseal::{ErrorCode, ErrorKind, canonical_email};
///
/// let error = canonical_email("  ").unwrap_err();
/// assert_eq!(error.code(), ErrorCode::EmailEmpty);
/// assert_eq!(error.kind(), ErrorKind::Input);
/// assert!(error.to_string().contains("empty"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    kind: ErrorKind,
    code: ErrorCode,
    message: Cow<'static, str>,
}

impl Error {
    pub(crate) fn new(code: ErrorCode, message: impl Into<Cow<'static, str>>) -> Self {
        Self { kind: code.kind(), code, message: message.into() }
    }

    /// Returns the error as the visitor's fault, where an input value came from there (SPEC 7.1).
    pub(crate) fn attributed_to_visitor(self) -> Self {
        match self.kind {
            ErrorKind::Input => Self { kind: ErrorKind::Verification, ..self },
            ErrorKind::Secret | ErrorKind::Verification => self,
        }
    }

    /// Returns the stable code.
    pub const fn code(&self) -> ErrorCode {
        self.code
    }

    /// Returns whose fault it is. An input code is [`ErrorKind::Verification`] where the value came
    /// from the visitor.
    pub const fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// Tells whether the customer's own data is at fault: [`ErrorCode::is_about_customer`].
    pub const fn is_about_customer(&self) -> bool {
        self.code.is_about_customer()
    }

    /// Returns the sentence for the developer. It may change between versions.
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for Error {}
