// Tests the widget's width in different layouts, and what the console says if the widget is not visible.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CONTAINER, pageWith, tagFor } from './site.mjs'
import { ADA, openPage, start, until, useBrowser } from './visit.mjs'

useBrowser()

const card = (page) => page.getByRole('region', { name: 'Support', exact: true })

/** Whether an element is painted and receives clicks. */
function isOnScreen(element) {
  const { x, y, width } = element.getBoundingClientRect()
  const pointed = element.getRootNode().elementFromPoint(x + width / 2, y + 20)
  const options = { opacityProperty: true, visibilityProperty: true }
  return element.checkVisibility(options) && element.contains(pointed)
}

const childrenOf = (page) =>
  page.evaluate(() => document.getElementById('hdh-ticket-center').childElementCount)

const BARE = '<style>body, main { margin: 0; padding: 0 } h1 { display: none }</style>'

/** Parents whose layout decides the widget's width; most of them shrink to fit their content. */
const PARENTS = {
  'a column of centred items':
    '<div style="display:flex;flex-direction:column;align-items:center">…</div>',
  'a column of items at the start':
    '<div style="display:flex;flex-direction:column;align-items:flex-start">…</div>',
  'a row of items': '<div style="display:flex">…</div>',
  'a row of items with something beside':
    '<div style="display:flex"><p style="width:60px;flex:none">Menu</p>…</div>',
  'a centred row': '<div style="display:flex;justify-content:center">…</div>',
  'a grid of centred items': '<div style="display:grid;place-items:center;min-height:90vh">…</div>',
  'a grid of centred columns': '<div style="display:grid;place-content:center">…</div>',
  'a column of a grid that is as wide as what is in it':
    '<div style="display:grid;grid-template-columns:auto 1fr">…<p></p></div>',
  'an inline row': '<div style="display:inline-flex">…</div>',
  'an inline grid': '<div style="display:inline-grid">…</div>',
  'an open dialog': '<dialog open>…</dialog>',
  'an absolute panel at the right': '<div style="position:absolute;right:10px">…</div>',
  'a fixed panel at the right': '<div style="position:fixed;right:10px;bottom:10px">…</div>',
  'a cell of a table': '<table><tr><td>…</td></tr></table>',
  'a cell beside another': '<table><tr><td>Menu</td><td>…</td></tr></table>',
  'a block that is laid out as a table': '<div style="display:table">…</div>',
  'a float': '<div style="float:left">…</div>',
  'a float at the right': '<div style="float:right">…</div>',
  'an inline block': '<div style="display:inline-block">…</div>',
  'a parent as wide as what fits': '<div style="width:fit-content">…</div>',
  'a parent as wide as what is in it at most':
    '<div style="width:max-content;max-width:100%">…</div>',
  'a fieldset': '<fieldset>…</fieldset>',
  'text that runs from right to left':
    '<div dir="rtl" style="display:flex;flex-direction:column;align-items:center">…</div>',
  'parents without boxes': '<div style="display:contents"><div style="float:left">…</div></div>',
  'a usual block': '<div>…</div>',
}

/** The most that a parent's own borders and paddings take, in pixels. */
const LARGEST_PADDING = 90

for (const [name, parent] of Object.entries(PARENTS)) {
  test(`the widget is visible and uses the available width in ${name}`, async (t) => {
    const world = await start(t)
    const body = parent.replace('…', CONTAINER) + tagFor(world.desk, ADA)
    const page = await openPage(t, { viewport: { width: 320, height: 700 } })
    await page.goto(world.site.publish(pageWith(body, BARE)))
    await page.getByText('How can we help?').waitFor()
    for (const viewport of [320, 768, 1280]) {
      await page.setViewportSize({ width: viewport, height: 700 })
      const { width, x } = await card(page).boundingBox()
      const least = Math.min(864, viewport - LARGEST_PADDING)
      assert.ok(width >= least && width <= 864, `${width} px wide at ${viewport}`)
      assert.ok(x >= 0 && x + width <= viewport, `from ${x} to ${x + width} at ${viewport}`)
      const scrolled = await page.evaluate(() => document.documentElement.scrollWidth)
      assert.ok(scrolled <= viewport, `the page is ${scrolled} px wide at ${viewport}`)
    }
  })
}

