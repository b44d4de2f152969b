// Tests that user input is shown as text everywhere: in the widget, dashboard, portal and e-mails.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deskUrl, openFromInbox, reply, signIn } from './dashboard.mjs'
import { formUrl, openForm, sendTicket } from './portal.mjs'
import { portalLink } from './signatures.mjs'
import {
  assertNoProblems,
  bubble,
  openPage,
  until,
  useWorld,
  visitWidget,
  write,
} from './world.mjs'

const world = useWorld()

const PAYLOADS = [
  '<script>window.__pwned=1</script>',
  '<img src=x onerror="window.__pwned=1">',
  `"><svg onload=window.__pwned=1>`,
  `' autofocus onfocus='window.__pwned=1`,
  '</textarea></title></style><iframe srcdoc="<script>parent.__pwned=1</script>">',
  '{{7*7}}{% raw %}<%= 1 %>${7*7}',
]

/** All payloads in one text, so that one page shows them all. */
const ALL = PAYLOADS.join(' ')

/** Asserts that the page shows these payloads as text, and that none of them ran. */
async function assertText(page, ...payloads) {
  for (const payload of payloads) {
    await until(async () => (await page.locator('body').innerText()).includes(payload))
  }
  await assertHarmless(page)
}

/** Asserts that no payload ran or became an element. */
async function assertHarmless(page) {
  for (const frame of page.frames()) {
    assert.equal(await frame.evaluate(() => window.__pwned), undefined)
  }
  assert.equal(await page.locator('img[src=x], svg[onload], iframe[srcdoc], [onerror]').count(), 0)
  assertNoProblems(page)
}

test('what a customer writes is shown to the agent as text', async (t) => {
  const customer = await visitWidget(t, world, 'writer@example.com')
  await customer.getByRole('button', { name: 'Start a conversation' }).click()
  await customer.getByLabel('Subject').fill(`mark-a ${PAYLOADS[0]}`)
  await customer.getByRole('textbox', { name: 'Message', exact: true }).fill(ALL)
  await customer.getByRole('button', { name: 'Send message' }).click()
  await bubble(customer, PAYLOADS[1]).waitFor()
  const agent = await openPage(t, world)
  await signIn(agent, world.facts.agent, world)
  await assertText(agent, `mark-a ${PAYLOADS[0]}`)
  await openFromInbox(agent, 'mark-a')
  await assertText(agent, ...PAYLOADS)
})

test('what an agent writes is shown to the customer as text, in the widget and in the e-mail', async (t) => {
  const email = 'reader@example.com'
  const customer = await visitWidget(t, world, email)
  await write(customer, 'mark-b')
  const agent = await openPage(t, world)
  await signIn(agent, world.facts.agent, world)
  await openFromInbox(agent, 'mark-b')
  await reply(agent, `note ${PAYLOADS[1]}`, { note: true })
  await reply(agent, ALL, { instantly: true })
  await assertText(agent, ...PAYLOADS)
  await bubble(customer, PAYLOADS[0]).waitFor()
  const text = await bubble(customer, PAYLOADS[0]).textContent()
  for (const payload of PAYLOADS) assert.ok(text.includes(payload))
  await assertHarmless(customer)

  const mail = await until(async () => (await world.demo.mailsTo(email))[0])
  const reader = await openPage(t, world)
  await reader.goto(`${world.facts.mailsUrl}/${mail.number}`)
  await assertText(reader, ...PAYLOADS)
  const inner = await reader.frameLocator('iframe').locator('body').innerText()
  for (const payload of PAYLOADS) assert.ok(inner.includes(payload), payload)
  // The frame forbids scripts, but the e-mail itself must contain none either.
  assert.doesNotMatch(mail.html, /<(script|img|svg|iframe)/i)
})

test("an agent's name is shown to the customer as text", async (t) => {
  const name = `Agent <img src=x onerror="window.__pwned=1">`
  const customer = await visitWidget(t, world, 'named@example.com')
  await write(customer, 'mark-c')
  const agent = await openPage(t, world)
  await signIn(agent, world.facts.agent, world)
  await agent.goto(`${world.facts.dashboardUrl}account`)
  await agent.getByLabel('Your name').fill(name)
  await agent.getByRole('button', { name: 'Save the name' }).click()
  await assertText(agent, name)
  await agent.goto(deskUrl(world, 'inbox'))
  await openFromInbox(agent, 'mark-c')
  await reply(agent, 'signed with a strange name')
  await bubble(customer, 'signed with a strange name').waitFor()
  assert.ok((await customer.locator('.card').textContent()).includes(name))
  await assertHarmless(customer)
})

test('what an anonymous visitor types into the portal is shown as text, in the form and to the agent', async (t) => {
  const page = await openPage(t, world)
  await openForm(page, formUrl(world.facts))
  await page.getByLabel('Your e-mail address').fill(ALL)
  await page.getByLabel('Your name').fill(PAYLOADS[1])
  await page.getByLabel('Subject').fill(`mark-d ${PAYLOADS[2]}`)
  await page.getByLabel('Message').fill(ALL)
  await page.getByRole('button', { name: 'Send' }).click()
  await page.getByRole('alert').waitFor()
  assert.equal(await page.getByLabel('Message').inputValue(), ALL)
  assert.equal(await page.getByLabel('Your name').inputValue(), PAYLOADS[1])
  await assertHarmless(page)
  await page.getByLabel('Your e-mail address').fill('"<img/src=x>"@example.com')
  await sendTicket(page, { message: ALL })
  const agent = await openPage(t, world)
  await signIn(agent, world.facts.agent, world)
  await openFromInbox(agent, 'mark-d')
  await assertText(agent, ...PAYLOADS, '"<img/src=x>"@example.com')
})

test('a user id is shown as text, in the form and to the agent', async (t) => {
  const page = await openPage(t, world)
  const id = `<img src=x onerror="window.__pwned=1">&amp;'`
  await openForm(page, portalLink(world.facts, id))
  await assertText(page, id)
  await sendTicket(page, { message: 'mark-e' })
  const agent = await openPage(t, world)
  await signIn(agent, world.facts.agent, world)
  await openFromInbox(agent, 'mark-e')
  await assertText(agent, id)
})

test('what is in the address of a page is shown as text', async (t) => {
  const page = await openPage(t, world)
  for (const payload of PAYLOADS) {
    const value = encodeURIComponent(payload)
    for (const url of [
      `${world.facts.dashboardUrl}sign-in?next=${value}`,
      `${world.facts.dashboardUrl}${value}`,
      `${world.facts.portalUrl}submit-ticket?user_id=${value}&user_id_timestamp=1&user_id_signature=${value}`,
      `${world.facts.portalUrl}${value}`,
    ]) {
      await page.goto(url)
      await assertHarmless(page)
    }
  }
  await signIn(page, world.facts.agent, world)
  await page.goto(deskUrl(world, `inbox?search=${encodeURIComponent(ALL)}`))
  await assertHarmless(page)
})
