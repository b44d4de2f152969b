<?php

declare(strict_types=1);

namespace Deskseal;

use Deskseal\Internal\Result;
use JsonSerializable;

/**
 * The response of the portal's route to a request that is not a customer's click (SPEC 6.5).
 *
 * ```php
 * $answer = Deskseal\response_unless_click('/help', ['purpose' => 'prefetch']);
 * assert($answer?->status === 403);
 * ```
 */
final readonly class HttpResponse implements JsonSerializable
{
    use Result;

    private function __construct(
        /**
         * The status code.
         */
        public int $status,
        /**
         * The headers' values by name, in order.
         *
         * @var array<string, string>
         */
        public array $headers,
        /**
         * The body.
         */
        public string $body,
    ) {
    }
}
