<?php

declare(strict_types=1);

namespace Deskseal;

use Deskseal\Internal\Result;
use JsonSerializable;

/**
 * A customer whose user id a valid signature proves (SPEC 5.2).
 *
 * ```php
 * $secret = 'example-secret-for-documentation';
 * $link = (new Deskseal\Signer($secret))->portalLink('https://help.company.com', 'user-42');
 * $verified = (new Deskseal\Verifier($secret))->verifyLink('help.company.com', $link);
 * assert($verified?->userId === 'user-42');
 * ```
 */
final readonly class VerifiedUser implements JsonSerializable
{
    use Result;

    private function __construct(
        /**
         * The user id as signed.
         */
        public string $userId,
        /**
         * The time at which it was signed, in Unix seconds.
         */
        public int $timestamp,
        /**
         * The number of the secret that made the signature: 0 is the current one.
         */
        public int $secretIndex,
    ) {
    }
}
