// What every test needs: the demo, a website, and people with a browser each.

import { after, before } from 'node:test'
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { chromium } from 'playwright-core'
import { Demo } from './demo.mjs'
import { Site, pageFor } from './site.mjs'

const EXECUTABLE = process.env.CHROMIUM ?? '/usr/bin/chromium'
const AXE = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** After so long, what a test waits for does not come: it fails and says what was missing. */
const NEVER = 120_000

export const ADA = 'ada@example.com'
export const GRACE = 'grace@example.com'

export const launch = (options) =>
  chromium.launch({
    executablePath: EXECUTABLE,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-first-run'],
    ...options,
  })

/** Starts what the file's tests share, and ends it after them. */
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

/** Returns a page in a browser of its own, which remembers every complaint and every request. */
export async function openPage(t, world, options = {}) {
  const context = await world.browser.newContext({
    locale: 'en-GB',
    timezoneId: 'UTC',
    ...options,
  })
  t.after(() => context.close())
  return newTab(context)
}

/** Returns one more page of the same browser. */
export async function newTab(context) {
  const page = await context.newPage()
  page.setDefaultTimeout(NEVER)
  page.problems = []
  page.requests = []
  page.on('request', (request) => page.requests.push(request))
  page.on('dialog', (dialog) => {
    page.problems.push(`dialog: ${dialog.message()}`)
    dialog.dismiss()
  })
  page.on('pageerror', (error) => page.problems.push(error.message))
  page.on('console', (message) => {
    // What the server refuses on purpose is a line of the browser's own.
    const isRefusal = /Failed to load resource|Ticket Center:/.test(message.text())
    if (message.type() === 'error' && !isRefusal) page.problems.push(message.text())
  })
  return page
}

/** Returns a page on which a customer's center is. */
export async function visitCenter(t, world, email, { attributes, headers, ...options } = {}) {
  const page = await openPage(t, world, options)
  await page.goto(world.site.publish(pageFor(world.demo, email, attributes), headers))
  return page
}

/** Writes as the customer: a new conversation from the list, or a reply in an open one. */
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

/** Waits until something is so; playwright's own waiting knows only what can be seen. */
export async function until(condition) {
  const start = Date.now()
  for (;;) {
    const found = await condition()
    if (found) return found
    assert.ok(Date.now() - start < NEVER, `never came: ${condition}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

export async function assertAccessible(page, state) {
  await page.evaluate(AXE)
  const found = await page.evaluate(async () => {
    const { violations, incomplete } = await window.axe.run()
    // What axe cannot decide about colours is a contrast that nobody has checked, but for cells that a
    // table has to be scrolled to: those are decided where there is room.
    const isReachable = ({ target }) => !document.querySelector(target[0])?.closest('.scroll')
    const unsure = incomplete
      .filter(({ id }) => id === 'color-contrast')
      .map(({ nodes }) => ({ id: 'unsure of colours', nodes: nodes.filter(isReachable) }))
    return [...violations, ...unsure].flatMap(({ id, nodes }) =>
      nodes.map(({ html }) => `${id}: ${html}`),
    )
  })
  assert.deepEqual(found, [], state)
}

/** Asserts that nothing has to be scrolled sideways. */
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
