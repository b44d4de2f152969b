// Tests the sessions that identity tokens open: how they begin, are renewed, and end.

import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { HELPDESK, signatureOf, tokenOf } from './desk.mjs'
import { CONTAINER, pageWith, tokenTagFor } from './site.mjs'
import {
  ADA,
  BOB,
  assertNoProblems,
  openConversation,
  openPage,
  send,
  start,
  until,
  useBrowser,
} from './visit.mjs'

useBrowser()

const MINUTE = 60_000

const schema = JSON.parse(
  await readFile(new URL('../../../tests/identity.schema.json', import.meta.url)),
)

const alert = (page, text) => page.getByRole('alert').filter({ hasText: text })
const reply = (page) => page.getByLabel('Your reply')
const card = (page) => page.getByRole('region', { name: 'Support', exact: true })
const bodiesOf = (desk, path) =>
  desk
    .callsOf(path)
    .filter(({ method }) => method === 'POST')
    .map(({ body }) => JSON.parse(body))

/** Opens a page with a token, and records what the console says. */
async function openWith(t, world, attributes = {}, page) {
  page ??= await openPage(t)
  page.lines = []
  page.on('console', (message) => page.lines.push(message.text()))
  const tag = tokenTagFor(world.desk, ADA, { id: 'tag', ...attributes })
  await page.goto(world.site.publish(pageWith(CONTAINER + tag)))
  return page
}

/** Starts a desk with a conversation of Ada, and a site whose endpoint names the signed-in customer. */
async function startWith(t) {
  const world = await start(t)
  world.desk.begin(ADA, 'a question of Ada')
  world.desk.begin(BOB, 'a question of Bob')
  world.customer = ADA
  world.asked = []
  world.status = 200
  world.tokenOf = (email) => tokenOf({ email })
  world.site.answer('/identity', (_, { method, headers }) => {
    world.asked.push({ method, headers })
    if (world.customer === null) return { status: 204 }
    if (world.status !== 200) return { status: world.status, html: '{}' }
    const expiresAt = Math.floor(Date.now() / 1000) + 600
    const answer = { identity: world.tokenOf(world.customer), helpdeskId: HELPDESK, expiresAt }
    return { html: JSON.stringify(answer), headers: { 'content-type': 'application/json' } }
  })
  return world
}

const BY_ENDPOINT = { 'data-identity-url': '/identity' }
const ENDPOINT_ONLY = { ...BY_ENDPOINT, 'data-identity': null }

async function signedOut(page) {
  await page.getByRole('heading', { name: 'Please sign in' }).waitFor()
  assert.equal(await page.getByText(/Ada/).count(), 0)
}

test('a token is exchanged once, and the calls after have the session alone', async (t) => {
  const world = await startWith(t)
  const page = await openWith(t, world)
  await openConversation(page, 'a question of Ada')
  await send(page, 'one more thing')
  await until(() => world.desk.conversationsOf(ADA)[0].messages.length === 2)
  const [exchange, ...others] = bodiesOf(world.desk, '/session')
  assert.deepEqual(Object.keys(exchange).sort(), ['helpdeskId', 'identity'])
  assert.deepEqual(others, [])
  const [session] = world.desk.sessions.keys()
  const calls = ['/verify', '/conversations', '/messages', '/message'].map((path) =>
    bodiesOf(world.desk, path),
  )
  for (const body of calls.flat()) {
    assert.equal(body.session, session)
    assert.deepEqual([body.email, body.signature, body.identity], [undefined, undefined, undefined])
  }
  const kept = await page.evaluate(() =>
    JSON.stringify([
      document.documentElement.outerHTML,
      { ...localStorage, ...sessionStorage },
      document.cookie,
      location.href,
      history.state,
    ]),
  )
  assert.ok(!kept.includes(session))
  assert.ok(world.desk.requests.every(({ url }) => !url.includes(session)))
  await assertNoProblems(page)
})

test('a customer whom a token names by id only is shown without an address', async (t) => {
  const world = await startWith(t)
  world.desk.hasAddress = false
  world.desk.begin('user-42', 'a question by id')
  const page = await openWith(t, world, { 'data-identity': tokenOf({ sub: 'user-42' }) })
  await page.getByText('a question by id').first().waitFor()
  assert.equal(await page.getByText('Signed in as').count(), 0)
})

