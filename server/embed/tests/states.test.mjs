// Tests what a customer sees and does in every state of the widget.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CONTAINER, pageWith, tagFor } from './site.mjs'
import {
  ADA,
  BOB,
  openConversation,
  openPage,
  send,
  start,
  until,
  useBrowser,
  visit,
} from './visit.mjs'

useBrowser()

const rows = (page) => page.getByRole('list').getByRole('button')
const messages = (page) => page.getByRole('region', { name: 'Messages' }).getByRole('listitem')
const alert = (page, text) => page.getByRole('alert').filter({ hasText: text })

async function openWith(t, world, attributes) {
  const page = await openPage(t)
  await page.goto(world.site.publish(pageWith(CONTAINER + tagFor(world.desk, ADA, attributes))))
  return page
}

test('a customer without conversations is invited to start one', async (t) => {
  const world = await start(t)
  const page = await visit(t, world)
  await page.getByRole('heading', { name: 'How can we help?' }).waitFor()
  await page.getByRole('button', { name: 'Start a conversation' }).click()
  await send(page, 'My first question')
  await messages(page).getByText('My first question').waitFor()
  assert.equal(world.desk.conversationsOf(ADA).length, 1)
})

test('the list shows the first conversation as soon as it is sent, before the list is loaded again', async (t) => {
  const world = await start(t)
  const page = await visit(t, world)
  await page.getByRole('button', { name: 'Start a conversation' }).click()
  await send(page, 'My first question')
  await messages(page).getByText('My first question').waitFor()
  let release
  const held = new Promise((resolve) => (release = resolve))
  world.desk.before = () => held
  await page.getByRole('button', { name: 'Back to all conversations' }).click()
  await page.getByRole('heading', { name: 'Example Support' }).waitFor()
  assert.equal(await page.getByText('no conversations yet').isVisible(), false)
  assert.match((await rows(page).allInnerTexts()).join(), /My first question/)
  release()
})

test('the list shows a reply as soon as it is sent, before the list is loaded again', async (t) => {
  const world = await start(t)
  world.desk.begin(ADA, 'question')
  const page = await visit(t, world)
  await openConversation(page, 'question')
  await send(page, 'one more thing')
  await messages(page).getByText('one more thing').waitFor()
  let release
  const held = new Promise((resolve) => (release = resolve))
  world.desk.before = () => held
  await page.getByRole('button', { name: 'Back to all conversations' }).click()
  await rows(page).first().waitFor()
  assert.match(await rows(page).first().innerText(), /one more thing/)
  release()
})

test('a new conversation has the subject that was given', async (t) => {
  const world = await start(t)
  const page = await visit(t, world)
  await page.getByRole('button', { name: 'Start a conversation' }).click()
  await page.getByLabel('Subject').fill('Invoice')
  await send(page, 'It is wrong.')
  await page.getByRole('heading', { name: 'Invoice' }).waitFor()
  assert.equal(world.desk.conversationsOf(ADA)[0].subject, 'Invoice')
})

test('the list shows the latest conversation first, and marks closed ones', async (t) => {
  const world = await start(t)
  world.desk.begin(ADA, 'older').status = 'closed'
  world.desk.begin(ADA, 'newer')
  const page = await visit(t, world)
  await rows(page).first().waitFor()
  const names = await rows(page).allInnerTexts()
  assert.match(names[0], /newer/)
  assert.doesNotMatch(names[0], /Closed/)
  assert.match(names[1], /older[^]*Closed/)
})

test('unread replies are marked until they are read', async (t) => {
  const world = await start(t)
  const conversation = world.desk.begin(ADA, 'question')
  world.desk.reply(ADA, conversation, 'one')
  world.desk.reply(ADA, conversation, 'two')
  const page = await visit(t, world)
  await page.getByText('2 new replies').waitFor()
  await openConversation(page, 'question')
  await messages(page).getByText('two').waitFor()
  await page.getByRole('button', { name: 'Back to all conversations' }).click()
  await page.getByText('2 new replies').waitFor({ state: 'hidden' })
  assert.equal(conversation.read, 3)
})

test('an unread mark appears in the list without reload', async (t) => {
  const world = await start(t)
  const conversation = world.desk.begin(ADA, 'question')
  const page = await visit(t, world)
  await rows(page).first().waitFor()
  world.desk.reply(ADA, conversation, 'answer')
  await page.getByText('1 new reply').waitFor()
})

