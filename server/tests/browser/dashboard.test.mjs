// Tests an agent's daily work in the dashboard, and what the customer sees of it.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deskUrl, messageWith, openFromInbox, reply, signIn } from './dashboard.mjs'
import { formUrl, openForm, sendTicket } from './portal.mjs'
import { portalLink } from './signatures.mjs'
import {
  assertAccessible,
  assertFits,
  assertNoProblems,
  bubble,
  openPage,
  until,
  useWorld,
  visitWidget,
  write,
} from './world.mjs'

const world = useWorld()

async function agentAt(t, question, options) {
  const agent = await openPage(t, world, options)
  await signIn(agent, world.facts.agent, world)
  await openFromInbox(agent, question)
  return agent
}

const subjects = (page) => page.locator('.list .subject').allTextContents()

async function filtered(page, query) {
  await page.goto(deskUrl(world, `inbox?${query}`))
  return subjects(page)
}

test('a reply appears in the widget without a reload, and is unread until the customer opens it', async (t) => {
  const customer = await visitWidget(t, world, 'waiting@example.com')
  await write(customer, 'is anyone there?')
  const agent = await agentAt(t, 'is anyone there?')
  await reply(agent, 'yes, here')
  await bubble(customer, 'yes, here').waitFor()
  await customer.getByLabel('Back to all conversations').click()
  await customer.getByRole('button', { name: 'is anyone there?' }).waitFor()
  assert.equal(await customer.getByText('1 new reply').count(), 0)
  await reply(agent, 'one more thing')
  await customer.getByText('1 new reply').waitFor()
  await customer.getByRole('button', { name: 'is anyone there?' }).click()
  await bubble(customer, 'one more thing').waitFor()
  await customer.getByLabel('Back to all conversations').click()
  await customer.getByText('1 new reply').waitFor({ state: 'hidden' })
  assertNoProblems(agent)
  assertNoProblems(customer)
})

test('a message of the customer appears in the dashboard without a reload', async (t) => {
  const customer = await visitWidget(t, world, 'talking@example.com')
  await write(customer, 'the beginning of a talk')
  const agent = await agentAt(t, 'the beginning of a talk')
  await agent.getByLabel('Your text').fill('half a sentence of the agent')
  await write(customer, 'and its middle')
  await messageWith(agent, 'and its middle').waitFor()
  assert.equal(await agent.getByLabel('Your text').inputValue(), 'half a sentence of the agent')
  assertNoProblems(agent)
})

test('a private note reaches the customer neither in the page nor in a response', async (t) => {
  const customer = await visitWidget(t, world, 'noted@example.com')
  let answers = ''
  customer.on('response', async (response) => {
    if (response.url().includes('/api/')) answers += await response.text().catch(() => '')
  })
  await write(customer, 'may I know everything?')
  const agent = await agentAt(t, 'may I know everything?')
  await reply(agent, 'between us: not everything', { note: true })
  await reply(agent, 'nearly everything')
  await bubble(customer, 'nearly everything').waitFor()
  assert.equal(await bubble(customer, 'between us').count(), 0)
  assert.ok(answers.includes('nearly everything') && !answers.includes('between us'))
})

test('closing and reopening is shown to agent and customer', async (t) => {
  const customer = await visitWidget(t, world, 'opening@example.com')
  await write(customer, 'a short question')
  const agent = await agentAt(t, 'a short question')
  await agent.getByRole('button', { name: 'Close', exact: true }).click()
  await agent.getByRole('button', { name: 'Reopen' }).waitFor()
  await customer.getByText('This conversation is closed.').waitFor()
  await agent.getByRole('button', { name: 'Reopen' }).click()
  await agent.getByRole('button', { name: 'Close', exact: true }).waitFor()
  await customer.getByText('This conversation is closed.').waitFor({ state: 'hidden' })
  await customer.getByRole('button', { name: 'Close conversation' }).click()
  await customer.getByRole('button', { name: 'Yes, close it' }).click()
  await agent.getByText('This conversation is closed. A new message reopens it.').waitFor()
})

test('the inbox filters conversations by status, kind and assignment', async (t) => {
  const marks = { sealed: 'filter one', portal_user: 'filter two', typed: 'filter three' }
  const customer = await visitWidget(t, world, 'filters@example.com')
  await write(customer, marks.sealed)
  const visitor = await openPage(t, world)
  await openForm(visitor, portalLink(world.facts, 'user-filter'))
  await sendTicket(visitor, { message: marks.portal_user })
  await openForm(visitor, formUrl(world.facts))
  await sendTicket(visitor, { message: marks.typed, email: 'typed@example.com' })

  const agent = await openPage(t, world)
  await signIn(agent, world.facts.agent, world)
  for (const [kind, mark] of Object.entries(marks)) {
    const found = await filtered(agent, `kind=${kind}`)
    const others = Object.values(marks).filter((other) => other !== mark)
    assert.ok(found.includes(mark), `${kind}: ${found}`)
    assert.ok(!others.some((other) => found.includes(other)), `${kind}: ${found}`)
  }
  assert.ok(!(await filtered(agent, 'assigned=me')).includes(marks.sealed))
  await agent.goto(deskUrl(world, 'inbox'))
  await openFromInbox(agent, marks.sealed)
  await agent.getByRole('button', { name: 'Assign to me' }).click()
  await agent.getByRole('button', { name: 'Assign to me' }).waitFor({ state: 'hidden' })
  assert.deepEqual(await filtered(agent, 'assigned=me'), [marks.sealed])
  await openFromInbox(agent, marks.sealed)
  await agent.getByLabel('Assigned to').selectOption('Unassigned')
  await agent.getByRole('button', { name: 'Assign', exact: true }).click()
  await agent.getByRole('button', { name: 'Assign to me' }).waitFor()
  await agent.getByRole('button', { name: 'Close', exact: true }).click()
  await agent.getByRole('button', { name: 'Reopen' }).waitFor()
  assert.ok(!(await filtered(agent, '')).includes(marks.sealed))
  assert.ok((await filtered(agent, 'status=closed')).includes(marks.sealed))
})

