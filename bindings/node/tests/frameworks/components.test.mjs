// The components of React and Vue in a real browser, on a page with a strict policy.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { after, before } from 'node:test'
import * as esbuild from 'esbuild'
import { NONCE, Site, goBack, launch, startApi } from './site.mjs'

const SIGNATURE = '9e3cbaa0d2d05ce9ae09fabd882161a5e81c5be1c1b8c88b2d7267cf5a711c34'
const ADA = { email: 'ada@example.com', signature: SIGNATURE, helpdeskId: 'desk-1' }
const GRACE = { email: 'grace@example.com', signature: 'f'.repeat(64), helpdeskId: 'desk-1' }
const ADAS_CENTER = `ada@example.com ${SIGNATURE} desk-1`
const PROPS = { scriptUrl: '/ticket-center.js', nonce: NONCE }

const SCHEMA = JSON.parse(
  readFileSync(join(process.env.DESKSEAL_REPOSITORY, 'tests/identity.schema.json')),
)

/** The members of the form with a signature, which the components read. */
const MEMBERS = SCHEMA.oneOf[0].required

const REACT_18 = { react: 'react-18', 'react-dom': 'react-dom-18' }

const COMPONENTS = {
  'React 19': await bundled('react.jsx'),
  'React 18': await bundled('react.jsx', REACT_18),
  Vue: await bundled('vue.js'),
}

let browser
before(async () => (browser = await launch()))
after(() => browser.close())

