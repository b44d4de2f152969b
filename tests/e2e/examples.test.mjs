// Tests every example with the desk: customers see their own conversations, other visitors do not.

import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { describe, test } from 'node:test'
import { reply } from '../../server/tests/browser/dashboard.mjs'
import { formUrl, sendTicket } from '../../server/tests/browser/portal.mjs'
import {
  assertNoProblems,
  bubble,
  newTab,
  until,
  write,
} from '../../server/tests/browser/world.mjs'
import { enter, enterSupport, followHelp, leave, signIn } from './shop.mjs'
import { keep, openAsAgent, openVisitor, useBrowser, world } from './world.mjs'

useBrowser()

// Several examples run at the same time, since a test often waits for the desk. The tests of one
// example run in order.
describe('examples', { concurrency: 3 }, () => {
  for (const example of world.examples) {
    describe(example.name, { concurrency: 1 }, () => testsOf(example))
  }
})

function testsOf({ name, url, brokenUrl, brokenLog }) {
  test('a wrong password does not sign in', async (t) => {
    const page = await openVisitor(t, name)
    await signIn(page, url, 'ada', 'wrong')
    await page.getByText(/do not match|enter a correct username and password/).waitFor()
    const identity = await page.request.get(`${url}deskseal/identity`)
    // In Rails, this route exists only if the application adds it.
    assert.equal(identity.status(), name === 'rails' ? 404 : 204)
  })

  test('a page of another site does not learn who is signed in', async (t) => {
    const page = await openVisitor(t, name)
    await enterSupport(page, url, 'ada')
    const ofSite = (site) =>
      page.request.get(`${url}deskseal/identity`, { headers: { 'Sec-Fetch-Site': site } })
    const [own, other] = [await ofSite('same-origin'), await ofSite('cross-site')]
    if (name === 'rails') return assert.deepEqual([own.status(), other.status()], [404, 404])
    assert.deepEqual([own.status(), other.status()], [200, 403])
    assert.deepEqual(await other.json(), { error: { code: 'cross_site' } })
    for (const response of [own, other]) {
      const headers = response.headers()
      assert.equal(headers['cross-origin-resource-policy'], 'same-origin')
      assert.equal(headers['x-content-type-options'], 'nosniff')
    }
  })

  test('a reply appears without a reload, and no other customer can see it', async (t) => {
    const [question, answer] = [`a question about ${name}`, `an answer about ${name}`]
    const ada = await openVisitor(t, name)
    await enterSupport(ada, url, 'ada')
    await write(ada, question)
    await ada.evaluate(() => (window.isStillThere = true))
    await reply(await openAsAgent(t, question), answer)
    await bubble(ada, answer).waitFor()
    assert.equal(await ada.evaluate(() => window.isStillThere), true)
    assertNoProblems(ada)

    const grace = await openVisitor(t, name)
    const responses = responsesOf(grace)
    await enterSupport(grace, url, 'grace')
    const theirs = await readAs(grace, conversationOf(ada))
    assert.equal(theirs.status(), 404)
    const seen = [
      await grace.content(),
      await shownTo(grace),
      await responses(),
      await theirs.text(),
    ]
    for (const text of seen) assert.doesNotMatch(text, new RegExp(`${question}|${answer}|ada@`))
    assertNoProblems(grace)
  })

  test('after signing out, no page in the history shows private data', async (t) => {
    const mark = `a secret wish about ${name}`
    const page = await openVisitor(t, name)
    await enterSupport(page, url, 'ada')
    await write(page, mark)
    await leave(page)
    await assertNoPrivateData(page, mark)
    await page.goto(formUrl(world.facts))
    // Back to the page where the customer signed out, then to the one where they were signed in.
    await page.goBack({ waitUntil: 'commit' })
    await page.getByLabel('Password').waitFor()
    await assertNoPrivateData(page, mark)
    await page.goBack({ waitUntil: 'commit' })
    await page.waitForLoadState('load')
    await assertNoPrivateData(page, mark)
    assertNoProblems(page)
  })

  test('after signing out in another tab, going back shows no private data', async (t) => {
    const mark = `a secret thought about ${name}`
    const page = await openVisitor(t, name)
    await enterSupport(page, url, 'ada')
    await write(page, mark)
    await followHelp(page)
    const tab = await newTab(page.context())
    await tab.goto(url)
    await leave(tab)
    await page.goBack({ waitUntil: 'commit' })
    await page.getByLabel('Password').waitFor()
    await assertNoPrivateData(page, mark)
    assertNoProblems(page)
  })

  for (const [customer, id] of Object.entries({ ada: '1', grace: '2' })) {
    test(`the Help menu opens the portal with the verified identity of ${customer}`, async (t) => {
      const message = `a ticket of ${customer} from ${name}`
      const page = await openVisitor(t, name)
      await enter(page, url, customer)
      await followHelp(page)
      await sendTicket(page, { message })
      const agent = await openAsAgent(t, message)
      await agent.getByText(`From ${id} verified customer id`, { exact: true }).waitFor()
      assertNoProblems(page)
    })
  }

  test('the Help menu leads anonymous visitors to the public form', async (t) => {
    const message = `a ticket of an anonymous visitor from ${name}`
    const page = await openVisitor(t, name)
    await page.goto(url)
    await followHelp(page)
    await sendTicket(page, { message, email: 'visitor@example.com' })
    const agent = await openAsAgent(t, message)
    await agent.getByText('From Anonymous visitor unconfirmed', { exact: true }).waitFor()
  })

  test('a page that cannot be signed logs the reason, and shows no conversations', async (t) => {
    const page = await openVisitor(t, name)
    await signIn(page, brokenUrl, 'ada')
    await page.getByLabel('Password').waitFor({ state: 'hidden' })
    await until(async () => /helpdesk[ _]id/i.test(await readFile(brokenLog, 'utf8')))
    await page.waitForLoadState('load')
    await keep(name, await page.content())
    assert.equal(await page.getByRole('button', { name: 'New conversation' }).count(), 0)
  })

  // The last test: after an error, a development server may show it on the next page.
  test('unknown paths and malformed requests get an error response', async () => {
    for (const origin of [url, brokenUrl]) {
      const responses = await Promise.all(MALFORMED.map((request) => send(origin, request)))
      await keep(name, responses.map(({ text }) => text).join('\n'))
      assert.equal(responses[0].status, 404)
      assert.ok(responses.some(({ status }) => status >= 400 && status !== 404))
    }
  })
}

