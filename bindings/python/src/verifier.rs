//! The class `Verifier`.

use deskseal::{Parameter, Secret, UserClaim, VerifierOptions};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::PyType;

use crate::error::{Never, answer};
use crate::results::{Explanation, VerifiedEmail, VerifiedIdentity, VerifiedUser};
use crate::secret::{Names, OtherSecrets, PreviousSecrets, SecretText};
use crate::text::{Integer, Text};
use crate::time::{Time, or_now};

/// Verifies identities with a current secret and any number of previous ones.
///
/// Create one when the application starts and use it from any thread. A verifier cannot be
/// pickled or copied.
///
/// Args:
///     secret: The secret's text; `None`, as `os.environ.get` returns it, is `secret_missing`.
///     previous: Secrets that were replaced, each as `(secret, expires_at)`. `expires_at` is the
///         time at which the secret expires: Unix seconds or an aware `datetime` (SPEC 2.6).
///     tolerance: How many seconds a link's timestamp may differ from `now`, 0 to 3600.
///
/// Raises:
///     SecretError: `secret_missing`, `secret_empty`, `secret_padded`, `secret_malformed`,
///         `secret_placeholder`, `secret_too_short`, `secret_expiry_malformed` (SPEC 2.2).
///     InputError: `tolerance_malformed`.
///
/// Example:
///     >>> from datetime import datetime, timezone
///     >>> from deskseal import Verifier
///     >>> verifier = Verifier(
///     ...     "example-secret-for-documentation",
///     ...     previous=[
///     ...         (
///     ...             "an-older-secret-now-being-replaced",
///     ...             datetime(2026, 1, 1, tzinfo=timezone.utc),
///     ...         )
///     ...     ],
///     ... )
#[pyclass(frozen, module = "deskseal")]
pub(crate) struct Verifier(deskseal::Verifier);

