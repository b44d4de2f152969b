// Tests the settings of owners: secrets, allowed domains, the verification tool and agents.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { confirmPassword, deskUrl, signIn } from './dashboard.mjs'
import { portalLink, signatureOf } from './signatures.mjs'
import {
  ADA,
  assertAccessible,
  assertFits,
  assertNoProblems,
  openPage,
  until,
  useWorld,
  visitWidget,
} from './world.mjs'

const world = useWorld()

const SECRET = /^dsk_secret_[A-Za-z0-9_-]{43}$/

/** Returns a page of the desk for the owner, who has just signed in. */
async function owner(t, page, options) {
  const opened = await openPage(t, world, options)
  await signIn(opened, world.facts.owner, world)
  await opened.goto(deskUrl(world, page))
  return opened
}

/** Replaces the secret, and returns the new one. */
async function replaceSecret(page) {
  await page.getByRole('button', { name: 'Replace the secret' }).click()
  await page.getByText('it is shown only once').waitFor()
  const secret = await page.locator('#new-secret').textContent()
  assert.match(secret, SECRET)
  return secret
}

/** Returns whether the widget accepts a customer whom this secret signed. */
async function isAccepted(t, secret) {
  const signature = signatureOf({ ticketCenterSecret: secret }, ADA)
  const page = await visitWidget(t, world, ADA, { attributes: { 'data-signature': signature } })
  const list = page.getByRole('button', { name: 'New conversation' })
  await list.or(page.getByRole('heading', { name: 'Verification failed' })).waitFor()
  return list.isVisible()
}

test('a secret is shown once, and previous ones stay valid until they are revoked', async (t) => {
  const page = await owner(t, 'ticket-center')
  const first = world.facts.ticketCenterSecret
  const second = await replaceSecret(page)
  await page.goto(deskUrl(world, 'ticket-center'))
  assert.ok(!(await page.content()).includes(second))
  const third = await replaceSecret(page)
  for (const secret of [first, second, third]) assert.equal(await isAccepted(t, secret), true)

  await page.goto(deskUrl(world, 'ticket-center'))
  for (;;) {
    const revoke = page.getByRole('button', { name: 'Revoke now' })
    const count = await revoke.count()
    if (count === 0) break
    await revoke.first().click()
    await page.getByRole('heading', { name: 'Revoke a previous secret' }).waitFor()
    await revoke.click()
    await page.locator('main').getByRole('status').first().waitFor()
  }
  assert.equal(await isAccepted(t, first), false)
  assert.equal(await isAccepted(t, second), false)
  assert.equal(await isAccepted(t, third), true)
  for (const secret of [first, second, third]) assert.ok(!world.demo.log.includes(secret))
  world.facts.ticketCenterSecret = third
  assertNoProblems(page)
})

test('the portal has its own secret, and earlier links stay valid after a rotation', async (t) => {
  const before = portalLink(world.facts, 'user-42')
  const page = await owner(t, 'portal')
  world.facts.portalSecret = await replaceSecret(page)
  for (const link of [before, portalLink(world.facts, 'user-42')]) {
    const visitor = await openPage(t, world)
    await visitor.goto(link)
    await visitor.getByText('user-42').waitFor()
  }
})

test('the verification tool makes a valid signature and explains an invalid one', async (t) => {
  const page = await owner(t, 'ticket-center')
  await page.getByLabel('Test e-mail').fill(ADA)
  await page.getByRole('button', { name: 'Sign it' }).click()
  const made = await page.locator('#made').textContent()
  assert.equal(made, signatureOf(world.facts, ADA))
  await page.getByLabel('E-mail, exactly').fill('Ada@Example.com')
  await page.getByLabel('Signature, exactly').fill(signatureOf(world.facts, 'Ada@Example.com'))
  await page.getByRole('button', { name: 'Explain it' }).click()
  await page.getByRole('heading', { name: 'The signature is invalid' }).waitFor()
  await page.getByText('email_not_lowercased').waitFor()
  await page.getByLabel('E-mail, exactly').fill(ADA)
  await page.getByLabel('Signature, exactly').fill(made)
  await page.getByRole('button', { name: 'Explain it' }).click()
  await page.getByRole('heading', { name: 'The signature is valid' }).waitFor()
  await assertAccessible(page, 'an explanation')
})

test('the verification tool explains a link', async (t) => {
  const page = await owner(t, 'portal')
  await page.getByLabel('The whole link').fill(portalLink(world.facts, 'user-42', { age: 3600 }))
  await page.getByRole('button', { name: 'Explain it' }).click()
  await page.getByText('link_expired').waitFor()
})

