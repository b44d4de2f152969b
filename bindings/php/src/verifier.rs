//! The class `Verifier`.

use deskseal::{Parameter, Secret, UserClaim, Verifier, VerifierOptions};

use crate::describe::{
    CREDENTIAL, CREDENTIALS, INTEGER, SECRET, TEXT, TIME, Type, class, functions,
};
use crate::engine::{Call, Class, constructor, maker, method};
use crate::environment::variable;
use crate::error::Failure;
use crate::results::{Explanation, VerifiedEmail, VerifiedUser};
use crate::secret::{OtherSecrets, PreviousSecrets, SecretText};
use crate::text::{Text, integer};
use crate::time::or_now;

const OPTIONAL_USER: Type = VerifiedUser::TYPE.or_null();

class! {
    /// Verifies identities with a current secret and any number of previous ones.
    ///
    /// Make one where the application starts. It cannot be cloned, serialised or extended, and dumps
    /// of it are empty; in tests use a real one, with a secret of the test.
    ///
    /// ```php
    /// $verifier = new Deskseal\Verifier(
    ///     'example-secret-for-documentation',
    ///     previous: [['an-older-secret-now-being-replaced', new DateTimeImmutable('2026-01-01 UTC')]],
    /// );
    /// ```
    Verifier, "Deskseal\\Verifier" => functions! {
        /// Takes the secrets.
        ///
        /// @param string|false|null $secret the secret's text; `null` and `false`, as `getenv`
        ///     returns it, are `secret_missing`
        /// @param array<array{string|false|null, \DateTimeInterface|int}> $previous secrets that
        ///     were replaced, each as `[$secret, $expiresAt]`; from `$expiresAt` on, a moment or
        ///     Unix seconds, the secret is dead (SPEC 2.6)
        /// @param int $tolerance how many seconds a link's timestamp may differ from `$now`, 0 to
        ///     3600
        ///
        /// @throws \Deskseal\Exception\SecretException `secret_missing`, `secret_empty`,
        ///     `secret_padded`, `secret_malformed`, `secret_placeholder`, `secret_too_short`,
        ///     `secret_expiry_malformed` (SPEC 2.2)
        /// @throws \Deskseal\Exception\InputException `tolerance_malformed`
        fn __construct(
            secret: SECRET,
            previous: CREDENTIALS = "[]",
            tolerance: INTEGER = "300",
        ) = constructor(new);

        /// Returns a verifier whose current secret is in an environment variable.
        ///
        /// It is looked for in `$_SERVER`, then `$_ENV`, then `getenv`. A name that begins with
        /// `HTTP_` is looked for in the environment of the process alone, since web servers put
        /// request headers under such names.
        ///
        /// ```php
        /// $_ENV['HELPDESKY_HMAC_SECRET'] = 'example-secret-for-documentation';
        /// $verifier = Deskseal\Verifier::fromEnv('HELPDESKY_HMAC_SECRET', tolerance: 60);
        /// ```
        ///
        /// @param string $name the variable's name, usually `HELPDESKY_HMAC_SECRET`,
        ///     `HDH_HMAC_SECRET` or `LETTERBOOK_PORTAL_TICKET_SECRET` (SPEC 2.5)
        /// @param array<array{string|false|null, \DateTimeInterface|int}> $previous as for the
        ///     constructor
        /// @param int $tolerance as for the constructor
        ///
        /// @throws \Deskseal\Exception\SecretException `secret_public` when bundlers would ship
        ///     the variable to browsers, then those of the constructor
        /// @throws \Deskseal\Exception\InputException `tolerance_malformed`
        fn fromEnv(
            name: TEXT,
            previous: CREDENTIALS = "[]",
            tolerance: INTEGER = "300",
        ) -> Verifier::TYPE = maker(from_env);

        /// Verifies an e-mail seal (SPEC 5.1).
        ///
        /// ```php
        /// $secret = 'example-secret-for-documentation';
        /// $signed = (new Deskseal\Signer($secret))->signEmail('ada@example.com');
        /// $verifier = new Deskseal\Verifier($secret);
        /// $verified = $verifier->verifyEmail($signed->email, $signed->signature);
        /// assert($verified->email === 'ada@example.com' && $verified->secretIndex === 0);
        /// ```
        ///
        /// @param string $email the e-mail as received
        /// @param string $signature the signature as received, 64 hexadecimal digits
        /// @param \DateTimeInterface|int|null $now the moment, or Unix seconds, that decides which
        ///     previous secrets are alive; the clock's by default
        ///
        /// @throws \Deskseal\Exception\InputException `timestamp_malformed` for `$now`
        /// @throws \Deskseal\Exception\VerificationException `email_empty`, `email_too_long`,
        ///     `email_malformed`, `email_ambiguous`, `signature_malformed`, `signature_mismatch`
        fn verifyEmail(
            email: TEXT,
            signature: CREDENTIAL,
            now: TIME = "null",
        ) -> VerifiedEmail::TYPE = method(verify_email);

        /// Verifies a link seal whose parts were already taken from the request (SPEC 5.2).
        ///
        /// Prefer `verifyLink`, which also refuses repeated and missing parameters. Name the
        /// arguments: four strings are too easy to swap.
        ///
        /// ```php
        /// $secret = 'example-secret-for-documentation';
        /// $signed = (new Deskseal\Signer($secret))->signUser('help.company.com', 'user-42');
        /// $verified = (new Deskseal\Verifier($secret))->verifyUser(
        ///     portalHost: 'help.company.com',
        ///     userId: $signed->userId,
        ///     timestamp: (string) $signed->timestamp,
        ///     signature: $signed->signature,
        /// );
        /// assert($verified->userId === 'user-42');
        /// ```
        ///
        /// @param string $portalHost the portal's own host, never taken from the request
        /// @param string $userId the user id as received
        /// @param string $timestamp the timestamp as received, a text
        /// @param string $signature the signature as received, 64 hexadecimal digits
        /// @param \DateTimeInterface|int|null $now the moment, or Unix seconds; the clock's by
        ///     default
        ///
        /// @throws \Deskseal\Exception\InputException `host_malformed`; `timestamp_malformed` for
        ///     `$now`
        /// @throws \Deskseal\Exception\VerificationException `user_id_empty`, `user_id_too_long`,
        ///     `user_id_malformed`, `timestamp_malformed`, `signature_malformed`,
        ///     `signature_mismatch`, `timestamp_expired`, `timestamp_in_future`
        fn verifyUser(
            portalHost: TEXT,
            userId: TEXT,
            timestamp: TEXT,
            signature: CREDENTIAL,
            now: TIME = "null",
        ) -> VerifiedUser::TYPE = method(verify_user);

        /// Verifies the URL of a request to the portal's form (SPEC 4.7, 5.2).
        ///
        /// ```php
        /// $secret = 'example-secret-for-documentation';
        /// $link = (new Deskseal\Signer($secret))->portalLink('https://help.company.com', 'user-42');
        /// $verifier = new Deskseal\Verifier($secret);
        /// assert($verifier->verifyLink('help.company.com', $link)?->userId === 'user-42');
        /// assert($verifier->verifyLink('help.company.com', '/submit-ticket') === null);
        /// ```
        ///
        /// @param string $portalHost the portal's own host, never taken from the request
        /// @param string $url the request's URL as received, absolute or beginning with `/`
        /// @param \DateTimeInterface|int|null $now the moment, or Unix seconds; the clock's by
        ///     default
        ///
        /// @return \Deskseal\VerifiedUser|null the customer; `null` for a public visitor, whose
        ///     link carries no identity
        ///
        /// @throws \Deskseal\Exception\InputException `host_malformed`; `timestamp_malformed` for
        ///     `$now`
        /// @throws \Deskseal\Exception\VerificationException `portal_url_malformed`,
        ///     `identity_repeated`, `identity_incomplete`, and those of `verifyUser`
        fn verifyLink(
            portalHost: TEXT,
            url: CREDENTIAL,
            now: TIME = "null",
        ) -> OPTIONAL_USER = method(verify_link);

        /// Says why an e-mail's signature does not hold, for the owner of the secret (SPEC 8).
        ///
        /// Never call this in a request: its findings are for a prompt or a dashboard.
        ///
        /// ```php
        /// $secret = 'example-secret-for-documentation';
        /// $wrong = hash_hmac('sha256', 'Ada@example.com', $secret);
        /// $explanation = (new Deskseal\Verifier($secret))->explainEmail('Ada@example.com', $wrong);
        /// assert($explanation->findings[0]->code === 'email_not_lowercased');
        /// ```
        ///
        /// @param string $email the e-mail as received
        /// @param string $signature the signature as received, in whatever form
        /// @param array<string|false|null> $otherSecrets secrets of other purposes that might
        ///     have been used by mistake
        /// @param \DateTimeInterface|int|null $now the moment, or Unix seconds; the clock's by
        ///     default
        ///
        /// @throws \Deskseal\Exception\SecretException for one of `$otherSecrets`, as in the
        ///     constructor
        /// @throws \Deskseal\Exception\InputException `timestamp_malformed` for `$now`;
        ///     `email_malformed` for ill-formed text
        /// @throws \Deskseal\Exception\VerificationException `signature_malformed` for ill-formed
        ///     text
        fn explainEmail(
            email: TEXT,
            signature: CREDENTIAL,
            otherSecrets: CREDENTIALS = "[]",
            now: TIME = "null",
        ) -> Explanation::TYPE = method(explain_email);

        /// Says why a link does not hold, for the owner of the secret (SPEC 8).
        ///
        /// Never call this in a request: its findings are for a prompt or a dashboard.
        ///
        /// ```php
        /// $secret = 'example-secret-for-documentation';
        /// $signer = new Deskseal\Signer($secret);
        /// $link = $signer->portalLink('https://help.company.com', 'user-42', timestamp: 1767225600);
        /// $explanation = (new Deskseal\Verifier($secret))
        ///     ->explainLink('help.company.com', $link, now: 1767229201);
        /// assert($explanation->findings[0]->code === 'link_expired');
        /// ```
        ///
        /// @param string $portalHost the portal's own host
        /// @param string $url the request's URL as received, absolute or beginning with `/`
        /// @param array<string|false|null> $otherSecrets secrets of other purposes that might
        ///     have been used by mistake
        /// @param \DateTimeInterface|int|null $now the moment, or Unix seconds; the clock's by
        ///     default
        ///
        /// @throws \Deskseal\Exception\SecretException for one of `$otherSecrets`, as in the
        ///     constructor
        /// @throws \Deskseal\Exception\InputException `host_malformed`; `timestamp_malformed` for
        ///     `$now`; `portal_url_malformed` for ill-formed text
        fn explainLink(
            portalHost: TEXT,
            url: CREDENTIAL,
            otherSecrets: CREDENTIALS = "[]",
            now: TIME = "null",
        ) -> Explanation::TYPE = method(explain_link);
    }
}

