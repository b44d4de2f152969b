//! Why a signed link is rejected, with sentences for the customer who opened it.

use deskseal::ErrorCode;

use crate::desks::AcceptedProofs;

/// Why a link is rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LinkRejection {
    /// The signature or the time of the link is invalid.
    Proof(ErrorCode),
    /// The desk has no secret for link signatures.
    SecretNotSet,
    /// The desk accepts identity tokens only.
    SignaturesNotAccepted,
    /// The desk accepts signatures only.
    TokensNotAccepted,
    /// A ticket was already sent with the identity token of the link.
    Replayed,
}

impl LinkRejection {
    /// Returns the rejection of link signatures; `None` if the desk accepts them.
    pub(super) fn of_signatures(accepted: AcceptedProofs) -> Option<Self> {
        (!accepted.has_signatures()).then_some(Self::SignaturesNotAccepted)
    }

    /// Returns the rejection of identity tokens; `None` if the desk accepts them.
    pub(super) fn of_tokens(accepted: AcceptedProofs) -> Option<Self> {
        (!accepted.has_tokens()).then_some(Self::TokensNotAccepted)
    }

    /// Returns the stable code, for the developers of the product.
    pub(super) const fn code(self) -> &'static str {
        match self {
            Self::Proof(code) => code.as_str(),
            Self::SecretNotSet => "secret_not_set",
            Self::SignaturesNotAccepted => "signatures_not_accepted",
            Self::TokensNotAccepted => "tokens_not_accepted",
            Self::Replayed => "identity_token_replayed",
        }
    }

    /// Returns what happened, in a few words.
    pub(super) const fn title(self) -> &'static str {
        match self {
            Self::Proof(ErrorCode::TimestampExpired | ErrorCode::IdentityTokenExpired) => {
                "This link has expired"
            }
            Self::Proof(ErrorCode::TimestampInFuture | ErrorCode::IdentityTokenInFuture) => {
                "This link is not valid yet"
            }
            Self::Proof(ErrorCode::IdentityIncomplete) => "A part of this link is missing",
            Self::Proof(_) => "This link is not valid",
            Self::SecretNotSet => "Signed links are not set up here",
            Self::SignaturesNotAccepted | Self::TokensNotAccepted => {
                "This kind of link is not accepted"
            }
            Self::Replayed => "This link was already used",
        }
    }

    /// Returns what the customer can do.
    pub(super) fn advice(self, desk: &str) -> String {
        match self {
            Self::Proof(ErrorCode::TimestampExpired | ErrorCode::IdentityTokenExpired) => format!(
                "Links to support are valid for five minutes. Go back to {desk} and open support \
                 again; the new link will work."
            ),
            Self::Proof(ErrorCode::TimestampInFuture | ErrorCode::IdentityTokenInFuture) => format!(
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
            Self::TokensNotAccepted => {
                "We only accept links with a signature, and this link has an identity token. You can write to us \
                 without it."
                    .to_owned()
            }
            Self::Replayed => format!(
                "Each link sends one message. Go back to {desk} and open support again to send another one."
            ),
            Self::SignaturesNotAccepted => {
                "We only accept links with an identity token, and this link has a signature. You can write to us \
                 without it."
                    .to_owned()
            }
            Self::SecretNotSet => {
                "We cannot confirm who you are with this link. You can write to us \
                                   without it."
                    .to_owned()
            }
        }
    }
}