/** Requests that no page of the shop sends. */
const MALFORMED = ['', 'sign-in', 'session', 'accounts/login/', 'deskseal/identity'].reduce(
  (requests, path) => [
    ...requests,
    { path, type: 'application/json', body: '{"name":' },
    { path, type: 'multipart/form-data; boundary=none', body: 'no parts' },
    { path, type: 'application/x-www-form-urlencoded', body: 'name=%ff&name=b&password[]=c' },
  ],
  [{ path: 'nothing-here' }],
)

async function send(origin, { path, type, body }) {
  const request = body ? { method: 'POST', headers: { 'content-type': type }, body } : {}
  const response = await fetch(origin + path, { ...request, redirect: 'manual' })
  const headers = JSON.stringify([...response.headers])
  return {
    status: response.status,
    text: `${response.status} ${headers}\n${await response.text()}`,
  }
}

async function assertNoPrivateData(page, mark) {
  const left = (await page.content()) + (await shownTo(page))
  assert.doesNotMatch(left, /ada@example\.com|[0-9a-f]{64}/)
  assert.ok(!left.includes(mark))
}

/** Returns the visible text of the page, including that of the widget. */
async function shownTo(page) {
  const texts = await page.locator('body *').allInnerTexts()
  return texts.join('\n')
}

/** Collects the desk's responses to a page, and returns a function that returns them. */
function responsesOf(page) {
  const responses = []
  page.on('response', (response) => {
    if (response.url().includes('/api/')) responses.push(response.text().catch(() => ''))
  })
  return async () => (await Promise.all(responses)).join('\n')
}

const callsOf = (page) => page.requests.filter((request) => request.url().includes('/api/'))

/** Returns the URL of the conversation that the page has requested from the desk. */
function conversationOf(page) {
  const urls = callsOf(page).map((request) => request.url())
  return urls.find((url) => /conversations\/[^/]+\/messages$/.test(url))
}

/** Requests a conversation from the desk, with the identity that the shop signed on this page. */
function readAs(page, conversation) {
  const { helpdeskId, email, signature } = callsOf(page)[0].postDataJSON()
  return page.request.post(conversation, { data: { helpdeskId, email, signature } })
}
