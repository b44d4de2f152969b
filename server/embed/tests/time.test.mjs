// Tests when the widget polls, and when it does not. The tests control the page's clock.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CONTAINER, pageWith, tagFor } from './site.mjs'
import { ADA, openConversation, openPage, send, start, until, useBrowser } from './visit.mjs'

useBrowser()

const polls = (desk) => desk.callsOf('/verify').filter(({ method }) => method === 'POST').length

/** Opens a widget with one conversation; the page's clock stands still until the test advances it. */
async function openPaused(t, { desk, site }, above = '') {
  const conversation = desk.begin(ADA, 'question')
  desk.pollAfter = 1_500
  const page = await openPage(t)
  page.attempts = 0
  page.on('request', (request) => {
    if (request.url().endsWith('/verify')) page.attempts += 1
  })
  await page.clock.install({ time: new Date('2026-01-02T12:00:00Z') })
  await page.clock.pauseAt(new Date('2026-01-02T12:01:00Z'))
  await page.goto(site.publish(pageWith(above + CONTAINER + tagFor(desk, ADA))))
  await page.evaluate(() => scrollTo(0, 10_000))
  await page.getByRole('button', { name: 'question' }).waitFor()
  return { page, conversation }
}

/** Advances the clock second by second, and lets the responses of each second arrive. */
async function pass(page, seconds) {
  for (let second = 0; second < seconds; second += 1) {
    await page.clock.runFor(1000)
    await new Promise((resolve) => setTimeout(resolve, 30))
  }
}

/** Advances the clock until something is visible. */
async function passUntil(page, target) {
  await until(async () => {
    if (await target.isVisible()) return true
    await pass(page, 1)
    return false
  })
}

function setHidden(page, isHidden) {
  return page.evaluate(
    (state) => {
      Object.defineProperty(document, 'visibilityState', { value: state, configurable: true })
      document.dispatchEvent(new Event('visibilitychange'))
    },
    isHidden ? 'hidden' : 'visible',
  )
}

test("an agent's reply appears within two seconds", async (t) => {
  const world = await start(t)
  const { page, conversation } = await openPaused(t, world)
  await openConversation(page, 'question')
  await pass(page, 3)
  world.desk.reply(ADA, conversation, 'answer')
  await page.clock.runFor(1_500)
  await page.locator('.bubble').getByText('answer').waitFor()
})

test('a hidden page does not poll, and polls at once when it becomes visible', async (t) => {
  const world = await start(t)
  const { page, conversation } = await openPaused(t, world)
  await openConversation(page, 'question')
  await pass(page, 3)
  await setHidden(page, true)
  const before = world.desk.requests.length
  world.desk.reply(ADA, conversation, 'answer')
  await pass(page, 60)
  assert.equal(world.desk.requests.length, before)
  assert.equal(conversation.read, 1)
  await setHidden(page, false)
  await page.locator('.bubble').getByText('answer').waitFor()
  await until(() => conversation.read === 2)
})

test('a page that is opened hidden does not poll until it becomes visible', async (t) => {
  const world = await start(t)
  world.desk.begin(ADA, 'question')
  const page = await openPage(t)
  await page.addInitScript(() =>
    Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true }),
  )
  await page.goto(world.site.publish(pageWith(CONTAINER + tagFor(world.desk, ADA))))
  await page.getByText('Loading your conversations').waitFor()
  assert.equal(polls(world.desk), 0)
  await setHidden(page, false)
  await page.getByRole('button', { name: 'question' }).waitFor()
})

for (const [name, hide, show] of [
  [
    'in a closed panel',
    () => (document.querySelector('main').style.display = 'none'),
    () => {
      document.querySelector('main').style.display = ''
      scrollTo(0, 10_000)
    },
  ],
  ['far below the visible part of the page', () => scrollTo(0, 0), () => scrollTo(0, 10_000)],
]) {
  test(`a widget ${name} does not poll, and marks no reply as read`, async (t) => {
    const world = await start(t)
    const { page, conversation } = await openPaused(t, world, '<p style="height: 5000px">Far</p>')
    await openConversation(page, 'question')
    await pass(page, 3)
    await page.evaluate(hide)
    // The browser reports visibility with a delay: once it has, two seconds pass without a poll.
    let before
    await until(async () => {
      before = page.attempts
      await pass(page, 2)
      return page.attempts === before
    })
    world.desk.reply(ADA, conversation, 'answer')
    await pass(page, 30)
    assert.equal(page.attempts, before)
    assert.equal(conversation.read, 1)
    await page.evaluate(show)
    await page.locator('.bubble').getByText('answer').waitFor()
    await until(() => conversation.read === 2)
  })
}

