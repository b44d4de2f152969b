//! Verifies the identity that a product signed (SPEC 5, 12.6).

use std::fmt;

use subtle::ConstantTimeEq;

use crate::email::CanonicalEmail;
use crate::error::{Error, ErrorCode};
#[cfg(feature = "explain")]
use crate::explain::{self, Explanation};
use crate::host::PortalHost;
use crate::link::{self, Claim};
use crate::secret::{PreviousSecret, Secret};
use crate::signature::{Key, Signature};
use crate::text::Parameter;
use crate::timestamp::{Timestamp, Tolerance};
use crate::token::{Audience, Received, VerifiedIdentity};
use crate::user::UserId;

/// The previous secrets and the tolerance of a [`Verifier`].
///
/// ```
/// use deskseal::{PreviousSecret, Secret, VerifierOptions};
///
/// let previous = Secret::new("an-older-secret-now-being-replaced")?;
/// let options = VerifierOptions {
///     previous: vec![PreviousSecret::new(previous, 1_767_225_600)?],
///     ..VerifierOptions::default()
/// };
/// # assert_eq!(options.previous.len(), 1);
/// # Ok::<(), deskseal::Error>(())
/// ```
#[derive(Debug, Default)]
pub struct VerifierOptions {
    /// Previous secrets, each active until it expires (SPEC 2.6).
    pub previous: Vec<PreviousSecret>,
    /// By how many seconds a link's timestamp may differ from `now`; 300 by default.
    pub tolerance: Tolerance,
}

impl VerifierOptions {
    /// Checks previous secrets and a tolerance, in the order of SPEC 7.3.
    ///
    /// `previous` are previous secrets, each with the Unix second from which it is expired. `tolerance` is in
    /// seconds, 300 by default.
    ///
    /// ```
    /// use deskseal::{Tolerance, VerifierOptions};
    ///
    /// let previous = [(Some("an-older-secret-now-being-replaced"), 1_767_225_600)];
    /// let options = VerifierOptions::new(previous, 60)?;
    /// assert_eq!(options.tolerance, Tolerance::new(60)?);
    /// # Ok::<(), deskseal::Error>(())
    /// ```
    ///
    /// # Errors
    /// The secret codes of [`Secret::new`], `secret_expiry_malformed` and `tolerance_malformed`.
    pub fn new<'text>(
        previous: impl IntoIterator<Item = (Option<&'text str>, i64)>,
        tolerance: impl Into<Option<i64>>,
    ) -> Result<Self, Error> {
        let previous = previous
            .into_iter()
            .map(|(secret, expires_at)| PreviousSecret::new(Secret::new(secret)?, expires_at))
            .collect::<Result<_, _>>()?;
        let tolerance = tolerance.into().map_or(Ok(Tolerance::default()), Tolerance::new)?;
        Ok(Self { previous, tolerance })
    }
}

/// The parts of a link signature, as received. Fields have names, because four texts are easily swapped.
///
/// `Debug` does not show the signature.
///
/// ```
/// use deskseal::UserClaim;
///
/// let claim = UserClaim {
///     portal_host: "help.company.com",
///     user_id: "user-42",
///     timestamp: "1767225600",
///     signature: "ce1215bb040afb9b2dcd57047a625cffe6de7190e7f907c79c17c47cc59eb364",
/// };
/// assert!(!format!("{claim:?}").contains(claim.signature));
/// ```
#[derive(Clone, Copy)]
pub struct UserClaim<'text> {
    /// The verifier's own portal host, never taken from the request.
    pub portal_host: &'text str,
    /// The user id.
    pub user_id: &'text str,
    /// The timestamp as text.
    pub timestamp: &'text str,
    /// The signature in hexadecimal digits.
    pub signature: &'text str,
}

impl fmt::Debug for UserClaim<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("UserClaim")
            .field("portal_host", &self.portal_host)
            .field("user_id", &self.user_id)
            .field("timestamp", &self.timestamp)
            .finish_non_exhaustive()
    }
}

