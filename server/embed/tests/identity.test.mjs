// Tests that the widget follows the customer whom the page identifies, and otherwise shows and sends nothing.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Desk, HELPDESK, claimsOf, signatureOf, tokenOf } from './desk.mjs'
import { GRACE, keptBy } from './product.mjs'
import { CONTAINER, pageWith, tagFor, tokenTagFor } from './site.mjs'
import {
  ADA,
  assertNoProblems,
  openConversation,
  openPage,
  send,
  start,
  until,
  useBrowser,
} from './visit.mjs'

useBrowser()

const card = (page) => page.getByRole('region', { name: 'Support', exact: true })
const ofAda = (page) => page.getByText(/Ada/)
const sentBy = (desk) =>
  desk.requests
    .filter(({ method, url }) => method === 'POST' && url.startsWith('/api/'))
    .map(({ url, body }) => ({ url, ...JSON.parse(body) }))

/** The forms in which a page proves who its customer is. */
const FORMS = {
  'a signature': {
    tag: tagFor,
    proofOf: (email) => ({ email, signature: signatureOf(email) }),
  },
  'an identity token': {
    tag: tokenTagFor,
    proofOf: (email) => ({ identity: tokenOf({ email }) }),
  },
}

async function openAda(
  t,
  { body = (embed) => embed, path = 'open', form = FORMS['a signature'] } = {},
) {
  const world = await start(t)
  world.desk.begin(ADA, 'a secret of Ada')
  world.desk.begin(GRACE, 'a secret of Grace')
  const page = await openPage(t)
  await page.addInitScript(noteRequests)
  const html = body(CONTAINER + form.tag(world.desk, ADA, { id: 'tag' }))
  await page.goto(world.site.publish(pageWith(html)))
  const proof = form.proofOf(GRACE)
  const src = `${world.desk.origin}/ticket-center.js`
  const grace = { helpdeskId: HELPDESK, ...proof, src, proof }
  await page.evaluate((identity) => (window.grace = identity), grace)
  if (path === 'open') await openConversation(page, 'a secret of Ada')
  return { ...world, page }
}

/** Records in the page for whom requests are sent: a request from before a change may reach the desk after it. */
function noteRequests() {
  window.asked = []
  const { fetch } = window
  window.fetch = function (url, options) {
    window.asked.push(JSON.parse(options.body))
    return fetch.apply(this, arguments)
  }
}

/** Changes the page, and clears the recorded requests in the same task. */
function change(page, changed, argument) {
  return page.evaluate(
    ([text, given]) => {
      window.asked.length = 0
      return new Function(`return (${text})`)()(given)
    },
    [changed.toString(), argument],
  )
}

const askedSince = (page) => page.evaluate(() => window.asked)

/** Asserts that from now on nothing is shown and nothing is sent. */
async function assertNothing(page) {
  await until(async () => (await card(page).count()) === 0)
  await change(page, () => {
    document.dispatchEvent(new Event('visibilitychange'))
    dispatchEvent(new Event('online'))
    return new Promise((resolve) => setTimeout(resolve, 600))
  })
  assert.deepEqual(await askedSince(page), [])
  assert.equal(await card(page).count(), 0)
  await assertNoProblems(page)
}

/** Asserts that the widget shows Grace, and that every request since the change was hers. */
async function assertGrace({ desk, page }) {
  await page.getByText('a secret of Grace').first().waitFor()
  assert.equal(await ofAda(page).count(), 0)
  for (const asked of await askedSince(page)) {
    assert.equal(provedBy(desk, asked), GRACE)
  }
  assert.equal(desk.conversationsOf(GRACE)[0].messages.length, 1)
}

/** Returns the customer whom the body of a call proves. */
function provedBy(desk, { email, signature, identity, session }) {
  if (identity !== undefined) return claimsOf(identity).email
  if (session !== undefined) return desk.sessions.get(session).email
  assert.equal(signature, signatureOf(email))
  return email
}