test('a renewed token for the same customer keeps the screen and the typed text, and renews the session', async (t) => {
  const world = await startWith(t)
  const page = await openWith(t, world)
  await openConversation(page, 'a question of Ada')
  await reply(page).fill('half a sentence')
  const [session] = world.desk.sessions.keys()
  const identity = tokenOf({ email: ADA })
  await page.evaluate((identity) => window.DesksealTicketCenter.update({ identity }), identity)
  await until(() => bodiesOf(world.desk, '/session').length === 2)
  assert.deepEqual(bodiesOf(world.desk, '/session')[1], {
    helpdeskId: HELPDESK,
    identity,
    session,
  })
  assert.equal(await reply(page).inputValue(), 'half a sentence')
})

test('a token with the same id and another address is of the same customer', async (t) => {
  const world = await startWith(t)
  const first = tokenOf({ sub: 'user-42', email: ADA })
  const page = await openWith(t, world, { 'data-identity': first })
  await openConversation(page, 'a question of Ada')
  await reply(page).fill('half a sentence')
  const identity = tokenOf({ sub: 'user-42', email: BOB })
  await page.evaluate((identity) => window.DesksealTicketCenter.update({ identity }), identity)
  await until(() => bodiesOf(world.desk, '/session').length >= 2)
  assert.equal(await reply(page).inputValue(), 'half a sentence')
})

for (const [what, identity] of Object.entries({
  'cannot be read': 'a.b.c',
  'has no parts': 'text',
  'has another id and the same address': tokenOf({ sub: 'user-43', email: ADA }),
})) {
  test(`a token that ${what} counts as another customer's`, async (t) => {
    const world = await startWith(t)
    const page = await openWith(t, world)
    await openConversation(page, 'a question of Ada')
    await reply(page).fill('half a sentence of Ada')
    const shown = await page.evaluate((identity) => {
      document.getElementById('tag').dataset.identity = identity
      window.DesksealTicketCenter.update()
      return document.getElementById('hdh-ticket-center').shadowRoot.textContent
    }, identity)
    assert.doesNotMatch(shown, /Ada/)
    await until(() => bodiesOf(world.desk, '/session').length === 2)
    assert.equal(bodiesOf(world.desk, '/session')[1].session, undefined)
  })
}

for (const [what, attributes] of Object.entries({
  'a token': {},
  'an endpoint': ENDPOINT_ONLY,
})) {
  test(`a signature beside ${what} is a problem, and nothing is sent`, async (t) => {
    const world = await startWith(t)
    const signed = { 'data-email': ADA, 'data-signature': signatureOf(ADA) }
    const page = await openWith(t, world, { ...attributes, ...signed })
    await page.getByRole('heading', { name: 'Verification failed' }).waitFor()
    assert.ok(page.lines.some((line) => /Remove data-email and data-signature/.test(line)))
    assert.ok(world.desk.requests.every(({ method }) => method !== 'POST'))
    assert.deepEqual(world.asked, [])
  })
}

test('a page without a token gets its first one from its endpoint, and the answer follows the schema', async (t) => {
  const world = await startWith(t)
  const page = await openPage(t)
  await page.context().addCookies([{ name: 'login', value: 'ada', url: world.site.origin }])
  await openWith(t, world, ENDPOINT_ONLY, page)
  await page.getByText('a question of Ada').first().waitFor()
  assert.equal(world.asked.length, 1)
  assert.equal(world.asked[0].method, 'GET')
  assert.match(world.asked[0].headers.cookie, /login=ada/)
  const form = schema.oneOf.find(({ required }) => required.includes('identity'))
  assert.deepEqual(form.required, ['identity', 'helpdeskId', 'expiresAt'])
  assert.equal(bodiesOf(world.desk, '/session').length, 1)
})

test('an endpoint on another origin is ignored, and the console says so', async (t) => {
  const world = await startWith(t)
  const other = `${world.desk.origin}/identity`
  const page = await openWith(t, world, { 'data-identity': null, 'data-identity-url': other })
  await signedOut(page)
  assert.ok(page.lines.some((line) => /data-identity-url.*is ignored/.test(line)))
  assert.equal(world.desk.callsOf('/identity').length, 0)
})

test('shortly before its end, the session is renewed with a token of the endpoint', async (t) => {
  const world = await startWith(t)
  const page = await openWith(t, world, BY_ENDPOINT)
  await openConversation(page, 'a question of Ada')
  await reply(page).fill('half a sentence')
  assert.deepEqual(world.asked, [])
  const [session] = world.desk.sessions.keys()
  world.desk.verifiedEndsIn = MINUTE / 2
  await until(() => bodiesOf(world.desk, '/session').length > 1)
  world.desk.verifiedEndsIn = null
  assert.equal(bodiesOf(world.desk, '/session')[1].session, session)
  assert.ok(world.asked.length > 0)
  assert.equal(await reply(page).inputValue(), 'half a sentence')
  await send(page, 'a whole sentence')
  await until(() => world.desk.conversationsOf(ADA)[0].messages.length === 2)
})