fn new(call: Call<'_>) -> Result<Verifier, Failure> {
    let secret = SecretText::from_argument(call.argument(0))?;
    let (previous, tolerance) = accepted(call)?;
    let (secret, previous) = (secret.text()?, previous.texts()?);
    let secret = Secret::new(secret)?;
    Ok(Verifier::new(secret, VerifierOptions::new(previous, tolerance)?))
}

fn from_env(call: Call<'_>) -> Result<Verifier, Failure> {
    let name = Text::from_argument(call.argument(0))?;
    let (previous, tolerance) = accepted(call)?;
    let name = name.of(Parameter::Secret)?;
    let value = variable(name);
    let value = SecretText::of_value(value.as_ref());
    let (value, previous) = (value.text()?, previous.texts()?);
    let secret = Secret::from_named(name, value)?;
    Ok(Verifier::new(secret, VerifierOptions::new(previous, tolerance)?))
}

/// Returns the previous secrets and the tolerance, which constructors take behind the first argument.
fn accepted(call: Call<'_>) -> Result<(PreviousSecrets, Option<i64>), Failure> {
    Ok((PreviousSecrets::from_argument(call.argument(1))?, integer(call.argument(2))?))
}

fn verify_email(verifier: &Verifier, call: Call<'_>) -> Result<VerifiedEmail, Failure> {
    let email = Text::from_argument(call.argument(0))?;
    let signature = Text::from_argument(call.argument(1))?;
    let now = or_now(call.argument(2))?;
    let email = email.of_visitor(Parameter::Email)?;
    let signature = signature.of_visitor(Parameter::Signature)?;
    Ok(VerifiedEmail(verifier.verify_email(email, signature, now)?))
}

