// Tests the portal: a signed link identifies one customer in one form; every other form is anonymous.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openFromInbox, signIn } from './dashboard.mjs'
import { formUrl, openForm, sendTicket } from './portal.mjs'
import { portalLink } from './signatures.mjs'
import {
  assertAccessible,
  assertFits,
  assertNoProblems,
  newTab,
  openPage,
  until,
  useWorld,
} from './world.mjs'

const world = useWorld()

/** Asserts which sender an agent sees for a ticket, and returns the agent's page. */
async function assertSender(t, message, sender) {
  const page = await openPage(t, world)
  await signIn(page, world.facts.agent, world)
  await openFromInbox(page, message)
  await page.getByText(sender).first().waitFor()
  return page
}

test("a ticket sent by a signed link has the customer's user id", async (t) => {
  const page = await openPage(t, world)
  await openForm(page, portalLink(world.facts, 'user-4711'))
  await page.getByText('user-4711').waitFor()
  await sendTicket(page, { message: 'a question by a signed link' })
  await assertSender(t, 'a question by a signed link', 'user-4711')
  assertNoProblems(page)
})

test('the Help menu of the product leads to a signed form', async (t) => {
  const page = await openPage(t, world)
  await page.goto(world.facts.productUrl)
  await page.getByRole('button', { name: 'Be Ada' }).click()
  await page.getByText('Help', { exact: true }).click()
  await page.getByRole('link', { name: 'Ask us as Ada' }).click()
  await page.getByText('user-42').waitFor()
  assert.equal(page.url(), formUrl(world.facts))
})

test('a signed link leaves no trace in the address, later requests, storage or the log', async (t) => {
  const page = await openPage(t, world)
  await openForm(page, portalLink(world.facts, 'user-42'))
  assert.equal(page.url(), formUrl(world.facts))
  await sendTicket(page, { message: 'where does the link go?' })
  for (const request of page.requests.slice(1)) {
    const headers = await request.allHeaders()
    assert.doesNotMatch(`${request.url()} ${headers.referer ?? ''}`, /user_id|[0-9a-f]{64}/)
  }
  const stored = await page.evaluate(() => [
    document.cookie,
    JSON.stringify(localStorage),
    JSON.stringify(sessionStorage),
  ])
  for (const text of stored) assert.doesNotMatch(text, /user-42|[0-9a-f]{64}/)
  assert.ok(!world.demo.log.includes('user_id_signature'))
})

const INVALID_LINKS = {
  'a link from an hour ago': [{ age: 3600 }, 'This link has expired'],
  'a link from tomorrow': [{ age: -86_400 }, 'This link is not valid yet'],
  "another customer's id": [{ user_id: 'user-43' }, 'This link is not valid'],
  'a changed signature': [{ user_id_signature: 'f'.repeat(64) }, 'This link is not valid'],
  'a moved timestamp': [{ moved: 60 }, 'This link is not valid'],
  'a link without its signature': [{ user_id_signature: null }, 'A part of this link is missing'],
}

for (const [what, [changes, title]] of Object.entries(INVALID_LINKS)) {
  test(`${what} is rejected with a page that says what to do`, async (t) => {
    const page = await openPage(t, world)
    await page.goto(portalLink(world.facts, 'user-42', changes))
    await page.getByRole('heading', { name: title }).waitFor()
    assert.equal(await page.getByLabel('Message').count(), 0)
    await assertAccessible(page, what)
  })
}

test('a ticket without a link is shown to the agent as unconfirmed', async (t) => {
  const page = await openPage(t, world)
  await openForm(page, formUrl(world.facts))
  const message = 'a question without a link'
  await sendTicket(page, { message, email: 'ada@example.com', name: 'Ada' })
  const agent = await assertSender(t, message, 'ada@example.com')
  const text = await agent.locator('main').textContent()
  assert.match(text, /Anonymous visitor unconfirmed/)
  assert.doesNotMatch(text, /verified (customer|e-mail)/i)
})

test('two tabs send the tickets of two customers', async (t) => {
  const first = await openPage(t, world)
  const second = await newTab(first.context())
  await openForm(first, portalLink(world.facts, 'tab-one'))
  await openForm(second, portalLink(world.facts, 'tab-two'))
  await sendTicket(first, { message: 'from the first tab' })
  await sendTicket(second, { message: 'from the second tab' })
  await assertSender(t, 'from the first tab', 'tab-one')
  await assertSender(t, 'from the second tab', 'tab-two')
})

test('a form opened after a signed one is anonymous', async (t) => {
  const page = await openPage(t, world)
  await openForm(page, portalLink(world.facts, 'user-before'))
  await sendTicket(page, { message: 'before' })
  await openForm(page, formUrl(world.facts))
  assert.equal(await page.getByText('user-before').count(), 0)
  await sendTicket(page, { message: 'the next person', email: 'next@example.com' })
  const agent = await assertSender(t, 'the next person', 'next@example.com')
  assert.doesNotMatch(await agent.locator('main').textContent(), /user-before/)
})

test('a form keeps its customer after the link has expired', async (t) => {
  const link = portalLink(world.facts, 'slow-writer', { age: 297 })
  const page = await openPage(t, world)
  await openForm(page, link)
  const again = await openPage(t, world)
  await until(async () => {
    await again.goto(link)
    return again.getByRole('heading', { name: 'This link has expired' }).isVisible()
  })
  await sendTicket(page, { message: 'it took me a while' })
  await assertSender(t, 'it took me a while', 'slow-writer')
})

test('the form works without JavaScript, signed and public', async (t) => {
  const page = await openPage(t, world, { javaScriptEnabled: false })
  await openForm(page, portalLink(world.facts, 'no-script'))
  await sendTicket(page, { message: 'signed, without a script' })
  await openForm(page, formUrl(world.facts))
  await sendTicket(page, { message: 'public, without a script', email: 'plain@example.com' })
  await assertSender(t, 'signed, without a script', 'no-script')
})

test('an invalid form says what is missing, and keeps what was typed', async (t) => {
  const page = await openPage(t, world)
  await openForm(page, formUrl(world.facts))
  await page.getByLabel('Your e-mail address').fill('no address')
  await page.getByRole('button', { name: 'Send' }).click()
  await page.getByRole('alert').waitFor()
  assert.equal(await page.getByLabel('Your e-mail address').inputValue(), 'no address')
  await assertAccessible(page, 'a form with problems')
})

for (const colorScheme of ['light', 'dark']) {
  test(`every page of the portal is accessible and fits a telephone, ${colorScheme}`, async (t) => {
    const page = await openPage(t, world, { colorScheme, viewport: { width: 360, height: 740 } })
    const check = async (state) => {
      await assertAccessible(page, state)
      await assertFits(page, state)
    }
    await openForm(page, formUrl(world.facts))
    await check('the public form')
    await openForm(page, portalLink(world.facts, `user-${'long'.repeat(30)}`))
    await check('the signed form')
    await sendTicket(page, { message: 'on a telephone' })
    await check('the thanks')
    await page.goto(`${world.facts.portalUrl}nothing-here`)
    await check('no such page')
  })
}
