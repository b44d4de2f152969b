//! Signs the identity of a product's customer (SPEC 3, 4, 6, 12).

use std::fmt;

use crate::email::CanonicalEmail;
use crate::embed::{
    DATA_EMAIL, DATA_IDENTITY, DATA_SIGNATURE, Embed, EmbedOptions, check_helpdesk_id,
};
use crate::error::Error;
use crate::host::PortalHost;
use crate::link::PortalUrl;
use crate::secret::Secret;
use crate::signature::{Key, Signature};
use crate::timestamp::Timestamp;
use crate::token::{Audience, IdentityClaims, LinkClaims};
use crate::user::UserId;

/// Signs identities with one secret.
///
/// Create it when the application starts, and use it from any thread. An application that uses both the Ticket
/// Center and the portal needs two signers, since each has its own secret.
///
/// ```
/// use deskseal::{Secret, Signer};
///
/// let signer = Signer::new(Secret::new("example-secret-for-documentation")?);
/// let signed = signer.sign_email("  Ada@Example.com ")?;
/// assert_eq!(signed.email.as_str(), "ada@example.com");
/// assert_eq!(
///     signed.signature.to_hex(),
///     "52c24c92ea85fef3100591d5d33200adb10d7954a985da5620704b2fa0733b92"
/// );
/// # Ok::<(), deskseal::Error>(())
/// ```
pub struct Signer {
    key: Key,
}

/// A canonical e-mail and its signature. Both must be put into the page (SPEC 3.2).
///
/// `Debug` does not show the signature.
///
/// ```
/// # use deskseal::{Secret, Signer};
/// # let signer = Signer::new(Secret::new("example-secret-for-documentation")?);
/// let signed = signer.sign_email("Ada@Example.com")?;
/// assert_eq!(signed.email.as_str(), "ada@example.com");
/// assert_eq!(signed.signature.to_hex().len(), 64);
/// # Ok::<(), deskseal::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SignedEmail {
    /// The canonical e-mail.
    pub email: CanonicalEmail,
    /// Its signature.
    pub signature: Signature,
}

/// The values with which a page's own code shows the customer's Ticket Center (SPEC 6.4).
///
/// `Debug` does not show the signature.
///
/// ```
/// # use deskseal::{Secret, Signer};
/// # let signer = Signer::new(Secret::new("example-secret-for-documentation")?);
/// let identity = signer.identity("Ada@Example.com", "desk-1")?;
/// assert_eq!(identity.email.as_str(), "ada@example.com");
/// assert_eq!(identity.helpdesk_id, "desk-1");
/// # Ok::<(), deskseal::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Identity {
    /// The canonical e-mail.
    pub email: CanonicalEmail,
    /// Its signature.
    pub signature: Signature,
    /// The help desk's id.
    pub helpdesk_id: String,
}

/// A user id, the time of signing, and the signature (SPEC 4.6).
///
/// `Debug` does not show the signature.
///
/// ```
/// # use deskseal::{Secret, Signer};
/// # let signer = Signer::new(Secret::new("example-secret-for-documentation")?);
/// let signed = signer.sign_user("help.company.com", "user-42", 1_767_225_600)?;
/// assert_eq!(signed.user_id.as_str(), "user-42");
/// assert_eq!(signed.timestamp.seconds(), 1_767_225_600);
/// # Ok::<(), deskseal::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SignedUser {
    /// The user id, as given.
    pub user_id: UserId,
    /// The time of signing, in Unix seconds.
    pub timestamp: Timestamp,
    /// The signature of host, user id and timestamp.
    pub signature: Signature,
}

impl Signer {
    /// Takes the secret to sign with.
    pub fn new(secret: Secret) -> Self {
        Self { key: Key::new(secret) }
    }

    /// Reads the secret from the environment variable `name`.
    ///
    /// # Errors
    /// Those of [`Secret::from_env`].
    ///
    /// ```
    /// use deskseal::{ErrorCode, Signer};
    ///
    /// let error = Signer::from_env("NEXT_PUBLIC_HMAC_SECRET").unwrap_err();
    /// assert_eq!(error.code(), ErrorCode::SecretPublic);
    /// ```
    #[cfg(feature = "env")]
    pub fn from_env(name: &str) -> Result<Self, Error> {
        Secret::from_env(name).map(Self::new)
    }

