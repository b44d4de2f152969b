<?php

declare(strict_types=1);

namespace Deskseal\Internal;

use TypeError;

/**
 * PHP's environment, which has three places.
 *
 * @internal
 */
final class Environment
{
    /** What a variable of a request's header begins with where PHP runs behind a web server. */
    private const HEADER_PREFIX = 'HTTP_';

    /**
     * Returns the names of variables, and their values.
     *
     * @return array{list<string>, list<string|null>}
     */
    public static function variables(string|array $names, string $function): array
    {
        $variables = [[], []];
        foreach ((array) $names as $name) {
            if (!\is_string($name)) {
                throw new TypeError("$function(): Argument #1 (\$name) must be a string or an array of strings");
            }
            $variables[0][] = $name;
            $variables[1][] = self::value($name);
        }
        return $variables;
    }

    /**
     * Returns the variable's value: of `$_SERVER`, else of `$_ENV`, else of `getenv`.
     *
     * The first two come first since libraries that read `.env` files fill them, and because `putenv` is unsafe
     * where threads serve requests. There, and in `getenv`, a web server also puts the request's headers, which
     * any visitor can send: a name that begins as theirs do is looked up in the environment of the process alone.
     */
    private static function value(string $name): ?string
    {
        if ($name === '' || \str_contains($name, "\0") || \str_contains($name, '=')) {
            return null;
        }
        $isLocal = \str_starts_with($name, self::HEADER_PREFIX);
        foreach ($isLocal ? [] : [$_SERVER[$name] ?? null, $_ENV[$name] ?? null] as $value) {
            if (\is_string($value)) {
                return $value;
            }
        }
        // An administrator can have disabled that function.
        $value = \function_exists('getenv') ? \getenv($name, $isLocal) : false;
        return $value === false ? null : $value;
    }
}
