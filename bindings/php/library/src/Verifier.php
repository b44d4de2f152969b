<?php

declare(strict_types=1);

namespace Deskseal;

use DateTimeInterface;
use Deskseal\Exception\InputException;
use Deskseal\Exception\SecretException;
use Deskseal\Exception\VerificationException;
use Deskseal\Internal\Environment;
use Deskseal\Internal\Extension;
use Deskseal\Internal\Holder;
use Deskseal\Internal\Secrets;
use Deskseal\Internal\VerifierHandle;
use ReflectionClass;
use SensitiveParameter;

/**
 * Verifies identities with a current secret and any number of previous ones.
 *
 * Create one when the application starts. A verifier cannot be cloned, serialized or extended, and
 * dumps of it are empty. In tests, use a real one with a generated secret.
 *
 * ```php
 * $verifier = new Deskseal\Verifier(
 *     'example-secret-for-documentation',
 *     previous: [['an-older-secret-now-being-replaced', new DateTimeImmutable('2026-01-01 UTC')]],
 * );
 * ```
 */
final readonly class Verifier
{
    use Holder;

    private VerifierHandle $handle;

    /**
     * Creates a verifier with the secrets.
     *
     * @param string|false|null $secret the secret's text; `null` and `false`, as `getenv`
     *     returns it, are `secret_missing`
     * @param array<array{string|false|null, \DateTimeInterface|int}> $previous secrets that
     *     were replaced, each as `[$secret, $expiresAt]`. `$expiresAt` is the time at which the
     *     secret expires: a moment or Unix seconds (SPEC 2.6)
     * @param int $tolerance how many seconds a link's timestamp may differ from `$now`, 0 to
     *     3600
     *
     * @throws SecretException `secret_missing`, `secret_empty`,
     *     `secret_padded`, `secret_malformed`, `secret_placeholder`, `secret_too_short`,
     *     `secret_expiry_malformed` (SPEC 2.2)
     * @throws InputException `tolerance_malformed`
     */
    public function __construct(
        #[SensitiveParameter] string|false|null $secret,
        #[SensitiveParameter] array $previous = [],
        int $tolerance = 300,
    ) {
        Extension::check();
        [$secrets, $expiries] = Secrets::previous($previous, __METHOD__);
        $secret = $secret === false ? null : $secret;
        $this->hold(Internal\verifier($secret, $secrets, $expiries, $tolerance));
    }

    /**
     * Returns a verifier whose current secret is in an environment variable: the first of several names that is set.
     *
     * The variable is read from `$_SERVER`, then `$_ENV`, then `getenv`. A name that begins with
     * `HTTP_` is read only from the environment of the process, because web servers put request
     * headers under such names.
     *
     * ```php
     * $_ENV['HELPDESKY_HMAC_SECRET'] = Deskseal\generate_secret();
     * $verifier = Deskseal\Verifier::fromEnv('HELPDESKY_HMAC_SECRET', tolerance: 60);
     * ```
     *
     * @param string|list<string> $name the variable's name, or several names for the same secret: usually
     *     `HELPDESKY_HMAC_SECRET` and `HDH_HMAC_SECRET`, or `LETTERBOOK_PORTAL_TICKET_SECRET`, or
     *     `DESKSEAL_IDENTITY_SECRET` (SPEC 2.5)
     * @param array<array{string|false|null, \DateTimeInterface|int}> $previous as for the
     *     constructor
     * @param int $tolerance as for the constructor
     *
     * @throws SecretException `secret_public` if bundlers would send the variable to browsers,
     *     `secret_conflict` if two variables are set and differ, then those of the constructor;
     *     `secret_placeholder` also for the example secrets of this documentation
     * @throws InputException `tolerance_malformed`
     */
    public static function fromEnv(
        string|array $name,
        #[SensitiveParameter] array $previous = [],
        int $tolerance = 300,
    ): self {
        $previous = Secrets::previous($previous, __METHOD__);
        [$names, $values] = Environment::variables($name, __METHOD__);
        return self::fromNamed($names, $values, $previous, $tolerance);
    }

    /**
     * Returns a verifier with the first value of several variables, for integrations that read them from another place.
     *
     * @internal
     *
     * @param list<string> $names the variables' names
     * @param list<string|null> $values their values, `null` for a variable that is not set
     * @param array{list<string|null>, list<int>} $previous the secrets that were replaced, and their expiries
     * @param int $tolerance as for the constructor
     */
    public static function fromNamed(
        array $names,
        #[SensitiveParameter] array $values,
        #[SensitiveParameter] array $previous = [[], []],
        int $tolerance = 300,
    ): self {
        Extension::check();
        $verifier = (new ReflectionClass(self::class))->newInstanceWithoutConstructor();
        $verifier->hold(Internal\verifier_from_first_named($names, $values, ...$previous, tolerance: $tolerance));
        return $verifier;
    }

    /**
     * Verifies an e-mail signature (SPEC 5.1).
     *
     * ```php
     * $secret = 'example-secret-for-documentation';
     * $signed = (new Deskseal\Signer($secret))->signEmail('ada@example.com');
     * $verifier = new Deskseal\Verifier($secret);
     * $verified = $verifier->verifyEmail($signed->email, $signed->signature);
     * assert($verified->email === 'ada@example.com' && $verified->secretIndex === 0);
     * ```
     *
     * @param string $email the e-mail as received
     * @param string $signature the signature as received, 64 hexadecimal digits
     * @param \DateTimeInterface|int|null $now the moment, or Unix seconds, at which previous
     *     secrets must be active; the clock's time by default
     *
     * @throws InputException `timestamp_malformed` for `$now`
     * @throws VerificationException `email_empty`, `email_too_long`,
     *     `email_malformed`, `email_ambiguous`, `signature_malformed`, `signature_mismatch`
     */
    public function verifyEmail(
        string $email,
        #[SensitiveParameter] string $signature,
        DateTimeInterface|int|null $now = null,
    ): VerifiedEmail {
        $seconds = \is_object($now) ? $now->getTimestamp() : $now;
        return VerifiedEmail::of(Internal\verify_email($this->handle, $email, $signature, $seconds));
    }

    /**
     * Verifies a link signature whose parts were already read from the request (SPEC 5.2).
     *
     * Prefer `verifyLink`, which also rejects repeated and missing parameters. Name the
     * arguments: four strings are too easy to swap.
     *
     * ```php
     * $secret = 'example-secret-for-documentation';
     * $signed = (new Deskseal\Signer($secret))->signUser('help.company.com', 'user-42');
     * $verified = (new Deskseal\Verifier($secret))->verifyUser(
     *     portalHost: 'help.company.com',
     *     userId: $signed->userId,
     *     timestamp: (string) $signed->timestamp,
     *     signature: $signed->signature,
     * );
     * assert($verified->userId === 'user-42');
     * ```
     *
     * @param string $portalHost the portal's own host, never taken from the request
     * @param string $userId the user id as received
     * @param string $timestamp the timestamp as received, as text
     * @param string $signature the signature as received, 64 hexadecimal digits
     * @param \DateTimeInterface|int|null $now the moment, or Unix seconds; the clock's
     *     time by default
     *
     * @throws InputException `host_malformed`; `timestamp_malformed` for
     *     `$now`
     * @throws VerificationException `user_id_empty`, `user_id_too_long`,
     *     `user_id_malformed`, `timestamp_malformed`, `signature_malformed`,
     *     `signature_mismatch`, `timestamp_expired`, `timestamp_in_future`
     */
    public function verifyUser(
        string $portalHost,
        string $userId,
        string $timestamp,
        #[SensitiveParameter] string $signature,
        DateTimeInterface|int|null $now = null,
    ): VerifiedUser {
        $seconds = \is_object($now) ? $now->getTimestamp() : $now;
        $answer = Internal\verify_user($this->handle, $portalHost, $userId, $timestamp, $signature, $seconds);
        return VerifiedUser::of($answer);
    }

    /**
     * Verifies the URL of a request to the portal's form (SPEC 4.7, 5.2).
     *
     * ```php
     * $secret = 'example-secret-for-documentation';
     * $link = (new Deskseal\Signer($secret))->portalLink('https://help.company.com', 'user-42');
     * $verifier = new Deskseal\Verifier($secret);
     * assert($verifier->verifyLink('help.company.com', $link)?->userId === 'user-42');
     * assert($verifier->verifyLink('help.company.com', '/submit-ticket') === null);
     * ```
     *
     * @param string $portalHost the portal's own host, never taken from the request
     * @param string $url the request's URL as received, absolute or beginning with `/`
     * @param \DateTimeInterface|int|null $now the moment, or Unix seconds; the clock's
     *     time by default
     *
     * @return VerifiedUser|null the customer; `null` for an anonymous visitor,
     *     whose link has no identity
     *
     * @throws InputException `host_malformed`; `timestamp_malformed` for
     *     `$now`
     * @throws VerificationException `portal_url_malformed`,
     *     `identity_repeated`, `identity_incomplete`, and those of `verifyUser`
     */
    public function verifyLink(
        string $portalHost,
        #[SensitiveParameter] string $url,
        DateTimeInterface|int|null $now = null,
    ): ?VerifiedUser {
        $seconds = \is_object($now) ? $now->getTimestamp() : $now;
        $answer = Internal\verify_link($this->handle, $portalHost, $url, $seconds);
        return $answer === null ? null : VerifiedUser::of($answer);
    }

    /**
     * Verifies an identity token (SPEC 12.6).
     *
     * Every secret of the verifier must be one for identity tokens only.
     *
     * ```php
     * $secret = 'example-secret-for-documentation';
     * $token = (new Deskseal\Signer($secret))->identityToken('desk-1', email: 'Ada@Example.com');
     * $verified = (new Deskseal\Verifier($secret))->verifyIdentityToken('desk-1', $token);
     * assert($verified->email === 'ada@example.com');
     * ```
     *
     * @param string $audience your own helpdesk id, or the portal's own host, never taken from the request
     * @param string $token the token as received
     * @param \DateTimeInterface|int|null $now the moment, or Unix seconds; the clock's
     *     time by default
     *
     * @throws SecretException `secret_too_short` for a secret of fewer than 32 bytes
     * @throws InputException `helpdesk_id_malformed` or `host_malformed` for the audience;
     *     `timestamp_malformed` for `$now`
     * @throws VerificationException `identity_token_malformed`, `signature_mismatch`,
     *     `identity_token_audience`, `identity_token_claim`, `identity_token_expired`,
     *     `identity_token_in_future`; for the e-mail and the user id in the token: `email_empty`,
     *     `email_too_long`, `email_malformed`, `email_ambiguous`, `user_id_empty`, `user_id_too_long`,
     *     `user_id_malformed`
     */
    public function verifyIdentityToken(
        string $audience,
        #[SensitiveParameter] string $token,
        DateTimeInterface|int|null $now = null,
    ): VerifiedIdentity {
        $seconds = \is_object($now) ? $now->getTimestamp() : $now;
        return VerifiedIdentity::of(Internal\verify_identity_token($this->handle, $audience, $token, $seconds));
    }

    /**
     * Says why an e-mail's signature is invalid, for the owner of the secret (SPEC 8).
     *
     * Do not call this in a request: its findings are for a prompt or a dashboard.
     *
     * ```php
     * $secret = 'example-secret-for-documentation';
     * $wrong = hash_hmac('sha256', 'Ada@example.com', $secret);
     * $explanation = (new Deskseal\Verifier($secret))->explainEmail('Ada@example.com', $wrong);
     * assert($explanation->findings[0]->code === 'email_not_lowercased');
     * ```
     *
     * @param string $email the e-mail as received
     * @param string $signature the signature as received, in any form
     * @param array<string|false|null> $otherSecrets secrets with other purposes that may
     *     have been used by mistake
     * @param \DateTimeInterface|int|null $now the moment, or Unix seconds; the clock's
     *     time by default
     *
     * @throws SecretException for one of `$otherSecrets`, as in the
     *     constructor
     * @throws InputException `timestamp_malformed` for `$now`;
     *     `email_malformed` for ill-formed text
     * @throws VerificationException `signature_malformed` for ill-formed
     *     text
     */
    public function explainEmail(
        string $email,
        #[SensitiveParameter] string $signature,
        #[SensitiveParameter] array $otherSecrets = [],
        DateTimeInterface|int|null $now = null,
    ): Explanation {
        $seconds = \is_object($now) ? $now->getTimestamp() : $now;
        $others = Secrets::others($otherSecrets, __METHOD__);
        return Explanation::of(Internal\explain_email($this->handle, $email, $signature, $others, $seconds));
    }

    /**
     * Says why a link is invalid, for the owner of the secret (SPEC 8).
     *
     * Do not call this in a request: its findings are for a prompt or a dashboard.
     *
     * ```php
     * $secret = 'example-secret-for-documentation';
     * $signer = new Deskseal\Signer($secret);
     * $link = $signer->portalLink('https://help.company.com', 'user-42', timestamp: 1767225600);
     * $explanation = (new Deskseal\Verifier($secret))
     *     ->explainLink('help.company.com', $link, now: 1767229201);
     * assert($explanation->findings[0]->code === 'link_expired');
     * ```
     *
     * @param string $portalHost the portal's own host
     * @param string $url the request's URL as received, absolute or beginning with `/`
     * @param array<string|false|null> $otherSecrets secrets with other purposes that may
     *     have been used by mistake
     * @param \DateTimeInterface|int|null $now the moment, or Unix seconds; the clock's
     *     time by default
     *
     * @throws SecretException for one of `$otherSecrets`, as in the
     *     constructor
     * @throws InputException `host_malformed`; `timestamp_malformed` for
     *     `$now`; `portal_url_malformed` for ill-formed text
     */
    public function explainLink(
        string $portalHost,
        #[SensitiveParameter] string $url,
        #[SensitiveParameter] array $otherSecrets = [],
        DateTimeInterface|int|null $now = null,
    ): Explanation {
        $seconds = \is_object($now) ? $now->getTimestamp() : $now;
        $others = Secrets::others($otherSecrets, __METHOD__);
        return Explanation::of(Internal\explain_link($this->handle, $portalHost, $url, $others, $seconds));
    }

    /**
     * Says why an identity token is invalid, for the owner of the secret (SPEC 8).
     *
     * Do not call this in a request: its findings are for a prompt or a dashboard.
     *
     * ```php
     * $secret = 'example-secret-for-documentation';
     * $token = (new Deskseal\Signer($secret))->identityToken('desk-1', userId: 'user-42', now: 1767225600);
     * $explanation = (new Deskseal\Verifier($secret))->explainIdentityToken('desk-1', $token, now: 1767226200);
     * assert($explanation->findings[0]->code === 'token_expired');
     * ```
     *
     * @param string $audience your own helpdesk id, or the portal's own host
     * @param string $token the token as received, in any form
     * @param array<string|false|null> $otherSecrets secrets with other purposes that may
     *     have been used by mistake
     * @param \DateTimeInterface|int|null $now the moment, or Unix seconds; the clock's
     *     time by default
     *
     * @throws SecretException `secret_too_short` for a secret of fewer than 32 bytes; for one of
     *     `$otherSecrets` also `secret_missing`, `secret_empty`, `secret_padded`, `secret_malformed`,
     *     `secret_placeholder`
     * @throws InputException `helpdesk_id_malformed` or `host_malformed` for the audience;
     *     `timestamp_malformed` for `$now`
     * @throws VerificationException `identity_token_malformed` for ill-formed text
     */
    public function explainIdentityToken(
        string $audience,
        #[SensitiveParameter] string $token,
        #[SensitiveParameter] array $otherSecrets = [],
        DateTimeInterface|int|null $now = null,
    ): Explanation {
        $seconds = \is_object($now) ? $now->getTimestamp() : $now;
        $others = Secrets::others($otherSecrets, __METHOD__);
        return Explanation::of(Internal\explain_identity_token($this->handle, $audience, $token, $others, $seconds));
    }
}
