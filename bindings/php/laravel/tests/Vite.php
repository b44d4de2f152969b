<?php

declare(strict_types=1);

namespace Deskseal\Laravel\Tests;

/** Replaces `Illuminate\Foundation\Vite`, which newer versions of Laravel have. */
final class Vite
{
    public static ?string $nonce = null;

    public function cspNonce(): ?string
    {
        return self::$nonce;
    }
}