fn verify_user(verifier: &Verifier, call: Call<'_>) -> Result<VerifiedUser, Failure> {
    let portal_host = Text::from_argument(call.argument(0))?;
    let user_id = Text::from_argument(call.argument(1))?;
    let timestamp = Text::from_argument(call.argument(2))?;
    let signature = Text::from_argument(call.argument(3))?;
    let now = or_now(call.argument(4))?;
    let claim = UserClaim {
        portal_host: portal_host.of(Parameter::Host)?,
        user_id: user_id.of_visitor(Parameter::UserId)?,
        timestamp: timestamp.of_visitor(Parameter::Timestamp)?,
        signature: signature.of_visitor(Parameter::Signature)?,
    };
    Ok(VerifiedUser(verifier.verify_user(&claim, now)?))
}

fn verify_link(verifier: &Verifier, call: Call<'_>) -> Result<Option<VerifiedUser>, Failure> {
    let portal_host = Text::from_argument(call.argument(0))?;
    let url = Text::from_argument(call.argument(1))?;
    let now = or_now(call.argument(2))?;
    let portal_host = portal_host.of(Parameter::Host)?;
    let url = url.of_visitor(Parameter::PortalUrl)?;
    Ok(verifier.verify_link(portal_host, url, now)?.map(VerifiedUser))
}

fn explain_email(verifier: &Verifier, call: Call<'_>) -> Result<Explanation, Failure> {
    let email = Text::from_argument(call.argument(0))?;
    let signature = Text::from_argument(call.argument(1))?;
    // Asking a moment can run the caller's code, and secrets are read where nothing changes them.
    let now = or_now(call.argument(3))?;
    let others = OtherSecrets::from_argument(call.argument(2))?;
    let email = email.of(Parameter::Email)?;
    let signature = signature.of(Parameter::Signature)?;
    let others = others.secrets()?;
    Ok(Explanation(verifier.explain_email(email, signature, &others, now)?))
}

fn explain_link(verifier: &Verifier, call: Call<'_>) -> Result<Explanation, Failure> {
    let portal_host = Text::from_argument(call.argument(0))?;
    let url = Text::from_argument(call.argument(1))?;
    // Asking a moment can run the caller's code, and secrets are read where nothing changes them.
    let now = or_now(call.argument(3))?;
    let others = OtherSecrets::from_argument(call.argument(2))?;
    let portal_host = portal_host.of(Parameter::Host)?;
    let url = url.of(Parameter::PortalUrl)?;
    let others = others.secrets()?;
    Ok(Explanation(verifier.explain_link(portal_host, url, &others, now)?))
}
