// Tests that a reply is mailed only to a customer who has not read it.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openFromInbox, reply, signIn } from './dashboard.mjs'
import { formUrl, openForm, sendTicket } from './portal.mjs'
import { bubble, openPage, until, useWorld, visitWidget, write } from './world.mjs'

const world = useWorld()

/** Asks as a customer who then closes the page, and returns an agent's page with the conversation. */
async function asked(t, email, question) {
  const customer = await visitWidget(t, world, email)
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

test('a reply that is not read is mailed as text and HTML, in one thread', async (t) => {
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
  const customer = await visitWidget(t, world, email)
  await write(customer, 'a question, and I wait')
  const agent = await agentAt(t, 'a question, and I wait')
  await reply(agent, 'an answer at once')
  await bubble(customer, 'an answer at once').waitFor()
  // This reply is later, so its e-mail is due later: once it is sent, no e-mail for the first reply follows.
  const other = await asked(t, 'later@example.com', 'another question')
  await reply(other, 'an answer to the other one')
  await mailWith('later@example.com', 'an answer to the other one')
  assert.deepEqual(await world.demo.mailsTo(email), [])
})

test('"Send instantly" mails a reply even if the customer reads it', async (t) => {
  const email = 'urgent@example.com'
  const customer = await visitWidget(t, world, email)
  await write(customer, 'an urgent question')
  const agent = await agentAt(t, 'an urgent question')
  await reply(agent, 'an urgent answer', { instantly: true })
  await mailWith(email, 'an urgent answer')
  await bubble(customer, 'an urgent answer').waitFor()
})

test('a private note is neither mailed nor shown to the customer', async (t) => {
  const email = 'unknowing@example.com'
  const agent = await asked(t, email, 'what do you think of me?')
  await reply(agent, 'a note among us', { note: true })
  await reply(agent, 'a public answer')
  const mail = await mailWith(email, 'a public answer')
  assert.ok(!JSON.stringify(mail).includes('a note among us'))
  assert.equal((await world.demo.mailsTo(email)).length, 1)
  const customer = await visitWidget(t, world, email)
  await customer.getByRole('button', { name: 'what do you think of me?' }).click()
  await bubble(customer, 'a public answer').waitFor()
  assert.equal(await bubble(customer, 'a note among us').count(), 0)
})

test('nothing is mailed to an unconfirmed address of an anonymous visitor', async (t) => {
  const email = 'typed@example.com'
  const page = await openPage(t, world)
  await openForm(page, formUrl(world.facts))
  await sendTicket(page, { message: 'a ticket of an anonymous visitor', email })
  const agent = await agentAt(t, 'a ticket of an anonymous visitor')
  await agent.getByText('This reply reaches no customer').waitFor()
  await reply(agent, 'an answer that is kept')
  const other = await asked(t, 'sealed@example.com', 'a question of a customer')
  await reply(other, 'an answer by mail')
  await mailWith('sealed@example.com', 'an answer by mail')
  assert.deepEqual(await world.demo.mailsTo(email), [])
})
