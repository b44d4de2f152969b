// Pages with a Ticket Center that htmx and Turbo replace: with which policies the script runs after a visit, and
// which data of the customer remains if the script is not loaded.

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import test, { after, before } from 'node:test'
import { deskseal } from 'deskseal/express'
import express from 'express'
import { launch } from './site.mjs'

const SECRET = 'a-secret-of-no-documentation'

const LIBRARIES = {
  'htmx 2': { script: 'htmx.org/dist/htmx.js', body: 'hx-boost="true"' },
  'htmx 1.9': { script: 'htmx-1/dist/htmx.js', body: 'hx-boost="true"' },
  'Turbo 8': { script: '@hotwired/turbo/dist/turbo.es2017-umd.js', body: '' },
}

/** How a page lets its scripts run: what the policy has, and the nonce of the tags. */
const POLICIES = {
  'a nonce for each answer': {
    runs: () => false,
    nonceOf: () => randomBytes(16).toString('base64'),
    sources: (nonce) => `'self' 'nonce-${nonce}'`,
  },
  'a nonce for the session': {
    // It finds the nonce of a tag in its attribute alone, where browsers hide it.
    runs: (name) => name !== 'htmx 1.9',
    nonceOf: (session) => session,
    sources: (nonce) => `'self' 'nonce-${nonce}'`,
  },
  "the desk's origin": {
    runs: () => true,
    nonceOf: () => undefined,
    sources: (nonce, desk) => `'self' ${desk}`,
  },
}

let browser
before(async () => (browser = await launch()))
after(() => browser.close())

for (const [name, library] of Object.entries(LIBRARIES)) {
  for (const [kind, policy] of Object.entries(POLICIES)) {
    const runs = policy.runs(name)
    const happens = runs ? 'runs' : 'is blocked'
    test(`${name}: by ${kind}, the script ${happens} after a visit`, async (t) => {
      const { page } = await visit(t, library, policy)
      const asked = page.waitForResponse((answer) => answer.url().endsWith('/ticket-center.js'))
      const blocked = page.waitForEvent('console', (said) => /content security/i.test(said.text()))
      await page.getByRole('link', { name: 'Support' }).click()
      await page.getByRole('heading', { name: 'Support' }).waitFor()
      assert.equal(await page.evaluate('isSameDocument'), true)
      if (runs) {
        await asked
        await page.getByText(/^ada@example\.com [0-9a-f]{64} desk-1$/).waitFor()
        blocked.catch(() => {})
      } else {
        await blocked
        asked.catch(() => {})
        assert.equal(await page.locator('#hdh-ticket-center').textContent(), '')
      }
    })
  }

  test(`${name}: a page whose script was not loaded is in no copy after signing out`, async (t) => {
    const { site, page } = await visit(t, library, POLICIES["the desk's origin"])
    await page.route('**/ticket-center.js', (route) => route.abort())
    await page.getByRole('link', { name: 'Support' }).click()
    await page.locator('script[data-signature]').waitFor({ state: 'attached' })
    await page.getByRole('link', { name: 'Start' }).click()
    await page.getByRole('heading', { name: 'Start' }).waitFor()
    const stored = await page.evaluate(() =>
      JSON.stringify([{ ...sessionStorage }, { ...localStorage }]),
    )
    assert.doesNotMatch(stored, /ada@example\.com|data-signature/)
    site.customer = null
    await page.goBack()
    await page.getByRole('heading', { name: 'Support' }).waitFor()
    assert.doesNotMatch(await page.content(), /ada@example\.com|data-signature/)
  })
}

/** Starts a site whose pages the library swaps, and its desk, and opens the site's first page. */
async function visit(t, library, policy) {
  const desk = await started(t, (app) => app.use(express.static('tests/pages')))
  const site = { customer: { email: 'Ada@Example.com' }, session: 'c2Vzc2lvbg==' }
  const { views } = deskseal({
    user: () => site.customer,
    ticketCenter: { helpdeskId: 'desk-1', secret: SECRET, scriptUrl: `${desk}/ticket-center.js` },
  })
  const origin = await started(t, (app) => {
    app.use('/libraries', express.static('node_modules'))
    app.use((request, response, next) => {
      response.locals.cspNonce = policy.nonceOf(site.session)
      const sources = policy.sources(response.locals.cspNonce, desk)
      response.set('Content-Security-Policy', `script-src ${sources}`)
      next()
    })
    app.get('/', (request, response) => response.send(pageOf(library, 'Start', '')))
    app.get('/support', views, (request, response) =>
      response.send(pageOf(library, 'Support', response.locals.ticketCenter())),
    )
  })
  const context = await browser.newContext()
  t.after(() => context.close())
  const page = await context.newPage()
  await page.goto(origin)
  await page.evaluate('window.isSameDocument = true')
  return { site, page }
}

function pageOf({ script, body }, title, content) {
  return `<!doctype html><html><head><title>${title}</title><link rel="icon" href="data:,">
    <meta name="turbo-cache-control" content="no-cache"><meta name="turbo-prefetch" content="false">
    <script src="/libraries/${script}"></script></head>
    <body ${body}><a href="/">Start</a> <a href="/support">Support</a><h1>${title}</h1>${content}</body></html>`
}

async function started(t, fill) {
  const app = express()
  fill(app)
  const server = createServer(app)
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.close()
    server.closeAllConnections()
  })
  return `http://127.0.0.1:${server.address().port}`
}
