<?php

declare(strict_types=1);

namespace Deskseal\Internal;

use LogicException;

/**
 * Checks that the extension is loaded, in the version of this library.
 *
 * @internal
 */
final class Extension
{
    /** The version of this library, and of the extension that it needs. */
    public const VERSION = '0.1.0';

    /** Throws unless the extension is loaded in this library's version. */
    public static function check(): void
    {
        static $loaded = null;
        $loaded ??= \phpversion('deskseal');
        if ($loaded !== self::VERSION) {
            throw new LogicException(self::advice($loaded));
        }
    }

    private static function advice(string|false $loaded): string
    {
        $found = $loaded === false ? 'it is not loaded' : "version $loaded is loaded";
        return 'The library deskseal/deskseal-php ' . self::VERSION . ' needs the PHP extension deskseal '
            . self::VERSION . ", but $found: install it with `pie install deskseal/deskseal:" . self::VERSION . '`.';
    }
}
