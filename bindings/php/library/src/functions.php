<?php

declare(strict_types=1);

namespace Deskseal;

use Deskseal\Exception\InputException;
use Deskseal\Internal\Answer;
use Deskseal\Internal\Extension;
use Random\RandomException;
use TypeError;

/**
 * Returns the canonical form of an e-mail, which is what is signed (SPEC 3.1).
 *
 * ```php
 * assert(Deskseal\canonical_email('  Ada@Example.com ') === 'ada@example.com');
 * ```
 *
 * @param string $email the e-mail as the customer typed it
 *
 * @throws InputException `email_empty`, `email_too_long`,
 *     `email_malformed`, `email_ambiguous`
 */
function canonical_email(string $email): string
{
    Extension::check();
    return Answer::text(Internal\canonical_email($email));
}

/**
 * Returns the canonical form of a portal host, which is what is signed (SPEC 4.1).
 *
 * ```php
 * assert(Deskseal\canonical_host('HELP.company.com') === 'help.company.com');
 * ```
 *
 * @param string $host a host name or an IP address, never a URL, and without a port
 *
 * @throws InputException `host_malformed`
 */
function canonical_host(string $host): string
{
    Extension::check();
    return Answer::text(Internal\canonical_host($host));
}

/**
 * Returns the address of the portal's form for anonymous visitors (SPEC 4.5).
 *
 * ```php
 * assert(Deskseal\public_form_url('https://help.company.com') === 'https://help.company.com/submit-ticket');
 * ```
 *
 * @param string $portalUrl the portal's address; its path, query and fragment are replaced
 *
 * @throws InputException `portal_url_malformed`, `portal_url_insecure`
 */
function public_form_url(string $portalUrl): string
{
    Extension::check();
    return Answer::text(Internal\public_form_url($portalUrl));
}

/**
 * Returns the canonical host of a portal's URL, to pass to a verifier (SPEC 4.2).
 *
 * ```php
 * assert(Deskseal\portal_host('https://HELP.company.com:8443/') === 'help.company.com');
 * ```
 *
 * @param string $portalUrl the portal's address
 *
 * @throws InputException `portal_url_malformed`, `portal_url_insecure`
 */
function portal_host(string $portalUrl): string
{
    Extension::check();
    return Answer::text(Internal\portal_host($portalUrl));
}

/**
 * Returns the response to a request for the portal's route that is not a customer's click (SPEC 6.5).
 *
 * Sign a link only for a customer's click. Libraries that swap pages cannot follow a redirect to another site,
 * and the customer may never open a page that the browser prefetches.
 *
 * ```php
 * assert(Deskseal\response_unless_click('/help', ['sec-fetch-mode' => 'navigate']) === null);
 * $answer = Deskseal\response_unless_click('/help', ['hx-request' => 'true']);
 * assert($answer?->headers['HX-Redirect'] === '/help');
 * ```
 *
 * @param string $target the request's path and query, as received
 * @param array<string, string> $headers the request's headers by name, in any case. Headers that SPEC 6.5
 *     does not list are ignored
 *
 * @return HttpResponse|null the response to send; `null` for a click: then redirect to the signed link
 */
function response_unless_click(string $target, array $headers): ?HttpResponse
{
    Extension::check();
    [$names, $values] = [[], []];
    foreach ($headers as $name => $value) {
        if (!\is_string($value)) {
            throw new TypeError(__FUNCTION__ . '(): Argument #2 ($headers) must be an array of strings by name');
        }
        [$names[], $values[]] = [(string) $name, $value];
    }
    $answer = Internal\response_unless_click($target, $names, $values);
    return $answer === null ? null : HttpResponse::of($answer);
}

/**
 * Returns a new secret: `dsk_secret_` and 256 bits from the operating system (SPEC 2.4).
 *
 * ```php
 * $signer = new Deskseal\Signer(Deskseal\generate_secret());
 * ```
 *
 * @throws RandomException the operating system's source of randomness cannot be read
 */
function generate_secret(): string
{
    Extension::check();
    return Answer::text(Internal\generate_secret());
}
