<?php

declare(strict_types=1);

namespace Deskseal\Internal;

use DateTimeInterface;
use SensitiveParameter;
use TypeError;

/**
 * Converts arrays of secrets for the extension.
 *
 * @internal
 */
final class Secrets
{
    /**
     * Returns the secrets and the Unix seconds of pairs.
     *
     * The class of a moment may be the caller's own, and its code could change the array while it is read. So
     * everything is copied before `getTimestamp` is called for the first time.
     *
     * @return array{list<string|null>, list<int>}
     */
    public static function previous(#[SensitiveParameter] array $previous, string $function): array
    {
        [$secrets, $moments] = [[], []];
        foreach ($previous as $pair) {
            $isPair = \is_array($pair) && \array_is_list($pair) && \count($pair) === 2
                && self::isSecret($pair[0]) && ($pair[1] instanceof DateTimeInterface || \is_int($pair[1]));
            if (!$isPair) {
                throw new TypeError("$function(): Argument #2 (\$previous) must be a list of pairs [secret, expiresAt]");
            }
            [$secrets[], $moments[]] = [$pair[0] === false ? null : $pair[0], $pair[1]];
        }
        $seconds = fn (DateTimeInterface|int $moment): int
            => $moment instanceof DateTimeInterface ? $moment->getTimestamp() : $moment;
        return [$secrets, \array_map($seconds, $moments)];
    }

    /**
     * Returns the secrets.
     *
     * @return list<string|null>
     */
    public static function others(#[SensitiveParameter] array $secrets, string $function): array
    {
        $others = [];
        foreach ($secrets as $secret) {
            if (!self::isSecret($secret)) {
                throw new TypeError(
                    "$function(): Argument #3 (\$otherSecrets) must be an array of secrets: string, false or null",
                );
            }
            $others[] = $secret === false ? null : $secret;
        }
        return $others;
    }

    /** Tells whether the value is a text, or `null` or `false` for a missing secret. */
    private static function isSecret(#[SensitiveParameter] mixed $value): bool
    {
        return \is_string($value) || $value === null || $value === false;
    }
}