    /// Reads the secret from the first environment variable of `names` that is set.
    ///
    /// # Errors
    /// Those of [`Secret::from_first_env`].
    ///
    /// ```
    /// use deskseal::{ErrorCode, Signer};
    ///
    /// let error = Signer::from_first_env(&["A_VARIABLE_THAT_IS_NOT_SET", "ANOTHER"]).unwrap_err();
    /// assert_eq!(error.code(), ErrorCode::SecretMissing);
    /// ```
    #[cfg(feature = "env")]
    pub fn from_first_env(names: &[&str]) -> Result<Self, Error> {
        Secret::from_first_env(names).map(Self::new)
    }

    /// Signs the canonical form of an e-mail (SPEC 3).
    ///
    /// `email` is the customer's address as stored.
    ///
    /// # Errors
    /// Those of [`CanonicalEmail::parse`].
    ///
    /// ```
    /// # use deskseal::{Secret, Signer};
    /// # let signer = Signer::new(Secret::new("example-secret-for-documentation")?);
    /// let signed = signer.sign_email("  Ada@Example.com ")?;
    /// assert_eq!(signed.email.as_str(), "ada@example.com");
    /// # Ok::<(), deskseal::Error>(())
    /// ```
    pub fn sign_email(&self, email: &str) -> Result<SignedEmail, Error> {
        let email = CanonicalEmail::parse(email)?;
        let signature = self.key.sign(&[email.as_str().as_bytes()]);
        Ok(SignedEmail { email, signature })
    }

    /// Signs a user id for a portal (SPEC 4.6).
    ///
    /// `portal_host` is the portal's host, and `user_id` the customer's id. `timestamp` is the time of signing in
    /// Unix seconds: [`unix_now`](crate::unix_now) when the customer clicks.
    ///
    /// # Errors
    /// `host_malformed`, `user_id_empty`, `user_id_too_long`, `user_id_malformed`,
    /// `timestamp_malformed`, in this order.
    ///
    /// ```
    /// # use deskseal::{Secret, Signer};
    /// # let signer = Signer::new(Secret::new("example-secret-for-documentation")?);
    /// let signed = signer.sign_user("help.company.com", "user-42", 1_767_225_600)?;
    /// assert_eq!(
    ///     signed.signature.to_hex(),
    ///     "ce1215bb040afb9b2dcd57047a625cffe6de7190e7f907c79c17c47cc59eb364"
    /// );
    /// # Ok::<(), deskseal::Error>(())
    /// ```
    pub fn sign_user(
        &self,
        portal_host: &str,
        user_id: &str,
        timestamp: i64,
    ) -> Result<SignedUser, Error> {
        self.sign_user_for(&PortalHost::parse(portal_host)?, user_id, timestamp)
    }

    /// Returns the signed link that opens the portal's form as this customer (SPEC 4.5).
    ///
    /// `portal_url` is the portal's absolute URL; its path, query and fragment are replaced. `user_id` is the
    /// customer's id. `timestamp` is the time of signing in Unix seconds: [`unix_now`](crate::unix_now) when
    /// the customer clicks.
    ///
    /// # Errors
    /// `portal_url_malformed`, `portal_url_insecure`, `user_id_empty`, `user_id_too_long`,
    /// `user_id_malformed`, `timestamp_malformed`, in this order.
    ///
    /// ```
    /// # use deskseal::{Secret, Signer};
    /// # let signer = Signer::new(Secret::new("example-secret-for-documentation")?);
    /// let link = signer.portal_link("https://help.company.com", "user-42", 1_767_225_600)?;
    /// assert!(link.starts_with(
    ///     "https://help.company.com/submit-ticket?user_id=user-42&user_id_timestamp=1767225600&"
    /// ));
    /// # Ok::<(), deskseal::Error>(())
    /// ```
    pub fn portal_link(
        &self,
        portal_url: &str,
        user_id: &str,
        timestamp: i64,
    ) -> Result<String, Error> {
        let portal = PortalUrl::parse(portal_url)?;
        let user = self.sign_user_for(portal.host(), user_id, timestamp)?;
        Ok(portal.link(&user))
    }

