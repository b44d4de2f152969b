<?php

declare(strict_types=1);

namespace Deskseal\Internal;

use Deskseal\Exception\DesksealException;
use Deskseal\Exception\InputException;
use Deskseal\Exception\SecretException;
use Deskseal\Exception\VerificationException;
use Random\RandomException;
use RuntimeException;
use SensitiveParameter;
use Throwable;

/**
 * Converts what the extension returns: a value, or an object with the reason of an error.
 *
 * @internal
 */
final class Answer
{
    /** Returns a text. */
    public static function text(#[SensitiveParameter] string|object $answer): string
    {
        return \is_string($answer) ? $answer : throw self::failure($answer);
    }

    /** Returns the exception for an object with `kind`, `code` and `message`. */
    public static function failure(#[SensitiveParameter] object $reason): Throwable
    {
        return match ($reason->kind) {
            'secret' => new SecretException($reason->message, errorCode: $reason->code),
            'input' => new InputException($reason->message, errorCode: $reason->code),
            'verification' => new VerificationException($reason->message, errorCode: $reason->code),
            'random' => new RandomException($reason->message),
            'internal' => new RuntimeException($reason->message),
            default => new DesksealException($reason->message, errorCode: $reason->code),
        };
    }
}