for (const [what, fail] of Object.entries({
  'the endpoint fails': (world) => (world.status = 500),
  "the desk rejects the endpoint's token": (world) =>
    (world.tokenOf = (email) => `${tokenOf({ email })}x`),
})) {
  test(`while ${what}, calls go on with the session until it has ended`, async (t) => {
    const world = await startWith(t)
    const page = await openWith(t, world, BY_ENDPOINT)
    await openConversation(page, 'a question of Ada')
    const { tokenOf } = world
    fail(world)
    world.desk.verifiedEndsIn = MINUTE / 2
    await until(() => page.lines.some((line) => /identity_url|signature_mismatch/.test(line)))
    const verified = world.desk.callsOf('/verify').length
    await until(() => world.desk.callsOf('/verify').length > verified + 4)
    await send(page, 'a whole sentence')
    await until(() => world.desk.conversationsOf(ADA)[0].messages.length === 2)
    world.desk.reply(ADA, world.desk.conversationsOf(ADA)[0], 'an answer')
    await page.getByText('an answer', { exact: true }).waitFor()
    assert.equal(await page.locator('.banner').isVisible(), false)
    // Not every call asks the endpoint again.
    assert.ok(world.asked.length < world.desk.callsOf('/verify').length - verified)
    Object.assign(world, { status: 200, tokenOf })
    const [session] = world.desk.sessions.keys()
    await until(() => world.desk.spent.size === 1)
    assert.deepEqual([...world.desk.sessions.keys()], [session])
    // A session that has ended needs a token.
    world.status = 500
    world.desk.endSessions()
    await alert(page, 'New replies cannot be loaded right now').waitFor()
  })
}

test('a session that a renewal does not prolong is replaced by another one', async (t) => {
  const world = await startWith(t)
  const page = await openWith(t, world, BY_ENDPOINT)
  await openConversation(page, 'a question of Ada')
  world.desk.renewedEndsIn = MINUTE / 4
  world.desk.verifiedEndsIn = MINUTE / 2
  await until(() => world.desk.sessions.size === 2)
  world.desk.verifiedEndsIn = null
  await send(page, 'a whole sentence')
  await until(() => world.desk.conversationsOf(ADA)[0].messages.length === 2)
})

test('a message that is sent after the session has ended is sent with a token of the endpoint', async (t) => {
  const world = await startWith(t)
  world.desk.pollAfter = 60_000
  const page = await openWith(t, world, BY_ENDPOINT)
  await openConversation(page, 'a question of Ada')
  world.desk.endSessions()
  await send(page, 'a whole sentence')
  await until(() => world.desk.conversationsOf(ADA)[0].messages.length === 2)
  assert.equal(bodiesOf(world.desk, '/session').length, 2)
  assert.equal(await reply(page).inputValue(), '')
})

test('a token that is spent already is replaced by one of the endpoint', async (t) => {
  const world = await startWith(t)
  const identity = tokenOf({ email: ADA })
  world.desk.spent.add(identity)
  const page = await openWith(t, world, { ...BY_ENDPOINT, 'data-identity': identity })
  await page.getByText('a question of Ada').first().waitFor()
  assert.equal(world.asked.length, 1)
})

test("a token of the endpoint for another customer starts empty, and renews nothing of the former's", async (t) => {
  const world = await startWith(t)
  const page = await openWith(t, world, BY_ENDPOINT)
  await openConversation(page, 'a question of Ada')
  await reply(page).fill('half a sentence of Ada')
  world.customer = BOB
  world.desk.endSessions()
  await page.getByText('a question of Bob').first().waitFor()
  assert.equal(await page.getByText(/Ada/).count(), 0)
  assert.equal(bodiesOf(world.desk, '/session').at(-1).session, undefined)
  await openConversation(page, 'a question of Bob')
  assert.equal(await reply(page).inputValue(), '')
})

test('a message that waits for a token is not sent for another customer', async (t) => {
  const world = await startWith(t)
  world.desk.pollAfter = 60_000
  const page = await openWith(t, world, BY_ENDPOINT)
  await openConversation(page, 'a question of Ada')
  world.customer = BOB
  world.desk.endSessions()
  await send(page, 'typed by Ada')
  await page.getByText('a question of Bob').first().waitFor()
  assert.equal(world.desk.conversationsOf(BOB)[0].messages.length, 1)
  assert.equal(world.desk.conversationsOf(ADA)[0].messages.length, 1)
})