/// Verifies identities with a current secret and any number of previous ones.
///
/// Create it when the application starts, and use it from any thread.
///
/// ```
/// use deskseal::{ErrorCode, Secret, Verifier, VerifierOptions};
///
/// let secret = Secret::new("example-secret-for-documentation")?;
/// let verifier = Verifier::new(secret, VerifierOptions::default());
///
/// let signature = "52c24c92ea85fef3100591d5d33200adb10d7954a985da5620704b2fa0733b92";
/// let verified = verifier.verify_email("Ada@example.com", signature, 1_767_225_600)?;
/// assert_eq!(verified.email.as_str(), "ada@example.com");
/// assert_eq!(verified.secret_index, 0);
///
/// let error = verifier.verify_email("eve@example.com", signature, 1_767_225_600).unwrap_err();
/// assert_eq!(error.code(), ErrorCode::SignatureMismatch);
/// # Ok::<(), deskseal::Error>(())
/// ```
pub struct Verifier {
    keys: Vec<VerifyingKey>,
    tolerance: Tolerance,
}

pub(crate) struct VerifyingKey {
    pub(crate) key: Key,
    /// `None` for the current secret.
    pub(crate) expires_at: Option<Timestamp>,
}

impl VerifyingKey {
    pub(crate) fn is_active(&self, now: Timestamp) -> bool {
        self.expires_at.is_none_or(|expires_at| now < expires_at)
    }
}

/// A customer whose e-mail was verified (SPEC 5.1).
///
/// ```
/// # use deskseal::{Secret, Verifier, VerifierOptions};
/// # let secret = Secret::new("example-secret-for-documentation")?;
/// # let verifier = Verifier::new(secret, VerifierOptions::default());
/// let signature = "52c24c92ea85fef3100591d5d33200adb10d7954a985da5620704b2fa0733b92";
/// let verified = verifier.verify_email("ada@example.com", signature, 1_767_225_600)?;
/// assert_eq!((verified.email.as_str(), verified.secret_index), ("ada@example.com", 0));
/// # Ok::<(), deskseal::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct VerifiedEmail {
    /// The canonical e-mail.
    pub email: CanonicalEmail,
    /// 0 for the current secret, 1 and up for the previous ones.
    pub secret_index: usize,
}

/// A customer whose user id was verified (SPEC 5.2).
///
/// ```
/// # use deskseal::{Secret, UserClaim, Verifier, VerifierOptions};
/// # let secret = Secret::new("example-secret-for-documentation")?;
/// # let verifier = Verifier::new(secret, VerifierOptions::default());
/// # let claim = UserClaim {
/// #     portal_host: "help.company.com",
/// #     user_id: "user-42",
/// #     timestamp: "1767225600",
/// #     signature: "ce1215bb040afb9b2dcd57047a625cffe6de7190e7f907c79c17c47cc59eb364",
/// # };
/// let verified = verifier.verify_user(&claim, 1_767_225_600)?;
/// assert_eq!((verified.user_id.as_str(), verified.secret_index), ("user-42", 0));
/// # Ok::<(), deskseal::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct VerifiedUser {
    /// The user id, as signed.
    pub user_id: UserId,
    /// The time of signing, in Unix seconds.
    pub timestamp: Timestamp,
    /// 0 for the current secret, 1 and up for the previous ones.
    pub secret_index: usize,
}

impl Verifier {
    /// Takes the current secret, previous secrets and the tolerance.
    pub fn new(secret: Secret, options: VerifierOptions) -> Self {
        let current = VerifyingKey { key: Key::new(secret), expires_at: None };
        let previous = options.previous.into_iter().map(|previous| VerifyingKey {
            key: Key::new(previous.secret),
            expires_at: Some(previous.expires_at),
        });
        Self {
            keys: std::iter::once(current).chain(previous).collect(),
            tolerance: options.tolerance,
        }
    }

