<?php

declare(strict_types=1);

namespace Deskseal;

use Deskseal\Internal\Result;
use JsonSerializable;

/**
 * A canonical e-mail and its signature: put both into the page (SPEC 3.2).
 *
 * Dumps do not show the signature.
 *
 * ```php
 * $signer = new Deskseal\Signer('example-secret-for-documentation');
 * $signed = $signer->signEmail('  Ada@Example.com ');
 * assert($signed->email === 'ada@example.com');
 * assert(strlen($signed->signature) === 64);
 * ```
 */
final readonly class SignedEmail implements JsonSerializable
{
    use Result;

    private function __construct(
        /**
         * The canonical e-mail.
         */
        public string $email,
        /**
         * Its signature, 64 lowercase hexadecimal digits.
         */
        public string $signature,
    ) {
    }
}