test('a page that asks for the password again is shown only with the right password', async (t) => {
  const page = await openPage(t, world)
  await signIn(page, world.facts.owner, world)
  const next = new URL(deskUrl(world, 'ticket-center')).pathname
  await page.goto(`${world.facts.dashboardUrl}confirm?next=${encodeURIComponent(next)}`)
  await page.getByLabel('Password').fill('not the password at all')
  await page.getByRole('button', { name: 'Confirm password' }).click()
  await page.getByRole('alert').waitFor()
  await confirmPassword(page, world.facts.owner)
  await page.getByRole('heading', { name: 'Ticket Center', level: 1 }).waitFor()
})

test('only websites on the list may embed the widget, and the origin test agrees', async (t) => {
  const page = await owner(t, 'allowed-domains')
  await page.getByLabel('Add a domain').fill('example.com')
  await page.getByRole('button', { name: 'Add', exact: true }).click()
  await page.getByRole('cell', { name: 'example.com', exact: true }).waitFor()

  const isAllowed = async (origin) => {
    await page.getByLabel('Origin of a page').fill(origin)
    await page.getByRole('button', { name: 'Test' }).click()
    await page.waitForURL(/\?origin=/)
    return page.locator('p[role=status].notice').isVisible()
  }
  assert.equal(await isAllowed('https://app.example.com'), true)
  assert.equal(await isAllowed('https://EXAMPLE.com:8443'), true)
  for (const origin of ['https://evilexample.com', 'https://example.com.evil.net', 'null']) {
    assert.equal(await isAllowed(origin), false, origin)
  }
  const rejected = await visitWidget(t, world, ADA)
  await rejected.getByText('Support cannot be shown here').waitFor()

  await page.getByLabel('Add a domain').fill('127.0.0.1')
  await page.getByRole('button', { name: 'Add', exact: true }).click()
  await page.getByRole('cell', { name: '127.0.0.1', exact: true }).waitFor()
  const allowed = await visitWidget(t, world, ADA)
  await allowed.getByRole('button', { name: 'New conversation' }).waitFor()

  for (const domain of ['example.com', '127.0.0.1']) {
    await page.getByRole('button', { name: `Remove ${domain}`, exact: true }).click()
    await page.getByRole('button', { name: 'Remove domain' }).click()
    await page.getByRole('cell', { name: domain, exact: true }).waitFor({ state: 'hidden' })
  }
  await page.getByText('The list is empty').waitFor()
})

test('the portal can be closed, and opened again', async (t) => {
  const page = await owner(t, 'portal')
  const visitor = await openPage(t, world)
  for (const isOpen of [false, true]) {
    await page.getByLabel('Accept tickets through this form').setChecked(isOpen)
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText(isOpen ? 'Open' : 'Closed', { exact: true }).waitFor()
    await visitor.goto(`${world.facts.portalUrl}submit-ticket`)
    await visitor.getByRole('heading', { level: 1 }).waitFor()
    assert.equal(await visitor.getByLabel('Message').count(), isOpen ? 1 : 0)
  }
})

test('an agent sees no settings, and their pages answer 403', async (t) => {
  const page = await openPage(t, world)
  await signIn(page, world.facts.agent, world)
  const entries = page.getByRole('navigation', { name: 'Desk' })
  assert.equal(await entries.getByRole('link', { name: 'Ticket Center' }).count(), 0)
  for (const settings of ['ticket-center', 'allowed-domains', 'portal', 'mail', 'agents']) {
    const answer = await page.goto(deskUrl(world, settings))
    assert.equal(answer.status(), 403, settings)
    assert.ok(!(await page.content()).includes('Embed code'))
  }
})

/** Waits for an e-mail to the address, and returns the dashboard link in it. */
async function mailedLink(address) {
  const mail = await until(async () => (await world.demo.mailsTo(address))[0])
  return mail.text.split('\n').find((line) => line.startsWith(world.facts.dashboardUrl))
}

async function choosePassword(page, password) {
  await page.getByLabel('New password', { exact: true }).fill(password)
  await page.getByLabel('New password again').fill(password)
}

