<?php

declare(strict_types=1);

namespace Deskseal;

use Deskseal\Internal\Result;
use JsonSerializable;

/**
 * A customer whose e-mail a valid signature proves (SPEC 5.1).
 *
 * ```php
 * $secret = 'example-secret-for-documentation';
 * $signed = (new Deskseal\Signer($secret))->signEmail('ada@example.com');
 * $verifier = new Deskseal\Verifier($secret);
 * $verified = $verifier->verifyEmail($signed->email, $signed->signature);
 * assert(json_encode($verified) === '{"email":"ada@example.com","secretIndex":0}');
 * ```
 */
final readonly class VerifiedEmail implements JsonSerializable
{
    use Result;

    private function __construct(
        /**
         * The canonical e-mail.
         */
        public string $email,
        /**
         * The number of the secret that made the signature: 0 is the current one.
         */
        public int $secretIndex,
    ) {
    }
}
