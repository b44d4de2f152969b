// Tests how the widget is loaded, updated and shut down in a page.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { signatureOf } from './desk.mjs'
import { CONTAINER, pageWith, tagFor } from './site.mjs'
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
  visit,
} from './visit.mjs'

useBrowser()

const card = (page) => page.getByRole('region', { name: 'Support' })
const posts = (desk, path) => desk.callsOf(path).filter(({ method }) => method === 'POST')

async function openBody(t, { site }, body, head) {
  const page = await openPage(t)
  await page.goto(site.publish(pageWith(body, head)))
  return page
}

function addContainer(page, id = 'hdh-ticket-center') {
  return page.evaluate((name) => {
    const container = document.createElement('div')
    container.id = name
    document.querySelector('main').append(container)
  }, id)
}

test('the script may be in the head, before its container', async (t) => {
  const world = await start(t)
  const page = await openBody(t, world, CONTAINER, tagFor(world.desk, ADA))
  await page.getByText('How can we help?').waitFor()
  await assertNoProblems(page)
})

for (const kind of ['async', 'defer', 'type="module"']) {
  test(`the script may be loaded with ${kind}`, async (t) => {
    const world = await start(t)
    const tag = tagFor(world.desk, ADA).replace('<script', `<script ${kind} crossorigin`)
    const page = await openPage(t)
    // Modules from other origins need CORS headers, which the desk in memory does not send.
    await page.route('**/ticket-center.js', async (route) => {
      const response = await route.fetch()
      const headers = { ...response.headers(), 'access-control-allow-origin': '*' }
      await route.fulfill({ response, headers })
    })
    await page.goto(world.site.publish(pageWith(CONTAINER, tag)))
    await page.getByText('How can we help?').waitFor()
  })
}

test('another script may add the script', async (t) => {
  const world = await start(t)
  const page = await openBody(t, world, CONTAINER)
  await page.evaluate(
    ([src, email, signature]) => {
      const script = document.createElement('script')
      Object.assign(script.dataset, { helpdeskId: 'example-desk', email, signature })
      script.src = src
      document.body.append(script)
    },
    [`${world.desk.origin}/ticket-center.js`, ADA, signatureOf(ADA)],
  )
  await page.getByText('How can we help?').waitFor()
})

test('the widget appears in a container that is added later', async (t) => {
  const world = await start(t)
  const page = await openBody(t, world, tagFor(world.desk, ADA))
  assert.equal(await card(page).count(), 0)
  assert.equal(posts(world.desk, '/verify').length, 0)
  await addContainer(page)
  await page.getByText('How can we help?').waitFor()
})

test('the widget appears in an element that gets the container id later', async (t) => {
  const world = await start(t)
  const page = await openBody(t, world, `<div id="other"></div>${tagFor(world.desk, ADA)}`)
  await page.evaluate(() => (document.getElementById('other').id = 'hdh-ticket-center'))
  await page.getByText('How can we help?').waitFor()
})

test('the console names a container that is missing', async (t) => {
  const world = await start(t)
  const page = await openPage(t)
  const warnings = []
  page.on('console', (message) => warnings.push(message.text()))
  await page.clock.install()
  await page.goto(world.site.publish(pageWith(tagFor(world.desk, ADA))))
  await page.clock.runFor(11_000)
  await until(() => warnings.some((text) => text.includes('"hdh-ticket-center"')))
  await addContainer(page)
  await page.getByText('How can we help?').waitFor()
})

for (const [attributes, reason] of [
  [{ 'data-max-width': 'calc(1px)' }, /data-max-width .* is "calc\(1px\)".* px, rem or %.* 864px/],
  [{ 'data-align': 'middle' }, /data-align .* is "middle".* left, center or right/],
  [{ 'data-container': 'a:b' }, /data-container .* is "a:b".* begins with a letter/],
  [{ 'data-email': null }, /signed-out.* no data-email or no data-signature/],
  [{ 'data-helpdesk-id': null }, /not-set-up.* data-helpdesk-id must be the id/],
]) {
  const [name] = Object.keys(attributes)
  test(`the console names an invalid or missing ${name} and the next step`, async (t) => {
    const world = await start(t)
    const page = await openPage(t)
    const lines = []
    page.on('console', (message) => lines.push(message.text()))
    await page.goto(world.site.publish(pageWith(CONTAINER + tagFor(world.desk, ADA, attributes))))
    await until(() => lines.some((line) => line.startsWith('Ticket Center:') && reason.test(line)))
  })
}

