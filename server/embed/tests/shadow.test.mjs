// Tests tags and containers in shadow roots, as web components have them.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HELPDESK, signatureOf } from './desk.mjs'
import { GRACE } from './product.mjs'
import { CONTAINER, pageWith, tagFor } from './site.mjs'
import { ADA, openConversation, openPage, start, until, useBrowser } from './visit.mjs'

useBrowser()

const card = (page) => page.getByRole('region', { name: 'Support', exact: true })

async function openEmpty(t, body = '') {
  const world = await start(t)
  world.desk.begin(ADA, 'a secret of Ada')
  world.desk.begin(GRACE, 'a secret of Grace')
  const page = await openPage(t)
  await page.goto(world.site.publish(pageWith(`${body}<div id="host"></div>`)))
  const identities = Object.fromEntries(
    [ADA, GRACE].map((email) => [
      email,
      { helpdeskId: HELPDESK, email, signature: signatureOf(email) },
    ]),
  )
  await page.evaluate(
    ([src, identities]) => {
      window.hostRoot = () => document.getElementById('host').shadowRoot
      window.addTag = (root, email, address = src) => {
        const tag = document.createElement('script')
        Object.assign(tag.dataset, identities[email])
        tag.src = address
        root.append(tag)
        return tag
      }
      window.addContainer = (root) => {
        const container = document.createElement('div')
        container.id = 'hdh-ticket-center'
        root.append(container)
      }
    },
    [`${world.desk.origin}/ticket-center.js`, identities],
  )
  return { ...world, page }
}

async function assertNothing({ desk, page }) {
  await until(async () => (await card(page).count()) === 0)
  const pause = () => page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 600)))
  // A request that was sent before can still be on its way.
  await pause()
  const sent = desk.requests.length
  await pause()
  assert.equal(desk.requests.length, sent)
}

test("the container in the tag's own shadow root comes before one in the document", async (t) => {
  const { page } = await openEmpty(t, CONTAINER)
  await page.evaluate((email) => {
    const root = document.getElementById('host').attachShadow({ mode: 'open' })
    window.addContainer(root)
    window.addTag(root, email)
  }, ADA)
  await page.locator('#host').getByText('a secret of Ada').first().waitFor()
  assert.equal(await card(page).count(), 1)
})

test('a tag and a container in a nested shadow root are found', async (t) => {
  const { page } = await openEmpty(t)
  await page.evaluate((email) => {
    const outer = document.getElementById('host').attachShadow({ mode: 'open' })
    const inner = outer.appendChild(document.createElement('p'))
    const root = inner.appendChild(document.createElement('div')).attachShadow({ mode: 'open' })
    window.addContainer(root)
    window.addTag(root, email)
  }, ADA)
  await page.getByText('a secret of Ada').first().waitFor()
})

test('a tag in the document finds its container in a shadow root that is added later', async (t) => {
  const { page } = await openEmpty(t)
  await page.evaluate((email) => {
    window.addTag(document.body, email)
  }, ADA)
  await page.waitForFunction(() => window.DesksealTicketCenter)
  await page.evaluate(() => {
    const host = document.createElement('section')
    window.addContainer(host.attachShadow({ mode: 'open' }))
    document.body.append(host)
  })
  await page.locator('section').getByText('a secret of Ada').first().waitFor()
})

test('a tag in a shadow root finds its container in the document', async (t) => {
  const { page } = await openEmpty(t, CONTAINER)
  await page.evaluate((email) => {
    window.addTag(document.getElementById('host').attachShadow({ mode: 'open' }), email)
  }, ADA)
  await page.getByText('a secret of Ada').first().waitFor()
})

async function openInShadow(t) {
  const world = await openEmpty(t)
  await world.page.evaluate((email) => {
    const root = document.getElementById('host').attachShadow({ mode: 'open' })
    window.addContainer(root)
    window.addTag(root, email).id = 'tag'
  }, ADA)
  await openConversation(world.page, 'a secret of Ada')
  await world.page.getByLabel('Your reply').fill('half a sentence of Ada')
  return world
}

for (const [what, change] of Object.entries({
  'changed attributes of the tag in a shadow root': ({ email, signature }) => {
    Object.assign(window.hostRoot().getElementById('tag').dataset, { email, signature })
  },
  'another tag in the shadow root, whose script is missing': ({ email, missing }) => {
    window.hostRoot().getElementById('tag').remove()
    window.addTag(window.hostRoot(), email, missing)
  },
})) {
  test(`the widget follows ${what}`, async (t) => {
    const { page, desk } = await openInShadow(t)
    const missing = `${desk.origin}/missing/ticket-center.js`
    await page.evaluate(change, { email: GRACE, signature: signatureOf(GRACE), missing })
    await page.getByText('a secret of Grace').first().waitFor()
    assert.equal(await page.getByText(/Ada/).count(), 0)
    await openConversation(page, 'a secret of Grace')
    assert.equal(await page.getByLabel('Your reply').inputValue(), '')
  })
}

for (const [what, change] of Object.entries({
  'the tag in a shadow root is removed': () => window.hostRoot().getElementById('tag').remove(),
  'the host of its shadow root is removed': () => document.getElementById('host').remove(),
  'the host of its shadow root is moved into a frame': () => {
    const frame = document.body.appendChild(document.createElement('iframe'))
    frame.contentDocument.body.append(document.getElementById('host'))
  },
})) {
  test(`nothing is shown and nothing is sent once ${what}`, async (t) => {
    const world = await openInShadow(t)
    await world.page.evaluate(change)
    await assertNothing(world)
  })
}

test('a component that is removed and added again shows the same customer', async (t) => {
  const { page, ...world } = await openInShadow(t)
  await page.evaluate(() => {
    window.kept = document.getElementById('host')
    window.kept.remove()
  })
  await assertNothing({ page, ...world })
  await page.evaluate(() => document.body.append(window.kept))
  await page.getByText('a secret of Ada').first().waitFor()
})

test('a tag that moves from the document into a shadow root is still followed', async (t) => {
  const { page, desk, site } = await openEmpty(t)
  await page.goto(
    site.publish(pageWith(`${CONTAINER}${tagFor(desk, ADA, { id: 'tag' })}<div id="host"></div>`)),
  )
  await page.getByText('a secret of Ada').first().waitFor()
  await page.evaluate(() => {
    const root = document.getElementById('host').attachShadow({ mode: 'open' })
    root.append(document.getElementById('tag'))
  })
  await page.evaluate(
    ([email, signature]) => {
      const tag = document.getElementById('host').shadowRoot.getElementById('tag')
      Object.assign(tag.dataset, { email, signature })
    },
    [GRACE, signatureOf(GRACE)],
  )
  await page.getByText('a secret of Grace').first().waitFor()
})