    /// Returns the markup that shows the customer's Ticket Center (SPEC 6).
    ///
    /// `email` is the customer's address as stored. `helpdesk_id` is the desk's id from the help desk's dashboard.
    ///
    /// # Errors
    /// Those of [`CanonicalEmail::parse`], then `helpdesk_id_malformed`, then
    /// `embed_option_malformed`.
    ///
    /// ```
    /// use deskseal::EmbedOptions;
    /// # use deskseal::{Secret, Signer};
    /// # let signer = Signer::new(Secret::new("example-secret-for-documentation")?);
    /// let options = EmbedOptions { align: Some("left"), ..EmbedOptions::default() };
    /// let embed = signer.ticket_center("Ada@Example.com", "desk-1", &options)?;
    /// assert!(embed.html.contains(r#" data-email="ada@example.com" "#));
    /// assert!(embed.attributes().any(|attribute| attribute == ("data-align", "left")));
    /// # Ok::<(), deskseal::Error>(())
    /// ```
    pub fn ticket_center(
        &self,
        email: &str,
        helpdesk_id: &str,
        options: &EmbedOptions<'_>,
    ) -> Result<Embed, Error> {
        let SignedEmail { email, signature } = self.sign_email(email)?;
        let mut digits = [0; 64];
        let digits = signature.write_hex(&mut digits);
        let identity = [(DATA_EMAIL, Some(email.as_str())), (DATA_SIGNATURE, Some(digits))];
        Embed::new(identity, helpdesk_id, options)
    }

    /// Signs an e-mail for a page whose own code shows the Ticket Center (SPEC 6.4).
    ///
    /// `email` is the customer's address as stored. `helpdesk_id` is the desk's id from the help desk's dashboard.
    ///
    /// # Errors
    /// Those of [`CanonicalEmail::parse`], then `helpdesk_id_malformed`.
    ///
    /// ```
    /// # use deskseal::{Secret, Signer};
    /// # let signer = Signer::new(Secret::new("example-secret-for-documentation")?);
    /// let identity = signer.identity("Ada@Example.com", "desk-1")?;
    /// let signed = signer.sign_email("ada@example.com")?;
    /// assert_eq!(identity.signature, signed.signature);
    /// # Ok::<(), deskseal::Error>(())
    /// ```
    pub fn identity(&self, email: &str, helpdesk_id: &str) -> Result<Identity, Error> {
        let SignedEmail { email, signature } = self.sign_email(email)?;
        check_helpdesk_id(helpdesk_id)?;
        Ok(Identity { email, signature, helpdesk_id: helpdesk_id.to_owned() })
    }

    /// Returns an identity token, which names the customer for one desk or portal until it expires (SPEC 12).
    ///
    /// `audience` is the helpdesk id or the portal's host. `claims` say who the customer is. `now` is in Unix
    /// seconds, usually [`unix_now`](crate::unix_now). The signer's secret must be one for identity tokens only.
    ///
    /// # Errors
    /// `secret_too_short` under 32 bytes; `helpdesk_id_malformed` or `host_malformed` for the audience; those of
    /// [`CanonicalEmail::parse`] and [`UserId::parse`]; `identity_token_claim` for any other claim, and without
    /// a user id and a proved e-mail; `timestamp_malformed` for `now`, in this order.
    ///
    /// ```
    /// use deskseal::IdentityClaims;
    /// # use deskseal::{Secret, Signer};
    /// # let signer = Signer::new(Secret::new("example-secret-for-documentation")?);
    /// let claims = IdentityClaims {
    ///     user_id: Some("user-42"),
    ///     email: Some("Ada@Example.com"),
    ///     name: Some("Ada Lovelace"),
    ///     attributes: [("plan".to_owned(), "pro".into())].into(),
    ///     ..IdentityClaims::default()
    /// };
    /// let token = signer.identity_token("desk-1", &claims, 1_767_225_600)?;
    /// assert_eq!(token.split('.').count(), 3);
    /// # Ok::<(), deskseal::Error>(())
    /// ```
    pub fn identity_token(
        &self,
        audience: &str,
        claims: &IdentityClaims<'_>,
        now: i64,
    ) -> Result<String, Error> {
        self.key.check_for_tokens()?;
        self.key.token(&Audience::parse(audience)?, claims, now)
    }

