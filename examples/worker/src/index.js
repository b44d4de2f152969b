// A shop whose customers have a Ticket Center, as a Cloudflare Worker with Hono.
//
//     npm install && npm start
//
// Open http://localhost:8787 and sign in as `ada` or `grace`, with the password `example`. These
// variables set your help desk; without the secrets, customers get a public form:
//
//     HELPDESKY_HMAC_SECRET, HELPDESKY_HELPDESK_ID, LETTERBOOK_PORTAL_TICKET_SECRET
//     TICKET_CENTER_URL=https://helpdesky.io/ticket-center.js  PORTAL_URL=https://help.company.com
//
// `npm start` takes them from the environment or from .dev.vars. A deployed Worker has the secrets from
// `wrangler secret put`, and the other variables from wrangler.json.

import { Hono } from 'hono'
import { csrf } from 'hono/csrf'
import { NONCE, secureHeaders } from 'hono/secure-headers'
import { validator } from 'hono/validator'
import { identity, portal } from './deskseal'
import { signInPage, supportPage } from './pages'
import { findCustomer, isSignIn, signIn, signOut } from './session'

// The desk's script sends its requests to the desk's host.
const contentSecurityPolicy = {
  defaultSrc: ["'self'"],
  imgSrc: ['data:'],
  scriptSrc: [NONCE],
  connectSrc: [({ env }) => new URL(env.TICKET_CENTER_URL).origin],
}

const app = new Hono()
app.use(secureHeaders({ contentSecurityPolicy }))
app.use(keepPrivate)
// Other sites cannot post in a customer's name.
app.use(csrf())
app.use(findCustomer)

app.get('/deskseal/identity', identity)
app.get('/deskseal/portal', portal)

app.get('/', (c) => (c.var.customer ? c.html(supportPage(c)) : c.redirect('/sign-in')))

app.get('/sign-in', (c) => c.html(signInPage(c)))

app.post('/sign-in', validator('form', takeForm), async (c) => {
  const { name, password } = c.req.valid('form')
  if (!isSignIn(name, password)) {
    return c.html(signInPage(c, 'This name and password do not match.'), 403)
  }
  await signIn(c, name)
  return c.redirect('/', 303)
})

app.post('/sign-out', (c) => {
  signOut(c)
  return c.redirect('/sign-in', 303)
})

/** All responses depend on who is signed in, so no cache keeps them. */
async function keepPrivate(c, next) {
  await next()
  c.header('Cache-Control', 'private, no-store')
}

/** Takes every form that can be read; the validator rejects the others. */
function takeForm(form) {
  return form
}

export default app