/** Ways in which a page can identify Grace; each runs in the page, in one task. */
const SWITCHES = {
  'the attributes of the tag are set': () => {
    Object.assign(document.getElementById('tag').dataset, window.grace.proof)
  },
  'the tag is replaced by a copy that does not run': () => {
    const copy = document.getElementById('tag').cloneNode()
    Object.assign(copy.dataset, window.grace.proof)
    document.getElementById('tag').replaceWith(copy)
  },
  'a second tag is added, whose script is missing': () => {
    const { src, helpdeskId, proof } = window.grace
    const tag = document.createElement('script')
    Object.assign(tag.dataset, { helpdeskId, ...proof })
    tag.src = src.replace('/ticket', '/missing/ticket')
    document.head.prepend(tag)
  },
  'a second tag is added, of a type that no browser runs': () => {
    const { src, helpdeskId, proof } = window.grace
    const tag = document.createElement('script')
    tag.type = 'text/plain'
    Object.assign(tag.dataset, { helpdeskId, ...proof })
    document.body.append(tag)
    tag.src = src
  },
  'update is called': () => {
    window.DesksealTicketCenter.update(window.grace.proof)
  },
  'the tag and its container are written again': () => {
    const main = document.querySelector('main')
    const { dataset } = document.getElementById('tag')
    let html = main.innerHTML
    for (const [name, value] of Object.entries(window.grace.proof)) {
      html = html.replace(dataset[name], value)
    }
    main.innerHTML = html
  },
}

const withForms = (ways) =>
  Object.entries(FORMS).flatMap(([name, form]) =>
    Object.entries(ways).map(([what, way]) => [`${what}, with ${name}`, way, form]),
  )

for (const [what, switched, form] of withForms(SWITCHES)) {
  test(`the widget is empty at once and then shows the other customer when ${what}`, async (t) => {
    const world = await openAda(t, { form })
    const { page } = world
    await page.getByLabel('Your reply').fill('half a sentence of Ada')
    await change(page, switched)
    const shown = await page.evaluate(
      () => document.getElementById('hdh-ticket-center').shadowRoot.textContent,
    )
    assert.doesNotMatch(shown, /Ada/)
    await assertGrace(world)
    await openConversation(page, 'a secret of Grace')
    assert.equal(await page.getByLabel('Your reply').inputValue(), '')
  })

  test(`one customer's text is never sent for another, even if Send is pressed in the task in which ${what}`, async (t) => {
    const world = await openAda(t, { form })
    const { desk, page } = world
    await page.getByLabel('Your reply').fill('half a sentence of Ada')
    await page.evaluate(() => {
      const root = document.getElementById('hdh-ticket-center').shadowRoot
      const button = [...root.querySelectorAll('button')].find(
        (one) => one.textContent === 'Send reply',
      )
      const field = root.querySelector('textarea')
      window.press = () => {
        button.click()
        field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', ctrlKey: true }))
      }
    })
    await page.evaluate((text) => {
      window.asked.length = 0
      new Function(`return (${text})`)()()
      window.press()
    }, switched.toString())
    await assertGrace(world)
    assert.equal(desk.callsOf('/message').length, 0)
    assert.equal(desk.conversationsOf(ADA)[0].messages.length, 1)
  })
}

/** Ways in which a page stops identifying a customer. */
const ENDS = {
  'the tag is removed': () => document.getElementById('tag').remove(),
  'the parent of the tag and the container is emptied and the container put back': () => {
    const container = document.getElementById('hdh-ticket-center')
    document.querySelector('main').replaceChildren(container)
  },
  'the tag is moved into a template': () => {
    const template = document.createElement('template')
    template.content.append(document.getElementById('tag'))
    document.body.append(template)
  },
  'the tag is moved into a frame': () => {
    const frame = document.createElement('iframe')
    document.body.append(frame)
    frame.contentDocument.body.append(document.getElementById('tag'))
  },
  'the tag is adopted by another document': () => {
    const other = document.implementation.createHTMLDocument()
    other.body.append(document.getElementById('tag'))
  },
  'the tag comes from a script of another server now': () => {
    document.getElementById('tag').src = 'http://127.0.0.1:1/ticket-center.js'
  },
  'the tag is of another script now': () => {
    document.getElementById('tag').src = '/other.js'
  },
  'the tag has no src any more': () => document.getElementById('tag').removeAttribute('src'),
  'the document is written again': () => {
    document.open()
    document.write('<div id="hdh-ticket-center"></div>')
    document.close()
  },
  'the page is emptied': () => document.documentElement.remove(),
}

