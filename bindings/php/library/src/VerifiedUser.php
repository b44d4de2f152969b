<?php

declare(strict_types=1);

namespace Deskseal;

use Deskseal\Internal\Answer;
use Deskseal\Internal\Result;
use JsonSerializable;
use SensitiveParameter;

/**
 * A customer whose user id was proved (SPEC 5.2).
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
         * The user id, as signed.
         */
        public string $userId,
        /**
         * When it was signed, in Unix seconds.
         */
        public int $timestamp,
        /**
         * Which secret made the signature: 0 is the current one, 1 and up are the previous ones.
         */
        public int $secretIndex,
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
