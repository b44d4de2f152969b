// Every example beside the desk: what is a customer's own, and what others do not see of it.

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

// Some at a time: while one waits for the desk, the others go on. Each one's tests are in their order.
describe('examples', { concurrency: 3 }, () => {
  for (const example of world.examples) {
    describe(example.name, { concurrency: 1 }, () => testsOf(example))
  }
})

function testsOf({ name, url, brokenUrl, brokenLog }) {
  test('a wrong password signs nobody in', async (t) => {
    const page = await openVisitor(t, name)
    await signIn(page, url, 'ada', 'wrong')
    await page.getByText(/do not match|enter a correct username and password/).waitFor()
    const identity = await page.request.get(`${url}deskseal/identity`)
    // Rails has no such route where an application's own code does not ask.
    assert.equal(identity.status(), name === 'rails' ? 404 : 204)
  })

  test('a customer asks, and the reply appears by itself, for nobody else', async (t) => {
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
    const answers = answersOf(grace)
    await enterSupport(grace, url, 'grace')
    const theirs = await readAs(grace, conversationOf(ada))
    assert.equal(theirs.status(), 404)
    const seen = [await grace.content(), await shownTo(grace), await answers(), await theirs.text()]
    for (const text of seen) assert.doesNotMatch(text, new RegExp(`${question}|${answer}|ada@`))
    assertNoProblems(grace)
  })

  test('who signs out leaves nothing of theirs behind', async (t) => {
    const mark = `a secret wish about ${name}`
    const page = await openVisitor(t, name)
    await enterSupport(page, url, 'ada')
    await write(page, mark)
    await leave(page)
    await assertNothingLeft(page, mark)
    await page.goto(formUrl(world.facts))
    // Back to where the customer has signed out, and further back to where they were signed in.
    await page.goBack({ waitUntil: 'commit' })
    await page.getByLabel('Password').waitFor()
    await assertNothingLeft(page, mark)
    await page.goBack({ waitUntil: 'commit' })
    await page.waitForLoadState('load')
    await assertNothingLeft(page, mark)
    assertNoProblems(page)
  })

  test('who signs out in another tab leaves nothing to go back to', async (t) => {
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
    await assertNothingLeft(page, mark)
    assertNoProblems(page)
  })

  for (const [customer, id] of Object.entries({ ada: '1', grace: '2' })) {
    test(`the Help menu proves to the portal that it is ${customer}`, async (t) => {
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

  test('the Help menu leads strangers to the public form', async (t) => {
    const message = `a ticket of a stranger from ${name}`
    const page = await openVisitor(t, name)
    await page.goto(url)
    await followHelp(page)
    await sendTicket(page, { message, email: 'stranger@example.com' })
    const agent = await openAsAgent(t, message)
    await agent.getByText('From Anonymous visitor unconfirmed', { exact: true }).waitFor()
  })

  test('a page that cannot be signed says why to developers, and shows no center', async (t) => {
    const page = await openVisitor(t, name)
    await signIn(page, brokenUrl, 'ada')
    await page.getByLabel('Password').waitFor({ state: 'hidden' })
    await until(async () => /helpdesk[ _]id/i.test(await readFile(brokenLog, 'utf8')))
    await page.waitForLoadState('load')
    await keep(name, await page.content())
    assert.equal(await page.getByRole('button', { name: 'New conversation' }).count(), 0)
  })

  // The last: a server of developers shows the next page what has failed.
  test('whatever is asked for, the answer is an answer', async () => {
    for (const origin of [url, brokenUrl]) {
      const answers = await Promise.all(STRANGE.map((request) => ask(origin, request)))
      await keep(name, answers.map(({ text }) => text).join('\n'))
      assert.equal(answers[0].status, 404)
      assert.ok(answers.some(({ status }) => status >= 400 && status !== 404))
    }
  })
}

/** What no page of the shop sends. */
const STRANGE = ['', 'sign-in', 'session', 'accounts/login/', 'deskseal/identity'].reduce(
  (requests, path) => [
    ...requests,
    { path, type: 'application/json', body: '{"name":' },
    { path, type: 'multipart/form-data; boundary=none', body: 'no parts' },
    { path, type: 'application/x-www-form-urlencoded', body: 'name=%ff&name=b&password[]=c' },
  ],
  [{ path: 'nothing-here' }],
)

async function ask(origin, { path, type, body }) {
  const request = body ? { method: 'POST', headers: { 'content-type': type }, body } : {}
  const answer = await fetch(origin + path, { ...request, redirect: 'manual' })
  const headers = JSON.stringify([...answer.headers])
  return { status: answer.status, text: `${answer.status} ${headers}\n${await answer.text()}` }
}

async function assertNothingLeft(page, mark) {
  const left = (await page.content()) + (await shownTo(page))
  assert.doesNotMatch(left, /ada@example\.com|[0-9a-f]{64}/)
  assert.ok(!left.includes(mark))
}

/** Returns what the page shows, also of what is in the center's own document. */
async function shownTo(page) {
  const texts = await page.locator('body *').allInnerTexts()
  return texts.join('\n')
}

/** Collects what the desk answers to a page, and returns how to get it. */
function answersOf(page) {
  const answers = []
  page.on('response', (response) => {
    if (response.url().includes('/api/')) answers.push(response.text().catch(() => ''))
  })
  return async () => (await Promise.all(answers)).join('\n')
}

const callsOf = (page) => page.requests.filter((request) => request.url().includes('/api/'))

/** Returns the path of the conversation that the page has asked the desk for. */
function conversationOf(page) {
  const urls = callsOf(page).map((request) => request.url())
  return urls.find((url) => /conversations\/[^/]+\/messages$/.test(url))
}

/** Asks the desk for a conversation as whoever the shop has signed on this page. */
function readAs(page, conversation) {
  const { helpdeskId, email, signature } = callsOf(page)[0].postDataJSON()
  return page.request.post(conversation, { data: { helpdeskId, email, signature } })
}
