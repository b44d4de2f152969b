// Tests e-mails and rejected identities. This does not depend on the framework, so it runs once, with
// Express.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deskUrl, reply, signIn } from '../../server/tests/browser/dashboard.mjs'
import { mailsTo } from '../../server/tests/browser/demo.mjs'
import { formUrl, openForm, sendTicket } from '../../server/tests/browser/portal.mjs'
import { portalLink, signatureOf } from '../../server/tests/browser/signatures.mjs'
import { ADA, GRACE, bubble, openPage, until, write } from '../../server/tests/browser/world.mjs'
import { enter, enterSupport } from './shop.mjs'
import { openAsAgent, openVisitor, useBrowser, world } from './world.mjs'

useBrowser()

const { facts } = world
const { name, url } = world.examples.find((example) => example.name === 'express')

const mailWith = (email, text) =>
  until(async () => {
    const mails = await mailsTo(facts, email)
    return mails.find((mail) => mail.text.includes(text))
  })

/** Sends a customer's question in the shop, and returns the page, which stays open. */
async function asked(t, customer, question) {
  const page = await openVisitor(t, name)
  await enterSupport(page, url, customer)
  await write(page, question)
  return page
}

test('a reply that the customer has not read is sent by e-mail', async (t) => {
  const page = await asked(t, 'ada', 'a question before leaving')
  await page.close()
  await reply(await openAsAgent(t, 'a question before leaving'), 'a reply after leaving')
  const mail = await mailWith(ADA, 'a reply after leaving')
  assert.deepEqual(mail.recipients, [ADA])
})

test('a reply that the customer has read is not sent by e-mail', async (t) => {
  const page = await asked(t, 'ada', 'a question, and I wait')
  await reply(await openAsAgent(t, 'a question, and I wait'), 'a reply to a customer who waits')
  await bubble(page, 'a reply to a customer who waits').waitFor()
  // A later reply to a customer who has left: when its e-mail is there, the first one would be, too.
  await (await asked(t, 'grace', 'another question')).close()
  await reply(await openAsAgent(t, 'another question'), 'a later reply')
  await mailWith(GRACE, 'a later reply')
  const mails = await mailsTo(facts, ADA)
  assert.ok(mails.every((mail) => !mail.text.includes('a reply to a customer who waits')))
})

const CHANGED = {
  "another customer's address": { email: GRACE },
  'an unknown address': { email: 'ada@example.org' },
  'an invalid signature': { signature: '0'.repeat(64) },
  "another customer's signature": { signature: signatureOf(facts, GRACE) },
}

for (const [what, changed] of Object.entries(CHANGED)) {
  test(`with ${what}, the page shows no conversations and says what to check`, async (t) => {
    const page = await openVisitor(t, name)
    await page.route('**/deskseal/identity', async (route) => {
      const response = await route.fetch()
      if (response.status() !== 200) return route.fulfill({ response })
      await route.fulfill({ response, json: { ...(await response.json()), ...changed } })
    })
    await enter(page, url, 'ada')
    await page.getByRole('heading', { name: 'Verification failed' }).waitFor()
    await page.getByText('For the people who run this site').click()
    await page.getByText('The Verification Tool on the dashboard').waitFor()
    assert.equal(await page.getByRole('button', { name: 'New conversation' }).count(), 0)
  })
}

test('on a domain that is not allowed, the widget says that it cannot be shown', async (t) => {
  const owner = await openPage(t, world)
  await signIn(owner, facts.owner, world)
  await owner.goto(deskUrl(world, 'allowed-domains'))
  await owner.getByLabel('Add a domain').fill('shop.example.com')
  await owner.getByRole('button', { name: 'Add', exact: true }).click()
  await owner.getByRole('cell', { name: 'shop.example.com', exact: true }).waitFor()

  const page = await openVisitor(t, name)
  await enter(page, url, 'ada')
  await page.getByText('Support cannot be shown here').waitFor()

  await owner.getByRole('button', { name: 'Remove shop.example.com', exact: true }).click()
  await owner.getByRole('button', { name: 'Remove domain' }).click()
  await owner.getByText('The list is empty').waitFor()
  await page.reload()
  await page.getByText(`Signed in as ${ADA}`).waitFor()
})

test('the portal rejects a link whose customer id was changed', async (t) => {
  const page = await openVisitor(t, name)
  await enter(page, url, 'ada')
  const answer = await page.request.get(`${url}deskseal/portal`, { maxRedirects: 0 })
  const link = new URL(answer.headers().location)
  assert.equal(link.searchParams.get('user_id'), '1')
  link.searchParams.set('user_id', '2')
  await page.goto(link.href)
  await page.getByRole('heading', { name: 'This link is not valid' }).waitFor()
  assert.equal(await page.getByLabel('Message').count(), 0)
})

test('the portal rejects a link that is an hour old, and says that it has expired', async (t) => {
  const page = await openVisitor(t, name)
  await page.goto(portalLink(facts, '1', { age: 3600 }))
  await page.getByRole('heading', { name: 'This link has expired' }).waitFor()
  assert.equal(await page.getByLabel('Message').count(), 0)
})

test('a form opened without a signed link is public, even for a signed-in customer', async (t) => {
  const message = 'a question without a link'
  const page = await openVisitor(t, name)
  await enter(page, url, 'ada')
  await openForm(page, formUrl(facts))
  await sendTicket(page, { message, email: ADA })
  const agent = await openAsAgent(t, message)
  await agent.getByText('From Anonymous visitor unconfirmed', { exact: true }).waitFor()
})
