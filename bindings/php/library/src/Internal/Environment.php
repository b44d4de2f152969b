<?php

declare(strict_types=1);

namespace Deskseal\Internal;

use TypeError;

/**
 * Reads environment variables from PHP's three places.
 *
 * @internal
 */
final class Environment
{
    /** The prefix of the variables in which a web server passes request headers. */
    private const HEADER_PREFIX = 'HTTP_';

    /**
     * Returns the names of variables and their values.
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
     * Returns the variable's value from `$_SERVER`, else from `$_ENV`, else from `getenv`.
     *
     * The arrays come first, because libraries that read `.env` files fill them: `putenv` is unsafe if threads
     * serve requests. A web server also puts the request's headers into the arrays and into `getenv`, and any
     * visitor can send a header. So a name that begins with `HTTP_` is read only from the process's environment.
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
        // An administrator may have disabled this function.
        $value = \function_exists('getenv') ? \getenv($name, $isLocal) : false;
        return $value === false ? null : $value;
    }
}