    /// Reads the current secret from the environment variable `name`.
    ///
    /// # Errors
    /// Those of [`Secret::from_env`].
    ///
    /// ```
    /// use deskseal::{ErrorCode, Verifier, VerifierOptions};
    ///
    /// let error = Verifier::from_env("VITE_SECRET", VerifierOptions::default()).unwrap_err();
    /// assert_eq!(error.code(), ErrorCode::SecretPublic);
    /// ```
    #[cfg(feature = "env")]
    pub fn from_env(name: &str, options: VerifierOptions) -> Result<Self, Error> {
        Secret::from_env(name).map(|secret| Self::new(secret, options))
    }

    /// Reads the current secret from the first environment variable of `names` that is set.
    ///
    /// # Errors
    /// Those of [`Secret::from_first_env`].
    ///
    /// ```
    /// use deskseal::{ErrorCode, Verifier, VerifierOptions};
    ///
    /// let names = ["A_VARIABLE_THAT_IS_NOT_SET", "ANOTHER"];
    /// let error = Verifier::from_first_env(&names, VerifierOptions::default()).unwrap_err();
    /// assert_eq!(error.code(), ErrorCode::SecretMissing);
    /// ```
    #[cfg(feature = "env")]
    pub fn from_first_env(names: &[&str], options: VerifierOptions) -> Result<Self, Error> {
        Secret::from_first_env(names).map(|secret| Self::new(secret, options))
    }

    /// Verifies an e-mail signature (SPEC 5.1).
    ///
    /// `email` and `signature` are as received. `now` is in Unix seconds, usually
    /// [`unix_now`](crate::unix_now), and decides which previous secrets are active.
    ///
    /// # Errors
    /// `timestamp_malformed` for `now`; then, as [`ErrorKind::Verification`](crate::ErrorKind), those
    /// of [`CanonicalEmail::parse`], `signature_malformed`, `signature_mismatch`, in this order.
    ///
    /// ```
    /// # use deskseal::{Secret, Verifier, VerifierOptions};
    /// # let secret = Secret::new("example-secret-for-documentation")?;
    /// # let verifier = Verifier::new(secret, VerifierOptions::default());
    /// let signature = "52c24c92ea85fef3100591d5d33200adb10d7954a985da5620704b2fa0733b92";
    /// assert!(verifier.verify_email("Ada@example.com", signature, 1_767_225_600).is_ok());
    /// assert!(verifier.verify_email("eve@example.com", signature, 1_767_225_600).is_err());
    /// # Ok::<(), deskseal::Error>(())
    /// ```
    pub fn verify_email(
        &self,
        email: &str,
        signature: &str,
        now: i64,
    ) -> Result<VerifiedEmail, Error> {
        let now = Timestamp::new(now)?;
        let email = CanonicalEmail::parse(email).map_err(Error::attributed_to_visitor)?;
        let signature = Signature::parse(signature)?;
        let secret_index =
            self.matching_secret(&signature, now, |key| key.sign(&[email.as_str().as_bytes()]))?;
        Ok(VerifiedEmail { email, secret_index })
    }

    /// Verifies a signature of the canonical e-mail or of the e-mail exactly as received (SPEC 10).
    ///
    /// This is for a desk whose owner accepts products that sign addresses as typed. It is not part of the API
    /// that all packages share. The checks are those of [`Verifier::verify_email`], and the identity is the
    /// canonical e-mail.
    ///
    /// # Errors
    /// Those of [`Verifier::verify_email`].
    ///
    /// ```
    /// # use deskseal::{Secret, Verifier, VerifierOptions};
    /// # let secret = Secret::new("example-secret-for-documentation")?;
    /// # let verifier = Verifier::new(secret, VerifierOptions::default());
    /// // Made of the address as typed, "Ada@example.com".
    /// let signature = "c88bf1261abcf90438b89d19cb9fa35e4104bbc5d17cf90c897d486f65084535";
    /// let verified = verifier.verify_email_as_typed("Ada@example.com", signature, 1_767_225_600)?;
    /// assert_eq!(verified.email.as_str(), "ada@example.com");
    /// assert!(verifier.verify_email("Ada@example.com", signature, 1_767_225_600).is_err());
    /// # Ok::<(), deskseal::Error>(())
    /// ```
    pub fn verify_email_as_typed(
        &self,
        email: &str,
        signature: &str,
        now: i64,
    ) -> Result<VerifiedEmail, Error> {
        match self.verify_email(email, signature, now) {
            Err(error) if error.code() == ErrorCode::SignatureMismatch => {}
            answer => return answer,
        }
        let signature = Signature::parse(signature)?;
        let secret_index = self.matching_secret(&signature, Timestamp::new(now)?, |key| {
            key.sign(&[email.as_bytes()])
        })?;
        Ok(VerifiedEmail { email: CanonicalEmail::parse(email)?, secret_index })
    }