test('a reply keeps its line breaks and is shown once', async (t) => {
  const world = await start(t)
  world.desk.begin(ADA, 'question')
  const page = await visit(t, world)
  await openConversation(page, 'question')
  await send(page, 'first line\n\nthird line')
  await messages(page).nth(1).waitFor()
  const bubble = messages(page).nth(1).locator('.bubble')
  assert.equal(await bubble.innerText(), 'first line\n\nthird line')
  const polls = world.desk.callsOf('/verify').length
  await until(() => world.desk.callsOf('/verify').length > polls + 3)
  assert.equal(await messages(page).count(), 2)
  assert.equal(await page.getByLabel('Your reply').inputValue(), '')
})

test("an agent's reply appears without reload, in the server's order", async (t) => {
  const world = await start(t)
  const conversation = world.desk.begin(ADA, 'question')
  const page = await visit(t, world)
  await openConversation(page, 'question')
  let release
  const held = new Promise((resolve) => (release = resolve))
  // The agent replies first, but the customer has not loaded the reply yet.
  world.desk.before = (url) => (url.endsWith('/message') ? undefined : held)
  world.desk.reply(ADA, conversation, 'from the agent')
  await send(page, 'from the customer')
  await messages(page).getByText('from the customer').waitFor()
  release()
  await messages(page).getByText('from the agent').waitFor()
  const texts = await messages(page).locator('.bubble').allInnerTexts()
  assert.deepEqual(texts, ['question', 'from the agent', 'from the customer'])
})

test('a new reply does not scroll a customer away from an older message', async (t) => {
  const world = await start(t)
  const conversation = world.desk.begin(ADA, 'question')
  for (let count = 0; count < 30; count += 1) world.desk.reply(ADA, conversation, `line ${count}`)
  const page = await visit(t, world)
  await openConversation(page, 'question')
  const region = page.getByRole('region', { name: 'Messages' })
  // An opened conversation is scrolled to its end.
  await until(() => region.evaluate((element) => element.scrollTop > 0))
  await region.evaluate((element) => (element.scrollTop = 0))
  world.desk.reply(ADA, conversation, 'the newest')
  await page.getByRole('button', { name: 'New reply' }).waitFor()
  // Another conversation changes: the reply is still below the visible part.
  world.desk.begin(ADA, 'another question')
  const callsOf = (path) => world.desk.callsOf(path).length
  const loaded = callsOf('/messages')
  await until(() => callsOf('/messages') > loaded)
  const asked = callsOf('/verify')
  await until(() => callsOf('/verify') > asked)
  assert.equal(await region.evaluate((element) => element.scrollTop), 0)
  await page.getByRole('button', { name: 'New reply' }).click()
  await page.getByRole('button', { name: 'New reply' }).waitFor({ state: 'hidden' })
  await until(() =>
    region.evaluate(
      (element) => element.scrollHeight - element.scrollTop - element.clientHeight < 2,
    ),
  )
})

test('a customer who scrolls while a reply is loading stays at the older message', async (t) => {
  const world = await start(t)
  const conversation = world.desk.begin(ADA, 'question')
  for (let count = 0; count < 30; count += 1) world.desk.reply(ADA, conversation, `line ${count}`)
  const page = await visit(t, world)
  await openConversation(page, 'question')
  const region = page.getByRole('region', { name: 'Messages' })
  await region.getByText('line 29', { exact: true }).waitFor()
  let respond = null
  world.desk.after = (url) =>
    url.endsWith('/messages') ? new Promise((resolve) => (respond = resolve)) : undefined
  world.desk.reply(ADA, conversation, 'the newest')
  await until(() => respond !== null)
  await region.evaluate((element) => (element.scrollTop = 0))
  world.desk.after = async () => {}
  respond()
  await page.getByRole('button', { name: 'Show new reply' }).waitFor()
  assert.equal(await region.evaluate((element) => element.scrollTop), 0)
})

