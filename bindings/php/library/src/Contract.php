<?php

declare(strict_types=1);

namespace Deskseal;

/**
 * What the contract says.
 *
 * Generated from tests/api.toml by `cargo xtask generate`; change it there.
 *
 * @internal
 */
final class Contract
{
    public const CACHE_CONTROL = 'private, no-store';
    public const CLICK_HEADERS = [
        'x-inertia',
        'sec-fetch-mode',
        'x-requested-with',
        'hx-request',
        'hx-boosted',
        'turbo-frame',
        'x-turbo-request-id',
        'turbolinks-referrer',
        'x-livewire-navigate',
        'x-pjax',
        'x-up-version',
        'rsc',
        'next-router-prefetch',
        'sec-purpose',
        'x-sec-purpose',
        'purpose',
        'x-purpose',
        'x-moz',
    ];
    public const CODE_CROSS_SITE = 'cross_site';
    public const CROSS_SITE = 'cross-site';
    public const HELPDESK_ID_VARIABLE = 'HELPDESKY_HELPDESK_ID';
    public const IDENTITY_HEADERS = [
        'Cache-Control' => 'private, no-store',
        'Cross-Origin-Resource-Policy' => 'same-origin',
        'X-Content-Type-Options' => 'nosniff',
    ];
    public const IDENTITY_VARIABLES = [
        'DESKSEAL_IDENTITY_SECRET',
    ];
    public const LINK_PARAMETERS = [
        'user_id',
        'user_id_timestamp',
        'user_id_signature',
    ];
    public const NO_HISTORY = '<template data-hx-history="false"></template>';
    public const ORIGIN_PATTERN = 'https?://([a-z0-9_-]+(\\.[a-z0-9_-]+)*|\\[[0-9a-f:.]+\\])(:[0-9]{1,5})?';
    public const PORTAL_VARIABLES = [
        'LETTERBOOK_PORTAL_TICKET_SECRET',
    ];
    public const SITE_HEADER = 'sec-fetch-site';
    public const STATUS_ABOUT_CUSTOMER = 422;
    public const STATUS_CROSS_SITE = 403;
    public const STATUS_IDENTITY = 200;
    public const STATUS_NOT_SIGNED_IN = 204;
    public const STATUS_UNAVAILABLE = 503;
    public const TICKET_CENTER_VARIABLES = [
        'HELPDESKY_HMAC_SECRET',
        'HDH_HMAC_SECRET',
    ];
    public const TOKEN_PARAMETER = 'identity';
}
