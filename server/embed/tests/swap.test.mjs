// Tests pages that a library swaps without loading them: the widget follows the customer of the current page.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { GRACE, PROOFS, Product, SCRIPTS, keptBy, openWatched } from './product.mjs'
import { openConversation, until, useBrowser } from './visit.mjs'

useBrowser()

const card = (page) => page.getByRole('region', { name: 'Support', exact: true })
const follow = (page, name) => page.getByRole('link', { name, exact: true }).click()

const callWith = (call) => (page, product) => page.evaluate(call, product.body())

/** How each library shows the server's current support page. */
const LIBRARIES = {
  'Turbo, by a link': {
    scripts: ['turbo'],
    update: (page) => follow(page, 'Support'),
    hasHistory: true,
  },
  'Turbo, by a refresh that morphs': {
    scripts: ['turbo'],
    head: '<meta name="turbo-refresh-method" content="morph">',
    update: (page) => page.evaluate(() => window.Turbo.visit(location.href, { action: 'replace' })),
  },
  'Turbo, by a frame': {
    scripts: ['turbo'],
    frame: (embed) => `<turbo-frame id="frame">${embed}</turbo-frame>`,
    who: false,
    update: (page) =>
      page.evaluate(() => (document.getElementById('frame').src = `/support?${Math.random()}`)),
  },
  'htmx 2, by a boosted link': {
    scripts: ['htmx2'],
    frame: (embed) => `<div>${embed}</div>`,
    isBoosted: true,
    update: (page) => follow(page, 'Support'),
    hasHistory: true,
  },
  'htmx 1.9, by a boosted link': {
    scripts: ['htmx1'],
    isBoosted: true,
    update: (page) => follow(page, 'Support'),
    hasHistory: true,
  },
  'Alpine.morph, which Livewire updates with': {
    scripts: ['alpineMorph', 'alpine'],
    update: callWith((html) => {
      window.Alpine.morph(document.querySelector('main'), `<main><h1>Support</h1>${html}</main>`)
    }),
  },
  idiomorph: {
    scripts: ['idiomorph'],
    update: callWith((html) => {
      const main = document.querySelector('main')
      window.Idiomorph.morph(main, `<h1>Support</h1>${html}`, { morphStyle: 'innerHTML' })
    }),
  },
  innerHTML: {
    scripts: [],
    update: callWith((html) => {
      document.querySelector('main').innerHTML = `<h1>Support</h1>${html}`
    }),
  },
}

async function startWith(t, proof, { scripts, head = '', frame, isBoosted = false }) {
  const product = await Product.start(t, proof, scripts)
  product.head = head
  if (frame) product.frame = frame
  if (isBoosted) {
    const body = product.body.bind(product)
    product.body = (embed) => `<div hx-boost="true">${body(embed)}</div>`
  }
  return product
}

/** Shows the page of another customer, or the page without one. */
async function become(page, product, library, customer) {
  product.customer = customer
  await library.update(page, product)
  if (library.who === false) return
  await page.getByText(`Page of ${customer?.split('@')[0] ?? 'no customer'}`).waitFor()
}

async function assertNothingIsSent(page) {
  const asked = await page.evaluate(async () => {
    const before = window.asked
    await new Promise((resolve) => setTimeout(resolve, 700))
    return window.asked - before
  })
  assert.equal(asked, 0)
}

/** What a library does with the script does not depend on the proof, so all ways are tested with one. */
const scriptsWith = (proof) => (proof === PROOFS[0] ? SCRIPTS : SCRIPTS.slice(0, 1))