    /// Verifies a link signature whose parts were already read from the request (SPEC 5.2).
    ///
    /// Prefer [`Verifier::verify_link`], which also rejects repeated and missing parameters. `now` is in Unix
    /// seconds, usually [`unix_now`](crate::unix_now).
    ///
    /// # Errors
    /// `host_malformed` and `timestamp_malformed` for `now`; then, as
    /// [`ErrorKind::Verification`](crate::ErrorKind), `user_id_empty`, `user_id_too_long`,
    /// `user_id_malformed`, `timestamp_malformed`, `signature_malformed`, `signature_mismatch`,
    /// `timestamp_expired`, `timestamp_in_future`, in this order.
    ///
    /// ```
    /// use deskseal::UserClaim;
    /// # use deskseal::{Secret, Verifier, VerifierOptions};
    /// # let secret = Secret::new("example-secret-for-documentation")?;
    /// # let verifier = Verifier::new(secret, VerifierOptions::default());
    /// let claim = UserClaim {
    ///     portal_host: "help.company.com",
    ///     user_id: "user-42",
    ///     timestamp: "1767225600",
    ///     signature: "ce1215bb040afb9b2dcd57047a625cffe6de7190e7f907c79c17c47cc59eb364",
    /// };
    /// let verified = verifier.verify_user(&claim, 1_767_225_660)?;
    /// assert_eq!(verified.user_id.as_str(), "user-42");
    /// # Ok::<(), deskseal::Error>(())
    /// ```
    pub fn verify_user(&self, claim: &UserClaim<'_>, now: i64) -> Result<VerifiedUser, Error> {
        let portal_host = PortalHost::parse(claim.portal_host)?;
        let now = Timestamp::new(now)?;
        self.verify_claim(&portal_host, &Claim::from(claim), now)
            .map_err(Error::attributed_to_visitor)
    }

    /// Verifies the URL of a request to the portal's form (SPEC 4.7, 5.2).
    ///
    /// `portal_host` is the verifier's own portal host. `url` is the request's URL as received: absolute, or a path
    /// that starts with `/`. `now` is in Unix seconds, usually [`unix_now`](crate::unix_now). The result is `None`
    /// for an anonymous visitor.
    ///
    /// # Errors
    /// `host_malformed` and `timestamp_malformed` for `now`; then, as
    /// [`ErrorKind::Verification`](crate::ErrorKind), `portal_url_malformed`, `identity_repeated`,
    /// `identity_incomplete`, and those of [`Verifier::verify_user`], in this order.
    ///
    /// ```
    /// # use deskseal::{Secret, Verifier, VerifierOptions};
    /// # let secret = Secret::new("example-secret-for-documentation")?;
    /// # let verifier = Verifier::new(secret, VerifierOptions::default());
    /// let url = "/submit-ticket?user_id=user-42&user_id_timestamp=1767225600&user_id_signature=\
    ///            ce1215bb040afb9b2dcd57047a625cffe6de7190e7f907c79c17c47cc59eb364";
    /// let verified = verifier.verify_link("help.company.com", url, 1_767_225_660)?;
    /// assert_eq!(verified.map(|user| user.user_id.into_string()).as_deref(), Some("user-42"));
    /// assert_eq!(verifier.verify_link("help.company.com", "/submit-ticket", 1_767_225_660)?, None);
    /// # Ok::<(), deskseal::Error>(())
    /// ```
    pub fn verify_link(
        &self,
        portal_host: &str,
        url: &str,
        now: i64,
    ) -> Result<Option<VerifiedUser>, Error> {
        let portal_host = PortalHost::parse(portal_host)?;
        let now = Timestamp::new(now)?;
        let claim = Claim::read(url).map_err(Error::attributed_to_visitor)?;
        claim
            .map(|claim| self.verify_claim(&portal_host, &claim, now))
            .transpose()
            .map_err(Error::attributed_to_visitor)
    }

