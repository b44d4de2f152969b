'use strict'

// Generated from tests/api.toml by `cargo xtask generate`; change it there.

module.exports = Object.freeze({
  cacheControl: 'private, no-store',
  clickHeaders: Object.freeze([
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
  ]),
  helpdeskIdVariable: 'HELPDESKY_HELPDESK_ID',
  identityVariables: Object.freeze(['DESKSEAL_IDENTITY_SECRET']),
  linkParameters: Object.freeze(['user_id', 'user_id_timestamp', 'user_id_signature']),
  noHistory: '<template data-hx-history="false"></template>',
  portalVariables: Object.freeze(['LETTERBOOK_PORTAL_TICKET_SECRET']),
  statusAboutCustomer: 422,
  statusIdentity: 200,
  statusNotSignedIn: 204,
  statusUnavailable: 503,
  ticketCenterVariables: Object.freeze(['HELPDESKY_HMAC_SECRET', 'HDH_HMAC_SECRET']),
  tokenParameter: 'identity',
})
