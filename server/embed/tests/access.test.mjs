// Tests the widget with a keyboard, a screen reader, a small screen and right-to-left text.

import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { test } from 'node:test'
import { CONTAINER, pageWith, tagFor } from './site.mjs'
import { ADA, openConversation, openPage, send, start, until, useBrowser, visit } from './visit.mjs'

useBrowser()

const AXE = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const ARABIC = 'هل يمكنني تغيير عنوان البريد الإلكتروني؟'

async function assertAccessible(page, state) {
  await page.evaluate(AXE)
  const { violations, incomplete } = await page.evaluate(() => window.axe.run())
  const found = violations.map(({ id, nodes }) => `${state}: ${id}: ${nodes[0].html}`)
  // A contrast that axe cannot decide would stay unchecked, so it fails.
  const unknown = incomplete.filter(({ id }) => id === 'color-contrast')
  const unsure = unknown.flatMap(({ nodes }) =>
    nodes.map(({ html }) => `${state}: unsure: ${html}`),
  )
  assert.deepEqual([...found, ...unsure], [])
}

/** Returns the name of the focused element, also inside the widget. */
function focused(page) {
  return page.evaluate(() => {
    const inner = document.activeElement?.shadowRoot?.activeElement ?? document.activeElement
    return inner.getAttribute('aria-label') ?? (inner.id || inner.textContent)
  })
}

async function tabTo(page, name) {
  await until(async () => {
    await page.keyboard.press('Tab')
    return (await focused(page)).includes(name)
  })
}

function seed(desk) {
  const conversation = desk.begin(ADA, 'question')
  desk.reply(ADA, conversation, 'answer, see https://example.com/')
  desk.begin(ADA, 'solved').status = 'closed'
  return conversation
}

for (const colorScheme of ['light', 'dark']) {
  for (const width of [320, 1100]) {
    test(`axe finds no accessibility problem in any state, ${colorScheme} at ${width} pixels`, async (t) => {
      const world = await start(t)
      const conversation = seed(world.desk)
      const style =
        '<style>:root{color-scheme:light dark}body{background:light-dark(#fff,#111)}</style>'
      const page = await openPage(t, { colorScheme, viewport: { width, height: 800 } })
      const check = (state) => assertAccessible(page, state)
      await page.goto(world.site.publish(pageWith(CONTAINER + tagFor(world.desk, ADA), style)))
      await page.getByRole('button', { name: 'question' }).waitFor()
      await check('list')
      await page.getByRole('button', { name: 'New conversation' }).click()
      await check('new')
      await page.getByRole('button', { name: 'Send' }).click()
      await page.getByText('Please write a message first.').waitFor()
      await check('new, rejected')
      await page.getByLabel('Back to all').click()
      await openConversation(page, 'question')
      await check('conversation')
      await page.getByRole('button', { name: 'Close conversation' }).click()
      await check('question')
      await page.getByRole('button', { name: 'Keep it open' }).click()
      for (let count = 0; count < 60; count += 1)
        world.desk.reply(ADA, conversation, `line ${count}`)
      const messages = page.getByRole('region', { name: 'Messages' })
      await messages.getByText('line 59', { exact: true }).waitFor({ state: 'attached' })
      await messages.evaluate((area) => (area.scrollTop = 0))
      world.desk.reply(ADA, conversation, 'one more')
      await page.getByRole('button', { name: 'New reply' }).waitFor()
      await check('new reply')
      world.desk.rejection = [401, 'signature_mismatch']
      await page.getByRole('alert').filter({ hasText: 'Verification failed' }).waitFor()
      await check('conversation with a notice')
      await page.reload()
      await page.getByText('For the people who run this site').click()
      await check('verification failed')
      world.desk.rejection = null
      world.desk.conversationsOf(ADA).length = 0
      await page.getByRole('button', { name: 'Try again' }).click()
      await page.getByText('How can we help?').waitFor()
      await check('empty')
    })
  }
}

