<?php

declare(strict_types=1);

namespace Deskseal;

use DateTimeInterface;
use Deskseal\Exception\InputException;
use Deskseal\Exception\SecretException;
use Deskseal\Internal\Answer;
use Deskseal\Internal\Attributes;
use Deskseal\Internal\Environment;
use Deskseal\Internal\Extension;
use Deskseal\Internal\Holder;
use Deskseal\Internal\SignerHandle;
use ReflectionClass;
use SensitiveParameter;

/**
 * Signs identities with one secret.
 *
 * Create one when the application starts. An application with the Ticket Center and the portal
 * has two, because each product has its own secret, and a third one if it uses identity tokens. A
 * signer cannot be cloned, serialized or extended, and dumps of it are empty. In tests, use a real
 * one with a generated secret.
 *
 * ```php
 * $signer = new Deskseal\Signer('example-secret-for-documentation');
 * ```
 */
final readonly class Signer
{
    use Holder;

    private SignerHandle $handle;

    /**
     * Creates a signer with the secret.
     *
     * @param string|false|null $secret the secret's text; `null` and `false`, as `getenv`
     *     returns it, are `secret_missing`
     *
     * @throws SecretException `secret_missing`, `secret_empty`,
     *     `secret_padded`, `secret_malformed`, `secret_placeholder`, `secret_too_short`
     *     (SPEC 2.2)
     */
    public function __construct(#[SensitiveParameter] string|false|null $secret)
    {
        Extension::check();
        $this->hold(Internal\signer($secret === false ? null : $secret));
    }

    /**
     * Returns a signer with the secret in an environment variable: the first of several names that is set.
     *
     * The variable is read from `$_SERVER`, then `$_ENV`, then `getenv`. A name that begins with
     * `HTTP_` is read only from the environment of the process, because web servers put request
     * headers under such names.
     *
     * ```php
     * $_ENV['HDH_HMAC_SECRET'] = Deskseal\generate_secret();
     * $signer = Deskseal\Signer::fromEnv(['HELPDESKY_HMAC_SECRET', 'HDH_HMAC_SECRET']);
     * ```
     *
     * @param string|list<string> $name the variable's name, or several names for the same secret: usually
     *     `HELPDESKY_HMAC_SECRET` and `HDH_HMAC_SECRET`, or `LETTERBOOK_PORTAL_TICKET_SECRET`, or
     *     `DESKSEAL_IDENTITY_SECRET` (SPEC 2.5)
     *
     * @throws SecretException `secret_public` if bundlers would send the variable to browsers,
     *     `secret_conflict` if two variables are set and differ, then those of the constructor;
     *     `secret_placeholder` also for the example secrets of this documentation
     */
    public static function fromEnv(string|array $name): self
    {
        [$names, $values] = Environment::variables($name, __METHOD__);
        return self::fromNamed($names, $values);
    }

    /**
     * Returns a signer with the first value of several variables, for integrations that read them from another place.
     *
     * @internal
     *
     * @param list<string> $names the variables' names
     * @param list<string|null> $values their values, `null` for a variable that is not set
     */
    public static function fromNamed(array $names, #[SensitiveParameter] array $values): self
    {
        Extension::check();
        $signer = (new ReflectionClass(self::class))->newInstanceWithoutConstructor();
        $signer->hold(Internal\signer_from_first_named($names, $values));
        return $signer;
    }

    /**
     * Signs the canonical form of an e-mail (SPEC 3).
     *
     * ```php
     * $signer = new Deskseal\Signer('example-secret-for-documentation');
     * $signed = $signer->signEmail('  Ada@Example.com ');
     * assert($signed->email === 'ada@example.com');
     * assert(str_starts_with($signed->signature, '52c24c92'));
     * ```
     *
     * @param string $email the signed-in customer's e-mail
     *
     * @return SignedEmail the canonical e-mail and the signature: put both into
     *     the page
     *
     * @throws InputException `email_empty`, `email_too_long`,
     *     `email_malformed`, `email_ambiguous`
     */
    public function signEmail(string $email): SignedEmail
    {
        return SignedEmail::of(Internal\sign_email($this->handle, $email));
    }

    /**
     * Signs a user id for a portal (SPEC 4.6).
     *
     * ```php
     * $signer = new Deskseal\Signer('example-secret-for-documentation');
     * $signed = $signer->signUser('help.company.com', 'user-42', timestamp: 1767225600);
     * assert(str_starts_with($signed->signature, 'ce1215bb'));
     * ```
     *
     * @param string $portalHost the portal's host, without scheme and port
     * @param string $userId the signed-in customer's id, used exactly as given
     * @param \DateTimeInterface|int|null $timestamp the moment, or Unix seconds; now by
     *     default
     *
     * @throws InputException `host_malformed`, `user_id_empty`,
     *     `user_id_too_long`, `user_id_malformed`, `timestamp_malformed`
     */
    public function signUser(
        string $portalHost,
        string $userId,
        DateTimeInterface|int|null $timestamp = null,
    ): SignedUser {
        $seconds = \is_object($timestamp) ? $timestamp->getTimestamp() : $timestamp;
        return SignedUser::of(Internal\sign_user($this->handle, $portalHost, $userId, $seconds));
    }

    /**
     * Returns the link that takes a customer to the portal's form, signed in (SPEC 4.5).
     *
     * Sign it when the customer clicks: it is valid for five minutes, unless the portal's verifier
     * has another tolerance.
     *
     * ```php
     * $signer = new Deskseal\Signer('example-secret-for-documentation');
     * $link = $signer->portalLink('https://help.company.com', 'user-42');
     * assert(str_starts_with($link, 'https://help.company.com/submit-ticket?user_id=user-42&'));
     * ```
     *
     * @param string $portalUrl the portal's address; its path, query and fragment are
     *     replaced
     * @param string $userId the signed-in customer's id, used exactly as given
     * @param \DateTimeInterface|int|null $timestamp the moment, or Unix seconds; now by
     *     default
     *
     * @throws InputException `portal_url_malformed`,
     *     `portal_url_insecure`, `user_id_empty`, `user_id_too_long`, `user_id_malformed`,
     *     `timestamp_malformed`
     */
    public function portalLink(
        string $portalUrl,
        string $userId,
        DateTimeInterface|int|null $timestamp = null,
    ): string {
        $seconds = \is_object($timestamp) ? $timestamp->getTimestamp() : $timestamp;
        return Answer::text(Internal\portal_link($this->handle, $portalUrl, $userId, $seconds));
    }

    /**
     * Returns the markup that shows the customer's Ticket Center (SPEC 6).
     *
     * ```php
     * $signer = new Deskseal\Signer('example-secret-for-documentation');
     * $embed = $signer->ticketCenter('Ada@example.com', 'desk-1', align: 'left');
     * assert($embed->attributes['data-align'] === 'left');
     * ```
     *
     * @param string $email the signed-in customer's e-mail
     * @param string $helpdeskId the help desk's id, from its dashboard
     * @param string|null $align `left`, `center` (the default) or `right`
     * @param string|null $maxWidth a positive whole number and `px`, `rem` or `%`; `864px`
     *     by default
     * @param string|null $container the id of the container element; `hdh-ticket-center` by
     *     default
     * @param string|null $scriptUrl the script's absolute URL, `https` except on loopback
     *     hosts; `https://helpdesky.io/ticket-center.js` by default
     * @param bool $crossorigin whether the browser loads the script with CORS. A page with
     *     `Cross-Origin-Embedder-Policy: require-corp` needs it
     * @param string|null $nonce the page's Content-Security-Policy nonce
     *
     * @throws InputException `email_empty`, `email_too_long`,
     *     `email_malformed`, `email_ambiguous`, then `helpdesk_id_malformed`, then
     *     `embed_option_malformed`
     */
    public function ticketCenter(
        string $email,
        string $helpdeskId,
        ?string $align = null,
        ?string $maxWidth = null,
        ?string $container = null,
        ?string $scriptUrl = null,
        bool $crossorigin = false,
        ?string $nonce = null,
    ): Embed {
        return Embed::of(Internal\ticket_center(
            $this->handle,
            $email,
            $helpdeskId,
            \func_num_args() > 2
                ? [$align, $maxWidth, $container, $scriptUrl, $nonce, $crossorigin ? '' : null]
                : null,
        ));
    }

    /**
     * Signs an e-mail for a page whose own code shows the Ticket Center (SPEC 6.4).
     *
     * ```php
     * $signer = new Deskseal\Signer('example-secret-for-documentation');
     * $identity = $signer->identity('Ada@Example.com', 'desk-1');
     * assert($identity->email === 'ada@example.com' && $identity->helpdeskId === 'desk-1');
     * ```
     *
     * @param string $email the signed-in customer's e-mail
     * @param string $helpdeskId the help desk's id, from its dashboard
     *
     * @throws InputException `email_empty`, `email_too_long`, `email_malformed`, `email_ambiguous`, then
     *     `helpdesk_id_malformed`
     */
    public function identity(string $email, string $helpdeskId): Identity
    {
        return Identity::of(Internal\identity($this->handle, $email, $helpdeskId));
    }

    /**
     * Returns an identity token: a JSON Web Token that says who the customer is (SPEC 12.5).
     *
     * The secret must be one for identity tokens only. A user id or a proved e-mail is required.
     *
     * ```php
     * $signer = new Deskseal\Signer('example-secret-for-documentation');
     * $token = $signer->identityToken('desk-1', userId: 'user-42', attributes: ['plan' => 'pro']);
     * assert(str_starts_with($token, 'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.'));
     * ```
     *
     * @param string $audience the help desk's id, or the portal's host
     * @param string|null $email the signed-in customer's e-mail
     * @param bool $emailVerified whether you have proved that the customer receives mail at
     *     `$email`; an e-mail that is not proved identifies no customer
     * @param string|null $userId the signed-in customer's permanent id, used exactly as given
     * @param string|null $name the customer's name, 1 to 100 characters
     * @param array<string, string|int|bool>|null $attributes what agents see of the customer: up to 20
     *     values, by names of a lowercase letter and up to 39 lowercase letters, digits and `_`
     * @param string|null $tokenId the token's id, 1 to 128 visible ASCII characters; random by default
     * @param int $expiresIn for how many seconds the token is valid, 1 to 86400
     * @param \DateTimeInterface|int|null $now the moment, or Unix seconds; now by default
     *
     * @throws SecretException `secret_too_short` for a secret of fewer than 32 bytes
     * @throws InputException `helpdesk_id_malformed` or `host_malformed` for the audience; `email_empty`,
     *     `email_too_long`, `email_malformed`, `email_ambiguous`, `user_id_empty`, `user_id_too_long`,
     *     `user_id_malformed`; `identity_token_claim` for the other values; `timestamp_malformed` for `$now`
     */
    public function identityToken(
        string $audience,
        ?string $email = null,
        bool $emailVerified = true,
        ?string $userId = null,
        ?string $name = null,
        ?array $attributes = null,
        ?string $tokenId = null,
        int $expiresIn = 600,
        DateTimeInterface|int|null $now = null,
    ): string {
        [$names, $values] = Attributes::lists($attributes, __METHOD__);
        $seconds = \is_object($now) ? $now->getTimestamp() : $now;
        return Answer::text(Internal\identity_token(
            $this->handle,
            $audience,
            $email,
            $emailVerified,
            $userId,
            $name,
            $names,
            $values,
            $tokenId,
            $expiresIn,
            $seconds,
        ));
    }

    /**
     * Returns the markup that shows the customer's Ticket Center, with an identity token (SPEC 12.7).
     *
     * ```php
     * $signer = new Deskseal\Signer('example-secret-for-documentation');
     * $embed = $signer->ticketCenterWithToken('desk-1', userId: 'user-42', name: 'Ada Lovelace');
     * assert(array_keys($embed->attributes) === ['src', 'data-helpdesk-id', 'data-identity']);
     * ```
     *
     * @param string $helpdeskId the help desk's id, from its dashboard
     * @param string|null $email as for `identityToken`
     * @param bool $emailVerified as for `identityToken`
     * @param string|null $userId as for `identityToken`
     * @param string|null $name as for `identityToken`
     * @param array<string, string|int|bool>|null $attributes as for `identityToken`
     * @param string|null $tokenId as for `identityToken`
     * @param int $expiresIn as for `identityToken`
     * @param \DateTimeInterface|int|null $now as for `identityToken`
     * @param string|null $align as for `ticketCenter`
     * @param string|null $maxWidth as for `ticketCenter`
     * @param string|null $container as for `ticketCenter`
     * @param string|null $scriptUrl as for `ticketCenter`
     * @param bool $crossorigin as for `ticketCenter`
     * @param string|null $nonce as for `ticketCenter`
     *
     * @throws SecretException `secret_too_short` for a secret of fewer than 32 bytes
     * @throws InputException `helpdesk_id_malformed`, then those of `identityToken`, then
     *     `embed_option_malformed`
     */
    public function ticketCenterWithToken(
        string $helpdeskId,
        ?string $email = null,
        bool $emailVerified = true,
        ?string $userId = null,
        ?string $name = null,
        ?array $attributes = null,
        ?string $tokenId = null,
        int $expiresIn = 600,
        DateTimeInterface|int|null $now = null,
        ?string $align = null,
        ?string $maxWidth = null,
        ?string $container = null,
        ?string $scriptUrl = null,
        bool $crossorigin = false,
        ?string $nonce = null,
    ): Embed {
        [$names, $values] = Attributes::lists($attributes, __METHOD__);
        $seconds = \is_object($now) ? $now->getTimestamp() : $now;
        return Embed::of(Internal\ticket_center_with_token(
            $this->handle,
            $helpdeskId,
            $email,
            $emailVerified,
            $userId,
            $name,
            $names,
            $values,
            $tokenId,
            $expiresIn,
            $seconds,
            [$align, $maxWidth, $container, $scriptUrl, $nonce, $crossorigin ? '' : null],
        ));
    }

    /**
     * Returns the link that takes a customer to the portal's form, with an identity token (SPEC 12.7).
     *
     * Links are logged, so the token has neither a name nor attributes. Sign it when the customer clicks.
     *
     * ```php
     * $signer = new Deskseal\Signer('example-secret-for-documentation');
     * $link = $signer->portalLinkWithToken('https://help.company.com', userId: 'user-42');
     * assert(str_starts_with($link, 'https://help.company.com/submit-ticket?identity=eyJ'));
     * ```
     *
     * @param string $portalUrl the portal's address; its path, query and fragment are
     *     replaced
     * @param string|null $email as for `identityToken`
     * @param bool $emailVerified as for `identityToken`
     * @param string|null $userId as for `identityToken`
     * @param string|null $tokenId as for `identityToken`
     * @param int $expiresIn for how many seconds the token is valid, 1 to 300
     * @param \DateTimeInterface|int|null $now the moment, or Unix seconds; now by default
     *
     * @throws SecretException `secret_too_short` for a secret of fewer than 32 bytes
     * @throws InputException `portal_url_malformed`, `portal_url_insecure`, then those of `identityToken`
     */
    public function portalLinkWithToken(
        string $portalUrl,
        ?string $email = null,
        bool $emailVerified = true,
        ?string $userId = null,
        ?string $tokenId = null,
        int $expiresIn = 300,
        DateTimeInterface|int|null $now = null,
    ): string {
        $seconds = \is_object($now) ? $now->getTimestamp() : $now;
        return Answer::text(Internal\portal_link_with_token(
            $this->handle,
            $portalUrl,
            $email,
            $emailVerified,
            $userId,
            $tokenId,
            $expiresIn,
            $seconds,
        ));
    }
}
