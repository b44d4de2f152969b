// The README's application of Astro, built and run by Node.js.

import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { after, before } from 'node:test'
import { Signer, Verifier, generateSecret } from 'deskseal'
import deskseal from 'deskseal/astro'
import { writeSnippets } from './readme.mjs'
import { assertNoSecret, assertPrinted, freePort, get, run, start } from './running.mjs'
import { clickPortalLink, launch, serveScript } from './site.mjs'

const TSC = join(process.cwd(), 'node_modules/typescript/bin/tsc')
const ASTRO = join(process.cwd(), 'node_modules/astro/bin/astro.mjs')
const SECRETS = {
  HELPDESKY_HMAC_SECRET: generateSecret(),
  LETTERBOOK_PORTAL_TICKET_SECRET: generateSecret(),
}
const SIGNATURE = new Signer(SECRETS.HELPDESKY_HMAC_SECRET).signEmail('ada@example.com').signature
const PUBLIC_FORM = 'https://help.company.com/submit-ticket'
const ADA = { id: 42, email: ' Ada@Example.com ' }
const GRACE = { id: 43, email: 'grace@example.com' }

const app = mkdtempSync(join(process.cwd(), 'astro-'))
let site
let browser
before(async () => (browser = await launch()))
after(() => browser.close())

test("the README's application is built without a secret", () => {
  cpSync('tests/astro-app', app, { recursive: true })
  const paths = ['astro.config.mjs', 'src/pages/support.astro', 'src/pages/submit-ticket.js']
  assert.deepEqual(writeSnippets('Astro', app), paths)
  const { status, output } = run(app, ASTRO, ['build'])
  assert.equal(status, 0, output)
})