for (const [name, { code, inputs }] of Object.entries(COMPONENTS)) {
  test(`${name}: the signer is not in the browser's code`, () => {
    const ours = inputs.filter((path) => path.includes('node_modules/deskseal'))
    const files = ours.map((path) => path.split('/').at(-1))
    assert.deepEqual(files.sort(), [
      'defaults.mjs',
      'mount.mjs',
      name === 'Vue' ? 'vue.mjs' : 'react.mjs',
    ])
  })

  test(`${name}: the signed-in customer sees the Ticket Center, once`, async (t) => {
    const { site, page } = await visit(t, code)
    await render(page, PROPS)
    await shows(page, ADAS_CENTER)
    assert.equal(await page.evaluate('runs'), 1)
    const tag = page.locator('script[src="/ticket-center.js"]')
    assert.equal(await tag.count(), 1)
    assert.equal(await tag.evaluate((script) => script.nonce), NONCE)
    assert.ok(site.identityRequests <= 2)
  })

  test(`${name}: with an identity as property, nothing is fetched`, async (t) => {
    const { site, page } = await visit(t, code)
    await render(page, {
      ...PROPS,
      identity: GRACE,
      container: 'support',
      align: 'left',
      crossorigin: true,
    })
    await shows(page, `${GRACE.email} ${GRACE.signature} desk-1`, '#support')
    assert.equal(
      await page.locator('script[data-align="left"][crossorigin="anonymous"]').count(),
      1,
    )
    assert.equal(site.identityRequests, 0)
  })

  test(`${name}: leaving the page removes the Ticket Center, and returning shows it again`, async (t) => {
    const { page } = await visit(t, code)
    await render(page, PROPS)
    await shows(page, ADAS_CENTER)
    await render(page, null)
    await isGone(page)
    assert.equal(await page.evaluate('shutdowns'), 1)
    await render(page, PROPS)
    await shows(page, ADAS_CENTER)
  })

  test(`${name}: logging out removes the Ticket Center`, async (t) => {
    const { page } = await visit(t, code)
    await render(page, { ...PROPS, identity: ADA })
    await shows(page, ADAS_CENTER)
    await render(page, { ...PROPS, identity: null })
    await isGone(page)
    assert.equal(await page.getByText('Write to us.').count(), 0)
  })

  test(`${name}: the same identity in another object changes nothing`, async (t) => {
    const { page } = await visit(t, code)
    await render(page, { ...PROPS, identity: ADA })
    await shows(page, ADAS_CENTER)
    await render(page, { ...PROPS, identity: { ...ADA } })
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)))
    assert.equal(await page.evaluate('runs'), 1)
  })

  test(`${name}: another customer replaces the former one, even if the former one's script is late`, async (t) => {
    const { site, page } = await visit(t, code)
    site.isHoldingScripts = true
    await render(page, { ...PROPS, identity: ADA })
    await until(() => site.scripts.length === 1)
    await render(page, { ...PROPS, identity: GRACE })
    site.sendScripts()
    await shows(page, `${GRACE.email} ${GRACE.signature} desk-1`)
    assert.doesNotMatch(await page.content(), /ada@example\.com/)
  })

  test(`${name}: a customer who left before the script was loaded is not shown`, async (t) => {
    const { site, page } = await visit(t, code)
    site.isHoldingScripts = true
    await render(page, { ...PROPS, identity: ADA })
    await until(() => site.scripts.length === 1)
    await render(page, null)
    site.sendScripts()
    await page.waitForFunction('window.shutdowns > 0')
    await isGone(page)
  })

  if (name !== 'Vue') {
    test(`${name}: a Ticket Center is unchanged after the page was suspended`, async (t) => {
      const { page } = await visit(t, code)
      const props = { ...PROPS, identity: ADA }
      await render(page, props)
      await shows(page, ADAS_CENTER)
      await page.evaluate((given) => window.wait(given), props)
      await page.getByText('Loading').waitFor()
      await page.evaluate('go()')
      await page.getByText('Loading').waitFor({ state: 'detached' })
      await shows(page, ADAS_CENTER)
    })
  }

  test(`${name}: the next customer's heading never stands above the former one's center`, async (t) => {
    const { site, page } = await visit(t, code)
    await render(page, { ...PROPS, identity: ADA })
    await shows(page, ADAS_CENTER)
    site.isHoldingScripts = true
    await page.evaluate(() => {
      const look = () => (window.seenWithHeading = document.querySelector('main').textContent)
      const changes = { subtree: true, characterData: true, childList: true }
      new MutationObserver(look).observe(document.querySelector('h1'), changes)
    })
    await render(page, { ...PROPS, identity: GRACE })
    await page.getByRole('heading', { name: 'grace' }).waitFor()
    assert.equal(await page.evaluate('seenWithHeading'), 'grace')
    await until(() => site.scripts.length === 1)
    assert.equal(await page.locator('main').textContent(), 'grace')
  })

  test(`${name}: the former customer is removed even if the next one's script fails`, async (t) => {
    const { site, page } = await visit(t, code)
    await render(page, { ...PROPS, identity: ADA })
    await shows(page, ADAS_CENTER)
    site.isFailing = true
    await render(page, { ...PROPS, identity: GRACE })
    await page.getByText('Write to us.').waitFor()
    assert.doesNotMatch(await page.locator('main').innerHTML(), /ada@|grace@[^<]*desk-1|9e3cbaa0/)
    site.isFailing = false
    await render(page, { ...PROPS, identity: ADA })
    await shows(page, ADAS_CENTER)
    await render(page, { ...PROPS, identity: GRACE })
    await shows(page, `${GRACE.email} ${GRACE.signature} desk-1`)
    assert.equal(await page.getByText('Write to us.').count(), 0)
  })

  test(`${name}: while another URL is fetched, the former identity is not shown`, async (t) => {
    const { site, page } = await visit(t, code)
    await render(page, PROPS)
    await shows(page, ADAS_CENTER)
    site.customer = { email: GRACE.email }
    site.isHoldingIdentities = true
    await render(page, { ...PROPS, identityUrl: '/other/identity' })
    await until(() => site.heldIdentities.length > 0)
    await isGone(page)
    site.sendIdentities()
    await page.getByText(/^grace@example\.com [0-9a-f]{64} desk-1$/).waitFor()
  })

  test(`${name}: an older answer is not used after a newer one`, async (t) => {
    const { site, page } = await visit(t, code)
    site.isHoldingIdentities = true
    await render(page, PROPS)
    await until(() => site.heldIdentities.length > 0)
    site.isHoldingIdentities = false
    site.customer = { email: GRACE.email }
    await render(page, { ...PROPS, identityUrl: '/other/identity' })
    await page.getByText(/^grace@example\.com [0-9a-f]{64} desk-1$/).waitFor()
    site.sendIdentities()
    await render(page, { ...PROPS, identityUrl: '/other/identity', align: 'left' })
    await page.locator('script[data-align="left"]').waitFor({ state: 'attached' })
    assert.doesNotMatch(await page.locator('main').innerHTML(), /ada@example\.com/)
  })

  test(`${name}: an old answer is not used when the property identity is removed`, async (t) => {
    const { site, page } = await visit(t, code)
    await render(page, PROPS)
    await shows(page, ADAS_CENTER)
    await render(page, { ...PROPS, identity: GRACE })
    await shows(page, `${GRACE.email} ${GRACE.signature} desk-1`)
    site.customer = null
    site.isHoldingIdentities = true
    await render(page, PROPS)
    await until(() => site.heldIdentities.length > 0)
    await isGone(page)
    site.sendIdentities()
    await isGone(page)
  })

  test(`${name}: the browser keeps no page with a customer in it`, async (t) => {
    const { site, page } = await visit(t, code)
    for (const props of [PROPS, { ...PROPS, identity: ADA }]) {
      await page.goto(site.origin)
      await page.evaluate(() => {
        addEventListener('pageshow', ({ persisted }) => {
          if (persisted) sessionStorage.kept = document.querySelector('main').textContent
        })
      })
      await render(page, { ...props })
      await shows(page, ADAS_CENTER)
      await page.goto(`${site.origin}/elsewhere`)
      await goBack(page)
      await page.waitForFunction(() => sessionStorage.kept !== undefined)
      assert.doesNotMatch(await page.evaluate('sessionStorage.kept'), /9e3cbaa0/)
      await page.evaluate('sessionStorage.clear()')
    }
  })

  test(`${name}: in an open shadow root it shows the Ticket Center`, async (t) => {
    const { page } = await visit(t, code)
    await page.evaluate((props) => window.renderInShadow(props), PROPS)
    await shows(page, ADAS_CENTER)
    await page.evaluate((props) => window.renderInShadow(props), { ...PROPS, identity: GRACE })
    await shows(page, `${GRACE.email} ${GRACE.signature} desk-1`)
    await page.evaluate((props) => window.renderInShadow(props), { ...PROPS, identity: null })
    await page.locator('#hdh-ticket-center').waitFor({ state: 'detached' })
    assert.equal(await page.getByText('Write to us.').count(), 0)
  })

  for (const [kind, mode, scriptUrl] of [
    ['a script that does not look into shadow roots', 'open', '/ticket-center.js?vendor'],
    ['a closed shadow root', 'closed', '/ticket-center.js'],
  ]) {
    test(`${name}: with ${kind} there is the fallback, and a line that says why`, async (t) => {
      const { page } = await visit(t, code)
      const said = page.waitForEvent('console', (message) => /^Deskseal: /.test(message.text()))
      await page.evaluate(
        ([props, mode]) => {
          const attach = Element.prototype.attachShadow
          Element.prototype.attachShadow = function (options) {
            return (window.shadow = attach.call(this, options))
          }
          window.renderInShadow(props, mode)
        },
        [{ ...PROPS, scriptUrl }, mode],
      )
      assert.match(
        (await said).text(),
        /finds nothing in a shadow root: show the component outside/,
      )
      await page.waitForFunction(() => window.shadow.textContent === 'Write to us.')
      assert.doesNotMatch(await page.evaluate('shadow.innerHTML'), /ada@example\.com|9e3cbaa0/)
    })
  }

  test(`${name}: an API on another origin gets cookies if credentials is include`, async (t) => {
    const { site, page } = await visit(t, code)
    const identityUrl = `${await startApi(t, site)}/identity`
    await page.context().addCookies([{ name: 'session', value: 'ada', url: site.origin }])
    const answered = page.waitForResponse(identityUrl)
    await render(page, { ...PROPS, identityUrl })
    assert.equal((await answered).status(), 204)
    await isGone(page)
    await render(page, { ...PROPS, identityUrl, credentials: 'include' })
    await shows(page, ADAS_CENTER)
    await render(page, { ...PROPS, identityUrl, credentials: 'omit' })
    await isGone(page)
  })

  for (const customer of [null, undefined]) {
    test(`${name}: without a customer (${customer}) nothing is shown`, async (t) => {
      const { site, page } = await visit(t, code)
      site.customer = customer
      const answered = page.waitForResponse('**/deskseal/identity')
      await render(page, PROPS)
      await (await answered).finished()
      await isGone(page)
      assert.equal(await page.locator('main').innerHTML().then(textOf), '<h1></h1>')
    })
  }

  test(`${name}: a customer who cannot be signed sees the fallback`, async (t) => {
    const { site, page } = await visit(t, code)
    site.customer = { email: '' }
    await render(page, PROPS)
    await page.getByText('Write to us.').waitFor()
    assert.match(page.complaints.join(), /Deskseal: \/deskseal\/identity answers 422/)
  })

  test(`${name}: without a secret every customer sees the fallback`, async (t) => {
    const { site, page } = await visit(t, code)
    site.secret = undefined
    await render(page, PROPS)
    await page.getByText('Write to us.').waitFor()
    assert.match(page.complaints.join(), /Deskseal: \/deskseal\/identity answers 503/)
  })

  test(`${name}: without the desk's script there is the fallback, until another customer signs in`, async (t) => {
    const { page } = await visit(t, code)
    await render(page, { ...PROPS, identity: ADA, scriptUrl: '/nothing.js' })
    await page.getByText('Write to us.').waitFor()
    assert.doesNotMatch(await page.content(), /ada@example\.com/)
    await render(page, { ...PROPS, identity: GRACE })
    await shows(page, `${GRACE.email} ${GRACE.signature} desk-1`)
    assert.equal(await page.getByText('Write to us.').count(), 0)
  })

  for (const missing of MEMBERS) {
    test(`${name}: an answer without ${missing} is rejected`, async (t) => {
      const { page } = await visit(t, code)
      const { [missing]: left, ...json } = ADA
      await page.route('**/deskseal/identity', (route) => route.fulfill({ json }))
      await render(page, PROPS)
      await page.getByText('Write to us.').waitFor()
      assert.match(page.complaints.join(), /does not answer \{ email, signature, helpdeskId \}/)
    })
  }

  test(`${name}: a page that requires trusted types names the policy`, async (t) => {
    const trusted = "; require-trusted-types-for 'script'; trusted-types deskseal vue"
    const { page } = await visit(t, code, trusted)
    await render(page, PROPS)
    await shows(page, ADAS_CENTER)
    await render(page, null)
    await isGone(page)
  })

  test(`${name}: without that name there is the fallback, and a line that says so`, async (t) => {
    const { page } = await visit(t, code, "; require-trusted-types-for 'script'; trusted-types vue")
    await render(page, PROPS)
    await page.getByText('Write to us.').waitFor()
    assert.match(page.complaints.join(), /Deskseal: .*: add "deskseal" to "trusted-types" in its/)
  })

  test(`${name}: a page that names policies and requires none needs no other`, async (t) => {
    const { page } = await visit(t, code, '; trusted-types vue')
    await render(page, PROPS)
    await shows(page, ADAS_CENTER)
  })

  test(`${name}: a page from the back/forward cache fetches the identity again`, async (t) => {
    const { site, page } = await visit(t, code)
    await render(page, PROPS)
    await shows(page, ADAS_CENTER)
    await page.evaluate('window.isKept = true')
    await page.goto(`${site.origin}/elsewhere`)
    site.customer = null
    await goBack(page)
    await page.locator('#hdh-ticket-center').waitFor({ state: 'detached' })
    assert.equal(await page.evaluate('isKept'), true)
    await isGone(page)
  })

  test(`${name}: a page from the back/forward cache is reloaded if the identity is a property`, async (t) => {
    const { site, page } = await visit(t, code)
    await render(page, { ...PROPS, identity: ADA })
    await shows(page, ADAS_CENTER)
    await page.evaluate('window.isKept = true')
    await page.goto(`${site.origin}/elsewhere`)
    await goBack(page)
    await page.waitForFunction('window.render && !window.isKept')
    await isGone(page)
  })
}

