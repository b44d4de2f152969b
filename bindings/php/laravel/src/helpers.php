<?php

declare(strict_types=1);

use Deskseal\Laravel\Desk;

if (!function_exists('portalLink')) {
    /**
     * Returns the address of the route that takes the visitor to the portal's form.
     *
     * The address is the same for all visitors and does not expire, because the route signs on each request.
     */
    function portalLink(): string
    {
        return app(Desk::class)->portalAddress();
    }
}