test('the widget stops polling without its container, and continues in a new one with the same text', async (t) => {
  const world = await start(t)
  world.desk.begin(ADA, 'question')
  const page = await visit(t, world)
  await openConversation(page, 'question')
  await page.getByLabel('Your reply').fill('half a sent')
  await page.evaluate(() => document.getElementById('hdh-ticket-center').remove())
  await until(async () => (await card(page).count()) === 0)
  const asked = posts(world.desk, '/verify').length
  await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 600)))
  assert.ok(posts(world.desk, '/verify').length <= asked + 1)
  await addContainer(page)
  await until(async () => (await page.getByLabel('Your reply').inputValue()) === 'half a sent')
  await until(() => posts(world.desk, '/verify').length > asked + 2)
})

test('many changes of the page in one task cause one search for the container', async (t) => {
  const world = await start(t)
  const page = await openBody(t, world, tagFor(world.desk, ADA))
  const asked = await page.evaluate(async () => {
    let count = 0
    const original = Document.prototype.getElementById
    Document.prototype.getElementById = function (id) {
      count += 1
      return original.call(this, id)
    }
    for (let round = 0; round < 1000; round += 1) document.body.append(document.createElement('p'))
    await new Promise((resolve) => setTimeout(resolve))
    return count
  })
  assert.equal(asked, 1)
})

test('a page that loads the script twice has one widget', async (t) => {
  const world = await start(t)
  const tag = tagFor(world.desk, ADA)
  const page = await openBody(t, world, CONTAINER + tag + tag)
  await page.getByText('How can we help?').waitFor()
  assert.equal(await card(page).count(), 1)
  const asked = posts(world.desk, '/verify').length
  await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 1000)))
  // One poller sends five requests in that second; two would send ten.
  assert.ok(posts(world.desk, '/verify').length - asked <= 6)
  await assertNoProblems(page)
})

test('a second script tag for another customer removes everything of the first customer', async (t) => {
  const world = await start(t)
  world.desk.begin(ADA, 'a secret of Ada')
  const page = await visit(t, world)
  await page.getByText('a secret of Ada').first().waitFor()
  await page.evaluate(
    ([src, email, signature]) => {
      const script = document.createElement('script')
      Object.assign(script.dataset, { helpdeskId: 'example-desk', email, signature })
      script.src = src
      document.body.append(script)
    },
    [`${world.desk.origin}/ticket-center.js`, BOB, signatureOf(BOB)],
  )
  await page.getByText('Signed in as bob@example.com').waitFor()
  assert.equal(await page.getByText('Ada').count(), 0)
})

test('update shows another customer, and later responses for the first one are ignored', async (t) => {
  const world = await start(t)
  world.desk.begin(ADA, 'a secret of Ada')
  world.desk.begin(BOB, 'a secret of Bob')
  const page = await visit(t, world)
  await openConversation(page, 'a secret of Ada')
  let release
  const held = new Promise((resolve) => (release = resolve))
  world.desk.before = (url) => (/message/.test(url) ? held : undefined)
  await send(page, 'typed by Ada')
  await page.getByRole('button', { name: 'Sending…' }).waitFor()
  await page.evaluate(
    ([email, signature]) => window.DesksealTicketCenter.update({ email, signature }),
    [BOB, signatureOf(BOB)],
  )
  await page.getByText('a secret of Bob').first().waitFor()
  release()
  world.desk.before = async () => {}
  const asked = posts(world.desk, '/verify').length
  await until(() => posts(world.desk, '/verify').length > asked + 3)
  assert.equal(await page.getByText('Ada').count(), 0)
  assert.equal(await page.getByRole('status').textContent(), '')
  await openConversation(page, 'a secret of Bob')
  assert.equal(await page.getByLabel('Your reply').inputValue(), '')
})

