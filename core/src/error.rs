//! Errors: a stable code, a kind, and a message that says what to do next (SPEC 7).

use std::borrow::Cow;
use std::fmt;

/// Where the cause of an [`Error`] is (SPEC 7.1).
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
    /// The deployment is misconfigured: a secret is missing or invalid.
    Secret,
    /// The caller passed an invalid value.
    Input,
    /// The data that the visitor sent is invalid.
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
        /// The variable's name has a prefix of variables that bundlers copy into browser code.
        SecretPublic = "secret_public",
        /// Two variables for one secret hold different secrets.
        SecretConflict = "secret_conflict",
        /// The secret is missing: no value, or a variable that is not set.
        SecretMissing = "secret_missing",
        /// The secret is empty.
        SecretEmpty = "secret_empty",
        /// The secret starts or ends with whitespace, or is in quotes.
        SecretPadded = "secret_padded",
        /// The secret is ill-formed text, or contains a control character.
        SecretMalformed = "secret_malformed",
        /// The secret is a placeholder.
        SecretPlaceholder = "secret_placeholder",
        /// The secret has fewer than 16 bytes, not counting its prefix; for an identity token, fewer than 32.
        SecretTooShort = "secret_too_short",
        /// A previous secret's expiry is not a Unix time in seconds.
        SecretExpiryMalformed = "secret_expiry_malformed",
        /// The e-mail is empty after trimming.
        EmailEmpty = "email_empty",
        /// The e-mail is ill-formed text, has no `@` between two parts, or contains whitespace, a colon,
        /// or a control, invisible or undefined character.
        EmailMalformed = "email_malformed",
        /// The canonical e-mail has more than 320 bytes.
        EmailTooLong = "email_too_long",
        /// The e-mail contains a non-ASCII character whose lower case contains an ASCII character.
        EmailAmbiguous = "email_ambiguous",
        /// The portal host is not a host name or IP address alone.
        HostMalformed = "host_malformed",
        /// The portal URL, or the URL of a request, cannot be read.
        PortalUrlMalformed = "portal_url_malformed",
        /// The portal URL is neither `https`, nor `http` on a local host.
        PortalUrlInsecure = "portal_url_insecure",
        /// The user id is empty.
        UserIdEmpty = "user_id_empty",
        /// The user id is ill-formed text, contains a control or invisible character, starts or ends with
        /// whitespace, or is what a language prints for a missing value.
        UserIdMalformed = "user_id_malformed",
        /// The user id has more than 512 bytes.
        UserIdTooLong = "user_id_too_long",
        /// The timestamp is not a Unix time in seconds.
        TimestampMalformed = "timestamp_malformed",
        /// The helpdesk id does not match its grammar, or is a placeholder.
        HelpdeskIdMalformed = "helpdesk_id_malformed",
        /// An option of the embed does not match its grammar.
        EmbedOptionMalformed = "embed_option_malformed",
        /// The tolerance is not a number of seconds from 0 to 3600.
        ToleranceMalformed = "tolerance_malformed",
        /// A claim of an identity token is missing or invalid.
        IdentityTokenClaim = "identity_token_claim",
        /// The signature is not 64 hexadecimal digits.
        SignatureMalformed = "signature_malformed",
        /// No active secret made the signature.
        SignatureMismatch = "signature_mismatch",
        /// The link was signed longer ago than the tolerance.
        TimestampExpired = "timestamp_expired",
        /// The link's timestamp is in the future by more than the tolerance.
        TimestampInFuture = "timestamp_in_future",
        /// One or two of the link's three parameters are missing.
        IdentityIncomplete = "identity_incomplete",
        /// One of the link's parameters is present more than once, or an identity token beside a signature.
        IdentityRepeated = "identity_repeated",
        /// The identity token cannot be read, or its header is not as specified.
        IdentityTokenMalformed = "identity_token_malformed",
        /// The identity token is for another desk or portal.
        IdentityTokenAudience = "identity_token_audience",
        /// The identity token has expired.
        IdentityTokenExpired = "identity_token_expired",
        /// The identity token is not yet valid.
        IdentityTokenInFuture = "identity_token_in_future",
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
            | Code::ToleranceMalformed
            | Code::IdentityTokenClaim => ErrorKind::Input,
            Code::SignatureMalformed
            | Code::SignatureMismatch
            | Code::TimestampExpired
            | Code::TimestampInFuture
            | Code::IdentityIncomplete
            | Code::IdentityRepeated
            | Code::IdentityTokenMalformed
            | Code::IdentityTokenAudience
            | Code::IdentityTokenExpired
            | Code::IdentityTokenInFuture => ErrorKind::Verification,
        }
    }

    /// Tells whether the cause is the customer's own data, and not the deployment (SPEC 7.1).
    ///
    /// A page responds to such an error with HTTP status 422, since this customer needs another address or
    /// id. It responds to any other error with 503, since the error affects all customers.
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
                | Code::IdentityTokenClaim
        )
    }
}

/// The error of every call: a stable code, a kind, and a message that says what to do next (SPEC 7).
///
/// The message never contains a secret, an expected signature, or data that the visitor sent.
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

    /// Returns the error of a value that the visitor sent: input becomes verification (SPEC 7.1).
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

    /// Returns where the cause is. An input code has the kind [`ErrorKind::Verification`] if the value came
    /// from the visitor.
    pub const fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// Tells whether the cause is the customer's own data: [`ErrorCode::is_about_customer`].
    pub const fn is_about_customer(&self) -> bool {
        self.code.is_about_customer()
    }

    /// Returns the message for the developer. It may change between versions.
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