test('the search finds subjects, messages and customers', async (t) => {
  const customer = await visitWidget(t, world, 'needle@example.com')
  await write(customer, 'the subject has a Haystack')
  await write(customer, 'and a message has a pitchfork')
  const agent = await openPage(t, world)
  await signIn(agent, world.facts.agent, world)
  for (const word of ['haystack', 'PITCHFORK', 'needle@example']) {
    await agent.getByRole('searchbox').fill(word)
    await agent.getByRole('button', { name: 'Show' }).click()
    await agent.waitForURL((url) => url.searchParams.get('search') === word)
    assert.deepEqual(await subjects(agent), ['the subject has a Haystack'], word)
  }
  await agent.getByRole('searchbox').fill('nothing has this')
  await agent.getByRole('button', { name: 'Show' }).click()
  await agent.getByText('No conversation found.').waitFor()
})

test('an owner blocks and unblocks a customer', async (t) => {
  const customer = await visitWidget(t, world, 'blocked@example.com')
  await write(customer, 'a customer to block')
  const owner = await openPage(t, world)
  await signIn(owner, world.facts.owner, world)
  await openFromInbox(owner, 'a customer to block')
  await owner.getByRole('button', { name: 'Block this customer' }).click()
  await owner.getByRole('heading', { name: /^Block / }).waitFor()
  await owner.getByRole('button', { name: 'Block this customer' }).click()
  await owner.getByRole('button', { name: 'Unblock' }).waitFor()
  await customer.reload()
  await customer.getByText('Support is not available for this account').waitFor()
  await owner.getByRole('button', { name: 'Unblock' }).click()
  await owner.getByRole('button', { name: 'Unblock this customer' }).click()
  await owner.getByRole('button', { name: 'Block this customer' }).waitFor()
  await customer.reload()
  await customer.getByRole('button', { name: 'a customer to block' }).waitFor()
})

test('the dashboard works without JavaScript', async (t) => {
  const customer = await visitWidget(t, world, 'plain@example.com')
  await write(customer, 'to an agent without scripts')
  const agent = await agentAt(t, 'to an agent without scripts', { javaScriptEnabled: false })
  await reply(agent, 'a plain answer')
  await reply(agent, 'a plain note', { note: true })
  await bubble(customer, 'a plain answer').waitFor()
  await agent.getByLabel('Assigned to').selectOption('Owner')
  await agent.getByRole('button', { name: 'Assign', exact: true }).click()
  await agent.getByRole('button', { name: 'Close', exact: true }).click()
  await agent.getByRole('button', { name: 'Reopen' }).click()
  await agent.getByRole('button', { name: 'Close', exact: true }).waitFor()
  await agent.getByRole('link', { name: 'Inbox' }).first().click()
  await agent.getByRole('searchbox').fill('without scripts')
  await agent.getByLabel('Status').selectOption({ index: 0 })
  await agent.getByRole('button', { name: 'Show' }).click()
  assert.deepEqual(await subjects(agent), ['to an agent without scripts'])
  await agent.getByRole('button', { name: 'Sign out' }).click()
  await agent.getByRole('button', { name: 'Sign in' }).waitFor()
})

test('an agent can work with the keyboard alone', async (t) => {
  const customer = await visitWidget(t, world, 'keys@example.com')
  await write(customer, 'to an agent with a keyboard')
  const agent = await openPage(t, world)
  await signIn(agent, world.facts.agent, world)
  const focused = () =>
    agent.evaluate(() => document.activeElement?.innerText ?? document.activeElement?.id)
  await until(async () => {
    await agent.keyboard.press('Tab')
    return (await focused()).includes('to an agent with a keyboard')
  })
  await agent.keyboard.press('Enter')
  await messageWith(agent, 'to an agent with a keyboard').waitFor()
  await until(async () => {
    await agent.keyboard.press('Tab')
    return agent.evaluate(() => document.activeElement?.id === 'text')
  })
  await agent.keyboard.type('typed and sent by keys')
  await agent.keyboard.press('Control+Enter')
  await bubble(customer, 'typed and sent by keys').waitFor()
})

for (const colorScheme of ['light', 'dark']) {
  for (const width of [360, 1200]) {
    test(`inbox and conversation are accessible and fit, ${colorScheme} at ${width} pixels`, async (t) => {
      const page = await openPage(t, world, { colorScheme, viewport: { width, height: 800 } })
      const check = async (state) => {
        await assertAccessible(page, state)
        await assertFits(page, state)
      }
      await page.goto(`${world.facts.dashboardUrl}sign-in`)
      await check('sign-in')
      await signIn(page, world.facts.agent, world)
      await check('inbox')
      await page.goto(deskUrl(world, 'inbox?search=nothing+has+this'))
      await check('inbox without a result')
      await page.goto(deskUrl(world, 'inbox'))
      await openFromInbox(page, 'Wrong address on the invoice')
      await check('conversation')
      await page.getByRole('radio', { name: 'Private note' }).check()
      await check('conversation with a note being written')
      await page.goto(deskUrl(world, 'inbox'))
      await openFromInbox(page, 'Do you have a plan for schools?')
      await check('conversation of an anonymous visitor')
      await page.goto(deskUrl(world, 'agents'))
      await check('page for owners only')
    })
  }
}