test('update with a new signature of the same customer keeps the screen and what is typed', async (t) => {
  const world = await start(t)
  world.desk.begin(ADA, 'question')
  const page = await openBody(t, world, CONTAINER + tagFor(world.desk, ADA))
  await openConversation(page, 'question')
  await page.getByLabel('Your reply').fill('half a sent')
  await page.evaluate(() => window.DesksealTicketCenter.update({ signature: '0'.repeat(64) }))
  await page.getByRole('alert').filter({ hasText: 'Verification failed' }).waitFor()
  assert.equal(await page.getByLabel('Your reply').inputValue(), 'half a sent')
  await page.evaluate(
    (signature) => window.DesksealTicketCenter.update({ signature }),
    signatureOf(ADA),
  )
  await page.getByText('Verification failed').waitFor({ state: 'hidden' })
  await send(page, 'a whole sentence')
  await until(() => world.desk.conversationsOf(ADA)[0].messages.length === 2)
})

test('update without settings uses the attributes again', async (t) => {
  const world = await start(t)
  const page = await visit(t, world)
  await page.getByText('Signed in as ada@example.com').waitFor()
  await page.evaluate(
    ([email, signature]) => {
      Object.assign(document.querySelector('script').dataset, { email, signature })
      window.DesksealTicketCenter.update()
    },
    [BOB, signatureOf(BOB)],
  )
  await page.getByText('Signed in as bob@example.com').waitFor()
})

test('update without a customer shows nothing of the last one', async (t) => {
  const world = await start(t)
  world.desk.begin(ADA, 'a secret of Ada')
  const page = await visit(t, world)
  await page.getByText('a secret of Ada').first().waitFor()
  await page.evaluate(() => window.DesksealTicketCenter.update({ email: null, signature: null }))
  await page.getByRole('heading', { name: 'Please sign in' }).waitFor()
  assert.equal(await page.getByText('Ada').count(), 0)
})

test('after shutdown the widget shows and sends nothing, until update', async (t) => {
  const world = await start(t)
  world.desk.begin(ADA, 'a secret of Ada')
  const page = await openBody(
    t,
    world,
    `<div id="hdh-ticket-center"><p>Written by the page</p></div>${tagFor(world.desk, ADA)}`,
  )
  await page.getByText('a secret of Ada').first().waitFor()
  assert.equal(await page.getByText('Written by the page').isVisible(), false)
  await page.evaluate(() => {
    window.DesksealTicketCenter.shutdown()
    window.DesksealTicketCenter.shutdown()
  })
  await page.getByText('Written by the page').waitFor()
  assert.equal(await page.getByText('a secret of Ada').count(), 0)
  const asked = posts(world.desk, '/verify').length
  await page.evaluate(() => {
    document.dispatchEvent(new Event('visibilitychange'))
    dispatchEvent(new Event('online'))
    return new Promise((resolve) => setTimeout(resolve, 600))
  })
  assert.ok(posts(world.desk, '/verify').length <= asked + 1)
  await page.evaluate(() => window.DesksealTicketCenter.update())
  await page.getByText('a secret of Ada').first().waitFor()
  await assertNoProblems(page)
})

test('after shutdown the widget does not appear in a container that is added later', async (t) => {
  const world = await start(t)
  const page = await openBody(t, world, tagFor(world.desk, ADA))
  await page.evaluate(() => window.DesksealTicketCenter.shutdown())
  await addContainer(page)
  await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 300)))
  assert.equal(await card(page).count(), 0)
})

