<?php

declare(strict_types=1);

namespace Deskseal\Tests;

use Deskseal\Exception\DesksealException;
use TypeError;

/** Assertions about calls that are rejected. */
trait Rejections
{
    /** @param callable(): mixed $call */
    private static function code(callable $call): string
    {
        try {
            $call();
            return 'accepted';
        } catch (DesksealException $exception) {
            return $exception->errorCode();
        }
    }

    /** @param callable(): mixed $call */
    private static function assertTypeErrorContains(string $expected, callable $call): void
    {
        self::assertStringContainsString($expected, self::messageOfTypeError($call));
    }

    /** @param callable(): mixed $call */
    private static function assertTypeErrorMatches(string $expected, callable $call): void
    {
        self::assertMatchesRegularExpression($expected, self::messageOfTypeError($call));
    }

    /** @param callable(): mixed $call */
    private static function messageOfTypeError(callable $call): string
    {
        try {
            $call();
        } catch (TypeError $error) {
            return $error->getMessage();
        }
        self::fail('It is accepted.');
    }
}
