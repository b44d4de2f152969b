//! The class `Signer`.

use deskseal::{EmbedOptions, Error, Parameter, Secret, Signer};

use crate::describe::{FLAG, OPTIONAL_TEXT, SECRET, TEXT, TIME, class, functions};
use crate::engine::{Call, constructor, maker, method};
use crate::environment::variable;
use crate::error::Failure;
use crate::results::{Embed, SignedEmail, SignedUser};
use crate::secret::SecretText;
use crate::text::{Text, flag};
use crate::time::or_now;

class! {
    /// Signs identities with one secret.
    ///
    /// Make one where the application starts. An application that uses the Ticket Center and the
    /// portal has two, since each has its own secret. It cannot be cloned, serialised or extended,
    /// and dumps of it are empty; in tests use a real one, with a secret of the test.
    ///
    /// ```php
    /// $signer = new Deskseal\Signer('example-secret-for-documentation');
    /// ```
    Signer, "Deskseal\\Signer" => functions! {
        /// Takes the secret.
        ///
        /// @param string|false|null $secret the secret's text; `null` and `false`, as `getenv`
        ///     returns it, are `secret_missing`
        ///
        /// @throws \Deskseal\Exception\SecretException `secret_missing`, `secret_empty`,
        ///     `secret_padded`, `secret_malformed`, `secret_placeholder`, `secret_too_short`
        ///     (SPEC 2.2)
        fn __construct(secret: SECRET) = constructor(new);

        /// Returns a signer with the secret in an environment variable.
        ///
        /// It is looked for in `$_SERVER`, then `$_ENV`, then `getenv`. A name that begins with
        /// `HTTP_` is looked for in the environment of the process alone, since web servers put
        /// request headers under such names.
        ///
        /// ```php
        /// $_ENV['HELPDESKY_HMAC_SECRET'] = 'example-secret-for-documentation';
        /// $signer = Deskseal\Signer::fromEnv('HELPDESKY_HMAC_SECRET');
        /// ```
        ///
        /// @param string $name the variable's name, usually `HELPDESKY_HMAC_SECRET`,
        ///     `HDH_HMAC_SECRET` or `LETTERBOOK_PORTAL_TICKET_SECRET` (SPEC 2.5)
        ///
        /// @throws \Deskseal\Exception\SecretException `secret_public` when bundlers would ship
        ///     the variable to browsers, then those of the constructor
        fn fromEnv(name: TEXT) -> Signer::TYPE = maker(from_env);

        /// Signs the canonical form of an e-mail (SPEC 3).
        ///
        /// ```php
        /// $signer = new Deskseal\Signer('example-secret-for-documentation');
        /// $signed = $signer->signEmail('  Ada@Example.com ');
        /// assert($signed->email === 'ada@example.com');
        /// assert(str_starts_with($signed->signature, '52c24c92'));
        /// ```
        ///
        /// @param string $email the signed-in customer's e-mail
        ///
        /// @return \Deskseal\SignedEmail the canonical e-mail and the signature: put both into
        ///     the page
        ///
        /// @throws \Deskseal\Exception\InputException `email_empty`, `email_too_long`,
        ///     `email_malformed`, `email_ambiguous`
        fn signEmail(email: TEXT) -> SignedEmail::TYPE = method(sign_email);

        /// Signs a user id for a portal (SPEC 4.6).
        ///
        /// ```php
        /// $signer = new Deskseal\Signer('example-secret-for-documentation');
        /// $signed = $signer->signUser('help.company.com', 'user-42', timestamp: 1767225600);
        /// assert(str_starts_with($signed->signature, 'ce1215bb'));
        /// ```
        ///
        /// @param string $portalHost the portal's host, without scheme and port
        /// @param string $userId the signed-in customer's id, used exactly as given
        /// @param \DateTimeInterface|int|null $timestamp the moment, or Unix seconds; now by
        ///     default
        ///
        /// @throws \Deskseal\Exception\InputException `host_malformed`, `user_id_empty`,
        ///     `user_id_too_long`, `user_id_malformed`, `timestamp_malformed`
        fn signUser(
            portalHost: TEXT,
            userId: TEXT,
            timestamp: TIME = "null",
        ) -> SignedUser::TYPE = method(sign_user);

        /// Returns the link that takes a customer to the portal's form, signed in (SPEC 4.5).
        ///
        /// Sign it when the customer clicks: it holds for five minutes unless the portal says
        /// otherwise.
        ///
        /// ```php
        /// $signer = new Deskseal\Signer('example-secret-for-documentation');
        /// $link = $signer->portalLink('https://help.company.com', 'user-42');
        /// assert(str_starts_with($link, 'https://help.company.com/submit-ticket?user_id=user-42&'));
        /// ```
        ///
        /// @param string $portalUrl the portal's address; its path, query and fragment are
        ///     replaced
        /// @param string $userId the signed-in customer's id, used exactly as given
        /// @param \DateTimeInterface|int|null $timestamp the moment, or Unix seconds; now by
        ///     default
        ///
        /// @throws \Deskseal\Exception\InputException `portal_url_malformed`,
        ///     `portal_url_insecure`, `user_id_empty`, `user_id_too_long`, `user_id_malformed`,
        ///     `timestamp_malformed`
        fn portalLink(
            portalUrl: TEXT,
            userId: TEXT,
            timestamp: TIME = "null",
        ) -> TEXT = method(portal_link);

        /// Returns the markup that shows the customer's Ticket Center (SPEC 6).
        ///
        /// ```php
        /// $signer = new Deskseal\Signer('example-secret-for-documentation');
        /// $embed = $signer->ticketCenter('Ada@example.com', 'desk-1', align: 'left');
        /// assert($embed->attributes['data-align'] === 'left');
        /// ```
        ///
        /// @param string $email the signed-in customer's e-mail
        /// @param string $helpdeskId the help desk's id, from its dashboard
        /// @param string|null $align `left`, `center` (the default) or `right`
        /// @param string|null $maxWidth a positive whole number and `px`, `rem` or `%`; `864px`
        ///     by default
        /// @param string|null $container the id of the container element; `hdh-ticket-center` by
        ///     default
        /// @param string|null $scriptUrl the script's absolute URL, `https` but on loopback
        ///     hosts; `https://helpdesky.io/ticket-center.js` by default
        /// @param bool $crossorigin whether the script is loaded with CORS, as a page with
        ///     `Cross-Origin-Embedder-Policy: require-corp` needs it
        /// @param string|null $nonce the page's Content-Security-Policy nonce
        ///
        /// @throws \Deskseal\Exception\InputException `email_empty`, `email_too_long`,
        ///     `email_malformed`, `email_ambiguous`, then `helpdesk_id_malformed`, then
        ///     `embed_option_malformed`
        fn ticketCenter(
            email: TEXT,
            helpdeskId: TEXT,
            align: OPTIONAL_TEXT = "null",
            maxWidth: OPTIONAL_TEXT = "null",
            container: OPTIONAL_TEXT = "null",
            scriptUrl: OPTIONAL_TEXT = "null",
            crossorigin: FLAG = "false",
            nonce: OPTIONAL_TEXT = "null",
        ) -> Embed::TYPE = method(ticket_center);
    }
}

