//! The class `Signer`.

use deskseal::{
    DEFAULT_LINK_TOKEN_LIFETIME, DEFAULT_TOKEN_LIFETIME, EmbedOptions, Parameter, Secret,
};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::PyType;

use crate::claims::{Attributes, Claims, optional};
use crate::error::{Never, answer};
use crate::results::{Embed, Identity, SignedEmail, SignedUser};
use crate::secret::{Names, SecretText};
use crate::text::{Integer, Text};
use crate::time::{Time, or_now};

/// Signs identities with one secret.
///
/// Create one when the application starts and use it from any thread. An application with the
/// Ticket Center and the portal has two, because each product has its own secret. A signer cannot
/// be pickled or copied.
///
/// Args:
///     secret: The secret's text; `None`, as `os.environ.get` returns it, is `secret_missing`.
///
/// Raises:
///     SecretError: `secret_missing`, `secret_empty`, `secret_padded`, `secret_malformed`,
///         `secret_placeholder`, `secret_too_short` (SPEC 2.2).
///
/// Example:
///     >>> from deskseal import Signer
///     >>> signer = Signer("example-secret-for-documentation")
#[pyclass(frozen, module = "deskseal")]
pub(crate) struct Signer(deskseal::Signer);

#[pymethods]
impl Signer {
    #[new]
    fn new(secret: SecretText<'_>) -> PyResult<Self> {
        answer(|| Ok(Self(deskseal::Signer::new(Secret::new(secret.text()?)?))))
    }

    /// Return a signer with the secret in the environment variable `name`.
    ///
    /// Args:
    ///     name: The variable's name, usually `HELPDESKY_HMAC_SECRET`, `HDH_HMAC_SECRET` or
    ///         `LETTERBOOK_PORTAL_TICKET_SECRET` (SPEC 2.5); or several names: the first one that is
    ///         set is read.
    ///
    /// Raises:
    ///     SecretError: `secret_public` if bundlers would send the variable to browsers,
    ///         `secret_conflict` if two of the variables are set and differ, then the codes of the
    ///         constructor.
    ///
    /// Example:
    ///     >>> import os
    ///     >>> from deskseal import Signer, generate_secret
    ///     >>> os.environ["HELPDESKY_HMAC_SECRET"] = generate_secret()
    ///     >>> signer = Signer.from_env("HELPDESKY_HMAC_SECRET")
    #[classmethod]
    fn from_env(class: &Bound<'_, PyType>, name: Names<'_>) -> PyResult<Self> {
        let variables = name.variables(class.py())?;
        answer(|| {
            let secret = Secret::from_first_named(&variables.texts()?)?;
            Ok(Self(deskseal::Signer::new(secret)))
        })
    }

    /// Return a signer with the secret of an integration's setting.
    ///
    /// A setting usually gets its value from a variable, which may be an unresolved reference, so
    /// it is checked like a variable.
    #[classmethod]
    fn _of_setting(_: &Bound<'_, PyType>, secret: SecretText<'_>) -> PyResult<Self> {
        answer(|| Ok(Self(deskseal::Signer::new(Secret::from_named("secret", secret.text()?)?))))
    }

    /// Sign the canonical form of an e-mail (SPEC 3).
    ///
    /// Args:
    ///     email: The signed-in customer's e-mail.
    ///
    /// Returns:
    ///     The canonical e-mail and the signature: put both into the page.
    ///
    /// Raises:
    ///     InputError: `email_empty`, `email_too_long`, `email_malformed`, `email_ambiguous`.
    ///
    /// Example:
    ///     >>> from deskseal import Signer
    ///     >>> signer = Signer("example-secret-for-documentation")
    ///     >>> email, signature = signer.sign_email("  Ada@Example.com ")
    ///     >>> email, signature[:8]
    ///     ('ada@example.com', '52c24c92')
    fn sign_email(&self, email: Text<'_>) -> PyResult<SignedEmail> {
        answer(|| self.0.sign_email(email.of(Parameter::Email)?).map(SignedEmail))
    }