test('an endpoint that names no customer ends the session, and is asked again by "Try again"', async (t) => {
  const world = await startWith(t)
  const page = await openWith(t, world, ENDPOINT_ONLY)
  await openConversation(page, 'a question of Ada')
  world.customer = null
  world.desk.verifiedEndsIn = MINUTE / 2
  await signedOut(page)
  await until(() => world.desk.sessions.size === 0)
  world.desk.verifiedEndsIn = null
  world.customer = BOB
  await page.getByRole('button', { name: 'Try again' }).click()
  await page.getByText('a question of Bob').first().waitFor()
})

test('an update that sets the same endpoint again asks it again, whichever customer it named before', async (t) => {
  const world = await startWith(t)
  const page = await openWith(t, world, ENDPOINT_ONLY)
  await openConversation(page, 'a question of Ada')
  world.customer = BOB
  const shown = await page.evaluate(() => {
    window.DesksealTicketCenter.update({ identityUrl: '/identity' })
    return document.getElementById('hdh-ticket-center').shadowRoot.textContent
  })
  assert.doesNotMatch(shown, /Ada/)
  await page.getByText('a question of Bob').first().waitFor()
})

test('a tag that is set again asks its endpoint again, whichever customer it named before', async (t) => {
  const world = await startWith(t)
  const page = await openWith(t, world, ENDPOINT_ONLY)
  await openConversation(page, 'a question of Ada')
  world.customer = BOB
  const shown = await page.evaluate(() => {
    const tag = document.getElementById('tag')
    tag.replaceWith(tag.cloneNode())
    window.DesksealTicketCenter.update()
    return document.getElementById('hdh-ticket-center').shadowRoot.textContent
  })
  assert.doesNotMatch(shown, /Ada/)
  await page.getByText('a question of Bob').first().waitFor()
})

for (const [what, attributes] of Object.entries({
  'that has an endpoint': ENDPOINT_ONLY,
  'that has a token': {},
  'without a customer': { 'data-identity': null },
})) {
  test(`a tag ${what}, and then an endpoint alone that is set anew, asks the endpoint who the customer is`, async (t) => {
    const world = await startWith(t)
    const page = await openWith(t, world, attributes)
    if (what === 'without a customer') await signedOut(page)
    else await openConversation(page, 'a question of Ada')
    world.customer = BOB
    const shown = await page.evaluate(() => {
      const tag = document.getElementById('tag')
      delete tag.dataset.identity
      tag.dataset.identityUrl = '/identity'
      window.DesksealTicketCenter.update()
      return document.getElementById('hdh-ticket-center').shadowRoot.textContent
    })
    assert.doesNotMatch(shown, /Ada/)
    await page.getByText('a question of Bob').first().waitFor()
  })
}

for (const [what, answer] of Object.entries({
  'has another form': { html: '{"identity":1}' },
  'is for another desk': { html: '{"identity":"a.b.c","helpdeskId":"other","expiresAt":1}' },
  'is an error': { status: 500, html: '{}' },
  'is a redirect': { status: 302, headers: { location: '/login' } },
})) {
  test(`an endpoint's answer that ${what} is named in the console, and asked for again`, async (t) => {
    const world = await startWith(t)
    let isWrong = true
    const token = tokenOf({ email: ADA })
    const right = { html: JSON.stringify({ identity: token, helpdeskId: HELPDESK, expiresAt: 1 }) }
    world.site.answer('/identity', () => (isWrong ? answer : right))
    const page = await openWith(t, world, ENDPOINT_ONLY)
    await until(() => page.lines.some((line) => /data-identity-url must answer 200/.test(line)))
    isWrong = false
    await page.getByText('a question of Ada').first().waitFor()
  })
}

test('without an endpoint, a notice asks for a reload before the session ends, until it is prolonged', async (t) => {
  const world = await startWith(t)
  const page = await openWith(t, world)
  await openConversation(page, 'a question of Ada')
  await reply(page).fill('half a sentence')
  world.desk.verifiedEndsIn = 2 * MINUTE
  await alert(page, 'Your session ends soon').waitFor()
  assert.equal(await reply(page).inputValue(), 'half a sentence')
  world.desk.verifiedEndsIn = null
  await alert(page, 'Your session ends soon').waitFor({ state: 'hidden' })
  await send(page, 'a whole sentence')
  await until(() => world.desk.conversationsOf(ADA)[0].messages.length === 2)
})

