// A shop whose customers have a Ticket Center, with Next.js and React.
//
//     npm install && npm start
//
// Open http://localhost:3000 and sign in as `ada` or `grace`, with the password `example`. These
// variables set your help desk; without the secrets, customers get a public form:
//
//     HELPDESKY_HMAC_SECRET, HELPDESKY_HELPDESK_ID, LETTERBOOK_PORTAL_TICKET_SECRET
//     TICKET_CENTER_URL=https://helpdesky.io/ticket-center.js  PORTAL_URL=https://help.company.com

import { deskseal } from 'deskseal/next'
import { currentUser } from './session'

const { TICKET_CENTER_URL, PORTAL_URL = 'https://help.company.com' } = process.env

export const { GET, TicketCenter } = deskseal({
  user: currentUser,
  ticketCenter: { scriptUrl: TICKET_CENTER_URL },
  portal: { url: PORTAL_URL },
})