for (const [what, ended, form] of withForms(ENDS)) {
  test(`nothing is shown and nothing is sent once ${what}`, async (t) => {
    const world = await openAda(t, { form })
    await world.page.getByLabel('Your reply').fill('half a sentence of Ada')
    await change(world.page, ended)
    assert.deepEqual(await askedSince(world.page), [])
    await assertNothing(world.page)
  })
}

for (const [what, left] of Object.entries({
  'the signature is taken away': () => delete document.getElementById('tag').dataset.signature,
  'the address is taken away': () => delete document.getElementById('tag').dataset.email,
  'update says that no customer is signed in': () =>
    window.DesksealTicketCenter.update({ email: null, signature: null }),
})) {
  test(`a customer's conversations and typed text are removed when ${what}`, async (t) => {
    const { page } = await openAda(t)
    await page.getByLabel('Your reply').fill('half a sentence of Ada')
    await change(page, left)
    await page.getByRole('heading', { name: 'Please sign in' }).waitFor()
    assert.equal(await ofAda(page).count(), 0)
    assert.deepEqual(await askedSince(page), [])
  })
}

test('a message that is being sent when the customer changes is sent once, and its response is ignored', async (t) => {
  const world = await openAda(t)
  const { desk, page } = world
  let release
  const held = new Promise((resolve) => (release = resolve))
  desk.before = (url) => (url.endsWith('/message') ? held : undefined)
  await send(page, 'typed by Ada')
  await until(() => desk.callsOf('/message').some(({ method }) => method === 'POST'))
  await change(page, SWITCHES['the attributes of the tag are set'])
  await page.getByText('a secret of Grace').first().waitFor()
  release()
  await assertGrace(world)
  assert.equal(desk.conversationsOf(ADA)[0].messages.length, 2)
  assert.equal(await page.getByRole('status').textContent(), '')
})

test('a tag that is removed and added again in one task keeps the screen, the focus and the text', async (t) => {
  const { page, desk } = await openAda(t)
  await page.getByLabel('Your reply').pressSequentially('half a sen')
  await page.evaluate(() => {
    const tag = document.getElementById('tag')
    tag.remove()
    const container = document.getElementById('hdh-ticket-center')
    const next = container.cloneNode()
    container.remove()
    document.querySelector('main').append(next, tag)
  })
  await page.keyboard.type('tence')
  await until(async () => (await page.getByLabel('Your reply').inputValue()) === 'half a sentence')
  assert.ok(sentBy(desk).every(({ email }) => email === ADA))
})

for (const container of ['ul', 'form']) {
  test(`emptying a <${container}> keeps the screen, the focus and the text`, async (t) => {
    const { page } = await openAda(t, {
      body: (embed) => embed.replaceAll('div', container),
    })
    await page.getByLabel('Your reply').pressSequentially('half a sen')
    await page.evaluate(() => document.getElementById('hdh-ticket-center').replaceChildren())
    await page.keyboard.type('tence')
    await until(
      async () => (await page.getByLabel('Your reply').inputValue()) === 'half a sentence',
    )
  })
}

test('of two tags the newest counts, and after its removal the other one', async (t) => {
  const world = await openAda(t)
  const { page } = world
  await page.evaluate(SWITCHES['a second tag is added, whose script is missing'])
  await page.getByText('a secret of Grace').first().waitFor()
  await page.evaluate(() => document.head.querySelector('script').remove())
  await ofAda(page).first().waitFor()
})