test('the built application signs', async (t) => {
  const server = join(app, 'dist/server/entry.mjs')
  site = await start(t, app, server, [], { ...SECRETS, HOST: '127.0.0.1', PORT: await freePort() })

  await t.test('the identity, privately', async () => {
    const answer = await visit('/deskseal/identity', ADA)
    assert.equal(answer.headers.get('cache-control'), 'private, no-store')
    assert.deepEqual(await answer.json(), {
      email: 'ada@example.com',
      signature: SIGNATURE,
      helpdeskId: 'desk-1',
    })
  })

  await t.test('no identity for a page of another site', async () => {
    const answer = await get(`${site.origin}/deskseal/identity`, {
      cookie: `user=${cookieOf(ADA)}`,
      'sec-fetch-site': 'cross-site',
    })
    assert.equal(answer.status, 403)
    assert.equal(answer.headers.get('cross-origin-resource-policy'), 'same-origin')
    assert.equal(answer.headers.get('x-content-type-options'), 'nosniff')
    assert.deepEqual(await answer.json(), { error: { code: 'cross_site' } })
  })

  await t.test('a page, privately, with the script as it is', async () => {
    const page = await visit('/support', ADA)
    assert.equal(page.headers.get('cache-control'), 'private, no-store')
    const html = await page.text()
    assert.match(
      html,
      /<div id="hdh-ticket-center"><\/div><script data-astro-rerun src="https:\/\/helpdesky\.io\//,
    )
    assert.match(html, new RegExp(`data-signature="${SIGNATURE}"`))
  })

  await t.test('an anonymous visitor gets no identity', async () => {
    assert.equal((await visit('/deskseal/identity')).status, 204)
    const page = await visit('/support')
    assert.equal(page.headers.get('cache-control'), null)
    assert.doesNotMatch(await page.text(), /hdh-ticket-center|Contact support/)
    const { status, headers } = await visit('/deskseal/portal')
    assert.deepEqual([status, headers.get('location')], [303, PUBLIC_FORM])
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
    const repeated = await visit(`${path}&user_id=43`)
    assert.deepEqual([repeated.status, await repeated.text()], [500, ''])
    await assertPrinted(t, site, /VerificationError: .*more than once/)
  })

  await t.test('but not a customer without an address', async () => {
    const page = await visit('/support', { id: 43, email: '' })
    assert.equal(page.status, 200)
    assert.match(await page.text(), new RegExp(`<a href="${PUBLIC_FORM}">Contact support</a>`))
    assert.match(await (await visit('/cached', { email: '' })).text(), /<p>Call us\.<\/p>/)
    const answer = await visit('/deskseal/identity', { email: '' })
    assert.equal(answer.status, 422)
    assert.deepEqual(await answer.json(), { error: { code: 'email_empty' } })
    await assertPrinted(t, site, /Deskseal: email_empty: /)
  })

  await t.test('and view transitions show the next customer, or none', async (t) => {
    const page = await visitor(t, ADA)
    const context = page.context()
    const follow = async (name) => {
      await page.getByRole('link', { name }).click()
      await page.getByRole('heading', { name }).waitFor()
    }
    await page.goto(`${site.origin}/moving/support`)
    await page.getByText(`ada@example.com ${SIGNATURE} desk-1`).waitFor()
    await page.evaluate('window.isSameDocument = true')
    await follow('Start')
    assert.equal(await page.evaluate('shutdowns'), 1)
    await follow('Support')
    await page.getByText(`ada@example.com ${SIGNATURE} desk-1`).waitFor()
    await signIn(context, GRACE)
    await follow('Start')
    await follow('Support')
    await page.getByText(/^grace@example\.com [0-9a-f]{64} desk-1$/).waitFor()
    assert.doesNotMatch(await page.content(), /ada@example\.com/)
    await context.clearCookies()
    await follow('Start')
    await follow('Support')
    assert.doesNotMatch(await page.content(), /@example\.com/)
    assert.equal(await page.evaluate('isSameDocument'), true)
  })

  await t.test(
    'and transition:persist keeps the Ticket Center for the same customer only',
    async (t) => {
      const page = await visitor(t, ADA)
      const context = page.context()
      const follow = async (name) => {
        await page.getByRole('link', { name }).click()
        await page.getByRole('heading', { name }).waitFor()
      }
      const place = page.locator('#hdh-ticket-center')
      await page.goto(`${site.origin}/kept/orders`)
      await page.getByText(`ada@example.com ${SIGNATURE} desk-1`).waitFor()
      await place.evaluate((element) => (element.dataset.isKept = 'yes'))
      await follow('Support')
      assert.equal(await place.getAttribute('data-is-kept'), 'yes')
      assert.equal(await page.evaluate('shutdowns'), 0)
      assert.equal(await place.textContent(), `ada@example.com ${SIGNATURE} desk-1`)
      await signIn(context, GRACE)
      await follow('Orders')
      await page.getByText(/^grace@example\.com [0-9a-f]{64} desk-1$/).waitFor()
      assert.doesNotMatch(await page.content(), /ada@example\.com/)
      await context.clearCookies()
      await follow('Support')
      assert.doesNotMatch(await page.content(), /@example\.com/)
      assert.equal(await place.count(), 0)
    },
  )

  await t.test("and the router's link to the portal is one signature and one visit", async (t) => {
    const page = await visitor(t, ADA)
    await page.goto(`${site.origin}/moving/start`)
    const counts = await clickPortalLink(page, page.getByRole('link', { name: 'Help' }))
    assert.deepEqual(counts, { signed: 1, visits: 1 })
  })

  await t.test('and an island in a static page, privately', async (t) => {
    const page = await visitor(t, ADA)
    const answered = page.waitForResponse('**/_server-islands/**')
    await page.goto(`${site.origin}/island`)
    assert.equal(await (await answered).headerValue('cache-control'), 'private, no-store')
    await page.getByText(`ada@example.com ${SIGNATURE} desk-1`).waitFor()
    const html = await (await visit('/island', ADA)).text()
    assert.doesNotMatch(html, /ada@example\.com|data-signature/)
  })

  await t.test('and a policy with a nonce blocks none of its scripts', async (t) => {
    const page = await visitor(t, ADA)
    const blocked = []
    page.on('console', (message) => {
      if (message.text().includes('Content Security Policy')) blocked.push(message.text())
    })
    const answer = await page.goto(`${site.origin}/strict`)
    await page.getByText(`ada@example.com ${SIGNATURE} desk-1`).waitFor()
    assert.deepEqual(blocked, [])
    const [, nonce] = /'nonce-(.+)'/.exec(await answer.headerValue('content-security-policy'))
    const html = await answer.text()
    assert.equal(html.split('<script ').length, html.split(` nonce="${nonce}"`).length)
  })

  await t.test('and warns where a page is cacheable', async () => {
    const page = await (await visit('/cached', ADA)).text()
    assert.match(page, / data-align="left" crossorigin="anonymous" nonce="bm9uY2U="><\/script>/)
    assert.equal(
      page.match(/<script /g).length,
      page.match(/<script [^>]*nonce="bm9uY2U="/g).length,
    )
    await assertPrinted(t, site, /Deskseal: A cache may keep a page that shows a Ticket Center/)
  })

  await t.test('and nothing of it has the secrets', () => {
    assertNoSecret([join(app, 'dist')], Object.values(SECRETS))
    for (const secret of Object.values(SECRETS)) assert.ok(!site.printed.join('').includes(secret))
  })
})

