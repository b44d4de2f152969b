// A shop whose customers have a Ticket Center, with Express and Vue.
//
//     npm install && npm start
//
// Open http://localhost:3000 and sign in as `ada` or `grace`, with the password `example`. These
// variables set your help desk; without the secrets, customers get a public form:
//
//     HELPDESKY_HMAC_SECRET, HELPDESKY_HELPDESK_ID, LETTERBOOK_PORTAL_TICKET_SECRET
//     TICKET_CENTER_URL=https://helpdesky.io/ticket-center.js  PORTAL_URL=https://help.company.com

import { randomBytes, scryptSync, timingSafeEqual } from 'node:crypto'
import session from 'cookie-session'
import { deskseal } from 'deskseal/express'
import express from 'express'
import helmet from 'helmet'

const {
  PORT = '3000',
  TICKET_CENTER_URL = 'https://helpdesky.io/ticket-center.js',
  PORTAL_URL = 'https://help.company.com',
} = process.env

const CUSTOMERS = new Map([
  ['ada', { id: 1, email: 'ada@example.com' }],
  ['grace', { id: 2, email: 'grace@example.com' }],
])

// All customers have the same password, to keep this example short.
const SALT = randomBytes(16)
const PASSWORD = scryptSync('example', SALT, 32)

// The desk's script is loaded from the desk's host, and sends its requests there.
const desk = new URL(TICKET_CENTER_URL).origin
const contentSecurityPolicy = {
  directives: {
    scriptSrc: ["'self'", desk],
    connectSrc: ["'self'", desk],
    upgradeInsecureRequests: null, // on localhost there is no HTTPS to upgrade to
  },
}

const app = express()
const { router } = deskseal({
  user: ({ session }) => CUSTOMERS.get(session.name),
  portal: { url: PORTAL_URL },
  debug: false,
})

app.use(helmet({ contentSecurityPolicy }))
// A real shop stores its key, so that its customers stay signed in after a restart.
app.use(session({ keys: [randomBytes(32).toString('hex')], sameSite: 'lax' }))
app.use('/deskseal', router)
app.use(express.static('dist'))

app.get('/session', ({ session }, response) => {
  response.set('Cache-Control', 'private, no-store')
  response.json({ name: session.name ?? null, scriptUrl: TICKET_CENTER_URL })
})

app.post('/session', express.json(), (request, response) => {
  const { name, password } = request.body ?? {}
  if (!CUSTOMERS.has(name) || !isPassword(password)) return response.sendStatus(403)
  request.session.name = name
  response.sendStatus(204)
})

app.delete('/session', (request, response) => {
  request.session = null
  response.sendStatus(204)
})

function isPassword(text) {
  return typeof text === 'string' && timingSafeEqual(scryptSync(text, SALT, 32), PASSWORD)
}

const server = app.listen(PORT, '127.0.0.1', () => {
  console.log(`http://localhost:${server.address().port}`)
})
