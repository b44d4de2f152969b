// Tests that the widget uses the colour scheme of the page around it.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CONTAINER, pageWith, tagFor } from './site.mjs'
import { ADA, openPage, start, until, useBrowser } from './visit.mjs'

useBrowser()

const schemeOn = (page) => page.locator('.widget').getAttribute('data-scheme')

async function openStyled(t, { desk, site }, head, colorScheme) {
  const page = await openPage(t, { colorScheme })
  await page.goto(site.publish(pageWith(CONTAINER + tagFor(desk, ADA), head)))
  await page.getByText('How can we help?').waitFor()
  return page
}

for (const [name, head, inLight, inDark] of [
  ['a page without a colour scheme', '', 'light', 'dark'],
  ['color-scheme: light dark', '<style>:root{color-scheme:light dark}</style>', 'light', 'dark'],
  ['color-scheme: light', '<style>:root{color-scheme:light}</style>', 'light', 'light'],
  ['color-scheme: only light', '<style>:root{color-scheme:only light}</style>', 'light', 'light'],
  ['color-scheme: dark', '<style>:root{color-scheme:dark}</style>', 'dark', 'dark'],
  ['a meta element', '<meta name="color-scheme" content="dark light">', 'light', 'dark'],
  ['a meta element for dark', '<meta name="color-scheme" content="dark">', 'dark', 'dark'],
  ['a white background', '<style>body{background:#fff}</style>', 'light', 'light'],
  ['a black background', '<style>body{background:rgb(10 10 10 / 95%)}</style>', 'dark', 'dark'],
  ['a background in OKLCH', '<style>body{background:oklch(21% .03 265)}</style>', 'dark', 'dark'],
  ['a background in Lab', '<style>body{background:lab(95% 0 0)}</style>', 'light', 'light'],
  [
    'a wide background',
    '<style>body{background:color(display-p3 .1 .1 .1)}</style>',
    'dark',
    'dark',
  ],
  [
    'a transparent background',
    '<style>html{background:#000}body{background:#ffffff1a}</style>',
    'dark',
    'dark',
  ],
]) {
  test(`the widget has the colour scheme of ${name}`, async (t) => {
    const world = await start(t)
    assert.equal(await schemeOn(await openStyled(t, world, head, 'light')), inLight)
    assert.equal(await schemeOn(await openStyled(t, world, head, 'dark')), inDark)
  })
}

test('the widget follows a page that switches its colour scheme by a class', async (t) => {
  const world = await start(t)
  world.desk.pollAfter = 60_000
  const style = '<style>body{background:#fff}.dark body{background:#111}</style>'
  const page = await openStyled(t, world, style, 'light')
  await page.evaluate(() => document.documentElement.classList.add('dark'))
  await until(async () => (await schemeOn(page)) === 'dark')
  await page.evaluate(() => document.documentElement.classList.remove('dark'))
  await until(async () => (await schemeOn(page)) === 'light')
})

test('the widget follows a background that fades to another colour', async (t) => {
  const world = await start(t)
  world.desk.pollAfter = 60_000
  const style =
    '<style>body{background:#fff;transition:background .2s}.dark body{background:#111}</style>'
  const page = await openStyled(t, world, style, 'light')
  await page.evaluate(() => document.documentElement.classList.add('dark'))
  await until(async () => (await schemeOn(page)) === 'dark')
})

test('the widget follows a customer who changes the preferred colour scheme', async (t) => {
  const world = await start(t)
  world.desk.pollAfter = 60_000
  const page = await openStyled(t, world, '<style>:root{color-scheme:light dark}</style>', 'light')
  await page.emulateMedia({ colorScheme: 'dark' })
  await until(async () => (await schemeOn(page)) === 'dark')
})
