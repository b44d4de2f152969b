// Tests that everything written is shown as text, and that credentials are sent to the API only.

import assert from 'node:assert/strict'
import { readFile, readdir } from 'node:fs/promises'
import { test } from 'node:test'
import { signatureOf } from './desk.mjs'
import { CONTAINER, pageWith, tagFor } from './site.mjs'
import {
  ADA,
  assertNoProblems,
  openConversation,
  openPage,
  send,
  start,
  useBrowser,
  visit,
} from './visit.mjs'

useBrowser()

const PAYLOADS = [
  '<script>window.hacked = 1</script>',
  '<img src=x onerror="window.hacked=1">',
  '"><svg onload=window.hacked=1>',
  "'-window.hacked=1-'",
  '</textarea><iframe srcdoc="<script>parent.hacked=1</script>">',
  'javascript:window.hacked=1',
  '{{constructor.constructor("window.hacked=1")()}}',
  '<style>*{display:none}</style>',
  '&lt;img src=x onerror=window.hacked=1&gt;',
]

const NONCE = 'bm9uY2UtZm9yLXRlc3Rz'

for (const payload of PAYLOADS) {
  test(`${payload} is shown as text in every field`, async (t) => {
    const world = await start(t)
    world.desk.name = payload
    const conversation = world.desk.begin(ADA, payload, payload)
    world.desk.reply(ADA, conversation, payload, payload)
    const page = await visit(t, world)
    await page.getByRole('heading', { name: payload }).waitFor()
    await openConversation(page, payload)
    await send(page, payload)
    const bubbles = page.locator('.bubble')
    await bubbles.nth(2).waitFor()
    assert.deepEqual(await bubbles.allTextContents(), [payload, payload, payload])
    assert.equal(await page.locator('.author bdi').nth(1).textContent(), payload)
    assert.equal(await page.locator('.card').locator('img, script, iframe, style, a').count(), 0)
    assert.equal(await page.evaluate(() => window.hacked), undefined)
    await assertNoProblems(page)
  })
}

test('a payload in an id does not change the path of a request', async (t) => {
  const world = await start(t)
  const conversation = world.desk.begin(ADA, 'question')
  conversation.id = '../../../other/"><img src=x>?a#b'
  const page = await visit(t, world)
  await openConversation(page, 'question')
  const paths = world.desk.requests.map(({ url }) => url)
  assert.ok(paths.some((path) => path.endsWith('%3Ca%3E/messages') || path.includes('..%2F..%2F')))
  assert.ok(
    paths.every(
      (path) => path.startsWith('/api/messaging/ticket-center/') || path === '/ticket-center.js',
    ),
  )
})

test('payloads in the attributes are shown as text', async (t) => {
  const world = await start(t)
  const page = await openPage(t)
  const email = '&lt;img src=x onerror=window.hacked=1&gt;@example.com'
  const attributes = {
    'data-email': email,
    'data-signature': signatureOf('<img src=x onerror=window.hacked=1>@example.com'),
    'data-max-width': '1px;background:url(https://example.com)',
    'data-align': '&quot;&gt;&lt;script&gt;window.hacked=1&lt;/script&gt;',
  }
  await page.goto(world.site.publish(pageWith(CONTAINER + tagFor(world.desk, email, attributes))))
  await page.getByText('Signed in as <img src=x').waitFor()
  assert.equal(await page.evaluate(() => window.hacked), undefined)
})

test('a web address becomes a link only if the link leads exactly there', async (t) => {
  const world = await start(t)
  const text = [
    'see https://example.com/a?b=c&d=e#f.',
    '(https://example.com/wiki/Seal_(law))',
    'HTTPS://EXAMPLE.COM/upper, and http://example.com:8080/port!',
    'https://user@example.com/ https://example.com:secret@example.net/',
    'https://exаmple.com/ https://example.com\u202egnp.exe https://example.com/ü',
    'javascript:alert(1) data:text/html,x ftp://example.com //example.com www.example.com',
    'https:// https://[ http://%00/ https://example.com\\@example.net',
  ].join('\n')
  const conversation = world.desk.begin(ADA, 'question')
  world.desk.reply(ADA, conversation, text)
  const page = await visit(t, world)
  await openConversation(page, 'question')
  const links = page.locator('.bubble a')
  assert.deepEqual(await links.allTextContents(), [
    'https://example.com/a?b=c&d=e#f',
    'https://example.com/wiki/Seal_(law)',
    'HTTPS://EXAMPLE.COM/upper',
    'http://example.com:8080/port',
  ])
  assert.equal(await page.locator('.bubble').last().textContent(), text)
  for (const link of await links.all()) {
    assert.equal(await link.getAttribute('rel'), 'noopener noreferrer nofollow ugc')
    assert.equal(await link.getAttribute('target'), '_blank')
  }
})