test('"Show older messages" adds them above the others', async (t) => {
  const world = await start(t)
  const conversation = world.desk.begin(ADA, 'message 0')
  for (let count = 1; count < 120; count += 1)
    world.desk.write(ADA, conversation, `message ${count}`)
  const page = await visit(t, world)
  await openConversation(page, 'message 0')
  const older = page.getByRole('button', { name: 'Show older messages' })
  await until(async () => (await messages(page).count()) === 50)
  await older.dblclick()
  await until(async () => (await messages(page).count()) === 100)
  await older.click()
  await until(async () => (await messages(page).count()) === 120)
  await older.waitFor({ state: 'hidden' })
  const texts = await messages(page).locator('.bubble').allInnerTexts()
  assert.deepEqual(
    texts,
    Array.from({ length: 120 }, (_, count) => `message ${count}`),
  )
})

test('more new messages than fit on one page are all shown', async (t) => {
  const world = await start(t)
  const conversation = world.desk.begin(ADA, 'question')
  const page = await visit(t, world)
  await openConversation(page, 'question')
  for (let count = 0; count < 130; count += 1) world.desk.reply(ADA, conversation, `reply ${count}`)
  await until(async () => (await messages(page).count()) === 131)
})

test('"Show older conversations" adds them, and they stay when something changes', async (t) => {
  const world = await start(t)
  const all = Array.from({ length: 135 }, (_, count) => world.desk.begin(ADA, `question ${count}.`))
  const page = await visit(t, world)
  const older = page.getByRole('button', { name: 'Show older conversations' })
  // More than the server returns at once, with double clicks.
  for (const count of [20, 40, 60, 80, 100, 120]) {
    await until(async () => (await rows(page).count()) === count)
    await older.dblclick()
  }
  await older.waitFor({ state: 'hidden' })
  world.desk.reply(ADA, all[0], 'an answer to the oldest question')
  await rows(page).first().filter({ hasText: 'an answer' }).waitFor()
  assert.equal(await rows(page).count(), 135)
})

test('the list has no gap after more new conversations than fit on one page', async (t) => {
  const world = await start(t)
  world.desk.begin(ADA, 'the old one')
  const page = await visit(t, world)
  await page.getByText('the old one').first().waitFor()
  for (let count = 0; count < 30; count += 1) world.desk.begin(ADA, `conversation ${count}.`)
  await rows(page).first().filter({ hasText: 'conversation 29.' }).waitFor()
  await page.getByRole('button', { name: 'Show older conversations' }).click()
  await until(async () => (await rows(page).count()) === 31)
})

test('the list has no gap after a reply and more new conversations than fit on one page', async (t) => {
  const world = await start(t)
  world.desk.begin(ADA, 'the old one')
  world.desk.begin(ADA, 'the second old one')
  const page = await visit(t, world)
  await openConversation(page, 'the old one')
  for (let count = 0; count < 30; count += 1) world.desk.begin(ADA, `conversation ${count}.`)
  await send(page, 'one more thing')
  await messages(page).getByText('one more thing').waitFor()
  await page.getByRole('button', { name: 'Back to all conversations' }).click()
  await rows(page).nth(1).filter({ hasText: 'conversation 29.' }).waitFor()
  await page.getByRole('button', { name: 'Show older conversations' }).click()
  await until(async () => (await rows(page).count()) === 32)
})

test('a conversation is closed after a confirmation, and reopened by writing', async (t) => {
  const world = await start(t)
  const conversation = world.desk.begin(ADA, 'question')
  const page = await visit(t, world)
  await openConversation(page, 'question')
  await page.getByRole('button', { name: 'Close conversation' }).click()
  await page.getByRole('button', { name: 'Keep it open' }).click()
  assert.equal(conversation.status, 'open')
  await page.getByRole('button', { name: 'Close conversation' }).click()
  await page.getByRole('button', { name: 'Yes, close it' }).click()
  await page.getByText('This conversation is closed.').waitFor()
  assert.equal(conversation.status, 'closed')
  await send(page, 'one more thing')
  await page.getByText('This conversation is closed.').waitFor({ state: 'hidden' })
  assert.equal(conversation.status, 'open')
})

test('a conversation that an agent closes is shown as closed without reload', async (t) => {
  const world = await start(t)
  const conversation = world.desk.begin(ADA, 'question')
  const page = await visit(t, world)
  await openConversation(page, 'question')
  world.desk.reply(ADA, conversation, 'solved')
  conversation.status = 'closed'
  await page.getByText('This conversation is closed.').waitFor()
})