    /// Verifies an identity token (SPEC 12.6).
    ///
    /// `audience` is the verifier's own helpdesk id or portal host, never taken from the request. `token` is as
    /// received. `now` is in Unix seconds, usually [`unix_now`](crate::unix_now). Every secret of the verifier must
    /// be one for identity tokens only.
    ///
    /// # Errors
    /// `secret_too_short` under 32 bytes; `helpdesk_id_malformed` or `host_malformed` for the audience;
    /// `timestamp_malformed` for `now`; then, as [`ErrorKind::Verification`](crate::ErrorKind),
    /// `identity_token_malformed`, `signature_mismatch`, `identity_token_audience`, `identity_token_claim`,
    /// `identity_token_expired`, `identity_token_in_future`, and those of [`CanonicalEmail::parse`] and
    /// [`UserId::parse`].
    ///
    /// ```
    /// use deskseal::{ErrorCode, IdentityClaims};
    /// # use deskseal::{Secret, Signer, Verifier, VerifierOptions};
    /// # let secret = || Secret::new("example-secret-for-documentation");
    /// # let signer = Signer::new(secret()?);
    /// # let verifier = Verifier::new(secret()?, VerifierOptions::default());
    /// let claims = IdentityClaims { email: Some("Ada@Example.com"), ..IdentityClaims::default() };
    /// let token = signer.identity_token("desk-1", &claims, 1_767_225_600)?;
    ///
    /// let verified = verifier.verify_identity_token("desk-1", &token, 1_767_225_660)?;
    /// assert_eq!(verified.email.as_ref().map(|email| email.as_str()), Some("ada@example.com"));
    ///
    /// let error = verifier.verify_identity_token("desk-2", &token, 1_767_225_660).unwrap_err();
    /// assert_eq!(error.code(), ErrorCode::IdentityTokenAudience);
    /// # Ok::<(), deskseal::Error>(())
    /// ```
    pub fn verify_identity_token(
        &self,
        audience: &str,
        token: &str,
        now: i64,
    ) -> Result<VerifiedIdentity, Error> {
        self.check_for_tokens()?;
        let audience = Audience::parse(audience)?;
        let now = Timestamp::new(now)?;
        self.verify_token(&audience, token, now).map_err(Error::attributed_to_visitor)
    }

    /// Verifies the URL of a request to the portal's form that contains an identity token (SPEC 12.7).
    ///
    /// This is for a portal. It is not part of the API that all packages share. The arguments are those of
    /// [`Verifier::verify_link`], and the rules are stricter than [`Verifier::verify_identity_token`]'s. The result
    /// is `None` if the URL contains no token. The caller should accept a
    /// [`token_id`](VerifiedIdentity::token_id) once.
    ///
    /// # Errors
    /// `secret_too_short` under 32 bytes; `host_malformed`; `timestamp_malformed` for `now`; then, as
    /// [`ErrorKind::Verification`](crate::ErrorKind), `portal_url_malformed`, `identity_repeated`, and those of
    /// [`Verifier::verify_identity_token`].
    ///
    /// ```
    /// use deskseal::LinkClaims;
    /// # use deskseal::{Secret, Signer, Verifier, VerifierOptions};
    /// # let secret = || Secret::new("example-secret-for-documentation");
    /// # let signer = Signer::new(secret()?);
    /// # let verifier = Verifier::new(secret()?, VerifierOptions::default());
    /// let claims = LinkClaims { user_id: Some("user-42"), ..LinkClaims::default() };
    /// let link = signer.portal_link_with_token("https://help.company.com", &claims, 1_767_225_600)?;
    /// let verified = verifier.verify_token_link("help.company.com", &link, 1_767_225_660)?;
    /// assert!(verified.is_some_and(|identity| identity.token_id.is_some()));
    /// assert!(verifier.verify_token_link("help.company.com", "/submit-ticket", 0)?.is_none());
    /// # Ok::<(), deskseal::Error>(())
    /// ```
    pub fn verify_token_link(
        &self,
        portal_host: &str,
        url: &str,
        now: i64,
    ) -> Result<Option<VerifiedIdentity>, Error> {
        self.check_for_tokens()?;
        let audience = Audience::portal(&PortalHost::parse(portal_host)?);
        let now = Timestamp::new(now)?;
        let token = link::token(url).map_err(Error::attributed_to_visitor)?;
        token
            .map(|token| {
                let received = Received::parse_of_link(Parameter::Token.decode(&token)?)?;
                let secret_index = self.maker_of_token(&received, now)?;
                received.payload()?.identity_of_link(&audience, now, secret_index)
            })
            .transpose()
            .map_err(Error::attributed_to_visitor)
    }

