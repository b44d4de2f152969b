// Takes a screenshot of every state into the given folder.

import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { Desk } from './desk.mjs'
import { CONTAINER, Site, launch, pageWith, tagFor } from './site.mjs'

const folder = process.argv[2] ?? 'shots'
const ADA = 'ada@example.com'

const STYLE = `<style>
:root { color-scheme: light dark; font-family: Georgia, serif }
body { margin: 0; padding: 1.5rem; background: light-dark(#f3f2ee, #101014) }
@media (max-width: 30rem) { body { padding: .5rem } }
</style>`

function seed(desk) {
  const old = desk.begin(ADA, 'Can I change my plan in the middle of the month?')
  desk.reply(ADA, old, 'Yes, at any time: the rest of the month is credited.')
  old.read = 2
  old.status = 'closed'
  desk.wait(20 * 86_400_000)
  desk.begin(ADA, 'هل يمكنني تغيير عنوان البريد الإلكتروني المرتبط بحسابي؟')
  desk.wait(86_400_000)
  const long = desk.begin(
    ADA,
    `${'Donaudampfschifffahrtsgesellschaftskapitän'.repeat(4)} and a very long subject that goes on and on`,
  )
  long.messages[0].text += `\n\n${'A long paragraph of a message. '.repeat(14)}\nhttps://example.com/${'path/'.repeat(30)}`
  desk.wait(3_600_000)
  const order = desk.begin(
    ADA,
    'The invoice of December has the wrong address on it.',
    'Invoice with a wrong address',
  )
  desk.reply(
    ADA,
    order,
    'Hello Ada,\n\nthank you for telling us. Which address should be on it?',
    'Grace',
  )
  desk.write(ADA, order, 'It should be:\n\n1 Example Street\nExampletown')
  desk.wait(300_000)
  order.read = 3
  desk.reply(
    ADA,
    order,
    'Done. The corrected invoice is at https://example.com/invoices/2026-12.pdf.\n\nIs there anything else that I can do?',
    'Grace',
  )
  return order
}

async function shoot(page, name) {
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true })
}

async function shootAll(browser, desk, url, name, options) {
  const page = await browser.newPage(options)
  await page.goto(url)
  await page.getByText('Invoice with').waitFor()
  await shoot(page, `${name}-list`)
  await page.getByRole('button', { name: 'Donau' }).click()
  await page.getByText('A long paragraph').waitFor()
  await shoot(page, `${name}-long`)
  await page.getByLabel('Back to all').click()
  await page.getByRole('button', { name: 'هل' }).click()
  await page.locator('.mine').first().waitFor()
  await shoot(page, `${name}-arabic`)
  await page.getByLabel('Back to all').click()
  await page.getByRole('button', { name: 'Invoice with' }).click()
  await page.getByText('Done. The').waitFor()
  await shoot(page, `${name}-conversation`)
  await page.getByRole('button', { name: 'Close conversation' }).click()
  await shoot(page, `${name}-question`)
  await page.getByLabel('Back to all').click()
  await page.getByRole('button', { name: 'New conversation' }).click()
  await page.getByRole('button', { name: 'Send' }).click()
  await shoot(page, `${name}-new`)
  desk.isDown = true
  await page.getByLabel('Message').fill('Hello, this is what I wrote.')
  await page.getByRole('button', { name: 'Send' }).click()
  await page.getByText('Not sent').first().waitFor()
  await page.getByText('No connection. We').waitFor()
  await shoot(page, `${name}-offline`)
  desk.isDown = false
  await page.close()
}

async function shootState(browser, url, name, options, text) {
  const page = await browser.newPage(options)
  await page.goto(url)
  await page.getByText(text).waitFor()
  const details = page.locator('summary')
  if (await details.count()) await details.click()
  await shoot(page, name)
  await page.close()
}

await mkdir(folder, { recursive: true })
const [desk, site, browser] = await Promise.all([Desk.start(), Site.start(), launch()])
const order = seed(desk)
const url = site.publish(pageWith(CONTAINER + tagFor(desk, ADA), STYLE))
const wrong = tagFor(desk, ADA, { 'data-signature': '0'.repeat(64) })
const wrongUrl = site.publish(pageWith(CONTAINER + wrong, STYLE))
const emptyUrl = site.publish(pageWith(CONTAINER + tagFor(desk, 'new@example.com'), STYLE))
for (const colorScheme of ['light', 'dark']) {
  for (const width of [1100, 320]) {
    const name = `${colorScheme}-${width}`
    const options = { colorScheme, viewport: { width, height: 800 } }
    order.read = 3
    await shootAll(browser, desk, url, name, options)
    await shootState(browser, wrongUrl, `${name}-verification`, options, 'Verification failed')
    await shootState(browser, emptyUrl, `${name}-empty`, options, 'How can we help?')
  }
}
await browser.close()
desk.stop()
site.stop()
