<?php

declare(strict_types=1);

namespace Deskseal;

use Deskseal\Internal\Result;
use JsonSerializable;

/**
 * The values that a page's own code needs to show the customer's Ticket Center (SPEC 6.4).
 *
 * Dumps do not show the signature.
 *
 * ```php
 * $signer = new Deskseal\Signer('example-secret-for-documentation');
 * $identity = $signer->identity('Ada@Example.com', 'desk-1');
 * assert($identity->email === 'ada@example.com');
 * assert(array_keys($identity->jsonSerialize()) === ['email', 'signature', 'helpdeskId']);
 * ```
 */
final readonly class Identity implements JsonSerializable
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
        /**
         * The help desk's id as given.
         */
        public string $helpdeskId,
    ) {
    }
}
