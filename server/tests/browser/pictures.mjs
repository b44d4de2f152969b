// Takes a screenshot of every page, light and dark, wide and narrow, into the given folder.

import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { confirmPassword, deskUrl, signIn } from './dashboard.mjs'
import { Demo } from './demo.mjs'
import { portalLink } from './signatures.mjs'
import { launch } from './world.mjs'

const folder = process.argv[2] ?? 'shots'
await mkdir(folder, { recursive: true })
const [demo, browser] = await Promise.all([Demo.start(), launch()])
const world = { demo, facts: demo.facts }

const PUBLIC_PAGES = {
  'sign-in': `${demo.facts.dashboardUrl}sign-in`,
  forgot: `${demo.facts.dashboardUrl}forgot`,
  'link-invalid': `${demo.facts.dashboardUrl}invitation`,
  overview: demo.facts.overviewUrl,
  'product-home': demo.facts.productUrl,
  'portal-public': `${demo.facts.portalUrl}submit-ticket`,
  'portal-expired': portalLink(demo.facts, 'user-42', { age: 3600 }),
  'portal-not-found': `${demo.facts.portalUrl}nothing`,
  mails: demo.facts.mailsUrl,
  mail: `${demo.facts.mailsUrl}/1`,
}

const OWNER_PAGES = ['inbox', 'ticket-center', 'allowed-domains', 'portal', 'mail', 'agents']

async function shoot(page, name) {
  await page.waitForLoadState('networkidle')
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true })
}

async function shootAll(name, options) {
  const page = await browser.newPage({ locale: 'en-GB', ...options })
  for (const [what, url] of Object.entries(PUBLIC_PAGES)) {
    await page.goto(url)
    await shoot(page, `${what}-${name}`)
  }
  await page.goto(portalLink(demo.facts, 'user-42'))
  await shoot(page, `portal-signed-${name}`)
  await page.goto(demo.facts.productUrl)
  await page.getByRole('button', { name: 'Be Ada' }).click()
  await page.getByRole('button', { name: 'Wrong address' }).waitFor()
  await shoot(page, `product-list-${name}`)
  await page.getByRole('button', { name: 'Wrong address' }).click()
  await page.getByText('1 Example Street').waitFor()
  await shoot(page, `product-conversation-${name}`)
  await signIn(page, demo.facts.owner, world)
  for (const what of OWNER_PAGES) {
    await page.goto(deskUrl(world, what))
    await shoot(page, `${what}-${name}`)
  }
  await page.goto(deskUrl(world, 'inbox'))
  await page.getByRole('link', { name: 'Wrong address' }).click()
  await page.getByText('1 Example Street').waitFor()
  await shoot(page, `conversation-${name}`)
  await page.getByRole('button', { name: 'Block this customer' }).click()
  await shoot(page, `ask-${name}`)
  await page.goto(deskUrl(world, 'agents'))
  await page.getByLabel('E-mail, to sign in').fill(`${name}@example.com`)
  await page.getByLabel('As a link that you hand over').check()
  await page.getByRole('button', { name: 'Invite', exact: true }).click()
  const link = await page.locator('code.secret').textContent()
  await shoot(page, `invitation-link-${name}`)
  await page.goto(deskUrl(world, 'agents'))
  await shoot(page, `agents-pending-${name}`)
  await page.goto(link)
  await shoot(page, `invitation-${name}`)
  await page.goto(`${demo.facts.dashboardUrl}account`)
  await shoot(page, `account-${name}`)
  await page.goto(`${demo.facts.dashboardUrl}confirm?next=/`)
  await shoot(page, `confirm-${name}`)
  await confirmPassword(page, demo.facts.owner)
  await page.close()
}

for (const colorScheme of ['light', 'dark']) {
  for (const width of [1200, 360]) {
    await shootAll(`${colorScheme}-${width}`, { colorScheme, viewport: { width, height: 800 } })
  }
}
await browser.close()
await demo.stop()
