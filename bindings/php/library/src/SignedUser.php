<?php

declare(strict_types=1);

namespace Deskseal;

use Deskseal\Internal\Result;
use JsonSerializable;

/**
 * A user id, the time at which it was signed, and the signature (SPEC 4.6).
 *
 * Dumps do not show the signature.
 *
 * ```php
 * $signer = new Deskseal\Signer('example-secret-for-documentation');
 * $signed = $signer->signUser('help.company.com', 'user-42', timestamp: 1767225600);
 * assert($signed->userId === 'user-42');
 * assert($signed->timestamp === 1767225600);
 * ```
 */
final readonly class SignedUser implements JsonSerializable
{
    use Result;

    private function __construct(
        /**
         * The user id as given.
         */
        public string $userId,
        /**
         * The time at which it was signed, in Unix seconds.
         */
        public int $timestamp,
        /**
         * The signature of host, user id and timestamp, 64 lowercase hexadecimal digits.
         */
        public string $signature,
    ) {
    }
}
