<?php

declare(strict_types=1);

namespace Deskseal;

use Deskseal\Internal\Answer;
use Deskseal\Internal\Result;
use JsonSerializable;
use SensitiveParameter;

/**
 * Why a signature is invalid: one or more findings (SPEC 8).
 *
 * ```php
 * $verifier = new Deskseal\Verifier('example-secret-for-documentation');
 * $explanation = $verifier->explainEmail('ada@example.com', str_repeat('0', 64));
 * assert(array_column($explanation->findings, 'code') === ['unexplained']);
 * ```
 */
final readonly class Explanation implements JsonSerializable
{
    use Result;

    private function __construct(
        /**
         * The findings. Together they reproduce the signature, unless the last is `unexplained`.
         *
         * @var list<Finding>
         */
        public array $findings,
    ) {
    }

    /**
     * Returns the result for the extension's answer.
     *
     * @internal
     */
    public static function of(#[SensitiveParameter] array|object $answer): self
    {
        return \is_array($answer) ? new self(\array_map(Finding::of(...), $answer)) : throw Answer::failure($answer);
    }
}
