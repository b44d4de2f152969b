<?php

use Deskseal\Contract;
use Deskseal\Laravel\Desk;

/*
 * The help desk of the application. `php artisan vendor:publish --tag=deskseal-config` copies this file.
 *
 * Each product has its own secret, and never uses the other's. These settings are needed when something is
 * signed, so an application can be built without them. `config:cache` stores the environment's values of that
 * moment, so run it where the secrets are set.
 *
 * A secret is read from the first usual variable that is set: HELPDESKY_HMAC_SECRET or HDH_HMAC_SECRET for the
 * Ticket Center, and LETTERBOOK_PORTAL_TICKET_SECRET for the portal. If two are set and differ, the error is
 * `secret_conflict`. To read only another variable, write `env('ITS_NAME')`.
 */

return [
    'ticket_center' => [
        'secret' => Desk::environment(Contract::TICKET_CENTER_VARIABLES),
        'helpdesk_id' => env(Contract::HELPDESK_ID_VARIABLE),
        // The script of a self-hosted desk, such as https://desk.company.com/ticket-center.js
        'script_url' => env('HELPDESKY_SCRIPT_URL'),
        // Set this to true if pages have Cross-Origin-Embedder-Policy: require-corp.
        'crossorigin' => false,
        // The origins of other sites whose pages get the identity, such as https://app.example.com. Commas separate
        // them in the variable.
        'origins' => preg_split('/[\s,]+/', (string) env('DESKSEAL_ORIGINS'), -1, PREG_SPLIT_NO_EMPTY),
        // The user's attribute with the address. Sign only addresses that your sign-in has verified.
        'email' => 'email',
    ],

    'portal' => [
        'secret' => Desk::environment(Contract::PORTAL_VARIABLES),
        'url' => env('LETTERBOOK_PORTAL_URL'),
        // The user's attribute with the id. With null, it is the id that the user signs in with.
        'user_id' => null,
    ],

    // The prefix of the routes `deskseal.portal` and `deskseal.identity`, and the middleware that signs the user in.
    // With null, the package adds no routes, and `portalLink()` needs a route of yours named `deskseal.portal`.
    'routes' => [
        'prefix' => 'deskseal',
        'middleware' => ['web'],
    ],
];
