// A link to the portal's route on pages of libraries that fetch what links lead to, in a real browser.

import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import test, { after, before } from 'node:test'
import { Verifier } from 'deskseal'
import { deskseal } from 'deskseal/express'
import express from 'express'
import { launch } from './site.mjs'

const PORTAL_SECRET = 'another-secret-for-documentation'

const library = (path, kind = '') => `<script ${kind} src="/libraries/${path}"></script>`
const speculation = (kind) =>
  `<script type="speculationrules">${JSON.stringify({
    [kind]: [{ source: 'list', urls: ['/deskseal/portal'], eagerness: 'immediate' }],
  })}</script>`

/** What each page has in its head and around the link; and whether it fetches the link before a click. */
const PAGES = {
  'no library': {},
  'htmx 2': { head: library('htmx.org/dist/htmx.js'), body: 'hx-boost="true"' },
  'htmx 1.9': { head: library('htmx-1/dist/htmx.js'), body: 'hx-boost="true"' },
  'Turbo 8': {
    head: library('@hotwired/turbo/dist/turbo.es2017-umd.js'),
    fetchesAhead: true,
  },
  'Turbo 8 without prefetching': {
    head: `<meta name="turbo-prefetch" content="false">
      ${library('@hotwired/turbo/dist/turbo.es2017-umd.js')}`,
  },
  "a Turbo frame's link": {
    head: library('@hotwired/turbo/dist/turbo.es2017-umd.js'),
    around: (link) => `<turbo-frame id="menu">${link}</turbo-frame>`,
    fetchesAhead: true,
  },
  'instant.page': {
    head: library('instant.page/instantpage.js', 'type="module"'),
    body: 'data-instant-intensity="0"',
    fetchesAhead: true,
  },
  'a prefetched link': {
    head: '<link rel="prefetch" href="/deskseal/portal">',
    fetchesAhead: true,
  },
  'speculation rules that prefetch': { head: speculation('prefetch'), fetchesAhead: true },
  'speculation rules that prerender': { head: speculation('prerender'), fetchesAhead: true },
  "a library like Livewire's wire:navigate": {
    head: '<script src="/pages/navigate.js"></script>',
    fetchesAhead: true,
  },
  'a service worker that hands visits on': { worker: 'fetch(event.request)' },
  'a library that fetches, and a service worker that hands on': {
    head: library('@hotwired/turbo/dist/turbo.es2017-umd.js'),
    worker: 'fetch(event.request)',
    fetchesAhead: true,
  },
}

let browser
before(async () => (browser = await launch()))
after(() => browser.close())

for (const [name, content] of Object.entries(PAGES)) {
  test(`${name}: a click on the portal's link makes one signature and one visit`, async (t) => {
    const { site, portal, page } = await visit(t, content)
    const before = await page.evaluate('history.length')
    const link = page.getByRole('link', { name: 'Help' })
    await link.hover()
    if (content.fetchesAhead) await until(() => site.requests > 0)
    assert.equal(site.signed, 0)
    await link.click()
    await page.getByRole('heading', { name: 'Portal of 42' }).waitFor()
    assert.deepEqual([site.signed, portal.visits], [1, 1])
    assert.equal(await page.evaluate('history.length'), before + 1)
    assert.deepEqual(page.complaints, [])
  })

  test(`${name}: after the portal, going back shows the page with the link`, async (t) => {
    const { site, portal, page } = await visit(t, content)
    await page.getByRole('link', { name: 'Help' }).click()
    await page.getByRole('heading', { name: 'Portal of 42' }).waitFor()
    await page.goBack({ waitUntil: 'commit' })
    await page.getByRole('link', { name: 'Help' }).waitFor()
    assert.equal(new URL(page.url()).pathname, '/')
    assert.deepEqual([site.signed, portal.visits], [1, 1])
  })
}

test('a service worker that fetches navigations gets a link, without an endless loop', async (t) => {
  const { site, page } = await visit(t, { worker: 'fetch(event.request.url)' })
  await page.getByRole('link', { name: 'Help' }).click()
  await page.waitForURL('**/deskseal/portal?again')
  await page.getByRole('link', { name: 'Contact support' }).waitFor()
  assert.deepEqual([site.signed, site.requests], [0, 2])
})

/** Starts a site and its portal, which is another origin, and opens the site's page. */
async function visit(t, { head = '', body = '', around = (link) => link, worker }) {
  const portal = await started(t, portalApp)
  const site = await started(t, (app, own) => siteApp(app, own, portal.origin))
  site.page = `<!doctype html><html><head><title>Shop</title><link rel="icon" href="data:,">${head}</head>
    <body ${body}><h1>Shop</h1>${around('<a href="/deskseal/portal">Help</a>')}</body></html>`
  site.worker = worker
  const context = await browser.newContext()
  t.after(() => context.close())
  const page = await context.newPage()
  if (worker) {
    await page.goto(`${site.origin}/register`)
    await page.waitForFunction('document.title === "controlled"')
  }
  page.complaints = []
  page.on('console', (message) => {
    if (message.type() === 'error') page.complaints.push(message.text())
  })
  page.on('pageerror', (error) => page.complaints.push(error.message))
  await page.goto(site.origin)
  return { site, portal, page }
}

async function started(t, fill) {
  const app = express()
  const own = { requests: 0, signed: 0, visits: 0 }
  const server = createServer(app)
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  own.origin = `http://127.0.0.1:${server.address().port}`
  fill(app, own)
  t.after(() => {
    server.close()
    server.closeAllConnections()
  })
  return own
}

function siteApp(app, site, portalUrl) {
  const { router } = deskseal({
    user: () => ({ id: 42 }),
    portal: { url: portalUrl, secret: PORTAL_SECRET },
  })
  app.use('/deskseal', (request, response, next) => {
    site.requests += 1
    response.on('finish', () => {
      if (/user_id_signature=/.test(response.getHeader('Location'))) site.signed += 1
    })
    router(request, response, next)
  })
  app.use('/libraries', express.static('node_modules'))
  app.use('/pages', express.static('tests/pages'))
  app.get('/', (request, response) => response.send(site.page))
  app.get('/register', (request, response) =>
    response.send(`<!doctype html><link rel="icon" href="data:,"><script>
      navigator.serviceWorker.addEventListener('controllerchange', () => (document.title = 'controlled'))
      navigator.serviceWorker.register('/worker.js')</script>`),
  )
  app.get('/worker.js', (request, response) =>
    response.type('js')
      .send(`addEventListener('activate', (event) => event.waitUntil(clients.claim()))
      addEventListener('fetch', (event) => event.respondWith(${site.worker}))`),
  )
}

function portalApp(app, portal) {
  const verifier = new Verifier(PORTAL_SECRET)
  app.get('/submit-ticket', (request, response) => {
    portal.visits += 1
    const { userId } = verifier.verifyLink('127.0.0.1', request.originalUrl)
    response.send(`<!doctype html><link rel="icon" href="data:,"><h1>Portal of ${userId}</h1>`)
  })
}

async function until(condition) {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 10))
}
