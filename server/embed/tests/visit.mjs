// Helpers of every test: a desk, a site that embeds its widget, and a customer's browser.

import { after, before } from 'node:test'
import assert from 'node:assert/strict'
import { Desk } from './desk.mjs'
import { CONTAINER, Site, launch, pageWith, tagFor } from './site.mjs'

export const ADA = 'ada@example.com'
export const BOB = 'bob@example.com'

/** After how many milliseconds a wait fails, and says what was missing. */
const LONGEST_WAIT = 120_000

let browser

/** Starts a browser for the tests of a file, and closes it after them. */
export function useBrowser() {
  before(async () => {
    browser = await launch()
  })
  after(() => browser.close())
}

/** Returns a desk and a site that stop after the test. */
export async function start(t) {
  const [desk, site] = await Promise.all([Desk.start(), Site.start()])
  t.after(() => {
    desk.stop()
    site.stop()
  })
  return { desk, site }
}

/** Returns a page in a new browser context, which records every error. */
export async function openPage(t, options = {}) {
  const context = await browser.newContext({ locale: 'en-GB', timezoneId: 'UTC', ...options })
  t.after(() => context.close())
  const page = await context.newPage()
  page.setDefaultTimeout(LONGEST_WAIT)
  page.problems = []
  page.on('pageerror', (error) => page.problems.push(error.message))
  page.on('console', (message) => {
    // The browser logs requests that the desk rejects on purpose: these are no errors of the page.
    const isRejection = /Failed to load resource|Ticket Center:/.test(message.text())
    if (message.type() === 'error' && !isRejection) page.problems.push(message.text())
  })
  return page
}

/** Opens a page with a customer's widget, and returns it. */
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

/** Waits until a condition holds; playwright itself waits only for what is visible. */
export async function until(condition) {
  const start = Date.now()
  while (!(await condition())) {
    assert.ok(
      Date.now() - start < LONGEST_WAIT,
      `still false after ${LONGEST_WAIT} ms: ${condition}`,
    )
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

export async function assertNoProblems(page) {
  assert.deepEqual(page.problems, [])
}
