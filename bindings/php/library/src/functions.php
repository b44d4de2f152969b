<?php

declare(strict_types=1);

namespace Deskseal;

use Deskseal\Exception\InputException;
use Deskseal\Internal\Answer;
use Deskseal\Internal\Extension;
use Random\RandomException;

/**
 * Returns the canonical form of an e-mail, which is what is signed (SPEC 3.1).
 *
 * ```php
 * assert(Deskseal\canonical_email('  Ada@Example.com ') === 'ada@example.com');
 * ```
 *
 * @param string $email the e-mail as typed
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
