// Tests the widget with the real server: customers see their own conversations only.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openFromInbox, signIn } from './dashboard.mjs'
import { signatureOf } from './signatures.mjs'
import {
  ADA,
  GRACE,
  assertNoProblems,
  bubble,
  openPage,
  useWorld,
  visitWidget,
  write,
} from './world.mjs'

const world = useWorld()

const NONCE = 'bm9uY2UtZm9yLXRlc3Rz'

test('conversations are shown again after a reload', async (t) => {
  const page = await visitWidget(t, world, 'new@example.com')
  await page.getByText('How can we help?').waitFor()
  await write(page, 'the first question')
  await write(page, 'and one more thing')
  await page.reload()
  await page.getByRole('button', { name: 'the first question' }).click()
  await bubble(page, 'and one more thing').waitFor()
  assert.equal(await page.locator('.bubble').count(), 2)
  assertNoProblems(page)
})

test('two customers see nothing of each other, in the page and in the responses', async (t) => {
  const marks = { [ADA]: 'heron 4711', [GRACE]: 'kestrel 0815' }
  const pages = {}
  const answers = { [ADA]: '', [GRACE]: '' }
  for (const email of [ADA, GRACE]) {
    const page = await openPage(t, world)
    page.on('response', async (response) => {
      if (response.url().includes('/api/')) answers[email] += await response.text().catch(() => '')
    })
    pages[email] = page
    await page.goto(world.facts.productUrl)
    await page.getByRole('button', { name: email === ADA ? 'Be Ada' : 'Be Grace' }).click()
    await page.getByRole('button', { name: 'New conversation' }).waitFor()
    await write(page, marks[email])
  }
  for (const [email, other] of [
    [ADA, GRACE],
    [GRACE, ADA],
  ]) {
    const page = pages[email]
    await page.reload()
    await page.getByRole('button', { name: marks[email] }).click()
    await bubble(page, marks[email]).waitFor()
    const shown = await page.locator('.card').textContent()
    assert.ok(shown.includes(marks[email]))
    assert.ok(answers[email].includes(marks[email]))
    for (const text of [shown, answers[email]]) {
      assert.ok(!text.includes(marks[other]), `${email} sees what ${other} wrote`)
      assert.ok(!text.includes(other), `${email} sees the address of ${other}`)
    }
  }
})