#[pymethods]
impl Verifier {
    #[new]
    #[pyo3(
        signature = (secret, *, previous = PreviousSecrets::NONE, tolerance = Integer(300)),
        text_signature = "(secret, *, previous=(), tolerance=300)"
    )]
    fn new(
        secret: SecretText<'_>,
        previous: PreviousSecrets<'_>,
        tolerance: Integer,
    ) -> PyResult<Self> {
        answer(|| {
            let (secret, previous) = (secret.text()?, previous.texts()?);
            let secret = Secret::new(secret)?;
            Ok(Self(deskseal::Verifier::new(secret, VerifierOptions::new(previous, tolerance.0)?)))
        })
    }

    /// Return a verifier whose current secret is in the environment variable `name`.
    ///
    /// Args:
    ///     name: The variable's name, usually `HELPDESKY_HMAC_SECRET`, `HDH_HMAC_SECRET` or
    ///         `LETTERBOOK_PORTAL_TICKET_SECRET` (SPEC 2.5); or several names: the first one that is
    ///         set is read.
    ///     previous: As for the constructor.
    ///     tolerance: As for the constructor.
    ///
    /// Raises:
    ///     SecretError: `secret_public` if bundlers would send the variable to browsers,
    ///         `secret_conflict` if two of the variables are set and differ, then the codes of the
    ///         constructor.
    ///     InputError: `tolerance_malformed`.
    ///
    /// Example:
    ///     >>> import os
    ///     >>> from deskseal import Verifier, generate_secret
    ///     >>> os.environ["HELPDESKY_HMAC_SECRET"] = generate_secret()
    ///     >>> verifier = Verifier.from_env("HELPDESKY_HMAC_SECRET", tolerance=60)
    #[classmethod]
    #[pyo3(
        signature = (name, *, previous = PreviousSecrets::NONE, tolerance = Integer(300)),
        text_signature = "($cls, name, *, previous=(), tolerance=300)"
    )]
    fn from_env(
        class: &Bound<'_, PyType>,
        name: Names<'_>,
        previous: PreviousSecrets<'_>,
        tolerance: Integer,
    ) -> PyResult<Self> {
        let variables = name.variables(class.py())?;
        answer(|| {
            let (variables, previous) = (variables.texts()?, previous.texts()?);
            let secret = Secret::from_first_named(&variables)?;
            Ok(Self(deskseal::Verifier::new(secret, VerifierOptions::new(previous, tolerance.0)?)))
        })
    }

    /// Return a verifier with the secret of an integration's setting, checked like a variable's.
    #[classmethod]
    fn _of_setting(_: &Bound<'_, PyType>, secret: SecretText<'_>) -> PyResult<Self> {
        answer(|| {
            let secret = Secret::from_named("secret", secret.text()?)?;
            Ok(Self(deskseal::Verifier::new(secret, VerifierOptions::default())))
        })
    }

    /// Verify an e-mail signature (SPEC 5.1).
    ///
    /// Args:
    ///     email: The e-mail as received.
    ///     signature: The signature as received, 64 hexadecimal digits.
    ///     now: The time at which previous secrets must be active: Unix seconds or an aware
    ///         `datetime`; the clock's time by default.
    ///
    /// Raises:
    ///     InputError: `timestamp_malformed` for `now`.
    ///     VerificationError: `email_empty`, `email_too_long`, `email_malformed`,
    ///         `email_ambiguous`, `signature_malformed`, `signature_mismatch`.
    ///
    /// Example:
    ///     >>> from deskseal import Signer, Verifier
    ///     >>> secret = "example-secret-for-documentation"
    ///     >>> email, signature = Signer(secret).sign_email("ada@example.com")
    ///     >>> Verifier(secret).verify_email(email, signature)
    ///     VerifiedEmail(email='ada@example.com', secret_index=0)
    #[pyo3(signature = (email, signature, *, now = None))]
    fn verify_email(
        &self,
        email: Text<'_>,
        signature: Text<'_>,
        now: Option<Time>,
    ) -> PyResult<VerifiedEmail> {
        answer(|| {
            let email = email.of(Parameter::ReceivedEmail)?;
            let signature = signature.of(Parameter::Signature)?;
            self.0.verify_email(email, signature, or_now(now)).map(VerifiedEmail)
        })
    }

    /// Verify a link signature whose parts were already read from the request (SPEC 5.2).
    ///
    /// Prefer `verify_link`, which also rejects repeated and missing parameters.
    ///
    /// Args:
    ///     portal_host: The portal's own host, never taken from the request.
    ///     user_id: The user id as received.
    ///     timestamp: The timestamp as received, as text.
    ///     signature: The signature as received, 64 hexadecimal digits.
    ///     now: Unix seconds, or an aware `datetime`; the clock's time by default.
    ///
    /// Raises:
    ///     InputError: `host_malformed`; `timestamp_malformed` for `now`.
    ///     VerificationError: `user_id_empty`, `user_id_too_long`, `user_id_malformed`,
    ///         `timestamp_malformed`, `signature_malformed`, `signature_mismatch`,
    ///         `timestamp_expired`, `timestamp_in_future`.
    ///
    /// Example:
    ///     >>> from deskseal import Signer, Verifier
    ///     >>> secret = "example-secret-for-documentation"
    ///     >>> signed = Signer(secret).sign_user("help.company.com", "user-42")
    ///     >>> verified = Verifier(secret).verify_user(
    ///     ...     portal_host="help.company.com",
    ///     ...     user_id=signed.user_id,
    ///     ...     timestamp=str(signed.timestamp),
    ///     ...     signature=signed.signature,
    ///     ... )
    ///     >>> verified.user_id
    ///     'user-42'
    #[pyo3(signature = (*, portal_host, user_id, timestamp, signature, now = None))]
    fn verify_user(
        &self,
        portal_host: Text<'_>,
        user_id: Text<'_>,
        timestamp: Text<'_>,
        signature: Text<'_>,
        now: Option<Time>,
    ) -> PyResult<VerifiedUser> {
        answer(|| {
            let claim = UserClaim {
                portal_host: portal_host.of(Parameter::Host)?,
                user_id: user_id.of(Parameter::ReceivedUserId)?,
                timestamp: timestamp.of(Parameter::ReceivedTimestamp)?,
                signature: signature.of(Parameter::Signature)?,
            };
            self.0.verify_user(&claim, or_now(now)).map(VerifiedUser)
        })
    }

    /// Verify the URL of a request to the portal's form (SPEC 4.7, 5.2).
    ///
    /// Args:
    ///     portal_host: The portal's own host, never taken from the request.
    ///     url: The request's URL as received, absolute or beginning with `/`.
    ///     now: Unix seconds, or an aware `datetime`; the clock's time by default.
    ///
    /// Returns:
    ///     The customer; `None` for an anonymous visitor, whose link has no identity.
    ///
    /// Raises:
    ///     InputError: `host_malformed`; `timestamp_malformed` for `now`.
    ///     VerificationError: `portal_url_malformed`, `identity_repeated`, `identity_incomplete`,
    ///         and those of `verify_user`.
    ///
    /// Example:
    ///     >>> from deskseal import Signer, Verifier
    ///     >>> secret = "example-secret-for-documentation"
    ///     >>> link = Signer(secret).portal_link("https://help.company.com", "user-42")
    ///     >>> verifier = Verifier(secret)
    ///     >>> verifier.verify_link("help.company.com", link).user_id
    ///     'user-42'
    ///     >>> verifier.verify_link("help.company.com", "/submit-ticket") is None
    ///     True
    #[pyo3(signature = (portal_host, url, *, now = None))]
    fn verify_link(
        &self,
        portal_host: Text<'_>,
        url: Text<'_>,
        now: Option<Time>,
    ) -> PyResult<Option<VerifiedUser>> {
        answer(|| {
            let portal_host = portal_host.of(Parameter::Host)?;
            let url = url.of(Parameter::ReceivedUrl)?;
            let verified = self.0.verify_link(portal_host, url, or_now(now))?;
            Ok(verified.map(VerifiedUser))
        })
    }

    /// Say why an e-mail's signature is invalid, for the owner of the secret (SPEC 8).
    ///
    /// Do not call this in a request: its findings are for a prompt or a dashboard.
    ///
    /// Args:
    ///     email: The e-mail as received.
    ///     signature: The signature as received, in any form.
    ///     other_secrets: Secrets with other purposes that may have been used by mistake.
    ///     now: Unix seconds, or an aware `datetime`; the clock's time by default.
    ///
    /// Raises:
    ///     SecretError: For one of `other_secrets`, as in the constructor.
    ///     InputError: `timestamp_malformed` for `now`; `email_malformed` for ill-formed text.
    ///     VerificationError: `signature_malformed` for ill-formed text.
    ///
    /// Example:
    ///     >>> import hashlib, hmac
    ///     >>> from deskseal import Verifier
    ///     >>> secret = "example-secret-for-documentation"
    ///     >>> wrong = hmac.new(secret.encode(), b"Ada@example.com", hashlib.sha256).hexdigest()
    ///     >>> Verifier(secret).explain_email("Ada@example.com", wrong).findings[0].code
    ///     'email_not_lowercased'
    #[pyo3(
        signature = (email, signature, *, other_secrets = OtherSecrets::NONE, now = None),
        text_signature = "($self, email, signature, *, other_secrets=(), now=None)"
    )]
    fn explain_email(
        &self,
        email: Text<'_>,
        signature: Text<'_>,
        other_secrets: OtherSecrets<'_>,
        now: Option<Time>,
    ) -> PyResult<Explanation> {
        answer(|| {
            let email = email.of(Parameter::Email)?;
            let signature = signature.of(Parameter::Signature)?;
            let others = other_secrets.secrets()?;
            self.0.explain_email(email, signature, &others, or_now(now)).map(Explanation)
        })
    }

    /// Say why a link is invalid, for the owner of the secret (SPEC 8).
    ///
    /// Do not call this in a request: its findings are for a prompt or a dashboard.
    ///
    /// Args:
    ///     portal_host: The portal's own host.
    ///     url: The request's URL as received, absolute or beginning with `/`.
    ///     other_secrets: Secrets with other purposes that may have been used by mistake.
    ///     now: Unix seconds, or an aware `datetime`; the clock's time by default.
    ///
    /// Raises:
    ///     SecretError: For one of `other_secrets`, as in the constructor.
    ///     InputError: `host_malformed`; `timestamp_malformed` for `now`; `portal_url_malformed` for
    ///         ill-formed text.
    ///
    /// Example:
    ///     >>> from deskseal import Signer, Verifier
    ///     >>> secret = "example-secret-for-documentation"
    ///     >>> signer = Signer(secret)
    ///     >>> link = signer.portal_link("https://help.company.com", "user-42", timestamp=1767225600)
    ///     >>> explanation = Verifier(secret).explain_link("help.company.com", link, now=1767229201)
    ///     >>> explanation.findings[0].code
    ///     'link_expired'
    #[pyo3(
        signature = (portal_host, url, *, other_secrets = OtherSecrets::NONE, now = None),
        text_signature = "($self, portal_host, url, *, other_secrets=(), now=None)"
    )]
    fn explain_link(
        &self,
        portal_host: Text<'_>,
        url: Text<'_>,
        other_secrets: OtherSecrets<'_>,
        now: Option<Time>,
    ) -> PyResult<Explanation> {
        answer(|| {
            let portal_host = portal_host.of(Parameter::Host)?;
            let url = url.of(Parameter::PortalUrl)?;
            let others = other_secrets.secrets()?;
            self.0.explain_link(portal_host, url, &others, or_now(now)).map(Explanation)
        })
    }

    /// Verify an identity token (SPEC 12.6).
    ///
    /// Every secret of the verifier must be for identity tokens only.
    ///
    /// Args:
    ///     audience: The verifier's own help desk id or portal host, never taken from the request.
    ///     token: The token as received.
    ///     now: Unix seconds, or an aware `datetime`; the clock's time by default.
    ///
    /// Raises:
    ///     SecretError: `secret_too_short` under 32 bytes.
    ///     InputError: `helpdesk_id_malformed` or `host_malformed` for the audience;
    ///         `timestamp_malformed` for `now`.
    ///     VerificationError: `identity_token_malformed`, `signature_mismatch`,
    ///         `identity_token_audience`, `identity_token_claim`, `identity_token_expired`,
    ///         `identity_token_in_future`, `email_empty`, `email_too_long`, `email_malformed`,
    ///         `email_ambiguous`, `user_id_empty`, `user_id_too_long`, `user_id_malformed`.
    ///
    /// Example:
    ///     >>> from deskseal import Signer, Verifier
    ///     >>> secret = "example-secret-for-documentation"
    ///     >>> token = Signer(secret).identity_token("desk-1", email="Ada@Example.com")
    ///     >>> Verifier(secret).verify_identity_token("desk-1", token).email
    ///     'ada@example.com'
    #[pyo3(signature = (audience, token, *, now = None))]
    fn verify_identity_token(
        &self,
        audience: Text<'_>,
        token: Text<'_>,
        now: Option<Time>,
    ) -> PyResult<VerifiedIdentity> {
        answer(|| {
            let audience = audience.of(Parameter::Audience)?;
            let token = token.of(Parameter::Token)?;
            self.0.verify_identity_token(audience, token, or_now(now)).map(VerifiedIdentity)
        })
    }

    /// Say why an identity token is invalid, for the owner of the secret (SPEC 8).
    ///
    /// Do not call this in a request: its findings are for a prompt or a dashboard.
    ///
    /// Args:
    ///     audience: The verifier's own help desk id or portal host.
    ///     token: The token as received, in any form.
    ///     other_secrets: Secrets with other purposes that may have been used by mistake.
    ///     now: Unix seconds, or an aware `datetime`; the clock's time by default.
    ///
    /// Raises:
    ///     SecretError: `secret_too_short` under 32 bytes; for one of `other_secrets`, as in the
    ///         constructor.
    ///     InputError: `helpdesk_id_malformed` or `host_malformed` for the audience;
    ///         `timestamp_malformed` for `now`.
    ///     VerificationError: `identity_token_malformed` for ill-formed text.
    ///
    /// Example:
    ///     >>> from deskseal import Signer, Verifier
    ///     >>> secret = "example-secret-for-documentation"
    ///     >>> token = Signer(secret).identity_token("desk-1", user_id="user-42", now=1767225600)
    ///     >>> explanation = Verifier(secret).explain_identity_token("desk-1", token, now=1767226205)
    ///     >>> explanation.findings[0].code
    ///     'token_expired'
    #[pyo3(
        signature = (audience, token, *, other_secrets = OtherSecrets::NONE, now = None),
        text_signature = "($self, audience, token, *, other_secrets=(), now=None)"
    )]
    fn explain_identity_token(
        &self,
        audience: Text<'_>,
        token: Text<'_>,
        other_secrets: OtherSecrets<'_>,
        now: Option<Time>,
    ) -> PyResult<Explanation> {
        answer(|| {
            let audience = audience.of(Parameter::Audience)?;
            let token = token.of(Parameter::Token)?;
            let others = other_secrets.secrets()?;
            self.0.explain_identity_token(audience, token, &others, or_now(now)).map(Explanation)
        })
    }

    /// Raise a `TypeError`: a pickle or a copy would contain the secrets.
    #[expect(clippy::unused_self, reason = "a method of Python has it")]
    fn __reduce__(&self) -> PyResult<Never> {
        Err(PyTypeError::new_err(
            "a Verifier contains secrets and cannot be pickled or copied; create a new one instead",
        ))
    }
}