test('everything works by keyboard, and the focus moves to what the customer uses next', async (t) => {
  const world = await start(t)
  const conversation = world.desk.begin(ADA, 'question')
  const page = await visit(t, world)
  await page.getByRole('button', { name: 'question' }).waitFor()
  assert.equal(await page.evaluate(() => document.activeElement === document.body), true)

  await tabTo(page, 'question')
  await page.keyboard.press('Enter')
  await page.locator('.bubble').waitFor()
  assert.equal(await focused(page), 'question')
  await tabTo(page, 'message')
  await page.keyboard.type('by keyboard')
  await page.keyboard.press('Control+Enter')
  await until(() => conversation.messages.length === 2)
  assert.equal(await focused(page), 'message')

  await page.keyboard.press('Shift+Tab')
  assert.equal(await focused(page), 'Messages')
  await page.keyboard.press('Shift+Tab')
  await page.keyboard.press('Enter')
  assert.equal(await focused(page), 'Yes, close it')
  await page.keyboard.press('Enter')
  await until(() => conversation.status === 'closed')
  await until(async () => (await focused(page)) === 'question')

  await page.keyboard.press('Shift+Tab')
  await page.keyboard.press('Enter')
  await until(async () => (await focused(page)).includes('by keyboard'))
  await page.keyboard.press('Shift+Tab')
  await page.keyboard.press('Space')
  assert.equal(await focused(page), 'message')
})

test('an invalid field is marked and gets the focus', async (t) => {
  const world = await start(t)
  const page = await visit(t, world)
  await page.getByRole('button', { name: 'Start a conversation' }).click()
  const subject = page.getByLabel('Subject')
  const message = page.getByLabel('Message', { exact: true })
  await page.getByRole('button', { name: 'Send' }).click()
  await until(async () => (await focused(page)) === 'message')
  assert.equal(await message.getAttribute('aria-invalid'), 'true')
  await message.fill('text')
  await subject.fill('x'.repeat(201))
  await page.getByRole('button', { name: 'Send' }).click()
  await until(async () => (await focused(page)) === 'subject')
  assert.equal(await message.getAttribute('aria-invalid'), 'false')
  assert.equal(await subject.getAttribute('aria-invalid'), 'true')
})

test('after a successful retry, the focus is on the screen that appeared', async (t) => {
  const world = await start(t)
  world.desk.rejection = [401, 'signature_mismatch']
  const page = await visit(t, world)
  await page.getByRole('button', { name: 'Try again' }).focus()
  world.desk.rejection = null
  await page.keyboard.press('Enter')
  await page.getByText('How can we help?').waitFor()
  await until(async () => (await focused(page)) === 'Example Support')
})

test('replies, sent messages and closing are announced to screen readers', async (t) => {
  const world = await start(t)
  const conversation = world.desk.begin(ADA, 'question')
  const page = await visit(t, world)
  const status = page.getByRole('status')
  await openConversation(page, 'question')
  world.desk.reply(ADA, conversation, 'an answer', 'Grace')
  await status.filter({ hasText: 'New reply from Grace: an answer' }).waitFor()
  await send(page, 'thank you')
  await status.filter({ hasText: 'Message sent.' }).waitFor()
  await page.getByRole('button', { name: 'Close conversation' }).click()
  await page.getByRole('button', { name: 'Yes, close it' }).click()
  await status.filter({ hasText: 'Conversation closed.' }).waitFor()
})

test('a change of the list keeps the focus on its row', async (t) => {
  const world = await start(t)
  world.desk.begin(ADA, 'first')
  const second = world.desk.begin(ADA, 'second')
  const page = await visit(t, world)
  await page.getByRole('button', { name: 'first' }).focus()
  world.desk.reply(ADA, second, 'answer')
  await page.getByText('1 new reply').waitFor()
  assert.match(await focused(page), /first/)
  world.desk.reply(ADA, world.desk.conversationsOf(ADA)[0], 'answer')
  await page.getByRole('list').getByRole('button').first().filter({ hasText: 'first' }).waitFor()
  assert.match(await focused(page), /first/)
})

