<?php

declare(strict_types=1);

namespace Deskseal;

use Deskseal\Internal\Result;
use JsonSerializable;

/**
 * One reason why a signature is invalid (SPEC 8).
 *
 * ```php
 * $verifier = new Deskseal\Verifier('example-secret-for-documentation');
 * $explanation = $verifier->explainEmail('ada@example.com', str_repeat('0', 64));
 * assert($explanation->findings[0]->code === 'unexplained');
 * ```
 */
final readonly class Finding implements JsonSerializable
{
    use Result;

    private function __construct(
        /**
         * The stable code.
         */
        public string $code,
        /**
         * A sentence that says what to change. It may change between versions.
         */
        public string $message,
    ) {
    }
}