test("another customer's conversation gets the same response as an unknown one", async (t) => {
  const page = await visitWidget(t, world, ADA)
  await page.getByRole('button', { name: 'New conversation' }).waitFor()
  const call = async (email, path) => {
    const answer = await fetch(`${world.demo.deskOrigin}/api/messaging/ticket-center/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        helpdeskId: world.facts.helpdeskId,
        email,
        signature: signatureOf(world.facts, email),
      }),
    })
    return { status: answer.status, body: await answer.json() }
  }
  const { body } = await call(ADA, 'conversations')
  const [{ id }] = body.conversations
  for (const action of ['messages', 'close']) {
    const theirs = await call(GRACE, `conversations/${id}/${action}`)
    const unknown = await call(GRACE, `conversations/nothing/${action}`)
    assert.equal(theirs.status, 404)
    assert.deepEqual(theirs, unknown)
  }
})

test('a customer closes a conversation, and reopens it by writing', async (t) => {
  const page = await visitWidget(t, world, 'closing@example.com')
  await write(page, 'is it solved?')
  await page.getByRole('button', { name: 'Close conversation' }).click()
  await page.getByRole('button', { name: 'Yes, close it' }).click()
  await page.getByText('This conversation is closed.').waitFor()
  await write(page, 'not yet')
  await page.getByText('This conversation is closed.').waitFor({ state: 'hidden' })
  await page.getByRole('button', { name: 'Close conversation' }).waitFor()
})

const DEVIATIONS = {
  "another customer's address": { 'data-email': GRACE },
  'a wrong signature': { 'data-signature': '0'.repeat(64) },
  'a signature cut short': { 'data-signature': 'abc123' },
}

for (const [what, attributes] of Object.entries(DEVIATIONS)) {
  test(`${what} shows nothing, and says what to check`, async (t) => {
    const page = await visitWidget(t, world, ADA, { attributes })
    await page.getByRole('heading', { name: 'Verification failed' }).waitFor()
    await page.getByText('For the people who run this site').click()
    await page.getByText('The Verification Tool on the dashboard').waitFor()
    assert.equal(await page.getByRole('button', { name: 'New conversation' }).count(), 0)
  })
}

test('an unknown help desk id says that support is not ready', async (t) => {
  const page = await visitWidget(t, world, ADA, { attributes: { 'data-helpdesk-id': 'nothing' } })
  await page.getByText('Support is not ready yet').waitFor()
})

test('the widget works under a Content-Security-Policy with nonces only', async (t) => {
  const policy = [
    `default-src 'none'`,
    `script-src 'nonce-${NONCE}'`,
    `style-src 'nonce-${NONCE}'`,
    `connect-src ${world.demo.deskOrigin}`,
    `require-trusted-types-for 'script'`,
    `trusted-types 'none'`,
  ].join('; ')
  const page = await visitWidget(t, world, 'strict@example.com', {
    attributes: { nonce: NONCE },
    headers: { 'content-security-policy': policy },
  })
  await write(page, 'under a strict policy')
  assertNoProblems(page)
})

for (const policy of ['require-corp', 'credentialless']) {
  for (const attributes of [{}, { crossorigin: '' }]) {
    const tag = 'crossorigin' in attributes ? 'with crossorigin' : 'without crossorigin'
    test(`the widget works in a page isolated by ${policy}, with its tag ${tag}`, async (t) => {
      const page = await visitWidget(t, world, 'isolated@example.com', {
        attributes,
        headers: {
          'cross-origin-embedder-policy': policy,
          'cross-origin-opener-policy': 'same-origin',
        },
      })
      assert.equal(await page.evaluate(() => window.crossOriginIsolated), true)
      await write(page, `in isolation by ${policy}, ${tag}`)
      assertNoProblems(page)
    })
  }
}

test('the sample product shows its customer under its own Content-Security-Policy', async (t) => {
  const page = await openPage(t, world)
  const answered = page.waitForResponse(`${world.facts.productUrl}support`)
  await page.goto(world.facts.productUrl)
  await page.getByRole('button', { name: 'Be Grace' }).click()
  const policy = (await answered).headers()['content-security-policy']
  assert.match(policy, /script-src 'nonce-[A-Za-z0-9+/]{24}';/)
  assert.doesNotMatch(policy, /unsafe/)
  await page.getByText('Signed in as grace@example.com').waitFor()
  await page.getByRole('button', { name: 'Export as CSV' }).waitFor()
  assertNoProblems(page)
})

test('agents see the name and the plan that the sample product says in its token', async (t) => {
  const page = await openPage(t, world)
  await page.goto(world.facts.productUrl)
  await page.getByRole('button', { name: 'Be Ada' }).click()
  // The conversations that began with e-mail signatures are the same customer's.
  await page.getByRole('button', { name: 'Wrong address on the invoice' }).waitFor()
  await write(page, 'who says that I am Ada')
  const agent = await openPage(t, world)
  await signIn(agent, world.facts.agent, world)
  await openFromInbox(agent, 'who says that I am Ada')
  const says = agent.locator('#product-says')
  await says.getByText('Ada', { exact: true }).waitFor()
  await says.getByText('pro', { exact: true }).waitFor()
  assertNoProblems(page)
})

test('nothing that identifies a customer is in an address, the log or the browser', async (t) => {
  const email = 'traces@example.com'
  const signature = signatureOf(world.facts, email)
  const page = await visitWidget(t, world, email)
  await write(page, 'a text that is not logged')
  await page.getByRole('button', { name: 'Close conversation' }).click()
  await page.getByRole('button', { name: 'Yes, close it' }).click()
  await page.getByText('This conversation is closed.').waitFor()
  for (const request of page.requests) {
    const headers = JSON.stringify(await request.allHeaders())
    const identifying = decodeURIComponent(request.url()) + headers
    assert.ok(!identifying.includes(email) && !identifying.includes(signature), request.url())
  }
  const stored = await page.evaluate(async () => ({
    local: localStorage.length,
    session: sessionStorage.length,
    databases: (await indexedDB.databases()).length,
    caches: (await caches.keys()).length,
    cookie: document.cookie,
  }))
  assert.deepEqual(stored, { local: 0, session: 0, databases: 0, caches: 0, cookie: '' })
  assert.deepEqual(await page.context().cookies(), [])
  assert.match(world.demo.log, /"answered"|answered/)
  for (const text of [email, signature, 'is not logged', world.facts.ticketCenterSecret]) {
    assert.ok(!world.demo.log.includes(text), 'the log identifies a customer')
  }
})
