<?php

use Deskseal\Contract;
use Deskseal\Laravel\Desk;

/*
 * Which help desk the application has. `php artisan vendor:publish --tag=deskseal-config` copies this file.
 *
 * Each product has its own secret, and neither is used for the other. Nothing here is needed before somebody
 * is signed in: applications are built without it. `config:cache` keeps what the environment holds at that
 * moment, so that it runs where the secrets are.
 *
 * A secret is that of the first usual variable that is set: HELPDESKY_HMAC_SECRET or HDH_HMAC_SECRET, and
 * LETTERBOOK_PORTAL_TICKET_SECRET. Two that are set and differ are `secret_conflict`. To read another variable
 * alone, write `env('ITS_NAME')`.
 */

return [
    'ticket_center' => [
        'secret' => Desk::environment(Contract::TICKET_CENTER_VARIABLES),
        'helpdesk_id' => env(Contract::HELPDESK_ID_VARIABLE),
        // A desk of your own has a script of its own: https://desk.company.com/ticket-center.js
        'script_url' => env('HELPDESKY_SCRIPT_URL'),
        // For pages with Cross-Origin-Embedder-Policy: require-corp.
        'crossorigin' => false,
        // The user's attribute. Sign addresses only that your sign-in has verified.
        'email' => 'email',
    ],

    'portal' => [
        'secret' => Desk::environment(Contract::PORTAL_VARIABLES),
        'url' => env('LETTERBOOK_PORTAL_URL'),
        // The user's attribute; null is the one that the user signs in by.
        'user_id' => null,
    ],

    // Where the routes `deskseal.portal` and `deskseal.identity` are, and what they need to know the user. With
    // null there are none, and `portalLink()` needs a route of yours that is named `deskseal.portal`.
    'routes' => [
        'prefix' => 'deskseal',
        'middleware' => ['web'],
    ],
];