    /// Sign a user id for a portal (SPEC 4.6).
    ///
    /// Args:
    ///     portal_host: The portal's host, without scheme and port.
    ///     user_id: The signed-in customer's id, used exactly as given.
    ///     timestamp: Unix seconds, or an aware `datetime`; now by default.
    ///
    /// Raises:
    ///     InputError: `host_malformed`, `user_id_empty`, `user_id_too_long`,
    ///         `user_id_malformed`, `timestamp_malformed`.
    ///
    /// Example:
    ///     >>> from deskseal import Signer
    ///     >>> signer = Signer("example-secret-for-documentation")
    ///     >>> signed = signer.sign_user("help.company.com", "user-42", timestamp=1767225600)
    ///     >>> signed.signature[:8]
    ///     'ce1215bb'
    #[pyo3(signature = (portal_host, user_id, *, timestamp = None))]
    fn sign_user(
        &self,
        portal_host: Text<'_>,
        user_id: Text<'_>,
        timestamp: Option<Time>,
    ) -> PyResult<SignedUser> {
        answer(|| {
            let (host, user_id) =
                (portal_host.of(Parameter::Host)?, user_id.of(Parameter::UserId)?);
            self.0.sign_user(host, user_id, or_now(timestamp)).map(SignedUser)
        })
    }

    /// Return the link that takes a customer to the portal's form, signed in (SPEC 4.5).
    ///
    /// Sign it when the customer clicks: it is valid for five minutes, unless the portal's verifier
    /// has another tolerance.
    ///
    /// Args:
    ///     portal_url: The portal's address; its path, query and fragment are replaced.
    ///     user_id: The signed-in customer's id, used exactly as given.
    ///     timestamp: Unix seconds, or an aware `datetime`; now by default.
    ///
    /// Raises:
    ///     InputError: `portal_url_malformed`, `portal_url_insecure`, `user_id_empty`,
    ///         `user_id_too_long`, `user_id_malformed`, `timestamp_malformed`.
    ///
    /// Example:
    ///     >>> from deskseal import Signer
    ///     >>> signer = Signer("example-secret-for-documentation")
    ///     >>> link = signer.portal_link("https://help.company.com", "user-42")
    ///     >>> link.partition("&")[0]
    ///     'https://help.company.com/submit-ticket?user_id=user-42'
    #[pyo3(signature = (portal_url, user_id, *, timestamp = None))]
    fn portal_link(
        &self,
        portal_url: Text<'_>,
        user_id: Text<'_>,
        timestamp: Option<Time>,
    ) -> PyResult<String> {
        answer(|| {
            let (url, user_id) =
                (portal_url.of(Parameter::PortalUrl)?, user_id.of(Parameter::UserId)?);
            self.0.portal_link(url, user_id, or_now(timestamp))
        })
    }