test('width, alignment and container follow the attributes', async (t) => {
  const world = await start(t)
  const boxOf = async (attributes, container = CONTAINER) => {
    const page = await openPage(t, { viewport: { width: 1200, height: 600 } })
    const body = container + tagFor(world.desk, ADA, attributes)
    await page.goto(
      world.site.publish(pageWith(body, '<style>main{padding:0}body{margin:0}</style>')),
    )
    await card(page).waitFor()
    return card(page).boundingBox()
  }
  const near = (actual, expected) => assert.ok(Math.abs(actual - expected) < 2, `${actual}`)
  const usual = await boxOf({})
  near(usual.width, 864)
  near(usual.x, 168)
  near((await boxOf({ 'data-align': 'left' })).x, 0)
  near((await boxOf({ 'data-align': 'right' })).x, 336)
  near((await boxOf({ 'data-max-width': '500px' })).width, 500)
  near((await boxOf({ 'data-max-width': '30rem' })).width, 480)
  near((await boxOf({ 'data-max-width': '50%' })).width, 600)
  near((await boxOf({ 'data-max-width': 'calc(1px)' })).width, 864)
  near((await boxOf({ 'data-align': 'middle' })).x, 168)
  near((await boxOf({ 'data-container': 'a:b' })).width, 864)
  near((await boxOf({ 'data-container': 'help' }, '<div id="help"></div>')).width, 864)
})

test('update changes width, alignment and container at once', async (t) => {
  const world = await start(t)
  const page = await openBody(
    t,
    world,
    `${CONTAINER}<div id="second"></div>${tagFor(world.desk, ADA)}`,
  )
  await page.getByText('How can we help?').waitFor()
  await page.evaluate(() =>
    window.DesksealTicketCenter.update({ maxWidth: '400px', align: 'left', container: 'second' }),
  )
  await page.locator('#second').getByText('How can we help?').waitFor()
  assert.equal(await card(page).count(), 1)
  assert.equal((await card(page).boundingBox()).width, 400)
})

for (const container of [
  '<ul id="hdh-ticket-center"></ul>',
  '<form id="hdh-ticket-center"></form>',
]) {
  test(`the widget appears in a container that cannot have a shadow root: ${container}`, async (t) => {
    const world = await start(t)
    const page = await openBody(t, world, container + tagFor(world.desk, ADA))
    await page.getByText('How can we help?').waitFor()
    await page.evaluate(() => document.getElementById('hdh-ticket-center').replaceChildren())
    await page.getByText('How can we help?').waitFor()
    await assertNoProblems(page)
  })
}

test("the page's styles do not change the widget's", async (t) => {
  const world = await start(t)
  const loud = `<style>* { color: red !important; font-size: 40px; text-transform: uppercase }
    html { font-size: 10px }
    main { letter-spacing: 9px; font-family: cursive; visibility: visible; cursor: crosshair }
    button, .card { display: none }</style><p class="card primary">Not yours</p>`
  const page = await openBody(t, world, CONTAINER + tagFor(world.desk, ADA), loud)
  const startButton = page.getByRole('button', { name: 'Start a conversation' })
  await startButton.waitFor()
  const style = await startButton.evaluate((element) => {
    const { fontSize, textTransform, letterSpacing, fontFamily } = getComputedStyle(element)
    return { fontSize, textTransform, letterSpacing, fontFamily }
  })
  assert.equal(style.fontSize, '16px')
  assert.equal(style.textTransform, 'none')
  assert.equal(style.letterSpacing, 'normal')
  assert.doesNotMatch(style.fontFamily, /cursive/)
})

test('an element with the id of the global object does not stop the widget', async (t) => {
  const world = await start(t)
  const decoys = '<p id="DesksealTicketCenter"></p><img name="currentScript">'
  const page = await openBody(t, world, decoys + CONTAINER + tagFor(world.desk, ADA))
  await page.getByText('How can we help?').waitFor()
})

test('the widget does not submit a form of the page around it', async (t) => {
  const world = await start(t)
  const form = `<form action="/elsewhere">${CONTAINER}</form>${tagFor(world.desk, ADA)}`
  const page = await openBody(t, world, form)
  await page.getByRole('button', { name: 'Start a conversation' }).click()
  await page.getByLabel('Subject').fill('Subject')
  await page.getByLabel('Message', { exact: true }).fill('Message')
  await page.getByLabel('Subject').press('Enter')
  await page.getByRole('heading', { name: 'Subject' }).waitFor()
  assert.doesNotMatch(page.url(), /elsewhere/)
})
