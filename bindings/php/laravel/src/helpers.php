<?php

declare(strict_types=1);

use Deskseal\Laravel\Desk;

if (!function_exists('portalLink')) {
    /**
     * Returns the address that takes the visitor to the portal's form.
     *
     * It is the same for everybody and never goes stale: what answers there signs when the visitor clicks.
     */
    function portalLink(): string
    {
        return app(Desk::class)->portalAddress();
    }
}
