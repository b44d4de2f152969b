// Helpers of every test: the demo, a website, and a browser for each person.

import { after, before } from 'node:test'
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { chromium } from 'playwright-core'
import { Demo } from './demo.mjs'
import { Site, pageFor } from './site.mjs'

const EXECUTABLE = process.env.CHROMIUM ?? '/usr/bin/chromium'
const AXE = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** After how many milliseconds a wait fails, and says what was missing. */
const LONGEST_WAIT = 120_000

export const ADA = 'ada@example.com'
export const GRACE = 'grace@example.com'

export const launch = (options) =>
  chromium.launch({
    executablePath: EXECUTABLE,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-first-run'],
    ...options,
  })

/** Starts the demo, the website and the browser for the tests of a file, and stops them after the tests. */
export function useWorld(options) {
  const world = {}
  before(async () => {
    const [demo, site, browser] = await Promise.all([Demo.start(options), Site.start(), launch()])
    Object.assign(world, { demo, site, browser, facts: demo.facts })
  })
  after(async () => {
    await world.browser?.close()
    world.site?.stop()
    assert.equal(await world.demo?.stop(), 0)
  })
  return world
}

/** Returns a page in a new browser context, which records every error and every request. */
export async function openPage(t, world, options = {}) {
  const context = await world.browser.newContext({
    locale: 'en-GB',
    timezoneId: 'UTC',
    ...options,
  })
  t.after(() => context.close())
  return newTab(context)
}

/** Returns another page in the same browser context. */
export async function newTab(context) {
  const page = await context.newPage()
  page.setDefaultTimeout(LONGEST_WAIT)
  page.problems = []
  page.requests = []
  page.on('request', (request) => page.requests.push(request))
  page.on('dialog', (dialog) => {
    page.problems.push(`dialog: ${dialog.message()}`)
    dialog.dismiss()
  })
  page.on('pageerror', (error) => page.problems.push(error.message))
  page.on('console', (message) => {
    // The browser logs requests that the server rejects on purpose: these are no errors of the page.
    const isRejection = /Failed to load resource|Ticket Center:/.test(message.text())
    if (message.type() === 'error' && !isRejection) page.problems.push(message.text())
  })
  return page
}

/** Opens a page with a customer's widget, and returns it. */
export async function visitWidget(t, world, email, { attributes, headers, ...options } = {}) {
  const page = await openPage(t, world, options)
  await page.goto(world.site.publish(pageFor(world.demo, email, attributes), headers))
  return page
}

/** Writes as the customer: a new conversation in the list, or a reply in an open conversation. */
export async function write(page, text) {
  const field = page.getByRole('textbox', { name: /^(Your reply|Message)$/ })
  const start = page.getByRole('button', { name: /^(New conversation|Start a conversation)$/ })
  await field.or(start).first().waitFor()
  if (await start.isVisible()) await start.click()
  await field.fill(text)
  await page.getByRole('button', { name: /^Send (message|reply)$/ }).click()
  await bubble(page, text).waitFor()
}

export const bubble = (page, text) => page.locator('.bubble').filter({ hasText: text })

/** Waits until a condition holds, and returns its value; playwright itself waits only for what is visible. */
export async function until(condition) {
  const start = Date.now()
  for (;;) {
    const found = await condition()
    if (found) return found
    assert.ok(
      Date.now() - start < LONGEST_WAIT,
      `still false after ${LONGEST_WAIT} ms: ${condition}`,
    )
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

export async function assertAccessible(page, state) {
  await page.evaluate(AXE)
  const found = await page.evaluate(async () => {
    const { violations, incomplete } = await window.axe.run()
    // A contrast that axe cannot decide would stay unchecked, so it fails. Cells of a table that has to be
    // scrolled are left out: axe decides them on a wider page.
    const isVisible = ({ target }) => !document.querySelector(target[0])?.closest('.scroll')
    const unsure = incomplete
      .filter(({ id }) => id === 'color-contrast')
      .map(({ nodes }) => ({ id: 'undecided color-contrast', nodes: nodes.filter(isVisible) }))
    return [...violations, ...unsure].flatMap(({ id, nodes }) =>
      nodes.map(({ html }) => `${id}: ${html}`),
    )
  })
  assert.deepEqual(found, [], state)
}

/** Asserts that the page has no horizontal scroll bar. */
export async function assertFits(page, state) {
  const [inner, outer] = await page.evaluate(() => [
    document.documentElement.scrollWidth,
    document.documentElement.clientWidth,
  ])
  assert.ok(inner <= outer, `${state}: ${inner} pixels wide in ${outer}`)
}

export function assertNoProblems(page) {
  assert.deepEqual(page.problems, [])
}
