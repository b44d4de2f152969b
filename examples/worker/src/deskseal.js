// What the package's integrations do in other frameworks, with the package's own functions.

import { DesksealError, Signer, publicFormUrl, responseUnlessClick } from 'deskseal'
import { html, raw } from 'hono/html'

/** Makes htmx keep no copy of the page (SPEC 6.3). */
const NO_HISTORY = '<template data-hx-history="false"></template>'

/** Returns the markup of the Ticket Center, or of a link to the public form if it cannot be signed. */
export function ticketCenter({ env, var: { customer, secureHeadersNonce: nonce } }) {
  const options = { scriptUrl: env.TICKET_CENTER_URL, nonce }
  return attempt(
    () => {
      const signer = Signer.fromEnv('HELPDESKY_HMAC_SECRET', { env })
      const embed = signer.ticketCenter(customer.email, env.HELPDESKY_HELPDESK_ID, options)
      return raw(NO_HISTORY + embed.html)
    },
    () => html`<a href="${publicFormUrl(env.PORTAL_URL)}">Contact support</a>`,
  )
}

/** Answers code in the page that asks who is signed in, and not a page of another site (SPEC 6.4). */
export function identity(c) {
  if (c.req.header('Sec-Fetch-Site') === 'cross-site') {
    return c.json({ error: { code: 'cross_site' } }, 403)
  }
  const { customer } = c.var
  if (!customer) return c.body(null, 204)
  return attempt(
    () => {
      const signer = Signer.fromEnv('HELPDESKY_HMAC_SECRET', { env: c.env })
      return c.json(signer.identity(customer.email, c.env.HELPDESKY_HELPDESK_ID))
    },
    ({ code, isAboutCustomer }) => c.json({ error: { code } }, isAboutCustomer ? 422 : 503),
  )
}

/** Redirects a click to the portal. The link is signed now (SPEC 6.5). */
export function portal(c) {
  const { pathname, search } = new URL(c.req.url)
  const unsigned = responseUnlessClick(pathname + search, c.req.header())
  if (unsigned) return c.body(unsigned.body, unsigned.status, unsigned.headers)
  return c.redirect(portalLink(c), 303)
}

/** Returns the link to the portal's form: signed for a customer, otherwise public. */
function portalLink({ env, var: { customer } }) {
  const signedLink = () => {
    const signer = Signer.fromEnv('LETTERBOOK_PORTAL_TICKET_SECRET', { env })
    return signer.portalLink(env.PORTAL_URL, customer.id)
  }
  const link = customer && attempt(signedLink, () => null)
  return link ?? publicFormUrl(env.PORTAL_URL)
}

/** Signs, or logs the error and recovers: no page breaks because a customer cannot be signed. */
function attempt(sign, recover) {
  try {
    return sign()
  } catch (error) {
    if (!(error instanceof DesksealError)) throw error
    // Neither has data of the customer or a secret.
    console.error(`Deskseal: ${error.code}: ${error.message}`)
    return recover(error)
  }
}