    /// Explains why an e-mail signature is invalid, for the owner of the secret (SPEC 8).
    ///
    /// `email` and `signature` are as received. `other_secrets` are secrets of other purposes that may have been
    /// used by mistake. `now` is in Unix seconds. Do not call this while a visitor's request is handled: its
    /// findings are for a prompt or a dashboard.
    ///
    /// # Errors
    /// `timestamp_malformed` for `now`.
    ///
    /// ```
    /// # use deskseal::{Secret, Verifier, VerifierOptions};
    /// # let secret = Secret::new("example-secret-for-documentation")?;
    /// # let verifier = Verifier::new(secret, VerifierOptions::default());
    /// // Made of the address as typed, "Ada@example.com".
    /// let signature = "c88bf1261abcf90438b89d19cb9fa35e4104bbc5d17cf90c897d486f65084535";
    /// let explanation = verifier.explain_email("Ada@example.com", signature, &[], 1_767_225_600)?;
    /// assert_eq!(explanation.findings[0].code.as_str(), "email_not_lowercased");
    /// # Ok::<(), deskseal::Error>(())
    /// ```
    #[cfg(feature = "explain")]
    pub fn explain_email(
        &self,
        email: &str,
        signature: &str,
        other_secrets: &[Secret],
        now: i64,
    ) -> Result<Explanation, Error> {
        let now = Timestamp::new(now)?;
        Ok(explain::email(self, email, signature, other_secrets, now))
    }

    /// Explains why a link is invalid, for the owner of the secret (SPEC 8).
    ///
    /// The arguments are those of [`Verifier::verify_link`] and [`Verifier::explain_email`].
    ///
    /// # Errors
    /// `host_malformed`, `timestamp_malformed` for `now`.
    ///
    /// ```
    /// # use deskseal::{Secret, Verifier, VerifierOptions};
    /// # let secret = Secret::new("example-secret-for-documentation")?;
    /// # let verifier = Verifier::new(secret, VerifierOptions::default());
    /// let url = "/submit-ticket?user_id=user-42&user_id_timestamp=1767225600&user_id_signature=\
    ///            ce1215bb040afb9b2dcd57047a625cffe6de7190e7f907c79c17c47cc59eb364";
    /// let explanation = verifier.explain_link("help.company.com", url, &[], 1_767_229_201)?;
    /// assert_eq!(explanation.findings[0].code.as_str(), "link_expired");
    /// assert!(explanation.findings[0].message.contains("3601 s"));
    /// # Ok::<(), deskseal::Error>(())
    /// ```
    #[cfg(feature = "explain")]
    pub fn explain_link(
        &self,
        portal_host: &str,
        url: &str,
        other_secrets: &[Secret],
        now: i64,
    ) -> Result<Explanation, Error> {
        let portal_host = PortalHost::parse(portal_host)?;
        let now = Timestamp::new(now)?;
        Ok(explain::link(self, &portal_host, url, other_secrets, now))
    }