test('each text is shown in its own direction', async (t) => {
  const world = await start(t)
  const conversation = world.desk.begin(ADA, ARABIC)
  world.desk.reply(ADA, conversation, 'Yes, you can.')
  world.desk.begin(ADA, ARABIC)
  const page = await visit(t, world)
  const cuts = page.getByRole('list').locator('.cut')
  await until(async () => (await cuts.count()) === 4)
  const directions = await cuts.evaluateAll((all) =>
    all.map((cut) => getComputedStyle(cut).direction),
  )
  assert.deepEqual(directions, ['rtl', 'rtl', 'rtl', 'ltr'])
  await page.getByRole('list').getByRole('button').last().click()
  await page.locator('.bubble').nth(1).waitFor()
  const bubbles = page.locator('.bubble')
  const sides = await bubbles.evaluateAll((all) =>
    all.map((bubble) => getComputedStyle(bubble).direction),
  )
  assert.deepEqual(sides, ['rtl', 'ltr'])
  assert.equal(
    await page.locator('h2').evaluate((title) => getComputedStyle(title).direction),
    'rtl',
  )
  await page.getByLabel('Your reply').fill(ARABIC)
  const direction = (field) => getComputedStyle(field).direction
  assert.equal(await page.getByLabel('Your reply').evaluate(direction), 'rtl')
  await page.getByLabel('Your reply').fill('English')
  assert.equal(await page.getByLabel('Your reply').evaluate(direction), 'ltr')
})

test('nothing is wider than a screen of 320 pixels, however long the words are', async (t) => {
  const world = await start(t)
  const word = 'Donaudampfschifffahrtsgesellschaft'.repeat(20)
  const url = `https://example.com/${'x'.repeat(300)}`
  const conversation = world.desk.begin(ADA, `${word} ${url}`, word)
  world.desk.reply(ADA, conversation, word, word)
  world.desk.name = word
  const page = await openPage(t, { viewport: { width: 320, height: 600 } })
  await page.goto(world.site.publish(pageWith(CONTAINER + tagFor(world.desk, ADA))))
  const assertFits = async () => {
    const width = await page.evaluate(() => document.documentElement.scrollWidth)
    assert.ok(width <= 320, `${width}`)
    const inner = await page
      .locator('.widget *:visible')
      .evaluateAll((all) => all.filter((one) => one.getBoundingClientRect().right > 320).length)
    assert.equal(inner, 0)
  }
  await page.getByRole('list').getByRole('button').waitFor()
  await assertFits()
  await page.getByRole('list').getByRole('button').click()
  await page.locator('.bubble').nth(1).waitFor()
  await assertFits()
  await page.getByRole('button', { name: 'Close conversation' }).click()
  await assertFits()
  await page.getByLabel('Back to all').click()
  await page.getByRole('button', { name: 'New conversation' }).click()
  await page.getByLabel('Message', { exact: true }).fill(word)
  await assertFits()
})

test('with forced colours, messages and buttons have a border', async (t) => {
  const world = await start(t)
  world.desk.begin(ADA, 'question')
  const page = await openPage(t, { forcedColors: 'active' })
  await page.goto(world.site.publish(pageWith(CONTAINER + tagFor(world.desk, ADA))))
  await openConversation(page, 'question')
  const widthOf = (element) => getComputedStyle(element).borderTopWidth
  assert.equal(await page.locator('.bubble').evaluate(widthOf), '1px')
  assert.equal(await page.getByRole('button', { name: 'Send' }).evaluate(widthOf), '1px')
})

test("the widget's text follows the customer's text size", async (t) => {
  const world = await start(t)
  world.desk.begin(ADA, 'question')
  const page = await visit(t, world)
  const size = () => page.locator('.widget').evaluate((widget) => getComputedStyle(widget).fontSize)
  await page.getByRole('button', { name: 'question' }).waitFor()
  assert.equal(await size(), '16px')
  const session = await page.context().newCDPSession(page)
  await session.send('Page.setFontSizes', { fontSizes: { standard: 24 } })
  await until(async () => (await size()) === '24px')
})