test('the widget works under a strict Content-Security-Policy with Trusted Types', async (t) => {
  const world = await start(t)
  const conversation = world.desk.begin(ADA, 'question')
  world.desk.reply(ADA, conversation, 'see https://example.com/')
  const policy = [
    `default-src 'none'`,
    `script-src 'nonce-${NONCE}'`,
    `style-src 'nonce-${NONCE}'`,
    `connect-src ${world.desk.origin}`,
    `base-uri 'none'`,
    `form-action 'none'`,
    `require-trusted-types-for 'script'`,
    `trusted-types 'none'`,
  ].join('; ')
  const page = await openPage(t)
  await page.addInitScript(() => {
    window.violations = []
    addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
      window.violations.push(`${violatedDirective} ${blockedURI}`),
    )
  })
  const body = CONTAINER + tagFor(world.desk, ADA, { nonce: NONCE })
  await page.goto(world.site.publish(pageWith(body), { 'content-security-policy': policy }))
  await openConversation(page, 'question')
  await send(page, 'answer')
  await page.locator('.bubble').nth(2).waitFor()
  const primary = page.getByRole('button', { name: 'Send' })
  assert.notEqual(
    await primary.evaluate((element) => getComputedStyle(element).borderRadius),
    '0px',
  )
  assert.equal(await page.locator('.widget').evaluate((element) => element.style.maxWidth), '864px')
  assert.deepEqual(
    (await page.evaluate(() => window.violations)).filter((one) => !one.includes('favicon')),
    [],
  )
  await assertNoProblems(page)
})

test('credentials are in bodies of POST requests only, and nothing is stored', async (t) => {
  const world = await start(t)
  const conversation = world.desk.begin(ADA, 'question')
  const page = await visit(t, world)
  const urls = []
  page.on('request', (request) => urls.push(request.url()))
  await openConversation(page, 'question')
  await send(page, 'answer')
  await page.locator('.bubble').nth(1).waitFor()
  await page.getByRole('button', { name: 'Close conversation' }).click()
  await page.getByRole('button', { name: 'Yes, close it' }).click()
  await page.getByText('This conversation is closed.').waitFor()
  const calls = world.desk.requests.filter(({ url }) => url.startsWith('/api/'))
  assert.ok(calls.some(({ url }) => url.includes(conversation.id)))
  for (const { method, url, headers } of calls) {
    const identifying = `${url} ${JSON.stringify(headers)}`
    assert.doesNotMatch(identifying, /ada|[0-9a-f]{64}/i)
    assert.equal(headers.cookie, undefined)
    assert.equal(headers.referer, undefined)
    assert.match(method, /^(POST|OPTIONS)$/)
  }
  assert.ok(urls.every((url) => !/ada@|ada%40|[0-9a-f]{64}/.test(url)))
  assert.deepEqual(await page.context().cookies(), [])
  const stored = await page.evaluate(async () => ({
    local: localStorage.length,
    session: sessionStorage.length,
    databases: (await indexedDB.databases()).length,
    caches: (await caches.keys()).length,
    cookie: document.cookie,
  }))
  assert.deepEqual(stored, { local: 0, session: 0, databases: 0, caches: 0, cookie: '' })
})

test('the console names a problem without credentials', async (t) => {
  const world = await start(t)
  const page = await openPage(t)
  const lines = []
  page.on('console', (message) => lines.push(message.text()))
  const attributes = { 'data-signature': 'f'.repeat(64) }
  await page.goto(world.site.publish(pageWith(CONTAINER + tagFor(world.desk, ADA, attributes))))
  await page.getByText('Verification failed').waitFor()
  assert.ok(lines.some((line) => line.includes('Ticket Center: signature_mismatch')))
  assert.ok(lines.every((line) => !/ada@|f{64}/.test(line)))
})

test('the script calls nothing that turns text into markup or code, or that stores data', async () => {
  const folder = new URL('../src/', import.meta.url)
  const names = (await readdir(folder)).filter((name) => name.endsWith('.ts'))
  const sources = await Promise.all(names.map((name) => readFile(new URL(name, folder), 'utf8')))
  const built = await readFile(new URL('../dist/ticket-center.js', import.meta.url), 'utf8')
  const forbidden =
    /innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|createContextualFragment|setHTML|\beval\b|new Function|\.cookie\b|localStorage|sessionStorage|indexedDB/
  for (const text of [...sources, built]) assert.doesNotMatch(text, forbidden)
})

test('the script sends one message to other pages: on the channel of its own site, with a hash', async () => {
  const folder = new URL('../src/', import.meta.url)
  const calls = []
  for (const name of (await readdir(folder)).filter((name) => name.endsWith('.ts'))) {
    const text = await readFile(new URL(name, folder), 'utf8')
    for (const [line] of text.matchAll(/.*postMessage.*/g)) calls.push([name, line.trim()])
  }
  const call = 'void this.#key.then((key) => this.#channel.postMessage(key))'
  assert.deepEqual(calls, [['signout.ts', call]])
  const built = await readFile(new URL('../dist/ticket-center.js', import.meta.url), 'utf8')
  assert.equal(built.match(/postMessage/g).length, 1)
})