for (const [maxWidth, expected] of [
  ['400px', 400],
  ['30rem', 480],
  ['50%', 432],
]) {
  test(`data-max-width="${maxWidth}" limits the width in a parent that shrinks to fit`, async (t) => {
    const world = await start(t)
    const embed = CONTAINER + tagFor(world.desk, ADA, { 'data-max-width': maxWidth })
    const page = await openPage(t, { viewport: { width: 1280, height: 700 } })
    const body = `<div style="float:left">${embed}</div>`
    await page.goto(world.site.publish(pageWith(body, BARE)))
    await page.getByText('How can we help?').waitFor()
    assert.equal((await card(page).boundingBox()).width, expected)
  })
}

for (const rule of [
  'div:empty { display: none }',
  '*:empty { display: none !important }',
  '#hdh-ticket-center:empty { display: none }',
  'div:not(:has(*)) { display: none }',
  'div:empty { visibility: hidden }',
  'div:empty { opacity: 0 }',
  'div:empty { height: 0; overflow: hidden }',
  'div:empty { content-visibility: hidden }',
]) {
  test(`the widget is visible on a page with the rule ${rule}`, async (t) => {
    const world = await start(t)
    const page = await openPage(t)
    const body = CONTAINER + tagFor(world.desk, ADA)
    await page.goto(world.site.publish(pageWith(body, `<style>${rule}</style>`)))
    await page.getByText('How can we help?').waitFor()
    const isSeen = () => card(page).evaluate(isOnScreen)
    assert.ok(await isSeen())
    await page.evaluate(() => document.getElementById('hdh-ticket-center').replaceChildren())
    await until(isSeen)
    await page.evaluate(() => window.DesksealTicketCenter.shutdown())
    assert.equal(await childrenOf(page), 0)
  })
}

test('a rule for empty elements that is added later does not hide the widget', async (t) => {
  const world = await start(t)
  const page = await openPage(t)
  await page.goto(world.site.publish(pageWith(CONTAINER + tagFor(world.desk, ADA))))
  await page.getByText('How can we help?').waitFor()
  assert.equal(await childrenOf(page), 0)
  await page.addStyleTag({ content: 'div:empty { display: none }' })
  await until(async () => (await childrenOf(page)) === 1)
  assert.ok(await card(page).isVisible())
})

const HIDING = {
  'display: none on div#panel.closed':
    '<div id="panel" class="closed" style="display:none">…</div>',
  'display: none on div#hdh-ticket-center': '<style>#hdh-ticket-center { display: none }</style>…',
  'display: none on section': '<section hidden>…</section>',
  'display: none on dialog': '<dialog>…</dialog>',
  'visibility: hidden on div#panel': '<div id="panel" style="visibility:hidden"><p></p>…</div>',
  'opacity: 0 on div#panel': '<div id="panel" style="opacity:0">…</div>',
  'content-visibility: hidden on div#panel':
    '<div id="panel" style="content-visibility:hidden"><div>…</div></div>',
  'a closed details element on div#inside':
    '<details><summary>Help</summary><div id="inside">…</div></details>',
  'height: 0 with overflow: hidden on div#panel':
    '<div id="panel" style="height:0;overflow:hidden"><div>…</div></div>',
  'width: 0 on div#panel': '<div id="panel" style="width:0"><div>…</div></div>',
}

for (const [reason, parent] of Object.entries(HIDING)) {
  test(`the console says once why the widget is not visible: ${reason}`, async (t) => {
    const world = await start(t)
    const page = await openPage(t)
    const lines = []
    page.on('console', (message) => lines.push(message.text()))
    await page.clock.install()
    const body = parent.replace('…', CONTAINER) + tagFor(world.desk, ADA)
    await page.goto(world.site.publish(pageWith(body)))
    await page.clock.runFor(60_000)
    const told = () => lines.filter((line) => line.includes('the widget is not visible'))
    await until(() => told().length > 0)
    assert.ok(told()[0].includes(`because of ${reason}.`), told()[0])
    // A widget without a width is still painted: its border is a line.
    if (!reason.startsWith('width')) {
      assert.equal(await page.locator('.card').evaluate(isOnScreen), false)
    }
    await page.evaluate(() => document.body.append(document.createElement('p')))
    await page.clock.runFor(60_000)
    assert.equal(told().length, 1)
  })
}

test('the console says nothing about a widget that is only further down the page', async (t) => {
  const world = await start(t)
  const page = await openPage(t)
  const lines = []
  page.on('console', (message) => lines.push(message.text()))
  await page.clock.install()
  const body = `<div style="height:9000px"></div>${CONTAINER}${tagFor(world.desk, ADA)}`
  await page.goto(world.site.publish(pageWith(body)))
  await page.clock.runFor(60_000)
  assert.deepEqual(
    lines.filter((line) => line.includes('Ticket Center')),
    [],
  )
})