    /// Returns the markup that shows the customer's Ticket Center, with an identity token (SPEC 12.7).
    ///
    /// `helpdesk_id` is the desk's id from the help desk's dashboard. The other arguments are those of
    /// [`Signer::identity_token`] and [`Signer::ticket_center`].
    ///
    /// # Errors
    /// Those of [`Signer::identity_token`], then `embed_option_malformed`.
    ///
    /// ```
    /// use deskseal::{EmbedOptions, IdentityClaims};
    /// # use deskseal::{Secret, Signer};
    /// # let signer = Signer::new(Secret::new("example-secret-for-documentation")?);
    /// let claims = IdentityClaims { user_id: Some("user-42"), ..IdentityClaims::default() };
    /// let options = EmbedOptions::default();
    /// let embed = signer.ticket_center_with_token("desk-1", &claims, &options, 1_767_225_600)?;
    /// assert!(embed.html.contains(" data-identity=\"eyJ"));
    /// # Ok::<(), deskseal::Error>(())
    /// ```
    pub fn ticket_center_with_token(
        &self,
        helpdesk_id: &str,
        claims: &IdentityClaims<'_>,
        options: &EmbedOptions<'_>,
        now: i64,
    ) -> Result<Embed, Error> {
        self.key.check_for_tokens()?;
        let token = self.key.token(&Audience::desk(helpdesk_id)?, claims, now)?;
        Embed::new([(DATA_IDENTITY, Some(&token)), (DATA_SIGNATURE, None)], helpdesk_id, options)
    }

    /// Returns the link that opens the portal's form as this customer, with an identity token (SPEC 12.7).
    ///
    /// `portal_url` is the portal's absolute URL; its path, query and fragment are replaced. `claims` say who the
    /// customer is. `now` is in Unix seconds: [`unix_now`](crate::unix_now) when the customer clicks.
    ///
    /// # Errors
    /// `secret_too_short` under 32 bytes; `portal_url_malformed`, `portal_url_insecure`; then those of
    /// [`Signer::identity_token`] for its claims and `now`.
    ///
    /// ```
    /// use deskseal::LinkClaims;
    /// # use deskseal::{Secret, Signer};
    /// # let signer = Signer::new(Secret::new("example-secret-for-documentation")?);
    /// let claims = LinkClaims { user_id: Some("user-42"), ..LinkClaims::default() };
    /// let link = signer.portal_link_with_token("https://help.company.com", &claims, 1_767_225_600)?;
    /// assert!(link.starts_with("https://help.company.com/submit-ticket?identity=eyJ"));
    /// # Ok::<(), deskseal::Error>(())
    /// ```
    pub fn portal_link_with_token(
        &self,
        portal_url: &str,
        claims: &LinkClaims<'_>,
        now: i64,
    ) -> Result<String, Error> {
        self.key.check_for_tokens()?;
        let portal = PortalUrl::parse(portal_url)?;
        let token = self.key.link_token(&Audience::portal(portal.host()), claims, now)?;
        Ok(portal.link_with_token(&token))
    }

    fn sign_user_for(
        &self,
        portal_host: &PortalHost,
        user_id: &str,
        timestamp: i64,
    ) -> Result<SignedUser, Error> {
        let user_id = UserId::parse(user_id)?;
        let timestamp = Timestamp::new(timestamp)?;
        let signature = self.key.sign_link(portal_host, &user_id, timestamp);
        Ok(SignedUser { user_id, timestamp, signature })
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Signer([redacted])")
    }
}