test('older messages that failed to load can be loaded again', async (t) => {
  const world = await start(t)
  const conversation = world.desk.begin(ADA, 'message 0')
  for (let count = 1; count < 60; count += 1)
    world.desk.write(ADA, conversation, `message ${count}`)
  world.desk.pollAfter = 60_000
  const page = await visit(t, world)
  await openConversation(page, 'message 0')
  world.desk.rejection = [500, 'internal']
  await page.getByRole('button', { name: 'Show older messages' }).click()
  await page.getByRole('button', { name: 'Not loaded. Try again' }).waitFor()
  world.desk.rejection = null
  await page.getByRole('button', { name: 'Not loaded. Try again' }).click()
  await until(async () => (await messages(page).count()) === 60)
})

test('a conversation that could not be closed stays open, and the widget says so', async (t) => {
  const world = await start(t)
  world.desk.begin(ADA, 'question')
  const page = await visit(t, world)
  await openConversation(page, 'question')
  await page.getByRole('button', { name: 'Close conversation' }).click()
  world.desk.rejection = [500, 'internal']
  await page.getByRole('button', { name: 'Yes, close it' }).click()
  await alert(page, 'The conversation was not closed').waitFor()
})

test('a conversation that no longer exists leads back to the list', async (t) => {
  const world = await start(t)
  const conversation = world.desk.begin(ADA, 'question')
  world.desk.begin(ADA, 'another')
  const page = await visit(t, world)
  await openConversation(page, 'question')
  world.desk.forget(ADA, conversation)
  await alert(page, 'no longer available').waitFor()
  await until(async () => (await rows(page).count()) === 1)
})

test('a conversation that no longer exists keeps its text that was not sent', async (t) => {
  const world = await start(t)
  const conversation = world.desk.begin(ADA, 'question')
  const page = await visit(t, world)
  await openConversation(page, 'question')
  await page.getByLabel('Your reply').fill('precious')
  world.desk.forget(ADA, conversation)
  await alert(page, 'no longer available').waitFor()
  assert.equal(await page.getByLabel('Your reply').inputValue(), 'precious')
})

test('a double click sends one message', async (t) => {
  const world = await start(t)
  const conversation = world.desk.begin(ADA, 'question')
  const page = await visit(t, world)
  await openConversation(page, 'question')
  let release
  const held = new Promise((resolve) => (release = resolve))
  world.desk.before = (url) => (url.endsWith('/message') ? held : undefined)
  await page.getByLabel('Your reply').fill('once')
  await page.getByRole('button', { name: 'Send' }).dblclick()
  await page.getByLabel('Your reply').press('Control+Enter')
  await page.getByRole('button', { name: 'Sending…' }).waitFor()
  release()
  await messages(page).getByText('once').waitFor()
  assert.equal(conversation.messages.length, 2)
  assert.equal(world.desk.callsOf('/message').filter(({ method }) => method === 'POST').length, 1)
})

test('a message whose response was lost stays one message when it is sent again', async (t) => {
  const world = await start(t)
  const conversation = world.desk.begin(ADA, 'question')
  const page = await visit(t, world)
  await openConversation(page, 'question')
  const { pathname } = new URL('/api/messaging/ticket-center/message', world.desk.origin)
  await page.route(`**${pathname}`, async (route) => {
    await route.fetch()
    await route.abort('connectionreset')
  })
  await send(page, 'hello?')
  await alert(page, 'Not sent: there is no connection').waitFor()
  assert.equal(await page.getByLabel('Your reply').inputValue(), 'hello?')
  await page.unroute(`**${pathname}`)
  await page.getByRole('button', { name: 'Send' }).click()
  await until(async () => (await page.getByLabel('Your reply').inputValue()) === '')
  assert.deepEqual(
    conversation.messages.map(({ text }) => text),
    ['question', 'hello?'],
  )
  await until(async () => (await messages(page).count()) === 2)
})

test('the same text sent twice on purpose makes two messages', async (t) => {
  const world = await start(t)
  const conversation = world.desk.begin(ADA, 'question')
  const page = await visit(t, world)
  await openConversation(page, 'question')
  for (const count of [2, 3]) {
    await send(page, 'any news?')
    await until(async () => (await messages(page).count()) === count)
  }
  assert.equal(conversation.messages.length, 3)
})

