<?php

declare(strict_types=1);

namespace Deskseal\Internal;

use TypeError;

/**
 * Converts a customer's attributes for the extension.
 *
 * @internal
 */
final class Attributes
{
    /**
     * Returns the names and the values.
     *
     * PHP turns a name that is a number, which no attribute may have, into an integer.
     *
     * @return array{list<string>, list<string|int|bool>}
     */
    public static function lists(?array $attributes, string $function): array
    {
        [$names, $values] = [[], []];
        foreach ($attributes ?? [] as $name => $value) {
            if (!\is_string($value) && !\is_int($value) && !\is_bool($value)) {
                $rule = 'must be an array of strings, integers and booleans by name';
                throw new TypeError("$function(): Argument #6 (\$attributes) $rule");
            }
            $names[] = (string) $name;
            $values[] = $value;
        }
        return [$names, $values];
    }
}