test('a tag of another server is followed once its script has run', async (t) => {
  const world = await openAda(t)
  const other = await Desk.start()
  t.after(() => other.stop())
  other.begin(GRACE, 'a secret of Grace at the other desk')
  let release
  const held = new Promise((resolve) => (release = resolve))
  other.beforeScript = () => held
  await world.page.evaluate((origin) => {
    const { helpdeskId, proof } = window.grace
    const tag = document.createElement('script')
    Object.assign(tag.dataset, { helpdeskId, ...proof })
    tag.src = `${origin}/ticket-center.js`
    document.body.append(tag)
  }, other.origin)
  await assertNothing(world.page)
  assert.deepEqual(sentBy(other), [])
  release()
  await world.page.getByText('a secret of Grace at the other desk').first().waitFor()
  assert.equal(await ofAda(world.page).count(), 0)
})

test('an update counts until the tag sets an identity again', async (t) => {
  const world = await openAda(t)
  const { page } = world
  await page.evaluate(SWITCHES['update is called'])
  await page.getByText('a secret of Grace').first().waitFor()
  await page.evaluate(() => (document.getElementById('tag').dataset.align = 'left'))
  await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 300)))
  assert.equal(await ofAda(page).count(), 0)
  await page.evaluate(() => {
    const { dataset } = document.getElementById('tag')
    dataset.email = `${dataset.email}`
  })
  await ofAda(page).first().waitFor()
  await page.evaluate(SWITCHES['update is called'])
  await page.getByText('a secret of Grace').first().waitFor()
  await page.evaluate(() => document.getElementById('tag').remove())
  await assertNothing(world.page)
})

test('after a loader has removed the tag, the widget shows nothing until update identifies a customer', async (t) => {
  const world = await start(t)
  world.desk.begin(ADA, 'a secret of Ada')
  const page = await openPage(t)
  await page.addInitScript(noteRequests)
  await page.goto(world.site.publish(pageWith(CONTAINER)))
  const identity = { email: ADA, signature: signatureOf(ADA), helpdeskId: HELPDESK }
  await page.evaluate(
    ([src, identity]) =>
      new Promise((resolve) => {
        const tag = document.createElement('script')
        Object.assign(tag.dataset, identity)
        tag.src = src
        tag.onload = () => resolve(tag.remove())
        document.head.append(tag)
      }),
    [`${world.desk.origin}/ticket-center.js`, identity],
  )
  await assertNothing(page)
  await page.evaluate((given) => window.DesksealTicketCenter.update(given), identity)
  await ofAda(page).first().waitFor()
  assert.deepEqual(await keptBy(page, world), [])
})

test('an update stays when a loader then removes a tag that identifies no customer', async (t) => {
  const world = await start(t)
  world.desk.begin(ADA, 'a secret of Ada')
  const page = await openPage(t)
  await page.addInitScript(noteRequests)
  await page.goto(world.site.publish(pageWith(CONTAINER)))
  await page.evaluate(
    ([src, identity]) =>
      new Promise((resolve) => {
        const tag = document.createElement('script')
        tag.src = src
        tag.onload = () => {
          window.DesksealTicketCenter.update(identity)
          resolve(tag.remove())
        }
        document.head.append(tag)
      }),
    [
      `${world.desk.origin}/ticket-center.js`,
      { email: ADA, signature: signatureOf(ADA), helpdeskId: HELPDESK },
    ],
  )
  await ofAda(page).first().waitFor()
})

test('a document that is written again shows its new customer, and its tag is still followed', async (t) => {
  const world = await openAda(t)
  const { page, desk } = world
  const embed = CONTAINER + tagFor(desk, GRACE, { id: 'tag' })
  const rewrite = (html) => {
    document.open()
    document.write(html)
    document.close()
  }
  await change(page, rewrite, pageWith(embed))
  await assertGrace(world)
  await page.evaluate(() => document.getElementById('tag').remove())
  await assertNothing(world.page)
})

