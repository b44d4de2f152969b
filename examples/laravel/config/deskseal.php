<?php

return [
    'ticket_center' => [
        'secret' => env('HELPDESKY_HMAC_SECRET'),
        'helpdesk_id' => env('HELPDESKY_HELPDESK_ID'),
        'script_url' => env('TICKET_CENTER_URL'),
        'email' => 'email',
    ],
    'portal' => [
        'secret' => env('LETTERBOOK_PORTAL_TICKET_SECRET'),
        'url' => env('PORTAL_URL', 'https://help.company.com'),
        'user_id' => null,
    ],
];
