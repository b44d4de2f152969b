<?php

declare(strict_types=1);

namespace Deskseal;

use Deskseal\Internal\Answer;
use Deskseal\Internal\Result;
use JsonSerializable;
use SensitiveParameter;

/**
 * What a route answers to a request that is no customer's click (SPEC 6.5).
 *
 * ```php
 * $answer = Deskseal\answer_unless_click('/help', ['purpose' => 'prefetch']);
 * assert($answer?->status === 403);
 * ```
 */
final readonly class HttpAnswer implements JsonSerializable
{
    use Result;

    private function __construct(
        /**
         * The status code.
         */
        public int $status,
        /**
         * The headers' values by their names, in order.
         *
         * @var array<string, string>
         */
        public array $headers,
        /**
         * The content.
         */
        public string $body,
    ) {
    }

    /**
     * Returns the result that the extension's answer holds.
     *
     * @internal
     */
    public static function of(#[SensitiveParameter] array|object $answer): self
    {
        return \is_array($answer) ? new self($answer[0], $answer[1], $answer[2]) : throw Answer::failure($answer);
    }
}