for (const proof of PROOFS) {
  for (const [name, isFollowed] of [
    ['Turbo, by a link', true],
    ['Turbo, by a refresh that morphs', true],
    // htmx does not update the head, so the new page's tag is not in the document.
    ['htmx 2, by a boosted link', false],
    ['htmx 1.9, by a boosted link', false],
  ]) {
    test(`${name}, with ${proof}, with the tag in the head: the former page's tag no longer counts`, async (t) => {
      const library = LIBRARIES[name]
      const product = await startWith(t, proof, library)
      product.isInHead = true
      const page = await openWatched(t, product)
      await openConversation(page, 'a secret of Ada')
      await page.getByLabel('Your reply').fill('half a sentence of Ada')
      await become(page, product, library, GRACE)
      if (isFollowed) await page.getByText('a secret of Grace').first().waitFor()
      else await until(async () => (await card(page).count()) === 0)
      assert.equal(await page.getByText(/Ada/).count(), 0)
      await become(page, product, library, null)
      await until(async () => (await card(page).count()) === 0)
      await assertNothingIsSent(page)
      assert.deepEqual(page.faults, [])
    })
  }

  for (const [name, library] of Object.entries(LIBRARIES)) {
    for (const script of scriptsWith(proof)) {
      test(`${name}, with ${proof}, the new script ${script}: the widget shows the new customer at once, and nothing after signing out`, async (t) => {
        const product = await startWith(t, proof, library)
        const page = await openWatched(t, product)
        await openConversation(page, 'a secret of Ada')
        await page.getByLabel('Your reply').fill('half a sentence of Ada')
        Object.assign(product, { script })
        const release = product.holdScripts()

        await become(page, product, library, GRACE)
        await page.getByText('a secret of Grace').first().waitFor()
        assert.equal(await page.getByText(/Ada/).count(), 0)
        await openConversation(page, 'a secret of Grace')
        assert.equal(await page.getByLabel('Your reply').inputValue(), '')

        await become(page, product, library, null)
        await until(async () => (await card(page).count()) === 0)
        await assertNothingIsSent(page)
        release()
        await assertNothingIsSent(page)
        assert.equal(await card(page).count(), 0)
        assert.deepEqual(await keptBy(page, product), [])
        assert.deepEqual(page.faults, [])
        assert.equal(product.desk.conversationsOf(GRACE)[0].messages.length, 1)
      })
    }

    test(`${name}, with ${proof}: the same customer keeps the screen, the focus and the typed text`, async (t) => {
      const product = await startWith(t, proof, library)
      const page = await openWatched(t, product)
      await openConversation(page, 'a secret of Ada')
      await page.getByLabel('Your reply').pressSequentially('half a sen')
      await page.evaluate(() => (document.getElementById('who').textContent = 'Page of before'))
      await library.update(page, product)
      if (library.who !== false) await page.getByText('Page of ada').waitFor()
      const isKept = async () =>
        (await page.getByLabel('Your reply').inputValue()).startsWith('half a sen')
      await until(isKept)
      // A link that was clicked has the focus.
      if (library.hasHistory) return
      await page.keyboard.type('tence')
      await until(
        async () => (await page.getByLabel('Your reply').inputValue()) === 'half a sentence',
      )
      assert.deepEqual(page.faults, [])
    })

    if (!library.hasHistory) continue

    for (const script of scriptsWith(proof)) {
      test(`${name}, with ${proof}, the scripts ${script}: going back after signing out shows and keeps nothing of a customer`, async (t) => {
        const product = await startWith(t, proof, library)
        const page = await openWatched(t, product)
        await page.getByText('a secret of Ada').first().waitFor()
        Object.assign(product, { script })
        const release = product.holdScripts()
        await become(page, product, library, GRACE)
        await page.getByText('a secret of Grace').first().waitFor()
        product.customer = null
        await follow(page, 'Home')
        await page.getByText('Page of no customer').waitFor()
        assert.deepEqual(await keptBy(page, product), [])

        await page.goBack()
        await until(async () => new URL(page.url()).pathname === '/support')
        await page.getByText('Page of no customer').waitFor()
        await assertNothingIsSent(page)
        release()
        await assertNothingIsSent(page)
        assert.equal(await card(page).count(), 0)
        assert.deepEqual(await keptBy(page, product), [])
        assert.deepEqual(page.faults, [])
      })
    }

    test(`${name}, with ${proof}: going back while signed in shows the server's page and its customer`, async (t) => {
      const product = await startWith(t, proof, library)
      const page = await openWatched(t, product)
      await page.getByText('a secret of Ada').first().waitFor()
      await follow(page, 'Home')
      await until(async () => (await card(page).count()) === 0)
      product.customer = GRACE
      await page.goBack()
      await page.getByText('a secret of Grace').first().waitFor()
      assert.equal(await page.getByText(/Ada/).count(), 0)
      assert.deepEqual(await keptBy(page, product), [])
      assert.deepEqual(page.faults, [])
    })

    test(`${name}, with ${proof}: a page that was left before its script came shows nothing after going back`, async (t) => {
      const product = await startWith(t, proof, library)
      product.script = 'late'
      product.embed()
      const release = product.holdScripts()
      const page = await openWatched(t, product, { waitUntil: 'commit' })
      await page.getByText('Page of ada').waitFor()
      product.customer = null
      await page.waitForFunction(() => window.Turbo ?? window.htmx)
      await follow(page, 'Home')
      await page.getByText('Page of no customer').waitFor()
      release()
      await page.waitForFunction(() => window.DesksealTicketCenter)
      await page.goBack()
      await page.getByText('Page of no customer').waitFor()
      await assertNothingIsSent(page)
      assert.equal(await card(page).count(), 0)
      assert.deepEqual(await keptBy(page, product), [])
      assert.deepEqual(page.faults, [])
    })
  }
}
