// A site with the components on a page, the server that signs, and a browser to visit it.

import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { deskseal } from 'deskseal/express'
import express from 'express'
import { chromium } from 'playwright-core'

const SECRET = 'a-secret-of-no-documentation'

/** The nonce of every page: scripts and whatever they add need it. */
export const NONCE = 'bm9uY2U='

const POLICY = `default-src 'none'; connect-src 'self' http://127.0.0.1:*; script-src 'nonce-${NONCE}'`

export function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu'],
    // Browsers keep pages in the back/forward cache, unless automation switches it off.
    ignoreDefaultArgs: ['--disable-back-forward-cache'],
  })
}

/** A site whose signed-in customer is `customer`, and which sends the desk's script when `script` allows it. */
export class Site {
  customer = { email: 'Ada@Example.com' }
  secret = SECRET
  identityRequests = 0
  scripts = []
  isHoldingScripts = false
  isFailing = false
  heldIdentities = []
  isHoldingIdentities = false

  /** `policy` is what follows in the page's Content-Security-Policy. */
  static async start(t, bundle, policy = '') {
    const site = new Site()
    site.policy = POLICY + policy
    site.server = createServer(site.#application(bundle))
    await new Promise((resolve) => site.server.listen(0, '127.0.0.1', resolve))
    site.origin = `http://127.0.0.1:${site.server.address().port}`
    t.after(() => {
      site.server.close()
      site.server.closeAllConnections()
    })
    return site
  }

  /** Sends the scripts that were held, the last one first. */
  sendScripts() {
    this.isHoldingScripts = false
    for (const response of this.scripts.splice(0).reverse()) sendScript(response)
  }

  /** Sends the delayed answers of the route identity, each for the customer at the time of its request. */
  sendIdentities() {
    this.isHoldingIdentities = false
    for (const send of this.heldIdentities.splice(0)) send()
  }

  #application(bundle) {
    const site = this
    const { router } = deskseal({
      user: () => {
        const { customer } = this
        if (!this.isHoldingIdentities) return customer
        return new Promise((resolve) => this.heldIdentities.push(() => resolve(customer)))
      },
      ticketCenter: {
        helpdeskId: 'desk-1',
        get secret() {
          return site.secret
        },
      },
      debug: false,
      log() {},
    })
    const app = express()
    const identity = (request, response, next) => {
      this.identityRequests += 1
      router(request, response, next)
    }
    app.use('/deskseal', identity)
    app.use('/other', identity)
    app.get('/', (request, response) => {
      response.set('Content-Security-Policy', this.policy)
      response.send(`<!doctype html><link rel="icon" href="data:,"><main id="app"></main>
        <script nonce="${NONCE}">${bundle}</script>`)
    })
    app.get('/elsewhere', (request, response) => response.send('<h1>Elsewhere</h1>'))
    app.get('/ticket-center.js', (request, response) => {
      if (this.isFailing) response.sendStatus(503)
      else if (this.isHoldingScripts) this.scripts.push(response)
      else sendScript(response)
    })
    return app
  }
}

/** Starts an API on another origin, which knows the customer by a cookie and lets the site ask. */
export async function startApi(t, site) {
  const { router } = deskseal({
    user: ({ headers }) => (headers.cookie?.includes('session=ada') ? site.customer : null),
    ticketCenter: { helpdeskId: 'desk-1', secret: SECRET },
  })
  const app = express()
  app.use((request, response, next) => {
    response.set('Access-Control-Allow-Origin', site.origin)
    response.set('Access-Control-Allow-Credentials', 'true')
    router(request, response, next)
  })
  const server = createServer(app)
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.close()
    server.closeAllConnections()
  })
  return `http://127.0.0.1:${server.address().port}`
}

function sendScript(response) {
  response.set('Cache-Control', 'no-store')
  response.type('js').send(readFileSync('tests/pages/ticket-center.js'))
}

/** Goes back to a page that the browser may have kept, which then does not load. */
export function goBack(page) {
  return page.goBack({ waitUntil: 'commit' })
}

/** Clicks a link to the portal's route, and returns how often it was signed, and the portal visited. */
export async function clickPortalLink(page, link) {
  const counts = { signed: 0, visits: 0 }
  page.on('response', (response) => {
    const isPortal = new URL(response.url()).pathname === '/deskseal/portal'
    if (isPortal && response.status() === 303) counts.signed += 1
  })
  await page.route('https://help.company.com/**', (route) => {
    counts.visits += 1
    return route.fulfill({ body: '<h1>Portal</h1>', contentType: 'text/html' })
  })
  await link.hover()
  await link.click()
  await page.getByRole('heading', { name: 'Portal' }).waitFor()
  return counts
}

/** Answers the page's request for the vendor's script. */
export function serveScript(page) {
  return page.route('https://helpdesky.io/ticket-center.js', (route) =>
    route.fulfill({ path: 'tests/pages/ticket-center.js', contentType: 'text/javascript' }),
  )
}
