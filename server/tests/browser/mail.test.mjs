// Mails: who has not read a reply gets it by mail, and nobody else does.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openFromInbox, reply, signIn } from './dashboard.mjs'
import { formUrl, openForm, sendTicket } from './portal.mjs'
import { bubble, openPage, until, useWorld, visitCenter, write } from './world.mjs'

const world = useWorld()

/** A customer asks and goes away; the agent has the question open. */
async function asked(t, email, question) {
  const customer = await visitCenter(t, world, email)
  await write(customer, question)
  await customer.close()
  return agentAt(t, question)
}

async function agentAt(t, question) {
  const agent = await openPage(t, world)
  await signIn(agent, world.facts.agent, world)
  await openFromInbox(agent, question)
  return agent
}

const mailWith = (email, text) =>
  until(async () => (await world.demo.mailsTo(email)).find((mail) => mail.text.includes(text)))

test('a reply that is not read comes by mail, as text and HTML, and in one thread', async (t) => {
  const email = 'away@example.com'
  const agent = await asked(t, email, 'a question before going away')
  await reply(agent, 'the first answer, with 1 < 2 & 3')
  const first = await mailWith(email, 'the first answer, with 1 < 2 & 3')
  assert.deepEqual(first.recipients, [email])
  assert.match(first.messageId, /^<[^\s@]+@[^\s@]+>$/)
  await reply(agent, 'the second answer')
  const second = await mailWith(email, 'the second answer')
  assert.equal(second.inReplyTo, first.messageId)
  assert.notEqual(second.messageId, first.messageId)

  const reader = await openPage(t, world)
  await reader.goto(world.facts.mailsUrl)
  await reader.getByRole('row', { name: email }).first().getByRole('link').click()
  await reader.frameLocator('iframe').getByText('the second answer').waitFor()
  await reader.locator('pre').getByText('the second answer').waitFor()
  await reader.goto(`${world.facts.mailsUrl}/${first.number}`)
  await reader.frameLocator('iframe').getByText('with 1 < 2 & 3').waitFor()
})

test('a reply that the customer reads is not mailed', async (t) => {
  const email = 'here@example.com'
  const customer = await visitCenter(t, world, email)
  await write(customer, 'a question, and I wait')
  const agent = await agentAt(t, 'a question, and I wait')
  await reply(agent, 'an answer at once')
  await bubble(customer, 'an answer at once').waitFor()
  // What was written later to somebody who is away is due later: when it is there, the other is not to come.
  const other = await asked(t, 'later@example.com', 'another question')
  await reply(other, 'an answer to the other one')
  await mailWith('later@example.com', 'an answer to the other one')
  assert.deepEqual(await world.demo.mailsTo(email), [])
})

test('send instantly mails a reply that the customer reads as well', async (t) => {
  const email = 'urgent@example.com'
  const customer = await visitCenter(t, world, email)
  await write(customer, 'an urgent question')
  const agent = await agentAt(t, 'an urgent question')
  await reply(agent, 'an urgent answer', { instantly: true })
  await mailWith(email, 'an urgent answer')
  await bubble(customer, 'an urgent answer').waitFor()
})

test('a note is mailed to nobody, and not shown to the customer', async (t) => {
  const email = 'unknowing@example.com'
  const agent = await asked(t, email, 'what do you think of me?')
  await reply(agent, 'a note among us', { note: true })
  await reply(agent, 'a public answer')
  const mail = await mailWith(email, 'a public answer')
  assert.ok(!JSON.stringify(mail).includes('a note among us'))
  assert.equal((await world.demo.mailsTo(email)).length, 1)
  const customer = await visitCenter(t, world, email)
  await customer.getByRole('button', { name: 'what do you think of me?' }).click()
  await bubble(customer, 'a public answer').waitFor()
  assert.equal(await bubble(customer, 'a note among us').count(), 0)
})

test('nothing is mailed to an address that was only typed', async (t) => {
  const email = 'typed@example.com'
  const page = await openPage(t, world)
  await openForm(page, formUrl(world.facts))
  await sendTicket(page, { message: 'a ticket of a stranger', email })
  const agent = await agentAt(t, 'a ticket of a stranger')
  await agent.getByText('This reply reaches nobody').waitFor()
  await reply(agent, 'an answer that is kept')
  const other = await asked(t, 'sealed@example.com', 'a question of a customer')
  await reply(other, 'an answer by mail')
  await mailWith('sealed@example.com', 'an answer by mail')
  assert.deepEqual(await world.demo.mailsTo(email), [])
})
