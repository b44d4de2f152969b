// Tests the open inbox: it updates itself, and keeps the agent's focus, scroll position and selection.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deskUrl, messageWith, signIn } from './dashboard.mjs'
import { openForm, formUrl, sendTicket } from './portal.mjs'
import { portalLink } from './signatures.mjs'
import {
  assertAccessible,
  assertFits,
  assertNoProblems,
  openPage,
  until,
  useWorld,
  visitWidget,
  write,
} from './world.mjs'

const world = useWorld()

const subjects = (page) => page.locator('.list .subject').allTextContents()
const row = (page, subject) => page.getByRole('listitem').filter({ hasText: subject })
const focused = (page) => page.evaluate(() => document.activeElement.innerText)
const topOfFocus = (page) => page.evaluate(() => document.activeElement.getBoundingClientRect().top)

/** Browsers scroll by whole pixels, so a difference of one is allowed. */
const assertInPlace = (top, before) => assert.ok(Math.abs(top - before) <= 1, `${top} ${before}`)

async function inbox(t, options) {
  const agent = await openPage(t, world, options)
  await signIn(agent, world.facts.agent, world)
  return agent
}

/** Writes questions as a customer, and returns the customer's page. */
async function asked(t, email, ...questions) {
  const customer = await visitWidget(t, world, email)
  for (const question of questions) {
    await write(customer, question)
    await customer.getByLabel('Back to all conversations').click()
  }
  return customer
}

test('new conversations appear while the keyboard is in the list, and the focus stays', async (t) => {
  await asked(t, 'focus@example.com', 'the focused one')
  // The window is low, so that the page can be scrolled.
  const agent = await inbox(t, { viewport: { width: 1200, height: 320 } })
  await row(agent, 'the focused one').getByRole('link').focus()
  await agent.evaluate(() => (document.activeElement.isTheSame = true))
  const top = await topOfFocus(agent)
  const customer = await asked(t, 'newcomer@example.com', 'one that comes later')
  await row(agent, 'one that comes later').waitFor()
  assert.match(await focused(agent), /the focused one/)
  assert.equal(await agent.evaluate(() => document.activeElement.isTheSame), true)
  assertInPlace(await topOfFocus(agent), top)
  // The focused row is updated as well.
  const [first, second] = (await subjects(agent)).filter((subject) => /focused|later/.test(subject))
  assert.deepEqual([first, second], ['one that comes later', 'the focused one'])
  await customer.close()
  const again = await visitWidget(t, world, 'focus@example.com')
  await again.getByRole('button', { name: 'the focused one' }).click()
  await write(again, 'more about it')
  await until(async () => (await focused(agent)).includes('more about it'))
  assert.equal((await subjects(agent))[0], 'the focused one')
  await agent.keyboard.press('Enter')
  await messageWith(agent, 'more about it').waitFor()
  assertNoProblems(agent)
})

test('a focused row whose conversation is closed stays until the focus leaves it', async (t) => {
  const customer = await visitWidget(t, world, 'closing@example.com')
  await write(customer, 'one to be closed')
  await asked(t, 'staying@example.com', 'one that stays')
  const agent = await inbox(t)
  await row(agent, 'one to be closed').getByRole('link').focus()
  await customer.getByRole('button', { name: 'Close conversation' }).click()
  await customer.getByRole('button', { name: 'Yes, close it' }).click()
  await asked(t, 'marker@example.com', 'a mark that the list is new')
  await row(agent, 'a mark that the list is new').waitFor()
  assert.match(await focused(agent), /one to be closed/)
  await agent.keyboard.press('Tab')
  await row(agent, 'one to be closed').waitFor({ state: 'detached' })
  assertNoProblems(agent)
})

test('an update of the list keeps the scroll position and the selected text', async (t) => {
  const many = Array.from({ length: 12 }, (_, number) => `filling the list ${number}`)
  await asked(t, 'filling@example.com', ...many)
  const agent = await inbox(t, { viewport: { width: 360, height: 500 } })
  const subject = row(agent, 'filling the list 3').locator('.subject').first()
  await subject.scrollIntoViewIfNeeded()
  await subject.selectText()
  const place = () => subject.evaluate((element) => element.getBoundingClientRect().top)
  const before = await place()
  await asked(t, 'above@example.com', 'one more above all')
  await row(agent, 'one more above all').waitFor()
  assertInPlace(await place(), before)
  assert.equal(await agent.evaluate(() => String(getSelection())), 'filling the list 3')
})

test('an update of the list keeps the elements of unchanged rows', async (t) => {
  await asked(t, 'same@example.com', 'one that stays the same')
  const agent = await inbox(t)
  const link = row(agent, 'one that stays the same').getByRole('link')
  await link.evaluate((element) => (element.isTheSame = true))
  await asked(t, 'later@example.com', 'one after that')
  await row(agent, 'one after that').waitFor()
  assert.equal(await link.evaluate((element) => element.isTheSame), true)
})

test('unconfirmed claims of visitors are shown beside what is verified, and fit the page', async (t) => {
  const visitor = await openPage(t, world)
  const name = `✔ verified e-mail ada@example.com \u202e${'very long '.repeat(6)}`
  await openForm(visitor, formUrl(world.facts))
  await sendTicket(visitor, { message: 'who am I?', email: 'ada@example.com', name })
  await openForm(visitor, portalLink(world.facts, 'user-who'))
  await sendTicket(visitor, { message: 'who am I then?', email: 'ada@example.com', name })
  for (const [subject, heading, proof] of [
    ['who am I?', 'Anonymous visitor', 'unconfirmed'],
    ['who am I then?', 'user-who', 'verified customer id'],
  ]) {
    for (const width of [360, 1200]) {
      for (const colorScheme of ['light', 'dark']) {
        const agent = await inbox(t, { colorScheme, viewport: { width, height: 800 } })
        const entry = row(agent, subject)
        assert.equal(await entry.locator('.name').textContent(), heading)
        await entry.getByText(proof, { exact: true }).waitFor()
        await entry.getByText('says: ✔ verified e-mail').waitFor()
        await assertAccessible(agent, `inbox at ${width}`)
        await assertFits(agent, `inbox at ${width}`)
        await entry.getByRole('link').click()
        await agent.getByRole('heading', { level: 2, name: heading, exact: true }).waitFor()
        assert.equal(await agent.title(), `${heading}: ${subject}`)
        await agent.getByText('This reply reaches no customer').waitFor()
        await assertAccessible(agent, `conversation at ${width}`)
        await assertFits(agent, `conversation at ${width}`)
      }
    }
  }
})

test('a search finds closed conversations, and links to further results', async (t) => {
  const customer = await visitWidget(t, world, 'finder@example.com')
  await write(customer, 'something to find when it is over')
  await customer.getByRole('button', { name: 'Close conversation' }).click()
  await customer.getByRole('button', { name: 'Yes, close it' }).click()
  const agent = await inbox(t)
  await agent.getByRole('searchbox').fill('OVER find')
  await agent.getByRole('button', { name: 'Show' }).click()
  await row(agent, 'something to find').getByText('closed', { exact: true }).waitFor()
  await agent.goto(deskUrl(world, 'inbox?search=finder%40example.com'))
  await row(agent, 'something to find').waitFor()
  await agent.getByRole('link', { name: 'Search older conversations' }).click()
  await agent.getByText('No conversation found.').waitFor()
})
