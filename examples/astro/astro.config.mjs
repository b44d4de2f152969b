// A shop whose customers have a Ticket Center, with Astro.
//
//     npm install && npm start
//
// Open http://localhost:4321 and sign in as `ada` or `grace`, with the password `example`. These
// variables set your help desk; without the secrets, customers get a public form:
//
//     HELPDESKY_HMAC_SECRET, HELPDESKY_HELPDESK_ID, LETTERBOOK_PORTAL_TICKET_SECRET
//
// These two are read when it is built:
//
//     TICKET_CENTER_URL=https://helpdesky.io/ticket-center.js  PORTAL_URL=https://help.company.com

import node from '@astrojs/node'
import { defineConfig } from 'astro/config'
import deskseal from 'deskseal/astro'

const { TICKET_CENTER_URL, PORTAL_URL = 'https://help.company.com' } = process.env

export default defineConfig({
  output: 'server',
  adapter: node({ mode: 'standalone' }),
  integrations: [
    deskseal({ ticketCenter: { scriptUrl: TICKET_CENTER_URL }, portal: { url: PORTAL_URL } }),
  ],
})
