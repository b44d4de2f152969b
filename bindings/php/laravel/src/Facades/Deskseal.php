<?php

declare(strict_types=1);

namespace Deskseal\Laravel\Facades;

use Deskseal\Laravel\Desk;
use Illuminate\Support\Facades\Facade;

/**
 * The facade of `Desk`, which signs for the application's users.
 *
 * @method static \Deskseal\Embed embed(\Illuminate\Contracts\Auth\Authenticatable $user, array $options = [])
 * @method static array identity(\Illuminate\Contracts\Auth\Authenticatable $user)
 * @method static string portalLink(\Illuminate\Contracts\Auth\Authenticatable $user)
 * @method static string portalAddress()
 * @method static string portalHost()
 * @method static \Deskseal\Verifier verifier(string $product)
 * @method static string|null publicLink()
 * @method static \Illuminate\Support\HtmlString ticketCenter(array $options = [])
 */
class Deskseal extends Facade
{
    protected static function getFacadeAccessor(): string
    {
        return Desk::class;
    }
}
