// Tests the dashboard's sessions: no other person or website can use them.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deskUrl, signIn } from './dashboard.mjs'
import { escaped } from './site.mjs'
import { assertNoProblems, newTab, openPage, useWorld } from './world.mjs'

const world = useWorld()

const isSession = ({ name }) => /session/i.test(name)

test('a wrong password and an unknown e-mail get the same answer', async (t) => {
  const page = await openPage(t, world)
  const answers = []
  for (const email of [world.facts.agent.email, 'unknown@example.com']) {
    await page.goto(`${world.facts.dashboardUrl}sign-in`)
    await page.getByLabel('E-mail').fill(email)
    await page.getByLabel('Password').fill('not the password at all')
    await page.getByRole('button', { name: 'Sign in' }).click()
    answers.push(await page.getByRole('alert').textContent())
    assert.equal(await page.getByLabel('E-mail').inputValue(), email)
    assert.equal(await page.getByLabel('Password').inputValue(), '')
  }
  assert.equal(answers[0], answers[1])
})

test('a page of the desk asks for signing in, and is shown afterwards', async (t) => {
  const page = await openPage(t, world)
  await page.goto(deskUrl(world, 'inbox?status=closed'))
  await page.getByLabel('E-mail').fill(world.facts.agent.email)
  await page.getByLabel('Password').fill(world.facts.agent.password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('heading', { name: 'Inbox' }).waitFor()
  assert.match(page.url(), /\/inbox\?status=closed$/)
})

test('signing in starts a new session, also with a planted cookie', async (t) => {
  const page = await openPage(t, world)
  await signIn(page, world.facts.agent, world)
  const { name, value, ...cookie } = (await page.context().cookies()).find(isSession)
  assert.equal(cookie.httpOnly, true)
  assert.match(cookie.sameSite, /Lax|Strict/)
  assert.equal(await page.evaluate(() => document.cookie.match(/session/i)), null)

  const victim = await openPage(t, world)
  const planted = 'A'.repeat(value.length)
  await victim.context().addCookies([{ name, value: planted, ...cookie }])
  await signIn(victim, world.facts.agent, world)
  const fresh = (await victim.context().cookies()).find(isSession)
  assert.notEqual(fresh.value, planted)

  const attacker = await openPage(t, world)
  await attacker.context().addCookies([{ name, value: planted, ...cookie }])
  await attacker.goto(deskUrl(world, 'inbox'))
  await attacker.getByRole('button', { name: 'Sign in' }).waitFor()
})

test('after signing out, the old cookie is invalid', async (t) => {
  const page = await openPage(t, world)
  await signIn(page, world.facts.agent, world)
  const before = await page.context().cookies()
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByRole('button', { name: 'Sign in' }).waitFor()
  await page.context().addCookies(before)
  await page.goto(deskUrl(world, 'inbox'))
  await page.getByRole('button', { name: 'Sign in' }).waitFor()
})

/** Returns a page of an attacker that submits a form as soon as it is opened. */
function attack(action, fields) {
  const inputs = Object.entries(fields).map(
    ([name, value]) => `<input type="hidden" name="${name}" value="${escaped(value)}">`,
  )
  return `<!doctype html><title>prize</title><form method="post" action="${escaped(action)}">
${inputs.join('')}</form><script>document.forms[0].submit()</script>`
}

test('a form of another website does nothing, without a token or with the token of another account', async (t) => {
  const page = await openPage(t, world)
  await signIn(page, world.facts.owner, world)
  const attacker = await openPage(t, world)
  await signIn(attacker, world.facts.agent, world)
  const token = await attacker.locator('input[name=csrf]').first().inputValue()
  for (const csrf of ['', token]) {
    const tab = await newTab(page.context())
    await tab.goto(world.site.publish(attack(`${world.facts.dashboardUrl}sign-out`, { csrf })))
    await tab.waitForURL(/\/sign-out$/)
    await page.goto(deskUrl(world, 'inbox'))
    await page.getByRole('heading', { name: 'Inbox' }).waitFor()
  }
})

test('a form of another website cannot sign a person in to another account', async (t) => {
  const page = await openPage(t, world)
  const { email, password } = world.facts.agent
  const action = `${world.facts.dashboardUrl}sign-in`
  await page.goto(world.site.publish(attack(action, { csrf: '', email, password, next: '/' })))
  await page.waitForURL(/\/sign-in$/)
  await page.goto(deskUrl(world, 'inbox'))
  await page.getByRole('button', { name: 'Sign in' }).waitFor()
})

test('signing in never leads to another website', async (t) => {
  for (const next of ['//example.com', 'https://example.com', '/\\example.com', 'javascript:0']) {
    const page = await openPage(t, world)
    await page.goto(`${world.facts.dashboardUrl}sign-in?next=${encodeURIComponent(next)}`)
    await page.getByLabel('E-mail').fill(world.facts.agent.email)
    await page.getByLabel('Password').fill(world.facts.agent.password)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('heading', { name: 'Inbox' }).waitFor()
    assert.equal(new URL(page.url()).origin, world.demo.deskOrigin)
  }
})

test('no page of the dashboard can be put into a frame', async (t) => {
  const page = await openPage(t, world)
  await page.goto(world.site.publish(`<iframe src="${world.facts.dashboardUrl}sign-in"></iframe>`))
  const [, frame] = page.frames()
  assert.doesNotMatch(frame?.url() ?? '', /sign-in/)
})

test('a password is in no address, log or storage', async (t) => {
  const page = await openPage(t, world)
  await signIn(page, world.facts.agent, world)
  const { password } = world.facts.agent
  for (const request of page.requests) assert.ok(!request.url().includes(password))
  const stored = await page.evaluate(() => JSON.stringify([localStorage, sessionStorage]))
  assert.equal(stored, '[{},{}]')
  assert.ok(!world.demo.log.includes(password))
  assert.ok(!world.demo.log.includes(world.facts.agent.email))
  const [{ value }] = (await page.context().cookies()).filter(isSession)
  assert.ok(!world.demo.log.includes(value))
  assertNoProblems(page)
})