test('without a secret the page works', async (t) => {
  const server = join(app, 'dist/server/entry.mjs')
  site = await start(t, app, server, [], { HOST: '127.0.0.1', PORT: await freePort() })
  assert.match(await (await visit('/support', ADA)).text(), /Contact support/)
  await assertPrinted(t, site, /Deskseal: secret_missing: /)
  const answer = await visit('/deskseal/identity', ADA)
  assert.equal(answer.status, 503)
  assert.equal(answer.headers.get('cache-control'), 'private, no-store')
  assert.deepEqual(await answer.json(), { error: { code: 'secret_missing' } })
})

test("a product without a secret does not use the other product's", async (t) => {
  const server = join(app, 'dist/server/entry.mjs')
  const { HELPDESKY_HMAC_SECRET } = SECRETS
  const address = { HOST: '127.0.0.1', PORT: await freePort() }
  site = await start(t, app, server, [], { HELPDESKY_HMAC_SECRET, ...address })
  assert.equal((await visit('/deskseal/identity', ADA)).status, 200)
  assert.equal((await visit('/deskseal/portal', ADA)).headers.get('location'), PUBLIC_FORM)
})

test('in development it signs, and throws errors', async (t) => {
  const options = ['dev', '--host', '127.0.0.1', '--port', await freePort()]
  site = await start(t, app, ASTRO, options, { ...SECRETS, NODE_ENV: 'development' })
  const page = await visit('/support', ADA)
  assert.equal(page.headers.get('cache-control'), 'private, no-store')
  assert.match(await page.text(), new RegExp(`data-signature="${SIGNATURE}"`))
  assert.equal(await (await visit('/submit-ticket')).text(), 'public')
  assert.equal((await visit('/deskseal/identity', { email: '' })).status, 500)
  await assertPrinted(t, site, /\[ERROR\].*e-?mail/i)
})

test('a static page is not built', () => {
  const page = '---\nimport TicketCenter from "deskseal/astro/TicketCenter.astro"\n'
  writeFileSync(
    join(app, 'src/pages/static.astro'),
    `${page}export const prerender = true\n---\n<TicketCenter />\n`,
  )
  const { status, output } = run(app, ASTRO, ['build'])
  assert.notEqual(status, 0)
  assert.match(
    output,
    /add `export const prerender = false` to it, set `output: "server"` in astro\.config, or/,
  )
})

test('the types are as strict as Astro itself recommends', () => {
  const config = { extends: 'astro/tsconfigs/strictest', include: ['astro.mts'] }
  cpSync('tests/types', join(app, 'types'), { recursive: true })
  writeFileSync(join(app, 'types/tsconfig.json'), JSON.stringify(config))
  const { status, output } = run(app, TSC, ['--project', 'types'])
  assert.equal(status, 0, output)
})

test('an application without a server is not built', async () => {
  await assert.rejects(setUp({}), /add an adapter, such as/)
  await setUp({ adapter: { name: '@astrojs/node' } })
})

test('a variable that Astro ships to browsers is rejected', async () => {
  for (const product of ['ticketCenter', 'portal']) {
    const options = {
      [product]: { url: 'https://help.company.com', secretVariable: 'PUBLIC_SECRET' },
    }
    await assert.rejects(setUp({}, options, 'dev'), { code: 'secret_public' })
  }
})

test('without a portal there is no route to it', async () => {
  const patterns = []
  const injectRoute = ({ pattern }) => patterns.push(pattern)
  await setUp({}, {}, 'dev', { injectRoute })
  assert.deepEqual(patterns, ['/deskseal/identity'])
})

function setUp(config, options = {}, command = 'build', hooks = {}) {
  const nothing = () => {}
  const setup = { updateConfig: nothing, addMiddleware: nothing, injectRoute: nothing, ...hooks }
  return deskseal(options).hooks['astro:config:setup']({ command, config, ...setup })
}

async function visitor(t, customer) {
  const context = await browser.newContext()
  t.after(() => context.close())
  await signIn(context, customer)
  const page = await context.newPage()
  await serveScript(page)
  return page
}

function signIn(context, customer) {
  return context.addCookies([{ name: 'user', value: cookieOf(customer), url: site.origin }])
}

function visit(path, customer) {
  const headers = customer ? { cookie: `user=${cookieOf(customer)}` } : {}
  return get(site.origin + path, headers)
}

function cookieOf(customer) {
  return encodeURIComponent(JSON.stringify(customer))
}