test('without an endpoint, a message after the end says to reload and keeps the text', async (t) => {
  const world = await startWith(t)
  const page = await openWith(t, world)
  await openConversation(page, 'a question of Ada')
  world.desk.endSessions()
  await alert(page, 'Please reload the page').first().waitFor()
  await send(page, 'a whole sentence')
  await alert(page, 'Not sent. Please reload the page').waitFor()
  assert.equal(await reply(page).inputValue(), 'a whole sentence')
  assert.ok(await reply(page).isEditable())
  assert.equal(bodiesOf(world.desk, '/session').length, 1)
  const identity = tokenOf({ email: ADA })
  await page.evaluate((identity) => window.DesksealTicketCenter.update({ identity }), identity)
  await page.locator('.banner').waitFor({ state: 'hidden' })
  await page.getByRole('button', { name: 'Send' }).click()
  await until(() => world.desk.conversationsOf(ADA)[0].messages.length === 2)
})

for (const [code, title, next] of [
  [
    'identity_token_expired',
    'Please reload the page',
    /has expired.*clock.*lifetime.*data-identity-url/,
  ],
  ['identity_token_replayed', 'Please reload the page', /used before/],
  ['identity_token_in_future', 'Verification failed', /not valid yet.*clock/],
  ['identity_token_audience', 'Verification failed', /another desk.*data-helpdesk-id/],
  ['identity_token_claim', 'Verification failed', /A claim of the token in data-identity/],
  ['identity_token_malformed', 'Verification failed', /data-identity must be the whole JWT/],
  [
    'signature_mismatch',
    'Verification failed',
    /data-identity must be signed with.*Identity Secret/,
  ],
  ['tokens_not_accepted', 'Verification failed', /accepts no identity tokens.*data-identity/],
  ['signatures_not_accepted', 'Verification failed', /Replace data-email and data-signature/],
]) {
  test(`${code} says "${title}", and the console what to do`, async (t) => {
    const world = await startWith(t)
    world.desk.rejection = [401, code]
    const page = await openWith(t, world)
    await page.getByRole('heading', { name: title }).waitFor()
    assert.ok(
      page.lines.some((line) => line.startsWith(`Ticket Center: ${code}.`) && next.test(line)),
    )
  })
}

test('shutdown ends the session, and the customer’s other tabs show nothing until the page sets an identity', async (t) => {
  const world = await startWith(t)
  const page = await openWith(t, world)
  const tabs = await Promise.all([ADA, BOB].map(() => page.context().newPage()))
  const [same, other] = tabs
  await openWith(t, world, {}, same)
  await openWith(t, world, { 'data-identity': tokenOf({ email: BOB }) }, other)
  await same.bringToFront()
  await openConversation(same, 'a question of Ada')
  await other.bringToFront()
  await other.getByText('a question of Bob').first().waitFor()
  await page.bringToFront()
  await openConversation(page, 'a question of Ada')
  await other.evaluate(() => {
    window.heard = []
    const [desk, id] = [new URL(document.getElementById('tag').src).origin, 'example-desk']
    const channel = new BroadcastChannel(`deskseal-ticket-center ${desk} ${id}`)
    channel.onmessage = ({ data }) => window.heard.push(data)
  })
  await page.evaluate(() => window.DesksealTicketCenter.shutdown())
  await until(() => [...world.desk.sessions.values()].every(({ email }) => email === BOB))
  await until(async () => (await card(same).count()) === 0)
  assert.equal(await card(page).count(), 0)
  assert.equal(await other.getByText('a question of Bob').first().isVisible(), true)
  const heard = await other.evaluate(() => window.heard)
  assert.equal(heard.length, 1)
  assert.match(heard[0], /^[A-Za-z0-9+/]{43}=$/)
  await same.bringToFront()
  await same.evaluate(
    (token) => {
      document.getElementById('tag').dataset.identity = token
    },
    tokenOf({ email: ADA }),
  )
  await same.getByText('a question of Ada').first().waitFor()
})

test('a session that is still being opened at shutdown is ended as well', async (t) => {
  const world = await startWith(t)
  let release
  const held = new Promise((resolve) => (release = resolve))
  world.desk.after = (url) => (url.endsWith('/session') ? held : undefined)
  const page = await openWith(t, world)
  await until(() => world.desk.sessions.size === 1)
  await page.evaluate(() => window.DesksealTicketCenter.shutdown())
  release()
  await until(() => world.desk.sessions.size === 0)
  assert.equal(await card(page).count(), 0)
})