test('an owner invites an agent by e-mail, who accepts and is later removed', async (t) => {
  const page = await owner(t, 'agents')
  const email = 'newcomer@example.com'
  await page.getByLabel('E-mail, to sign in').fill(email)
  await page.getByRole('button', { name: 'Invite', exact: true }).click()
  await page.getByText('The invitation is being mailed.').waitFor()

  const agent = await openPage(t, world)
  const link = (await mailedLink(email)).trim()
  await agent.goto(link)
  await agent.getByRole('heading', { name: 'Invitation to Example' }).waitFor()
  assert.ok(!agent.url().includes('token'), 'the token is not in the address bar')
  await assertAccessible(agent, 'an invitation')
  await agent.getByLabel('Your name').fill('Newcomer')
  await choosePassword(agent, 'passwordpassword')
  await agent.getByRole('button', { name: 'Accept the invitation' }).click()
  await agent.getByText('This password is easy to guess.').waitFor()
  assert.equal(await agent.getByLabel('Your name').inputValue(), 'Newcomer')
  await choosePassword(agent, 'staple of many purple herons')
  await agent.getByRole('button', { name: 'Accept the invitation' }).click()
  await agent.getByRole('heading', { name: 'Inbox' }).waitFor()

  const token = new URL(link).searchParams.get('token')
  assert.ok(token.length > 40 && !world.demo.log.includes(token), 'the token is in the log')

  await page.reload()
  await page.getByRole('button', { name: /^Remove ?: Newcomer$/ }).click()
  await page.getByRole('heading', { name: 'Remove Newcomer' }).waitFor()
  await assertAccessible(page, 'a question')
  await page.getByRole('button', { name: 'Remove agent' }).click()
  await page.getByText('Agent removed.').waitFor()
  const answer = await agent.goto(deskUrl(world, 'inbox'))
  assert.equal(answer.status(), 404)
})

test('an owner makes an invitation link for an agent, and withdraws it', async (t) => {
  const page = await owner(t, 'agents')
  await page.getByLabel('E-mail, to sign in').fill('copied@example.com')
  await page.getByLabel('As a link that you hand over').check()
  await page.getByRole('button', { name: 'Invite', exact: true }).click()
  const link = await page.locator('code.secret').textContent()
  await assertAccessible(page, 'a link to hand over')
  await page.getByRole('link', { name: 'Back to Agents' }).click()
  await page.getByRole('heading', { name: 'Pending invitations' }).waitFor()
  await assertAccessible(page, 'pending invitations')
  const agent = await openPage(t, world)
  await agent.goto(link)
  await agent.getByRole('heading', { name: 'You have an account here' }).waitFor()
  await assertAccessible(agent, 'a copied invitation')
  await page.getByRole('button', { name: /^Withdraw ?: copied@example.com$/ }).click()
  await page.getByRole('button', { name: 'Withdraw invitation' }).click()
  await page.getByText('Invitation withdrawn.').waitFor()
  await agent.reload()
  await agent.getByRole('heading', { name: 'This link is no longer valid' }).waitFor()
  await assertAccessible(agent, 'a withdrawn link')
})

test('an agent who forgot the password gets a link by e-mail and sets a new one', async (t) => {
  const page = await openPage(t, world)
  const { email } = world.facts.agent
  await page.goto(`${world.facts.dashboardUrl}sign-in`)
  await page.getByRole('link', { name: 'Forgot your password?' }).click()
  await page.getByLabel('E-mail of your account').fill(email)
  await assertAccessible(page, 'the form for a link')
  await page.getByRole('button', { name: 'Send recovery link' }).click()
  await page.getByText('If this address has an account').waitFor()
  await page.goto((await mailedLink(email)).trim())
  await choosePassword(page, 'staple of many purple herons')
  await page.getByLabel('Example (agent)').selectOption('Stay a member')
  await assertAccessible(page, 'a recovery')
  await page.getByRole('button', { name: 'Set the password' }).click()
  await page.getByRole('heading', { name: 'Inbox' }).waitFor()
  world.facts.agent.password = 'staple of many purple herons'
})

for (const colorScheme of ['light', 'dark']) {
  for (const width of [360, 1200]) {
    test(`every settings page is accessible and fits, ${colorScheme} at ${width} pixels`, async (t) => {
      const viewport = { width, height: 800 }
      const page = await owner(t, 'inbox', { colorScheme, viewport })
      for (const settings of ['ticket-center', 'allowed-domains', 'portal', 'mail', 'agents']) {
        await page.goto(deskUrl(world, settings))
        await page.getByRole('heading', { level: 1 }).waitFor()
        await assertAccessible(page, settings)
        await assertFits(page, settings)
      }
      await page.goto(`${world.facts.dashboardUrl}account`)
      await assertAccessible(page, 'account')
      await assertFits(page, 'account')
    })
  }
}