    /// Return the markup that shows the customer's Ticket Center (SPEC 6).
    ///
    /// Args:
    ///     email: The signed-in customer's e-mail.
    ///     helpdesk_id: The help desk's id, from its dashboard.
    ///     align: `left`, `center` (the default) or `right`.
    ///     max_width: A positive whole number and `px`, `rem` or `%`; `864px` by default.
    ///     container: The id of the container element; `hdh-ticket-center` by default.
    ///     script_url: The script's absolute URL, `https` except on loopback hosts;
    ///         `https://helpdesky.io/ticket-center.js` by default.
    ///     crossorigin: Whether the browser loads the script with CORS. A page with
    ///         `Cross-Origin-Embedder-Policy: require-corp` needs it.
    ///     nonce: The page's Content-Security-Policy nonce.
    ///
    /// Raises:
    ///     InputError: `email_empty`, `email_too_long`, `email_malformed`, `email_ambiguous`, then
    ///         `helpdesk_id_malformed`, then `embed_option_malformed`.
    ///
    /// Example:
    ///     >>> from deskseal import Signer
    ///     >>> signer = Signer("example-secret-for-documentation")
    ///     >>> embed = signer.ticket_center("Ada@Example.com", "desk-1", align="left")
    ///     >>> embed.attributes["data-align"]
    ///     'left'
    #[expect(clippy::too_many_arguments, reason = "the API's parameters, all but two by name")]
    #[pyo3(signature = (
        email, helpdesk_id, *, align = None, max_width = None, container = None, script_url = None,
        crossorigin = false, nonce = None,
    ))]
    fn ticket_center(
        &self,
        email: Text<'_>,
        helpdesk_id: Text<'_>,
        align: Option<Text<'_>>,
        max_width: Option<Text<'_>>,
        container: Option<Text<'_>>,
        script_url: Option<Text<'_>>,
        crossorigin: bool,
        nonce: Option<Text<'_>>,
    ) -> PyResult<Embed> {
        answer(|| {
            let email = email.of(Parameter::Email)?;
            let helpdesk_id = helpdesk_id.of(Parameter::HelpdeskId)?;
            let texts = [&align, &max_width, &container, &script_url, &nonce];
            let options = embed_options(texts, crossorigin)?;
            self.0.ticket_center(email, helpdesk_id, &options).map(Embed)
        })
    }

    /// Sign an e-mail for a page whose own code shows the Ticket Center (SPEC 6.4).
    ///
    /// Args:
    ///     email: The signed-in customer's e-mail.
    ///     helpdesk_id: The help desk's id, from its dashboard.
    ///
    /// Returns:
    ///     The values that the page's code passes to the Ticket Center's script.
    ///
    /// Raises:
    ///     InputError: `email_empty`, `email_too_long`, `email_malformed`, `email_ambiguous`, then
    ///         `helpdesk_id_malformed`.
    ///
    /// Example:
    ///     >>> from deskseal import Signer
    ///     >>> signer = Signer("example-secret-for-documentation")
    ///     >>> signer.identity("Ada@Example.com", "desk-1")
    ///     Identity(email='ada@example.com', signature=<hidden>, helpdesk_id='desk-1')
    fn identity(&self, email: Text<'_>, helpdesk_id: Text<'_>) -> PyResult<Identity> {
        answer(|| {
            let email = email.of(Parameter::Email)?;
            let helpdesk_id = helpdesk_id.of(Parameter::HelpdeskId)?;
            self.0.identity(email, helpdesk_id).map(Identity)
        })
    }

    /// Return an identity token, which names the customer until it expires (SPEC 12).
    ///
    /// Any JWT library can verify it. The signer's secret must be for identity tokens only.
    ///
    /// Args:
    ///     audience: The help desk's id, or the portal's host.
    ///     email: The customer's e-mail.
    ///     email_verified: Whether the product has proved that the customer receives mail at
    ///         `email`. An address that is not proved identifies no customer.
    ///     user_id: The customer's permanent id, used exactly as given.
    ///     name: The customer's name, 1 to 100 characters.
    ///     attributes: What agents see beside the customer: at most 20 texts of 255 bytes,
    ///         integers or flags, by names that match `[a-z][a-z0-9_]{0,39}`.
    ///     token_id: The token's id, 1 to 128 visible ASCII characters; random by default.
    ///     expires_in: For how many seconds the token is valid, 1 to 86400.
    ///     now: The time of signing: Unix seconds, or an aware `datetime`; now by default.
    ///
    /// Raises:
    ///     SecretError: `secret_too_short` under 32 bytes.
    ///     InputError: `helpdesk_id_malformed` or `host_malformed` for the audience;
    ///         `email_empty`, `email_too_long`, `email_malformed`,
    ///         `email_ambiguous`, `user_id_empty`, `user_id_too_long`, `user_id_malformed`;
    ///         `identity_token_claim` for every other claim, and without a `user_id` and a proved
    ///         `email`; `timestamp_malformed` for `now`.
    ///
    /// Example:
    ///     >>> from deskseal import Signer
    ///     >>> signer = Signer("example-secret-for-documentation")
    ///     >>> token = signer.identity_token("desk-1", user_id="user-42", name="Ada Lovelace")
    ///     >>> token.count(".")
    ///     2
    #[expect(clippy::too_many_arguments, reason = "the API's parameters, all but one by name")]
    #[pyo3(
        signature = (
            audience, *, email = None, email_verified = true, user_id = None, name = None,
            attributes = None, token_id = None, expires_in = Integer(DEFAULT_TOKEN_LIFETIME),
            now = None,
        ),
        text_signature = "($self, audience, *, email=None, email_verified=True, user_id=None, \
                          name=None, attributes=None, token_id=None, expires_in=600, now=None)"
    )]
    fn identity_token(
        &self,
        audience: Text<'_>,
        email: Option<Text<'_>>,
        email_verified: bool,
        user_id: Option<Text<'_>>,
        name: Option<Text<'_>>,
        attributes: Option<Attributes<'_>>,
        token_id: Option<Text<'_>>,
        expires_in: Integer,
        now: Option<Time>,
    ) -> PyResult<String> {
        let claims =
            Claims { email, email_verified, user_id, name, attributes, token_id, expires_in };
        answer(|| {
            let audience = audience.of(Parameter::Audience)?;
            self.0.identity_token(audience, &claims.of_token()?, or_now(now))
        })
    }

    /// Return the Ticket Center's markup with an identity token (SPEC 12.7).
    ///
    /// Args:
    ///     helpdesk_id: The help desk's id, from its dashboard.
    ///     email: The customer's e-mail.
    ///     email_verified: Whether the product has proved that the customer receives mail at
    ///         `email`. An address that is not proved identifies no customer.
    ///     user_id: The customer's permanent id, used exactly as given.
    ///     name: The customer's name, 1 to 100 characters.
    ///     attributes: What agents see beside the customer: at most 20 texts of 255 bytes,
    ///         integers or flags, by names that match `[a-z][a-z0-9_]{0,39}`.
    ///     token_id: The token's id, 1 to 128 visible ASCII characters; random by default.
    ///     expires_in: For how many seconds the token is valid, 1 to 86400.
    ///     now: The time of signing: Unix seconds, or an aware `datetime`; now by default.
    ///     align: As for `ticket_center`, like all parameters below.
    ///     max_width: The Ticket Center's greatest width.
    ///     container: The id of the container element.
    ///     script_url: The script's absolute URL.
    ///     crossorigin: Whether the browser loads the script with CORS.
    ///     nonce: The page's Content-Security-Policy nonce.
    ///
    /// Raises:
    ///     SecretError: `secret_too_short` under 32 bytes.
    ///     InputError: `helpdesk_id_malformed`; `email_empty`, `email_too_long`,
    ///         `email_malformed`, `email_ambiguous`, `user_id_empty`, `user_id_too_long`,
    ///         `user_id_malformed`; `identity_token_claim` for every other claim, and without a
    ///         `user_id` and a proved `email`; `timestamp_malformed` for `now`;
    ///         `embed_option_malformed`.
    ///
    /// Example:
    ///     >>> from deskseal import Signer
    ///     >>> signer = Signer("example-secret-for-documentation")
    ///     >>> embed = signer.ticket_center_with_token("desk-1", user_id="user-42", align="left")
    ///     >>> embed.attributes["data-identity"][:3]
    ///     'eyJ'
    #[expect(clippy::too_many_arguments, reason = "the API's parameters, all but one by name")]
    #[pyo3(
        signature = (
            helpdesk_id, *, email = None, email_verified = true, user_id = None, name = None,
            attributes = None, token_id = None, expires_in = Integer(DEFAULT_TOKEN_LIFETIME),
            now = None, align = None, max_width = None, container = None, script_url = None,
            crossorigin = false, nonce = None,
        ),
        text_signature = "($self, helpdesk_id, *, email=None, email_verified=True, user_id=None, \
                          name=None, attributes=None, token_id=None, expires_in=600, now=None, \
                          align=None, max_width=None, container=None, script_url=None, \
                          crossorigin=False, nonce=None)"
    )]
    fn ticket_center_with_token(
        &self,
        helpdesk_id: Text<'_>,
        email: Option<Text<'_>>,
        email_verified: bool,
        user_id: Option<Text<'_>>,
        name: Option<Text<'_>>,
        attributes: Option<Attributes<'_>>,
        token_id: Option<Text<'_>>,
        expires_in: Integer,
        now: Option<Time>,
        align: Option<Text<'_>>,
        max_width: Option<Text<'_>>,
        container: Option<Text<'_>>,
        script_url: Option<Text<'_>>,
        crossorigin: bool,
        nonce: Option<Text<'_>>,
    ) -> PyResult<Embed> {
        let claims =
            Claims { email, email_verified, user_id, name, attributes, token_id, expires_in };
        answer(|| {
            let helpdesk_id = helpdesk_id.of(Parameter::HelpdeskId)?;
            let claims = claims.of_token()?;
            let texts = [&align, &max_width, &container, &script_url, &nonce];
            let options = embed_options(texts, crossorigin)?;
            let now = or_now(now);
            self.0.ticket_center_with_token(helpdesk_id, &claims, &options, now).map(Embed)
        })
    }

    /// Return the link to the portal's form with an identity token (SPEC 12.7).
    ///
    /// Sign it when the customer clicks. Links are logged, so its token has no name and no
    /// attributes.
    ///
    /// Args:
    ///     portal_url: The portal's address; its path, query and fragment are replaced.
    ///     email: The customer's e-mail.
    ///     email_verified: Whether the product has proved that the customer receives mail at
    ///         `email`. An address that is not proved identifies no customer.
    ///     user_id: The customer's permanent id, used exactly as given.
    ///     token_id: The token's id, 1 to 128 visible ASCII characters; random by default.
    ///     expires_in: For how many seconds the token is valid, 1 to 300.
    ///     now: The time of signing: Unix seconds, or an aware `datetime`; now by default.
    ///
    /// Raises:
    ///     SecretError: `secret_too_short` under 32 bytes.
    ///     InputError: `portal_url_malformed`, `portal_url_insecure`; `email_empty`,
    ///         `email_too_long`, `email_malformed`, `email_ambiguous`, `user_id_empty`,
    ///         `user_id_too_long`, `user_id_malformed`; `identity_token_claim` for every other
    ///         claim, and without a `user_id` and a proved `email`; `timestamp_malformed` for
    ///         `now`.
    ///
    /// Example:
    ///     >>> from deskseal import Signer
    ///     >>> signer = Signer("example-secret-for-documentation")
    ///     >>> link = signer.portal_link_with_token("https://help.company.com", user_id="user-42")
    ///     >>> link.partition("=")[0]
    ///     'https://help.company.com/submit-ticket?identity'
    #[expect(clippy::too_many_arguments, reason = "the API's parameters, all but one by name")]
    #[pyo3(
        signature = (
            portal_url, *, email = None, email_verified = true, user_id = None, token_id = None,
            expires_in = Integer(DEFAULT_LINK_TOKEN_LIFETIME), now = None,
        ),
        text_signature = "($self, portal_url, *, email=None, email_verified=True, user_id=None, \
                          token_id=None, expires_in=300, now=None)"
    )]
    fn portal_link_with_token(
        &self,
        portal_url: Text<'_>,
        email: Option<Text<'_>>,
        email_verified: bool,
        user_id: Option<Text<'_>>,
        token_id: Option<Text<'_>>,
        expires_in: Integer,
        now: Option<Time>,
    ) -> PyResult<String> {
        let (name, attributes) = (None, None);
        let claims =
            Claims { email, email_verified, user_id, name, attributes, token_id, expires_in };
        answer(|| {
            let url = portal_url.of(Parameter::PortalUrl)?;
            self.0.portal_link_with_token(url, &claims.of_link()?, or_now(now))
        })
    }

    /// Raise a `TypeError`: a pickle or a copy would contain the secret.
    #[expect(clippy::unused_self, reason = "a method of Python has it")]
    fn __reduce__(&self) -> PyResult<Never> {
        Err(PyTypeError::new_err(
            "a Signer contains a secret and cannot be pickled or copied; create a new one instead",
        ))
    }
}

fn embed_options<'text>(
    texts: [&'text Option<Text<'_>>; 5],
    crossorigin: bool,
) -> Result<EmbedOptions<'text>, deskseal::Error> {
    let option = |text: &'text Option<Text<'_>>| optional(text.as_ref(), Parameter::EmbedOption);
    let [align, max_width, container, script_url, nonce] = texts;
    Ok(EmbedOptions {
        align: option(align)?,
        max_width: option(max_width)?,
        container: option(container)?,
        script_url: option(script_url)?,
        crossorigin,
        nonce: option(nonce)?,
    })
}
