// The README's application of Next.js, built in each way and visited with a browser.

import assert from 'node:assert/strict'
import { appendFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import test, { after, before } from 'node:test'
import { Signer, Verifier, generateSecret } from 'deskseal'
import { deskseal, withDeskseal } from 'deskseal/next'
import { writeSnippets } from './readme.mjs'
import { assertNoSecret, assertPrinted, get, run, start } from './running.mjs'
import { clickPortalLink, launch, serveScript } from './site.mjs'

const NEXT = createRequire(import.meta.url).resolve('next/dist/bin/next')
const SECRETS = {
  HELPDESKY_HMAC_SECRET: generateSecret(),
  LETTERBOOK_PORTAL_TICKET_SECRET: generateSecret(),
}
const SIGNATURE = new Signer(SECRETS.HELPDESKY_HMAC_SECRET).signEmail('ada@example.com').signature
const PUBLIC_FORM = 'https://help.company.com/submit-ticket'
const ADA = { id: 42, email: ' Ada@Example.com ' }

let browser
before(async () => (browser = await launch()))
after(() => browser.close())

/** Ways to build: an option, perhaps a configuration, and how Next.js lists the support page. */
const WAYS = {
  Turbopack: { option: '--turbopack', mark: 'ƒ' },
  webpack: { option: '--webpack', mark: 'ƒ' },
  'Cache Components': {
    option: '--turbopack',
    config: { cacheComponents: true, partialPrefetching: true },
    mark: '◐',
  },
}

for (const [way, { option, config, mark }] of Object.entries(WAYS)) {
  const app = mkdtempSync(join(process.cwd(), 'next-'))
  let site

  test(`${way}: the README's application is built without a secret`, () => {
    cpSync('tests/next-app', app, { recursive: true })
    assert.deepEqual(writeSnippets('Next.js', app), [
      'lib/deskseal.js',
      'app/deskseal/[answer]/route.js',
      'app/support/page.jsx',
      'next.config.mjs',
      'app/submit-ticket/route.js',
    ])
    if (config) configure(app, config)
    const { status, output } = run(app, NEXT, ['build', option])
    assert.equal(status, 0, output)
    assert.match(output, new RegExp(`${mark} /support`))
    assert.match(output, /ƒ \/deskseal\/\[answer\]/)
    assert.match(output, /ƒ \/submit-ticket/)
  })

  test(`${way}: the built application signs`, async (t) => {
    site = await start(t, app, NEXT, ['start', '-p', '0', '-H', '127.0.0.1'], SECRETS)

    await t.test('the identity, privately', async () => {
      const answer = await visit('/deskseal/identity', ADA)
      assert.equal(answer.status, 200)
      assert.equal(answer.headers.get('cache-control'), 'private, no-store')
      assert.deepEqual(await answer.json(), {
        email: 'ada@example.com',
        signature: SIGNATURE,
        helpdeskId: 'desk-1',
      })
    })

    await t.test('a page, privately', async () => {
      const page = await visit('/support', ADA)
      assert.match(page.headers.get('cache-control'), /private.*no-store/)
      assert.match(await page.text(), new RegExp(SIGNATURE))
    })

    await t.test('an anonymous visitor gets no identity', async () => {
      assert.equal((await visit('/deskseal/identity')).status, 204)
      const page = await (await visit('/support')).text()
      assert.doesNotMatch(page, /signature|Contact support/)
      const { status, headers } = await visit('/deskseal/portal')
      assert.deepEqual([status, headers.get('location')], [303, PUBLIC_FORM])
      assert.equal((await visit('/deskseal/other')).status, 404)
    })

    await t.test('the portal link when it is followed', async () => {
      const { status, headers } = await visit('/deskseal/portal', ADA)
      assert.equal(status, 303)
      const link = headers.get('location')
      const verifier = new Verifier(SECRETS.LETTERBOOK_PORTAL_TICKET_SECRET)
      assert.equal(verifier.verifyLink('help.company.com', link).userId, '42')
      const path = link.slice('https://help.company.com'.length)
      assert.equal(await (await visit(path)).text(), '42')
      assert.equal(await (await visit('/submit-ticket')).text(), 'public')
      assert.equal((await visit(`${path}&user_id=43`)).status, 500)
      await assertPrinted(t, site, /identity_repeated/)
    })

    await t.test('but not a customer without an address', async () => {
      const page = await visit('/support', { id: 43, email: '' })
      assert.equal(page.status, 200)
      assert.match(await page.text(), new RegExp(`<a href="${PUBLIC_FORM}">Contact support</a>`))
      const answer = await visit('/deskseal/identity', { email: '' })
      assert.equal(answer.status, 422)
      assert.deepEqual(await answer.json(), { error: { code: 'email_empty' } })
      await assertPrinted(t, site, /Deskseal: email_empty: /)
    })

    await t.test('and the browser shows and removes the Ticket Center', async (t) => {
      const page = await visitor(t, ADA)
      await page.goto(`${site.origin}/support`)
      await page.getByText(`ada@example.com ${SIGNATURE} desk-1`).waitFor()
      await page.getByRole('link', { name: 'Start' }).click()
      await page.getByRole('heading', { name: 'Start' }).waitFor()
      await page.waitForFunction(() => !document.querySelector('script[data-signature]'))
      await page.getByRole('link', { name: 'Support' }).click()
      await page.getByText(`ada@example.com ${SIGNATURE} desk-1`).waitFor()
      assert.deepEqual(page.failures, [])
    })

    await t.test('a Link to the portal is one signature and one visit', async (t) => {
      const page = await visitor(t, ADA)
      await page.goto(site.origin)
      const counts = await clickPortalLink(page, page.getByRole('link', { name: 'Help' }))
      assert.deepEqual(counts, { signed: 1, visits: 1 })
    })

    // A page that is built before its request cannot have the request's nonce.
    if (mark === 'ƒ') {
      await t.test('also on a page with a strict policy and trusted types', async (t) => {
        const page = await visitor(t, ADA)
        await page.goto(`${site.origin}/strict`)
        await page.getByText(`ada@example.com ${SIGNATURE} desk-1`).waitFor()
        const tag = page.locator('script[data-signature]')
        const nonce = await tag.evaluate((script) => script.nonce)
        const policy = (await visit('/strict', ADA)).headers.get('content-security-policy')
        assert.ok(nonce.length > 20 && policy.includes("'strict-dynamic'"))
        assert.deepEqual(page.failures, [])
      })
    }

    await t.test('and nothing of it has the secrets', () => {
      const built = ['static', 'server'].map((name) => join(app, '.next', name))
      assertNoSecret(built, Object.values(SECRETS))
      for (const secret of Object.values(SECRETS)) {
        assert.ok(!site.printed.join('').includes(secret))
      }
    })
  })

  test(`${way}: a product without a secret does not use the other product's`, async (t) => {
    const { LETTERBOOK_PORTAL_TICKET_SECRET } = SECRETS
    const options = ['start', '-p', '0', '-H', '127.0.0.1']
    site = await start(t, app, NEXT, options, { LETTERBOOK_PORTAL_TICKET_SECRET })
    const page = await visit('/support', ADA)
    assert.equal(page.status, 200)
    assert.match(await page.text(), new RegExp(`<a href="${PUBLIC_FORM}">Contact support</a>`))
    const answer = await visit('/deskseal/identity', ADA)
    assert.equal(answer.status, 503)
    assert.equal(answer.headers.get('cache-control'), 'private, no-store')
    assert.deepEqual(await answer.json(), { error: { code: 'secret_missing' } })
    assert.match((await visit('/deskseal/portal', ADA)).headers.get('location'), /user_id=42&/)
    await assertPrinted(t, site, /Deskseal: secret_missing: /)
  })

  async function visitor(t, customer) {
    const context = await browser.newContext()
    t.after(() => context.close())
    await context.addCookies([{ name: 'user', value: cookieOf(customer), url: site.origin }])
    const page = await context.newPage()
    page.failures = []
    page.on('pageerror', (error) => page.failures.push(error.message))
    await serveScript(page)
    return page
  }

  async function visit(path, customer) {
    const headers = customer ? { cookie: `user=${cookieOf(customer)}` } : {}
    return get(site.origin + path, headers)
  }
}

const STATIC_PAGES = {
  'by force-static': {
    config: {},
    code: "export const dynamic = 'force-static'",
    sentence: /built once for all visitors: remove `export const dynamic = "force-static"` from/,
  },
  // Next.js rejects this one itself.
  'by "use cache"': {
    config: { cacheComponents: true, partialPrefetching: true },
    code: "'use cache'",
    sentence: /`headers\(\)` can't be read inside `"use cache"`/,
  },
}

for (const [way, { config, code, sentence }] of Object.entries(STATIC_PAGES)) {
  test(`a page that is static ${way} is not built`, () => {
    const app = applicationOfReadme()
    configure(app, config)
    mkdirSync(join(app, 'app/static'))
    const component = 'export default async function Static() { return <TicketCenter /> }'
    const page = [code, "import { TicketCenter } from '../../lib/deskseal'", component]
    writeFileSync(join(app, 'app/static/page.jsx'), page.join('\n'))
    const { status, output } = run(app, NEXT, ['build', '--turbopack'])
    assert.notEqual(status, 0)
    assert.match(output, sentence)
  })
}

const REJECTED_ROUTES = {
  'is static': {
    code: `export const dynamic = 'force-static'
      export const generateStaticParams = () => [{ answer: 'identity' }]`,
    sentence: /built once for all visitors: remove `export const dynamic = "force-static"` from/,
  },
}

for (const [what, { code, sentence }] of Object.entries(REJECTED_ROUTES)) {
  test(`a route that ${what} is not built`, () => {
    const app = applicationOfReadme()
    appendFileSync(join(app, 'app/deskseal/[answer]/route.js'), code)
    const { status, output } = run(app, NEXT, ['build', '--turbopack'])
    assert.notEqual(status, 0)
    assert.match(output, sentence)
  })
}

for (const option of ['--turbopack', '--webpack']) {
  test(`${option}: routes and middleware of the edge runtime sign`, async (t) => {
    const app = applicationOfReadme()
    appendFileSync(join(app, 'app/deskseal/[answer]/route.js'), "export const runtime = 'edge'\n")
    rmSync(join(app, 'proxy.js'))
    writeFileSync(join(app, 'middleware.js'), MIDDLEWARE)
    const { status, output } = run(app, NEXT, ['build', option])
    assert.equal(status, 0, output)
    const site = await start(t, app, NEXT, ['start', '-p', '0', '-H', '127.0.0.1'], SECRETS)
    const cookie = `user=${cookieOf(ADA)}`
    const answer = await get(`${site.origin}/deskseal/identity`, { cookie })
    assert.equal(answer.status, 200, site.printed.join(''))
    assert.equal((await answer.json()).signature, SIGNATURE)
    assert.equal(answer.headers.get('x-signature'), SIGNATURE)
    const { headers } = await get(`${site.origin}/deskseal/portal`, { cookie })
    const verifier = new Verifier(SECRETS.LETTERBOOK_PORTAL_TICKET_SECRET)
    assert.equal(verifier.verifyLink('help.company.com', headers.get('location')).userId, '42')
  })
}

/** Signs for each request, in the edge runtime. */
const MIDDLEWARE = `
  import { NextResponse } from 'next/server'
  import { Signer } from 'deskseal'

  export function middleware() {
    const { signature } = Signer.fromEnv('HELPDESKY_HMAC_SECRET').signEmail('ada@example.com')
    return NextResponse.next({ headers: { 'x-signature': signature } })
  }
`

test('headers that let caches keep pages print a warning', async (t) => {
  const { mock } = t.mock.method(console, 'warn', () => {})
  const headers = (source, value) => ({ source, headers: [{ key: 'cache-control', value }] })
  const rules = [
    headers('/support', 'private, no-store'),
    headers('/_next/static/:path*', 'public, max-age=60'),
    { source: '/:path*', headers: [{ key: 'X-Frame-Options', value: 'DENY' }] },
  ]
  assert.deepEqual(await withDeskseal({ headers: () => rules }).headers(), rules)
  assert.equal(mock.callCount(), 0)
  rules.push(headers('/:path*', 'public, max-age=60'))
  await withDeskseal({ headers: async () => rules }).headers()
  assert.equal(mock.callCount(), 1)
  const [line] = mock.calls[0].arguments
  assert.match(
    line,
    /"Cache-Control: public, max-age=60" for \/:path\*: exclude pages with a Ticket/,
  )
})

test('in development, errors are thrown', async () => {
  const { GET } = deskseal({ user: () => ({ email: '' }), debug: true })
  const answer = GET(new Request('http://localhost/deskseal/identity'))
  await assert.rejects(answer, { code: 'secret_missing' })
})

test('a page of another site gets an identity only if its origin is listed', async () => {
  const ticketCenter = {
    helpdeskId: 'desk-1',
    secret: generateSecret(),
    origins: ['https://app.example.com'],
  }
  const { GET } = deskseal({ user: () => ADA, ticketCenter })
  const answerFor = (headers) =>
    GET(new Request('http://localhost/deskseal/identity', { headers: { ...headers } }))
  const site = { 'sec-fetch-site': 'cross-site' }
  for (const [status, headers] of [
    [403, site],
    [403, { ...site, origin: 'https://other.example' }],
    [200, { ...site, origin: 'https://app.example.com' }],
    [200, { 'sec-fetch-site': 'same-origin' }],
    [200, { 'sec-fetch-site': 'same-site' }],
    [200, { 'sec-fetch-site': 'none' }],
    [200, {}],
  ]) {
    const answer = await answerFor(headers)
    assert.equal(answer.status, status)
    assert.equal(answer.headers.get('cache-control'), 'private, no-store')
    assert.equal(answer.headers.get('cross-origin-resource-policy'), 'same-origin')
    assert.equal(answer.headers.get('x-content-type-options'), 'nosniff')
  }
  const other = { ...ticketCenter, origins: ['https://app.example.com/'] }
  assert.throws(
    () => deskseal({ user: () => ADA, ticketCenter: other }),
    /"ticketCenter\.origins" has .* not an origin/,
  )
})

test('a secret in next.config throws, and is named', () => {
  const env = { HELPDESKY_HMAC_SECRET: SECRETS.HELPDESKY_HMAC_SECRET }
  assert.throws(
    () => withDeskseal({ env }),
    /"env" in next\.config has HELPDESKY_HMAC_SECRET, .* code for browsers/,
  )
  assert.deepEqual(withDeskseal({ env: { COLOUR: 'red' } }).env, { COLOUR: 'red' })
})

test('without a function "user" the integration throws', () => {
  assert.throws(() => deskseal({}), /^TypeError: Deskseal: set "user" to a function/)
})

test('a static export throws', () => {
  assert.throws(
    () => withDeskseal({ output: 'export' }),
    /remove `output: "export"` from next\.config/,
  )
  assert.equal(withDeskseal({ output: 'standalone' }).output, 'standalone')
})

test('withDeskseal keeps the settings of the configuration', async () => {
  const config = withDeskseal({
    poweredByHeader: false,
    serverExternalPackages: ['deskseal', 'pg'],
    webpack: (webpack) => ({ ...webpack, mode: 'none', externals: 'pg' }),
  })
  assert.equal(config.poweredByHeader, false)
  assert.ok(config.serverExternalPackages.includes('pg'))
  assert.ok(config.serverExternalPackages.includes('deskseal-linux-x64-gnu'))
  assert.ok(!config.serverExternalPackages.includes('deskseal'))
  assert.equal(config.turbopack, undefined)
  const { mode, externals } = config.webpack({}, {})
  assert.deepEqual([mode, externals[0], externals.length], ['none', 'pg', 2])
  const called = await withDeskseal(async (phase) => ({ env: { PHASE: phase } }))('build')
  assert.deepEqual(called.env, { PHASE: 'build' })
})

test('the route is called in a test without a server', async () => {
  const secret = SECRETS.HELPDESKY_HMAC_SECRET
  const { GET } = deskseal({ user: () => ADA, ticketCenter: { helpdeskId: 'desk-1', secret } })
  // With `trailingSlash`, Next.js has one.
  for (const url of ['http://localhost/deskseal/identity', 'http://localhost/deskseal/identity/']) {
    const answer = await GET(new Request(url))
    assert.equal((await answer.json()).signature, SIGNATURE)
  }
})

test('a user that is false, an empty text or 0 is an anonymous visitor', async () => {
  const portal = { url: 'https://help.company.com' }
  for (const user of [false, '', 0]) {
    const { GET } = deskseal({ user: async () => user, portal, debug: true })
    assert.equal((await GET(new Request('http://localhost/deskseal/identity'))).status, 204)
    const { headers } = await GET(new Request('http://localhost/deskseal/portal'))
    assert.equal(headers.get('location'), PUBLIC_FORM)
  }
})

test('CommonJS has the same exports', () => {
  const required = createRequire(import.meta.url)('deskseal/next')
  assert.deepEqual(Object.keys(required), ['deskseal', 'withDeskseal'])
})

function applicationOfReadme() {
  const app = mkdtempSync(join(process.cwd(), 'next-'))
  cpSync('tests/next-app', app, { recursive: true })
  writeSnippets('Next.js', app)
  return app
}

function configure(app, config) {
  const code = `import { withDeskseal } from 'deskseal/next'
    export default withDeskseal(${JSON.stringify(config)})`
  writeFileSync(join(app, 'next.config.mjs'), code)
}

function cookieOf(customer) {
  return encodeURIComponent(JSON.stringify(customer))
}