test('typed text stays in its own conversation, also after a failure in another one', async (t) => {
  const world = await start(t)
  world.desk.begin(ADA, 'first')
  world.desk.begin(ADA, 'second')
  const page = await visit(t, world)
  const back = page.getByRole('button', { name: 'Back to all conversations' })
  await openConversation(page, 'first')
  await page.getByLabel('Your reply').fill('for the first')
  await back.click()
  await openConversation(page, 'second')
  assert.equal(await page.getByLabel('Your reply').inputValue(), '')
  await page.getByLabel('Your reply').fill('for the second')
  world.desk.rejection = [500, 'internal']
  await page.getByRole('button', { name: 'Send' }).click()
  await alert(page, 'Your text is kept').waitFor()
  world.desk.rejection = null
  await back.click()
  await openConversation(page, 'first')
  assert.equal(await page.getByLabel('Your reply').inputValue(), 'for the first')
  await back.click()
  await openConversation(page, 'second')
  assert.equal(await page.getByLabel('Your reply').inputValue(), 'for the second')
})

test('a message that is being sent while the customer opens the list is sent once, and its form is emptied', async (t) => {
  const world = await start(t)
  const conversation = world.desk.begin(ADA, 'question')
  const page = await visit(t, world)
  await openConversation(page, 'question')
  let release
  const held = new Promise((resolve) => (release = resolve))
  world.desk.before = (url) => (url.endsWith('/message') ? held : undefined)
  await send(page, 'slow')
  await page.getByRole('button', { name: 'Back to all conversations' }).click()
  await openConversation(page, 'question')
  await page.getByRole('button', { name: 'Sending…' }).waitFor()
  release()
  await messages(page).getByText('slow').waitFor()
  assert.equal(await page.getByLabel('Your reply').inputValue(), '')
  assert.equal(conversation.messages.length, 2)
})

test('an empty message and one that is too long are rejected before they are sent', async (t) => {
  const world = await start(t)
  world.desk.begin(ADA, 'question')
  const page = await visit(t, world)
  await openConversation(page, 'question')
  await send(page, ' \n ')
  await alert(page, 'Please write a message first.').waitFor()
  await page.getByLabel('Your reply').fill('🙂'.repeat(9_999))
  await page.getByText('1 character left').waitFor()
  await page.getByLabel('Your reply').fill('x'.repeat(10_001))
  await page.getByText('1 character too many').waitFor()
  await page.getByRole('button', { name: 'Send' }).click()
  await alert(page, 'Please shorten your message').waitFor()
  assert.equal(world.desk.callsOf('/message').length, 0)
})

test('a lone surrogate, which no message can contain, is left out', async (t) => {
  const world = await start(t)
  const conversation = world.desk.begin(ADA, 'question')
  const page = await visit(t, world)
  await openConversation(page, 'question')
  await page.getByLabel('Your reply').evaluate((field) => {
    field.value = 'a\ud800b\tc\nd🙂'
  })
  await page.getByRole('button', { name: 'Send' }).click()
  await until(() => conversation.messages.length === 2)
  assert.equal(conversation.messages[1].text, 'ab\tc\nd🙂')
})

test('a conversation opened without a connection takes text, and is loaded later', async (t) => {
  const world = await start(t)
  world.desk.begin(ADA, 'question')
  const page = await visit(t, world)
  await page.getByRole('button', { name: 'question' }).waitFor()
  world.desk.isDown = true
  await page.getByRole('button', { name: 'question' }).click()
  await alert(page, 'No connection. We keep trying.').waitFor()
  await page.getByLabel('Your reply').fill('in the meantime')
  world.desk.isDown = false
  await messages(page).getByText('question').waitFor()
  assert.equal(await page.getByLabel('Your reply').inputValue(), 'in the meantime')
})

