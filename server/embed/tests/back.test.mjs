// Tests pages that the browser keeps (back/forward cache) and shows again after the customer has changed.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { chromium } from 'playwright-core'
import { HELPDESK } from './desk.mjs'
import { GRACE, PROOFS, Product } from './product.mjs'
import { ARGUMENTS, EXECUTABLE, pageWith } from './site.mjs'
import { ADA, openConversation, until } from './visit.mjs'

let browser

before(async () => {
  // Playwright turns the back/forward cache off by default.
  browser = await chromium.launch({
    executablePath: EXECUTABLE,
    args: ARGUMENTS,
    ignoreDefaultArgs: ['--disable-back-forward-cache'],
  })
})
after(() => browser.close())

const card = (page) => page.getByRole('region', { name: 'Support', exact: true })

/** Returns a product, and its support page in a browser with a back/forward cache. */
async function openKept(t, proof) {
  const product = await Product.start(t, proof, [])
  const { page: made } = product
  // Not every browser keeps a page with `no-store`, so this page has no such header.
  product.page = (embed) => {
    const { html } = made.call(product, embed)
    return { html, headers: {} }
  }
  product.site.answer('/plain', () => ({ html: pageWith('<p>Elsewhere</p>'), headers: {} }))
  const context = await browser.newContext()
  t.after(() => context.close())
  const page = await context.newPage()
  page.shown = []
  await page.exposeBinding('showedOnReturn', (_, text) => page.shown.push(text))
  await page.addInitScript(() => {
    addEventListener('pageshow', ({ persisted }) => {
      if (!persisted) return
      const { shadowRoot } = document.getElementById('hdh-ticket-center') ?? {}
      window.showedOnReturn(shadowRoot?.textContent ?? '')
    })
  })
  await page.goto(product.address)
  return { product, page }
}

/** Leaves the page, and returns to it in the back/forward cache. */
async function leaveAndReturn(page, product, change) {
  await page.goto(`${product.site.origin}/plain`)
  change()
  product.desk.requests.length = 0
  await page.goBack({ waitUntil: 'commit' })
  await until(() => page.shown.length > 0)
  assert.deepEqual(page.shown, [''])
}

for (const proof of PROOFS) {
  test(`with ${proof}, a kept page shows and sends nothing of a customer who has signed out`, async (t) => {
    const { product, page } = await openKept(t, proof)
    await openConversation(page, 'a secret of Ada')
    await page.getByLabel('Your reply').fill('half a sentence of Ada')
    await leaveAndReturn(page, product, () => (product.customer = null))
    await page.getByText('Page of no customer').waitFor()
    assert.equal(await card(page).count(), 0)
    assert.deepEqual(product.sent, [])
  })

  test(`with ${proof}, a kept page shows the customer who is signed in now`, async (t) => {
    const { product, page } = await openKept(t, proof)
    await openConversation(page, 'a secret of Ada')
    await leaveAndReturn(page, product, () => (product.customer = GRACE))
    await page.getByText('a secret of Grace').first().waitFor()
    assert.equal(await page.getByText(/Ada/).count(), 0)
    assert.ok(
      product.callers.every((caller) => caller === GRACE),
      product.callers,
    )
  })

  test(`with ${proof}, a kept page does not send a message again that was being sent when it was left`, async (t) => {
    const { product, page } = await openKept(t, proof)
    await openConversation(page, 'a secret of Ada')
    let release
    const held = new Promise((resolve) => (release = resolve))
    product.desk.before = (url) => (url.endsWith('/message') ? held : undefined)
    await page.getByLabel('Your reply').fill('typed by Ada')
    await page.getByRole('button', { name: 'Send' }).click()
    await until(() => product.desk.callsOf('/message').length > 0)
    await leaveAndReturn(page, product, () => (product.customer = GRACE))
    release()
    await page.getByText('a secret of Grace').first().waitFor()
    assert.equal(product.desk.callsOf('/message').length, 0)
    assert.equal(product.desk.conversationsOf(GRACE)[0].messages.length, 1)
  })

  test(`with ${proof}, a kept page that identifies its customer itself when it is shown is not loaded again`, async (t) => {
    const { product, page } = await openKept(t, proof)
    await page.getByText('a secret of Ada').first().waitFor()
    await page.evaluate(
      (identity) => {
        window.isTheSamePage = true
        addEventListener('pageshow', async () => {
          document.querySelector('script[src*="ticket-center.js"]').remove()
          await new Promise((resolve) => setTimeout(resolve, 100))
          window.DesksealTicketCenter.update(identity)
        })
      },
      { ...product.proofOf(GRACE), helpdeskId: HELPDESK },
    )
    await leaveAndReturn(page, product, () => (product.customer = ADA))
    await page.getByText('a secret of Grace').first().waitFor()
    assert.ok(await page.evaluate(() => window.isTheSamePage))
    assert.ok(
      product.callers.every((caller) => caller === GRACE),
      product.callers,
    )
  })
}
