// What every test needs: a desk, a site that embeds its center, and a visitor with a browser.

import { after, before } from 'node:test'
import assert from 'node:assert/strict'
import { Desk } from './desk.mjs'
import { CONTAINER, Site, launch, pageWith, tagFor } from './site.mjs'

export const ADA = 'ada@example.com'
export const BOB = 'bob@example.com'

/** After so long, what a test waits for does not come: it fails and says what was missing. */
const NEVER = 120_000

let browser

/** Starts the file's browser, and ends it after the file's tests. */
export function useBrowser() {
  before(async () => {
    browser = await launch()
  })
  after(() => browser.close())
}

/** Returns a desk and a site that end with the test. */
export async function start(t) {
  const [desk, site] = await Promise.all([Desk.start(), Site.start()])
  t.after(() => {
    desk.stop()
    site.stop()
  })
  return { desk, site }
}

/** Returns a page in a browser of its own, which remembers every complaint. */
export async function openPage(t, options = {}) {
  const context = await browser.newContext({ locale: 'en-GB', timezoneId: 'UTC', ...options })
  t.after(() => context.close())
  const page = await context.newPage()
  page.setDefaultTimeout(NEVER)
  page.problems = []
  page.on('pageerror', (error) => page.problems.push(error.message))
  page.on('console', (message) => {
    // A refused request is a line of the browser's own: what the desk refuses on purpose is no complaint.
    const isRefusal = /Failed to load resource|Ticket Center:/.test(message.text())
    if (message.type() === 'error' && !isRefusal) page.problems.push(message.text())
  })
  return page
}

/** Returns a page on which a customer's center is, and which was opened. */
export async function visit(t, { desk, site }, email = ADA, options = {}) {
  const page = await openPage(t, options)
  await page.goto(site.publish(pageWith(CONTAINER + tagFor(desk, email))))
  return page
}

/** Opens a conversation from the list. */
export async function openConversation(page, name) {
  await page.getByRole('button', { name }).click()
  await page.getByRole('region', { name: 'Messages' }).getByRole('listitem').first().waitFor()
}

export async function send(page, text) {
  await page.getByRole('textbox', { name: /Your reply|Message/ }).fill(text)
  await page.getByRole('button', { name: 'Send' }).click()
}

/** Waits until something is so; playwright's own waiting knows only what can be seen. */
export async function until(condition) {
  const start = Date.now()
  while (!(await condition())) {
    assert.ok(Date.now() - start < NEVER, `never came: ${condition}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

export async function assertNoProblems(page) {
  assert.deepEqual(page.problems, [])
}