    /// Explains why an identity token is invalid, for the owner of the secret (SPEC 8).
    ///
    /// The arguments are those of [`Verifier::verify_identity_token`] and [`Verifier::explain_email`].
    ///
    /// # Errors
    /// `secret_too_short` under 32 bytes; `helpdesk_id_malformed` or `host_malformed` for the audience;
    /// `timestamp_malformed` for `now`.
    ///
    /// ```
    /// use deskseal::IdentityClaims;
    /// # use deskseal::{Secret, Signer, Verifier, VerifierOptions};
    /// # let secret = || Secret::new("example-secret-for-documentation");
    /// # let signer = Signer::new(secret()?);
    /// # let verifier = Verifier::new(secret()?, VerifierOptions::default());
    /// let claims = IdentityClaims { user_id: Some("user-42"), ..IdentityClaims::default() };
    /// let token = signer.identity_token("desk-1", &claims, 1_767_225_600)?;
    /// let explanation = verifier.explain_identity_token("desk-1", &token, &[], 1_767_226_205)?;
    /// assert_eq!(explanation.findings[0].code.as_str(), "token_expired");
    /// assert!(explanation.findings[0].message.contains("5 s ago"));
    /// # Ok::<(), deskseal::Error>(())
    /// ```
    #[cfg(feature = "explain")]
    pub fn explain_identity_token(
        &self,
        audience: &str,
        token: &str,
        other_secrets: &[Secret],
        now: i64,
    ) -> Result<Explanation, Error> {
        self.check_for_tokens()?;
        let audience = Audience::parse(audience)?;
        let now = Timestamp::new(now)?;
        Ok(explain::identity_token(self, &audience, token, other_secrets, now))
    }

    fn check_for_tokens(&self) -> Result<(), Error> {
        self.keys.iter().try_for_each(|key| key.key.check_for_tokens())
    }

    pub(crate) fn verify_token(
        &self,
        audience: &Audience,
        token: &str,
        now: Timestamp,
    ) -> Result<VerifiedIdentity, Error> {
        let received = Received::parse(token)?;
        let secret_index = self.maker_of_token(&received, now)?;
        received.payload()?.identity(audience, now, secret_index)
    }

    fn maker_of_token(&self, received: &Received<'_>, now: Timestamp) -> Result<usize, Error> {
        let sign = |key: &Key| key.sign(&[received.message.as_bytes()]);
        self.matching_secret(&received.signature, now, sign)
    }

    #[cfg(feature = "explain")]
    pub(crate) fn keys(&self) -> &[VerifyingKey] {
        &self.keys
    }

    #[cfg(feature = "explain")]
    pub(crate) const fn tolerance(&self) -> Tolerance {
        self.tolerance
    }

    pub(crate) fn verify_claim(
        &self,
        portal_host: &PortalHost,
        claim: &Claim<'_>,
        now: Timestamp,
    ) -> Result<VerifiedUser, Error> {
        let user_id = UserId::parse(claim.user_id()?)?;
        let timestamp = Timestamp::parse(claim.timestamp()?)?;
        let signature = Signature::parse(claim.signature()?)?;
        let secret_index = self.matching_secret(&signature, now, |key| {
            key.sign_link(portal_host, &user_id, timestamp)
        })?;
        self.tolerance.check(timestamp, now)?;
        Ok(VerifiedUser { user_id, timestamp, secret_index })
    }

    /// Returns the lowest number of an active secret that made the signature. Every secret is tried, also if it has
    /// expired or another one matched, so that the time taken discloses nothing (SPEC 5.3).
    fn matching_secret(
        &self,
        signature: &Signature,
        now: Timestamp,
        sign: impl Fn(&Key) -> Signature,
    ) -> Result<usize, Error> {
        let mut lowest = None;
        for (index, key) in self.keys.iter().enumerate() {
            let is_maker = bool::from(sign(&key.key).ct_eq(signature));
            if is_maker && key.is_active(now) {
                lowest = lowest.or(Some(index));
            }
        }
        lowest.ok_or_else(|| {
            Error::new(
                ErrorCode::SignatureMismatch,
                "The signature was not made with this secret for this identity. Run \
                 `deskseal explain` to find out why.",
            )
        })
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Verifier")
            .field("secrets", &self.keys.len())
            .field("tolerance", &self.tolerance)
            .finish_non_exhaustive()
    }
}