for (const [rejection, words] of [
  [[429, 'rate_limited', { 'retry-after': '7' }], 'Please wait 7 seconds'],
  [[503, 'unavailable'], 'something went wrong on our side'],
  [[422, 'message_too_long'], 'Please shorten your message'],
  [[413, 'body_too_large'], 'Please shorten your message'],
  [[404, 'conversation_unknown'], 'no longer available'],
  [[403, 'contact_blocked'], 'Support is not available for this account'],
  [[401, 'signature_mismatch'], 'Verification failed'],
]) {
  test(`a message rejected with ${rejection[1]} stays in its form, with a reason`, async (t) => {
    const world = await start(t)
    world.desk.begin(ADA, 'question')
    world.desk.pollAfter = 60_000
    const page = await visit(t, world)
    await openConversation(page, 'question')
    world.desk.rejection = rejection
    await send(page, 'precious')
    await alert(page, words).first().waitFor()
    assert.equal(await page.getByLabel('Your reply').inputValue(), 'precious')
    world.desk.rejection = null
    await page.getByRole('button', { name: 'Send' }).click()
    await messages(page).getByText('precious').waitFor()
  })
}

for (const [rejection, title] of [
  [[401, 'signature_mismatch'], 'Verification failed'],
  [[401, 'email_malformed'], 'Verification failed'],
  [[401, 'secret_not_set'], 'Support is not ready yet'],
  [[404, 'helpdesk_unknown'], 'Support is not ready yet'],
  [[403, 'origin_not_allowed'], 'Support cannot be shown here'],
  [[403, 'contact_blocked'], 'Support is not available for this account'],
  [[500, 'internal'], 'Something went wrong'],
  [[404, 'not_found'], 'Something went wrong'],
  [[429, 'rate_limited'], 'One moment'],
]) {
  test(`${rejection[1]} on the first load shows: ${title}`, async (t) => {
    const world = await start(t)
    world.desk.rejection = rejection
    const page = await visit(t, world)
    await page.getByRole('heading', { name: title }).waitFor()
    world.desk.rejection = null
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.getByRole('heading', { name: 'How can we help?' }).waitFor()
  })
}

test('"Verification failed" says what to check, and shows no secret', async (t) => {
  const world = await start(t)
  const page = await openWith(t, world, { 'data-signature': '0'.repeat(64) })
  await page.getByText('For the people who run this site').click()
  const words = await page.getByRole('alert').last().innerText()
  for (const hint of [/data-email/, /secret on your server/, /HMAC-SHA256/, /Verification tool/]) {
    assert.match(words, hint)
  }
  assert.doesNotMatch(words, /[0-9a-f]{16}|signature_mismatch|ada@/)
})

test('a website that is not allowed shows which domain to add', async (t) => {
  const world = await start(t)
  world.desk.rejection = [403, 'origin_not_allowed']
  const page = await visit(t, world)
  await page.getByText('For the people who run this site').click()
  await page.getByText(`Add ${world.site.origin} to the dashboard’s Allowed domains page`).waitFor()
})

test('a page without a customer asks to sign in, and sends no request', async (t) => {
  const world = await start(t)
  const page = await openWith(t, world, { 'data-email': null, 'data-signature': null })
  await page.getByRole('heading', { name: 'Please sign in' }).waitFor()
  assert.equal(world.desk.callsOf('/verify').length, 0)
})

test('a page without a help desk id says that support is not ready', async (t) => {
  const world = await start(t)
  const page = await openWith(t, world, { 'data-helpdesk-id': null })
  await page.getByRole('heading', { name: 'Support is not ready yet' }).waitFor()
})

test("a response that is not the API's is shown as an error", async (t) => {
  const world = await start(t)
  const page = await openPage(t)
  await page.route('**/verify', (route) =>
    route.fulfill({ body: '<html>', headers: { 'access-control-allow-origin': '*' } }),
  )
  await page.goto(world.site.publish(pageWith(CONTAINER + tagFor(world.desk, ADA))))
  await page.getByRole('heading', { name: 'Something went wrong' }).waitFor()
  assert.deepEqual(page.problems, [])
})

test('two customers of one desk do not see each other', async (t) => {
  const world = await start(t)
  world.desk.begin(ADA, 'a secret of Ada')
  world.desk.begin(BOB, 'a secret of Bob')
  const [ada, bob] = await Promise.all([visit(t, world, ADA), visit(t, world, BOB)])
  await ada.getByText('a secret of Ada').first().waitFor()
  await bob.getByText('a secret of Bob').first().waitFor()
  assert.equal(await ada.getByText('Bob').count(), 0)
  assert.equal(await bob.getByText('Ada').count(), 0)
})