test('attributes that are changed and changed back in one task change nothing', async (t) => {
  const { page, desk } = await openAda(t)
  await page.getByLabel('Your reply').fill('half a sentence')
  await page.evaluate(async () => {
    const { dataset } = document.getElementById('tag')
    const { email, signature } = dataset
    Object.assign(dataset, { email: window.grace.email, signature: window.grace.signature })
    Object.assign(dataset, { email, signature })
  })
  await send(page, 'a whole sentence')
  await until(() => desk.conversationsOf(ADA)[0].messages.length === 2)
  assert.ok(sentBy(desk).every(({ email }) => email === ADA))
})

test('update keeps the screen for another container, and not for another desk', async (t) => {
  const world = await openAda(t, { body: (embed) => `${embed}<div id="second"></div>` })
  await world.page.evaluate(() => window.DesksealTicketCenter.update({ container: 'second' }))
  await world.page.locator('#second').getByLabel('Your reply').waitFor()
  await world.page.evaluate(() => window.DesksealTicketCenter.update({ helpdeskId: null }))
  await world.page.getByText('Support is not ready yet').waitFor()
  assert.equal(await ofAda(world.page).count(), 0)
})

test('a script whose tag was removed before it loaded shows and sends nothing', async (t) => {
  const world = await start(t)
  let release
  const held = new Promise((resolve) => (release = resolve))
  world.desk.beforeScript = () => held
  const page = await openPage(t)
  await page.addInitScript(noteRequests)
  const embed = CONTAINER + tagFor(world.desk, ADA, { id: 'tag', async: '' })
  await page.goto(world.site.publish(pageWith(embed)), { waitUntil: 'commit' })
  await page.locator('#tag').waitFor({ state: 'attached' })
  await page.evaluate(() => document.getElementById('tag').remove())
  release()
  await page.waitForFunction(() => window.DesksealTicketCenter)
  await assertNothing(page)
})

test('a container that is moved into a frame shows nothing there', async (t) => {
  const world = await openAda(t)
  const text = await world.page.evaluate(async () => {
    const frame = document.createElement('iframe')
    document.body.append(frame)
    const container = document.getElementById('hdh-ticket-center')
    frame.contentDocument.body.append(container)
    await null
    return container.shadowRoot.textContent
  })
  assert.equal(text, '')
  await assertNothing(world.page)
})

test('the widget shows and sends nothing during a preview of Turbo', async (t) => {
  const world = await openAda(t)
  await world.page.evaluate(() => (document.documentElement.dataset.turboPreview = ''))
  await assertNothing(world.page)
  await world.page.evaluate(() => delete document.documentElement.dataset.turboPreview)
  await ofAda(world.page).first().waitFor()
})

test('the mark against copies of the page is there while a tag identifies a customer', async (t) => {
  const { page } = await openAda(t)
  const marks = () => page.locator('head > meta[content="no-cache"][hx-history="false"]').count()
  assert.equal(await marks(), 1)
  await page.evaluate(() => document.head.replaceChildren())
  await until(async () => (await marks()) === 1)
  await page.evaluate(() => document.getElementById('tag').remove())
  await until(async () => (await marks()) === 0)
})

test('Livewire copies a page without its tag, and a page is loaded again instead of shown as a copy', async (t) => {
  const { page, site } = await openAda(t)
  const address = page.url()
  const copied = await page.evaluate(() => {
    document.dispatchEvent(new CustomEvent('livewire:navigating', { detail: {} }))
    const html = document.documentElement.outerHTML
    history.pushState({}, '', '/elsewhere')
    return html
  })
  assert.doesNotMatch(copied, /ada@example.com|[0-9a-f]{64}/)
  const ask = (url) =>
    page.evaluate((url) => {
      const detail = { url: new URL(url), history: true, cached: true }
      const event = new CustomEvent('livewire:navigate', { detail, cancelable: true })
      return document.dispatchEvent(event)
    }, url)
  assert.equal(await ask(`${site.origin}/without-a-widget`), true)
  await page.evaluate((url) => history.replaceState({}, '', url), address)
  const loaded = page.waitForEvent('load')
  assert.equal(await ask(address).catch(() => false), false)
  await loaded
  await ofAda(page).first().waitFor()
})