test('a desk that is down is polled less and less often, and the widget says so', async (t) => {
  const world = await start(t)
  const { page } = await openPaused(t, world)
  await pass(page, 3)
  world.desk.isDown = true
  const before = page.attempts
  await pass(page, 120)
  await page.getByText('No connection. We keep trying.').waitFor()
  const asked = page.attempts - before
  // 1.5 s doubled each time: at most at 0, 1.5, 4.5, 10.5, 22.5, 46.5, 94.5; without backoff it would be 80 times.
  assert.ok(asked >= 2 && asked <= 8, `${asked}`)
  world.desk.isDown = false
  await pass(page, 76)
  await page.getByText('No connection. We keep trying.').waitFor({ state: 'hidden' })
  const recovered = page.attempts
  await until(async () => {
    await pass(page, 1)
    return page.attempts - recovered >= 4
  })
})

test('a browser that is online again polls at once, and the typed text can be sent', async (t) => {
  const world = await start(t)
  const { page, conversation } = await openPaused(t, world)
  await openConversation(page, 'question')
  await page.context().setOffline(true)
  await passUntil(page, page.getByText('No connection. We keep trying.'))
  await send(page, 'typed while offline')
  await page.getByText('Not sent: there is no connection').waitFor()
  world.desk.reply(ADA, conversation, 'answer')
  await page.context().setOffline(false)
  await page.locator('.bubble').getByText('answer').waitFor()
  await page.getByText('No connection. We keep trying.').waitFor({ state: 'hidden' })
  assert.equal(await page.getByLabel('Your reply').inputValue(), 'typed while offline')
  await page.getByRole('button', { name: 'Send' }).click()
  await until(() => conversation.messages.length === 3)
})

test('the widget does not poll for as long as the desk asks it to wait', async (t) => {
  const world = await start(t)
  const { page } = await openPaused(t, world)
  await pass(page, 3)
  world.desk.rejection = [429, 'rate_limited', { 'retry-after': '40' }]
  await passUntil(page, page.getByText('New replies may take a moment.'))
  const before = polls(world.desk)
  await pass(page, 35)
  assert.equal(polls(world.desk), before)
  world.desk.rejection = null
  await pass(page, 20)
  assert.ok(polls(world.desk) > before)
})

test('a lasting problem is not polled again until the customer presses "Try again"', async (t) => {
  const world = await start(t)
  const { page } = await openPaused(t, world)
  world.desk.rejection = [403, 'contact_blocked']
  await passUntil(page, page.getByText('Support is not available for this account'))
  const before = page.attempts
  await pass(page, 120)
  assert.equal(page.attempts, before)
  await page.getByRole('button', { name: 'Try again' }).click()
  await until(() => page.attempts === before + 1)
})

test('a request without a response times out and is sent again', async (t) => {
  const world = await start(t)
  const { page, conversation } = await openPaused(t, world)
  await openConversation(page, 'question')
  await pass(page, 3)
  let isStuck = true
  world.desk.before = () => (isStuck ? new Promise(() => {}) : undefined)
  await passUntil(page, page.getByText('No connection. We keep trying.'))
  isStuck = false
  world.desk.reply(ADA, conversation, 'answer')
  await passUntil(page, page.locator('.bubble').getByText('answer'))
})

test('the first page verifies once, and a screen that is opened loads without verifying again', async (t) => {
  const world = await start(t)
  const { page } = await openPaused(t, world)
  assert.equal(polls(world.desk), 1)
  await openConversation(page, 'question')
  assert.equal(polls(world.desk), 1)
})

test('while nothing changes, the widget only asks whether something has changed', async (t) => {
  const world = await start(t)
  const { page } = await openPaused(t, world)
  const loads = () => world.desk.requests.filter(({ url }) => !url.endsWith('/verify')).length
  const before = loads()
  const asked = polls(world.desk)
  await until(async () => {
    await pass(page, 1)
    return polls(world.desk) > asked + 5
  })
  assert.equal(loads(), before)
})

test('a page that is shown again by the back button continues polling', async (t) => {
  const world = await start(t)
  const { page } = await openPaused(t, world)
  const before = polls(world.desk)
  await page.evaluate(() => dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })))
  await until(() => polls(world.desk) > before)
})