fn new(call: Call<'_>) -> Result<Signer, Failure> {
    let secret = SecretText::from_argument(call.argument(0))?;
    Ok(Signer::new(Secret::new(secret.text()?)?))
}

fn from_env(call: Call<'_>) -> Result<Signer, Failure> {
    let name = Text::from_argument(call.argument(0))?.of(Parameter::Secret)?;
    let value = variable(name);
    let value = SecretText::of_value(value.as_ref());
    Ok(Signer::new(Secret::from_named(name, value.text()?)?))
}

fn sign_email(signer: &Signer, call: Call<'_>) -> Result<SignedEmail, Failure> {
    let email = Text::from_argument(call.argument(0))?;
    Ok(SignedEmail(signer.sign_email(email.of(Parameter::Email)?)?))
}

fn sign_user(signer: &Signer, call: Call<'_>) -> Result<SignedUser, Failure> {
    let portal_host = Text::from_argument(call.argument(0))?;
    let user_id = Text::from_argument(call.argument(1))?;
    let timestamp = or_now(call.argument(2))?;
    let (portal_host, user_id) = (portal_host.of(Parameter::Host)?, user_id.of(Parameter::UserId)?);
    Ok(SignedUser(signer.sign_user(portal_host, user_id, timestamp)?))
}

fn portal_link(signer: &Signer, call: Call<'_>) -> Result<String, Failure> {
    let portal_url = Text::from_argument(call.argument(0))?;
    let user_id = Text::from_argument(call.argument(1))?;
    let timestamp = or_now(call.argument(2))?;
    let (portal_url, user_id) =
        (portal_url.of(Parameter::PortalUrl)?, user_id.of(Parameter::UserId)?);
    Ok(signer.portal_link(portal_url, user_id, timestamp)?)
}

fn ticket_center(signer: &Signer, call: Call<'_>) -> Result<Embed, Failure> {
    let email = Text::from_argument(call.argument(0))?;
    let helpdesk_id = Text::from_argument(call.argument(1))?;
    let align = Text::from_optional(call.argument(2))?;
    let max_width = Text::from_optional(call.argument(3))?;
    let container = Text::from_optional(call.argument(4))?;
    let script_url = Text::from_optional(call.argument(5))?;
    let crossorigin = flag(call.argument(6))?;
    let nonce = Text::from_optional(call.argument(7))?;
    let (email, helpdesk_id) =
        (email.of(Parameter::Email)?, helpdesk_id.of(Parameter::HelpdeskId)?);
    let options = EmbedOptions {
        align: option(align)?,
        max_width: option(max_width)?,
        container: option(container)?,
        script_url: option(script_url)?,
        crossorigin,
        nonce: option(nonce)?,
    };
    Ok(Embed(signer.ticket_center(email, helpdesk_id, &options)?))
}

fn option(text: Option<Text<'_>>) -> Result<Option<&str>, Error> {
    text.map(|text| text.of(Parameter::EmbedOption)).transpose()
}
