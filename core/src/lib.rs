//! Sign and verify who a logged-in customer is, for embedded help desks.
//!
//! A product's server signs the customer's identity with a secret that it shares with the help desk. The help
//! desk verifies the signature and shows that customer their tickets. There are three kinds of proof, each
//! with its own secret:
//!
//! - the **e-mail signature** of an embedded Ticket Center: [`Signer::sign_email`] and
//!   [`Signer::ticket_center`], verified by [`Verifier::verify_email`];
//! - the **link signature** of a ticket portal: [`Signer::portal_link`], verified by
//!   [`Verifier::verify_link`];
//! - the **identity token** of either, which expires and may name a stable id: [`Signer::identity_token`],
//!   verified by [`Verifier::verify_identity_token`].
//!
//! ```
//! use deskseal::{Secret, Signer, Verifier, VerifierOptions};
//!
//! let signer = Signer::new(Secret::new("example-secret-for-documentation")?);
//! let signed = signer.sign_email("  Ada@Example.com ")?;
//!
//! let secret = Secret::new("example-secret-for-documentation")?;
//! let verifier = Verifier::new(secret, VerifierOptions::default());
//! let now = deskseal::unix_now();
//! let verified = verifier.verify_email(signed.email.as_str(), &signed.signature.to_hex(), now)?;
//! assert_eq!(verified.email.as_str(), "ada@example.com");
//! # Ok::<(), deskseal::Error>(())
//! ```
//!
//! If a signature is invalid, [`Verifier::explain_email`], [`Verifier::explain_link`] and
//! [`Verifier::explain_identity_token`] say why. All times are
//! Unix seconds, and the caller passes them in.
//!
//! The rules, and the reason for each, are in the project's `SPEC.md`; "SPEC 3.1" in these pages means its
//! section 3.1.
//!
//! # Features
//! All features are on by default. Without `clock` (`unix_now`), `env` (`from_env`) and `random`
//! (`generate_secret`), the crate does not use the operating system's clock, environment and random source.
//! Without `explain`, it has four fewer dependencies; a program that only signs does not need it.

#![forbid(unsafe_code)]

mod email;
mod embed;
mod error;
#[cfg(feature = "explain")]
mod explain;
mod hexadecimal;
mod host;
mod link;
mod secret;
mod signature;
mod signer;
mod text;
mod timestamp;
mod token;
mod unicode;
mod user;
mod verifier;
mod web;

pub use email::{CanonicalEmail, canonical_email};
pub use embed::{
    DEFAULT_ALIGN, DEFAULT_CONTAINER, DEFAULT_MAX_WIDTH, DEFAULT_SCRIPT_URL, Embed, EmbedOptions,
};
pub use error::{Error, ErrorCode, ErrorKind};
#[cfg(feature = "explain")]
pub use explain::{Explanation, Finding, FindingCode};
pub use host::{HostRejection, PortalHost, canonical_host};
pub use link::{LINK_PARAMETERS, PORTAL_FORM_PATH, portal_host, public_form_url};
#[cfg(feature = "random")]
pub use secret::generate_secret;
pub use secret::{PreviousSecret, Secret, secret_from_entropy};
pub use signature::Signature;
pub use signer::{Identity, SignedEmail, SignedUser, Signer};
pub use text::Parameter;
#[cfg(feature = "clock")]
pub use timestamp::unix_now;
pub use timestamp::{Timestamp, Tolerance};
pub use token::{
    AttributeValue, DEFAULT_LINK_TOKEN_LIFETIME, DEFAULT_TOKEN_LIFETIME, IdentityClaims,
    LinkClaims, TOKEN_PARAMETER, VerifiedIdentity, token_id_from_entropy,
};
pub use user::UserId;
pub use verifier::{UserClaim, VerifiedEmail, VerifiedUser, Verifier, VerifierOptions};
pub use web::{
    CACHE_CONTROL, CLICK_HEADERS, CROSS_SITE, HttpResponse, IDENTITY_HEADERS, NO_HISTORY,
    ORIGIN_PATTERN, SITE_HEADER, response_unless_click,
};

/// The examples of the project's and the crate's README, run as tests.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
#[doc = include_str!("../README.md")]
struct Readme;
