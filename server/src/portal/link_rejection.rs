//! Why a signed link is rejected, with sentences for the customer who opened it.

use deskseal::ErrorCode;

/// Why a link is rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LinkRejection {
    /// The signature or the time of the link is invalid.
    Proof(ErrorCode),
    /// The desk has no secret for link signatures.
    SecretNotSet,
}

impl LinkRejection {
    /// Returns the stable code, for the developers of the product.
    pub(super) const fn code(self) -> &'static str {
        match self {
            Self::Proof(code) => code.as_str(),
            Self::SecretNotSet => "secret_not_set",
        }
    }

    /// Returns what happened, in a few words.
    pub(super) const fn title(self) -> &'static str {
        match self {
            Self::Proof(ErrorCode::TimestampExpired) => "This link has expired",
            Self::Proof(ErrorCode::TimestampInFuture) => "This link is not valid yet",
            Self::Proof(ErrorCode::IdentityIncomplete) => "A part of this link is missing",
            Self::Proof(_) => "This link is not valid",
            Self::SecretNotSet => "Signed links are not set up here",
        }
    }

    /// Returns what the customer can do.
    pub(super) fn advice(self, desk: &str) -> String {
        match self {
            Self::Proof(ErrorCode::TimestampExpired) => format!(
                "Links to support are valid for five minutes. Go back to {desk} and open support \
                 again; the new link will work."
            ),
            Self::Proof(ErrorCode::TimestampInFuture) => format!(
                "The clock of the server that made the link is ahead of ours. Go back to {desk} and open \
                 support again in a few minutes. If that does not help, write to us without the link."
            ),
            Self::Proof(ErrorCode::IdentityIncomplete) => format!(
                "A part may have been lost when the link was copied. Go back to {desk} and open support from \
                 there, rather than from a copied link."
            ),
            Self::Proof(_) => format!(
                "The link was changed, or it was made for another site. Go back to {desk} and open \
                 support from there, rather than from a copied or saved link."
            ),
            Self::SecretNotSet => {
                "We cannot confirm who you are with this link. You can write to us \
                                   without it."
                    .to_owned()
            }
        }
    }
}