test('on the server the components are empty, and fetch nothing', async () => {
  const { createElement } = await import('react')
  const { renderToString } = await import('react-dom/server')
  const { createSSRApp } = await import('vue')
  const { renderToString: renderVue } = await import('vue/server-renderer')
  const { TicketCenter } = await import('deskseal/react')
  const vue = await import('deskseal/vue')
  assert.equal(renderToString(createElement(TicketCenter)), '')
  assert.equal(renderToString(createElement(TicketCenter, { identity: ADA })), '<div></div>')
  assert.equal(textOf(await renderVue(createSSRApp(vue.TicketCenter))), '')
  const withIdentity = await renderVue(createSSRApp(vue.TicketCenter, { identity: ADA }))
  assert.match(withIdentity, /<div><\/div>/)
  assert.doesNotMatch(withIdentity, /ada@/)
})

async function bundled(page, alias = {}) {
  const result = await esbuild.build({
    entryPoints: [`tests/pages/${page}`],
    alias,
    bundle: true,
    format: 'iife',
    jsx: 'automatic',
    metafile: true,
    write: false,
    define: {
      'process.env.NODE_ENV': '"development"',
      __VUE_OPTIONS_API__: 'false',
      __VUE_PROD_DEVTOOLS__: 'false',
      __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false',
    },
  })
  const code = result.outputFiles[0].text.replaceAll('</script', '<\\/script')
  return { code, inputs: Object.keys(result.metafile.inputs) }
}

async function visit(t, code, policy) {
  const site = await Site.start(t, code, policy)
  const page = await browser.newPage()
  t.after(() => page.close())
  page.complaints = []
  page.on('console', (message) => page.complaints.push(message.text()))
  page.on('pageerror', (error) => page.complaints.push(error.message))
  await page.goto(site.origin)
  return { site, page }
}

function render(page, props) {
  return page.evaluate((given) => window.render(given), props)
}

async function shows(page, text, place = '#hdh-ticket-center') {
  await page.locator(place).getByText(text, { exact: true }).waitFor()
}

async function isGone(page) {
  await page.waitForFunction(() => !document.querySelector('script[src="/ticket-center.js"]'))
  const content = await page.content()
  assert.doesNotMatch(content, /id="hdh-ticket-center"/)
  assert.doesNotMatch(
    content.replace(/<script nonce[^]*?<\/script>/, ''),
    /ada@example\.com|9e3cbaa0/,
  )
}

/** Returns the text of markup: empty components are comments. */
function textOf(markup) {
  return markup.replace(/<!--.*?-->/g, '')
}

async function until(condition) {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 10))
}
